//! Within a crate no two files import each other, straight or through others: what is below knows nothing of what is above.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sources::rust_files;

/// A module that has a file of its own, by its path below the crate.
type Name = Vec<String>;

#[derive(Default)]
struct Module {
    /// Paths of `use` items: as written, the name they are known under, and whether they are handed on (`pub use`).
    uses: Vec<(Vec<String>, String, bool)>,
    /// Paths in the code, of which those count that begin at the crate, at a module above, at this one or at one below it.
    paths: Vec<Vec<String>>,
}

struct Crate {
    modules: BTreeMap<Name, Module>,
}

impl Crate {
    fn read(source: &Path) -> Crate {
        let mut modules = BTreeMap::new();
        for file in rust_files(source) {
            let relative = file.strip_prefix(source).unwrap().with_extension("");
            let mut name: Name = relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            if matches!(name.last().map(String::as_str), Some("mod" | "lib" | "main")) {
                name.pop();
            }
            modules.insert(name, Module::read(&std::fs::read_to_string(&file).unwrap()));
        }
        Crate { modules }
    }

    /// The module in which what a path names is defined: `pub use` is followed. `None` for other crates and local names.
    fn definition(&self, from: &Name, path: &[String], hops: usize) -> Option<Name> {
        let (first, rest) = path.split_first()?;
        let (mut at, mut rest) = match first.as_str() {
            "crate" => (Name::new(), rest),
            "self" => (from.clone(), rest),
            "super" => (from.split_last()?.1.to_vec(), rest),
            _ if self.modules.contains_key(&below(from, first)) => (from.clone(), path),
            _ => return None,
        };
        while let Some((next, after)) = rest.split_first() {
            if next == "super" {
                at.pop()?;
            } else if self.modules.contains_key(&below(&at, next)) {
                at.push(next.clone());
            } else {
                let handed_on = self.modules.get(&at)?.uses.iter().find(|(_, known, public)| *public && known == next);
                return match handed_on {
                    Some((real, _, _)) if hops > 0 => {
                        let real: Vec<String> = real.iter().chain(after).cloned().collect();
                        self.definition(&at, &real, hops - 1).or(Some(at))
                    }
                    _ => Some(at),
                };
            }
            rest = after;
        }
        Some(at)
    }

    /// Which modules each imports.
    fn imports(&self) -> BTreeMap<&Name, BTreeSet<Name>> {
        let of = |(name, module): (&Name, &Module)| {
            let uses = module.uses.iter().map(|(path, _, _)| path);
            uses.chain(&module.paths)
                .filter_map(|path| self.definition(name, path, 8))
                .filter(|to| to != name)
                .collect()
        };
        self.modules.iter().map(|entry| (entry.0, of(entry))).collect()
    }

    /// A chain of modules each of which imports the next, and the last the first.
    fn circle(&self) -> Option<Vec<String>> {
        fn walk<'a>(
            at: &'a Name,
            imports: &'a BTreeMap<&'a Name, BTreeSet<Name>>,
            open: &mut Vec<&'a Name>,
            done: &mut BTreeSet<&'a Name>,
        ) -> Option<Vec<String>> {
            if let Some(start) = open.iter().position(|name| *name == at) {
                return Some(open[start..].iter().map(|name| name.join("::")).collect());
            }
            if !done.contains(at) {
                open.push(at);
                for next in &imports[at] {
                    if let Some(circle) = walk(next, imports, open, done) {
                        return Some(circle);
                    }
                }
                open.pop();
                done.insert(at);
            }
            None
        }
        let imports = self.imports();
        let mut done = BTreeSet::new();
        self.modules.keys().find_map(|name| walk(name, &imports, &mut Vec::new(), &mut done))
    }
}

fn below(name: &Name, child: &str) -> Name {
    name.iter().cloned().chain([child.to_owned()]).collect()
}

