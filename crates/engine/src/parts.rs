//! The files beside an OpenAPI document that it refers to.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path};

use openapi::Document;

/// Most files that one document refers to.
const MOST: usize = 1_000;

/// Most bytes of them together: a document of several files is no larger than one of a single file.
const BYTES: usize = 128 << 20;

/// What a document at `path` refers to beside it, directly and through others, by the names that it gives them; what cannot be read is
/// left out, and becomes a fault of the document. Only names that end like a description of an API are read, relative to the document:
/// a document from elsewhere must not choose which files of this machine are looked at.
pub fn spec_parts(
    path: &Path,
    mut document: Document,
    read: &dyn Fn(&Path) -> io::Result<Vec<u8>>,
) -> (Document, BTreeMap<String, Vec<u8>>) {
    let directory = path.parent().unwrap_or_else(|| Path::new(""));
    let mut tried: BTreeSet<String> = BTreeSet::new();
    let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut bytes = 0_usize;
    loop {
        let wanted = openapi::external_references(&document).into_iter().filter(|name| is_beside(name));
        let mut new: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for name in wanted.collect::<Vec<String>>() {
            if tried.len() >= MOST || !tried.insert(name.clone()) {
                continue;
            }
            if let Ok(text) = read(&directory.join(&name))
                && bytes + text.len() <= BYTES
            {
                bytes += text.len();
                new.insert(name, text);
            }
        }
        if new.is_empty() {
            return (document, all);
        }
        all.extend(new.clone());
        document = document.with_external(new);
    }
}

/// Whether a name is a relative path to a description.
fn is_beside(name: &str) -> bool {
    const ENDINGS: [&str; 3] = ["json", "yaml", "yml"];
    let path = Path::new(name);
    let relative =
        path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir | Component::ParentDir));
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
    relative && !name.contains("://") && ENDINGS.contains(&ending.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_beside_a_document_is_read_with_what_that_refers_to() {
        let files = |path: &Path| -> io::Result<Vec<u8>> {
            match path.to_str() {
                Some("api/paths/a.yaml") => Ok(b"get: {responses: {200: {$ref: '../c.yaml#/R'}}}".to_vec()),
                Some("api/paths/../c.yaml" | "api/c.yaml") => Ok(b"R: {description: ok}".to_vec()),
                _ => Err(io::ErrorKind::NotFound.into()),
            }
        };
        let text = "openapi: 3.0.0\npaths:\n  /a: {$ref: ./paths/a.yaml}\n  /b: {$ref: gone.yaml}\n";
        let document = openapi::parse(text.as_bytes()).unwrap();
        let (document, all) = spec_parts(Path::new("api/openapi.yaml"), document, &files);
        assert_eq!(all.keys().collect::<Vec<_>>(), ["c.yaml", "paths/a.yaml"]);
        assert_eq!(openapi::external_references(&document), ["gone.yaml"]);
    }

    #[test]
    fn a_document_chooses_no_other_files_of_the_machine() {
        for name in ["a.yaml", "./b/c.json", "../shared/d.YML"] {
            assert!(is_beside(name), "{name}");
        }
        for name in
            ["/etc/hosts.yaml", "/etc/passwd", "secrets", "../../.ssh/id_rsa", "http://h/a.yaml", "file:///a.yaml"]
        {
            assert!(!is_beside(name), "{name}");
        }
    }
}
