//! What was found so far, each operation once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use checks::vocabulary::{acting_parameter, looks_destructive};
use model::{Method, Operation, Operations, ParameterIn, PathPattern, PathTemplate, Routes, Source, Target};

/// Operations found so far, by path, whatever its parameters are called, and method.
#[derive(Default)]
pub(crate) struct Found {
    pub(super) operations: BTreeMap<(String, Method), Operation>,
    /// Where their paths lead, by key. One that was taken out again may still be here.
    routes: Routes<String>,
    /// Links that act by their query.
    acting: Vec<Operation>,
    /// Paths already read for links.
    pub(super) read: BTreeSet<String>,
    /// Paths that answered with a page or a redirect: what a browser shows, not what an API does.
    pub(super) shells: BTreeSet<String>,
    /// Paths that answered with an OpenAPI document.
    pub(super) documents: BTreeSet<String>,
    /// A document that a script carries within itself, and the path of the script.
    pub(super) described: Option<(String, Vec<u8>)>,
    /// What the pages show that load a script, by its path and query.
    pub(super) shown: BTreeMap<String, Vec<String>>,
    /// Paths of OpenAPI documents that pages name and that did not come in time.
    pub(super) unread: BTreeSet<String>,
    /// Paths already tried as OpenAPI documents.
    pub(super) tried: BTreeSet<String>,
    /// Paths whose operation got the parameters that a refusal asked for.
    pub(super) completed: BTreeSet<String>,
    /// How many operations samples of code gave.
    pub(super) samples: usize,
}

impl Found {
    /// Adds an operation. What a specification says wins; parameters seen elsewhere are added to it.
    pub(crate) fn add(&mut self, operation: Operation) {
        /// More operations than this are an infinite URL space, not an API.
        const MOST: usize = 20_000;
        /// Links that act, kept.
        const ACTING: usize = 50;
        let operation = self.known_as(operation);
        let key = key(&operation);
        if acts_by_query(&operation) {
            // What does it must not be taken for a parameter of the page that the link is about.
            if self.acting.len() < ACTING && !self.acting.contains(&operation) {
                self.acting.push(operation);
            }
        } else if let Some(known) = self.operations.get_mut(&key) {
            if operation.source == Source::Specification && known.source != Source::Specification {
                let seen = std::mem::replace(known, operation);
                merge(known, seen);
            } else {
                merge(known, operation);
            }
        } else if self.operations.len() < MOST {
            self.routes.insert(&operation.method, &operation.path, key.0.clone());
            self.operations.insert(key, operation);
        }
    }

    /// Takes an operation for another one, which keeps its path.
    pub(super) fn join(&mut self, gone: &(String, Method), kept: &(String, Method)) {
        let Some(operation) = self.operations.remove(gone) else { return };
        if let Some(known) = self.operations.get_mut(kept) {
            merge(known, operation);
        }
    }

    /// Adds an operation that was known before, unless it is among those that were found.
    pub(super) fn add_if_new(&mut self, operation: Operation) {
        let is_known = self.operations.contains_key(&key(&operation)) || !self.fitting(&operation).is_empty();
        if !is_known {
            self.add(operation);
        }
    }

    /// The operations found whose template the path of this one, as it was met, is an instance of, by their keys.
    fn fitting(&self, operation: &Operation) -> Vec<&Operation> {
        let met = as_met(operation);
        let keys = self.routes.candidates(&operation.method, &met);
        let known = keys.into_iter().filter_map(|key| self.operations.get(&(key.clone(), operation.method.clone())));
        known.filter(|o| o.path.matches(&met)).collect()
    }

    /// The operation under the path of the one that a document has for it, its parameters called as they are there. What a document
    /// declares is itself, whatever else looks like it.
    fn known_as(&self, operation: Operation) -> Operation {
        if operation.source == Source::Specification || self.operations.contains_key(&key(&operation)) {
            return operation;
        }
        let declared = self.fitting(&operation).into_iter().filter(|o| o.source == Source::Specification);
        match declared.min_by_key(|o| o.path.breadth()) {
            Some(known) => Operation { path: known.path.clone(), ..operation },
            None => operation,
        }
    }

    /// Every operation found so far.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// Whether nothing was found but the URL that was given, and nothing that it takes.
    pub(crate) fn is_bare(&self) -> bool {
        self.operations.values().all(|o| o.source == Source::Given && o.parameters.is_empty())
    }