impl Module {
    fn read(text: &str) -> Module {
        let tokens = without_tests(&tokens(text));
        let mut module = Module::default();
        let mut depth = 0_u32;
        // How deep in braces the modules stand that are open here without a file of their own.
        let mut inline: Vec<u32> = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if token == "use" {
                let end = tokens[at..].iter().position(|t| t == ";").map_or(tokens.len(), |length| at + length);
                let public = at > 0 && (tokens[at - 1] == "pub" || tokens[at - 1] == ")");
                let mut rest = &tokens[at + 1..end];
                let mut uses = Vec::new();
                tree(&[], &mut rest, public, &mut uses);
                let of_file =
                    |(path, known, public)| (outwards(path, inline.len()), known, public && inline.is_empty());
                module.uses.extend(uses.into_iter().map(of_file));
                at = end;
            } else if token == "in" && at > 1 && tokens[at - 2] == "pub" {
                // `pub(in path)` says who may see something and imports nothing.
                at += tokens[at..].iter().position(|t| t == ")").unwrap_or(0);
            } else if is_word(token) && follows(&tokens, at) {
                let mut path = vec![token.clone()];
                while follows(&tokens, at) && is_word(&tokens[at + 3]) {
                    at += 3;
                    path.push(tokens[at].clone());
                }
                module.paths.push(outwards(path, inline.len()));
            } else if token == "{" {
                if at > 1 && tokens[at - 2] == "mod" {
                    inline.push(depth);
                }
                depth += 1;
            } else if token == "}" {
                depth = depth.saturating_sub(1);
                inline.retain(|opened| *opened < depth);
            }
            at += 1;
        }
        module
    }
}

/// A path in a module without a file of its own, this many below that of the file, as it reads in the file's.
fn outwards(path: Vec<String>, levels: usize) -> Vec<String> {
    let within = path.iter().take(levels).take_while(|part| *part == "super").count();
    path.into_iter().skip(within).collect()
}

/// The tests of a module are no part of the house's structure: drops each item and field after `#[cfg(test)]`.
fn without_tests(tokens: &[String]) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut rest = tokens;
    while let Some((token, after)) = rest.split_first() {
        if rest.starts_with(&MARK.map(str::to_owned)) {
            rest = &rest[MARK.len()..];
            let mut depth = 0_u32;
            while let Some((token, after)) = rest.split_first() {
                rest = after;
                match token.as_str() {
                    "(" | "[" | "{" => depth += 1,
                    ")" | "]" | "}" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if depth == 0 && matches!(token.as_str(), ";" | "," | "}") {
                    break;
                }
            }
        } else {
            kept.push(token.clone());
            rest = after;
        }
    }
    kept
}

