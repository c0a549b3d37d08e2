//! Every rule fires on its vulnerable twin, as firmly and where the reviewed table says, and its fixed twin comes out tested and clean,
//! under real Flask servers.
//!
//! `MIDDLEBRICK_PYTHON` names the interpreter (default: `.venv/bin/python` at the root, which `cargo xtask setup` makes);
//! `TWIN=rule-id` restricts the run to one rule.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use checks::{Check, Server, Twins};
use futures::StreamExt;
use model::{Report, Verdict};
use support::Flask;
use support::twins::{self, EXPECTED};

/// Most twins of the table that have nothing to be tested.
const NOT_APPLICABLE: usize = 5;

/// Pairs that are scanned at once; those of rules that measure times come after the others, one by one.
const AT_ONCE: usize = 6;

/// How often a rule that measures times may come out not tested before that is a fault: on a busy machine it cannot tell, and says so.
const TRIES: usize = 5;

/// Held by the server under test: the others would only be in its way.
static SERVER: Mutex<()> = Mutex::new(());

/// `(major, minor)` of the Flask that this interpreter imports.
fn flask_version(python: &Path) -> (u8, u8) {
    let code = "from importlib.metadata import version; print(version('flask'))";
    let output = Command::new(python).args(["-c", code]).output().expect("python runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut parts = text.trim().split('.').map(|p| p.parse::<u8>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

/// What the finding at the vulnerable twin is not as it should be; `None` if all is well.
fn vulnerable_fault(check: &Check, report: &Report) -> Option<String> {
    let id = check.rule.id;
    let Some(finding) = report.findings.iter().find(|f| f.id == id) else {
        return Some("is silent on its vulnerable twin".to_owned());
    };
    let place = |l: &model::LocationView| {
        format!("{} {}", l.method.as_ref().map_or("", |method| method.as_str()), l.path.as_deref().unwrap_or(""))
    };
    let at: Vec<String> = finding.locations.iter().map(place).collect::<BTreeSet<_>>().into_iter().collect();
    let found = format!("{id} = {{ confidence = \"{}\", at = {at:?} }}", finding.confidence);
    if finding.severity != check.rule.severity {
        return Some(format!("is found as {}, not as {}", finding.severity, check.rule.severity));
    }
    match EXPECTED.get(id) {
        None => Some(format!("has no row in tests/twins/expected.toml; found was: {found}")),
        Some(expected) if expected.confidence != finding.confidence || expected.at != at => {
            Some(format!("is not found as tests/twins/expected.toml says, but: {found}"))
        }
        Some(_) => None,
    }
}

/// Why the fixed twin proves nothing, or is found to be vulnerable.
fn fixed_fault(check: &Check, report: &Report) -> Option<String> {
    let id = check.rule.id;
    let verdict = verdict(check, report);
    let declared = EXPECTED.get(id).is_some_and(|e| e.not_applicable.is_some());
    match verdict {
        Some(Verdict::Passed) if declared => {
            Some("is tested on its fixed twin, though the table says it cannot".to_owned())
        }
        Some(Verdict::Passed) => None,
        Some(Verdict::NotApplicable) if declared => None,
        Some(Verdict::Failed) => Some("fires on its fixed twin".to_owned()),
        _ => Some(format!("proves nothing on its fixed twin: {verdict:?}")),
    }
}

fn verdict(check: &Check, report: &Report) -> Option<Verdict> {
    report.rules.iter().find(|rule| rule.id == check.rule.id).map(|rule| rule.verdict)
}

async fn scan(port: u16, check: &Check) -> Report {
    let again = async || twins::scan(twins::target_of(port, check)).await;
    let mut report = again().await;
    for _ in 1..if check.schedule.exclusive { TRIES } else { 1 } {
        if verdict(check, &report) != Some(Verdict::NotTested) {
            break;
        }
        report = again().await;
    }
    report
}

fn run(server: Server) {
    let _alone = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    let flask = flask_version(&support::python());
    let only = std::env::var("TWIN").ok();
    let checks: Vec<&Check> = checks::all()
        .into_iter()
        .filter(|c| only.as_ref().is_none_or(|id| c.rule.is_called(id)))
        .filter(|c| match &c.twins {
            Twins::Flask { runs_on, .. } => {
                runs_on.servers.contains(&server) && (runs_on.oldest..=runs_on.newest).contains(&flask)
            }
            Twins::None(_) => false,
        })
        .collect();
    if checks.is_empty() {
        return;
    }
    let mut scripts = BTreeMap::new();
    for check in &checks {
        for twin in ["vulnerable", "fixed"] {
            scripts.insert(format!("{}/{twin}", check.rule.id), twins::script(check, twin));
        }
    }
    let serving = Flask::serve(server, &scripts);
    let pair = async |check: &Check| {
        let id = check.rule.id;
        let port = |twin: &str| serving.port(&format!("{id}/{twin}"));
        let vulnerable = scan(port("vulnerable"), check).await;
        let fixed = scan(port("fixed"), check).await;
        let fault = |fault: Option<String>, report: &Report| {
            let detail = (&report.findings, &report.not_tested, &report.surface);
            let detail = serde_json::to_string_pretty(&detail).unwrap();
            fault.map(|what| format!("{id} {what} (Flask {flask:?}, {server:?})\n{detail}"))
        };
        [fault(vulnerable_fault(check, &vulnerable), &vulnerable), fault(fixed_fault(check, &fixed), &fixed)]
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let faults: Vec<String> = runtime.block_on(async {
        let (timed, others): (Vec<&Check>, Vec<&Check>) = checks.iter().partition(|c| c.schedule.exclusive);
        futures::stream::iter(others)
            .map(pair)
            .buffered(AT_ONCE)
            .chain(futures::stream::iter(timed).then(pair))
            .flat_map(futures::stream::iter)
            .filter_map(async |fault| fault)
            .collect()
            .await
    });
    println!("{} pairs under Flask {}.{} and {server:?}", checks.len(), flask.0, flask.1);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn twins_under_the_development_server() {
    run(Server::Development);
}

#[test]
fn twins_under_gunicorn() {
    run(Server::Gunicorn);
}

#[test]
fn twins_under_waitress() {
    run(Server::Waitress);
}

#[test]
fn the_table_names_rules_and_few_that_cannot_be_tested() {
    let unknown: Vec<&String> = EXPECTED.keys().filter(|id| checks::find(id).is_none()).collect();
    assert!(unknown.is_empty(), "no such rules: {unknown:?}");
    let not_applicable = EXPECTED.values().filter(|e| e.not_applicable.is_some()).count();
    assert!(not_applicable <= NOT_APPLICABLE, "{not_applicable} fixed twins have nothing to be tested");
}
