//! Many scans share one process.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use engine::{Scan, ScanBuilder};
use model::{Depth, Report};
use serde_json::Value;
use support::{Asked, Response, Still, block_on, serve};

/// An application of its own for each number: other paths, other faults.
fn application(number: usize) -> impl Fn(&Asked) -> Response + Send + Sync {
    move |asked| match asked.path() {
        "/" => (200, "text/html", format!("<a href='/items{number}'>items</a><a href='/find?q=tea'>find</a>")),
        "/find" if number.is_multiple_of(2) => {
            (200, "text/html", format!("<p>{}</p>", asked.query("q").unwrap_or_default()))
        }
        "/find" => (200, "text/html", "<p>nothing</p>".to_owned()),
        path if path == format!("/items{number}") => {
            (200, "application/json", format!(r#"[{{"id": {number}, "password": "hunter{number}"}}]"#))
        }
        _ => (404, "text/plain", "nothing here".to_owned()),
    }
}

fn scan(url: &str) -> ScanBuilder {
    // Without those that are called back: each scan listens on a port of its own.
    let categories = ["data-exposure", "input-validation", "property-authorization", "authentication"];
    Scan::of(url).depth(Depth::Quick).surroundings(Still::default()).with(|request| {
        request.transcript = true;
        request.categories = categories.map(str::to_owned).to_vec();
    })
}

/// The report without what a clock gives.
fn timeless(report: &Report) -> Value {
    const CLOCKS: [&str; 5] = ["startedAt", "completedAt", "durationMs", "elapsedMs", "sentAtMs"];
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| !CLOCKS.contains(&name.as_str()));
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report).unwrap();
    strip(&mut value);
    value
}

#[test]
fn five_scans_at_once_report_what_each_reports_alone() {
    let urls: Vec<String> = (0..5).map(|number| serve(application(number))).collect();
    let (alone, together) = block_on(async {
        let mut alone = Vec::new();
        for url in &urls {
            alone.push(scan(url).run().await.unwrap());
        }
        let running: Vec<_> = urls.iter().map(|url| tokio::spawn(scan(url).run())).collect();
        let mut together = Vec::new();
        for task in running {
            together.push(task.await.unwrap().unwrap());
        }
        (alone, together)
    });
    for (one, other) in alone.iter().zip(&together) {
        assert!(one.requests > 10 && !one.findings.is_empty(), "{}: {}", one.url, one.requests);
        assert_eq!(timeless(one), timeless(other));
    }
    assert_ne!(alone[0].surface, alone[1].surface, "the applications differ");
}

#[test]
fn a_deadline_ends_one_scan_and_not_its_neighbour() {
    let stuck = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let stuck = format!("http://{}", stuck.local_addr().unwrap());
    let well = serve(application(0));
    let short = std::time::Duration::from_millis(300);
    let (stuck, well) = block_on(async { tokio::join!(scan(&stuck).deadline(short).run(), scan(&well).run()) });
    assert_eq!(stuck.unwrap().status, model::Status::Unreachable);
    assert_eq!(well.unwrap().status, model::Status::Completed);
}
