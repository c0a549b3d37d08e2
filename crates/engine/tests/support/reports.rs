//! Reports made by hand.

// Each test file uses a part of it.
#![allow(dead_code, unreachable_pub)]

use model::Report;
use serde_json::{Value, json};

/// A report without findings, with these fields changed.
pub fn value(changes: &Value) -> Value {
    let mut report = json!({
        "schema": "middlebrick/report/v1", "tool": { "name": "middlebrick", "version": "0.1.0" }, "id": "scan_1",
        "status": "completed", "statusDetail": null, "url": "https://api.example.com/",
        "startedAt": "2026-11-22T03:25:12Z", "completedAt": "2026-11-22T03:25:13Z",
        "score": 96, "grade": "A", "provisional": false, "gradeReason": null, "scoreAtMost": 98, "scoreBeforeCap": null, "cap": null,
        "scoreVersion": "score/2", "bestNextFix": null,
        "coverage": { "reach": 91.5, "categoriesAssessed": 10, "categoriesApplicable": 11, "operationsReached": 18, "operations": 20,
            "operationsSuccessful": 12, "operationsTested": 17, "operationsCounted": 20, "operationsProbed": 9, "rulesTested": 60, "rules": 92 },
        "categories": {}, "rules": [], "findings": [], "ignored": [], "notTested": [], "surface": [], "technologies": [],
        "requests": 131, "spent": {}, "notes": [], "durationMs": 812, "seed": 42, "depth": "standard", "consent": "read-only",
        "context": "public", "transcript": []
    });
    for (name, value) in changes.as_object().unwrap() {
        report[name] = value.clone();
    }
    report
}

/// The same, read.
pub fn report(changes: &Value) -> Report {
    serde_json::from_value(value(changes)).unwrap()
}

/// A finding of a rule at `GET` of a path, with a fingerprint of its own.
pub fn finding(rule: &str, path: &str) -> Value {
    let print: String = rule
        .bytes()
        .chain(path.bytes())
        .cycle()
        .take(20)
        .map(|b| char::from(b"0123456789abcdef"[usize::from(b % 16)]))
        .collect();
    json!({
        "id": rule, "fingerprint": print, "severity": "high", "confidence": "confirmed", "category": "ssrf", "title": "A rule",
        "description": "It is so.", "remediation": "Mend it.",
        "locations": [{ "fingerprint": print, "kind": "operation", "method": "GET", "path": path, "confidence": "confirmed",
            "detail": "", "reproduce": "curl -i x", "steps": [] }],
        "evidence": [{ "location": 0, "kind": "exchange", "exchange": 1, "excerpt": "x" }],
        "reproduce": "curl -i x", "cwe": [], "owasp": [], "compliance": [], "references": []
    })
}
