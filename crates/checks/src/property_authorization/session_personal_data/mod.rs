use model::{Category, Rule, Severity, Tag};

use super::session_contents;
use crate::vocabulary::fields::{self, Field, Holds};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "session-personal-data",
    aliases: &[],
    title: "Personal data in a readable session cookie",
    category: Category::PropertyAuthorization,
    severity: Severity::Medium,
    cwe: &[359, 312],
    tags: &[Tag::Flask],
    risk: "Anyone who sees the cookie reads the personal data in it, without any key.",
    fix: "Keep only an identifier in the session.",
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
    session_contents::look(&RULE, observed, found, is_personal)
}

/// Personal by its name or by its shape.
fn is_personal(field: &Field<'_>) -> bool {
    let shaped = field.value.as_str().is_some_and(|text| is_address(text) || is_card(text));
    fields::holds(field.name, Holds::Personal) || shaped
}

/// `somebody@host.tld` and nothing else.
fn is_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let tld = host.rsplit('.').next().unwrap_or("");
    !name.is_empty()
        && !text.contains(char::is_whitespace)
        && host.contains('.')
        && tld.len() > 1
        && tld.chars().all(char::is_alphabetic)
}

/// 13 to 19 digits, perhaps in groups, with a valid check digit (ISO/IEC 7812).
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let others = text.chars().any(|c| !c.is_ascii_digit() && c != ' ' && c != '-');
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, d)| if at % 2 == 0 { *d } else { d * 2 / 10 + d * 2 % 10 }).sum();
    !others && (13..=19).contains(&digits.len()) && sum.is_multiple_of(10) && digits.iter().any(|d| *d != 0)
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::{observed, over};

    #[test]
    fn names_and_shapes_count() {
        let finds = |payload: &str| {
            let cookie = format!("shop={}", crack::flask_session(b"k", payload, 1_700_000_000));
            observed(look, &over(Scheme::Https, 200, &[("Set-Cookie", &cookie)], "")).1.len()
        };
        assert_eq!(finds(r#"{"phone":"+44 20 7946 0018"}"#), 1);
        assert_eq!(finds(r#"{"who":"ada@example.com"}"#), 1);
        assert_eq!(finds(r#"{"x":"4111 1111 1111 1111"}"#), 1);
        assert_eq!(finds(r#"{"x":"4111 1111 1111 1112","user_id":7,"at":"@home","email":""}"#), 0);
    }
}
