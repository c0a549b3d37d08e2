//! Documents of all versions, read as a scan reads them.
#![allow(clippy::unwrap_used, reason = "a helper of tests")]

use model::{Origin, ParameterIn, SchemaType, Scheme, SecurityScheme};
use openapi::{Base, Document, parse};

fn base() -> Base {
    Base::of(Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 5000 })
}

fn read(text: &str) -> Document {
    parse(text.as_bytes()).unwrap()
}

fn names(document: &Document) -> Vec<String> {
    document.operations(&base()).iter().map(model::Operation::name).collect()
}

#[test]
fn an_openapi_3_document_in_yaml() {
    let document = read(
        r"
openapi: 3.0.3
info: {title: Users, version: 1.0}
servers: [{url: /api}]
security: [{bearer: []}]
components:
  securitySchemes:
    bearer: {type: http, scheme: Bearer}
  parameters:
    id: {name: id, in: path, required: true, schema: {type: integer, minimum: 5}}
  schemas:
    User:
      type: object
      required: [name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string}
        country: {type: string, enum: [NO, SE]}
paths:
  /users/{id}:
    parameters:
      - $ref: '#/components/parameters/id'
    get:
      operationId: user
      summary: One user
      security: []
      responses:
        200: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}
    put:
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
      requestBody:
        required: true
        content:
          text/plain: {}
          application/json: {schema: {$ref: '#/components/schemas/User'}}
      responses: {default: {description: ok}}
",
    );
    assert_eq!(document.version(), "3.0.3");
    let operations = document.operations(&base());
    assert_eq!(names(&document), ["GET /api/users/{id}", "PUT /api/users/{id}"]);
    let get = &operations[0];
    assert_eq!(get.security, Some(vec![]));
    assert_eq!(get.id.as_deref(), Some("user"));
    assert_eq!(get.parameters[0].schema.minimum, Some(5.0));
    assert_eq!(get.parameters[0].example.as_deref(), Some("5"));
    assert_eq!(get.responses[0].status, "200");
    assert_eq!(get.responses[0].schema.as_ref().unwrap().properties["country"].enumeration[0], "NO");
    let put = &operations[1];
    assert_eq!(put.security, Some(vec![vec!["bearer".to_owned()]]));
    assert_eq!(put.parameters.len(), 1);
    assert_eq!(put.parameters[0].schema.kind, SchemaType::String);
    let body = put.body.as_ref().unwrap();
    assert_eq!((body.media_type.as_str(), body.required), ("application/json", true));
    assert_eq!(openapi::example(&body.schema), serde_json::json!({"country": "NO", "name": "example"}));
    let facts = document.facts("users.yaml", &base());
    assert_eq!((facts.title.as_str(), facts.api_version.as_str()), ("Users", "1.0"));
    assert_eq!(facts.security_schemes["bearer"], SecurityScheme::Http { scheme: "bearer".to_owned() });
    assert_eq!(facts.faults, Vec::<String>::new());
}

#[test]
fn a_swagger_2_document() {
    let document = read(
        r##"{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "host": "127.0.0.1:5000", "basePath": "/v1/",
        "consumes": ["application/xml", "application/json"], "produces": ["application/json"],
        "securityDefinitions": {"key": {"type": "apiKey", "in": "query", "name": "k"}, "o": {"type": "oauth2", "flow": "implicit"}},
        "definitions": {"A": {"properties": {"n": {"type": "number"}}}},
        "paths": {"/a": {
          "post": {"parameters": [{"in": "body", "name": "b", "required": true, "schema": {"$ref": "#/definitions/A"}}],
                   "responses": {"200": {"description": "", "schema": {"type": "array", "items": {"$ref": "#/definitions/A"}}}}},
          "put": {"parameters": [{"in": "formData", "name": "f", "type": "file", "required": true},
                                 {"in": "query", "name": "q", "type": "integer", "default": 7}]}}}}"##,
    );
    let operations = document.operations(&base());
    assert_eq!(names(&document), ["POST /v1/a", "PUT /v1/a"]);
    let body = operations[0].body.as_ref().unwrap();
    assert_eq!(body.media_type, "application/json");
    assert_eq!(body.schema.kind, SchemaType::Object);
    assert_eq!(operations[0].responses[0].schema.as_ref().unwrap().kind, SchemaType::Array);
    let form = operations[1].body.as_ref().unwrap();
    assert_eq!(form.media_type, "multipart/form-data");
    assert_eq!(form.schema.properties["f"].format.as_deref(), Some("binary"));
    assert_eq!(operations[1].parameters[0].example.as_deref(), Some("7"));
    let facts = document.facts("a", &base());
    assert_eq!(facts.servers, ["//127.0.0.1:5000/v1/"]);
    assert_eq!(facts.security_schemes["key"], SecurityScheme::ApiKey { place: ParameterIn::Query, name: "k".into() });
    assert_eq!(facts.security_schemes["o"], SecurityScheme::OAuth2 { flows: vec!["implicit".into()] });
}
