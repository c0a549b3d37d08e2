//! A request that is built from a description is accepted by a real server that refuses whatever the description does not allow.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;

use checks::calling::request;
use model::{Origin, Request, Scheme, Surface};
use openapi::Base;
use serde_json::{Value, json};
use support::{Flask, target};

fn description() -> Value {
    let line = json!({
        "type": "object", "required": ["sku", "count"], "additionalProperties": false,
        "properties": {
            "id": {"type": "integer", "readOnly": true},
            "sku": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
            "count": {"type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 20},
            "note": {"type": "string"}
        }
    });
    let order = json!({
        "type": "object", "additionalProperties": false,
        "required": ["customer_id", "lines", "delivery", "day", "contact", "reference", "paid", "weight", "code"],
        "properties": {
            "id": {"type": "integer", "readOnly": true},
            "customer_id": {"type": "integer"},
            "lines": {"type": "array", "minItems": 2, "maxItems": 5, "items": {"$ref": "#/components/schemas/Line"}},
            "delivery": {"type": "string", "enum": ["post", "shop"]},
            "day": {"type": "string", "format": "date"},
            "contact": {"type": "string", "format": "email"},
            "reference": {"type": "string", "format": "uuid"},
            "paid": {"type": "boolean"},
            "weight": {"type": "number", "minimum": 0.5, "maximum": 2},
            "code": {"type": "string", "minLength": 12, "maxLength": 14}
        }
    });
    let taking = |media: &str, schema: Value| json!({"content": {media: {"schema": schema}}, "required": true});
    let made = json!({"201": {"description": "made"}});
    json!({
        "openapi": "3.0.3", "info": {"title": "strict", "version": "1"},
        "components": {"schemas": {"Line": line, "Order": order}},
        "paths": {
            "/customers/{customer_id}/orders": {"get": {
                "parameters": [
                    {"name": "customer_id", "in": "path", "required": true, "schema": {"type": "integer"}},
                    {"name": "page", "in": "query", "required": true, "schema": {"type": "integer", "minimum": 5}},
                    {"name": "sort", "in": "query", "required": true, "schema": {"type": "string", "enum": ["name", "age"]}},
                    {"name": "colour", "in": "query", "schema": {"type": "string"}},
                    {"name": "X-Region", "in": "header", "required": true, "schema": {"type": "string"}, "example": "north"},
                    {"name": "device", "in": "cookie", "required": true, "schema": {"type": "integer"}}
                ],
                "responses": made
            }},
            "/orders": {"post": {
                "requestBody": taking("application/json", json!({"$ref": "#/components/schemas/Order"})), "responses": made
            }},
            "/orders/{order_id}/lines": {"put": {
                "parameters": [{"name": "order_id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}],
                "requestBody": taking(
                    "application/json",
                    json!({"type": "array", "items": {"$ref": "#/components/schemas/Line"}})
                ),
                "responses": made
            }},
            "/messages": {"post": {
                "requestBody": taking("application/x-www-form-urlencoded", json!({
                    "type": "object", "required": ["subject", "priority"],
                    "properties": {
                        "subject": {"type": "string", "maxLength": 5},
                        "priority": {"type": "integer", "minimum": 3, "maximum": 9}
                    }
                })),
                "responses": made
            }},
            "/files": {"post": {
                "requestBody": taking("multipart/form-data", json!({
                    "type": "object", "required": ["document", "title"],
                    "properties": {"document": {"type": "string", "format": "binary"}, "title": {"type": "string"}}
                })),
                "responses": made
            }},
            "/empty": {"post": {"responses": made}}
        }
    })
}

/// The status and body that the request is answered with.
fn answered(request: &Request) -> (u16, String) {
    let mut stream = TcpStream::connect((request.origin.host.as_str(), request.origin.port)).unwrap();
    let mut head =
        format!("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", request.method, request.target);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {}\r\n", String::from_utf8_lossy(value)));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", request.body.len()));
    stream.write_all(&[head.as_bytes(), &request.body].concat()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    (text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), text)
}

#[test]
fn what_is_built_from_a_description_is_accepted() {
    let app = Flask::start(&["strict"]);
    let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: app.port("strict") };
    let document = openapi::parse(description().to_string().as_bytes()).unwrap();
    let operations = document.operations(&Base::of(origin));
    let mut surface = Surface::default();
    surface.harvested.insert("customers/id".to_owned(), vec!["41".into()]);
    assert_eq!(operations.len(), 6);
    for operation in &operations {
        let request = request::build(operation, &surface, &target(app.port("strict")), &[]);
        let (status, text) = answered(&request);
        assert!(
            (200..300).contains(&status),
            "{}: {text}\n{}",
            operation.name(),
            String::from_utf8_lossy(&request.body)
        );
    }
    let order = operations.iter().find(|o| o.path == "/orders").unwrap();
    let wrong = [("delivery", json!("by air"))];
    let request = request::with_fields(order, &surface, &target(app.port("strict")), &[], &wrong);
    let (status, text) = answered(&request);
    assert!(
        status == 422 && text.contains("delivery") && !text.contains("contact"),
        "only the altered field is refused: {text}"
    );
}
