//! What was not tested, counted by reason, in words that fit one rule and many.

use std::collections::{BTreeMap, BTreeSet};

use model::{Redacted, Report};

/// `9 rules for want of credentials (--auth-type)`, `1 operation that looks as if it changed state on GET (GET /reset-db)`, … The names
/// of operations are the target's: escape them. What does not apply or was not selected is left out.
pub(crate) fn by_reason(report: &Report) -> Vec<String> {
    let mut rules: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut destructive: BTreeSet<&str> = BTreeSet::new();
    for entry in &report.not_tested {
        match entry.reason.as_str() {
            "not-applicable" | "not-selected" => {}
            "looks-destructive" => destructive.extend(entry.operations.iter().map(Redacted::as_str)),
            reason => {
                rules.entry(words(reason)).or_default().insert(&entry.rule);
            }
        }
    }
    let mut parts: Vec<(usize, String)> = rules
        .into_iter()
        .map(|(why, rules)| {
            (rules.len(), format!("{} {} {why}", rules.len(), if rules.len() == 1 { "rule" } else { "rules" }))
        })
        .collect();
    parts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut parts: Vec<String> = parts.into_iter().map(|(_, part)| part).collect();
    if !destructive.is_empty() {
        let names: Vec<&str> = destructive.iter().take(3).copied().collect();
        let more = if destructive.len() > names.len() { ", …" } else { "" };
        let what =
            if destructive.len() == 1 { "operation that looks as if it" } else { "operations that look as if they" };
        parts.push(format!("{} {what} changed state on GET ({}{more})", destructive.len(), names.join(", ")));
    }
    parts
}

fn words(reason: &str) -> &'static str {
    match reason {
        "no-credentials" => "for want of credentials (--auth-type)",
        "no-consent" => "for want of consent (--active)",
        "foreign-object" => "that would change objects of others (--active=all)",
        "over-budget" => "over the budget (--depth deep)",
        "no-answer" => "for want of an answer",
        "open-anyway" => "behind a door that is open anyway",
        "blocked" => "refused by the target",
        "cut" => "cut off",
        "out-of-scope" => "out of scope",
        "no-specification" => "for want of an OpenAPI document (--spec)",
        _ => "without a clear answer",
    }
}
