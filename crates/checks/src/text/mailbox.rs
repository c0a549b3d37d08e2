//! E-mail addresses.

use std::sync::LazyLock;

use regex::Regex;

use crate::vocabulary::List;

/// The mailbox of an address: lower-case, without what stands after a plus.
pub fn mailbox(text: &str) -> Option<String> {
    #[allow(clippy::expect_used)] // a constant, compiled by the test
    static EMAIL: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}$").expect("valid"));
    let lower = EMAIL.is_match(text).then(|| text.to_ascii_lowercase())?;
    let (name, host) = lower.split_once('@')?;
    let name = name.split('+').next().filter(|name| !name.is_empty()).unwrap_or(name);
    Some(format!("{name}@{host}"))
}

/// Whether a mailbox is that of a role, as those of sites are, and not of a person.
pub fn is_role(mailbox: &str) -> bool {
    mailbox.split('@').next().is_some_and(|name| List::RoleMailbox.has(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_are_told_from_text_and_roles_from_persons() {
        assert_eq!(mailbox("Ann+News@x.org").as_deref(), Some("ann@x.org"));
        assert!(mailbox("write to ann@x.org").is_none() && mailbox("ann@localhost").is_none());
        assert!(is_role("info@x.org") && !is_role("ann@x.org"));
    }
}
