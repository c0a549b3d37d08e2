//! How an object that was just created is addressed. Pure.

use std::collections::BTreeMap;

use model::{Exchange, Parameter};
use serde_json::{Map, Value};

use super::places::Place;
use crate::calling::harvested::{singular, spelled_plainly};
use crate::vocabulary::{self, fields};

/// Values that may name it, the likeliest first: what the response to the creation says, the text of ours that stands in a field of the
/// parameter's name, and what the list shows beside a text of ours.
pub(super) fn candidates(
    place: &Place<'_>,
    created: &Exchange,
    marks: &BTreeMap<String, String>,
    listed: Option<&Exchange>,
) -> Vec<String> {
    let parameter = place.read.1;
    let collection = singular(&vocabulary::collection(&place.create.path).to_ascii_lowercase());
    let mut all: Vec<String> = Vec::new();
    let json = created.json();
    all.extend(json.as_deref().and_then(fields::the_object).and_then(|object| id_of(object, parameter, &collection)));
    all.extend(created.header("location").and_then(last_segment));
    let own = marks.iter().find(|(field, _)| is_called(field, parameter, &collection));
    all.extend(own.map(|(_, mark)| mark.clone()));
    if let Some(json) = listed.and_then(Exchange::json) {
        let list = fields::the_list(&json).into_iter().flatten().filter_map(Value::as_object);
        let ours = |object: &&Map<String, Value>| {
            object.values().any(|value| value.as_str().is_some_and(|text| marks.values().any(|mark| mark == text)))
        };
        all.extend(list.filter(ours).filter_map(|object| id_of(object, parameter, &collection)));
    }
    let mut different: Vec<String> = Vec::new();
    for value in all {
        if !value.is_empty() && !different.contains(&value) {
            different.push(value);
        }
    }
    different
}

/// The value of the field that the parameter is called after, or else of the object's id.
///
/// `collection` is its name in the singular.
pub fn id_of(object: &Map<String, Value>, parameter: &Parameter, collection: &str) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) if text.len() <= 128 => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let called = object.iter().find(|(name, _)| is_called(name, parameter, collection));
    let id = || object.iter().find(|(name, _)| matches!(name.as_str(), "id" | "_id" | "uuid" | "guid" | "pk"));
    called.or_else(id).and_then(|(_, value)| text(value))
}

/// `title` and `book_title` are one in a collection of books.
fn is_called(field: &str, parameter: &Parameter, collection: &str) -> bool {
    let plain = |name: &str| {
        let plain = spelled_plainly(name);
        plain.strip_prefix(collection).map_or(plain.clone(), str::to_owned)
    };
    plain(field) == plain(&parameter.name)
}

fn last_segment(location: &str) -> Option<String> {
    let path = location.split(['?', '#']).next()?.trim_end_matches('/');
    path.rsplit('/').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use model::{Method, Operation};

    use super::*;
    use crate::samples;

    fn named(read: &str, created: &Exchange, listed: Option<&Exchange>) -> Vec<String> {
        let create: Operation = samples::operation(Method::POST, "/books");
        let read: Operation = samples::operation(Method::GET, read);
        let place = Place { create: &create, read: (&read, &read.parameters[0]), list: None };
        let marks = [("book_title", "mark1"), ("secret", "mark2")];
        let marks = marks.map(|(name, mark)| (name.to_owned(), mark.to_owned())).into();
        candidates(&place, created, &marks, listed)
    }

    #[test]
    fn an_object_is_named_by_the_response_by_its_own_text_or_by_the_list() {
        let said = |body: &str| samples::exchange("/books", 201, body);
        assert_eq!(named("/books/{id}", &said(r#"{"data": {"id": 7, "secret": "mark2"}}"#), None), ["7"]);
        assert_eq!(named("/books/{book_id}", &said(r#"{"id": 7}"#), None), ["7"]);
        let located = samples::answered("/books", 201, &[("Location", "/books/8?x=1")], "");
        assert_eq!(named("/books/{id}", &located, None), ["8"]);
        assert_eq!(named("/books/{title}", &said("{}"), None), ["mark1"]);
        let list = said(r#"{"books": [{"id": 1, "secret": "other"}, {"id": 2, "secret": "mark2"}]}"#);
        assert_eq!(named("/books/{id}", &said("{}"), Some(&list)), ["2"]);
        assert!(named("/books/{id}", &said("{}"), None).is_empty());
    }
}
