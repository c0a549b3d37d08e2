//! Reports to render: a realistic one, and the same with a hostile string wherever a target could put one.
#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used)] // each test file uses its part

use model::Report;
use serde_json::{Value, json};

/// A report with everything in it.
pub fn rich() -> Report {
    serde_json::from_value(rich_json()).unwrap()
}

pub fn rich_json() -> Value {
    let mut categories = serde_json::Map::new();
    for category in model::Category::ALL {
        let (score, applies) = match category.id() {
            "llm" => (None, false),
            "rate-limiting" => (None, true),
            "data-exposure" => (Some(30), true),
            "encryption" => (Some(72), true),
            _ => (Some(100), true),
        };
        categories.insert(
            category.id().to_owned(),
            json!({ "score": score, "grade": score.map(model::Grade::of), "findings": u32::from(score.is_some_and(|s| s < 100)),
                "notTested": 1, "applies": applies }),
        );
    }
    json!({
        "schema": "middlebrick/report/v1",
        "tool": { "name": "middlebrick", "version": "0.1.0" },
        "id": "scan_0123456789abcdef0123",
        "status": "completed",
        "statusDetail": null,
        "url": "https://api.example.com/",
        "startedAt": "2026-11-22T03:25:12.123Z",
        "completedAt": "2026-11-22T03:25:13Z",
        "score": 64, "grade": "D", "provisional": false, "gradeReason": null, "scoreAtMost": 64, "scoreBeforeCap": 71,
        "cap": "a confirmed critical or high limits the grade",
        "scoreVersion": "score/2",
        "bestNextFix": { "rule": "werkzeug-debugger", "points": 21 },
        "coverage": { "reach": 91.5, "categoriesAssessed": 10, "categoriesApplicable": 11, "operationsReached": 18,
            "operations": 20, "operationsSuccessful": 12, "operationsTested": 17, "operationsCounted": 20, "operationsProbed": 9, "rulesTested": 60, "rules": 92 },
        "categories": categories,
        "rules": [
            rule("credentials-ignored", "Credentials are ignored", "authentication", "high", "passed"),
            rule("weak-secret-key", "The session key can be guessed", "authentication", "critical", "not-tested"),
            rule("no-rate-limit", "Nothing limits the rate", "rate-limiting", "medium", "not-tested"),
            rule("werkzeug-debugger", "Werkzeug debugger exposed", "data-exposure", "critical", "failed"),
            rule("server-version", "The server tells its version", "data-exposure", "info", "failed"),
            rule("error-details", "Exception details exposed in an error response", "data-exposure", "medium", "ignored"),
            rule("cookie-flags", "A cookie lacks its flags", "encryption", "medium", "failed"),
            rule("prompt-leak", "The system prompt leaks", "llm", "high", "not-applicable"),
        ],
        "findings": [
            finding("werkzeug-debugger", "critical", "confirmed", "data-exposure", "Werkzeug debugger exposed", &[
                location("1111111111111111111a", "GET", "/", None),
                source("6666666666666666666f", "app/main.py", "main", 14),
            ]),
            finding("cookie-flags", "medium", "firm", "encryption", "A cookie lacks its flags", &[
                location("2222222222222222222b", "GET", "/users/{id}", Some(("cookie", "session"))),
                location("3333333333333333333c", "POST", "/login", Some(("cookie", "remember_token"))),
            ]),
            finding("server-version", "info", "confirmed", "data-exposure", "The server tells its version", &[
                location("4444444444444444444d", "GET", "/", Some(("header", "Server"))),
                component("77777777777777777770", "Werkzeug", "3.1.3"),
            ]),
        ],
        "ignored": [{ "rule": "error-details", "location": "GET /boom", "fingerprint": "5555555555555555555e",
            "reason": "known, fixed in the next release", "expires": "2027-01-31" }],
        "notTested": [
            not_tested("weak-secret-key", "authentication", "no-credentials", "needs credentials (--auth-type)", &[]),
            not_tested("no-rate-limit", "rate-limiting", "looks-destructive", "looks as if it changed state on GET", &["GET /reset-db"]),
            not_tested("prompt-leak", "llm", "not-applicable", "does not apply: no LLM endpoint", &[]),
        ],
        "surface": [
            { "method": "GET", "path": "/", "source": "given", "status": 200, "requests": 9, "tried": ["werkzeug-debugger"] },
            { "method": "GET", "path": "/reset-db", "source": "link", "status": null, "requests": 0, "tried": [],
                "notTested": "looks as if it changed state on GET" },
            { "method": "GET", "path": "/users/{id}", "source": "specification", "status": 200, "requests": 4,
                "tried": ["cookie-flags", "credentials-ignored"] },
        ],
        "technologies": [{ "name": "Werkzeug", "version": "3.1.3", "evidence": "Server: Werkzeug/3.1.3 Python/3.13.0" }],
        "requests": 131, "spent": { "discovery": { "sent": 31, "shared": 0 }, "authentication": { "sent": 100, "shared": 40 } }, "notes": [],
        "durationMs": 812, "seed": 42,
        "depth": "standard", "consent": "read-only", "context": "public",
        "transcript": [exchange(1, "/?__debugger__=yes&cmd=resource&f=debugger.js"), exchange(2, "/users/1"), exchange(3, "/"), failed(4)],
    })
}

