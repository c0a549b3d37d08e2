//! Every rule is whole: its folder, its page, its twins, its place in the lists.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use checks::Twins;
use model::Category;

const HEADINGS: [&str; 5] =
    ["## What it is", "## Why it matters", "## How it is detected", "## How to fix it", "## References"];

fn folder(category: Category) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../checks/src").join(category.id().replace('-', "_"))
}

#[test]
fn every_folder_of_a_category_is_a_listed_rule_and_every_rule_has_its_folder() {
    for category in Category::ALL {
        let listed: BTreeSet<String> =
            checks::all().iter().filter(|c| c.rule.category == category).map(|c| c.rule.id.replace('-', "_")).collect();
        let folders: BTreeSet<String> = std::fs::read_dir(folder(category))
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.join("page.md").exists())
            .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(listed, folders, "{category}");
    }
}

#[test]
fn ids_and_aliases_are_unique_and_kebab_case() {
    let mut seen = BTreeSet::new();
    for check in checks::all() {
        for id in std::iter::once(&check.rule.id).chain(check.rule.aliases) {
            assert!(seen.insert(*id), "{id} is used twice");
            assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{id}");
        }
    }
}

#[test]
fn there_are_sixty_rules_and_four_in_every_category() {
    let all = checks::all();
    assert!(all.len() >= 60, "{} rules", all.len());
    for category in Category::ALL {
        let n = all.iter().filter(|c| c.rule.category == category).count();
        assert!(n >= 4, "{category} has {n}");
    }
}

#[test]
fn every_page_has_its_parts() {
    for check in checks::all() {
        let (id, page) = (check.rule.id, check.rule.page);
        assert!(page.starts_with(&format!("# {}\n", check.rule.title)), "{id}: the page begins with another title");
        let mut at = 0;
        for heading in HEADINGS {
            let found = page[at..].find(&format!("\n{heading}\n")).map(|p| p + at);
            at = found.unwrap_or_else(|| panic!("{id}: the page lacks {heading:?} in its order"));
        }
        for (what, text) in [("risk", check.rule.risk), ("fix", check.rule.fix)] {
            assert!(text.ends_with('.') && text.len() < 240, "{id}: {what} is no short sentence: {text:?}");
        }
        assert!(!check.rule.title.ends_with('.') && check.rule.title.len() < 100, "{id}: title");
        assert!(!check.rule.cwe.is_empty(), "{id}: no CWE");
        assert!(!check.rule.references.is_empty(), "{id}: no reference");
    }
}

/// The remedy that users read is the code that was run.
#[test]
fn the_remedy_of_a_page_stands_in_the_fixed_twin() {
    for check in checks::all() {
        let Twins::Flask { vulnerable, fixed, .. } = check.twins else { continue };
        let id = check.rule.id;
        assert_ne!(vulnerable, fixed, "{id}: the twins are equal");
        let remedy = check.rule.page.split("## How to fix it").nth(1).unwrap().split("\n## ").next().unwrap();
        let blocks: Vec<&str> = remedy.split("```python\n").skip(1).map(|b| b.split("\n```").next().unwrap()).collect();
        assert!(!blocks.is_empty(), "{id}: the remedy shows no code of the fixed twin");
        let flat = |text: &str| text.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
        for block in blocks {
            assert!(flat(fixed).contains(&flat(block)), "{id}: this part of the page is not in fixed.py:\n{block}");
        }
    }
}

#[test]
fn a_rule_without_twins_says_why() {
    for check in checks::all() {
        if let Twins::None(why) = check.twins {
            assert!(why.len() > 20, "{}: {why:?}", check.rule.id);
        }
        let detects =
            check.detectors.on_exchange.is_some() || check.detectors.send() || check.detectors.on_end.is_some();
        assert!(detects, "{} has no detector", check.rule.id);
        assert!(
            !check.detectors.send() || check.cost.requests <= 80,
            "{} may send {} requests at once",
            check.rule.id,
            check.cost.requests
        );
    }
}
