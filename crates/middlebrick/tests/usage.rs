//! Wrong input gets one clear line and its exit code; nothing half-written stays.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::net::TcpListener;
use std::path::Path;

use assert_cmd::Command;
use support::{Response, serve};

fn middlebrick(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    command.current_dir(folder).env_remove("MIDDLEBRICK_AUTH_VALUE");
    command
}

/// Runs, expects this exit code and one line on standard error that contains all of these.
fn fails(arguments: &[&str], code: i32, says: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.yaml"), "openapi: [3.0\n").unwrap();
    std::fs::write(folder.path().join("page.html"), "<html></html>").unwrap();
    let output = middlebrick(folder.path()).args(arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
    for word in says {
        assert!(error.contains(word), "{arguments:?}: {word:?} is not in {error:?}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{arguments:?} left files behind: {left:?}");
}

#[test]
fn urls() {
    fails(&["scan"], 2, &["<URL>"]);
    fails(&["scan", "//api.example.com"], 2, &["api.example.com", "scheme", "https://"]);
    fails(&["scan", "ftp://example.com"], 2, &["http or https"]);
    fails(&["scan", "http://"], 2, &["http://"]);
    fails(&["scan", "http://user:password@127.0.0.1/"], 2, &["credentials", "--auth-type"]);
}

#[test]
fn an_unreachable_host_is_incomplete_and_still_reported() {
    // Bound and released: nothing listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let output = middlebrick(folder.path())
        .args(["scan", &format!("http://127.0.0.1:{port}"), "--output", "json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["status"], &report["grade"], &report["score"]),
        (&"unreachable".into(), &serde_json::Value::Null, &serde_json::Value::Null)
    );
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.lines().count() == 1 && error.contains("cannot be reached"), "{error}");
}

#[test]
fn a_deadline_on_a_server_that_hangs_says_that_it_was_asked() {
    // The kernel takes the connection and the request; nobody answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    fails(&["scan", &url, "--deadline", "3s", "--output", "json=/dev/null"], 3, &["sent, and no response came before"]);
}

#[test]
fn specifications() {
    let url = "http://127.0.0.1:9";
    fails(&["scan", url, "--spec", "nowhere.yaml"], 2, &["--spec", "nowhere.yaml", "no such file"]);
    fails(&["scan", url, "--spec", "broken.yaml"], 2, &["--spec", "broken.yaml"]);
    fails(&["scan", url, "--spec", "page.html"], 2, &["--spec", "page.html", "HTML"]);
    fails(&["spec", "nowhere.yaml"], 2, &["nowhere.yaml", "no such file"]);
}

#[test]
fn names_of_categories_rules_and_formats() {
    let url = "http://127.0.0.1:9";
    fails(
        &["scan", url, "--category", "everything"],
        2,
        &["--category", "everything", "authentication", "authorization"],
    );
    fails(&["scan", url, "--rule", "nothing-like-it"], 2, &["--rule", "nothing-like-it", "middlebrick rules"]);
    fails(&["scan", url, "--rule", "werkzeug-debuger"], 2, &["--rule", "did you mean 'werkzeug-debugger'?"]);
    fails(&["scan", url, "--exclude", "plain_http"], 2, &["--exclude", "did you mean 'plain-http'?"]);
    fails(&["scan", url, "--method", "FOO"], 2, &["--method", "FOO", "GET, HEAD, OPTIONS, POST"]);
    fails(&["scan", url, "--depth", "abyss"], 2, &["--depth", "quick, standard, deep"]);
    fails(&["scan", url, "--output", "pdf"], 2, &["--output", "pdf", "sarif"]);
    fails(&["scan", url, "--context", "space"], 2, &["--context", "financial"]);
    fails(&["scan", url, "--timeout", "soon"], 2, &["--timeout", "soon", "5s"]);
    for number in ["0", "-1", "many"] {
        fails(&["scan", url, "--max-requests", number], 2, &["--max-requests", "whole number from 1 up"]);
        fails(&["scan", url, "--concurrency", number], 2, &["--concurrency", "1 to 256"]);
    }
    fails(&["scan", url, "--seed", "-1"], 2, &["--seed", "from 0"]);
    fails(&["scan", url, "--timeout", "-1s"], 2, &["--timeout", "-1s", "5s"]);
    fails(&["explain", "nothing-like-it"], 2, &["nothing-like-it", "explain score"]);
    fails(&["explain", "werkzueg-debugger"], 2, &["did you mean 'werkzeug-debugger'?"]);
}

#[test]
fn outputs_that_cannot_be_written() {
    let url = "http://127.0.0.1:9";
    fails(
        &["scan", url, "--output", "json=no/such/folder/report.json"],
        2,
        &["--output", "no/such/folder/report.json", "no such file"],
    );
    fails(&["scan", url, "--output", "json=."], 2, &["--output", "directory"]);
    fails(&["scan", url, "--output", "json", "--output", "sarif"], 2, &["--output", "standard output"]);
    fails(&["scan", url, "--output", "json=a", "--output", "sarif=a"], 2, &["--output", "twice"]);
}

#[test]
fn contradictory_gates() {
    let url = "http://127.0.0.1:9";
    fails(&["scan", url, "--threshold", "C", "--fail-below", "B"], 2, &["--threshold C", "--fail-below B"]);
    fails(&["scan", url, "--threshold", "E"], 2, &["--threshold", "'E'", "A, B, C, D, F"]);
    fails(&["scan", url, "--fail-below", "101"], 2, &["--fail-below", "101", "0 to 100"]);
    fails(&["scan", url, "--fail-on", "dire"], 2, &["--fail-on", "critical", "A, B, C, D, F"]);
    fails(&["scan", url, "--new-only"], 2, &["--baseline"]);
    fails(
        &["scan", url, "--baseline", "page.html", "--new-only"],
        2,
        &["--baseline", "page.html", "not a JSON report"],
    );
}

#[test]
fn credentials() {
    let url = "http://127.0.0.1:9";
    fails(&["scan", url, "--auth-type", "bearer"], 2, &["--auth-value", "MIDDLEBRICK_AUTH_VALUE"]);
    fails(&["scan", url, "--auth-type", "basic", "--auth-value", "nocolon"], 2, &["user:password"]);
    fails(&["scan", url, "--auth-type", "bearer", "--auth-value", "@nowhere"], 2, &["--auth-value", "nowhere"]);
    fails(&["scan", url, "--header", "no colon"], 2, &["--header", "Name: value"]);
    fails(&["scan", url, "--header", "X-Key: one\nX-Other: two"], 2, &["--header", "'X-Key'", "line break"]);
    fails(&["scan", url, "--cacert", "page.html"], 2, &["cert"]);
    fails(&["scan", url, "--resolve", "nonsense"], 2, &["--resolve", "HOST:PORT:ADDRESS"]);
    let key = ["scan", url, "--auth-type", "api-key", "--auth-value", "k1", "--auth-name"];
    for (name, place) in [("X Key", "header"), ("", "header"), ("X-Key:", "header"), ("a;b", "cookie"), ("", "query")] {
        fails(&[&key[..], &[name, "--auth-in", place]].concat(), 2, &["--auth-name", place]);
    }
}

#[test]
fn the_configuration_file_says_what_flags_say_and_flags_win() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join("middlebrick.toml"), text).unwrap();
    write("url = \"http://127.0.0.1:9\"\ndepth = \"quick\"\ncategory = [\"ssrf\"]\nplan = true\n");
    let plan = |extra: &[&str]| {
        let output = middlebrick(folder.path()).arg("scan").args(extra).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(plan(&[]).contains("(quick)"));
    assert!(plan(&["--depth", "deep"]).contains("(deep)"));
    write("detph = \"quick\"\n");
    let output = middlebrick(folder.path()).args(["scan", "http://127.0.0.1:9"]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(error.contains("middlebrick.toml") && error.contains("detph"), "{error}");
}

#[test]
fn the_ignore_file_wants_a_reason_and_a_date() {
    let folder = tempfile::tempdir().unwrap();
    let url = "http://127.0.0.1:9";
    for (text, word) in [
        ("[[ignore]]\nrule = \"nothing\"\nreason = \"x\"\n", "nothing"),
        ("[[ignore]]\nrule = \"werkzeug-debugger\"\nreason = \" \"\n", "no reason"),
        ("[[ignore]]\nrule = \"werkzeug-debugger\"\nreason = \"x\"\nexpires = \"soon\"\n", "YYYY-MM-DD"),
        ("[[ignore]]\nrule = \"werkzeug-debugger\"\n", "reason"),
    ] {
        std::fs::write(folder.path().join("accepted.toml"), text).unwrap();
        let output = middlebrick(folder.path()).args(["scan", url, "--ignore-file", "accepted.toml"]).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains("accepted.toml") && error.contains(word) && error.lines().count() == 1, "{error}");
    }
}

#[test]
fn a_plan_sends_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let output = middlebrick(folder.path()).args(["scan", &url, "--plan"]).output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("nothing was sent"));
    assert!(listener.accept().is_err(), "something connected");
}