    /// How many operations of an API were found: calls and data, not pages that a browser shows.
    pub(super) fn calls(&self) -> usize {
        let is_shell = |o: &Operation| {
            o.method == Method::GET
                && o.parameters_in(ParameterIn::Query).next().is_none()
                && self.shells.contains(o.path.as_str())
        };
        self.operations.values().filter(|o| !is_shell(o)).count()
    }

    /// Whether something was found in this directory or below; the root does not count.
    pub(crate) fn holds(&self, directory: &str) -> bool {
        let below =
            |path: &str| path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        !directory.is_empty() && self.operations.values().any(|o| below(&o.path))
    }

    /// Whether an object of this collection is known.
    pub(super) fn holds_object(&self, collection: &str) -> bool {
        self.operations.values().any(|o| o.path.strip_prefix(collection).is_some_and(|rest| rest.starts_with("/{")))
    }

    /// The operations that the user wants, and the links that act on them. A page that only such links lead to is not called.
    pub(crate) fn selected(mut self, target: &Target) -> (Operations, Vec<Arc<Operation>>) {
        let (beside, alone): (Vec<_>, Vec<_>) =
            self.acting.drain(..).partition(|link| self.operations.contains_key(&key(link)));
        for link in alone {
            self.operations.entry(key(&link)).or_insert(link);
        }
        let wanted = |o: &Operation| {
            is_wanted(&o.path, target) && (target.methods.is_empty() || target.methods.contains(&o.method))
        };
        let chosen = |all: &mut dyn Iterator<Item = Operation>| {
            let mut all: Vec<Arc<Operation>> = all.filter(wanted).map(Arc::new).collect();
            all.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
            all
        };
        (chosen(&mut self.operations.into_values()).into(), chosen(&mut beside.into_iter()))
    }
}

/// Whether a link does by its query what its path alone does not.
fn acts_by_query(operation: &Operation) -> bool {
    let is_link = !matches!(operation.source, Source::Specification | Source::Given);
    let without = || Operation { parameters: Vec::new(), labels: Vec::new(), acts: false, ..operation.clone() };
    let queries = operation.parameters_in(ParameterIn::Query).any(|p| p.example.is_some());
    is_link
        && operation.method == Method::GET
        && (acting_parameter(operation).is_some() || queries && operation.acts)
        && !looks_destructive(&without())
}

/// Whether the user's choice of paths includes this one.
pub(super) fn is_wanted(path: &str, target: &Target) -> bool {
    let template = PathTemplate::from(path);
    let included = |pattern: &String| PathPattern::new(pattern).names(&template);
    // The wall around what is excluded stands before concrete paths: what lies behind it is no operation of this scan either.
    let excluded = |pattern: &String| PathPattern::new(pattern).matches(path);
    (target.include_paths.is_empty() || target.include_paths.iter().any(included))
        && !target.exclude_paths.iter().any(excluded)
}

/// What operations are told apart by.
pub(super) fn key(operation: &Operation) -> (String, Method) {
    (operation.path.key(), operation.method.clone())
}

/// The path as it was met, with the values that were met in it.
fn as_met(operation: &Operation) -> String {
    let example = |name: &str| operation.parameters_in(ParameterIn::Path).find(|p| p.name == name)?.example.clone();
    operation.path.fill(example)
}

/// Adds to a known operation what was seen of it. Its path and the names of its parameters stay.
fn merge(known: &mut Operation, mut seen: Operation) {
    /// What so many links say of one place is enough.
    const LABELS: usize = 8;
    if known.path.is_same_place(&seen.path) {
        let (theirs, ours): (Vec<_>, Vec<_>) = seen.path.parameters().zip(known.path.parameters()).unzip();
        for parameter in seen.parameters.iter_mut().filter(|p| p.place == ParameterIn::Path) {
            if let Some(at) = theirs.iter().position(|name| *name == parameter.name) {
                ours[at].clone_into(&mut parameter.name);
            }
        }
    }
    // A value met in a link is a real one; that of a document may be made up.
    let real = known.source == Source::Specification && seen.source != Source::Specification;
    for parameter in seen.parameters {
        let same = known.parameters.iter_mut().find(|p| p.name == parameter.name && p.place == parameter.place);
        match same {
            Some(p) if real => p.example = parameter.example.or(p.example.take()),
            Some(p) => p.example = p.example.take().or(parameter.example),
            None if parameter.place != ParameterIn::Path => known.parameters.push(parameter),
            None => {}
        }
    }
    for label in seen.labels {
        if known.labels.len() < LABELS && !known.labels.contains(&label) {
            known.labels.push(label);
        }
    }
    // What a document describes is that, and a link that says otherwise is followed by another method.
    known.acts |= seen.acts && (known.source != Source::Specification || known.summary.is_empty());
    known.body = known.body.take().or(seen.body);
}

