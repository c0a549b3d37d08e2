//! What a path template is an instance of, and when two of them are one place.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use model::{Method, Operation, Operations, PathTemplate, Source};
use proptest::prelude::*;

fn template(text: &str) -> PathTemplate {
    PathTemplate::from(text)
}

#[test]
fn instances() {
    for (written, path) in [
        ("/files/{id}", "/files/7"),
        ("/v1/file={path}", "/v1/file=a.txt"),
        ("/{id}.json/{x}", "/7.json/8"),
        ("/s/{id}.{ext}", "/s/7.ts"),
        ("/s/{id}.{ext}", "/s/a.b.c"),
        ("/{a}{b}", "/xy"),
        ("/a/{path+}", "/a/b/c"),
        ("/a/{*path}", "/a/b"),
        ("/a/{path:path}/edit", "/a/b/c/edit"),
        ("/a/{", "/a/{"),
        ("/a/{b/c}", "/a/{b/c}"),
        ("/über/{id}", "/über/é"),
    ] {
        assert!(template(written).matches(path), "{written} {path}");
    }
    for (written, path) in [
        ("/v1/file={path}", "/v1/openapi.json"),
        ("/{id}.json", "/7.xml"),
        ("/{id}", "/"),
        ("/a/{id}", "/a/7/b"),
        ("/a/{id}", "/a/7/"),
        ("/s/{id}.{ext}", "/s/7ts"),
        ("/{a}{b}", "/x"),
        ("/a/{path+}", "/a/"),
        ("/a/{path+}/edit", "/a/edit"),
        ("/a/{id", "/a/7"),
        ("/a", "/a/"),
    ] {
        assert!(!template(written).matches(path), "{written} {path}");
    }
}

#[test]
fn names_of_parameters_do_not_make_a_place() {
    assert_eq!(template("/users/{id}/orders/{order_id}").key(), "/users/{}/orders/{}");
    assert!(template("/users/{id}").is_same_place(&template("/users/{user_id}")));
    for (one, other) in [
        ("/users/{id}", "/users/me"),
        ("/users/{id}", "/user/{id}"),
        ("/users/{id}", "/users/{id}/"),
        ("/files/{path}", "/files/{path+}"),
        ("/s/{id}.json", "/s/{id}.xml"),
        ("/users/{}", "/users/me"),
    ] {
        assert!(!template(one).is_same_place(&template(other)), "{one} {other}");
    }
}

#[test]
fn parameters_have_names_and_are_filled() {
    let path = template("/a/{x}-{y}/{rest+}");
    assert_eq!(path.parameters().collect::<Vec<_>>(), ["x", "y", "rest"]);
    assert_eq!(path.fill(|name| (name != "y").then(|| name.to_uppercase())), "/a/X-{y}/REST");
    assert!(PathTemplate::is_parameter("{id}") && !PathTemplate::is_parameter("{id}.json"));
    assert!(!PathTemplate::is_parameter("{a}{b}") && !PathTemplate::is_parameter("{a"));
}

#[test]
fn no_template_is_slow() {
    // Every parameter could end at every byte: work that doubled with each would never end.
    let many = template(&"/{a}x{b+}".repeat(400));
    assert!(!many.matches(&format!("/{}", "x".repeat(4_000))));
}

#[test]
fn the_narrowest_template_has_the_request() {
    let operation = |path: &&str| Arc::new(Operation::undeclared(Method::GET, *path, Source::Specification));
    let all = ["/a/b/{x}", "/a/{x}/b", "/songs/{id}", "/songs/{id}.mp3", "/songs/top", "/{any*}"];
    let called = |written: &[&str], path: &str| {
        let operations: Operations = written.iter().map(operation).collect();
        operations.called_by(&Method::GET, path).map(|o| o.path.to_string())
    };
    let mut turned = all;
    turned.reverse();
    for (path, template) in
        [("/songs/7", "/songs/{id}"), ("/songs/7.mp3", "/songs/{id}.mp3"), ("/songs/top", "/songs/top")]
    {
        assert_eq!([called(&all, path), called(&turned, path)], [Some(template.to_owned()), Some(template.to_owned())]);
    }
    assert_eq!(called(&all, "/a/b/b").as_deref(), Some("/a/b/{x}"), "the first of two as narrow");
    assert_eq!(called(&all, "/songs/7/lyrics"), None);
}

#[test]
fn a_slash_at_the_end_may_be_left_out() {
    assert!(template("/users/{id}/").covers("/users/7") && template("/users/{id}").covers("/users/{user}/"));
    assert!(!template("/users/{id}").covers("/users/") && !template("/users/me").covers("/users/{id}"));
}

/// A segment: text, parameters or both.
fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{1,6}",
        2 => "\\{[a-z_]{1,5}\\}",
        1 => "[a-z]{1,3}\\.\\{[a-z]{1,3}\\}",
        1 => "\\{[a-z]{1,3}\\}-\\{[a-z]{1,3}\\}",
    ]
}

fn written() -> impl Strategy<Value = String> {
    prop::collection::vec(segment(), 0..5).prop_map(|segments| format!("/{}", segments.join("/")))
}

proptest! {
    #[test]
    fn what_was_filled_in_is_an_instance(text in written(), values in prop::collection::vec("[A-Za-z0-9~%.-]{1,8}", 12)) {
        let path = template(&text);
        let mut values = values.into_iter();
        prop_assert!(path.matches(&path.fill(|_| values.next())), "{text}");
    }

    #[test]
    fn another_name_is_the_same_place_and_the_same_instances(text in written(), path in written(), name in "[a-z_]{1,8}") {
        let one = template(&text);
        let other = template(&one.fill(|_| Some(format!("{{{name}}}"))));
        prop_assert!(one.is_same_place(&other) && one.key() == other.key());
        prop_assert_eq!(one.matches(&path), other.matches(&path));
    }

    #[test]
    fn one_place_is_one_key(one in written(), other in written()) {
        let (one, other) = (template(&one), template(&other));
        prop_assert_eq!(one.is_same_place(&other), one.key() == other.key());
        prop_assert_eq!(template(&one.key()).key(), one.key());
    }

    #[test]
    fn a_path_without_parameters_matches_itself_alone(path in "(/[a-z{}.]{0,4}){0,4}", other in "(/[a-z{}.]{0,4}){0,4}") {
        let path = template(&path);
        prop_assume!(!path.has_parameters());
        prop_assert!(path.matches(&path) && path.matches(&other) == (path == other));
    }

    #[test]
    fn any_text_is_read(text in ".{0,40}", path in ".{0,40}") {
        let template = template(&text);
        prop_assert_eq!(template.fill(|_| None), text);
        let _ = (template.key(), template.matches(&path));
    }

    #[test]
    fn more_segments_than_the_template_has_are_no_instance(text in written(), more in "[a-z]{1,4}") {
        let path = template(&text);
        let filled = path.fill(|_| Some("v".to_owned()));
        let longer = format!("{filled}/{more}");
        prop_assert!(!path.matches(&longer));
    }
}