#[test]
fn crack_takes_what_is_pasted_and_says_what_it_is() {
    // Signed with the secret `dev` by Flask's session and by `URLSafeTimedSerializer("dev", salt="my-odd-salt")`.
    const SESSION: &str = "eyJ1c2VyIjoxfQ.awbitg.oYfZxQxHL2V8CRd8ZEcrUqwtU2U";
    const ODD_SALT: &str = "eyJlbWFpbCI6ImFAYi5jIn0.awbitg.oikee3d7bBGiaRmwi-8IDk5X5nQ";
    const TEXT: &str = "user-7._ZZ1Te5MvkB2Xvb5JTL6Eq_Cnww";
    const STARLETTE: &str = "eyJ2aXNpdG9yIjogImtpbSIsICJuIjogWzEsIDJdfQ==.aw3ivg.yNxxz5AcIqMM_2YOLYhaxlDKO48";
    const JWT: &str = "eyJhbGciOiJub25lIn0.e30.AAAA";
    let folder = tempfile::tempdir().unwrap();
    for (pasted, code, says) in [
        (SESSION.to_owned(), 1, "Flask session cookie\npayload: {\"user\":1}\nsecret: [3 characters]"),
        (format!("session={SESSION}; HttpOnly; Path=/"), 1, "Flask session cookie"),
        (format!("Set-Cookie: theme=dark; session={SESSION}"), 1, "Flask session cookie"),
        // Two tokens in one header; a plain text signed by `Signer("changeme")`; one that Starlette signs with `secret`.
        (
            format!("Cookie: who={TEXT}; session={SESSION}"),
            1,
            "itsdangerous Signer token with the salt 'itsdangerous.Signer'\npayload: user-7\nsecret: [8 characters]",
        ),
        (
            STARLETTE.to_owned(),
            1,
            "Starlette session cookie\npayload: {\"visitor\": \"kim\", \"n\": [1, 2]}\nsecret: [6 characters]",
        ),
        (ODD_SALT.to_owned(), 0, "itsdangerous token\npayload: {\"email\":\"a@b.c\"}\nnot found among"),
    ] {
        let output = middlebrick(folder.path()).args(["crack", &pasted]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{pasted}: {text}");
        assert!(text.starts_with(says), "{pasted}: {text}");
    }
    let salted = middlebrick(folder.path()).args(["crack", "--salt", "my-odd-salt", ODD_SALT]).output().unwrap();
    assert_eq!(salted.status.code(), Some(1), "{}", String::from_utf8_lossy(&salted.stdout));
    let both = format!("Cookie: who={TEXT}; session={SESSION}");
    let both = middlebrick(folder.path()).args(["crack", &both]).output().unwrap();
    assert_eq!(String::from_utf8(both.stdout).unwrap().matches("secret: ").count(), 2);
    // The key of an old list is bytes and no text.
    let list = folder.path().join("words.txt");
    std::fs::write(&list, b"one\r\ngeh\xe4use\n").unwrap();
    let latin = crack::flask_session(b"geh\xe4use", "{\"user\":1}", 1_790_000_000);
    let latin = middlebrick(folder.path()).arg("crack").arg("--wordlist").arg(&list).arg(&latin).output().unwrap();
    assert_eq!(latin.status.code(), Some(1), "{}", String::from_utf8_lossy(&latin.stdout));
    fails(&["crack", "--wordlist", folder.path().to_str().unwrap(), SESSION], 2, &["--wordlist"]);
    fails(&["crack", &format!("Authorization: Bearer {JWT}")], 2, &["TOKEN", "none", "HS256"]);
    fails(&["crack", "session=nothing; Path=/"], 2, &["TOKEN", "not a Flask session cookie"]);
    fails(&["crack", "--threads", "0", SESSION], 2, &["--threads", "1 to 256", "all cores"]);
}

#[test]
fn help_completions_and_the_manual_page_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, word) in [
        (vec!["--help"], "scan"),
        (vec!["--version"], "middlebrick"),
        (vec!["completions", "bash"], "middlebrick"),
        (vec!["completions", "zsh"], "middlebrick"),
        (vec!["man"], ".TH middlebrick"),
        (vec!["rules"], "werkzeug-debugger"),
        (vec!["rules", "--output", "json"], "werkzeug-debugger"),
        (vec!["explain", "score"], "score/2"),
        (vec!["explain", "werkzeug-debugger"], "How to fix it"),
    ] {
        let output = middlebrick(folder.path()).args(&arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains(word), "{arguments:?}");
    }
}

