//! What a report says of its rules, against the exchanges of the same scan: no rule passed without a response to judge, none does not
//! apply that found or tried something, and nothing was over a budget that was not used up, or over it and sent all the same.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use checks::Server as Serving;
use model::{Consent, Depth, Effect, NotTestedView, PathTemplate, Report, RuleView, Target, Verdict};
use support::{Answer, Asked, Flask, Sample, Server, twins};

/// What a report says that its own exchanges do not bear out.
fn untrue(report: &Report, target: &Target) -> Vec<String> {
    let of_rules = report.rules.iter().flat_map(|rule| untrue_of(rule, report, target));
    of_rules.chain(untrue_of_operations(report)).collect()
}

/// Reasons that leave nothing untested.
const NO_GAPS: [&str; 3] = ["not-applicable", "not-selected", "reported-as"];

fn untrue_of(rule: &RuleView, report: &Report, target: &Target) -> Vec<String> {
    let check = checks::find(&rule.id).unwrap();
    let found = report.findings.iter().any(|finding| finding.id == rule.id);
    let rows: Vec<&NotTestedView> = report.not_tested.iter().filter(|row| row.rule == rule.id).collect();
    let tried: BTreeSet<String> = report.surface.iter().filter(|o| o.tried.contains(&rule.id)).map(name).collect();
    let over = |row: &&&NotTestedView| row.reason == "over-budget";
    let mut faults = Vec::new();
    let mut fault = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{}: {what} ({} requests, rows {:?})", rule.id, report.transcript.len(), told(&rows)));
        }
    };
    let answered = report.transcript.iter().any(|entry| entry.status.is_some());
    match rule.verdict {
        Verdict::Failed => fault(found, "failed, and nothing is found"),
        Verdict::Passed => {
            fault(!found, "passed, and something is found");
            fault(answered, "passed without any response");
            let sends_to_operations_alone = check.detectors.on_operation.is_some()
                && check.detectors.on_surface.is_none()
                && check.detectors.on_end.is_none()
                && check.detectors.on_exchange.is_none();
            fault(!sends_to_operations_alone || !tried.is_empty(), "passed, and was tried at no operation");
            let unsent = |row: &&&NotTestedView| {
                row.operations.is_empty() && ["over-budget", "no-consent"].contains(&row.reason.as_str())
            };
            fault(rows.iter().find(unsent).is_none() || !tried.is_empty(), "passed, and nothing was sent for it");
        }
        Verdict::NotApplicable => {
            let is_told = rows.iter().any(|row| row.reason == "reported-as");
            fault(!found && (tried.is_empty() || is_told), "does not apply, and was tried");
            fault(rows.iter().all(|row| NO_GAPS.contains(&row.reason.as_str())), "does not apply, for another reason");
        }
        Verdict::NotTested => {
            let is_told = rows.iter().any(|row| row.reason == "reported-as");
            fault(!found && (tried.is_empty() || is_told), "not tested, and was tried");
            fault(!rows.iter().all(|row| NO_GAPS.contains(&row.reason.as_str())), "not tested, for no reason");
        }
        Verdict::Ignored => {}
    }
    let elsewhere = |row: &&NotTestedView| row.operations.iter().all(|at| !tried.contains(at.as_str()));
    fault(rows.iter().filter(over).all(elsewhere), "over budget at an operation where it was tried");
    // What is paid otherwise is counted here too, so the budget may have been used up before. Of a maximum that the user named
    // everything is paid.
    let spent = if target.max_requests.is_some() { report.requests } else { report.transcript.len() as u32 };
    let terms = check.terms(target.consent);
    let dearest = terms.requests(target.depth);
    // What consent adds is kept for what needs it.
    let reading = Target { consent: Consent::ReadOnly, ..target.clone() };
    let payer = if terms.cost.effect >= Effect::Writes { target } else { &reading };
    let is_used_up = spent + dearest > payer.budget(report.surface.len());
    let is_deeper = check.schedule.depth > target.depth;
    fault(rows.iter().find(over).is_none() || is_used_up || is_deeper, "over a budget that was not used up");
    faults
}

