use model::{
    Category, Confidence, Evidence, Finding, Location, Method, NotTested, Operation, Parameter, ParameterIn, Request,
    Rule, Severity, Source, Tag,
};

use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::judging::known_file::{ACCOUNTS, is_account_list, up};
use crate::vocabulary::parameters::{Kind, suggests};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "path-traversal",
    aliases: &[],
    title: "Path traversal in a request parameter",
    category: Category::InputValidation,
    severity: Severity::Critical,
    cwe: &[22],
    tags: &[Tag::Injection],
    risk: "An attacker reads configuration, keys and source code of the server.",
    fix: "Compare the resolved path with the directory before opening it, or accept only names from a fixed list.",
    references: &[
        "https://owasp.org/www-community/attacks/Path_Traversal",
        "https://flask.palletsprojects.com/en/stable/api/#flask.send_from_directory",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(4 + payload_refusal::REQUESTS).more_when_deep(12),
    schedule: Schedule { has_hint: |operation, _| points_to_a_file(operation), ..Schedule::ANY },
    detectors: Detectors {
        applies: |operation, _| {
            operation.method == Method::GET && (points_to_a_file(operation) || others(operation).next().is_some())
        },
        in_bodies: Some(|operation| inputs::fields_of_body(operation).any(|field| is_file(&field, operation))),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// A way to a file from an unknown directory. `{up}` climbs to the root by the step, `{f}` is the file without its first slash.
struct Way {
    template: &'static str,
    step: &'static str,
    /// Sent byte for byte.
    raw: bool,
    deep: bool,
}

const fn way(template: &'static str, step: &'static str, raw: bool, deep: bool) -> Way {
    Way { template, step, raw, deep }
}

static IN_QUERY: [Way; 6] = [
    way("/{up}{f}", "../", false, false),
    way("{up}{f}", "../", false, false),
    way("{up}{f}", "....//", false, false),
    way("{up}{f}", "..%252f", true, true),
    way("{up}{f}", "..\\", false, true),
    way("{up}{f}%00.png", "../", true, true),
];

static IN_PATH: [Way; 5] = [
    way("{up}{f}", "..%2f", true, false),
    way("{up}{f}", "../", true, false),
    way("{up}{f}", "%2e%2e/", true, true),
    way("{up}{f}", "..%252f", true, true),
    way("{up}{f}", "....//", true, true),
];

/// Asks for a file that everybody may read by ways out of a directory, and, on a hit, for one beside it that does not exist. Where
/// nothing says that a value names a file, one way is enough.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    let deep = probe.target.depth == model::Depth::Deep;
    let named = spots(probe.operation).map(|spot| (spot, usize::MAX));
    let others =
        others(probe.operation).map(|parameter| (Spot::Parameter(parameter), if deep { usize::MAX } else { 1 }));
    for (spot, most) in named.chain(others) {
        for way in spot.ways(deep).take(most) {
            let hit = probe.send(spot.request(probe, way, ACCOUNTS)).await?;
            if !is_account_list(&hit) {
                continue;
            }
            let control = probe.send(spot.request(probe, way, &format!("etc/{}", probe.canary("missing")))).await?;
            if !is_account_list(&control) {
                let evidence = Evidence::new(&hit, "the response holds the line of root in /etc/passwd");
                let other = Evidence::new(&control, "a file beside it that does not exist: not in the response");
                found.push(Finding::new(&RULE, Confidence::Confirmed, spot.location(probe), evidence).also(other));
            }
            break;
        }
    }
    payload_refusal::end(probe, found).await
}

/// Where a file is named: a parameter, or the last segment of a path that was never declared to have one.
enum Spot<'a> {
    Parameter(&'a Parameter),
    Segment(&'a str),
}

fn spots(operation: &Operation) -> impl Iterator<Item = Spot<'_>> {
    let named = inputs::texts(operation).filter(|p| is_file(p, operation)).map(Spot::Parameter);
    named.chain(file_in(operation).map(Spot::Segment))
}

fn points_to_a_file(operation: &Operation) -> bool {
    inputs::texts(operation).any(|p| is_file(p, operation)) || file_in(operation).is_some()
}

/// Parameters of the query that no name or value says what they are for: a date or a code may be part of a file's name as well.
fn others(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    const MOST: usize = 2;
    const KINDS: [Kind; 6] = [Kind::Url, Kind::Redirect, Kind::Expression, Kind::Order, Kind::Search, Kind::Command];
    let is_number = |p: &Parameter| p.example.as_deref().is_some_and(|example| example.parse::<f64>().is_ok());
    let in_query = inputs::texts(operation).filter(|p| p.place == ParameterIn::Query && !is_file(p, operation));
    in_query.filter(move |p| !is_number(p) && !KINDS.iter().any(|kind| suggests(&p.name, *kind))).take(MOST)
}

/// By its name, or because its value has a file's extension. A number in a link numbers a page, it names no file; in a form it is
/// only what was filled in.
fn is_file(parameter: &Parameter, operation: &Operation) -> bool {
    let example = parameter.example.as_deref().unwrap_or("");
    let numbers = operation.source != Source::Form && example.parse::<f64>().is_ok();
    has_extension(example) || suggests(&parameter.name, Kind::File) && !numbers
}

/// The directory of a path whose last segment is a file's name.
fn file_in(operation: &Operation) -> Option<&str> {
    let (directory, last) = operation.path.rsplit_once('/')?;
    (operation.parameters.is_empty() && !directory.is_empty() && has_extension(last)).then_some(directory)
}

fn has_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && !stem.contains('@')
            && !stem.contains("//")
            && (2..=4).contains(&extension.len())
            && extension.bytes().all(|b| b.is_ascii_alphanumeric())
            && extension.bytes().any(|b| b.is_ascii_alphabetic())
    })
}

