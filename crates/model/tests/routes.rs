//! The index over templates finds what a look at each of them finds.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use model::{Method, Operation, Operations, PathTemplate, Routes, Source};
use proptest::prelude::*;

const METHODS: [Method; 2] = [Method::GET, Method::POST];

/// A segment of a template: text, parameters, both, and those that take further segments; few words, so that much fits.
fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ab]{0,2}",
        3 => "\\{[ab]\\}",
        1 => "[ab]\\{[ab]\\}",
        1 => "\\{[ab]\\}[ab]{1,2}",
        1 => "a?\\{[ab]\\}b\\{[ab]\\}a?",
        1 => "[ab]?(\\{[ab]\\+\\}|\\{\\*[ab]\\}|\\{[ab]:path\\})[ab]?",
        1 => "[ab{}é]{0,5}",
    ]
}

fn template() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 0..4).prop_map(|segments| format!("/{}", segments.join("/")))
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let operation = (0..METHODS.len(), template())
        .prop_map(|(method, path)| Operation::undeclared(METHODS[method].clone(), path, Source::Specification));
    prop::collection::vec(operation, 0..24)
}

/// What may be asked for: words, what a template itself says, and anything.
fn path() -> impl Strategy<Value = String> {
    prop_oneof![4 => "(/[abé]{0,4}){1,4}", 1 => template(), 1 => ".{0,12}"]
}

/// What the index is to find: a look at each operation.
fn looked_for<'a>(operations: &'a [Operation], method: &Method, path: &str) -> Option<&'a Operation> {
    let of_method = || operations.iter().filter(|o| o.method == *method);
    let itself = of_method().find(|o| o.path == *path);
    itself.or_else(|| of_method().filter(|o| o.path.matches(path)).min_by_key(|o| o.path.breadth()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_same_operation_is_found(all in operations(), paths in prop::collection::vec(path(), 1..12)) {
        let indexed: Operations = all.iter().cloned().map(Arc::new).collect();
        for (method, path) in METHODS.iter().flat_map(|method| paths.iter().map(move |path| (method, path))) {
            prop_assert_eq!(indexed.called_by(method, path), looked_for(&all, method, path), "{}", path);
        }
    }

    #[test]
    fn whatever_fits_is_a_candidate_in_order(all in operations(), path in path()) {
        let mut routes = Routes::default();
        all.iter().enumerate().rev().for_each(|(at, operation)| routes.insert(&operation.method, &operation.path, at));
        let candidates: Vec<usize> = routes.candidates(&Method::GET, &path).into_iter().copied().collect();
        prop_assert!(candidates.is_sorted());
        for (at, operation) in all.iter().enumerate().filter(|(_, o)| o.method == Method::GET) {
            let fits = operation.path.matches(&path) || operation.path == path;
            prop_assert!(!fits || candidates.contains(&at), "{} {}", operation.path, path);
        }
    }
}

#[test]
fn few_that_do_not_fit_are_candidates() {
    let mut routes = Routes::default();
    let shapes: [fn(usize) -> String; 5] = [
        |i| format!("/a{i}"),
        |i| format!("/{{id}}/a{i}"),
        |i| format!("/a{i}/{{x}}/b/{{y}}"),
        |i| format!("/s/{{id}}.x{i}"),
        |i| format!("/a{i}/{{rest+}}/edit"),
    ];
    for (at, shape) in shapes.iter().enumerate() {
        (0..1_000).for_each(|i| routes.insert(&Method::GET, &PathTemplate::new(shape(i)), (at, i)));
    }
    for path in ["/a7", "/z/a7", "/a7/1/b/2", "/s/q.x7", "/a7/1/2/edit"] {
        let candidates = routes.candidates(&Method::GET, path);
        assert!(candidates.len() == 1 && candidates[0].1 == 7, "{path}: {candidates:?}");
    }
    assert!(routes.candidates(&Method::POST, "/a7").is_empty());
}
