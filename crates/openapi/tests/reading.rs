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

#[test]
fn one_api_in_three_versions_is_read_alike() {
    let documents = [
        include_str!("documents/petstore-2.0.json"),
        include_str!("documents/petstore-3.0.yaml"),
        include_str!("documents/petstore-3.1.json"),
    ]
    .map(read);
    let outline = |document: &Document| {
        let operations = document.operations(&base());
        operations
            .iter()
            .map(|operation| {
                let mut parameters: Vec<String> = operation
                    .parameters
                    .iter()
                    .map(|p| format!("{} {} {:?} {}", p.place.id(), p.name, p.schema.kind, p.required))
                    .collect();
                parameters.sort();
                let properties: Vec<String> =
                    operation.body.iter().flat_map(|body| body.schema.properties.keys().cloned()).collect();
                // The first version lacks one `default` answer that the later ones have.
                let statuses: Vec<&str> = operation
                    .responses
                    .iter()
                    .map(|answer| answer.status.as_str())
                    .filter(|s| *s != "default")
                    .collect();
                format!("{} {parameters:?} {properties:?} {:?} {statuses:?}", operation.name(), operation.security)
            })
            .collect::<Vec<_>>()
    };
    let [two, three, latest] = documents.each_ref().map(outline);
    assert_eq!(two.len(), 20);
    assert!(two.iter().any(|line| line.starts_with("POST /v2/pet []")), "{two:#?}");
    assert_eq!(two, three);
    // The last version uploads the bare bytes instead of a form.
    let without_upload = |lines: &[String]| -> Vec<String> {
        lines.iter().filter(|line| !line.contains("uploadImage")).cloned().collect()
    };
    assert_eq!(without_upload(&three), without_upload(&latest));
    let facts = documents[0].facts("petstore", &base());
    assert_eq!(facts.faults.len(), 1, "{:?}", facts.faults);
    assert!(facts.faults[0].contains("`http://petstore.swagger.io/v2` is not the target http://127.0.0.1:5000"));
    assert_eq!(openapi::undeclared_security_schemes(&documents[0]), Vec::<String>::new());
}

#[test]
fn servers_give_paths() {
    for (servers, expected) in [
        ("[]", "/a"),
        ("[{url: /}]", "/a"),
        ("[{url: /v1/}]", "/v1/a"),
        ("[{url: v1}]", "/docs/v1/a"),
        ("[{url: ../v1}]", "/v1/a"),
        ("[{url: 'https://api.example.com/v2'}]", "/v2/a"),
        ("[{url: 'https://api.example.com/v2'}, {url: 'http://127.0.0.1:5000/v3'}]", "/v3/a"),
        ("[{url: 'https://api.example.com/v2'}, {url: /v4}]", "/v4/a"),
        ("[{url: 'https://api.example.com/v2'}, {url: 'http://localhost:8080/v5'}]", "/v5/a"),
        ("[{url: 'api.example.com/v6'}]", "/v6/a"),
        ("[{url: 'https://{region}.example.com:{port}/{base}?x#y', variables: {base: {default: v7}}}]", "/v7/a"),
        ("[{url: 'https://[::1]:8080/v8'}]", "/v8/a"),
    ] {
        let document = read(&format!("openapi: 3.0.0\nservers: {servers}\npaths: {{/a: {{get: {{}}}}}}"));
        let base = Base { document_path: "/docs/openapi.json".to_owned(), ..base() };
        assert_eq!(document.operations(&base)[0].path, expected, "{servers}");
    }
    let document = read(
        "openapi: 3.0.0\nservers: [{url: /v1}]\npaths:\n  /a:\n    servers: [{url: /v2}]\n    get: {}\n    put: {servers: [{url: '/{tenant}'}]}",
    );
    assert_eq!(names(&document), ["GET /v2/a", "PUT /{tenant}/a"]);
    let tenant = &document.operations(&base())[1].parameters[0];
    assert_eq!((tenant.name.as_str(), tenant.place, tenant.required), ("tenant", ParameterIn::Path, true));
}

