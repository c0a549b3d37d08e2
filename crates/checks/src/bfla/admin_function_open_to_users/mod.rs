use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity,
};

use super::administration::{self, Shows};
use crate::calling::request;
use crate::judging::access;
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::vocabulary::{Meaning, fields, looks_destructive, says};
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "admin-function-open-to-users",
    aliases: &[],
    title: "BFLA: an ordinary user can call an administrative function",
    category: Category::Bfla,
    severity: Severity::High,
    cwe: &[285, 862],
    tags: &[],
    risk: "Anyone who can register reads what only administrators should see.",
    fix: "Check the role of the user, not only that there is one, in one place for all administrative routes.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Authorization_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

/// Most operations that are called.
const PLACES: usize = 5;

pub(crate) static CHECK: Check = Check {
    // It only reads, but as users that the scan registers with consent to that.
    cost: Cost::writes(3 * PLACES as u32),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn is_for_administrators(operation: &Operation) -> bool {
    operation.method == Method::GET && says(&operation.path, Meaning::Admin) && !looks_destructive(operation)
}

/// Calls what an anonymous client is refused as two users who registered a minute ago.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let places: Vec<&Operation> =
        probe.surface.operations.iter().filter(|o| is_for_administrators(o)).map(AsRef::as_ref).take(PLACES).collect();
    if places.is_empty() {
        return Err(NotTested::not_applicable("no operation is called administrative"));
    }
    let [one, other, ..] = probe.observations.accounts.as_slice() else {
        return Err(NotTested::inconclusive("no two accounts could be registered"));
    };
    let mut refused = false;
    for operation in places {
        let request = || request::build(operation, probe.surface, probe.target, &[]);
        let anonymous = probe.response_to(request().anonymous()).await?;
        if !access::is_refused(&anonymous) {
            continue; // open to everyone is the other rule's
        }
        refused = true;
        let by_user = probe.response_to(request().identity(&one.identity)).await?;
        if administration::shows(&by_user).is_none() {
            continue;
        }
        let by_other = probe.response_to(request().identity(&other.identity)).await?;
        found.extend(judge(&by_user, &by_other, &anonymous, Location::of(operation)));
    }
    if refused { Ok(()) } else { Err(access::nothing_refused()) }
}

fn judge(
    by_user: &Arc<Exchange>,
    by_other: &Arc<Exchange>,
    anonymous: &Arc<Exchange>,
    at: Location,
) -> Option<Finding> {
    let shown = administration::shows(by_user)?;
    administration::shows(by_other)?;
    // Users who each see something else see what is theirs, and may administer it.
    if !share_content(by_user, by_other) {
        return None;
    }
    let (what, confidence) = match shown {
        Shows::Records => ("records", Confidence::Confirmed),
        Shows::Figures => ("figures and settings", Confidence::Firm),
        Shows::Page => ("a page of administration", Confidence::Firm),
    };
    let said = format!("status {} with {what} for a user who has just registered", by_user.status());
    Some(
        Finding::new(&RULE, confidence, at, Evidence::new(by_user, said))
            .also(Evidence::new(by_other, "the same for another such user"))
            .also(Evidence::new(anonymous, format!("status {} without credentials", anonymous.status()))),
    )
}

/// Whether two responses are the same, or lists with a record in common: lists grow while other rules create.
fn share_content(one: &Exchange, other: &Exchange) -> bool {
    let (Some(json), Some(other_json)) = (one.json(), other.json()) else {
        return ResponseFingerprint::plain(one) == ResponseFingerprint::plain(other);
    };
    match (fields::the_list(&json), fields::the_list(&other_json)) {
        (Some(records), Some(others)) => records.iter().any(|record| others.contains(record)),
        _ => ResponseFingerprint::plain(one) == ResponseFingerprint::plain(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, exchange};

    #[test]
    fn only_what_both_users_are_shown_is_found() {
        let users = r#"[{"id": 1, "username": "ann", "role": "admin"}]"#;
        let found = |one: (u16, &str), other: (u16, &str)| {
            let [one, other] = [one, other].map(|(status, body)| exchange("/admin/users", status, body));
            judge(&one, &other, &exchange("/admin/users", 401, "{}"), Location::host()).map(|f| f.confidence)
        };
        assert_eq!(found((200, users), (200, users)), Some(Confidence::Confirmed));
        assert_eq!(
            found((200, users), (200, &users.replace('[', r#"[{"id": 2, "username": "bob"}, "#))),
            Some(Confidence::Confirmed)
        );
        assert_eq!(found((200, users), (200, r#"[{"id": 2, "username": "bob", "role": "admin"}]"#)), None);
        assert_eq!(found((200, users), (403, "{}")), None);
        assert_eq!(found((403, "{}"), (403, "{}")), None);
        assert_eq!(found((200, r#"{"error": "administrators only"}"#), (200, users)), None);
    }

    #[test]
    fn only_functions_that_read_are_called() {
        let is = |method: Method, path: &str| is_for_administrators(&samples::operation(method, path));
        assert!(is(Method::GET, "/api/admin/users") && !is(Method::POST, "/api/admin/users"));
        assert!(!is(Method::GET, "/admin/reset-database") && !is(Method::GET, "/users"));
    }
}
