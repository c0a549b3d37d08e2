use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Surface, Tag};

use crate::text::patterns::{Pattern, first, load};
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "framework-fingerprint",
    aliases: &[],
    title: "Framework fingerprinted by its default error page",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[200],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker who knows the framework tries its known weaknesses first.",
    fix: "Return error pages or JSON of your own.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/errorhandling/",
        "https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

static PAGES: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("../data/default_pages.toml")));

fn judge(_: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let missing = || observations.exchanges.iter().filter(|e| e.status() == 404);
    if missing().next().is_none() {
        return Err(NotTested::inconclusive("no path returned 404"));
    }
    // A plain path shows it as well as one that carries a payload of thousands of characters, and reads better.
    let told = missing()
        .filter(|e| e.request.is_clean())
        .chain(missing())
        .find_map(|exchange| first(&PAGES, &exchange.text()).map(|(pattern, _)| (exchange, pattern)));
    if let Some((exchange, pattern)) = told {
        let evidence = Evidence::new(exchange, format!("the default 404 of {}", pattern.name));
        found.push(Finding::new(&RULE, Confidence::Firm, Location::host(), evidence));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::asked;

    #[test]
    fn the_table_is_honest() {
        crate::text::patterns::verify(&PAGES);
    }

    #[test]
    fn a_plain_request_shows_it_best() {
        let origin = crate::samples::origin(model::Scheme::Http);
        let missing = |request| asked(request, 404, &[("Content-Type", "text/html")], PAGES[0].samples().0);
        let long = missing(model::Request::get(&origin, "/999").altered("path", "id", "999"));
        let plain = missing(model::Request::get(&origin, "/x"));
        let cited = |exchanges: Vec<std::sync::Arc<model::Exchange>>| {
            let mut found = Findings::default();
            judge(&Surface::default(), &Observations::plainly(Vec::new(), exchanges), &mut found).unwrap();
            found.as_slice()[0].evidence[0].exchange().unwrap().request.target.clone()
        };
        assert_eq!(cited(vec![long.clone(), plain]), "/x");
        assert_eq!(cited(vec![long]), "/999");
    }
}
