//! Documents that are made to hang, crash or flood a reader.
#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "helpers of tests"
)]

use std::collections::BTreeMap;

use model::{Operation, Origin, Schema, Scheme};
use openapi::{Base, ParseError, example, external_references, parse, undeclared_security_schemes};
use proptest::prelude::*;
use serde_json::{Value, json};

fn base() -> Base {
    Base::of(Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 5000 })
}

/// Does with a document all that a scan does.
fn exercise(bytes: &[u8]) -> Result<(Vec<Operation>, Vec<String>), ParseError> {
    let document = parse(bytes)?;
    let operations = document.operations(&base());
    let facts = document.facts("test", &base());
    assert!(facts.faults.len() <= 50);
    undeclared_security_schemes(&document);
    external_references(&document);
    for operation in &operations {
        let bodies = operation.body.iter().map(|body| &body.schema);
        let answers = operation.responses.iter().filter_map(|response| response.schema.as_ref());
        bodies.chain(answers).for_each(|schema| drop(example(schema)));
    }
    Ok((operations, facts.faults))
}

fn with_schemas(schemas: Value) -> Vec<u8> {
    json!({"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "components": {"schemas": schemas},
        "paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}}}}})
    .to_string()
    .into_bytes()
}

fn body(bytes: &[u8]) -> Schema {
    exercise(bytes).unwrap().0.remove(0).body.unwrap().schema
}

fn size(schema: &Schema) -> usize {
    1 + schema.properties.values().map(size).sum::<usize>() + schema.items.as_deref().map_or(0, size)
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

#[test]
fn cycles_are_cut() {
    let itself = body(&with_schemas(json!({"A": reference("A")})));
    assert!(itself.cut);
    let property = body(&with_schemas(
        json!({"A": {"type": "object", "properties": {"a": reference("A"), "n": {"type": "string"}}}}),
    ));
    assert!(property.properties["a"].cut);
    assert_eq!(example(&property), json!({"n": "example"}));
    let mutual = body(&with_schemas(
        json!({"A": {"properties": {"b": reference("B")}}, "B": {"properties": {"a": reference("A")}}}),
    ));
    assert!(mutual.properties["b"].properties["a"].cut);
    let through_all_of = body(&with_schemas(json!({
        "A": {"allOf": [reference("B"), {"properties": {"own": {"type": "integer"}}}]},
        "B": {"allOf": [reference("A")], "properties": {"other": {"type": "string"}}}})));
    assert!(through_all_of.properties.contains_key("own") && through_all_of.properties.contains_key("other"));
    let discriminated = body(&with_schemas(json!({
        "A": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
              "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
              "oneOf": [reference("A"), reference("Cat")]},
        "Cat": {"allOf": [reference("A"), {"properties": {"lives": {"type": "integer"}}}]}})));
    assert_eq!(example(&discriminated), json!({"kind": "cat", "lives": 1}));
}

#[test]
fn exploding_schemas_are_cut_near_the_leaves() {
    // Each level refers to the next one ten times: 10^20 nodes.
    let mut schemas = serde_json::Map::new();
    for level in 0..20 {
        let next = reference(&format!("S{}", level + 1));
        let properties: BTreeMap<String, Value> = (0..10).map(|i| (format!("p{i}"), next.clone())).collect();
        schemas.insert(format!("S{level}"), json!({"type": "object", "properties": properties}));
    }
    schemas.insert("A".to_owned(), reference("S0"));
    let schema = body(&with_schemas(Value::Object(schemas)));
    assert_eq!(schema.properties.len(), 10);
    assert!(schema.properties.values().all(|property| property.properties.len() == 10));
    assert!((100..10_000).contains(&size(&schema)));
}

#[test]
fn deep_chains_of_all_of_and_properties_fit_the_stack() {
    let mut schemas = serde_json::Map::new();
    for step in 0..2_000 {
        let next = reference(&format!("S{}", step + 1));
        let all = json!({"allOf": [next], "properties": {"p": next}});
        schemas.insert(format!("S{step}"), all);
    }
    schemas.insert("A".to_owned(), reference("S0"));
    body(&with_schemas(Value::Object(schemas)));
}

#[test]
fn ten_thousand_references_in_a_row_are_not_followed() {
    let mut schemas: serde_json::Map<_, _> =
        (0..10_000).map(|step| (format!("S{step}"), reference(&format!("S{}", step + 1)))).collect();
    schemas.insert("A".to_owned(), reference("S0"));
    assert!(body(&with_schemas(Value::Object(schemas))).cut);
}

#[test]
fn references_to_path_items_parameters_bodies_and_responses_may_be_cyclic() {
    let text = json!({"openapi": "3.1.0", "paths": {
        "/self": {"$ref": "#/paths/~1self"},
        "/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a", "get": {}},
        "/c~d": {"get": {"parameters": [{"$ref": "#/components/parameters/P"}], "requestBody": {"$ref": "#/components/requestBodies/R"},
            "responses": {"200": {"$ref": "#/components/responses/X"}}}},
        "/e": {"$ref": "#/paths/~1c~0d"}, "/f": {"$ref": "#/paths/%2Fc~0d"}},
        "components": {"parameters": {"P": {"$ref": "#/components/parameters/P"}},
            "requestBodies": {"R": {"$ref": "#/components/requestBodies/R"}},
            "responses": {"X": {"$ref": "#/components/responses/Y"}, "Y": {"$ref": "#/components/responses/X"}}}});
    let (operations, _) = exercise(text.to_string().as_bytes()).unwrap();
    let names: Vec<String> = operations.iter().map(Operation::name).collect();
    assert_eq!(names, ["GET /a", "GET /b", "GET /c~d", "GET /e", "GET /f"]);
}

#[test]
fn deep_json_and_yaml_are_refused() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let deep = format!("{}1{}", open.repeat(2_000_000), close.repeat(2_000_000));
        let error = parse(deep.as_bytes()).unwrap_err();
        assert!(error.message.contains("128 levels"), "{error}");
        let shallow = format!(r#"{{"openapi": "3.0.0", "x-deep": {}1{}}}"#, open.repeat(120), close.repeat(120));
        exercise(shallow.as_bytes()).unwrap();
    }
    let deep = format!("openapi: 3.0.0\nx: {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    parse(deep.as_bytes()).unwrap_err();
    let deep: String = (0..3_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    parse(deep.as_bytes()).unwrap_err();
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("openapi: 3.0.0\nx0: &x0 [a, a, a, a, a, a, a, a, a]\n");
    for level in 1..30 {
        let aliases = vec![format!("*x{}", level - 1); 9].join(", ");
        text.push_str(&format!("x{level}: &x{level} [{aliases}]\n"));
    }
    parse(text.as_bytes()).unwrap_err();
    let mut text = String::from("openapi: 3.0.0\nm0: &m0 {a: 1}\n");
    for level in 1..200 {
        text.push_str(&format!("m{level}: &m{level}\n  <<: [*m{}, *m{}]\n  k{level}: 1\n", level - 1, level - 1));
    }
    let _ = exercise(text.as_bytes());
}

#[test]
fn shared_large_parts_are_not_multiplied() {
    let parameters: Vec<Value> = (0..900)
        .map(|i| json!({"in": "query", "name": format!("q{i}"), "schema": {"type": "string", "minLength": 4096}}))
        .collect();
    let mut paths: serde_json::Map<String, Value> =
        (0..3_000).map(|i| (format!("/p{i}"), json!({"$ref": "#/paths/~1big"}))).collect();
    paths.insert(
        "/big".to_owned(),
        json!({"get": {"parameters": parameters, "security": (0..500).map(|i| json!({format!("s{i}"): []})).collect::<Vec<_>>(),
            "responses": {"200": {"content": {"application/json": {"schema": {"example": "x".repeat(100_000)}}}}}}}),
    );
    let text = json!({"openapi": "3.0.0", "paths": paths}).to_string();
    let (operations, _) = exercise(text.as_bytes()).unwrap();
    assert_eq!(operations.len(), 3_001);
    let parameters: usize = operations.iter().map(|operation| operation.parameters.len()).sum();
    assert!(parameters <= 310_000, "{parameters}");
    let bytes: usize =
        operations.iter().flat_map(|o| &o.parameters).filter_map(|p| p.example.as_ref()).map(String::len).sum();
    assert!(bytes < 100_000_000, "{bytes}");
}

#[test]
fn a_hundred_thousand_paths_are_read_up_to_the_limit() {
    let paths: serde_json::Map<String, Value> = (0..100_000).map(|i| (format!("/p{i}"), json!({"get": {}}))).collect();
    let text = json!({"openapi": "3.0.0", "paths": paths}).to_string();
    let (operations, faults) = exercise(text.as_bytes()).unwrap();
    assert_eq!(operations.len(), 50_000);
    assert!(faults.iter().any(|fault| fault.contains("the 50000 that are read")), "{faults:?}");
}

#[test]
fn numbers_and_strings_that_json_cannot_hold() {
    for (text, good) in [
        (r#"{"openapi": "3.0.0", "paths": {}, "x": 1e400}"#, true),
        (r#"{"openapi": "3.0.0", "paths": {}, "x": 123456789012345678901234567890}"#, true),
        (r#"{"openapi": "3.0.0", "paths": {}, "x": "\ud800"}"#, false),
        (r#"{"openapi": "3.0.0", "paths": {}, "openapi": "3.1.0"}"#, true),
    ] {
        assert_eq!(exercise(text.as_bytes()).is_ok(), good, "{text}");
    }
    let document = parse(br#"{"openapi": "3.0.0", "paths": {}, "openapi": "3.1.0"}"#).unwrap();
    assert_eq!(document.version(), "3.1.0");
    assert!(document.facts("", &base()).faults[0].contains("`openapi` stands twice"));
}

#[test]
fn everything_of_the_wrong_type() {
    for wrong in
        [json!(null), json!(true), json!(7), json!("text"), json!([]), json!([[1], "a", null]), json!({"a": 1})]
    {
        for name in ["info", "servers", "paths", "components", "security", "host", "basePath", "schemes", "definitions"]
        {
            let mut document = json!({"openapi": "3.0.0", "paths": {"/a": {"get": {}}}});
            document[name] = wrong.clone();
            exercise(document.to_string().as_bytes()).unwrap();
        }
        for name in
            ["parameters", "requestBody", "responses", "security", "servers", "summary", "deprecated", "operationId"]
        {
            let document = json!({"openapi": "3.0.0", "paths": {"/a": {"get": {name: wrong}, name: wrong}}});
            let (operations, _) = exercise(document.to_string().as_bytes()).unwrap();
            assert_eq!(operations.len(), 1);
        }
        for name in [
            "type",
            "properties",
            "items",
            "allOf",
            "oneOf",
            "enum",
            "required",
            "format",
            "minimum",
            "maxLength",
            "additionalProperties",
            "discriminator",
            "$ref",
            "example",
            "pattern",
            "exclusiveMinimum",
        ] {
            body(&with_schemas(json!({"A": {name: wrong}})));
        }
    }
}

/// Names that the reader looks for, so that random documents reach its depths.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "openapi",
            "swagger",
            "paths",
            "/a",
            "/{id}",
            "get",
            "POST",
            "parameters",
            "in",
            "name",
            "schema",
            "type",
            "items",
            "properties",
            "allOf",
            "oneOf",
            "$ref",
            "components",
            "schemas",
            "A",
            "B",
            "content",
            "application/json",
            "requestBody",
            "responses",
            "200",
            "example",
            "examples",
            "enum",
            "security",
            "servers",
            "url",
            "variables",
            "default",
            "format",
            "pattern",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "required",
            "discriminator",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "#",
            "#/",
            "#/components/schemas/A",
            "#/components/schemas/B",
            "#/paths/~1a",
            "other.yaml#/A",
            "string",
            "integer",
            "object",
            "array",
            "number",
            "path",
            "query",
            "body",
            "formData",
            "^[a-z]{3}$",
            "date",
            "3.0.0",
            "{a}/b",
            "//x:1/y",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 128, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name(), inner, 0..8).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_value_makes_the_reader_panic(paths in value(), schemas in value(), parameters in value(), servers in value()) {
        for version in ["openapi", "swagger"] {
            let document = json!({version: "3.0.0", "paths": {"/a": {"get": paths}, "/b/{c}": {"post": {
                "parameters": parameters, "requestBody": {"content": {"a": {"schema": schemas}}}, "responses": {"1": {"schema": schemas}}}},
                "/c": paths}, "servers": servers, "definitions": schemas, "components": {"schemas": schemas, "parameters": parameters}});
            let (operations, _) = exercise(document.to_string().as_bytes()).unwrap();
            prop_assert!(operations.iter().all(|operation| operation.path.is_empty() || operation.path.starts_with('/')
                || operation.path.starts_with('{')), "{:?}", operations.iter().map(Operation::name).collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,200}") {
        let _ = exercise(&bytes);
        let _ = exercise(text.as_bytes());
        let _ = exercise(format!("openapi: 3.0.0\n{text}").as_bytes());
    }
}
