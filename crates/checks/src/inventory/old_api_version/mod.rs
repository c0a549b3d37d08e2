use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity};
use serde_json::Value;

use crate::judging::soft_404;
use crate::text::labelled;
use crate::vocabulary::fields::{self, Holds};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins, place};

pub(crate) static RULE: Rule = Rule {
    id: "old-api-version",
    aliases: &[],
    title: "Older API version still served",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[1059],
    tags: &[],
    risk: "An attacker uses the old version, which lacks what was fixed in the new one.",
    fix: "Switch old versions off on an announced date.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(2 * MOST as u32),
    schedule: Schedule { depth: Depth::Standard, guesses: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Operations asked for under an older version.
const MOST: usize = 2;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let paths: BTreeSet<String> = probe
        .observations
        .called(probe.surface)
        .filter(|(o, e)| o.method == Method::GET && e.is_success())
        .filter(|(o, _)| older(&o.path).is_some_and(|older| !probe.surface.operations.iter().any(|o| o.path == older)))
        .filter_map(|(_, e)| older(e.request.path()))
        .collect();
    let called: Vec<&Arc<Exchange>> =
        probe.observations.called(probe.surface).filter(|(o, _)| o.method == Method::GET).map(|(_, e)| e).collect();
    let siblings = siblings(&called);
    if paths.is_empty() && siblings.is_empty() {
        return Err(NotTested::not_applicable("no operation with a version from 2 in its path, none with and without"));
    }
    found.extend(siblings.iter().filter_map(|(old, plain)| gives_more(old, plain, place(probe.surface, old))));
    for path in paths.into_iter().take(MOST) {
        let response = probe.response_to(probe.get(&path)).await?;
        let served = response.is_success() || matches!(response.status(), 401 | 403);
        if !served || response.header("sunset").is_some() {
            continue;
        }
        let missing = probe.missing_beside(&path).await?;
        if missing.status() != response.status() || response.is_success() && !soft_404::alike(&missing, &response) {
            let evidence = Evidence::new(&response, format!("status {}", response.status()));
            let control =
                Evidence::new(&missing, format!("a path that does not exist beside it: status {}", missing.status()));
            found.push(Finding::new(&RULE, Confidence::Firm, Location::at(Method::GET, &path), evidence).also(control));
        }
    }
    Ok(())
}

/// Answers under a version, with those under the same path without one.
fn siblings<'a>(called: &[&'a Arc<Exchange>]) -> Vec<(&'a Arc<Exchange>, &'a Arc<Exchange>)> {
    let with = |path: &str| called.iter().copied().find(|e| e.is_success() && e.request.path() == path);
    let plain = |e: &Arc<Exchange>| unversioned(e.request.path()).and_then(|path| with(&path));
    called.iter().filter(|e| e.is_success()).filter_map(|e| Some((*e, plain(e)?))).collect()
}

/// Which of the two is older is told by what it gives away: a newer version has more fields too, but not those that had to go. Both
/// have to be of the same kind of thing.
fn gives_more(versioned: &Arc<Exchange>, plain: &Arc<Exchange>, location: Location) -> Option<Finding> {
    const IN_COMMON: usize = 2;
    let (old, new) = (fields_of(versioned)?, fields_of(plain)?);
    let sensitive = |name: &&String| {
        labelled::names_a_password(name)
            || [Holds::Password, Holds::Token, Holds::Internal].into_iter().any(|what| fields::holds(name, what))
    };
    let more: Vec<&str> = old.difference(&new).filter(sensitive).map(String::as_str).collect();
    if more.is_empty() || new.len() < IN_COMMON || old.intersection(&new).count() < IN_COMMON {
        return None;
    }
    let evidence =
        Evidence::new(versioned, format!("gives {}, which the path without a version does not", more.join(", ")));
    let control = Evidence::new(plain, format!("the path without a version: status {}", plain.status()));
    Some(Finding::new(&RULE, Confidence::Firm, location, evidence).also(control))
}

/// The names of the fields of the first object of an answer.
fn fields_of(exchange: &Exchange) -> Option<BTreeSet<String>> {
    let json = exchange.json();
    let json = json.as_deref().filter(|json| !fields::describes_an_api(json))?;
    let first = fields::the_list(json).and_then(|list| list.first()).and_then(Value::as_object);
    let object = first.or_else(|| fields::the_object(json))?;
    Some(object.iter().filter(|(_, value)| !fields::is_empty(value)).map(|(name, _)| name.clone()).collect())
}

/// The path without its version.
fn unversioned(path: &str) -> Option<String> {
    let is_version =
        |s: &&str| s.strip_prefix('v').is_some_and(|n| n.parse::<u32>().is_ok_and(|n| (1..100).contains(&n)));
    let rest: Vec<&str> = path.split('/').filter(|s| !is_version(s)).collect();
    (rest.len() + 1 == path.split('/').count() && rest.len() > 1).then(|| rest.join("/"))
}

/// The path under the version before.
fn older(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('/').collect();
    let version = |s: &str| s.strip_prefix('v').and_then(|n| n.parse::<u32>().ok()).filter(|n| (2..100).contains(n));
    let (at, number) = segments.iter().enumerate().find_map(|(at, s)| version(s).map(|n| (at, n)))?;
    let before = format!("v{}", number - 1);
    let parts: Vec<&str> =
        segments.iter().enumerate().map(|(i, s)| if i == at { before.as_str() } else { *s }).collect();
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn a_sibling_without_a_version_is_newer_when_it_gives_less_away() {
        let found = |old: &str, new: &str| {
            let (old, new) = (exchange("/api/v1/users", 200, old), exchange("/api/users", 200, new));
            siblings(&[&new, &old]).iter().filter_map(|(v, p)| gives_more(v, p, Location::host())).count()
        };
        let full = r#"[{"id":1,"username":"ann","password_hash":"x"}]"#;
        let slim = r#"[{"id":1,"username":"ann"}]"#;
        assert_eq!(found(full, slim), 1);
        assert_eq!(found(slim, full), 0);
        assert_eq!(found(full, full), 0);
        assert_eq!(found(r#"[{"id":1,"username":"ann","avatar":"x","bio":"y"}]"#, slim), 0, "a richer new version");
        assert_eq!(found(full, r#"{"error":"x"}"#), 0);
        assert_eq!(unversioned("/v1/users").as_deref(), Some("/users"));
        assert_eq!(unversioned("/users"), None);
    }

    #[test]
    fn the_version_before() {
        assert_eq!(older("/api/v2/books").as_deref(), Some("/api/v1/books"));
        assert_eq!(older("/v10").as_deref(), Some("/v9"));
        assert_eq!(older("/api/v1/books"), None);
        assert_eq!(older("/vault/2"), None);
    }
}
