//! From a concrete link to an operation: numbers and UUIDs become path parameters, query values become examples.

use model::{
    Method, Operation, Parameter, ParameterIn, PathTemplate, Place, Request, Schema, SchemaType, Source, Target,
};
use wire::origin_of;

/// Longest link that is followed.
const LONGEST: usize = 500;

/// Resolves a link found in the answer to `from`; `None` when it leads elsewhere or is no page.
pub(crate) fn resolve(link: &str, from: &Request, target: &Target, source: Source) -> Option<Operation> {
    let link = link.trim();
    if link.is_empty() || link.len() > LONGEST || link.starts_with('#') {
        return None;
    }
    let url = url::Url::parse(&from.url()).ok()?.join(link).ok()?;
    if origin_of(&url)? != target.origin {
        return None;
    }
    let query = url.query().map_or_else(String::new, |q| format!("?{q}"));
    Some(operation(&format!("{}{query}", url.path()), source))
}

/// The GET operation of a concrete path and query.
pub(crate) fn operation(path_and_query: &str, source: Source) -> Operation {
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let (template, mut parameters) = template(path);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()).take(30) {
        if !parameters.iter().any(|p| p.name == name && p.place == ParameterIn::Query) {
            parameters.push(parameter(&name, ParameterIn::Query, &value));
        }
    }
    Operation { parameters, ..Operation::undeclared(Method::GET, template, source) }
}

/// An operation of which only method and path template are known.
pub(crate) fn place(place: &Place) -> Operation {
    let path = PathTemplate::from(&place.path);
    let parameters = path.parameters().map(|name| parameter(name, ParameterIn::Path, "")).collect();
    Operation { parameters, ..Operation::undeclared(place.method.clone(), path.as_str(), Source::Given) }
}

/// A parameter with a value that was seen.
pub(crate) fn parameter(name: &str, place: ParameterIn, value: &str) -> Parameter {
    let kind = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        SchemaType::Integer
    } else {
        SchemaType::String
    };
    Parameter {
        name: name.to_owned(),
        place,
        required: place == ParameterIn::Path,
        schema: Schema::of(kind),
        example: (!value.is_empty()).then(|| value.to_owned()),
        repeated: false,
    }
}

fn template(path: &str) -> (String, Vec<Parameter>) {
    let mut parameters: Vec<Parameter> = Vec::new();
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| {
            if let Some(name) = placeholder(segment) {
                parameters.push(parameter(name, ParameterIn::Path, ""));
                return format!("{{{name}}}");
            }
            if !is_identifier(segment) {
                return segment.to_owned();
            }
            let name = if parameters.is_empty() { "id".to_owned() } else { format!("id{}", parameters.len() + 1) };
            parameters.push(parameter(&name, ParameterIn::Path, segment));
            format!("{{{name}}}")
        })
        .collect();
    (segments.join("/"), parameters)
}

/// The name in a segment that documentation links to as `{id}`, which a URL has as `%7Bid%7D`.
fn placeholder(segment: &str) -> Option<&str> {
    let plain = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let encoded = || {
        let rest = segment.strip_prefix("%7B").or_else(|| segment.strip_prefix("%7b"))?;
        rest.strip_suffix("%7D").or_else(|| rest.strip_suffix("%7d"))
    };
    let name = plain.or_else(encoded).filter(|name| !name.is_empty())?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).then_some(name)
}

/// Numbers, UUIDs and long hexadecimal words name objects; other segments name collections.
fn is_identifier(segment: &str) -> bool {
    let number = !segment.is_empty() && segment.len() <= 20 && segment.bytes().all(|b| b.is_ascii_digit());
    let hex = segment.len() >= 16 && segment.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    number || hex && segment.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_parameters() {
        let operation = operation("/users/12/orders/7?sort=name", Source::Link);
        assert_eq!(operation.path, "/users/{id}/orders/{id2}");
        let examples: Vec<_> = operation.parameters.iter().map(|p| (p.name.as_str(), p.example.as_deref())).collect();
        assert_eq!(examples, [("id", Some("12")), ("id2", Some("7")), ("sort", Some("name"))]);
        assert!(!is_identifier("deadbeefcafebabe") && is_identifier("3f2b8c9e-1111-4222-8333-444455556666"));
    }

    #[test]
    fn placeholders_become_parameters() {
        let linked = operation("/users/%7Buser_id%7D/orders/{id}/7", Source::Link);
        assert_eq!(linked.path, "/users/{user_id}/orders/{id}/{id3}", "as documentation links to it");
        assert_eq!((linked.parameters.len(), operation("/a/%7B%7D/{b c}", Source::Link).parameters.len()), (3, 0));
    }
}
