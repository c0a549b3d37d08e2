use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity};
use regex::Regex;
use serde_json::Value;

use crate::shared::fields;
use crate::{Check, Findings, RunsOn, Seen, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "contact-details-in-response",
    aliases: &[],
    title: "Contact details of several persons can be read by everybody",
    category: Category::DataExposure,
    severity: Severity::Info,
    cwe: &[359],
    tags: &[],
    risk: "Addresses can be collected for phishing and for guessing log-ins.",
    fix: "Ask for credentials before lists of persons, and answer with what the page shows.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    on_exchange: Some(judge),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// So many different persons make a list.
const LIST: usize = 3;

fn judge(seen: &Seen<'_>, found: &mut Findings) -> bool {
    let exchange = seen.exchange;
    let Some(json) = exchange.json().filter(|j| exchange.is_success() && !fields::describes_an_api(j)) else {
        return false;
    };
    if exchange.request.identity.is_some() {
        return false;
    }
    let (emails, phones) = contacts(json);
    if emails.len() >= LIST || phones.len() >= LIST {
        let evidence = Evidence::new(
            exchange,
            format!("{} e-mail address(es), {} telephone number(s)", emails.len(), phones.len()),
        );
        let finding = Finding::new(&RULE, Confidence::Firm, seen.location(), evidence);
        found.push(emails.into_iter().chain(phones).fold(finding, Finding::hiding));
    }
    true
}

fn contacts(json: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    #[allow(clippy::expect_used)] // a constant, compiled by the test
    static EMAIL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}$").expect("valid"));
    const ROLES: [&str; 10] =
        ["info@", "support@", "contact@", "sales@", "hello@", "noreply@", "no-reply@", "admin@", "office@", "press@"];
    let (mut emails, mut phones) = (BTreeSet::new(), BTreeSet::new());
    fields::walk(json, &mut |field| {
        let Some(text) = field.value.as_str() else { return };
        if EMAIL.is_match(text) && !ROLES.iter().any(|role| text.to_ascii_lowercase().starts_with(role)) {
            emails.insert(text.to_owned());
        }
        let name = field.name.to_ascii_lowercase();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let written = text.chars().all(|c| c.is_ascii_digit() || " +()-./".contains(c));
        if ["phone", "mobile", "tel"].iter().any(|part| name.contains(part)) && (7..=15).contains(&digits) && written {
            phones.insert(text.to_owned());
        }
    });
    (emails, phones)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::contacts;

    #[test]
    fn persons_are_counted() {
        let list = json!([{"email": "ada@x.org", "phone": "+44 20 7946 0958"}, {"email": "info@x.org", "phone": "n/a"}, {"note": "ada@x.org wrote"}]);
        let (emails, phones) = contacts(&list);
        assert_eq!((emails.len(), phones.len()), (1, 1));
    }
}