fn rule(id: &str, title: &str, category: &str, severity: &str, verdict: &str) -> Value {
    json!({ "id": id, "title": title, "category": category, "severity": severity, "verdict": verdict })
}

fn not_tested(rule: &str, category: &str, reason: &str, detail: &str, operations: &[&str]) -> Value {
    json!({ "rule": rule, "category": category, "reason": reason, "detail": detail, "operations": operations })
}

fn location(print: &str, method: &str, path: &str, part: Option<(&str, &str)>) -> Value {
    let mut value = json!({ "fingerprint": print, "method": method, "path": path, "confidence": "confirmed",
        "kind": "operation", "detail": "The script was sent in full.",
        "reproduce": format!("curl -sk -i --path-as-is 'https://api.example.com{path}'"), "steps": steps(path) });
    if let Some((place, name)) = part {
        value["parameter"] = json!({ "place": place, "name": name });
    }
    value
}

/// The same in the source: no request shows it.
fn source(print: &str, file: &str, symbol: &str, line: u32) -> Value {
    json!({ "fingerprint": print, "kind": "source", "file": file, "symbol": symbol, "line": line, "confidence": "firm",
        "detail": "", "reproduce": "", "steps": [] })
}

/// The same of a component.
fn component(print: &str, name: &str, version: &str) -> Value {
    let mut value = location(print, "GET", "/", None);
    value["kind"] = json!("component");
    value["component"] = json!({ "name": name, "version": version });
    for key in ["method", "path"] {
        value.as_object_mut().unwrap().remove(key);
    }
    value
}

/// A control and a probe.
fn steps(path: &str) -> Value {
    let step = |query: &str, look_for: &str| json!({ "command": format!("curl -sk -i --path-as-is 'https://api.example.com{path}{query}'"), "lookFor": look_for });
    json!([
        step("", "status 404: the ordinary page"),
        step("?__debugger__=yes", "status 200: the script of the debugger")
    ])
}

fn finding(id: &str, severity: &str, confidence: &str, category: &str, title: &str, locations: &[Value]) -> Value {
    let evidence: Vec<Value> = (0..locations.len())
        .map(|at| {
            let excerpt = "docReady(function() { … \"CONSOLE_MODE\"";
            match locations[at]["kind"].as_str() {
                Some("source") => json!({ "location": at, "kind": "source", "file": "app/main.py", "line": 14, "excerpt": "app.run(debug=True)" }),
                _ => json!({ "location": at, "kind": "exchange", "exchange": at + 1, "excerpt": excerpt }),
            }
        })
        .collect();
    json!({
        "id": id, "fingerprint": "abcdefabcdefabcdefab", "severity": severity, "confidence": confidence, "category": category, "title": title,
        "description": "Whoever reaches this server can try to run code on it.",
        "remediation": "Serve with gunicorn and leave FLASK_DEBUG unset.",
        "locations": locations, "evidence": evidence, "reproduce": "curl -sk -i --path-as-is 'https://api.example.com/'", "steps": steps("/"),
        "cwe": ["CWE-489", "CWE-215"], "owasp": ["API8:2023"],
        "compliance": [{ "standard": "PCI DSS 4.0.1", "requirement": "6.2.4" }],
        "references": ["https://werkzeug.palletsprojects.com/en/stable/debug/"],
    })
}

