use model::{Category, Rule, Severity, Tag};

use super::session_contents;
use crate::vocabulary::fields::{self, Field, Holds};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "session-privileged-data",
    aliases: &[],
    title: "Authorization data in a readable session cookie",
    category: Category::PropertyAuthorization,
    severity: Severity::Medium,
    cwe: &[565, 312],
    tags: &[Tag::Flask],
    risk: "Every user reads how the application decides, and can change it once the key is known.",
    fix: "Keep only an identifier in the session; look up rights and notes on the server.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/quickstart/#sessions",
        "https://flask-session.readthedocs.io/",
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
    session_contents::look(&RULE, observed, found, is_privileged)
}

/// What the server should keep to itself.
fn is_privileged(field: &Field<'_>) -> bool {
    const KINDS: [Holds; 4] = [Holds::Privileged, Holds::Internal, Holds::Password, Holds::Token];
    KINDS.iter().any(|kind| fields::holds(field.name, *kind))
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::{observed, over};

    #[test]
    fn rights_and_secrets_count_and_what_flask_keeps_does_not() {
        let finds = |payload: &str| {
            let cookie = format!("shop={}", crack::flask_session(b"k", payload, 1_700_000_000));
            observed(look, &over(Scheme::Https, 200, &[("Set-Cookie", &cookie)], "")).1.len()
        };
        assert_eq!(finds(r#"{"user":{"role":"admin"}}"#), 1);
        assert_eq!(finds(r#"{"api_key":"x"}"#), 1);
        assert_eq!(finds(r#"{"user_id":7,"cart":[1],"csrf_token":"x","_fresh":true,"locale":"en"}"#), 0);
        assert!(!observed(look, &over(Scheme::Https, 200, &[("Set-Cookie", "session=opaque")], "")).0);
    }
}
