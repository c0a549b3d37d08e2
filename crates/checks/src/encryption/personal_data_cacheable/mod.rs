use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};
use serde_json::Value;

use super::caching::Caching;
use crate::vocabulary::fields::{self, Holds};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "personal-data-cacheable",
    aliases: &[],
    title: "Personal data cacheable by shared caches",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[524, 525],
    tags: &[Tag::Misconfiguration],
    risk: "Data of one user stays in caches that others can read.",
    fix: "Send Cache-Control: no-store with personal data.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers",
        "https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    let json = exchange.json();
    let Some(json) = json.as_deref().filter(|json| exchange.is_success() && !fields::describes_an_api(json)) else {
        return false;
    };
    let personal = personal_field(json);
    let with_credentials = exchange.request.identity.is_some();
    // That credentials were sent makes opening hours no secret.
    let Some(field) = personal else { return with_credentials };
    let finding = match Caching::of(exchange) {
        Caching::Shared => {
            Some((Confidence::Firm, format!("the field {field} in a response that shared caches may store")))
        }
        Caching::Unsaid if with_credentials => Some((
            Confidence::Tentative,
            format!("the field {field} in a response to credentials without Cache-Control"),
        )),
        _ => None,
    };
    if let Some((confidence, excerpt)) = finding {
        found.push(Finding::new(&RULE, confidence, observed.location(), Evidence::new(exchange, excerpt)));
    }
    true
}

/// The path of the first field that holds something personal.
fn personal_field(json: &Value) -> Option<String> {
    let mut first = None;
    fields::walk(json, &mut |field| {
        if first.is_none() && !fields::is_empty(field.value) && fields::holds(field.name, Holds::Personal) {
            first = Some(field.path.clone());
        }
    });
    first
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::{observed, over};

    #[test]
    fn only_personal_data_that_may_be_stored() {
        let json = ("Content-Type", "application/json");
        let person = r#"{"email":"ada@example.com"}"#;
        let finds = |caching: &str, body: &str| {
            observed(look, &over(Scheme::Https, 200, &[json, ("Cache-Control", caching)], body)).1.len()
        };
        assert_eq!(finds("public, max-age=60", person), 1);
        assert_eq!(finds("no-store", person), 0);
        assert_eq!(finds("public, max-age=60", r#"{"lamp":3}"#), 0);
        assert_eq!(finds("", person), 0);
    }
}
