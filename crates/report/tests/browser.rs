//! The HTML report in a real Chromium: what a target said must not run, load or break anything there, and the page must work.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // the crate is pure; this test runs a browser

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;

use common::{hostile, payloads, rich};
use report::{Format, RuleDocument, RuleDocuments, Style, render};

/// Chromium on the path.
///
/// # Panics
/// When there is none: this test never passes by skipping itself.
fn chromium() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name)))
        .find(|file| file.is_file())
        .expect("this test needs Chromium: `cargo xtask setup` installs it")
}

/// A server that notes every request line until it is told to stop.
struct Beacon {
    port: u16,
    thread: JoinHandle<Vec<String>>,
}

impl Beacon {
    fn start() -> Beacon {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let mut seen = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = [0_u8; 512];
                let read = stream.read(&mut head).unwrap_or(0);
                let line = String::from_utf8_lossy(&head[..read]).lines().next().unwrap_or("").to_owned();
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
                if line.starts_with("STOP") {
                    break;
                }
                seen.push(line);
            }
            seen
        });
        Beacon { port, thread }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/beacon", self.port)
    }

    fn stop(self) -> Vec<String> {
        TcpStream::connect(("127.0.0.1", self.port)).unwrap().write_all(b"STOP\r\n").unwrap();
        self.thread.join().unwrap()
    }
}

/// What a browser made of a page.
struct Visit {
    dom: String,
    /// Errors, warnings and refusals of the Content Security Policy.
    console: Vec<String>,
}

fn visit(html: &str, hash: &str) -> Visit {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    std::fs::write(&page, html).unwrap();
    let output = Command::new(chromium())
        // Without the sandbox, because containers run this as root; the page is ours and the network is the loopback's.
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
        ])
        .args([
            "--disable-component-update",
            "--enable-logging=stderr",
            "--virtual-time-budget=3000",
            "--timeout=60000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("{}{hash}", file_url(&page)))
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(dom.contains("</html>"), "Chromium showed nothing: {log}");
    Visit { dom, console: log.lines().filter(|l| l.contains("CONSOLE")).map(str::to_owned).collect() }
}

fn file_url(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn page(report: &model::Report) -> String {
    let document = RuleDocument {
        page: "# T\n\n## What it is\n\n<script>RUN</script> text.\n",
        vulnerable: "a = '<script>'\n",
        fixed: "a = 2\n",
    };
    render(report, Format::Html, &Style::default(), &RuleDocuments::from([("werkzeug-debugger", document)]))
}

fn unfolded(html: &str) -> String {
    html.replace("<details ", "<details open ")
}

/// The harness must be able to see what it says it does not see.
#[test]
fn a_page_without_escapes_is_caught() {
    let beacon = Beacon::start();
    let run = format!("document.documentElement.setAttribute('data-pwned','1');fetch('{}')", beacon.url());
    let seen = visit(
        &format!(
            "<!doctype html><html><body><script>{run}</script><img src=x onerror=\"console.error('seen')\"></body></html>"
        ),
        "",
    );
    assert!(seen.dom.contains("data-pwned"), "script did not run");
    assert!(seen.console.iter().any(|l| l.contains("seen")), "the console is not read");
    assert!(!beacon.stop().is_empty(), "the beacon saw nothing");
    let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">";
    let refused =
        visit(&format!("<!doctype html><html><head>{policy}</head><body><script>1</script></body></html>"), "");
    assert!(refused.console.iter().any(|l| l.contains("Content Security Policy")), "{:?}", refused.console);
}

#[test]
fn nothing_a_target_says_runs_or_loads() {
    let beacon = Beacon::start();
    let html = page(&hostile(&payloads(&beacon.url())));
    for html in [html.clone(), unfolded(&html)] {
        let seen = visit(&html, "");
        assert!(!seen.dom.contains("data-pwned=\"1\""), "a payload ran");
        assert_eq!(seen.console, Vec::<String>::new());
        assert!(seen.dom.contains("</footer>"), "the page broke off");
    }
    assert_eq!(beacon.stop(), Vec::<String>::new());
}

#[test]
fn the_page_itself_breaks_no_policy() {
    let seen = visit(&unfolded(&page(&rich())), "");
    assert_eq!(seen.console, Vec::<String>::new());
    assert!(seen.dom.contains("3 findings"), "the script did not run");
    assert!(seen.dom.contains(">Copy</button>"), "no copy button");
}

#[test]
fn the_filters_filter() {
    let hidden = |dom: &str| {
        dom.match_indices("<details class=\"finding ")
            .filter(|(at, _)| dom[*at..].split_once('>').is_some_and(|(tag, _)| tag.contains("hidden=\"\"")))
            .count()
    };
    let html = page(&rich());
    assert_eq!(hidden(&visit(&html, "").dom), 0);
    for (hash, left) in [
        ("#severity=critical", 1),
        ("#category=data-exposure", 2),
        ("#show=GET%20%2Fusers%2F%7Bid%7D", 1),
        ("#show=nowhere", 0),
    ] {
        let seen = visit(&html, hash);
        assert_eq!(hidden(&seen.dom), 3 - left, "{hash}");
        assert_eq!(seen.console, Vec::<String>::new());
    }
}

#[test]
fn the_page_reads_without_script() {
    let html = page(&rich());
    assert!(html.contains("<form id=\"filters\" class=\"filters\" hidden>"), "the filters must wait for the script");
    for text in
        ["Werkzeug debugger exposed", "Serve with gunicorn", "docReady(function()", "curl -sk -i", "needs credentials"]
    {
        assert!(html.contains(text), "{text} is missing");
    }
    let external: Vec<&str> =
        ["src=\"http", "@import", "url(", "href=\"http://"].into_iter().filter(|mark| html.contains(mark)).collect();
    assert_eq!(external, Vec::<&str>::new());
    assert!(html.contains("&lt;script&gt;RUN"), "raw HTML of a page must be text");
}
