//! Every rule fires on its vulnerable twin and is silent on its fixed twin, under real Flask servers.
//!
//! `MIDDLEBRICK_PYTHON` names the interpreter (default: `.venv/bin/python` at the root, which `cargo xtask setup` makes);
//! `TWIN=rule-id` restricts the run to one rule.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use checks::{Check, Server, Twins};
use model::{Consent, Depth, Effect, Origin, Report, Scheme, Selection, Target};
use scan::Scan;
use wire::Settings;

/// A running `serve.py`; it ends when its standard input closes.
struct Serving {
    child: Child,
    ports: BTreeMap<String, u16>,
}

impl Serving {
    fn start(python: &Path, server: Server, scripts: &BTreeMap<String, PathBuf>) -> Serving {
        let name = match server {
            Server::Development => "development",
            Server::Gunicorn => "gunicorn",
            Server::Waitress => "waitress",
        };
        let mut child = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/twins/serve.py"))
            .arg(name)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if std::env::var_os("TWIN").is_some() { Stdio::inherit() } else { Stdio::null() })
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}; run `cargo xtask setup`", python.display()));
        let input = child.stdin.as_mut().unwrap();
        writeln!(input, "{}", serde_json::to_string(scripts).unwrap()).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ports = serde_json::from_str(&line).unwrap_or_else(|e| panic!("serve.py said {line:?}: {e}"));
        Serving { child, ports }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn python() -> PathBuf {
    std::env::var_os("MIDDLEBRICK_PYTHON")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python"), PathBuf::from)
}

fn folder(check: &Check) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../checks/src")
        .join(check.rule.category.id().replace('-', "_"))
        .join(check.rule.id.replace('-', "_"))
}

/// `(major, minor)` of the Flask that this interpreter imports.
fn flask_version(python: &Path) -> (u8, u8) {
    let code = "from importlib.metadata import version; print(version('flask'))";
    let output = Command::new(python).args(["-c", code]).output().expect("python runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut parts = text.trim().split('.').map(|p| p.parse::<u8>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn target(port: u16, tls: bool, check: &Check) -> Target {
    let scheme = if tls { Scheme::Https } else { Scheme::Http };
    let needs_consent = check.cost.effect >= Effect::Writes;
    Target {
        consent: if needs_consent { Consent::All } else { Consent::ReadOnly },
        depth: check.schedule.depth.max(Depth::Standard),
        deadline: Some(std::time::Duration::from_mins(10)),
        seed: 7,
        selection: Selection { rules: vec![check.rule.id.to_owned()], ..Selection::default() },
        now: std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().cast_signed(),
        ..Target::of(Origin { scheme, host: "127.0.0.1".to_owned(), port })
    }
}

async fn scan(port: u16, tls: bool, check: &Check) -> Report {
    let target = target(port, tls, check);
    Scan::new(target, Settings::polite(true), Arc::new(|_| {})).unwrap().run().await
}

fn run(server: Server) {
    let python = python();
    let flask = flask_version(&python);
    let only = std::env::var("TWIN").ok();
    let checks: Vec<(&Check, bool)> = checks::all()
        .into_iter()
        .filter(|c| only.as_ref().is_none_or(|id| c.rule.is_called(id)))
        .filter_map(|c| match &c.twins {
            Twins::Flask { runs_on, vulnerable, .. }
                if runs_on.servers.contains(&server) && (runs_on.oldest..=runs_on.newest).contains(&flask) =>
            {
                Some((c, vulnerable.contains("ssl_context")))
            }
            _ => None,
        })
        .collect();
    if checks.is_empty() {
        return;
    }
    let mut scripts = BTreeMap::new();
    for (check, _) in &checks {
        scripts.insert(format!("{}/vulnerable", check.rule.id), folder(check).join("vulnerable.py"));
        scripts.insert(format!("{}/fixed", check.rule.id), folder(check).join("fixed.py"));
    }
    let serving = Serving::start(&python, server, &scripts);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut faults = Vec::new();
    for (check, tls) in &checks {
        let id = check.rule.id;
        for (twin, expected) in [("vulnerable", true), ("fixed", false)] {
            let report = runtime.block_on(scan(serving.ports[&format!("{id}/{twin}")], *tls, check));
            let found = report.findings.iter().any(|f| f.id == id);
            if found != expected {
                let what = if expected { "is silent on its vulnerable twin" } else { "fires on its fixed twin" };
                let detail =
                    serde_json::to_string_pretty(&(&report.findings, &report.not_tested, &report.surface)).unwrap();
                faults.push(format!("{id} {what} (Flask {flask:?}, {server:?})\n{detail}"));
            }
        }
    }
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