#[test]
fn common_faults_are_told_and_tolerated() {
    let document = read(
        r"
openapi: 3
info: null
security: {key: []}
paths:
  users/{Id}:
    GET:
      parameters: [{name: id, in: path}, {name: x, in: nowhere}, {in: query}, 7, {$ref: '#/nothing'}]
      responses: [200]
    get: {}
  /posts/<int:post_id>/:slug: {delete: }
  /wrong: 5
  /b#one: {post: {summary: One, description: More}}
",
    );
    assert_eq!(names(&document), ["GET /users/{Id}", "DELETE /posts/{post_id}/{slug}", "POST /b"]);
    let operations = document.operations(&base());
    assert_eq!(operations[0].parameters.len(), 1);
    assert_eq!(operations[0].security, Some(vec![vec!["key".to_owned()]]));
    assert_eq!(operations[1].parameters.len(), 2);
    assert_eq!(operations[2].summary, "One\nMore");
    let faults = document.facts("", &base()).faults;
    for part in [
        "security of the document is an object",
        "`users/{Id}` does not begin with a slash",
        "`GET` of `users/{Id}` is not in lower case",
        "GET of `users/{Id}` is declared twice",
        "spells its parameter `Id` in two ways",
        "unknown place `nowhere`",
        "has no usable name",
        "is not an object",
        "`#/nothing` leads to nothing",
        "does not write its parameters in braces",
        "The path `/wrong` is not an object",
        "The responses of GET",
    ] {
        assert!(faults.iter().any(|fault| fault.contains(part)), "{part}: {faults:#?}");
    }
    assert_eq!(document.version(), "3.0");
    assert_eq!(openapi::undeclared_security_schemes(&read("openapi: 3.0.0\nsecurity: [{key: []}]")), ["key"]);
}

#[test]
fn external_documents_are_asked_for_and_used() {
    let document = read(
        r"
openapi: 3.0.0
paths:
  /a: {$ref: 'paths/a.yaml'}
  /b: {get: {responses: {200: {content: {application/json: {schema: {$ref: 'https://schemas.example.com/user.json#/User'}}}}}}}
",
    );
    assert_eq!(openapi::external_references(&document), ["https://schemas.example.com/user.json", "paths/a.yaml"]);
    assert_eq!(document.facts("", &base()).faults.len(), 2);
    assert_eq!(names(&document), ["GET /b"]);
    let document = document.with_external(
        [
            (
                "paths/a.yaml".to_owned(),
                b"post: {requestBody: {content: {text/json: {schema: {$ref: '../c.yaml#/X'}}}}}".to_vec(),
            ),
            ("https://schemas.example.com/user.json".to_owned(), b"<html>".to_vec()),
        ]
        .into(),
    );
    assert_eq!(openapi::external_references(&document), ["c.yaml"]);
    assert_eq!(names(&document), ["POST /a", "GET /b"]);
    assert!(document.facts("", &base()).faults[0].contains("user.json` cannot be read: this is HTML"));
    let document =
        document.with_external([("c.yaml".to_owned(), b"X: {properties: {n: {type: int}}}".to_vec())].into());
    assert!(openapi::external_references(&document).is_empty());
    let body = document.operations(&base())[0].body.clone().unwrap();
    assert_eq!(body.schema.properties["n"].kind, SchemaType::Integer);
}

