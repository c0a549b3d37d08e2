use std::collections::BTreeSet;

use model::{Method, Operation};

use crate::fault::{Faults, quoted};
use crate::operation::{Found, Reader, Total};
use crate::server::Base;
use crate::view::View;

/// Most operations that are read of one document: twice as many as the largest published one has.
const MOST_OPERATIONS: usize = 50_000;

/// Longest path that is read, in bytes.
const LONGEST_PATH: usize = 2_000;

/// Most members of a path item that are looked at: one path item may be referred to by many paths.
pub(crate) const MOST_MEMBERS: usize = 200;

/// Most references from path item to path item.
const MOST_HOPS: usize = 8;

/// Reads all operations.
pub(crate) fn operations(root: View<'_>, base: &Base) -> Vec<Operation> {
    let mut faults = Faults::default();
    let found = found(root, &mut faults);
    let total = Total::for_operations(found.len());
    let mut reader = Reader::new(root, base, total, &mut faults);
    found.into_iter().map(|found| reader.read(&found)).collect()
}

/// Finds the faults of all operations, without reading schemas.
pub(crate) fn faults(root: View<'_>, base: &Base, faults: &mut Faults) {
    let found = found(root, faults);
    let mut reader = Reader::new(root, base, Total::without_schemas(), faults);
    for found in found {
        reader.read(&found);
    }
}

fn found<'d>(root: View<'d>, faults: &mut Faults) -> Vec<Found<'d>> {
    let mut all = Vec::new();
    let Some(paths) = root.get("paths") else {
        // OpenAPI 3.1 allows documents of webhooks or components alone.
        faults.add("The document has no paths.");
        return all;
    };
    if !paths.is_map() {
        faults.add("The member `paths` is not an object.");
    }
    for (path, item) in paths.entries().filter(|(path, _)| !path.starts_with("x-")) {
        if path.len() > LONGEST_PATH {
            faults.add(format!("The path {} is too long and left out.", quoted(path)));
            continue;
        }
        let items = chain(item);
        if !items.iter().all(|item| item.is_map()) {
            faults.add(format!("The path {} is not an object.", quoted(path)));
            continue;
        }
        let mut seen = BTreeSet::new();
        for item in &items {
            for (method, operation) in methods(*item, path, faults) {
                if all.len() >= MOST_OPERATIONS {
                    faults.add(format!("The document has more operations than the {MOST_OPERATIONS} that are read; the others are left out."));
                    return all;
                }
                if seen.insert(method.clone()) {
                    all.push(Found { method, path, items: items.clone(), operation });
                } else {
                    faults.add(format!(
                        "The operation {method} of {} is declared twice; the first counts.",
                        quoted(path)
                    ));
                }
            }
        }
    }
    all
}

/// A path item and those that it refers to: members beside `$ref` count too.
fn chain(item: View<'_>) -> Vec<View<'_>> {
    let mut items = vec![item];
    let mut view = item;
    while let Some(target) = view.target() {
        if items.len() > MOST_HOPS || items.iter().any(|known| known.id() == target.id()) {
            break;
        }
        items.push(target);
        view = target;
    }
    items
}

/// The operations of a path item by method.
fn methods<'d>(item: View<'d>, path: &str, faults: &mut Faults) -> Vec<(Method, View<'d>)> {
    const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
    let mut methods = Vec::new();
    if item.entries().nth(MOST_MEMBERS).is_some() {
        faults.add(format!("The path {} has more than {MOST_MEMBERS} members; the others are left out.", quoted(path)));
    }
    for (name, operation) in item.entries().take(MOST_MEMBERS) {
        let lower = name.to_ascii_lowercase();
        if !METHODS.contains(&lower.as_str()) {
            continue;
        }
        if lower != name {
            faults.add(format!("The method {} of {} is not in lower case.", quoted(name), quoted(path)));
        }
        methods.extend(usable(Method::new(&lower.to_ascii_uppercase()), operation, path, faults));
    }
    // OpenAPI 3.2: methods that have no member of their own.
    for (name, operation) in item.get("additionalOperations").into_iter().flat_map(View::entries).take(MOST_MEMBERS) {
        if is_token(name) {
            methods.extend(usable(Method::new(name), operation, path, faults));
        } else {
            faults.add(format!("{} of {} is not a method.", quoted(name), quoted(path)));
        }
    }
    methods
}

fn usable<'d>(method: Method, operation: View<'d>, path: &str, faults: &mut Faults) -> Option<(Method, View<'d>)> {
    let operation = operation.followed()?;
    if operation.is_map() {
        return Some((method, operation));
    }
    faults.add(format!("The operation {method} of {} is not an object.", quoted(path)));
    // `get:` with nothing under it in YAML still says that the operation is there.
    operation.is_null().then_some((method, operation))
}

/// Whether this is a token of RFC 9110 section 5.6.2, as methods are.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
