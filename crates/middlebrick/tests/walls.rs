//! The walls of the house: which crate may import which, and that no category of checks imports another.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;
use sources::rust_files;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Which of our crates each may import, as the table in `ARCHITECTURE.md` says.
fn walls() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = text.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2);
    let rows: Vec<Vec<String>> = table
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<String>>();
    let all: BTreeSet<String> = rows.iter().flat_map(|row| names(&row[1])).collect();
    let tools = BTreeSet::from(["fuzz".to_owned(), "middlebrick".to_owned(), "xtask".to_owned()]);
    let imports = |cell: &str| if cell == "all" { &all - &tools } else { names(cell) };
    rows.iter().map(|row| (names(&row[1]).pop_first().unwrap(), imports(&row[3]))).collect()
}

#[test]
fn crates_depend_only_on_what_the_table_allows() {
    let walls = walls();
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|p| folder(&p.name)).collect();
    assert_eq!(ours, walls.keys().map(String::as_str).collect(), "the table and the workspace differ");
    for package in &metadata.packages {
        let imports = package.dependencies.iter().filter(|d| d.path.is_some() && d.name != "middlebrick-fuzz");
        let imports: BTreeSet<String> = imports.map(|d| folder(&d.name).to_owned()).collect();
        let may = &walls[folder(&package.name)];
        assert!(imports.is_subset(may), "{} imports {imports:?}, but may import only {may:?}", package.name);
    }
}

/// What the sources really name, so that the table does not promise an import that nobody needs.
#[test]
fn the_sources_import_what_the_table_says() {
    let walls = walls();
    for (name, may) in &walls {
        let folder =
            if name == "xtask" { root().join("xtask/src") } else { root().join("crates").join(name).join("src") };
        let rooms = || walls.keys().filter(|room| *room != "fuzz");
        let named: BTreeSet<String> = rust_files(&folder).iter().flat_map(|file| named_crates(file, rooms())).collect();
        assert_eq!(named, *may, "{name}: the sources import the first, the table in ARCHITECTURE.md says the second");
    }
}

/// The crates of ours that a source file names in its paths, its own module of the same name left out.
fn named_crates<'a>(file: &Path, crates: impl Iterator<Item = &'a String>) -> Vec<String> {
    let text = without_text(&std::fs::read_to_string(file).unwrap());
    let is_local = |name: &str| ["mod {};", "mod {} {"].iter().any(|form| text.contains(&form.replace("{}", name)));
    let continues = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '>'));
    let is_named = |name: &str| {
        text.match_indices(&format!("{name}::")).any(|(at, _)| match text[..at].strip_suffix("::") {
            Some(before) => !continues(before),
            None => !continues(&text[..at]) && !is_local(name),
        })
    };
    crates.filter(|name| is_named(name)).cloned().collect()
}

/// Rust source without its comments and the contents of its string literals.
fn without_text(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(raw) = rest.strip_prefix("r#\"").or_else(|| rest.strip_prefix("r\"")) {
            let end = if rest.starts_with("r#") { "\"#" } else { "\"" };
            rest.len() - raw.len() + raw.find(end).map_or(raw.len(), |at| at + end.len())
        } else if let Some(literal) = rest.strip_prefix('"') {
            let mut escaped = false;
            let end = literal.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |at| at + 2)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[skip..];
    }
    out
}

#[test]
fn comments_and_strings_import_nothing() {
    let source = "use wire::Wire; // model::Report\nlet a = \"scan::\\\"Scan\"; let b = r#\"report::\"#; let c = '\"'; checks::all();";
    assert_eq!(without_text(source), "use wire::Wire; \nlet a = ; let b = ; let c = ; checks::all();");
}

/// Clippy reads one file for each crate and knows no inclusion: what one pure crate may not do, none may.
#[test]
fn the_pure_crates_forbid_the_same() {
    let lists = |name: &str| {
        let path = root().join("crates").join(name).join("clippy.toml");
        let table: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        ["disallowed-methods", "disallowed-types", "disallowed-macros"].map(|key| table[key].clone())
    };
    let model = lists("model");
    for name in ["openapi", "import", "checks", "report"] {
        assert_eq!(lists(name), model, "crates/{name}/clippy.toml and crates/model/clippy.toml differ");
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
    for package in metadata.packages.iter().filter(|p| !["xtask", "middlebrick-fuzz"].contains(&p.name.as_str())) {
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

/// `scan` may read the clock and start tasks, so that its clippy list would differ, and its tests start servers and touch files. Its sources do not.
#[test]
fn a_scan_reaches_its_target_through_wire_alone() {
    let forbidden =
        ["std::net::", "tokio::net", "std::fs", "tokio::fs", "std::env::", "process::", "println!", "UnixStream"];
    for file in rust_files(&root().join("crates/scan/src")).iter().filter(|file| !file.ends_with("tests.rs")) {
        let source = std::fs::read_to_string(file).unwrap();
        // The tests of a file stand at its end.
        let text = without_text(source.split("#[cfg(test)]\nmod tests {").next().unwrap());
        let met: Vec<&str> = forbidden.iter().copied().filter(|name| text.contains(name)).collect();
        assert!(met.is_empty(), "{} uses {met:?}", file.display());
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
