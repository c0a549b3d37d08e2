use std::collections::{BTreeMap, BTreeSet};

use crate::fault::{Faults, quoted};
use crate::files::Files;
use crate::view::View;

/// How deep references may stand inside the paths of references.
const DEEPEST_PATH: usize = 16;

/// Where each reference of a document leads.
#[derive(Debug, Default)]
pub(crate) struct Links {
    /// By file and the node of the `$ref` text.
    pub(crate) targets: BTreeMap<(u32, u32), (u32, u32)>,
    /// Names of documents that are referred to and not here.
    pub(crate) external: BTreeSet<String>,
}

/// Finds all references of all files and what each leads to.
pub(crate) fn links(files: &Files, faults: &mut Faults) -> Links {
    let mut links = Links::default();
    for file in 0..files.count() {
        for (reference, text) in references(View::root_of(files, file)) {
            match resolve(reference, text, 0) {
                Ok(target) => {
                    links.targets.insert(reference.id(), target.id());
                }
                Err(Missing::Document(name)) => {
                    faults.add(format!("The reference {} leads to another document.", quoted(text)));
                    links.external.insert(name);
                }
                Err(Missing::Value) => {
                    faults.add(format!("The reference {} leads to nothing.", quoted(text)));
                }
            }
        }
    }
    links
}

/// All texts of `$ref` members under this value, each once. Examples are data: a `$ref` in them is not a reference.
fn references(root: View<'_>) -> Vec<(View<'_>, &str)> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    // Whether a value was met, and whether as a holder of names that the document's author chose.
    let mut met = vec![[false; 2]; root.files.tree(root.file).nodes.len()];
    let mut open = vec![(root, false)];
    while let Some((view, chosen)) = open.pop() {
        if let Some(reference) = view.raw("$ref")
            && let Some(text) = reference.text()
            && known.insert(reference.node)
        {
            found.push((reference, text));
        }
        let members = view.entries().rev().filter(|(name, _)| chosen || !is_data(name)).map(|(name, member)| {
            (member, !chosen && matches!(name, "properties" | "patternProperties" | "definitions"))
        });
        for (child, chosen) in members.chain(view.items().map(|item| (item, false))) {
            let new = met
                .get_mut(child.node as usize)
                .is_some_and(|met| !std::mem::replace(&mut met[usize::from(chosen)], true));
            if new && (child.is_map() || child.is_list()) {
                open.push((child, chosen));
            }
        }
    }
    found
}

/// Whether a keyword holds data rather than a description.
fn is_data(keyword: &str) -> bool {
    matches!(keyword, "example" | "enum" | "const") || keyword.starts_with("x-")
}

enum Missing {
    /// The document of this name is not here.
    Document(String),
    /// The document is here, the value is not.
    Value,
}

fn resolve<'d>(from: View<'d>, reference: &str, depth: usize) -> Result<View<'d>, Missing> {
    let (name, pointer) = reference.split_once('#').unwrap_or((reference, ""));
    let files = from.files;
    let file = if name.is_empty() {
        from.file
    } else {
        let name = joined(files.name_of(from.file), name);
        match files.find(&name) {
            Some(file) => file,
            None => return Err(Missing::Document(name)),
        }
    };
    let root = View::root_of(files, file);
    walk(root, pointer, depth).ok_or(Missing::Value)
}

/// Walks a JSON pointer (RFC 6901) in its URI fragment form. References on the way are followed.
fn walk<'d>(root: View<'d>, pointer: &str, depth: usize) -> Option<View<'d>> {
    let mut view = root;
    if pointer.is_empty() || pointer == "/" {
        return Some(view);
    }
    let Some(pointer) = pointer.strip_prefix('/') else {
        return anchor(root, pointer);
    };
    for segment in pointer.split('/') {
        let mut hops = 0;
        while let Some(reference) = view.reference() {
            if depth >= DEEPEST_PATH || hops >= DEEPEST_PATH {
                return None;
            }
            view = resolve(view, reference, depth + 1).ok()?;
            hops += 1;
        }
        view = child(view, &unescaped(&percent_decoded(segment))).or_else(|| child(view, &unescaped(segment)))?;
    }
    Some(view)
}

fn child<'d>(view: View<'d>, name: &str) -> Option<View<'d>> {
    if view.is_list() {
        return name.parse::<usize>().ok().and_then(|index| view.items().nth(index));
    }
    view.raw(name)
}

/// A schema by its `$anchor`, or by its bare name, which documents of the Swagger 1.2 tradition still write.
fn anchor<'d>(root: View<'d>, name: &str) -> Option<View<'d>> {
    let schemas = root.raw("components").and_then(|components| components.raw("schemas"));
    let schemas = schemas.or_else(|| root.raw("definitions"))?;
    schemas
        .entries()
        .find(|(_, schema)| schema.text_of("$anchor") == Some(name))
        .map(|(_, schema)| schema)
        .or_else(|| schemas.raw(name))
}

fn unescaped(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

pub(crate) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut position = 0;
    while position < bytes.len() {
        let hex = |offset: usize| {
            bytes.get(position + offset).and_then(|byte| (*byte as char).to_digit(16)).map(|digit| digit as u8)
        };
        match (bytes[position], hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(high * 16 + low);
                position += 3;
            }
            (byte, _, _) => {
                decoded.push(byte);
                position += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The name of a document as seen from the one of name `base` (empty for the document itself).
fn joined(base: &str, name: &str) -> String {
    if name.contains("://") {
        return name.to_owned();
    }
    let (prefix, base_path) = match base.split_once("://") {
        Some((scheme, rest)) => {
            let slash = rest.find('/').unwrap_or(rest.len());
            (format!("{scheme}://{}", &rest[..slash]), &rest[slash..])
        }
        None => (String::new(), base),
    };
    if name.starts_with('/') {
        return format!("{prefix}{name}");
    }
    let directory = base_path.rsplit_once('/').map(|(directory, _)| directory);
    let mut segments: Vec<&str> = directory.into_iter().flat_map(|directory| directory.split('/')).collect();
    for segment in name.split('/') {
        match segment {
            "." => {}
            ".." if segments.last().is_some_and(|last| !last.is_empty() && *last != "..") => {
                segments.pop();
            }
            ".." if !prefix.is_empty() => {}
            other => segments.push(other),
        }
    }
    let path = segments.join("/");
    if prefix.is_empty() || path.starts_with('/') { format!("{prefix}{path}") } else { format!("{prefix}/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined() {
        for (base, name, expected) in [
            ("", "common.yaml", "common.yaml"),
            ("", "./a/b.yaml", "a/b.yaml"),
            ("a/b.yaml", "../c.yaml", "c.yaml"),
            ("a/b.yaml", "c.yaml", "a/c.yaml"),
            ("a.yaml", "../c.yaml", "../c.yaml"),
            ("http://h/d/a.yaml", "b.yaml", "http://h/d/b.yaml"),
            ("http://h/d/a.yaml", "../../b.yaml", "http://h/b.yaml"),
            ("http://h", "b.yaml", "http://h/b.yaml"),
            ("http://h/d/a.yaml", "/b.yaml", "http://h/b.yaml"),
            ("a.yaml", "https://h/x.json", "https://h/x.json"),
        ] {
            assert_eq!(joined(base, name), expected, "{base} + {name}");
        }
    }

    #[test]
    fn percent_escapes_are_decoded_and_broken_ones_kept() {
        assert_eq!(percent_decoded("a%2Fb%7Bid%7D"), "a/b{id}");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz%4"), "%zz%4");
    }
}
