//! Real signals to the real program: what is known by then is written, whatever further signals come.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A server that answers the first requests of a scan and then none, and says each time that one has arrived.
fn server(answers: usize) -> (String, Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (arrived, requests) = channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                line.clear();
            }
            if number < answers {
                let body = r#"{"password_hash": "$2b$12$.BOQWMz..VtSCnvmwKfv7.YOESX7xwRwlm1Qp3My74hfaSBPJxgD6"}"#;
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
                let _ = write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            } else {
                kept.push(stream);
            }
            if arrived.send(number + 1).is_err() {
                return;
            }
        }
    });
    (url, requests)
}

fn scan(folder: &Path, url: &str, arguments: &[&str]) -> Command {
    // Under nohup the tests run with a hang-up that is ignored, which a scan respects.
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_middlebrick"), "scan", url]);
    command.args(["--output", "json=report.json", "--deadline", "10m", "--timeout", "10m"]);
    command.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

fn send(signal: &str, to: &Child) {
    let sent = Command::new("kill").args(["-s", signal, &to.id().to_string()]).stderr(Stdio::null()).status();
    assert!(sent.is_ok());
}

/// Waits for the end; a program that never ends fails the test.
fn ended(child: &mut Child, mut meanwhile: impl FnMut(&Child)) -> ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if started.elapsed() > Duration::from_mins(2) {
            child.kill().unwrap();
            panic!("it does not end");
        }
        meanwhile(child);
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn report(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("report.json")).unwrap()).unwrap()
}

#[test]
fn each_signal_ends_the_scan_with_its_report() {
    for signal in ["INT", "TERM", "HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let (url, requests) = server(4);
        let mut child = scan(folder.path(), &url, &[]).spawn().unwrap();
        while requests.recv().unwrap() < 5 {}
        send(signal, &child);
        assert_eq!(ended(&mut child, |_| {}).code(), Some(3), "{signal}");
        let report = report(folder.path());
        assert_eq!(report["status"], "incomplete", "{signal}");
        let rules: Vec<&Value> = report["findings"].as_array().unwrap().iter().map(|f| &f["id"]).collect();
        assert!(rules.contains(&&Value::from("password-hash-in-response")), "{signal}: {rules:?}");
        assert!(report["notTested"].as_array().unwrap().iter().any(|n| n["reason"] == "cut"), "{signal}");
    }
}

#[test]
fn no_number_of_signals_keeps_the_report_from_being_written() {
    let folder = tempfile::tempdir().unwrap();
    let (url, requests) = server(4);
    let mut child = scan(folder.path(), &url, &[]).spawn().unwrap();
    while requests.recv().unwrap() < 5 {}
    let mut signals = ["TERM", "TERM", "INT", "HUP"].iter().cycle();
    let status = ended(&mut child, |child| send(signals.next().unwrap(), child));
    assert_eq!(status.code(), Some(3));
    assert_eq!(report(folder.path())["status"], "incomplete");
}

#[test]
fn a_program_that_hangs_at_its_output_ends_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (url, requests) = server(4);
    // Nobody reads the pipe, and the report is larger than what it holds.
    let mut child = scan(folder.path(), &url, &["--output", "html"]).spawn().unwrap();
    while requests.recv().unwrap() < 5 {}
    send("TERM", &child);
    assert_eq!(ended(&mut child, |_| {}).code(), Some(3));
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_to_be_ignored_is() {
    let folder = tempfile::tempdir().unwrap();
    let (url, requests) = server(usize::MAX);
    let line = scan(folder.path(), &url, &[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).args(line.get_args().skip(1));
    let mut child = shell.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    requests.recv().unwrap();
    send("HUP", &child);
    ended(&mut child, |_| {});
    assert_eq!(report(folder.path())["status"], "completed");
}
