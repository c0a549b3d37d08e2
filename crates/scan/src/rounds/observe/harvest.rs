//! Values for parameters, from answers. Pure.

use std::collections::BTreeSet;

use checks::calling::harvested::{singular, spelled_plainly};
use checks::vocabulary::fields;
use checks::{Caller, Observations};
use model::{Harvested, Surface};
use serde_json::Value;

/// Most values kept under one name.
const VALUES: usize = 8;

/// Most values taken from one answer.
const MOST: usize = 2_000;

/// Longest value that a parameter could take.
const LONGEST: usize = 64;

/// Collects the scalar values of JSON answers by `collection/field` and by field.
pub(crate) fn harvest(surface: &mut Surface, observations: &Observations) {
    let mut found: Vec<(&Caller, Named)> = Vec::new();
    for (at, caller, exchange) in observations.calls().filter(|(_, _, exchange)| exchange.is_success()) {
        let Some(operation) = surface.operations.get(at) else { continue };
        let json = exchange.json();
        // A description of the API holds types and names of functions, no values.
        let Some(json) = json.as_deref().filter(|json| !fields::describes_an_api(json)) else { continue };
        let collection = operation.path.split('/').rfind(|s| !s.is_empty() && !s.starts_with('{')).unwrap_or("");
        let mut of_this = Vec::new();
        collect(json, collection, &mut of_this, 0);
        found.extend(of_this.into_iter().map(|named| (caller, named)));
    }
    let mut seen: BTreeSet<(&Caller, String, String)> = BTreeSet::new();
    for (caller, Named { collection, field, value }) in found {
        // In the spelling of the response and in none, since a path may spell the same name otherwise.
        let plain = spelled_plainly(&field);
        let mut keys = vec![format!("{collection}/{field}"), format!("{collection}/{plain}"), field, plain];
        keys.dedup();
        for key in keys {
            if seen.insert((caller, key.clone(), value.clone())) {
                let values = surface.harvested.entry(key).or_default();
                if let Some(known) = values.iter_mut().find(|known| known.value == value) {
                    known.seen_by.insert(caller.clone());
                } else if values.len() < VALUES {
                    values.push(Harvested { value: value.clone(), seen_by: BTreeSet::from([caller.clone()]) });
                }
            }
        }
    }
}

struct Named {
    collection: String,
    field: String,
    value: String,
}