#[test]
fn what_is_printed_of_a_specification_keeps_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let text = format!(
        "openapi: 3.0.3\ninfo: {{title: Notes {token}, version: '1'}}\npaths: {{/notes/{token}: {{get: {{}}}}}}\n"
    );
    std::fs::write(folder.path().join("notes.yaml"), text).unwrap();
    for arguments in [vec!["spec", "notes.yaml"], vec!["scan", "http://127.0.0.1:1", "--spec", "notes.yaml", "--plan"]]
    {
        let output = middlebrick(folder.path()).args(&arguments).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.contains("/notes/"), "{arguments:?}: {printed}");
        assert!(!printed.contains(&token), "{arguments:?}: {printed}");
    }
}

/// Runs with this on standard input; the exit code, standard output and standard error.
fn piped(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = middlebrick(folder.path()).args(arguments).write_stdin(input.to_owned()).output().unwrap();
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "{arguments:?} left files behind");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_dash_is_standard_input_and_output() {
    let document = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {responses: {}}}}\n";
    let (code, shown, _) = piped(&["spec", "-"], document);
    assert!(code == Some(0) && shown.contains("GET     /a"), "{shown}");
    let (code, shown, _) = piped(&["scan", "http://127.0.0.1:1", "--spec", "-", "--plan"], document);
    assert!(code == Some(0) && shown.contains("/a"), "{shown}");
    let (code, shown, _) = piped(&["scan", "http://127.0.0.1:1", "--output", "json=-"], "");
    assert!(code == Some(3) && shown.contains("\"schema\""), "{shown}");
    let (code, _, error) = piped(&["scan", "http://127.0.0.1:1", "-o", "json=-", "-o", "sarif=-"], "");
    assert!(code == Some(2) && error.contains("only one format"), "{error}");
    let (code, _, error) = piped(&["compare", "-", "missing.json"], "{");
    assert!(code == Some(2) && error.contains("OLD"), "{error}");
}