impl Spot<'_> {
    fn ways(&self, deep: bool) -> impl Iterator<Item = &'static Way> {
        let all: &'static [Way] = match self {
            Spot::Parameter(p) if p.place != ParameterIn::Path => &IN_QUERY,
            _ => &IN_PATH,
        };
        // What is encoded already is no value of a field.
        let in_body = matches!(self, Spot::Parameter(p) if p.place == ParameterIn::Body);
        all.iter().filter(move |w| (deep || !w.deep) && !(w.raw && in_body))
    }

    fn request(&self, probe: &OperationProbe<'_>, way: &Way, file: &str) -> Request {
        let payload = way.template.replace("{up}", &up(way.step)).replace("{f}", file);
        match self {
            Spot::Parameter(p) if way.raw => inputs::with_raw(probe, p, &payload),
            Spot::Parameter(p) => inputs::with(probe, p, &payload),
            Spot::Segment(directory) => {
                let mut request = probe.request();
                request.target = format!("{directory}/{payload}");
                request.altered("path", "", &payload)
            }
        }
    }

    fn location(&self, probe: &OperationProbe<'_>) -> Location {
        match self {
            Spot::Parameter(p) => probe.location().parameter(p.place.id(), &p.name),
            Spot::Segment(_) => probe.location(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, link};
    use crate::scripted::{Said, Scripted};

    #[test]
    fn files_by_extension() {
        assert!(has_extension("readme.txt") && has_extension("a.b.pdf"));
        assert!(!has_extension("1.5") && !has_extension(".env") && !has_extension("v1"));
        assert!(!has_extension("ann@shop.example") && !has_extension("https://shop.com"));
    }

    /// The ways that lead to the file, in queries where nothing says that a parameter names one.
    async fn asked(name: &str, opens: bool) -> crate::scripted::Ran {
        let script = Scripted::new(move |request, _| {
            if request.target.contains("etc%2Fpasswd") && opens {
                Said::json(200, "\"root:x:0:0:root:/root:/bin/bash\\n\"")
            } else {
                Said::json(500, r#"{"error": "no rate of that day"}"#)
            }
        });
        script.run(&CHECK, &samples::surface(vec![link(name, "2026-01-31")])).await
    }

    #[tokio::test]
    async fn what_may_be_part_of_a_name_is_asked_about_once() {
        assert_eq!(asked("day", true).await.found.len(), 1);
        let ran = asked("day", false).await;
        assert!(ran.found.is_empty());
        let ways = |ran: &crate::scripted::Ran| ran.sent.iter().filter(|r| r.target.contains("etc%2Fpasswd")).count();
        assert_eq!((ways(&ran), ways(&asked("picture", false).await)), (1, 3), "and by each way where a file is named");
        assert!(asked("q", true).await.ended.is_empty(), "what is looked for names none");
    }
}
