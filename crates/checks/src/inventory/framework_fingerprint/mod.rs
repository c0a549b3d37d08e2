use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Surface, Tag};

use crate::shared::patterns::{Pattern, first, load};
use crate::{Check, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "framework-fingerprint",
    aliases: &[],
    title: "The framework can be told by its default error page",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[200],
    tags: &[Tag::Misconfiguration],
    risk: "Knowing the framework, an attacker tries its own weaknesses first.",
    fix: "Answer errors with pages or JSON of your own.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/errorhandling/",
        "https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    on_end: Some(judge),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

static PAGES: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("../data/default_pages.toml")));

fn judge(_: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let mut missing = observations.exchanges.iter().filter(|e| e.status() == 404).peekable();
    if missing.peek().is_none() {
        return Err(NotTested::inconclusive("no path was answered with 404"));
    }
    let told = missing.find_map(|exchange| first(&PAGES, &exchange.text()).map(|(pattern, _)| (exchange, pattern)));
    if let Some((exchange, pattern)) = told {
        let evidence = Evidence::new(exchange, format!("the default 404 of {}", pattern.name));
        found.push(Finding::new(&RULE, Confidence::Firm, Location::host(), evidence));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_honest() {
        crate::shared::patterns::verify(&super::PAGES);
    }
}
