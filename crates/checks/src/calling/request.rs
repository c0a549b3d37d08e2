//! Turning an operation into a request: harvested values, examples, and a check's own values.

use model::{Operation, Parameter, ParameterIn, Request, Schema, SchemaType, Surface, Target};

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
/// Required parameters are always sent; optional query parameters only when they have a declared example or are in `values`.
pub fn build(operation: &Operation, surface: &Surface, target: &Target, values: &[Value<'_>]) -> Request {
    let mut path = operation.path.clone();
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
            ParameterIn::Path => path = path.replace(&format!("{{{}}}", parameter.name), &value),
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
            ParameterIn::Path => path = path.replace(&format!("{{{}}}", extra.name), &value),
            ParameterIn::Query => query.push(format!("{}={value}", encode(extra.name))),
            ParameterIn::Header => headers.push((extra.name.to_owned(), extra.value.to_owned())),
            ParameterIn::Cookie => cookies.push(format!("{}={value}", extra.name)),
        }
    }
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
    request.identity = target.identities.first().map(|identity| identity.name.clone());
    for value in values {
        request = request.altered(value.place.id(), value.name, value.value);
    }
    request
}

/// The value an ordinary client would send: the one that the operation was called with, else harvested, else the example, else
/// by type.
pub fn ordinary(parameter: &Parameter, operation: &Operation, surface: &Surface) -> String {
    let key = (operation.name(), parameter.place, parameter.name.clone());
    if let Some(settled) = surface.settled.get(&key) {
        return settled.clone();
    }
    if parameter.place == ParameterIn::Path
        && let Some(value) = harvested(&parameter.name, &operation.path, surface).into_iter().next()
    {
        return value;
    }
    parameter.example.clone().unwrap_or_else(|| by_type(&parameter.schema))
}

/// Values seen in answers that fit a path parameter: those of the collection before it (`/users/{id}`: `users/id`), by the
/// parameter's name, its name without the collection's (`user_id`, `userId` under `users`: `id`), or what names an object.
pub fn harvested(parameter: &str, path: &str, surface: &Surface) -> Vec<String> {
    const NAMES: [&str; 6] = ["id", "uuid", "slug", "name", "username", "key"];
    let placeholder = format!("{{{parameter}}}");
    let collection = path.split('/').take_while(|s| **s != *placeholder).filter(|s| !s.is_empty()).last().unwrap_or("");
    let lower = parameter.to_ascii_lowercase();
    let singular = singular(&collection.to_ascii_lowercase());
    let short = lower.strip_prefix(&singular).map_or(&*lower, |rest| rest.trim_start_matches(['_', '-']));
    let mut keys = vec![format!("{collection}/{parameter}"), format!("{collection}/{short}")];
    if lower.ends_with("id") {
        keys.extend([format!("{collection}/id"), format!("{collection}/_id"), format!("{collection}/uuid")]);
    } else if short.is_empty() {
        // `/users/{user}`: whatever names one.
        keys.extend(NAMES.iter().map(|name| format!("{collection}/{name}")));
    }
    keys.push(parameter.to_owned());
    let mut values: Vec<String> = Vec::new();
    for value in keys.iter().filter_map(|key| surface.harvested.get(key)).flatten() {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    values
}

/// `users`: `user`; `categories`: `category`; `boxes`: `box`.
pub fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies") {
        format!("{stem}y")
    } else if let Some(stem) = word.strip_suffix("es").filter(|s| s.ends_with(['x', 's', 'z']) || s.ends_with("ch")) {
        stem.to_owned()
    } else {
        word.strip_suffix('s').unwrap_or(word).to_owned()
    }
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
    use super::*;

    #[test]
    fn values_come_from_the_collection() {
        let mut surface = Surface::default();
        for (key, value) in [("users/id", "7"), ("categories/slug", "tea"), ("id", "9"), ("teams/name", "red")] {
            surface.harvested.insert(key.to_owned(), vec![value.to_owned()]);
        }
        let first = |name: &str, path: &str| harvested(name, path, &surface).into_iter().next().unwrap_or_default();
        assert_eq!(first("id", "/users/{id}"), "7");
        assert_eq!(first("user_id", "/users/{user_id}/orders"), "7");
        assert_eq!(first("userId", "/users/{userId}"), "7");
        assert_eq!(first("slug", "/categories/{slug}"), "tea");
        assert_eq!(first("category", "/categories/{category}"), "tea");
        assert_eq!(first("team", "/teams/{team}"), "red");
        assert_eq!(first("id", "/orders/{id}"), "9");
    }
}
