//! The walls of the house: which crate may import which, and that no category of checks imports another.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

/// Our crates and what of ours they may import. `ARCHITECTURE.md` shows the same table.
const WALLS: [(&str, &[&str]); 9] = [
    ("checks", &["crack", "model", "openapi", "wire"]),
    ("crack", &[]),
    ("middlebrick", &["checks", "crack", "model", "openapi", "report", "scan", "wire"]),
    ("model", &[]),
    ("openapi", &["model"]),
    ("report", &["model"]),
    ("scan", &["checks", "model", "openapi", "wire"]),
    ("wire", &["model"]),
    ("xtask", &[]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn crates_import_only_what_the_table_allows() {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|p| p.name.as_str()).collect();
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        WALLS.iter().map(|(c, m)| (*c, m.iter().copied().collect())).collect();
    assert_eq!(ours, allowed.keys().copied().collect(), "the table and the workspace differ");
    for package in &metadata.packages {
        let imports: BTreeSet<&str> =
            package.dependencies.iter().map(|d| d.name.as_str()).filter(|name| ours.contains(name)).collect();
        let may = &allowed[package.name.as_str()];
        assert!(imports.is_subset(may), "{} imports {imports:?}, but may import only {may:?}", package.name);
    }
}

#[test]
fn no_category_imports_another() {
    let source = root().join("crates/checks/src");
    let categories: Vec<String> = model::Category::ALL.iter().map(|c| c.id().replace('-', "_")).collect();
    let mut faults = Vec::new();
    for category in &categories {
        for file in rust_files(&source.join(category)) {
            let text = std::fs::read_to_string(&file).unwrap();
            for other in categories.iter().filter(|o| *o != category) {
                if text.contains(&format!("crate::{other}::")) || text.contains(&format!("super::super::{other}")) {
                    faults.push(format!("{} imports {other}", file.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

/// Names of our own test applications must not steer detection.
#[test]
fn detectors_do_not_know_our_fixtures() {
    let sample = ["bookshop", "wonderland", "shop.css"];
    for crate_name in ["checks", "scan", "wire"] {
        for file in rust_files(&root().join("crates").join(crate_name).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap().to_lowercase();
            for word in sample {
                assert!(!text.contains(word), "{} mentions {word}", file.display());
            }
        }
    }
}
