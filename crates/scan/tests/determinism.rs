//! Equal scans give equal reports, however fast the answers come.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use model::{Depth, Report, Target};
use serde_json::Value;
use support::Flask;
use wire::Settings;

/// The report without what a clock gives, and with one port for the call-back listener: a scan beside this one may have the first choice.
fn timeless(report: &Report) -> Value {
    const CLOCKS: [&str; 6] = ["startedAt", "completedAt", "id", "durationMs", "elapsedMs", "sentAtMs"];
    fn strip(value: &mut Value, top: bool) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| !(CLOCKS.contains(&name.as_str()) && (name != "id" || top)));
                fields.values_mut().for_each(|v| strip(v, false));
            }
            Value::Array(items) => {
                items.retain(|item| {
                    !item.get(0).and_then(Value::as_str).is_some_and(|n| n.eq_ignore_ascii_case("date"))
                });
                for v in items.iter_mut() {
                    strip(v, false);
                }
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report).unwrap();
    strip(&mut value, true);
    // How often a ban is suspected, and asked about, hangs on which response came first.
    value.as_object_mut().unwrap().remove("requests");
    // The applications under test have ports that the system chose, above those of the listener.
    let listener = regex::Regex::new(r"127\.0\.0\.1(:|%3A)2[0-9]{4}\b").unwrap();
    serde_json::from_str(&listener.replace_all(&value.to_string(), "127.0.0.1${1}20000")).unwrap()
}

fn scan(target: &Target, concurrency: usize) -> Report {
    let settings = Settings { concurrency, ..Settings::polite(true) };
    let scan = scan::Scan::new(target.clone(), settings, std::sync::Arc::new(|_| {})).unwrap().with_whole_transcript();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(scan.run())
}

/// The first places at which two reports differ.
fn differences(a: &Value, b: &Value, path: &str, out: &mut Vec<String>) {
    match (a, b) {
        _ if out.len() > 8 || a == b => {}
        (Value::Object(x), Value::Object(y)) => {
            for key in x.keys().chain(y.keys()).collect::<std::collections::BTreeSet<_>>() {
                differences(&a[key], &b[key], &format!("{path}.{key}"), out);
            }
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            for (at, (one, other)) in x.iter().zip(y).enumerate() {
                differences(one, other, &format!("{path}[{at}]"), out);
            }
        }
        (Value::Array(x), Value::Array(y)) => {
            out.push(format!("{path}: {} and {} entries", x.len(), y.len()));
            for (one, other) in x.iter().zip(y) {
                differences(one, other, &format!("{path}[]"), out);
            }
        }
        _ => {
            let shown = |v: &Value| v.to_string().chars().take(300).collect::<String>();
            out.push(format!("{path}: {} and {}", shown(a), shown(b)));
        }
    }
}

#[test]
fn equal_scans_give_equal_reports() {
    let flask = Flask::start(&["library", "safe"]);
    for app in ["library", "safe"] {
        for (depth, max_requests) in
            [(Depth::Quick, None), (Depth::Standard, None), (Depth::Standard, Some(70)), (Depth::Deep, Some(400))]
        {
            let target = Target { depth, max_requests, ..support::target(flask.port(app)) };
            let first = timeless(&scan(&target, 16));
            for concurrency in [16, 1, 5] {
                let other = timeless(&scan(&target, concurrency));
                let mut out = Vec::new();
                differences(&first, &other, "", &mut out);
                assert!(out.is_empty(), "{app} {depth} {max_requests:?}, {concurrency} at once:\n{}", out.join("\n"));
            }
        }
    }
}

#[test]
fn values_seen_fill_the_parameters_of_other_operations() {
    let flask = Flask::start(&["library"]);
    let report = support::scan(support::target(flask.port("library")));
    let missed: Vec<String> = report
        .surface
        .iter()
        .filter(|o| o.method == model::Method::GET && o.status != Some(200))
        .map(|o| format!("{} {:?}", o.path, o.status))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
    let paths: Vec<&str> = report.surface.iter().map(|o| o.path.as_str()).collect();
    assert!(paths.contains(&"/books/{book_id}/copies/{copy}"), "{paths:?}");
    let found: Vec<&str> = report.findings.iter().map(|f| f.id.as_str()).collect();
    assert!(found.contains(&"sql-injection") && found.contains(&"reflected-xss"), "{found:?}");
}

#[test]
fn without_a_document_the_allow_header_names_methods() {
    let flask = Flask::start(&["notes"]);
    let report = support::scan(support::target(flask.port("notes")));
    let of = |method: model::Method| report.surface.iter().any(|o| o.path == "/notes" && o.method == method);
    let known: Vec<_> = report.surface.iter().map(|o| format!("{} {}", o.method, o.path)).collect();
    assert!(of(model::Method::GET) && of(model::Method::POST), "{known:?}");
}
