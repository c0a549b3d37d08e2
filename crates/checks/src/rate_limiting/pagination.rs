//! Whether lists come in pages: parameters that choose a page, and answers that speak of others.

use model::{Exchange, Operation, Parameter, ParameterIn};
use serde_json::Value;

const SIZES: [&str; 12] = [
    "limit",
    "perpage",
    "pagesize",
    "size",
    "count",
    "take",
    "top",
    "maxresults",
    "pagelimit",
    "itemsperpage",
    "first",
    "rows",
];
const PLACES: [&str; 11] = [
    "page",
    "offset",
    "cursor",
    "skip",
    "start",
    "after",
    "before",
    "pagenumber",
    "pagetoken",
    "startingafter",
    "from",
];
const SPOKEN: [&str; 20] = [
    "next",
    "previous",
    "prev",
    "page",
    "pages",
    "totalpages",
    "pagecount",
    "perpage",
    "pagesize",
    "limit",
    "offset",
    "cursor",
    "nextcursor",
    "nextpage",
    "nextlink",
    "hasmore",
    "hasnext",
    "nextpagetoken",
    "pagination",
    "links",
];

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The query parameter that chooses how many items an answer has.
pub(super) fn size_parameter(operation: &Operation) -> Option<&Parameter> {
    operation.parameters_in(ParameterIn::Query).find(|p| SIZES.contains(&plain(&p.name).as_str()))
}

/// Whether the operation takes a page or its size.
pub(super) fn takes_pages(operation: &Operation) -> bool {
    operation.parameters_in(ParameterIn::Query).any(|p| {
        let name = plain(&p.name);
        SIZES.contains(&name.as_str()) || PLACES.contains(&name.as_str())
    })
}

/// Whether the answer speaks of other pages, in a `Link` header (RFC 8288) or in its envelope.
pub(super) fn speaks_of_pages(exchange: &Exchange) -> bool {
    let headers = ["link", "x-total-count", "x-total", "content-range", "x-next-page", "x-pagination"];
    let envelope = |json: &Value| {
        json.as_object().is_some_and(|object| {
            let inner = object.values().filter_map(Value::as_object).flat_map(serde_json::Map::keys);
            object.keys().chain(inner).any(|name| SPOKEN.contains(&plain(name).as_str()))
        })
    };
    headers.iter().any(|name| exchange.header(name).is_some()) || exchange.json().as_deref().is_some_and(envelope)
}

/// The page size that the answer says it used.
pub(super) fn said_size(json: &Value) -> Option<u64> {
    const NAMES: [&str; 5] = ["limit", "perpage", "pagesize", "size", "itemsperpage"];
    let object = json.as_object()?;
    let nested = object.values().filter_map(Value::as_object).flatten();
    object.iter().chain(nested).find(|(name, _)| NAMES.contains(&plain(name).as_str())).and_then(|(_, v)| v.as_u64())
}

#[cfg(test)]
mod tests {
    use model::{Method, Schema, SchemaType};
    use serde_json::json;

    use super::*;
    use crate::samples;

    #[test]
    fn names_are_compared_without_separators() {
        let mut operation = samples::operation(Method::GET, "/books");
        for name in ["per_page", "pageToken"] {
            operation.parameters.push(Parameter {
                name: name.to_owned(),
                place: ParameterIn::Query,
                required: false,
                schema: Schema::of(SchemaType::Integer),
                example: None,
                repeated: false,
            });
        }
        assert_eq!(size_parameter(&operation).unwrap().name, "per_page");
        assert!(takes_pages(&operation) && !takes_pages(&samples::operation(Method::GET, "/books")));
    }

    #[test]
    fn envelopes_and_headers_speak() {
        assert!(speaks_of_pages(&samples::exchange("/", 200, r#"{"items":[],"meta":{"next_cursor":"x"}}"#)));
        assert!(speaks_of_pages(&samples::answered("/", 200, &[("Link", "</b?page=2>; rel=next")], "[]")));
        assert!(!speaks_of_pages(&samples::exchange("/", 200, r#"{"books":[]}"#)));
        assert_eq!(said_size(&json!({"meta": {"per_page": 50}})), Some(50));
    }
}