#[test]
fn a_faulty_configuration_is_shown_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("middlebrick.toml"), "depth = 'quick'\n\nrate = \"5\n").unwrap();
    let output = middlebrick(folder.path()).args(["scan", "http://127.0.0.1:1"]).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && error.contains("middlebrick.toml:3"), "{error}");
}

#[test]
fn a_url_without_a_scheme_is_scanned_over_what_responds_and_never_with_credentials_over_plain_http() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host = format!("127.0.0.1:{port}");
    let (code, shown, error) = piped(&["scan", &host, "--output", "json"], "");
    assert!(code == Some(3) && shown.contains(&format!("http://{host}/")), "{shown} {error}");
    assert!(error.contains(&format!("http://{host} is scanned")), "{error}");
    let (code, _, error) = piped(&["scan", &host, "--auth-type", "bearer", "--auth-value", "token"], "");
    assert!(code == Some(2) && error.contains("http://"), "{error}");
}

/// The URL of a server that has one page, until the test ends.
fn one_page() -> String {
    serve(|_| Response::new("200 OK\r\nContent-Type: application/json", "{}"))
}

#[test]
fn colour_is_for_terminals_and_those_who_ask_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let url = one_page();
    let coloured = |arguments: &[&str]| {
        let mut command = middlebrick(folder.path());
        let command = command.args(["scan", &url, "--max-requests", "10"]).args(arguments);
        command.env("TERM", "dumb").env("NO_COLOR", "1").output().unwrap().stdout.contains(&0x1b)
    };
    assert!(coloured(&["--color", "always"]));
    assert!(!coloured(&[]) && !coloured(&["--color", "never"]) && !coloured(&["--no-color"]));
}