#[cfg(test)]
mod tests {
    use model::{Origin, Scheme};

    use super::super::link;
    use super::*;

    /// What is called and what is only told of, of pages with these links.
    fn selected(links: &[&str]) -> (Vec<String>, Vec<String>) {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 9 };
        let mut found = Found::default();
        for link in links {
            found.add(link::operation(link, Source::Link));
        }
        let (called, acting) = found.selected(&Target::of(origin));
        let name = |o: &Arc<Operation>| {
            let parameters: Vec<&str> = o.parameters.iter().map(|p| p.name.as_str()).collect();
            format!("{} {}", o.path, parameters.join(" "))
        };
        let shown = |all: &[Arc<Operation>]| all.iter().map(name).collect();
        (shown(&called), shown(&acting))
    }

    #[test]
    fn a_link_that_acts_leaves_the_page_it_stands_beside_alone() {
        let (called, acting) = selected(&["/?action=delete", "/", "/?page=2"]);
        assert_eq!((called, acting), (vec!["/ page".to_owned()], vec!["/ action".to_owned()]));
        let (called, acting) = selected(&["/do?cmd=reset"]);
        assert_eq!((called, acting), (vec!["/do cmd".to_owned()], Vec::new()), "known by this link alone: not called");
    }

    /// What is known when a document declares these templates and links lead to these paths; in either order.
    fn joined(declared: &[&str], linked: &[&str]) -> Vec<String> {
        let parameter = |name: &str| link::parameter(name, ParameterIn::Path, "");
        let declared = || {
            declared.iter().map(|path| {
                let operation = Operation::undeclared(Method::GET, *path, Source::Specification);
                Operation { parameters: operation.path.parameters().map(parameter).collect(), ..operation }
            })
        };
        let linked = || linked.iter().map(|path| link::operation(path, Source::Link));
        let known = |operations: &mut dyn Iterator<Item = Operation>| {
            let mut found = Found::default();
            operations.for_each(|operation| found.add(operation));
            let (called, _) =
                found.selected(&Target::of(Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 9 }));
            let shown = |o: &Arc<Operation>| {
                let values: Vec<String> = o
                    .parameters_in(ParameterIn::Path)
                    .map(|p| format!("{}={}", p.name, p.example.as_deref().unwrap_or("")))
                    .collect();
                format!("{} {}", o.path, values.join(" ")).trim().to_owned()
            };
            called.iter().map(shown).collect::<Vec<_>>()
        };
        let first = known(&mut declared().chain(linked()));
        assert_eq!(first, known(&mut linked().chain(declared())));
        first
    }

    #[test]
    fn what_a_document_declares_keeps_its_names() {
        assert_eq!(joined(&["/users/{user_id}"], &["/users/12"]), ["/users/{user_id} user_id=12"]);
        assert_eq!(joined(&["/a/{x}/b/{y}"], &["/a/1/b/2"]), ["/a/{x}/b/{y} x=1 y=2"]);
        assert_eq!(joined(&["/users/{user_id}"], &["/users/%7Bid%7D", "/users/12"]), ["/users/{user_id} user_id=12"]);
    }

    #[test]
    fn what_a_document_tells_apart_stays_apart() {
        let declared =
            ["/diff/{old}...{new}", "/diff/{pair}", "/songs/{id}", "/songs/{id}.mp3", "/users/me", "/users/{id}"];
        let paths: Vec<String> =
            joined(&declared, &[]).iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(paths, declared);
    }

    #[test]
    fn a_link_belongs_to_the_template_that_leaves_least_open() {
        let mut found = Found::default();
        for path in ["/songs/{id}", "/songs/{id}.mp3"] {
            found.add(Operation::undeclared(Method::GET, path, Source::Specification));
        }
        let known = |path: &str| found.known_as(link::operation(path, Source::Link)).path;
        assert_eq!((known("/songs/a").as_str(), known("/songs/a.mp3").as_str()), ("/songs/{id}", "/songs/{id}.mp3"));
        assert_eq!(known("/songs/a/b"), "/songs/a/b", "no template fits");
    }
}
