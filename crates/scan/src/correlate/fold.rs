//! One cause, one finding: what a rule saw where a stronger rule tells the same becomes evidence of the stronger.

use std::collections::BTreeMap;

use model::{Confidence, Finding, Location, NotTested};

use super::outcome::RuleResult;

/// Most evidence of one finding.
const EVIDENCE: usize = 8;

/// Takes the findings of each rule that another rule, named in `subsumed_by` of its check, has at the same place, or that one named in
/// `same_cause_as` has anywhere. The rule then neither passed nor failed there; a rule of which nothing is left says by whom it is told.
pub(crate) fn fold(results: &mut [RuleResult]) {
    for at in 0..results.len() {
        let Some(check) = checks::find(results[at].rule.id) else { continue };
        let there = check.subsumed_by.iter().map(|id| (*id, false));
        for (id, anywhere) in there.chain(check.same_cause_as.iter().map(|id| (*id, true))) {
            if let Some(stronger) = results.iter().position(|r| r.rule.id == id).filter(|other| *other != at) {
                fold_into(results, stronger, at, anywhere);
            }
        }
    }
}

/// Makes what the rule at `weaker` found evidence of what the one at `stronger` found, at the same place or anywhere.
fn fold_into(results: &mut [RuleResult], stronger: usize, weaker: usize, anywhere: bool) {
    let mut places: BTreeMap<Location, Vec<usize>> = BTreeMap::new();
    let place = |location: &Location| if anywhere { Location::host() } else { whole(location) };
    for (number, finding) in results[stronger].found.iter().enumerate() {
        places.entry(place(&finding.location)).or_default().push(number);
    }
    let covering = |weak: &Finding| {
        let there = places.get(&place(&weak.location))?;
        there.iter().copied().find(|number| {
            let strong = &results[stronger].found[*number];
            is_as_sure(strong, weak) && (anywhere || is_same_place(strong, weak))
        })
    };
    let (mut told, mut kept) = (Vec::new(), Vec::new());
    for weak in results[weaker].found.iter().cloned() {
        match covering(&weak) {
            Some(number) => told.push((number, weak)),
            None => kept.push(weak),
        }
    }
    if told.is_empty() {
        return;
    }
    let (id, title) = (results[stronger].rule.id, results[weaker].rule.title);
    for (number, weak) in told {
        let finding = &mut results[stronger].found[number];
        let room = EVIDENCE.saturating_sub(finding.evidence.len());
        finding.evidence.extend(weak.evidence.into_iter().take(room).map(|e| e.introduced_by(title)));
        finding.secrets.extend(weak.secrets);
    }
    results[weaker].found = kept;
    results[weaker].told(&NotTested::ReportedAs(id.to_owned()));
}

/// The operation that a location is about, without the part of it.
fn whole(location: &Location) -> Location {
    location.clone().whole()
}

/// Whether a finding is about the same place, or about the same operation where only one of them names a part of it.
fn is_same_place(strong: &Finding, weak: &Finding) -> bool {
    let one_is_whole = strong.location.part().is_none() || weak.location.part().is_none();
    strong.location == weak.location || one_is_whole && whole(&strong.location) == whole(&weak.location)
}

/// A finding that is only a hint tells nothing that is proved elsewhere.
fn is_as_sure(strong: &Finding, weak: &Finding) -> bool {
    strong.confidence >= weak.confidence.min(Confidence::Firm)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Evidence, Exchange, Failure, Method, Origin, Outcome, Request, RuleOutcome, Scheme};

    use super::*;

    fn finding(rule: &str, confidence: Confidence, path: &str, parameter: Option<&str>) -> Finding {
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let exchange = Arc::new(Exchange {
            serial: 1,
            request: Request::get(&origin, path),
            outcome: Outcome::Failed(Failure::Unreachable(String::new())),
            elapsed_us: 1,
            hops: Vec::new(),
        });
        let location = Location::at(Method::GET, path);
        let location = parameter.map_or(location.clone(), |name| location.parameter("query", name));
        Finding::new(checks::find(rule).unwrap().rule, confidence, location, Evidence::new(&exchange, "seen"))
    }

    fn folded(weak: Vec<Finding>, strong: Vec<Finding>) -> Vec<RuleResult> {
        let mut results = vec![RuleResult::of(strong[0].rule, strong), RuleResult::of(weak[0].rule, weak)];
        fold(&mut results);
        results
    }

    #[test]
    fn what_a_stronger_rule_tells_is_its_evidence() {
        let weak = || finding("input-reflection", Confidence::Confirmed, "/a", Some("q"));
        let strong = |confidence, path, name| vec![finding("reflected-xss", confidence, path, name)];
        let both = folded(vec![weak()], strong(Confidence::Confirmed, "/a", Some("q")));
        assert_eq!((both[0].found[0].evidence.len(), both[1].found.len()), (2, 0));
        assert!(matches!(both[1].scored().outcome, RuleOutcome::NotApplicable));
        for (confidence, path, name, left) in [
            (Confidence::Firm, "/a", Some("q"), 0),
            (Confidence::Firm, "/a", None, 0),
            (Confidence::Tentative, "/a", Some("q"), 1),
            (Confidence::Confirmed, "/a", Some("other"), 1),
            (Confidence::Confirmed, "/b", Some("q"), 1),
        ] {
            let both = folded(vec![weak()], strong(confidence, path, name));
            assert_eq!(both[1].found.len(), left, "{confidence:?} {path} {name:?}");
        }
    }

    #[test]
    fn one_setting_of_the_application_is_told_once_wherever_it_shows() {
        let weak = || finding("debug-page", Confidence::Confirmed, "/users/{id}", None);
        for (strong, left) in [("werkzeug-debugger", 0), ("config-dump", 1)] {
            let both = folded(vec![weak()], vec![finding(strong, Confidence::Confirmed, "/", None)]);
            assert_eq!((both[1].found.len(), both[0].found[0].evidence.len()), (left, 2 - left), "{strong}");
        }
    }

    #[test]
    fn a_rule_keeps_what_no_other_tells() {
        let weak = ["/a", "/b"].map(|path| finding("input-reflection", Confidence::Confirmed, path, Some("q")));
        let both = folded(weak.to_vec(), vec![finding("reflected-xss", Confidence::Confirmed, "/a", Some("q"))]);
        assert_eq!(both[1].found.len(), 1);
        assert!(matches!(both[1].scored().outcome, RuleOutcome::Failed { locations: 1, .. }));
    }

    #[test]
    fn the_stronger_rule_exists_and_is_no_less_severe() {
        for check in checks::all() {
            for id in check.subsumed_by.iter().chain(check.same_cause_as) {
                let stronger = checks::find(id).unwrap_or_else(|| panic!("{}: {id}", check.rule.id));
                assert!(stronger.rule.id == *id && stronger.rule.id != check.rule.id, "{id}");
                assert!(stronger.rule.severity >= check.rule.severity, "{}: {id}", check.rule.id);
                let back = stronger.subsumed_by.iter().chain(stronger.same_cause_as).any(|id| *id == check.rule.id);
                assert!(!back, "{id} and {} tell each other", check.rule.id);
            }
        }
    }
}