fn exchange(number: u32, target: &str) -> Value {
    json!({
        "number": number, "round": "probe", "method": "GET", "url": format!("https://api.example.com{target}"),
        "requestHeaders": [["Accept", "*/*"], ["Cookie", "session=[120 characters]"]], "requestBody": "",
        "altered": [{ "place": "query", "name": "cmd", "payload": "resource" }], "identity": null,
        "status": 200, "version": "HTTP/1.1", "reason": "OK",
        "responseHeaders": [["Content-Type", "application/javascript"], ["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]],
        "responseBody": "docReady(function() {\n\tif (!EVALEX_TRUSTED) {\r\n    initPinBox();\n  }\n});", "responseBytes": 10_120,
        "trouble": null, "elapsedMs": 3.25, "sentAtMs": 1_795_317_912_123_i64,
    })
}

fn failed(number: u32) -> Value {
    let mut value = exchange(number, "/slow");
    for (key, with) in [
        ("status", Value::Null),
        ("version", json!("")),
        ("reason", json!("")),
        ("responseBody", json!("")),
        ("responseHeaders", json!([])),
        ("responseBytes", json!(0)),
        ("trouble", json!("timed out after 10 s")),
        ("requestBody", json!("{}")),
    ] {
        value[key] = with;
    }
    value
}

/// Keys whose strings no target controls: words, ids and numbers of ours.
const OURS: [&str; 21] = [
    "kind",
    "schema",
    "status",
    "grade",
    "startedAt",
    "completedAt",
    "scoreVersion",
    "severity",
    "confidence",
    "category",
    "verdict",
    "fingerprint",
    "round",
    "source",
    "depth",
    "consent",
    "context",
    "rule",
    "id",
    "reason",
    "expires",
];

/// The rich report with a hostile string in every field that is not one of our own words. There are as many findings, exchanges and
/// operations as payloads, each beginning with another one, so that every field has met every payload.
pub fn hostile(payloads: &[String]) -> Report {
    let mut value = rich_json();
    for list in ["findings", "transcript", "surface"] {
        let model = value[list][0].clone();
        value[list] = (0..payloads.len()).map(|_| model.clone()).collect();
    }
    for (at, entry) in value["transcript"].as_array_mut().unwrap().iter_mut().enumerate() {
        entry["number"] = json!(at + 1);
    }
    for (at, finding) in value["findings"].as_array_mut().unwrap().iter_mut().enumerate() {
        finding["evidence"][0]["exchange"] = json!(at + 1);
    }
    poison(&mut value, "", payloads, &mut 0);
    for list in ["findings", "transcript", "surface"] {
        let mut model = rich_json()[list][0].clone();
        for (at, item) in value[list].as_array_mut().unwrap().iter_mut().enumerate() {
            for key in ["number", "evidence"] {
                if let Some(own) = item.get(key) {
                    model[key] = own.clone();
                }
            }
            *item = model.clone();
            poison(item, "", payloads, &mut at.clone());
        }
    }
    serde_json::from_value(value).unwrap()
}

fn poison(value: &mut Value, key: &str, payloads: &[String], next: &mut usize) {
    match value {
        Value::String(text) if !OURS.contains(&key) => {
            // A URL has passed our own parser: only what follows the origin is the target's.
            let origin = if key == "url" { "https://api.example.com/" } else { "" };
            *text = format!("{origin}{}", payloads[*next % payloads.len()]);
            *next += 1;
        }
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, key, payloads, next)),
        Value::Object(fields) => fields.iter_mut().for_each(|(key, field)| poison(field, key, payloads, next)),
        _ => {}
    }
}

/// At least 120 ways to run script, load something or break out, all leading to this URL.
pub fn payloads(beacon: &str) -> Vec<String> {
    const RUN: [&str; 22] = [
        "<script>RUN</script>",
        "<ScRiPt>RUN</sCrIpT>",
        "<script src=URL></script>",
        "<img src=x onerror=RUN>",
        "<img src=URL>",
        "<svg onload=RUN>",
        "<svg><script>RUN</script></svg>",
        "<body onload=RUN>",
        "<iframe src=URL></iframe>",
        "<iframe srcdoc=\"<script>RUN</script>\"></iframe>",
        "<link rel=stylesheet href=URL>",
        "<style>@import 'URL';</style>",
        "<meta http-equiv=refresh content='0;url=URL'>",
        "<object data=URL></object>",
        "<embed src=URL>",
        "<video src=URL onerror=RUN></video>",
        "<details open ontoggle=RUN>",
        "<input autofocus onfocus=RUN>",
        "<form action=URL><button autofocus onfocus=RUN>",
        "<base href=URL>",
        "<math><mtext><img src=x onerror=RUN></mtext></math>",
        "<template><script>RUN</script></template><audio src=URL autoplay>",
    ];
    const OUT: [&str; 5] = ["", "\">", "'>", "--></script></style></title></textarea>", "]]>"];
    let others = [
        "javascript:RUN",
        "\" onmouseover=RUN x=\"",
        "' onfocus=RUN autofocus x='",
        "{{7*7}}",
        "{% include '/etc/passwd' %}",
        "${RUN}",
        "[x](javascript:RUN)",
        "![x](URL)",
        "[a]: URL",
        "<URL>",
        "URL",
        "@octocat #1 GH-2 www.example.com",
        "\u{202e}txt.exe\u{202c}",
        "\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}[31mred",
        "\u{9b}31m\u{0}\u{8}",
        "\u{feff}\u{200b}hidden",
        "a|b|c\n| --- |\n# heading\n\n<!-- -->",
        "```\n<script>RUN</script>\n```",
        "=cmd|'/c calc'!A0",
        "x]]><!ENTITY y SYSTEM 'URL'>",
        "\u{fffe}\u{ffff}\u{2028}",
        "../../../../etc/passwd",
        "file:///etc/passwd",
    ];
    let run = format!("document.documentElement.setAttribute('data-pwned','1');fetch('{beacon}');alert(1)");
    OUT.iter()
        .flat_map(|out| RUN.iter().map(move |run| format!("{out}{run}")))
        .chain(others.iter().map(|text| (*text).to_owned()))
        .map(|text| text.replace("RUN", &run).replace("URL", beacon))
        .collect()
}
