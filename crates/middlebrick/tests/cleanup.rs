//! What a scan left that was killed is undone by its ledger, at a real Flask server.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Takes any note, and from the first new one on answers nobody but the test: the scan hangs where it is.
const APPLICATION: &str = r#"
import sys, threading
from flask import Flask, abort, jsonify, request
from werkzeug.serving import make_server

app = Flask(__name__)
notes, numbers, going = {1: "milk"}, iter(range(2, 100000)), threading.Event()
going.set()
first, released = threading.Lock(), threading.Event()

@app.before_request
def hold():
    if "X-Test" in request.headers:
        released.set()
        going.set()
    elif not going.is_set():
        going.wait()
        abort(503)  # whoever sent it is gone

@app.get("/openapi.json")
def document():
    text = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
    body = {"required": True, "content": {"application/json": {"schema": text}}}
    number = [{"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}]
    done = {"200": {"description": "done"}}
    return jsonify({"openapi": "3.0.3", "info": {"title": "notes", "version": "1"}, "paths": {
        "/notes": {"get": {"responses": done}, "post": {"requestBody": body, "responses": {"201": {"description": "made"}}}},
        "/notes/{number}": {"delete": {"parameters": number, "responses": {"204": {"description": "gone"}}}}}})

@app.get("/notes")
def every():
    return jsonify([{"id": number, "text": text} for number, text in notes.items()])

@app.post("/notes")
def add():
    with first:
        if not going.is_set():
            abort(503)
        if not released.is_set():
            going.clear()
        number = next(numbers)
    notes[number] = str(request.get_json(silent=True))
    return jsonify({"id": number}), 201, {"Location": f"/notes/{number}"}

@app.delete("/notes/<int:number>")
def remove(number):
    return ("", 204) if notes.pop(number, None) else (jsonify({"error": "no such note"}), 404)

server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
"#;

struct Flask {
    child: Child,
    port: u16,
}

impl Flask {
    fn start() -> Flask {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python =
            std::env::var_os("MIDDLEBRICK_PYTHON").map_or_else(|| root.join(".venv/bin/python"), PathBuf::from);
        let mut child = Command::new(&python)
            .args(["-c", APPLICATION])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {}: {error}; run `cargo xtask setup`", python.display()));
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Flask { child, port: line.trim().parse().unwrap() }
    }

    /// How many notes there are.
    fn notes(&self) -> usize {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(b"GET /notes HTTP/1.0\r\nX-Test: 1\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text.matches("\"id\"").count()
    }
}

impl Drop for Flask {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn middlebrick(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    command.current_dir(folder).env_remove("MIDDLEBRICK_AUTH_VALUE");
    command
}

#[test]
fn cleanup_finishes_what_a_killed_scan_left() {
    let flask = Flask::start();
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join(".middlebrick-ledger.jsonl");
    let url = format!("http://127.0.0.1:{}", flask.port);
    let mut scan = middlebrick(folder.path())
        .args(["scan", &url, "--active", "--quiet", "--timeout", "60s", "--deadline", "10m"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // The line is there before the scan goes on, and the server lets it go no further.
    while !std::fs::read_to_string(&ledger).is_ok_and(|text| text.contains(r#""event":"created""#)) {
        assert!(scan.try_wait().unwrap().is_none(), "the scan ended without creating anything");
        std::thread::sleep(Duration::from_millis(20));
    }
    scan.kill().unwrap();
    scan.wait().unwrap();
    assert!(flask.notes() > 1, "nothing was left");

    let again = middlebrick(folder.path()).args(["scan", &url, "--active"]).output().unwrap();
    let error = String::from_utf8(again.stderr).unwrap();
    assert!(again.status.code() == Some(2) && error.contains("middlebrick cleanup"), "{error}");

    let output = middlebrick(folder.path()).args(["cleanup", ledger.to_str().unwrap()]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("Still there: 0"), "{said}");
    assert_eq!(flask.notes(), 1, "{said}");
    assert!(!ledger.exists(), "nothing is left to undo");
}
