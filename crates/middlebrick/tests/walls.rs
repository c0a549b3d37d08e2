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
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|p| folder(&p.name)).collect();
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        WALLS.iter().map(|(c, m)| (*c, m.iter().copied().collect())).collect();
    assert_eq!(ours, allowed.keys().copied().collect(), "the table and the workspace differ");
    for package in &metadata.packages {
        let imports = package.dependencies.iter().filter(|d| d.path.is_some());
        let imports: BTreeSet<&str> = imports.map(|d| folder(&d.name)).collect();
        let may = &allowed[folder(&package.name)];
        assert!(imports.is_subset(may), "{} imports {imports:?}, but may import only {may:?}", package.name);
    }
}

/// The folder of a package of ours, which is also how `use` names it: `middlebrick-wire` is `wire`.
fn folder(package: &str) -> &str {
    package.strip_prefix("middlebrick-").unwrap_or(package)
}

/// What the registry asks of a crate, and what keeps its name from being somebody else's.
#[test]
fn packages_can_be_published() {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    for package in metadata.packages.iter().filter(|p| p.name.as_str() != "xtask") {
        let name = package.name.as_str();
        let at = package.manifest_path.parent().and_then(|p| p.file_name()).unwrap();
        assert!(name == "middlebrick" || name == format!("middlebrick-{at}"), "{name} in the folder {at}");
        assert_ne!(package.publish, Some(Vec::new()), "{name} forbids to publish it");
        assert!(package.description.as_ref().is_some_and(|d| d.len() > 30), "{name} has no description");
        assert!(package.license.is_some() && package.repository.is_some(), "{name} has no license or repository");
        let readme = package.readme.as_ref().map(|r| package.manifest_path.parent().unwrap().join(r));
        assert!(readme.is_some_and(|r| r.is_file()), "{name} has no readme");
        for of_ours in package.dependencies.iter().filter(|d| d.path.is_some()) {
            assert_ne!(of_ours.req.to_string(), "*", "{name} wants {} in no version", of_ours.name);
        }
    }
}

/// What the sources include has to be in the package.
#[test]
fn a_package_holds_the_pages_and_twins_of_its_rules() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = std::process::Command::new(cargo)
        .args(["package", "--list", "--offline", "--allow-dirty", "--package", "middlebrick-checks"])
        .current_dir(root())
        .output()
        .unwrap();
    let list = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for file in ["mod.rs", "page.md", "vulnerable.py", "fixed.py"] {
        let file = format!("src/data_exposure/werkzeug_debugger/{file}");
        assert!(list.lines().any(|line| line == file), "{file} is not in the package");
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
