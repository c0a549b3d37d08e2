//! What every rule finds at each fixed twin and at both samples, deep and with consent to everything: nothing but what the reviewed
//! lists in `tests/twins` say is true of it, each with its reason, and all of that.
//!
//! `TWIN=rule-id` restricts the run to the twin of one rule.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use checks::{Check, Server, Twins};
use futures::StreamExt;
use model::Report;
use support::truth::{Truth, for_every_rule};
use support::{Flask, Sample, twins};

/// Twins that are scanned at once.
const AT_ONCE: usize = 4;

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn every_rule_finds_at_fixed_twins_what_is_true_of_them() {
    let only = std::env::var("TWIN").ok();
    let checks: Vec<&Check> = checks::all()
        .into_iter()
        .filter(|c| only.as_ref().is_none_or(|id| c.rule.is_called(id)))
        .filter(|c| matches!(c.twins, Twins::Flask { .. }))
        .collect();
    let scripts = checks.iter().map(|c| (c.rule.id.to_owned(), twins::script(c, "fixed"))).collect();
    let serving = Flask::serve(Server::Development, &scripts);
    let scanned = async |check: &Check| {
        let target = twins::target(serving.port(check.rule.id), twins::scheme(check));
        (check.rule.id, twins::scan(for_every_rule(target)).await)
    };
    let reports: Vec<(&str, Report)> = wait(futures::stream::iter(checks).map(scanned).buffered(AT_ONCE).collect());
    let truth = Truth::read(include_str!("twins/true_of_fixed.toml"));
    let mut faults: Vec<String> = reports.iter().flat_map(|(twin, report)| truth.unknown(twin, report)).collect();
    if only.is_none() {
        faults.extend(truth.stale(&reports));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_rule_finds_at_the_samples_what_is_true_of_them() {
    let keys = tempfile::tempdir().unwrap();
    let bookshop = Sample::start(&["bookshop"]);
    let hardened = Sample::start(&["hardened", &keys.path().display().to_string()]);
    let authority = std::fs::read(keys.path().join("ca.pem")).unwrap();
    let reports = [
        ("bookshop", wait(twins::scan(for_every_rule(bookshop.target())))),
        ("bookshop-hardened", wait(twins::scan_trusting(for_every_rule(hardened.target()), authority))),
    ];
    let truth = Truth::read(include_str!("twins/true_of_samples.toml"));
    let mut faults: Vec<String> = reports.iter().flat_map(|(name, report)| truth.unknown(name, report)).collect();
    faults.extend(truth.stale(&reports));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
