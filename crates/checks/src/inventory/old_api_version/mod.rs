use std::collections::BTreeSet;

use model::{Category, Confidence, Depth, Evidence, Finding, Location, Method, NotTested, Rule, Severity};

use crate::shared::soft_404;
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "old-api-version",
    aliases: &[],
    title: "An older version of the API is still served",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[1059],
    tags: &[],
    risk: "The old version misses what was repaired in the new one.",
    fix: "Switch off old versions on an announced day.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: 2 * MOST as u32, touch: Touch::Reads },
    guesses: true,
    depth: Depth::Standard,
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Operations asked for under an older version.
const MOST: usize = 2;

async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let paths: BTreeSet<String> = survey
        .observations
        .called(survey.surface)
        .filter(|(o, e)| o.method == Method::GET && e.is_success())
        .filter(|(o, _)| older(&o.path).is_some_and(|older| !survey.surface.operations.iter().any(|o| o.path == older)))
        .filter_map(|(_, e)| older(e.request.path()))
        .collect();
    if paths.is_empty() {
        return Err(NotTested::not_applicable("no operation with a version from 2 in its path"));
    }
    for path in paths.into_iter().take(MOST) {
        let answer = survey.ask(survey.get(&path)).await?;
        let served = answer.is_success() || matches!(answer.status(), 401 | 403);
        if !served || answer.header("sunset").is_some() {
            continue;
        }
        let missing = survey.missing_beside(&path).await?;
        if missing.status() != answer.status() || answer.is_success() && !soft_404::alike(&missing, &answer) {
            let evidence = Evidence::new(&answer, format!("status {}", answer.status()));
            let control =
                Evidence::new(&missing, format!("a path that does not exist beside it: status {}", missing.status()));
            found.push(Finding::new(&RULE, Confidence::Firm, Location::at(Method::GET, &path), evidence).also(control));
        }
    }
    Ok(())
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
    use super::older;

    #[test]
    fn the_version_before() {
        assert_eq!(older("/api/v2/books").as_deref(), Some("/api/v1/books"));
        assert_eq!(older("/v10").as_deref(), Some("/v9"));
        assert_eq!(older("/api/v1/books"), None);
        assert_eq!(older("/vault/2"), None);
    }
}
