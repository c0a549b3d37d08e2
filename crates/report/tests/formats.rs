//! Every machine-readable format against its published schema or read back by a parser, on a realistic and on a hostile report.
#![allow(clippy::unwrap_used)]

mod common;

use common::{hostile, payloads, rich};
use model::{Redacted, Report, Status};
use report::{Format, RuleDocument, RuleDocuments, Style, render};
use serde_json::Value;

const BEACON: &str = "http://127.0.0.1:9/beacon";

fn documents() -> RuleDocuments<'static> {
    let document = RuleDocument { page: "# T\n\n## What it is\n\nText.\n", vulnerable: "a = 1\n", fixed: "a = 2\n" };
    RuleDocuments::from([("werkzeug-debugger", document)])
}

fn written(report: &Report, format: Format) -> String {
    render(report, format, &Style::default(), &documents())
}

fn reports() -> Vec<Report> {
    let mut unreachable = rich();
    unreachable.status = Status::Unreachable;
    unreachable.status_detail = Some(Redacted::fixed("connection refused"));
    unreachable.findings.clear();
    unreachable.transcript.clear();
    vec![rich(), hostile(&payloads(BEACON)), unreachable]
}

fn json(report: &Report, format: Format) -> Value {
    serde_json::from_str(&written(report, format)).unwrap()
}

fn faults(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).take(10).collect()
}

#[test]
fn there_are_enough_payloads() {
    assert!(payloads(BEACON).len() >= 120);
}

#[test]
fn json_follows_its_published_schema() {
    let schema = report::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in reports() {
        let value = json(&report, Format::Json);
        assert_eq!(faults(&validator, &value), Vec::<String>::new());
        let back: Report = serde_json::from_value(value).unwrap();
        assert_eq!(back, report, "what is read back differs");
    }
}

#[test]
fn the_schema_is_strict() {
    let validator = jsonschema::validator_for(&report::schema()).unwrap();
    let good = json(&rich(), Format::Json);
    let spoil: [(&str, Value); 6] = [
        ("/surplus", Value::from(1)),
        ("/score", Value::from(101)),
        ("/schema", Value::from("other/v9")),
        ("/findings/0/severity", Value::from("dreadful")),
        ("/startedAt", Value::Null),
        ("/findings/0/locations/0/fingerprint", Value::from("XYZ")),
    ];
    for (pointer, with) in spoil {
        let mut bad = good.clone();
        match bad.pointer_mut(pointer) {
            Some(place) => *place = with,
            None => bad["surplus"] = with,
        }
        assert!(!validator.is_valid(&bad), "{pointer} is accepted");
    }
    for key in ["findings", "rules", "seed", "coverage", "grade"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&bad), "{key} may be missing");
    }
}