/// Whether `::` and something more follows.
fn follows(tokens: &[String], at: usize) -> bool {
    tokens.get(at + 1).is_some_and(|t| t == ":")
        && tokens.get(at + 2).is_some_and(|t| t == ":")
        && at + 3 < tokens.len()
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads one tree of a `use` item: `a::{b, c::{self, d as e}}`.
fn tree(prefix: &[String], rest: &mut &[String], public: bool, uses: &mut Vec<(Vec<String>, String, bool)>) {
    let mut path = prefix.to_vec();
    let mut alias = None;
    while let Some((token, after)) = rest.split_first() {
        match token.as_str() {
            "," | "}" => break,
            "{" => {
                *rest = after;
                while rest.first().is_some_and(|t| t != "}") {
                    tree(&path, rest, public, uses);
                    if rest.first().is_some_and(|t| t == ",") {
                        *rest = &rest[1..];
                    }
                }
                *rest = rest.get(1..).unwrap_or(&[]);
                return;
            }
            "as" => alias = after.first().cloned(),
            ":" | "*" => {}
            _ if alias.is_some() => {}
            word => path.push(word.to_owned()),
        }
        *rest = after;
    }
    if path.len() > prefix.len() && path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let known = alias.or_else(|| path.last().cloned()).unwrap_or_default();
    uses.push((path, known, public));
}

/// Words and signs of Rust code, without comments and what stands in quotes.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let characters: Vec<char> = code.chars().collect();
    let mut at = 0;
    while let Some(&c) = characters.get(at) {
        let next = characters.get(at + 1);
        if c == '/' && next == Some(&'/') {
            at += characters[at..].iter().position(|c| *c == '\n').unwrap_or(characters.len() - at);
        } else if c == 'r' && matches!(next, Some('"' | '#')) && raw_end(&characters, at).is_some() {
            at = raw_end(&characters, at).unwrap();
        } else if c == '"' {
            at += 1;
            while characters.get(at).is_some_and(|c| *c != '"') {
                at += if characters[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
        } else if c == '\'' && (next == Some(&'\\') || characters.get(at + 2) == Some(&'\'')) {
            at += 2;
            at += characters[at..].iter().position(|c| *c == '\'').unwrap_or(0) + 1;
        } else if c.is_alphanumeric() || c == '_' {
            let length = characters[at..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').count();
            tokens.push(characters[at..at + length].iter().collect());
            at += length;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            at += 1;
        }
    }
    tokens
}

/// The end of a raw string that begins here.
fn raw_end(characters: &[char], at: usize) -> Option<usize> {
    let hashes = characters[at + 1..].iter().take_while(|c| **c == '#').count();
    let body = at + 2 + hashes;
    (characters.get(body - 1) == Some(&'"')).then_some(())?;
    let closes = |from: usize| {
        characters[from] == '"' && characters[from + 1..].iter().take_while(|c| **c == '#').count() >= hashes
    };
    (body..characters.len()).find(|from| closes(*from)).map(|from| from + 1 + hashes)
}

#[test]
fn no_files_of_a_crate_import_each_other() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut circles = Vec::new();
    for entry in std::fs::read_dir(crates).unwrap() {
        let source = entry.unwrap().path().join("src");
        if source.is_dir() {
            circles.extend(Crate::read(&source).circle().map(|circle| format!("{}: {circle:?}", source.display())));
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn circles_are_found_through_names_that_are_handed_on() {
    let of = |files: &[(&str, &str)]| {
        let name = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Name>();
        let modules = files.iter().map(|(path, text)| (name(path), Module::read(text))).collect();
        Crate { modules }.circle()
    };
    assert_eq!(of(&[("", "mod a; mod b; pub use a::A;"), ("a", "use crate::b::B;"), ("b", "// use crate::A;")]), None);
    let handed_on =
        of(&[("", "mod a; mod b; pub use a::A;"), ("a", "use crate::b::{self, B};"), ("b", "use crate::A;")]);
    assert_eq!(handed_on.map(|circle| circle.len()), Some(2));
    let in_code = of(&[("", ""), ("a", "fn f() { super::b::g(\"crate::c\") }"), ("b", "fn g() { crate::a::f() }")]);
    assert_eq!(in_code.map(|circle| circle.len()), Some(2));
    let nested = of(&[("", ""), ("a", "pub use self::b::B; struct Own;"), ("a/b", "use super::Own;")]);
    assert_eq!(nested.map(|circle| circle.len()), Some(2), "a child that needs its parent");
    let by_name = of(&[("a", "mod b; fn f() { b::g() }"), ("a/b", "fn g() { super::h() }")]);
    assert_eq!(by_name.map(|circle| circle.len()), Some(2), "a parent that calls its child by its bare name");
    assert_eq!(of(&[("a", "use self::b::f;"), ("a/b", "pub(in crate::a) fn f() {}")]), None, "a visibility");
    let inline = "struct Own; mod b { use super::Own; fn f() { super::super::c::g() } }";
    assert_eq!(of(&[("", "mod a; use a::b::f;"), ("a", inline), ("c", "fn g() {}")]), None, "a module within a file");
    let inline = of(&[("a", inline), ("c", "use crate::a::b;")]);
    assert_eq!(inline.map(|circle| circle.len()), Some(2), "a module within a file reaches out of it");
    assert_eq!(of(&[("", ""), ("a", "#[cfg(test)]\nmod tests { use crate::b; }"), ("b", "use crate::a;")]), None);
    let after_tests = of(&[("a", "#[cfg(test)]\nmod tests;\nuse crate::b::B;"), ("b", "use crate::a::A;")]);
    assert_eq!(after_tests.map(|circle| circle.len()), Some(2), "what stands after the tests counts");
}
