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
    let mut request = without_body(operation, surface, target, values);
    // Rules put the same payloads into its body, and each may change something.
    if operation.parameters_in(ParameterIn::Body).next().is_some() {
        request = request.once();
    }
    let Some(declared) = operation.body.as_ref().filter(|_| takes_a_body(operation)) else { return request };
    let usual = usual_body(operation, surface);
    let own = |name: &str| usual.get(name).map(body::text).unwrap_or_default();
    let in_body = values.iter().filter(|value| value.place == ParameterIn::Body);
    // What an ordinary client sends in this place keeps its type.
    let typed = in_body.map(|v| (v.name, usual.get(v.name).filter(|_| own(v.name) == v.value).cloned(), v.value));
    let typed = typed.map(|(name, usual, text)| (name, usual.unwrap_or_else(|| text.into())));
    let fields: Vec<(&str, serde_json::Value)> = typed.chain(fields.iter().cloned()).collect();
    let mut value = usual.clone();
    if let Some(members) = value.as_object_mut() {
        members.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    }
    let request = fields
        .iter()
        .fold(request, |request, (name, value)| request.altered_from("body", name, &body::text(value), &own(name)));
    body::put(request, &declared.media_type, &declared.schema, &value)
}

/// The body that an ordinary client would send: as declared, with what the operation was called with. Null without one.
fn usual_body(operation: &Operation, surface: &Surface) -> serde_json::Value {
    let Some(declared) = operation.body.as_ref() else { return serde_json::Value::Null };
    let mut value = body::filled(declared, surface);
    if let Some(members) = value.as_object_mut() {
        let settled = settled(operation, ParameterIn::Body, surface);
        members.extend(settled.map(|(name, text)| {
            let known = declared.schema.properties.get(name).and_then(|property| body::fitting(text, property));
            (name.to_owned(), known.unwrap_or_else(|| text.into()))
        }));
    }
    value
}

/// What an operation was called with in this place, by name.
fn settled<'s>(
    operation: &Operation,
    place: ParameterIn,
    surface: &'s Surface,
) -> impl Iterator<Item = (&'s str, &'s str)> + use<'s> {
    let name = operation.name();
    let all = surface.settled.range((name.clone(), place, String::new())..);
    all.take_while(move |((of, at, _), _)| *of == name && *at == place)
        .map(|((_, _, name), value)| (name.as_str(), value.as_str()))
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
            ParameterIn::Body => {}
        }
    }
    // Cookies that came with the page of its form.
    let is_sent = |name: &str| {
        operation.parameters_in(ParameterIn::Cookie).any(|p| p.name == name)
            || values.iter().any(|v| v.place == ParameterIn::Cookie && v.name == name)
    };
    let of_page = settled(operation, ParameterIn::Cookie, surface).filter(|(name, _)| !is_sent(name));
    cookies.extend(of_page.map(|(name, value)| format!("{name}={value}")));
    // Parameters that nobody declared: the check adds them.
    for extra in values.iter().filter(|v| !operation.parameters.iter().any(|p| p.place == v.place && p.name == v.name))
    {
        let value = if extra.raw { extra.value.to_owned() } else { encode(extra.value) };
        match extra.place {
            ParameterIn::Path => filled.push((extra.name, value)),
            ParameterIn::Query => query.push(format!("{}={value}", encode(extra.name))),
            ParameterIn::Header => headers.push((extra.name.to_owned(), extra.value.to_owned())),
            ParameterIn::Cookie => cookies.push(format!("{}={value}", extra.name)),
            ParameterIn::Body => {}
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
    for value in values.iter().filter(|value| value.place != ParameterIn::Body) {
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
    if parameter.place == ParameterIn::Body {
        return usual_body(operation, surface).get(&parameter.name).map(body::text).unwrap_or_default();
    }
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
    fn a_field_is_sent_as_it_was_settled_and_keeps_its_type() {
        let mut operation = adding(Method::POST);
        let body = operation.body.as_mut().unwrap();
        body.schema.properties.insert("pages".to_owned(), Schema::of(SchemaType::Integer));
        body.schema.required.push("pages".to_owned());
        let operation = crate::calling::inputs::with_fields_of_body(&operation);
        let mut surface = Surface::default();
        let settled = [(ParameterIn::Body, "name", "ada"), (ParameterIn::Cookie, "form", "k1")];
        for (place, name, value) in settled {
            surface.settled.insert((operation.name(), place, name.to_owned()), value.to_owned());
        }
        surface.settled.insert(("POST /authors/x".to_owned(), ParameterIn::Body, "no".to_owned()), "x".to_owned());
        let sent = |name: &str, value: &str| {
            let ours = Value { place: ParameterIn::Body, name, value, raw: false };
            let request = build(&operation, &surface, &samples::target(Scheme::Http), &[ours]);
            assert!(request.shared == model::Shared::Always && request.header_value("cookie") == Some("form=k1"));
            assert_eq!((request.altered.len(), request.altered[0].place.as_str()), (1, "body"));
            String::from_utf8(request.body).unwrap()
        };
        assert_eq!(sent("name", "x'"), r#"{"name":"x'","pages":1}"#);
        assert_eq!(sent("pages", "1"), r#"{"name":"ada","pages":1}"#, "an ordinary value");
        assert_eq!(sent("pages", "1 AND 7<8"), r#"{"name":"ada","pages":"1 AND 7<8"}"#);
        let pages = operation.parameters.iter().find(|p| p.name == "pages").unwrap();
        assert_eq!(ordinary(pages, &operation, &surface), "1");
        let other = build(&adding(Method::POST), &surface, &samples::target(Scheme::Http), &[]);
        assert_eq!(other.shared, model::Shared::Reading);
    }

    #[test]
    fn one_field_is_altered_and_noted() {
        assert_eq!(body_of(Method::PUT, &[("name", json!(7))]), r#"{"name":7}"#);
        assert_eq!(body_of(Method::PUT, &[("role", json!("x"))]), r#"{"name":"example","role":"x"}"#);
    }
}