/// Operations that were called, and are said not to have been.
fn untrue_of_operations(report: &Report) -> Vec<String> {
    let called = |operation: &model::SurfaceView| {
        let template = PathTemplate::from(operation.path.as_str());
        let is_plain = |entry: &&model::TranscriptEntry| entry.altered.is_empty() && entry.method == operation.method;
        report.transcript.iter().filter(is_plain).any(|entry| {
            let path = url::Url::parse(&entry.url).map(|url| url.path().to_owned()).unwrap_or_default();
            template.matches(&path)
        })
    };
    let left = report.surface.iter().filter(|o| o.not_tested.as_ref().is_some_and(|why| why.contains("over the")));
    left.filter(|o| called(o)).map(|o| format!("{} is said to be over budget, and was called", name(o))).collect()
}

fn name(operation: &model::SurfaceView) -> String {
    format!("{} {}", operation.method, operation.path)
}

fn told(rows: &[&NotTestedView]) -> Vec<String> {
    rows.iter().map(|row| format!("{} at {:?}", row.detail, row.operations)).collect()
}

fn scan(target: Target) -> Report {
    let scan = scan::Scan::new(target, support::patient(), Arc::new(|_| {})).unwrap().with_whole_transcript();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(scan.run())
}

/// Scans it in several ways; says what of their reports is untrue.
fn scanned(place: &str, target: &Target) -> Vec<String> {
    let ways = [
        Target { depth: Depth::Quick, ..target.clone() },
        target.clone(),
        Target { max_requests: Some(40), ..target.clone() },
        Target { max_requests: Some(90), ..target.clone() },
        Target { consent: Consent::SafeWrites, ..target.clone() },
    ];
    let faults = |way: &Target| {
        let about = format!("{place} {} {:?} {:?}", way.depth, way.max_requests, way.consent);
        untrue(&scan(way.clone()), way).into_iter().map(move |fault| format!("{about}: {fault}"))
    };
    ways.iter().flat_map(faults).collect()
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_said_of_the_sample_is_so() {
    let bookshop = Sample::start(&["bookshop"]);
    assert_none(&scanned("bookshop", &bookshop.target()));
}

#[test]
fn what_is_said_of_small_applications_is_so() {
    let flask = Flask::start(&["library", "safe", "notes"]);
    for app in ["library", "safe", "notes"] {
        assert_none(&scanned(app, &support::target(flask.port(app))));
    }
}

#[test]
fn what_is_said_of_twins_is_so() {
    let of = ["api-key-in-query", "ssrf-redirect-bypass", "object-id-traversal", "session-answer-cacheable"];
    let scripts: BTreeMap<_, _> = of
        .iter()
        .flat_map(|id| ["vulnerable", "fixed"].map(|twin| (*id, twin)))
        .map(|(id, twin)| (format!("{id} {twin}"), twins::script(checks::find(id).unwrap(), twin)))
        .collect();
    let flask = Flask::serve(Serving::Development, &scripts);
    for name in scripts.keys() {
        assert_none(&scanned(name, &support::target(flask.port(name))));
    }
}

/// An API with a guarded part, where a key in the address could be tried.
fn guarded(asked: &Asked) -> Answer {
    match asked.path() {
        "/" => {
            Answer::html(200, "<a href=/tides?day=1>t</a><a href=/boats/4>b</a><a href=/crew>c</a><a href=/fees>f</a>")
        }
        "/tides" => Answer::json(200, r#"{"high":"04:10"}"#),
        "/boats/4" => Answer::json(200, r#"{"id":4,"name":"Gull"}"#),
        "/crew" | "/fees" => {
            Answer::json(401, r#"{"error":"log in first"}"#).header("WWW-Authenticate", "Bearer realm=\"pier\"")
        }
        _ => Answer::json(404, r#"{"error":"not found"}"#),
    }
}

#[test]
fn what_was_read_does_not_pass_for_what_was_over_budget() {
    let server = Server::start(Arc::new(guarded));
    let verdicts: Vec<Verdict> = (12..=60)
        .step_by(2)
        .map(|most| Target { max_requests: Some(most), ..support::target(server.port) })
        .map(|target| {
            let report = scan(target.clone());
            assert_none(&untrue(&report, &target));
            report.rules.iter().find(|rule| rule.id == "api-key-in-query").unwrap().verdict
        })
        .collect();
    assert!(verdicts.contains(&Verdict::NotTested), "some budget has to be too small for it: {verdicts:?}");
}
