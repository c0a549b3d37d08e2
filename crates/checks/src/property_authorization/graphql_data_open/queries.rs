//! Queries for the lists that a schema offers to whoever asks.

use serde_json::Value;

use super::judge;
use crate::calling::graphql::{is_name, is_required, unwrapped};
use crate::vocabulary;

/// A query for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    /// The field of the query type.
    pub(super) field: String,
    /// The type of its items.
    pub(super) of: String,
    /// The query.
    pub(super) query: String,
}

/// Reads an answer to [`crate::calling::graphql::SCHEMA`]: a query for the plain fields of each list that needs no argument, those of
/// users and of sensitive fields first.
pub(super) fn lists(json: &Value) -> Option<Vec<List>> {
    const MOST: usize = 500;
    let schema = json.pointer("/data/__schema")?;
    let types = schema.get("types")?.as_array()?;
    let named = |name: &str| types.iter().find(|kind| text(kind, "name") == Some(name));
    let query = named(schema.pointer("/queryType/name")?.as_str()?)?;
    let mut lists: Vec<(bool, List)> = Vec::new();
    for field in query.get("fields")?.as_array()?.iter().take(MOST) {
        let Some(name) = text(field, "name").filter(|name| is_name(name) && !is_action(name)) else { continue };
        let (kind, is_list) = field.get("type").map(unwrapped)?;
        let Some(of) = text(kind, "name").filter(|_| is_list && text(kind, "kind") == Some("OBJECT")) else { continue };
        let Some((fields, argument)) = named(of).map(plain_fields).zip(first_few(field)) else { continue };
        if fields.is_empty() {
            continue;
        }
        let telling = judge::is_of_users(name, of) || fields.iter().any(|field| judge::is_sensitive(field));
        let query = format!("{{{name}{argument}{{{}}}}}", fields.join(" "));
        lists.push((!telling, List { field: name.to_owned(), of: of.to_owned(), query }));
    }
    lists.sort_by_key(|(later, _)| *later);
    Some(lists.into_iter().map(|(_, list)| list).collect())
}

/// A query is read-only by definition; not every author of a resolver knows.
fn is_action(name: &str) -> bool {
    let operation = model::Operation::undeclared(model::Method::GET, format!("/{name}"), model::Source::Specification);
    vocabulary::looks_destructive(&operation)
}

/// The fields of a type that are no objects and no lists, and need no argument.
fn plain_fields(kind: &Value) -> Vec<&str> {
    const MOST: usize = 40;
    let is_plain = |field: &&Value| {
        let plain = field
            .get("type")
            .map(unwrapped)
            .is_some_and(|(kind, list)| !list && matches!(text(kind, "kind"), Some("SCALAR" | "ENUM")));
        plain && !arguments(field).iter().any(is_required)
    };
    let fields = kind.get("fields").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let names = fields.iter().filter(is_plain).filter_map(|field| text(field, "name"));
    names.filter(|name| is_name(name) && !name.starts_with("__")).take(MOST).collect()
}

/// `(first:2)` where the field takes such an argument; `None` when it needs others.
fn first_few(field: &Value) -> Option<String> {
    let few = |argument: &&Value| {
        let integer = argument.pointer("/type/name").and_then(Value::as_str) == Some("Int");
        matches!(text(argument, "name"), Some("first" | "limit")) && integer
    };
    if arguments(field).iter().any(is_required) {
        return None;
    }
    let name = arguments(field).iter().find(few).and_then(|argument| text(argument, "name"));
    Some(name.map_or_else(String::new, |name| format!("({name}:2)")))
}

fn arguments(field: &Value) -> &[Value] {
    field.get("args").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_without_required_arguments_are_asked() {
        let scalar = |name: &str| {
            json!({"name": name, "args": [], "type": {"kind": "NON_NULL", "name": null,
            "ofType": {"kind": "SCALAR", "name": "String"}}})
        };
        let list = |name: &str, of: &str, args: Value| {
            json!({"name": name, "args": args,
            "type": {"kind": "LIST", "name": null, "ofType": {"kind": "OBJECT", "name": of}}})
        };
        let int = json!([{"name": "first", "defaultValue": null, "type": {"kind": "SCALAR", "name": "Int"}}]);
        let id = json!([{"name": "id", "defaultValue": null, "type": {"kind": "NON_NULL", "name": null}}]);
        let schema = json!({"data": {"__schema": {"queryType": {"name": "Query"}, "types": [
            {"name": "Query", "fields": [
                list("books", "Book", int), list("byAuthor", "Book", id), list("users", "User", json!([])),
                list("deleteUsers", "User", json!([])), list("a}{b", "Book", json!([])), scalar("version"),
                {"name": "me", "args": [], "type": {"kind": "OBJECT", "name": "User"}}]},
            {"name": "Book", "fields": [scalar("title"), list("authors", "User", json!([]))]},
            {"name": "User", "fields": [scalar("id"), scalar("email")]}]}}});
        let asked: Vec<String> = lists(&schema).unwrap().into_iter().map(|list| list.query).collect();
        assert_eq!(asked, ["{users{id email}}", "{books(first:2){title}}"]);
        assert!(lists(&json!({"data": null, "errors": [{"message": "no introspection"}]})).is_none());
    }
}
