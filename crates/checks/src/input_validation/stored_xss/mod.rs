use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Method, NotTested, Operation, Rule, Severity, Tag};

use super::reflection::{self, Marked};
use crate::calling::{inputs, request};
use crate::experiments::payload_refusal;
use crate::judging::access;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "stored-xss",
    aliases: &[],
    title: "Stored cross-site scripting (XSS)",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[79],
    tags: &[Tag::Injection],
    risk: "Text that one user leaves here runs as script in the session of everyone who opens the page.",
    fix: "Render stored text with an autoescaping template, quote attributes, and encode values in scripts as JSON.",
    references: &[
        "https://owasp.org/www-community/attacks/xss/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html",
        "https://flask.palletsprojects.com/en/stable/web-security/",
    ],
    page: include_str!("page.md"),
};

/// Pages that are read back for what was left at one operation.
const PAGES: u32 = 6;

pub(crate) static CHECK: Check = Check {
    cost: Cost::writes(reflection::REQUESTS + PAGES),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |_, _| false,
        in_bodies: Some(inputs::body_takes_text),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Leaves a mark in every field that takes text, and then reads the pages that may show it: the one that the response leads to first, then
/// those nearest to the operation.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let all = reflection::of(probe).await?;
    let taken = |marked: &&Marked| marked.exchange.status() < 400 && !access::is_refused(&marked.exchange);
    let Some(marked) = all.iter().rfind(taken) else {
        payload_refusal::works(probe.plain()?)?;
        return Err(NotTested::inconclusive("the operation took no text with markup"));
    };
    let mut shown = false;
    for path in pages(probe, &marked.exchange) {
        let page = probe.send(page_request(probe, &path)).await?;
        let seen = Marked { exchange: page, marks: marked.marks.clone() };
        shown |= seen.echoes().any(|(_, echo)| echo.in_body);
        found.extend(judge(probe, marked, &seen));
        if !found.is_empty() {
            return Ok(());
        }
    }
    if shown { Ok(()) } else { Err(NotTested::inconclusive("no page showed what was left here")) }
}

/// The page as it is now: what was read before knows nothing of the mark.
fn page_request(probe: &OperationProbe<'_>, path: &str) -> model::Request {
    let mut request = probe.get(path).fresh();
    request.identity = probe.request().identity;
    request
}

/// Where what was left may be shown: where the response leads, the path of the operation and those above it, then the other pages that
/// answered, those with most of the path in common first.
fn pages(probe: &OperationProbe<'_>, taken: &Exchange) -> Vec<String> {
    let own: &str = &probe.operation.path;
    let next = taken.header("location").filter(|next| next.starts_with('/') && !next.starts_with("//"));
    let is_page = |(operation, exchange): &(&Operation, &Arc<Exchange>)| {
        operation.method == Method::GET && exchange.is_success() && exchange.is_html()
    };
    let mut others: Vec<(usize, String)> = probe
        .observations
        .called(probe.surface)
        .filter(is_page)
        .map(|(operation, _)| {
            (in_common(own, &operation.path), request::build(operation, probe.surface, probe.target, &[]).target)
        })
        .collect();
    others.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.len().cmp(&b.1.len())).then_with(|| a.1.cmp(&b.1)));
    let mut known = BTreeSet::new();
    let all = next.map(str::to_owned).into_iter().chain(others.into_iter().map(|(_, path)| path));
    all.filter(|path| known.insert(path.clone())).take(PAGES as usize).collect()
}

/// How many of the first segments two paths share.
fn in_common(one: &str, other: &str) -> usize {
    let segments = |path: &str| path.split('/').filter(|s| !s.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    segments(one).iter().zip(&segments(other)).take_while(|(a, b)| a == b).count()
}

fn judge(probe: &OperationProbe<'_>, left: &Marked, page: &Marked) -> Vec<Finding> {
    if !page.exchange.is_success() || !page.exchange.is_html() {
        return Vec::new();
    }
    let finding = |(mark, echo): (&reflection::Mark, reflection::Echo)| {
        let context = echo.standing.breaks_out?;
        let path = page.exchange.request.path();
        let shown = Evidence::new(&page.exchange, format!("{path} shows it, parsed {context}: {}", echo.excerpt));
        let left = Evidence::new(&left.exchange, format!("left in the field {}, with a mark of ours", mark.name));
        let location = probe.location().parameter(mark.place.id(), &mark.name);
        let detail = format!("What is left in `{}` is shown at {path} {context}.", mark.name);
        Some(Finding::new(&RULE, Confidence::Confirmed, location, shown).also(left).detail(detail))
    };
    page.echoes().filter_map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_page_has_most_of_the_path_in_common() {
        assert_eq!(in_common("/board/{id}/entries", "/board/{id}"), 2);
        assert_eq!((in_common("/board", "/"), in_common("/board", "/boards")), (0, 0));
    }
}
