//! Files that are left where they are served: which to ask for, and what proves each kind by its content.

mod content;
pub(super) mod responses;
mod roots;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::{Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Surface};
use serde::Deserialize;

pub(super) use content::{
    Proof, backup, build, build_with_secret, database, environment, key, log, repository, requirements, source,
};
pub(super) use responses::judge;

pub(super) use roots::{loads_files, static_directory};

use crate::{Findings, TargetProbe, table};

/// Paths of one kind by the depth from which they are asked.
#[derive(Debug, Deserialize)]
struct Paths {
    quick: Vec<String>,
    standard: Vec<String>,
    deep: Vec<String>,
}

static TABLE: LazyLock<BTreeMap<String, Paths>> = LazyLock::new(|| table::read(include_str!("data/files.toml")));

/// Asks for the files of one kind and adds a finding for each whose content proves it, unless a file that does not exist beside it
/// has such content too.
pub(super) async fn probe(
    probe: &TargetProbe<'_>,
    found: &mut Findings,
    rule: &'static Rule,
    kind: &str,
    proof: fn(&Exchange) -> Option<Proof>,
) -> Result<(), NotTested> {
    let directory = static_directory(probe.surface);
    for path in paths(kind, probe.target.depth, probe.surface) {
        // Marked, so that the passive rules leave the content to the rule on the file.
        let exchange = probe.response_to(probe.get(&path).altered_from("path", "file", &path, &directory)).await?;
        let Some(shown) = Some(&exchange).filter(|e| e.status() == 200).and_then(|e| proof(e)) else { continue };
        let missing = probe.missing_beside(&path).await?;
        if missing.is_success() && proof(&missing).is_some() {
            continue;
        }
        let control = format!("a file that does not exist beside it returns {}", missing.status());
        let finding = Finding::new(
            rule,
            Confidence::Confirmed,
            Location::at(Method::GET, &path),
            Evidence::new(&exchange, shown.excerpt),
        )
        .also(Evidence::new(&missing, control));
        found.push(shown.secrets.into_iter().fold(finding, Finding::hiding));
    }
    Ok(())
}

/// The paths to ask for, each once.
fn paths(kind: &str, depth: Depth, surface: &Surface) -> Vec<String> {
    let Some(row) = TABLE.get(kind) else { return Vec::new() };
    let mut chosen: Vec<&String> = row.quick.iter().collect();
    if depth >= Depth::Standard {
        chosen.extend(&row.standard);
    }
    if depth >= Depth::Deep {
        chosen.extend(&row.deep);
    }
    // Where no page loads a file from a folder, the root is likelier to hold one than a folder of the usual name.
    if surface.assets.is_empty() {
        chosen.sort_by_key(|path| path.starts_with("{static}"));
    }
    // Other frameworks than Flask have no such folder unless somebody sets one up.
    let has_folder = depth >= Depth::Deep || !surface.assets.is_empty() || surface.may_be_flask();
    chosen.retain(|path| has_folder || !path.starts_with("{static}"));
    let directory = static_directory(surface);
    let mut paths: Vec<String> = Vec::new();
    for path in chosen {
        let path = path.replace("{static}", &directory);
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// What asking for a kind may cost: its files of quick and standard with two controls, and the further files of a deep scan with
/// two more.
#[cfg(test)]
pub(super) fn cost(kind: &str) -> (u32, u32) {
    let row = &TABLE[kind];
    ((row.quick.len() + row.standard.len()) as u32 + 2, row.deep.len() as u32 + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_name_the_directory() {
        let mut surface = Surface::default();
        surface.assets.extend(["/assets/a.js".to_owned(), "/assets/css/b.css".to_owned(), "/x/c.js".to_owned()]);
        assert_eq!(paths("environment", Depth::Standard, &surface), ["/.env", "/assets/.env"]);
        assert_eq!(paths("environment", Depth::Quick, &surface), ["/.env"]);
    }

    #[test]
    fn the_checks_state_what_the_table_costs() {
        use crate::data_exposure as d;
        for (kind, check) in [
            ("environment", &d::exposed_env_file::CHECK),
            ("source", &d::exposed_source_file::CHECK),
            ("build", &d::exposed_build_file::CHECK),
            ("requirements", &d::exposed_requirements_file::CHECK),
            ("repository", &d::exposed_git_repository::CHECK),
            ("database", &d::exposed_database_file::CHECK),
            ("backup", &d::exposed_backup::CHECK),
            ("key", &d::exposed_key_file::CHECK),
            ("log", &d::exposed_log::CHECK),
        ] {
            assert_eq!((check.cost.requests, check.cost.more_when_deep), cost(kind), "{kind}");
        }
    }
}
