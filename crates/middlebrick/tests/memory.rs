//! What the program holds in memory at most, whatever a target says: measured on the program itself.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use model::Report;

use self::support::Response;

// A build without optimisation has 8 to 14 MiB more of code and tables alone, by how it is compiled.
/// The bound for whatever comes, in MiB; and that for an ordinary API.
const ANY: u64 = if cfg!(debug_assertions) { 110 } else { 96 };
const ORDINARY: u64 = if cfg!(debug_assertions) { 52 } else { 40 };

const JSON: &str = "200 OK\r\nContent-Type: application/json";
const PACKED: &str = "200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip";

fn absent() -> Response {
    Response::new("404 Not Found\r\nContent-Type: application/json", r#"{"error":"unknown"}"#)
}

/// A server that responds to each path as the function says.
fn serve(respond: impl Fn(&str) -> Response + Send + Sync + 'static) -> String {
    support::serve(move |target| respond(target.split('?').next().unwrap_or(target)))
}

/// Scans and gives the report with the most memory that the program had, in MiB.
fn peak(url: &str, arguments: &[&str]) -> (Report, u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_middlebrick"))
        .current_dir(folder.path())
        .args(["scan", url, "--output", "json", "--seed", "7"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        output.read_to_end(&mut text).map(|_| text)
    });
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(5));
    }
    let text = reader.join().unwrap().unwrap();
    let report = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("no report: {error}"));
    (report, peak / 1024)
}

/// A page of so many links.
fn links(count: usize) -> Response {
    let links: Vec<String> = (0..count).map(|n| format!("\"/list{n}\"")).collect();
    Response::new(JSON, format!("{{\"links\":[{}]}}", links.join(",")))
}

fn number(path: &str) -> Option<usize> {
    path.strip_prefix("/list")?.parse().ok()
}

#[test]
fn many_long_lists() {
    let body = format!("[{}0]", "0,".repeat((1 << 20) - 2));
    let list = Response::new(JSON, body);
    let url = serve(move |path| match number(path) {
        Some(..60) => list.clone(),
        _ if path == "/" => links(60),
        _ => absent(),
    });
    let (report, peak) = peak(&url, &[]);
    assert!(report.surface.iter().filter(|o| o.path.starts_with("/list")).count() >= 10, "the lists were found");
    assert!(peak <= ANY, "{peak} MiB");
}

#[test]
fn lists_of_ordinary_rows() {
    let row = |n: usize| {
        format!(
            r#"{{"id":{n},"name":"Item number {n}","price":{n}.25,"tags":["a","b"],"shelf":{{"id":{},"note":null}}}}"#,
            n % 7
        )
    };
    let rows: Vec<String> = (0..14_000).map(row).collect();
    let list = Response::new(JSON, format!("[{}]", rows.join(",")));
    assert!(list.body.len() > 1_300_000);
    let url = serve(move |path| match number(path) {
        Some(..30) => list.clone(),
        _ if path == "/" => links(30),
        _ => absent(),
    });
    let (report, peak) = peak(&url, &[]);
    let long = report.findings.iter().find(|f| f.id == "unbounded-list").expect("judged, not only read");
    // Twenty links are followed; on a busy machine some of these downloads run into their time limit.
    assert!(long.locations.len() >= 10, "{} lists", long.locations.len());
    assert!(peak <= ANY, "{peak} MiB");
}

#[test]
fn everything_is_a_hundred_megabytes() {
    for beginning in ["[0,", "{\"openapi\":\"3.0.0\",\"paths\":{\"/a\":[0,"] {
        let mut body = beginning.as_bytes().to_vec();
        body.resize(1 << 20, b' ');
        let url = serve(move |_| Response { times: 100, ..Response::new(JSON, body.clone()) });
        let (_, peak) = peak(&url, &[]);
        assert!(peak <= ANY, "{beginning} {peak} MiB");
    }
}

#[test]
fn everything_unpacks_to_three_hundred_megabytes() {
    let packed = |beginning: &[u8]| {
        let mut encoder = GzEncoder::new(beginning.to_vec(), Compression::best());
        encoder.get_mut().clear();
        encoder.write_all(beginning).unwrap();
        let zeros = vec![b'0'; 1 << 20];
        (0..300).for_each(|_| encoder.write_all(&zeros).unwrap());
        encoder.finish().unwrap()
    };
    for beginning in ["", "{\"swagger\":\"2.0\",\"info\":\""] {
        let bomb = Response::new(PACKED, packed(beginning.as_bytes()));
        assert!(bomb.body.len() < 350_000);
        let url = serve(move |_| bomb.clone());
        let (_, peak) = peak(&url, &[]);
        assert!(peak <= ANY, "{beginning} {peak} MiB");
    }
}

#[test]
fn an_ordinary_api_of_thirty_operations() {
    let names = ["users", "orders", "books", "shelves", "carts", "notes", "teams", "tags", "events", "files"];
    let mut paths = Vec::new();
    for name in names {
        let ok = r#"{"200":{"description":"ok","content":{"application/json":{"schema":{"type":"object"}}}}}"#;
        let id = r#"{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}"#;
        paths.push(format!(r#""/{name}":{{"get":{{"responses":{ok}}},"post":{{"responses":{ok}}}}}"#));
        paths.push(format!(r#""/{name}/{{id}}":{{"get":{{"parameters":[{id}],"responses":{ok}}}}}"#));
    }
    let document =
        format!(r#"{{"openapi":"3.0.3","info":{{"title":"Shop","version":"1"}},"paths":{{{}}}}}"#, paths.join(","));
    let url = serve(move |path| {
        let (collection, id) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        let row = |n: usize| format!(r#"{{"id":{n},"title":"Number {n}","text":"{}"}}"#, "some text ".repeat(8));
        match id.parse() {
            _ if path == "/openapi.json" => Response::new(JSON, document.clone()),
            Ok(n @ 1..=40) if names.contains(&collection) => Response::new(JSON, row(n)),
            _ if names.contains(&path.trim_start_matches('/')) => {
                Response::new(JSON, format!("[{}]", (1..=40).map(row).collect::<Vec<_>>().join(",")))
            }
            _ => absent(),
        }
    });
    let (report, peak) = peak(&url, &[]);
    assert!(report.surface.len() >= 30);
    assert!(peak <= ORDINARY, "{peak} MiB");
}
