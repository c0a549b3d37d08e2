use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Response, Rule, Severity, Tag,
};

use super::markup;
use super::reflection::{self, Echo, Mark, Marked};
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "reflected-xss",
    aliases: &[],
    title: "Reflected cross-site scripting (XSS)",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[79],
    tags: &[Tag::Injection],
    risk: "A crafted link to this site runs script in its visitors' sessions.",
    fix: "Render the page with an autoescaping template, quote attributes, and encode values in scripts as JSON.",
    references: &[
        "https://owasp.org/www-community/attacks/xss/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html",
        "https://flask.palletsprojects.com/en/stable/web-security/",
    ],
    page: include_str!("page.md"),
};

/// What [`reflection::further`] sends: for the query, and for the path; or for the query [`reflection::as_page`].
const FURTHER: u32 = 2;

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(reflection::REQUESTS + FURTHER),
    schedule: Schedule::sharing(reflection::SHARES),
    detectors: Detectors {
        applies: |operation, _| inputs::takes_any_text(operation),
        in_bodies: Some(inputs::body_takes_text),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        on_surface: Some(|probe, found| Box::pin(probe_missing_path(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Marks every parameter that takes text and reads the page as a browser does. Where a mark stands in a literal of a script or begins
/// an address, asks once more with what might break out of that.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for marked in reflection::of(probe).await? {
        let elsewhere = reflection::error_page(probe, &marked).await?;
        if elsewhere.is_some_and(|page| !judge(&page, &probe.location(), standing).is_empty()) {
            continue;
        }
        if let Some(page) = reflection::as_page(probe, &marked).await? {
            found.extend(judge(&page, &probe.location(), standing));
            continue;
        }
        found.extend(judge(&marked, &probe.location(), standing));
        if is_page(&marked.exchange)
            && let Some(further) = reflection::further(probe, &marked).await?
        {
            found.extend(judge(&further, &probe.location(), opened));
        }
    }
    payload_refusal::end(probe, found).await
}

/// The same for the page that says that a path does not exist.
async fn probe_missing_path(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let marked = reflection::of_missing(probe).await?;
    found.extend(judge(&marked, &Location::at(Method::GET, "/"), standing));
    Ok(())
}

/// How a mark became part of the page.
type How = fn(&Exchange, &Mark, &Echo) -> Option<&'static str>;

fn standing(_: &Exchange, _: &Mark, echo: &Echo) -> Option<&'static str> {
    echo.standing.breaks_out
}

/// An element that the end tag of its raw text let out, or code.
fn opened(exchange: &Exchange, mark: &Mark, echo: &Echo) -> Option<&'static str> {
    standing(exchange, mark, echo).or_else(|| running(exchange, mark, echo))
}

/// No part of it was code with the first payload, so that it is the second that made it so.
fn running(exchange: &Exchange, mark: &Mark, _: &Echo) -> Option<&'static str> {
    markup::runs(&exchange.text(), &mark.canary).then_some("as script")
}

/// Whether a browser shows the answer as a page: it follows a redirect and saves an attachment instead. A body that is JSON and only
/// declared as HTML is another rule's.
fn is_page(exchange: &Exchange) -> bool {
    let follows = exchange.response().is_some_and(Response::is_redirect) && exchange.header("location").is_some();
    let saves = exchange
        .header("content-disposition")
        .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("attachment"));
    !follows && !saves && exchange.json().is_none()
}

fn judge(marked: &Marked, location: &Location, how: How) -> Vec<Finding> {
    if !is_page(&marked.exchange) {
        return Vec::new();
    }
    let finding = |(mark, echo): (&Mark, Echo)| {
        let context = how(&marked.exchange, mark, &echo)?;
        let place = if mark.name.is_empty() {
            location.clone()
        } else {
            location.clone().parameter(mark.place.id(), &mark.name)
        };
        let evidence = Evidence::new(&marked.exchange, format!("the payload is parsed {context}: {}", echo.excerpt));
        Some(
            Finding::new(&RULE, Confidence::Confirmed, place, evidence)
                .detail(format!("The value comes back {context}.")),
        )
    };
    let mut findings: Vec<Finding> = marked.echoes().filter_map(finding).collect();
    findings.dedup_by(|a, b| a.location == b.location);
    findings
}
