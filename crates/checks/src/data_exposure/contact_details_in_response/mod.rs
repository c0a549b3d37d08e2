use std::collections::{BTreeMap, BTreeSet};

use model::{Category, Confidence, Evidence, Finding, Rule, Severity};
use serde_json::Value;

use crate::text::mailbox::{is_role, mailbox};
use crate::vocabulary::fields;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "contact-details-in-response",
    aliases: &[],
    title: "Contact details of several people exposed",
    category: Category::DataExposure,
    severity: Severity::Info,
    cwe: &[359],
    tags: &[],
    risk: "An unauthenticated client collects addresses for phishing and for guessing logins.",
    fix: "Require credentials for lists of people, and return only what the page shows.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/"],
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

/// So many different persons make a list.
const LIST: usize = 3;

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let exchange = observed.exchange;
    let json = exchange.json();
    let Some(json) = json.as_deref().filter(|j| exchange.is_success() && !fields::describes_an_api(j)) else {
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
        let finding = Finding::new(&RULE, Confidence::Firm, observed.location(), evidence);
        found.push(emails.into_values().flatten().chain(phones).fold(finding, Finding::hiding));
    }
    true
}

/// Mailboxes, each as it is written, and telephone numbers of persons. Addresses of roles are no persons, but an account of a list of accounts may have one.
fn contacts(json: &Value) -> (BTreeMap<String, BTreeSet<String>>, BTreeSet<String>) {
    let mut lists: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    let (mut emails, mut phones) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeSet::new());
    fields::walk(json, &mut |field| {
        let Some(text) = field.value.as_str().filter(|_| !fields::is_illustration(&field.path)) else { return };
        if let Some(mailbox) = mailbox(text) {
            let is_account = field.stands_in("an account", |object| object.keys().any(|name| is_user_name(name)));
            let address = Address { is_role: is_role(&mailbox), mailbox, written: text.to_owned(), is_account };
            lists.entry(field.path.clone()).or_default().push(address);
        }
        let name = field.name.to_ascii_lowercase();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let written = text.chars().all(|c| c.is_ascii_digit() || " +()-./".contains(c));
        if ["phone", "mobile", "tel"].iter().any(|part| name.contains(part)) && (7..=15).contains(&digits) && written {
            phones.insert(text.to_owned());
        }
    });
    for (path, addresses) in lists {
        let persons = addresses.iter().filter(|a| !a.is_role).count();
        // A list of departments has roles only, or mostly.
        let of_persons = path.contains("[]") && persons * 2 >= addresses.len();
        let counts = |a: &Address| !a.is_role || of_persons || path.contains("[]") && a.is_account;
        for address in addresses.into_iter().filter(counts) {
            emails.entry(address.mailbox).or_default().insert(address.written);
        }
    }
    (emails, phones)
}

/// An e-mail address as it stands in an object.
struct Address {
    mailbox: String,
    written: String,
    is_role: bool,
    is_account: bool,
}

fn is_user_name(name: &str) -> bool {
    const NAMES: [&str; 5] = ["username", "user_name", "login", "user_id", "userid"];
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::contacts;

    #[test]
    fn persons_are_counted() {
        let list = json!([{"email": "ada@x.org", "phone": "+44 20 7946 0958"}, {"email": "info@x.org", "phone": "n/a"},
            {"email": "sales@x.org"}, {"note": "ada@x.org wrote"}]);
        let (emails, phones) = contacts(&list);
        assert_eq!((emails.len(), phones.len()), (1, 1));
    }

    #[test]
    fn accounts_count_whatever_their_mailbox() {
        let count = |json: serde_json::Value| contacts(&json).0.len();
        let users =
            json!({"users": [{"email": "name1@mail.com"}, {"email": "name2@mail.com"}, {"email": "admin@mail.com"}]});
        assert_eq!(count(users), 3);
        let accounts = json!([{"username": "a", "email": "admin@x.org"}, {"username": "s", "email": "support@x.org"}]);
        assert_eq!(count(accounts), 2);
        let departments = json!([{"email": "info@x.org"}, {"email": "sales@x.org"}, {"email": "press@x.org"}]);
        assert_eq!(count(departments), 0);
        assert_eq!(count(json!({"contact": {"email": "admin@x.org"}, "owner": {"email": "ann@x.org"}})), 1);
        let same = json!([{"email": "Ann@x.org"}, {"email": "ann+news@x.org"}, {"email": "ann@x.org"}]);
        assert_eq!(count(same), 1, "one mailbox");
    }
}
