//! Turning an operation into a complete request: harvested values, examples, the declared body, and a check's own values.

use model::{Operation, Parameter, ParameterIn, Request, Schema, SchemaType, Source, Surface, Target};

use crate::calling::{body, harvested};
use crate::text::percent::encode;

/// A value that a check puts into a parameter.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    /// Where the parameter is sent.
    pub place: ParameterIn,
    /// Its name.
    pub name: &'a str,
    /// The value, encoded for its place unless `raw`.
    pub value: &'a str,
    /// Whether the value is already encoded as it is to be sent.
    pub raw: bool,
}

impl<'a> Value<'a> {
    /// A value to be encoded for its place.
    pub fn of(parameter: &'a Parameter, value: &'a str) -> Value<'a> {
        Value { place: parameter.place, name: &parameter.name, value, raw: false }
    }
}

/// The operation called as an ordinary client would, with the first identity's credentials and `values` in place of its own.
/// Required parameters are always sent; optional ones only when they have a declared example or are in `values`. So it is with the
/// fields of the declared body, which goes with methods that take one.
pub fn build(operation: &Operation, surface: &Surface, target: &Target, values: &[Value<'_>]) -> Request {
    with_fields(operation, surface, target, values, &[])
}

/// The same with these values for some fields of the body.
pub fn with_fields(
    operation: &Operation,
    surface: &Surface,
    target: &Target,
    values: &[Value<'_>],
    fields: &[(&str, serde_json::Value)],
) -> Request {
    let request = without_body(operation, surface, target, values);
    let Some(declared) = operation.body.as_ref().filter(|_| takes_a_body(operation)) else { return request };
    let declared_value = body::filled(declared, surface);
    let mut value = declared_value.clone();
    if let Some(members) = value.as_object_mut() {
        members.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    let shown = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let own = |name: &str| declared_value.get(name).map(shown).unwrap_or_default();
    let request = fields
        .iter()
        .fold(request, |request, (name, value)| request.altered_from("body", name, &shown(value), &own(name)));
    body::put(request, &declared.media_type, &declared.schema, &value)
}

/// A body of GET, HEAD, OPTIONS or TRACE has no meaning (RFC 9110 section 9.3), one of DELETE only where it is declared to be needed.
fn takes_a_body(operation: &Operation) -> bool {
    match operation.method.as_str() {
        "GET" | "HEAD" | "OPTIONS" | "TRACE" => false,
        "DELETE" => operation.body.as_ref().is_some_and(|body| body.required),
        _ => true,
    }
}

fn without_body(operation: &Operation, surface: &Surface, target: &Target, values: &[Value<'_>]) -> Request {
    let mut filled: Vec<(&str, String)> = Vec::new();
    let mut query: Vec<String> = Vec::new();
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut cookies: Vec<String> = Vec::new();
    for parameter in &operation.parameters {
        let given = values.iter().find(|v| v.place == parameter.place && v.name == parameter.name);
        let needed = parameter.required || parameter.place == ParameterIn::Path || parameter.example.is_some();
        if given.is_none() && !needed {
            continue;
        }
        let value = match given {
            Some(v) if v.raw => v.value.to_owned(),
            Some(v) => encode(v.value),
            None => encode(&ordinary(parameter, operation, surface)),
        };
        match parameter.place {
            ParameterIn::Path => filled.push((&parameter.name, value)),
            ParameterIn::Query if parameter.repeated && given.is_none() => {
                let all = ordinary(parameter, operation, surface);
                query.extend(all.split(',').map(|item| format!("{}={}", encode(&parameter.name), encode(item))));
            }
            ParameterIn::Query => query.push(format!("{}={value}", encode(&parameter.name))),
            ParameterIn::Header => {
                let raw = given.map_or_else(|| ordinary(parameter, operation, surface), |v| v.value.to_owned());
                headers.push((parameter.name.clone(), raw));
            }
            ParameterIn::Cookie => cookies.push(format!("{}={value}", parameter.name)),
        }
    }
    // Parameters that nobody declared: the check adds them.
    for extra in values.iter().filter(|v| !operation.parameters.iter().any(|p| p.place == v.place && p.name == v.name))
    {
        let value = if extra.raw { extra.value.to_owned() } else { encode(extra.value) };
        match extra.place {
            ParameterIn::Path => filled.push((extra.name, value)),
            ParameterIn::Query => query.push(format!("{}={value}", encode(extra.name))),
            ParameterIn::Header => headers.push((extra.name.to_owned(), extra.value.to_owned())),
            ParameterIn::Cookie => cookies.push(format!("{}={value}", extra.name)),
        }
    }
    let path = operation.path.fill(|name| {
        let of_name = filled.iter().find(|(filled, _)| *filled == name);
        of_name.map(|(_, value)| value.clone())
    });
    let query = query.join("&");
    let joint = if query.is_empty() {
        ""
    } else if path.contains('?') {
        "&"
    } else {
        "?"
    };
    let mut request = Request::new(operation.method.clone(), &target.origin, format!("{path}{joint}{query}"));
    for (name, value) in headers {
        request = request.header(&name, value.into_bytes());
    }
    if !cookies.is_empty() {
        request = request.header("Cookie", cookies.join("; ").into_bytes());
    }
    request.identity = caller(operation, surface, target);
    for value in values {
        let own = own(value, operation, surface);
        request = request.altered_from(value.place.id(), value.name, value.value, &own);
    }
    request
}

/// Who calls an operation in the ordinary way.
pub fn caller(operation: &Operation, surface: &Surface, target: &Target) -> Option<String> {
    match surface.callers.get(&operation.name()) {
        Some(caller) => caller.clone(),
        None => target.identities.first().map(|identity| identity.name.clone()),
    }
}

/// What the target wrote of a value that a check puts into a parameter: the ordinary value, the declared one, or one that it told.
fn own(value: &Value<'_>, operation: &Operation, surface: &Surface) -> String {
    let declared = operation.parameters.iter().find(|p| p.place == value.place && p.name == value.name);
    let usual = declared.map(|parameter| ordinary(parameter, operation, surface));
    let known = declared.and_then(|parameter| parameter.example.clone());
    let told = harvested::of_parameter(value.name, &operation.path, surface);
    let all = usual.clone().into_iter().chain(known).chain(told);
    all.filter(|own| value.value.contains(own.as_str())).max_by_key(String::len).or(usual).unwrap_or_default()
}

/// The value an ordinary client would send: the one that the operation was called with, else one that the same collection gave, one that
/// a link has, one that others gave, the example of the document, else one by type.
pub fn ordinary(parameter: &Parameter, operation: &Operation, surface: &Surface) -> String {
    let key = (operation.name(), parameter.place, parameter.name.clone());
    if let Some(settled) = surface.settled.get(&key) {
        return settled.clone();
    }
    let of_links = || parameter.example.clone().filter(|_| operation.source != Source::Specification);
    let seen = || {
        let best = harvested::fitting(parameter, &operation.path, surface).into_iter().next();
        let own = harvested::of_collection(&parameter.name, &operation.path, surface);
        match best {
            Some(best) if !own.contains(&best) => of_links().or(Some(best)),
            best => best,
        }
    };
    let seen = if parameter.place == ParameterIn::Path { seen() } else { None };
    seen.or_else(|| parameter.example.clone()).unwrap_or_else(|| by_type(&parameter.schema))
}

fn by_type(schema: &Schema) -> String {
    match schema.kind {
        SchemaType::Integer | SchemaType::Number => {
            schema.minimum.map_or("1".to_owned(), |m| format!("{}", m.max(1.0)))
        }
        SchemaType::Boolean => "true".to_owned(),
        _ => "1".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use model::{Body, Method, Scheme};
    use serde_json::json;

    use super::*;
    use crate::samples;

    fn adding(method: Method) -> Operation {
        let name = ("name".to_owned(), Schema::of(SchemaType::String));
        let schema =
            Schema { required: vec!["name".to_owned()], properties: [name].into(), ..Schema::of(SchemaType::Object) };
        let body = Some(Body { media_type: "application/json".to_owned(), schema, required: false });
        Operation { body, ..samples::operation(method, "/authors") }
    }

    fn body_of(method: Method, fields: &[(&str, serde_json::Value)]) -> String {
        let target = samples::target(Scheme::Http);
        let request = with_fields(&adding(method), &Surface::default(), &target, &[], fields);
        assert_eq!(request.is_clean(), fields.is_empty());
        String::from_utf8(request.body).unwrap()
    }

    #[test]
    fn the_declared_body_goes_along_where_the_method_takes_one() {
        assert_eq!(body_of(Method::POST, &[]), r#"{"name":"example"}"#);
        for method in [Method::GET, Method::OPTIONS, Method::DELETE] {
            assert_eq!(body_of(method.clone(), &[]), "", "{method}");
        }
    }

    #[test]
    fn the_items_of_a_list_are_sent_as_declared() {
        let parameter = |repeated| Parameter {
            example: Some("1,2".to_owned()),
            repeated,
            ..samples::link("a[]", "x").parameters.remove(0)
        };
        let target = samples::target(Scheme::Http);
        let sent = |repeated, values: &[Value<'_>]| {
            let operation =
                Operation { parameters: vec![parameter(repeated)], ..samples::operation(Method::GET, "/x") };
            build(&operation, &Surface::default(), &target, values).target
        };
        assert_eq!(
            (sent(true, &[]).as_str(), sent(false, &[]).as_str()),
            ("/x?a%5B%5D=1&a%5B%5D=2", "/x?a%5B%5D=1%2C2")
        );
        let ours = [Value { place: ParameterIn::Query, name: "a[]", value: "x,y", raw: false }];
        assert_eq!(sent(true, &ours), "/x?a%5B%5D=x%2Cy", "a payload stays in one piece");
    }

    #[test]
    fn one_field_is_altered_and_noted() {
        assert_eq!(body_of(Method::PUT, &[("name", json!(7))]), r#"{"name":7}"#);
        assert_eq!(body_of(Method::PUT, &[("role", json!("x"))]), r#"{"name":"example","role":"x"}"#);
    }
}
