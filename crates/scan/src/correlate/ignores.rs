//! What the entries of the ignore file take out of the results, and which of them take out nothing. Pure.

use std::sync::Arc;

use model::{Ignore, IgnoredView, Method, NotTested, Operation, PathPattern, Redactor};

use super::outcome::RuleResult;

/// What became of the entries.
pub(super) struct Ignores {
    /// What they took out.
    pub(super) taken: Vec<IgnoredView>,
    /// What is to be said of those that took out nothing, each a sentence.
    pub(super) notes: Vec<String>,
}

/// Takes the locations that the entries cover out of the results, before anything is counted or scored. `today` is `YYYY-MM-DD`.
pub(super) fn apply(
    by_rule: &mut [RuleResult],
    entries: &[Ignore],
    operations: &[Arc<Operation>],
    today: &str,
    redactor: &Redactor,
) -> Ignores {
    let mut taken = Vec::new();
    let mut used = vec![false; entries.len()];
    for result in by_rule.iter_mut() {
        let rule = result.rule;
        result.found.retain(|finding| {
            let mut covering = entries.iter().enumerate().filter(|(_, i)| i.covers(rule, &finding.location, today));
            let Some((at, entry)) = covering.next() else { return true };
            used[at] = true;
            covering.for_each(|(at, _)| used[at] = true);
            taken.push(IgnoredView {
                rule: rule.id.to_owned(),
                location: redactor.text(&finding.location.to_string()),
                fingerprint: finding.location.fingerprint(rule.id),
                reason: redactor.text(&entry.reason),
                expires: entry.expires.clone(),
            });
            false
        });
    }
    let unused = entries.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry);
    let notes = unused.filter_map(|entry| said(entry, by_rule, operations, today)).collect();
    Ignores { taken, notes }
}

/// What is to be said of an entry that took out nothing. An entry for what was not tested at all may be as good as ever.
fn said(entry: &Ignore, by_rule: &[RuleResult], operations: &[Arc<Operation>], today: &str) -> Option<String> {
    let name = name(entry);
    if entry.is_expired(today) {
        let day = entry.expires.as_deref().unwrap_or_default();
        return Some(format!("{name} has expired ({day}): what it covered counts again"));
    }
    let result = by_rule.iter().find(|result| result.rule.is_called(&entry.rule))?;
    let reasons = reasons(result, entry, operations);
    if result.is_untested() || reasons.contains(&&NotTested::NotSelected) {
        return None;
    }
    let advice =
        if reasons.iter().any(|reason| !matches!(reason, NotTested::NotApplicable(_) | NotTested::ReportedAs(_))) {
            "the rule could not be tested everywhere that the entry is about"
        } else {
            "take it out if the fault is gone, or correct it if the place has another name now"
        };
    Some(format!("{name} matches no finding of this scan; {advice}"))
}

/// Why the rule was not tested where the entry is about: reasons for the whole, and for operations of its method and path.
fn reasons<'a>(result: &'a RuleResult, entry: &Ignore, operations: &[Arc<Operation>]) -> Vec<&'a NotTested> {
    let is_meant = |operation: &Operation| {
        entry.path.as_deref().is_none_or(|written| PathPattern::new(written).names(&operation.path))
            && entry.method.as_ref().is_none_or(|method| *method == operation.method)
    };
    let is_there = |at: &usize| operations.get(*at).is_some_and(|operation| is_meant(operation));
    let reasons = result.left().iter().filter(|(_, at)| at.is_empty() || at.iter().any(is_there));
    reasons.map(|(reason, _)| reason).collect()
}

fn name(entry: &Ignore) -> String {
    let method = entry.method.as_ref().map(Method::as_str);
    let place: Vec<&str> =
        method.into_iter().chain(entry.path.as_deref()).chain(entry.fingerprint.as_deref()).collect();
    let at = if place.is_empty() { String::new() } else { format!(" at {}", place.join(" ")) };
    format!("the ignore entry for {}{at}", entry.rule)
}

#[cfg(test)]
mod tests {
    use model::{Confidence, Evidence, Finding, Location, Source};

    use super::super::reach;
    use super::*;

    const TODAY: &str = "2026-05-04";

    fn entry(rule: &str, path: &str) -> Ignore {
        Ignore {
            rule: rule.to_owned(),
            path: Some(path.to_owned()),
            method: None,
            fingerprint: None,
            reason: "known".to_owned(),
            expires: None,
        }
    }

    fn notes(entries: &[Ignore], found_at: &[&str], reasons: &[(NotTested, Option<usize>)]) -> Vec<String> {
        let rule = checks::authentication::CHECKS[0].rule;
        let finding = |path: &&str| {
            let seen = Arc::new(reach::samples::exchange(path, 200, ""));
            Finding::new(rule, Confidence::Firm, Location::at(Method::GET, path), Evidence::new(&seen, "x"))
        };
        let mut results = [RuleResult::of(rule, found_at.iter().map(finding).collect())];
        for (reason, at) in reasons {
            results[0].leave(reason, *at);
        }
        let operations =
            ["/kept", "/left"].map(|path| Arc::new(Operation::undeclared(Method::GET, path, Source::Link)));
        apply(&mut results, entries, &operations, TODAY, &Redactor::new()).notes
    }

    #[test]
    fn an_entry_that_takes_out_nothing_is_said_and_one_that_does_is_not() {
        let rule = checks::authentication::CHECKS[0].rule.id;
        let both = [entry(rule, "/old"), entry(rule, "/kept")];
        let said = notes(&both, &["/kept"], &[]);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains(rule) && said[0].contains("/old matches no finding"), "{said:?}");
        let twice = [entry(rule, "/kept"), entry(rule, "/k*")];
        assert_eq!(notes(&twice, &["/kept"], &[]), [""; 0], "both cover it");
        assert_eq!(notes(&[entry("another-rule", "/old")], &[], &[]), [""; 0], "not part of this scan");
        let expired = Ignore { expires: Some("2026-05-03".to_owned()), ..entry(rule, "/kept") };
        assert!(notes(&[expired], &["/kept"], &[])[0].contains("has expired (2026-05-03)"));
    }

    #[test]
    fn where_the_rule_could_not_be_tested_no_entry_is_called_useless() {
        let rule = checks::authentication::CHECKS[0].rule.id;
        let left = [(NotTested::NoConsent, Some(1))];
        let said = |path: &str| notes(&[entry(rule, path)], &[], &left);
        assert!(said("/left")[0].contains("could not be tested") && !said("/left")[0].contains("take it out"));
        assert!(said("/kept")[0].contains("take it out"));
        assert_eq!(notes(&[entry(rule, "/kept")], &[], &[(NotTested::NotSelected, None)]), [""; 0]);
    }
}
