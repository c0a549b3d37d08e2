//! What was not tested, counted by reason, in words that fit one rule and many.

use std::collections::{BTreeMap, BTreeSet};

use model::{Redacted, Report, counted};

/// `9 rules need credentials (--auth-type)`, `1 operation that looks as if it changed state on GET (GET /reset-db)`, … The names
/// of operations are the target's: escape them. What does not apply or was not selected is left out.
pub(crate) fn by_reason(report: &Report) -> Vec<String> {
    let mut rules: BTreeMap<[&str; 2], BTreeSet<&str>> = BTreeMap::new();
    let mut destructive: BTreeSet<&str> = BTreeSet::new();
    for entry in &report.not_tested {
        match entry.reason.as_str() {
            "not-applicable" | "not-selected" | "reported-as" => {}
            "looks-destructive" => destructive.extend(entry.operations.iter().map(Redacted::as_str)),
            reason => {
                rules.entry(words(reason)).or_default().insert(&entry.rule);
            }
        }
    }
    let mut parts: Vec<(usize, String)> = rules
        .into_iter()
        .map(|(why, rules)| {
            let [one, many] = why;
            (rules.len(), format!("{} {}", counted(rules.len(), "rule"), if rules.len() == 1 { one } else { many }))
        })
        .collect();
    parts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
    if !destructive.is_empty() {
        let names: Vec<&str> = destructive.iter().take(3).copied().collect();
        let more = if destructive.len() > names.len() { ", …" } else { "" };
        let what = if destructive.len() == 1 { "that looks as if it" } else { "that look as if they" };
        parts.push(format!(
            "{} {what} changed state on GET ({}{more})",
            counted(destructive.len(), "operation"),
            names.join(", ")
        ));
    }
    parts
}

/// What becomes of so many rules, for one and for many.
fn words(reason: &str) -> [&'static str; 2] {
    match reason {
        "no-credentials" => ["needs credentials (--auth-type)", "need credentials (--auth-type)"],
        "credential-refused" => ["was dropped: the credential was refused", "were dropped: the credential was refused"],
        "no-consent" => ["needs consent (--active)", "need consent (--active)"],
        "foreign-object" => {
            ["would change objects of others (--active=all)", "would change objects of others (--active=all)"]
        }
        "over-budget" => ["exceeds the request budget (--depth deep)", "exceed the request budget (--depth deep)"],
        "no-answer" => ["got no response", "got no response"],
        "open-anyway" => ["tests a lock that is open anyway", "test a lock that is open anyway"],
        "blocked" => ["was refused by the target", "were refused by the target"],
        "cut" => ["was cut off", "were cut off"],
        "out-of-time" => ["was cut off by the deadline (--deadline)", "were cut off by the deadline (--deadline)"],
        "out-of-scope" => ["is out of scope", "are out of scope"],
        "no-specification" => ["needs an OpenAPI document (--spec)", "need an OpenAPI document (--spec)"],
        _ => ["was inconclusive", "were inconclusive"],
    }
}