#[test]
fn schemas_of_all_dialects() {
    let schema = |text: &str| {
        let text = format!(
            "openapi: 3.1.0\npaths: {{/a: {{post: {{requestBody: {{content: {{a/json: {{schema: {text}}}}}}}}}}}}}"
        );
        read(&text).operations(&base())[0].body.clone().unwrap().schema
    };
    assert_eq!(schema("{type: ['null', integer]}").kind, SchemaType::Integer);
    assert_eq!(schema("{type: integer, nullable: true, minimum: 3, exclusiveMinimum: true}").minimum, Some(4.0));
    assert_eq!(schema("{type: integer, exclusiveMaximum: 3}").maximum, Some(2.0));
    assert_eq!(schema("{anyOf: [{type: 'null'}, {type: string, format: uuid}]}").format.as_deref(), Some("uuid"));
    assert_eq!(schema("{const: fixed}").enumeration, ["fixed"]);
    assert_eq!(schema("{examples: [a, b]}").example, Some("a".into()));
    assert_eq!(schema("{additionalProperties: false}").additional_properties, Some(false));
    assert_eq!(schema("{additionalProperties: {type: string}}").additional_properties, Some(true));
    assert_eq!(schema("true").kind, SchemaType::Any);
    let merged =
        schema("{allOf: [{required: [a], properties: {a: {type: string}}}, {required: [b], properties: {b: {}}}]}");
    assert_eq!((merged.kind, merged.required), (SchemaType::Object, vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn openapi_3_2_methods() {
    let document = read(
        "openapi: 3.2.0\npaths: {/a: {query: {}, additionalOperations: {COPY: {}, 'B A D': {}}, get: {parameters: [{in: querystring, \
         name: q, content: {a/b: {schema: {properties: {n: {type: integer}}}}}}]}}}",
    );
    assert_eq!(names(&document), ["QUERY /a", "GET /a", "COPY /a"]);
    assert_eq!(document.operations(&base())[1].parameters[0].name, "n");
}

#[test]
fn errors_speak_to_a_person() {
    for (text, part) in [
        ("", "the document is empty"),
        ("<!doctype html><html>", "this is HTML"),
        ("<html><div id=swagger-ui>", "documentation viewer"),
        ("Not Found", "plain text"),
        ("[1]", "a list"),
        ("{\"a\": 1}", "neither `openapi` nor `swagger`"),
        ("{\"info\": {\"_postman_id\": \"1\"}, \"item\": []}", "Postman"),
        ("asyncapi: 2.0.0", "AsyncAPI"),
        (
            "{\"openapi\": \"3.0.0\", \"paths\": {",
            "the JSON is not valid: EOF while parsing an object (line 1, column 31)",
        ),
        ("openapi: 3.0.0\npaths:\n\t/a: {}", "(line 3, column 2)"),
    ] {
        let error = parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn encodings() {
    let text = "openapi: 3.0.0\r\npaths:\r\n  /é:\r\n    get: {}\r\n";
    let units = |big: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    for bytes in [
        text.as_bytes().to_vec(),
        marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()),
        marked(b"\xff\xfe", units(false)),
        marked(b"\xfe\xff", units(true)),
        units(false),
        units(true),
    ] {
        assert_eq!(names(&parse(&bytes).unwrap()), ["GET /é"]);
    }
    let document = read(&format!("---\n{text}---\nopenapi: 2\n"));
    assert_eq!(names(&document), ["GET /é"]);
    assert_eq!(document.facts("", &base()).faults, ["The YAML stream holds several documents; the first one is read."]);
}

#[test]
fn parameters_are_written_in_their_style() {
    let sent = |parameters: &str| -> Vec<String> {
        let document = read(&format!("openapi: 3.0.0\npaths: {{/a: {{get: {{parameters: [{parameters}]}}}}}}"));
        let shown = |p: &model::Parameter| {
            let mark = if p.required { "!" } else { "" };
            format!("{}{mark}={}{}", p.name, p.example.clone().unwrap(), if p.repeated { " repeated" } else { "" })
        };
        let filled = document.operations(&base())[0].parameters.clone().into_iter().filter(|p| p.example.is_some());
        filled.map(|p| shown(&p)).collect()
    };
    let object = "schema: {type: object, required: [x], properties: {x: {type: integer}, y: {type: string, readOnly: true}, z: {type: string}}}";
    let list = "schema: {type: array, minItems: 2, items: {type: integer}}";
    for (declared, expected) in [
        (format!("{{name: p, in: query, required: true, style: deepObject, {object}}}"), vec!["p[x]!=1", "p[z]=example"]),
        (format!("{{name: p, in: query, required: true, {object}}}"), vec!["x!=1", "z=example"]),
        (format!("{{name: p, in: query, example: {{x: 7}}, {object}}}"), vec!["x=7", "z=example"]),
        (format!("{{name: p, in: query, {list}}}"), vec!["p=1,2 repeated"]),
        (format!("{{name: p, in: query, explode: false, {list}}}"), vec!["p=1,2"]),
        (format!("{{name: p, in: query, style: pipeDelimited, {list}}}"), vec!["p=1|2"]),
        (format!("{{name: p, in: query, style: spaceDelimited, explode: true, {list}}}"), vec!["p=1,2 repeated"]),
        (format!("{{name: P, in: header, required: true, {list}}}"), vec!["P!=1,2"]),
        (format!("{{name: P, in: header, {list}}}"), vec![]),
        (
            "{name: p, in: query, style: deepObject, schema: {type: object, properties: {a: {type: object, properties: {id: {type: string}}}}}}".to_owned(),
            vec!["p[a][id]=1"],
        ),
        (
            "{name: p, in: query, content: {application/json: {schema: {type: object, properties: {x: {type: integer}}}}}}".to_owned(),
            vec!["p={\"x\":1}"],
        ),
    ] {
        assert_eq!(sent(&declared), expected, "{declared}");
    }
    let two = read(
        "swagger: '2.0'\npaths: {/a: {get: {parameters: [{name: p, in: query, type: array, minItems: 2, items: {type: integer}}, \
         {name: q, in: query, type: array, collectionFormat: multi, minItems: 2, items: {type: integer}}]}}}",
    );
    let operations = two.operations(&base());
    let lists: Vec<_> = operations[0].parameters.iter().map(|p| (p.example.as_deref(), p.repeated)).collect();
    assert_eq!(lists, [(Some("1,2"), false), (Some("1,2"), true)]);
}
