//! Operations of the requests that another tool recorded or lists.

use checks::vocabulary::fields::{self, Holds};
use model::{Body, ImportedRequest, Operation, ParameterIn, Schema, SchemaType, Source};
use serde_json::Value;

use super::link;

/// Deepest object that is read, and most of its members and items.
const DEPTH: usize = 8;
const MEMBERS: usize = 100;

/// The operation that a request calls, with the values that it was recorded with, but for secrets: they may be those of another system.
pub(super) fn operation(request: &ImportedRequest) -> Operation {
    let mut operation = link::operation(&request.target, Source::Import);
    operation.method = request.method.clone();
    operation.summary.clone_from(&request.name);
    operation.body = body(request);
    for parameter in &mut operation.parameters {
        if parameter.place == ParameterIn::Path && parameter.example.is_none() {
            let known = request.values.iter().find(|(name, _)| *name == parameter.name);
            parameter.example = known.map(|(_, value)| value.clone());
        }
        parameter.example.take_if(|_| is_secret(&parameter.name));
    }
    operation
}

fn is_secret(name: &str) -> bool {
    [Holds::Password, Holds::Token].iter().any(|kind| fields::holds(name, *kind))
}

fn body(request: &ImportedRequest) -> Option<Body> {
    let media = request.media_type.clone()?;
    let essence = media.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let schema = match essence.as_str() {
        "application/x-www-form-urlencoded" | "multipart/form-data" => form(&request.body),
        media if media == "application/json" || media.ends_with("+json") => {
            schema(&serde_json::from_slice(&request.body).ok()?, DEPTH)
        }
        _ => {
            let example = std::str::from_utf8(&request.body).ok().map(Value::from);
            Schema { example, ..Schema::of(SchemaType::String) }
        }
    };
    // Its parameters are those of the request that was recorded, such as a boundary.
    Some(Body { media_type: essence, schema, required: true })
}

fn form(body: &[u8]) -> Schema {
    let mut form = Schema::of(SchemaType::Object);
    for (name, value) in url::form_urlencoded::parse(body).take(MEMBERS) {
        let example = (!is_secret(&name)).then(|| Value::from(value.as_ref()));
        form.properties.entry(name.into_owned()).or_insert(Schema { example, ..Schema::of(SchemaType::String) });
    }
    form.required = form.properties.keys().cloned().collect();
    form
}

/// The schema that a value shows: everything that it has is taken for required.
fn schema(value: &Value, depth: usize) -> Schema {
    let example = Some(value.clone());
    match value {
        Value::Null => Schema::default(),
        Value::Bool(_) => Schema { example, ..Schema::of(SchemaType::Boolean) },
        Value::Number(number) if number.is_f64() => Schema { example, ..Schema::of(SchemaType::Number) },
        Value::Number(_) => Schema { example, ..Schema::of(SchemaType::Integer) },
        Value::String(_) => Schema { example, ..Schema::of(SchemaType::String) },
        Value::Array(items) if depth > 0 => {
            let items = items.first().map(|item| Box::new(schema(item, depth - 1)));
            Schema { items, ..Schema::of(SchemaType::Array) }
        }
        Value::Object(members) if depth > 0 => {
            let property = |(name, value): (&String, &Value)| {
                let mut property = schema(value, depth - 1);
                property.example.take_if(|_| is_secret(name));
                (name.clone(), property)
            };
            let properties: std::collections::BTreeMap<_, _> = members.iter().take(MEMBERS).map(property).collect();
            let required = properties.keys().cloned().collect();
            Schema { properties, required, ..Schema::of(SchemaType::Object) }
        }
        Value::Array(_) => Schema::of(SchemaType::Array),
        Value::Object(_) => Schema::of(SchemaType::Object),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Method;

    fn request(target: &str, media: Option<&str>, body: &str) -> Operation {
        operation(&ImportedRequest {
            method: Method::POST,
            target: target.to_owned(),
            values: vec![("name".to_owned(), "ann".to_owned())],
            media_type: media.map(str::to_owned),
            body: body.as_bytes().to_vec(),
            name: String::new(),
        })
    }

    #[test]
    fn values_are_kept_but_for_secrets() {
        let login = request(
            "/users/7/login?next=home&token=abc",
            Some("application/json; charset=utf-8"),
            r#"{"username": "ann", "password": "correct-horse", "tags": [{"id": 3}], "note": null}"#,
        );
        assert_eq!((login.path.as_str(), login.method.as_str()), ("/users/{id}/login", "POST"));
        let examples: Vec<_> = login.parameters.iter().map(|p| (p.name.as_str(), p.example.as_deref())).collect();
        assert_eq!(examples, [("id", Some("7")), ("next", Some("home")), ("token", None)]);
        let body = login.body.unwrap();
        let filled = openapi::example(&body.schema);
        assert_eq!((body.media_type.as_str(), &filled["username"]), ("application/json", &Value::from("ann")));
        assert!(filled["password"] != "correct-horse" && filled["tags"][0]["id"] == 3, "{filled}");
    }

    #[test]
    fn what_a_path_leaves_open_has_its_example() {
        let user = request("/users/{name}/{other}", None, "");
        let examples: Vec<_> = user.parameters.iter().map(|p| p.example.as_deref()).collect();
        assert_eq!((user.path.as_str(), examples), ("/users/{name}/{other}", vec![Some("ann"), None]));
    }

    #[test]
    fn forms_and_other_bodies() {
        let form =
            request("/login", Some("multipart/form-data; boundary=x"), "user=a%26b&password=secret").body.unwrap();
        assert_eq!(form.media_type, "multipart/form-data");
        assert_eq!(
            (form.schema.properties["user"].example.clone(), form.schema.properties["password"].example.clone()),
            (Some("a&b".into()), None)
        );
        assert_eq!(request("/x", Some("application/xml"), "<a/>").body.unwrap().schema.example, Some("<a/>".into()));
        assert_eq!((request("/x", None, "").body, request("/x", Some("application/json"), "{").body), (None, None));
    }
}
