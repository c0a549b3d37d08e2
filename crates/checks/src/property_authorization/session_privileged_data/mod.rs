use model::{Category, Confidence, Evidence, Finding, Location, Rule, Severity, Tag};
use serde_json::{Map, Value};

use crate::shared::fields::{self, Holds};
use crate::shared::flask_session;
use crate::shared::set_cookie::cookies_set;
use crate::{Check, Findings, RunsOn, Seen, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "session-privileged-data",
    aliases: &[],
    title: "The session cookie shows what only the server should know",
    category: Category::PropertyAuthorization,
    severity: Severity::Medium,
    cwe: &[565, 312],
    tags: &[Tag::Flask],
    risk: "Every user reads in the own cookie how the application decides, and changes it once the key is known.",
    fix: "Keep only an identifier in the session; look up rights and notes on the server.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/quickstart/#sessions",
        "https://flask-session.readthedocs.io/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    on_exchange: Some(look),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn look(seen: &Seen<'_>, found: &mut Findings) -> bool {
    let mut any = false;
    for cookie in cookies_set(seen.exchange, seen.target.now) {
        let Some(contents) = flask_session::contents(&cookie.value) else { continue };
        any = true;
        let names = privileged(&contents);
        if !names.is_empty() {
            let location = Location::host().parameter("cookie", &cookie.name);
            let excerpt = format!("the cookie {} reads without a key: {}", cookie.name, names.join(", "));
            found.push(
                Finding::new(&RULE, Confidence::Firm, location, Evidence::new(seen.exchange, excerpt))
                    .hiding(cookie.value),
            );
        }
    }
    any
}

/// The names of values that the server should keep to itself.
fn privileged(contents: &Map<String, Value>) -> Vec<String> {
    const KINDS: [Holds; 4] = [Holds::Privileged, Holds::Internal, Holds::Password, Holds::Token];
    let mut names = Vec::new();
    fields::walk(&Value::Object(contents.clone()), &mut |field| {
        let own = !flask_session::is_framework_key(field.path.split('.').next().unwrap_or(""));
        if own && !fields::is_empty(field.value) && KINDS.iter().any(|kind| fields::holds(field.name, *kind)) {
            names.push(field.path.clone());
        }
    });
    names
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::shared::samples::{over, seen};

    #[test]
    fn rights_and_secrets_count_and_what_flask_keeps_does_not() {
        let finds = |payload: &str| {
            let cookie = format!("shop={}", crack::flask_session(b"k", payload, 1_700_000_000));
            seen(look, &over(Scheme::Https, 200, &[("Set-Cookie", &cookie)], "")).1.len()
        };
        assert_eq!(finds(r#"{"user":{"role":"admin"}}"#), 1);
        assert_eq!(finds(r#"{"api_key":"x"}"#), 1);
        assert_eq!(finds(r#"{"user_id":7,"cart":[1],"csrf_token":"x","_fresh":true,"locale":"en"}"#), 0);
        assert!(!seen(look, &over(Scheme::Https, 200, &[("Set-Cookie", "session=opaque")], "")).0);
    }
}