#[test]
fn every_property_of_the_schema_is_described() {
    fn walk(at: &str, schema: &Value, faults: &mut Vec<String>) {
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if property.get("description").is_none() {
                faults.push(format!("{at}.{name}"));
            }
        }
    }
    let schema = report::schema();
    let mut faults = Vec::new();
    walk("report", &schema, &mut faults);
    schema["$defs"].as_object().unwrap().iter().for_each(|(name, part)| walk(name, part, &mut faults));
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn sarif_follows_the_standard() {
    let mut schema: Value = serde_json::from_str(include_str!("schemas/sarif-schema-2.1.0.json")).unwrap();
    // The standard's own pattern for `language`, which we do not write, has a stray bracket and is no regular expression.
    for holder in ["run", "toolComponent"] {
        schema["definitions"][holder]["properties"]["language"].as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in reports() {
        let value = json(&report, Format::Sarif);
        assert_eq!(faults(&validator, &value), Vec::<String>::new());
        let run = &value["runs"][0];
        let places: usize = report.findings.iter().map(|f| f.locations.len()).sum();
        assert_eq!(run["results"].as_array().unwrap().len(), places);
        assert_eq!(run["invocations"][0]["executionSuccessful"], report.status == Status::Completed);
        for result in run["results"].as_array().unwrap() {
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
            assert!(
                uri.is_ascii() && !uri.is_empty() && !uri.starts_with('/') && !uri.contains("..") && !uri.contains(':'),
                "{uri}"
            );
            assert!(!result["message"]["text"].as_str().unwrap().replace("\\](", "").contains("]("), "a link");
        }
    }
}

#[test]
fn sarif_says_what_github_shows() {
    let value = json(&rich(), Format::Sarif);
    let run = &value["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["properties"]["security-severity"], "9.5");
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("What it is"));
    assert!(rule["properties"]["tags"].as_array().unwrap().contains(&Value::from("external/cwe/cwe-489")));
    let [first, source, cookie] = [0, 1, 2].map(|at| &run["results"][at]);
    assert_eq!(source["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "app/main.py");
    assert_eq!(source["locations"][0]["physicalLocation"]["region"]["startLine"], 14);
    assert_eq!(source["locations"][0]["logicalLocations"][0]["name"], "main");
    assert!(source["webRequest"].is_null() && source["properties"]["steps"].is_null());
    let place = &cookie["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "endpoints/GET/users/%7Bid%7D");
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "GET /users/{id}");
    assert_eq!(cookie["message"]["text"].as_str().unwrap().find("/users/{{id}}"), Some(4));
    let component = &run["results"][5]["locations"][0];
    assert_eq!(component["physicalLocation"]["artifactLocation"]["uri"], "components/Werkzeug");
    assert_eq!(component["logicalLocations"][0]["name"], "Werkzeug 3.1.3");
    assert_eq!(first["partialFingerprints"]["middlebrick/v1"], "1111111111111111111a");
    assert_eq!(first["properties"]["steps"][1]["lookFor"], "status 200: the script of the debugger");
    let at = first["webRequest"]["index"].as_u64().unwrap() as usize;
    assert!(run["webRequests"][at]["target"].as_str().unwrap().contains("__debugger__"));
}

#[test]
fn sarif_stays_within_githubs_limit() {
    let mut report = rich();
    let location = report.findings[1].locations[0].clone();
    report.findings[1].locations = vec![location; 30_000];
    let value = json(&report, Format::Sarif);
    assert_eq!(value["runs"][0]["results"].as_array().unwrap().len(), 25_000);
    assert!(
        value["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
            .as_str()
            .unwrap()
            .contains("5004")
    );
}

#[test]
fn har_follows_its_schema() {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let parts = [
        ("afterRequest.json", read(include_str!("schemas/har/afterRequest.json"))),
        ("beforeRequest.json", read(include_str!("schemas/har/beforeRequest.json"))),
        ("browser.json", read(include_str!("schemas/har/browser.json"))),
        ("cache.json", read(include_str!("schemas/har/cache.json"))),
        ("content.json", read(include_str!("schemas/har/content.json"))),
        ("cookie.json", read(include_str!("schemas/har/cookie.json"))),
        ("creator.json", read(include_str!("schemas/har/creator.json"))),
        ("entry.json", read(include_str!("schemas/har/entry.json"))),
        ("header.json", read(include_str!("schemas/har/header.json"))),
        ("log.json", read(include_str!("schemas/har/log.json"))),
        ("page.json", read(include_str!("schemas/har/page.json"))),
        ("pageTimings.json", read(include_str!("schemas/har/pageTimings.json"))),
        ("postData.json", read(include_str!("schemas/har/postData.json"))),
        ("query.json", read(include_str!("schemas/har/query.json"))),
        ("request.json", read(include_str!("schemas/har/request.json"))),
        ("response.json", read(include_str!("schemas/har/response.json"))),
        ("timings.json", read(include_str!("schemas/har/timings.json"))),
    ];
    let mut whole = read(include_str!("schemas/har/har.json"));
    // The parts name each other by file name; they get an absolute base here.
    whole["$id"] = Value::from("http://har.invalid/har.json#");
    let mut registry = jsonschema::Registry::new();
    for (name, mut part) in parts {
        part["$id"] = Value::from(format!("http://har.invalid/{name}#"));
        registry = registry.add(format!("http://har.invalid/{name}"), part).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let validator = jsonschema::options().with_registry(&registry).build(&whole).unwrap();
    for report in reports() {
        let value = json(&report, Format::Har);
        assert_eq!(faults(&validator, &value), Vec::<String>::new());
        assert_eq!(value["log"]["entries"].as_array().unwrap().len(), report.transcript.len());
    }
    let bad = serde_json::json!({ "log": { "version": "1.2" } });
    assert!(!validator.is_valid(&bad), "the schema accepts anything");
}

/// A report of the time before the contract was published, with its words for what a rule came to, is still read.
#[test]
fn an_early_report_is_read() {
    let mut value = common::rich_json();
    for rule in value["rules"].as_array_mut().unwrap() {
        let early = match rule["verdict"].as_str().unwrap() {
            "passed" => "holds",
            "failed" => "found",
            other => other,
        };
        rule["verdict"] = early.to_owned().into();
    }
    for finding in value["findings"].as_array_mut().unwrap() {
        finding.as_object_mut().unwrap().remove("steps");
        for list in ["locations", "evidence"] {
            for item in finding[list].as_array_mut().unwrap() {
                item.as_object_mut().unwrap().retain(|key, _| key != "kind" && key != "steps");
            }
        }
    }
    let early: model::Report = serde_json::from_value(value).unwrap();
    assert_eq!(early.rules, rich().rules);
    let value = json(&early, Format::Json);
    assert!(
        value["rules"].as_array().unwrap().iter().all(|rule| rule["verdict"] != "holds" && rule["verdict"] != "found")
    );
}

/// A proof by comparison shows all of its sides wherever a reader would repeat it.
#[test]
fn every_side_of_a_proof_is_shown() {
    let report = rich();
    for format in [Format::Json, Format::Html, Format::Markdown, Format::Sarif, Format::Junit] {
        let text = written(&report, format);
        for part in ["__debugger__=yes", "status 404: the ordinary page", "status 200: the script of the debugger"] {
            assert!(text.contains(part), "{format}: {part}");
        }
    }
}

#[test]
fn junit_is_read_back() {
    let text = written(&rich(), Format::Junit);
    let back = quick_junit::Report::deserialize_from_str(&text).unwrap();
    assert_eq!((back.tests, back.failures, back.errors), (9, 2, 0));
    let suite = back.test_suites.iter().find(|s| s.name.as_str() == "data-exposure").unwrap();
    assert_eq!((suite.tests, suite.failures), (3, 1));
    let version = suite.test_cases.iter().find(|c| c.name.as_str() == "server-version").unwrap();
    assert!(version.system_out.as_ref().unwrap().as_str().contains("GET / (header Server)"));
    for report in reports() {
        let text = written(&report, Format::Junit);
        let back = quick_junit::Report::deserialize_from_str(&text).unwrap();
        assert_eq!(back.tests, report.rules.len() + 1);
        assert_eq!(back.errors, usize::from(report.status != Status::Completed));
        assert!(text.chars().all(|c| c == '\n' || !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')));
    }
}

#[test]
fn nothing_that_a_terminal_obeys_is_in_any_format() {
    let report = hostile(&payloads(BEACON));
    for format in Format::ALL {
        for verbose in [false, true] {
            let text = render(&report, format, &Style { verbose, ..Style::default() }, &documents());
            let bad: Vec<char> = text
                .chars()
                .filter(|c| {
                    c.is_control() && *c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}' | '\u{feff}')
                })
                .collect();
            assert_eq!(bad, Vec::<char>::new(), "{format}");
        }
    }
}

/// Read as GitHub reads it, a hostile report has our own markup and nothing else.
#[test]
fn markdown_holds_only_our_markup() {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    let text = written(&hostile(&payloads(BEACON)), Format::Markdown);
    let mut code = false;
    let mut headings = 0;
    for event in Parser::new_ext(&text, Options::all()) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Start(Tag::Heading { .. }) => headings += 1,
            Event::Start(tag @ (Tag::Link { .. } | Tag::Image { .. } | Tag::FootnoteDefinition(_))) => {
                panic!("{tag:?}")
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = html.trim();
                let summary = html.strip_prefix("<summary>").and_then(|h| h.strip_suffix("</summary>"));
                let ours = ["", "<details>", "</details>"].contains(&html) || summary.is_some_and(|s| !s.contains('<'));
                assert!(ours, "{html}");
            }
            Event::Text(text) if !code => {
                let text = text.to_lowercase();
                assert!(!["@", "#", "://", "www.", "gh-"].iter().any(|mark| text.contains(mark)), "{text}");
            }
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::TaskListMarker(_) => panic!("{event:?}"),
            _ => {}
        }
    }
    assert_eq!(headings, 1);
}

#[test]
fn markdown_of_an_ordinary_report() {
    insta::assert_snapshot!(written(&rich(), Format::Markdown));
}

#[test]
fn a_line_of_the_table_is_a_location() {
    for report in [rich(), hostile(&payloads(BEACON))] {
        let text = written(&report, Format::Table);
        let places: usize = report.findings.iter().map(|f| f.locations.len()).sum();
        assert_eq!(text.lines().count(), places + 1);
        assert!(text.starts_with(" SEVERITY") || text.starts_with("SEVERITY"));
    }
}

/// Thousands of locations and operations: what people read stays readable, what programs read stays whole.
#[test]
fn a_large_report_stays_bounded() {
    let mut report = rich();
    let finding = report.findings[1].clone();
    report.findings = (0..120)
        .map(|at| {
            let mut finding = finding.clone();
            finding.id = format!("rule-{at}");
            finding.locations = vec![finding.locations[0].clone(); 500];
            finding
        })
        .collect();
    report.surface = vec![report.surface[2].clone(); 10_000];
    let size = |format| written(&report, format).len();
    assert!(size(Format::Html) < 12_000_000, "{}", size(Format::Html));
    assert!(size(Format::Markdown) < 65_536, "{}", size(Format::Markdown));
    assert!(size(Format::Summary) < 20_000, "{}", size(Format::Summary));
    assert!(size(Format::Junit) < 2_000_000, "{}", size(Format::Junit));
    assert_eq!(written(&report, Format::Table).lines().count(), 60_001);
}

#[test]
fn gitlab_gets_an_entry_for_each_location() {
    for report in reports() {
        let places: usize = report.findings.iter().map(|f| f.locations.len()).sum();
        let quality = json(&report, Format::Gitlab);
        assert_eq!(quality.as_array().unwrap().len(), places);
        for entry in quality.as_array().unwrap() {
            let path = entry["location"]["path"].as_str().unwrap();
            assert!(!path.is_empty() && !path.starts_with('/') && !path.contains(".."), "{path}");
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&entry["severity"].as_str().unwrap()));
        }
        let dast = json(&report, Format::GitlabDast);
        assert_eq!(dast["vulnerabilities"].as_array().unwrap().len(), places);
        let ids: std::collections::BTreeSet<&str> =
            dast["vulnerabilities"].as_array().unwrap().iter().map(|v| v["id"].as_str().unwrap()).collect();
        let fingerprints: std::collections::BTreeSet<&str> =
            report.findings.iter().flat_map(|f| &f.locations).map(|l| l.fingerprint.as_str()).collect();
        assert_eq!(ids.len(), fingerprints.len(), "two locations have one id");
        assert_eq!(dast["scan"]["status"] == "success", report.status == Status::Completed);
    }
}

#[test]
fn github_gets_a_command_a_line() {
    for report in reports() {
        let text = written(&report, Format::Github);
        let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        let commands = count("::error ") + count("::warning ") + count("::notice ");
        assert_eq!(commands, text.lines().count());
        let said = usize::from(report.grade_reason.is_some()) + report.notes.len();
        assert_eq!(commands, report.findings.len() + 1 + said);
    }
}
