use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};

use super::scripts;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "third-party-script-without-integrity",
    aliases: &[],
    title: "Third-party script without Subresource Integrity",
    category: Category::UnsafeConsumption,
    severity: Severity::Low,
    cwe: &[353, 829],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker who changes the file at the third party runs code in every visitor's session.",
    fix: "Give the element an integrity attribute with the file's hash, or serve the file yourself.",
    references: &[
        "https://www.w3.org/TR/SRI/",
        "https://developer.mozilla.org/en-US/docs/Web/Security/Subresource_Integrity",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let Some(foreign) = scripts::foreign(observed.exchange) else { return false };
    let open: Vec<String> =
        foreign.iter().filter(|f| !f.has_integrity && !scripts::varies(&f.url)).map(|f| f.url.to_string()).collect();
    if !open.is_empty() {
        let list = open.join(", ");
        let evidence = Evidence::new(observed.exchange, format!("loaded without integrity: {list}"));
        let detail = format!("The page loads {list}.");
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence).detail(detail));
    }
    !foreign.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{exchange, observed};

    #[test]
    fn only_open_scripts_of_others_count() {
        let found = |body: &str| observed(judge, &exchange("/", 200, body)).1.len();
        let hash = "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC";
        assert_eq!(found("<script src='https://cdn.parts.example/a.js'></script>"), 1);
        assert_eq!(found(&format!("<script src='https://cdn.parts.example/a.js' integrity='{hash}'></script>")), 0);
        assert_eq!(found("<script src='https://js.stripe.com/v3/'></script>"), 0);
        assert_eq!(found("<script src='/own.js'></script>"), 0);
        assert_eq!(found("<link rel=stylesheet href='https://cdn.parts.example/a.css'>"), 0);
        assert_eq!(found("{\"html\": \"<script src='https://cdn.parts.example/a.js'></script>\"}"), 0);
    }
}