#[test]
fn a_log_has_a_line_for_each_request_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("{}/items?token=canary-in-the-url-93f1", one_page());
    let log = folder.path().join("requests.log");
    let output = middlebrick(folder.path())
        .args(["scan", &url, "--max-requests", "10", "-vv", "--output", "json", "--log"])
        .arg(&log)
        .args(["--auth-type", "bearer", "--auth-value", "canary-credential-7c2e"])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let (kept, printed) = (std::fs::read_to_string(&log).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(kept.lines().count() as u64, report["requests"].as_u64().unwrap(), "{kept}");
    assert!(kept.lines().all(|line| line.contains("http://127.0.0.1:") && printed.contains(line)), "{kept}{printed}");
    assert!(kept.contains("/items") && !kept.contains("canary"), "{kept}");
}

#[test]
fn usage_errors_lead_to_help() {
    fails(&["scan"], 2, &["see `middlebrick scan --help`"]);
    fails(&["rules", "--output", "xml"], 2, &["see `middlebrick rules --help`"]);
    fails(&["scna", "x"], 2, &["see `middlebrick --help`"]);
    let (code, _, help) = piped(&[], "");
    assert!(code == Some(2) && help.contains("Usage: middlebrick") && help.contains("compare"), "{help}");
    fails(&["man", "scna"], 2, &["did you mean 'scan'?"]);
}

#[test]
fn completions_know_values_and_every_command_has_its_page() {
    let (_, script, _) = piped(&["completions", "bash"], "");
    for value in ["werkzeug-debugger", "gitlab-dast", "owasp-api10", "medical", "quick"] {
        assert!(script.contains(value), "{value}");
    }
    let (_, page, _) = piped(&["man", "scan"], "");
    assert!(page.contains("middlebrick\\-scan") && page.contains("fail\\-below"), "{page}");
}

#[test]
fn faults_of_files_are_shown_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    file("collection.json", "{\"info\": {}, \"item\": []}");
    file("ledger", "{\"event\":\"nothing\",\"number\":1}\n{\"event\":\"other\"}\n");
    file("ignores.toml", "[[ignore]]\nrule = \"plain-http\"\nreason = \"x\"\nexpires = 2027-01-31\n");
    for (arguments, says) in [
        (&["cleanup", "collection.json"][..], "collection.json:1: this is not a ledger"),
        (&["cleanup", "ledger"], "ledger:2: this is not a ledger"),
        (&["scan", "http://127.0.0.1:1", "--ignore-file", "ignores.toml"], "expires = \"2027-01-31\""),
        (&["scan", "http://127.0.0.1:1", "--ignore-file", "ignores.toml"], "line 4"),
    ] {
        let output = middlebrick(folder.path()).args(arguments).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && error.contains(says), "{arguments:?}: {error}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_cannot_be_written_whole_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["scan", &one_page(), "--max-requests", "5", "--log", "/dev/full"];
    let output = middlebrick(folder.path()).args(arguments).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("--log: lines are missing"), "{error}");
}