fn collect(json: &Value, collection: &str, found: &mut Vec<Named>, depth: usize) {
    if depth > 6 || found.len() > MOST {
        return;
    }
    match json {
        Value::Array(items) => {
            for item in items.iter().take(VALUES) {
                match scalar(item) {
                    // `["red", "green"]` under /colors: what names its members.
                    Some(value) => {
                        found.push(Named { collection: collection.to_owned(), field: "id".to_owned(), value });
                    }
                    None => collect(item, collection, found, depth + 1),
                }
            }
        }
        Value::Object(fields) => {
            if is_map(fields) {
                let keys = fields.keys().filter(|key| key.len() <= LONGEST).take(VALUES);
                found.extend(keys.map(|key| Named {
                    collection: collection.to_owned(),
                    field: "id".to_owned(),
                    value: key.clone(),
                }));
            }
            for (name, value) in fields {
                if let Some((collection, id)) = value.as_str().and_then(linked) {
                    found.push(Named { collection, field: "_link".to_owned(), value: id });
                }
                if let Some(value) = scalar(value) {
                    found.push(Named { collection: collection.to_owned(), field: name.clone(), value });
                } else if let Some(values) = several(name, value) {
                    let of = |value| Named { collection: collection.to_owned(), field: singular(name), value };
                    found.extend(values.into_iter().map(of));
                } else {
                    collect(value, inner(name, value, collection), found, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// `{"ada": {"age": 3}, "bob": {"age": 5}}`: objects of one shape are told apart by what they stand under.
fn is_map(fields: &serde_json::Map<String, Value>) -> bool {
    /// What a map is known by at the latest.
    const LOOKED_AT: usize = 20;
    let shape = |value: &Value| value.as_object().filter(|o| !o.is_empty()).map(|o| o.keys().cloned().collect());
    let mut shapes = fields.values().take(LOOKED_AT).map(shape);
    let first: Option<BTreeSet<String>> = shapes.next().flatten();
    let is_alone = || fields.keys().any(|key| key.bytes().any(|b| b.is_ascii_digit()));
    (fields.len() > 1 || is_alone()) && first.is_some() && shapes.all(|shape| shape == first)
}

/// `{"ids": [3, 5], "berth_ids": [1]}`: values of what the name says in the singular.
fn several(name: &str, value: &Value) -> Option<Vec<String>> {
    let lower = name.to_ascii_lowercase();
    let is_named = ["ids", "uuids", "slugs", "keys", "codes", "names"].iter().any(|end| lower.ends_with(end));
    let items = value.as_array().filter(|items| is_named && !items.is_empty())?;
    items.iter().take(VALUES).map(scalar).collect()
}

/// `/boats/b-7`, as an address or a path: what it names, and the collection.
fn linked(text: &str) -> Option<(String, String)> {
    let path = text.split_once("://").map_or(text, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    let mut segments = path.trim_end_matches('/').rsplit('/').map(str::to_owned);
    let (id, collection) = (segments.next()?, segments.next()?);
    let is_plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    };
    (path.starts_with('/') && id.len() <= LONGEST && is_plain(&id) && is_plain(&collection)).then_some((collection, id))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        // As MongoDB writes ids in JSON.
        Value::Object(wrapped) if wrapped.len() == 1 => wrapped.get("$oid").and_then(scalar),
        Value::String(text) if !text.is_empty() && text.len() <= LONGEST => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `{"users": [...]}`: the inner name is the better collection, unless it is a mere wrapping.
fn inner<'a>(name: &'a str, value: &Value, collection: &'a str) -> &'a str {
    const WRAPPINGS: [&str; 12] = [
        "data",
        "items",
        "results",
        "result",
        "records",
        "rows",
        "content",
        "list",
        "attributes",
        "item",
        "payload",
        "response",
    ];
    // `"author": {"id": ...}` names an author, not what it wrote.
    let names_itself =
        |fields: &serde_json::Map<String, Value>| ["id", "_id", "uuid"].iter().any(|id| fields.contains_key(*id));
    let holds = value.is_array() || value.as_object().is_some_and(|fields| is_map(fields) || names_itself(fields));
    if holds && !WRAPPINGS.contains(&name) { name } else { collection }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Exchange, Method, Operation, Origin, Outcome, Request, Response, Scheme, Source};

    use super::*;

    fn harvested(path: &str, body: &str) -> Surface {
        let operation = Operation::undeclared(Method::GET, path, Source::Specification);
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let outcome = Outcome::Answered(Response::new(200, headers, body.as_bytes().to_vec()));
        let exchange =
            Exchange { serial: 0, request: Request::get(&origin, path), outcome, elapsed_us: 0, hops: Vec::new() };
        let mut surface = Surface { operations: vec![Arc::new(operation)].into(), ..Surface::default() };
        harvest(&mut surface, &Observations::plainly(vec![Some(Arc::new(exchange))], Vec::new()));
        surface
    }

    #[test]
    fn a_description_of_the_api_holds_no_values() {
        let document = r#"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths":
            {"/todos/{id}": {"get": {"operationId": "get_todo", "responses": {}}}}, "consumes": ["application/json"]}"#;
        assert!(harvested("/swagger.json", document).harvested.is_empty());
        assert!(!harvested("/todos", r#"{"paths": ["/a"], "title": "t"}"#).harvested.is_empty());
    }

    #[test]
    fn collections_name_what_they_hold() {
        let surface = harvested("/users", r#"{"data": [{"id": 3, "slug": "ada"}, {"id": 5, "slug": "bob"}]}"#);
        let values = |surface: &Surface, name: &str| surface.harvested(name).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(values(&surface, "users/id"), ["3", "5"]);
        assert_eq!(values(&surface, "users/slug"), ["ada", "bob"]);
        assert_eq!(surface.harvested["users/id"][0].seen_by, BTreeSet::from([None]));
        let surface = harvested("/shop", r#"{"products": [{"id": "a-1", "parts": [{"id": 9}]}]}"#);
        assert_eq!(
            (values(&surface, "products/id"), values(&surface, "parts/id")),
            (vec!["a-1".into()], vec!["9".into()])
        );
        assert_eq!(values(&harvested("/colors", r#"["red", "green"]"#), "colors/id"), ["red", "green"]);
    }

    #[test]
    fn a_map_names_its_objects_and_names_are_kept_in_no_spelling_too() {
        let ids = |body: &str| harvested("/crew", body).harvested("crew/id").map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(ids(r#"{"k-ada": {"age": 3}, "k-bob": {"age": 5}}"#), ["k-ada", "k-bob"]);
        for body in
            [r#"{"user": {"age": 3}, "menu": {"items": []}}"#, r#"{"only": {"age": 3}}"#, r#"{"a": {}, "b": {}}"#]
        {
            assert!(ids(body).is_empty(), "{body}");
        }
        let surface = harvested(
            "/yard",
            r#"{"boats": {"b1": {"age": 3}, "b2": {"age": 5}}, "berth_ids": [7], "_id": {"$oid": "5f"}}"#,
        );
        assert_eq!(surface.harvested("boats/id").collect::<Vec<_>>(), ["b1", "b2"]);
        assert_eq!(surface.harvested("berthid").collect::<Vec<_>>(), ["7"]);
        assert_eq!(surface.harvested("yard/_id").collect::<Vec<_>>(), ["5f"]);
        let surface =
            harvested("/notes", r#"[{"id": 1, "author": {"id": "a-9"}, "url": "http://x.example/notes/n-1/"}]"#);
        assert_eq!(surface.harvested("author/id").collect::<Vec<_>>(), ["a-9"]);
        assert_eq!(surface.harvested("notes/id").collect::<Vec<_>>(), ["1"]);
        assert_eq!(surface.harvested("notes/_link").collect::<Vec<_>>(), ["n-1"]);
        let surface = harvested("/crew", r#"[{"crew_id": "x1"}]"#);
        assert_eq!(surface.harvested("crew/crewid").collect::<Vec<_>>(), ["x1"]);
    }

    #[test]
    fn deep_and_large_answers_are_bounded() {
        let deep = "[".repeat(60) + &"]".repeat(60);
        assert!(harvested("/deep", &deep).harvested.is_empty());
        let wide: Vec<String> = (0..5_000).map(|i| format!("\"k{i}\":{i}")).collect();
        assert!(harvested("/wide", &format!("{{{}}}", wide.join(","))).harvested.len() <= 4 * 5_001);
    }
}
