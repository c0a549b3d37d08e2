use model::{
    Category, Confidence, Evidence, Finding, Location, Method, NotTested, Operation, Parameter, ParameterIn, Request,
    Rule, Severity, Source, Tag,
};

use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::judging::known_file::{ACCOUNTS, is_account_list, up};
use crate::vocabulary::parameters::{Kind, suggests};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "path-traversal",
    aliases: &[],
    title: "Path traversal in a request parameter",
    category: Category::InputValidation,
    severity: Severity::Critical,
    cwe: &[22],
    tags: &[Tag::Injection],
    risk: "An attacker reads configuration, keys and source code of the server.",
    fix: "Serve files with send_from_directory, or compare the resolved path with the directory before opening it.",
    references: &[
        "https://owasp.org/www-community/attacks/Path_Traversal",
        "https://flask.palletsprojects.com/en/stable/api/#flask.send_from_directory",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(4 + payload_refusal::REQUESTS).more_when_deep(12),
    detectors: Detectors {
        applies: |operation, _| {
            operation.method == Method::GET && (names_a_file(operation) || file_in(operation).is_some())
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

/// Asks for a file that everybody may read by ways out of a directory, and, on a hit, for one beside it that does not exist.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    for spot in spots(probe.operation) {
        for way in spot.ways(probe.target.depth == model::Depth::Deep) {
            let hit = probe.send(spot.request(probe, way, ACCOUNTS)).await?;
            if !is_account_list(&hit) {
                continue;
            }
            let control = probe.send(spot.request(probe, way, &format!("etc/{}", probe.canary("missing")))).await?;
            if !is_account_list(&control) {
                let evidence = Evidence::new(&hit, "the answer holds the line of root in /etc/passwd");
                let other = Evidence::new(&control, "a file beside it that does not exist: not in the answer");
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

fn names_a_file(operation: &Operation) -> bool {
    inputs::texts(operation).any(|p| is_file(p, operation))
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

    #[test]
    fn files_by_extension() {
        assert!(has_extension("readme.txt") && has_extension("a.b.pdf"));
        assert!(!has_extension("1.5") && !has_extension(".env") && !has_extension("v1"));
    }
}
