//! The printed `curl` commands, run in a shell: they carry the credential where the scan carried it, out of the variable that is explained.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../engine/tests/support/mod.rs"]
mod support;

use std::process::Command;

use serde_json::Value;
use support::{Asked, Response, serve};

/// A way to prove oneself: the arguments of the scan, and whether a request does.
struct Way {
    arguments: &'static [&'static str],
    value: &'static str,
    proves: fn(&Asked) -> bool,
}

const KEY: &str = "kelp 72&f1\"$HOME";

const WAYS: [Way; 6] = [
    Way {
        arguments: &["--auth-type", "bearer"],
        value: "kelp-72f1",
        proves: |a| header(a, "authorization", "Bearer kelp-72f1"),
    },
    Way {
        arguments: &["--auth-type", "basic"],
        value: "ada:kelp-72f1",
        proves: |a| header(a, "authorization", "Basic YWRhOmtlbHAtNzJmMQ=="),
    },
    Way {
        arguments: &["--auth-type", "api-key", "--auth-name", "X-Keeper"],
        value: KEY,
        proves: |a| header(a, "x-keeper", KEY),
    },
    Way {
        arguments: &["--auth-type", "api-key", "--auth-in", "query", "--auth-name", "keeper"],
        value: "kelp-72f1",
        proves: |a| a.query("keeper").is_some_and(|key| key == "kelp-72f1"),
    },
    Way {
        arguments: &["--auth-type", "api-key", "--auth-in", "cookie", "--auth-name", "keeper"],
        value: "kelp-72f1",
        proves: |a| cookie(a, "keeper=kelp-72f1"),
    },
    Way { arguments: &["--auth-type", "cookie"], value: "sid=kelp-72f1; b=2", proves: |a| cookie(a, "sid=kelp-72f1") },
];

fn header(asked: &Asked, name: &str, value: &str) -> bool {
    asked.headers.get(name).is_some_and(|sent| sent == value)
}

fn cookie(asked: &Asked, pair: &str) -> bool {
    asked.headers.get("cookie").is_some_and(|sent| sent.split("; ").any(|sent| sent == pair))
}

/// People with their passwords, for whoever proves who they are and belongs to the tenant.
fn application(asked: &Asked, proves: fn(&Asked) -> bool) -> Response {
    match asked.path() {
        "/" => (200, "text/html", "<a href='/people?tag[]=a'>people</a>".to_owned()),
        "/people" if proves(asked) && header(asked, "x-tenant", "t 7") => {
            (200, "application/json", r#"[{"name": "Ada", "password": "correct-horse-7"}]"#.to_owned())
        }
        "/people" => (401, "application/json", r#"{"error": "log in"}"#.to_owned()),
        _ => (404, "application/json", r#"{"error": "nothing here"}"#.to_owned()),
    }
}

/// People with their passwords, for whoever brings the key in the address.
fn keyed(asked: &Asked) -> Response {
    match asked.path() {
        "/" => (200, "text/html", "<a href='/people?api_key=9f2c7d1e44&size=2'>people</a>".to_owned()),
        "/people" if asked.query("api_key").is_some_and(|key| key == "9f2c7d1e44") => {
            (200, "application/json", r#"[{"name": "Ada", "password": "correct-horse-7"}]"#.to_owned())
        }
        "/people" => (401, "application/json", r#"{"error": "no key"}"#.to_owned()),
        _ => (404, "application/json", r#"{"error": "nothing here"}"#.to_owned()),
    }
}

#[test]
fn a_masked_value_in_an_address_is_a_variable_to_be_filled_in() {
    let url = serve(keyed);
    let folder = tempfile::tempdir().unwrap();
    let mut scan = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
    scan.current_dir(folder.path()).args(["scan", &url, "--rule", "password-in-response", "--output", "json"]);
    let out = String::from_utf8(scan.output().unwrap().stdout).unwrap();
    assert!(!out.contains("9f2c7d1e44"), "{out}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let command = report["findings"][0]["reproduce"].as_str().unwrap();
    let status = |key: &str| {
        let output = Command::new("sh").args(["-c", command]).env("MIDDLEBRICK_VALUE_API_KEY", key).output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}; curl is needed: `cargo xtask setup`");
        String::from_utf8_lossy(&output.stdout).split(' ').nth(1).map(str::to_owned)
    };
    assert_eq!([status("9f2c7d1e44"), status("wrong")].map(Option::unwrap), ["200", "401"], "{command}");
    let notes =
        report["notes"].as_array().unwrap().iter().filter(|n| n.as_str().unwrap().contains("MIDDLEBRICK_VALUE"));
    assert_eq!(notes.count(), 1, "{out}");
}

#[test]
fn a_printed_command_proves_who_sends_it() {
    for way in WAYS {
        let proves = way.proves;
        let url = serve(move |asked| application(asked, proves));
        let folder = tempfile::tempdir().unwrap();
        let mut scan = Command::new(env!("CARGO_BIN_EXE_middlebrick"));
        scan.current_dir(folder.path()).args(["scan", &url, "--rule", "password-in-response", "--output", "json"]);
        scan.args(way.arguments).args(["-H", "X-Tenant: t 7"]).env("MIDDLEBRICK_AUTH_VALUE", way.value);
        let output = scan.output().unwrap();
        let (out, error) = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).into();
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{error}"));
        let finding = &report["findings"][0];
        let mut commands = vec![finding["reproduce"].as_str().unwrap()];
        commands.extend(finding["steps"].as_array().unwrap().iter().map(|step| step["command"].as_str().unwrap()));
        assert!(commands.len() > 1, "{out}");
        for command in commands {
            let status = |value: &str, tenant: &str| {
                let mut shell = Command::new("sh");
                shell.args(["-c", command]).env("MIDDLEBRICK_AUTH_VALUE", value);
                let output = shell.env("MIDDLEBRICK_HEADER_X_TENANT", tenant).output().unwrap();
                assert!(output.status.success(), "{command}: {output:?}; curl is needed: `cargo xtask setup`");
                String::from_utf8_lossy(&output.stdout).split(' ').nth(1).map(str::to_owned)
            };
            assert_eq!(status(way.value, "t 7").as_deref(), Some("200"), "{command}");
            assert_eq!(status("a=b:c", "t 7").as_deref(), Some("401"), "{command}");
            assert_eq!(status(way.value, "t 8").as_deref(), Some("401"), "{command}");
        }
        // Each variable is explained once.
        for variable in ["MIDDLEBRICK_AUTH_VALUE", "MIDDLEBRICK_HEADER_X_TENANT"] {
            let notes = report["notes"].as_array().unwrap().iter().filter(|n| n.as_str().unwrap().contains(variable));
            assert_eq!(notes.count(), 1, "{variable}: {out}");
            assert_eq!(error.matches(variable).count(), 1, "{error}");
        }
    }
}
