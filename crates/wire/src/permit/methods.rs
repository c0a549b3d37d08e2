//! What a target may take a request for: overrides of the method count as the method that they ask for.

use model::{Method, Request};
use serde_json::Value;

/// Headers by which frameworks let clients name another method.
const HEADERS: [&str; 4] = ["x-http-method-override", "x-http-method", "x-method-override", "x-method"];

/// The field, in the query or the body, that does the same (Rails, Laravel, Symfony, method-override of Express).
const FIELD: &str = "_method";

/// Bodies larger than this are not read for fields: no override stands behind so much.
const MOST: usize = 1 << 20;

/// Its own method and all that it claims.
pub(crate) fn claimed(request: &Request) -> Vec<Method> {
    let headers = request.headers.iter().filter(|(name, _)| {
        let name = name.replace('_', "-");
        HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header))
    });
    let headers = headers.map(|(_, value)| String::from_utf8_lossy(value).into_owned());
    let fields = fields(request).filter(|(name, _)| name.eq_ignore_ascii_case(FIELD)).map(|(_, v)| v);
    let names = headers.chain(fields).map(|name| name.trim().to_ascii_uppercase()).filter(|name| !name.is_empty());
    std::iter::once(request.method.clone()).chain(names.map(|name| Method::new(&name))).collect()
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The fields of the query.
pub(crate) fn query_fields(request: &Request) -> Vec<(String, String)> {
    request.target.split_once('?').map_or_else(Vec::new, |(_, query)| pairs(query.as_bytes()))
}

/// The fields of a form or a JSON object in the body, values as text.
pub(crate) fn body_fields(request: &Request) -> Vec<(String, String)> {
    let body = request.body.get(..MOST.min(request.body.len())).unwrap_or_default();
    match object(body) {
        Some(object) => object.into_iter().map(|(name, value)| (name, text(value))).collect(),
        None if body.windows(FORM_DATA.len()).any(|w| w.eq_ignore_ascii_case(FORM_DATA)) => parts(body),
        None => pairs(body),
    }
}

fn fields(request: &Request) -> impl Iterator<Item = (String, String)> {
    query_fields(request).into_iter().chain(body_fields(request))
}

const FORM_DATA: &[u8] = b"content-disposition: form-data";

fn object(body: &[u8]) -> Option<serde_json::Map<String, Value>> {
    if body.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(body).ok()
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The parts of a multipart form: the name, and the first line after the part's head.
fn parts(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body);
    let part = |part: &str| {
        let name = part.split_once("name=\"").or_else(|| part.split_once("name="))?.1;
        let name = name.split(['"', ';', '\r', '\n']).next()?.to_owned();
        let (_, value) = part.split_once("\r\n\r\n").or_else(|| part.split_once("\n\n"))?;
        Some((name, value.lines().next().unwrap_or("").to_owned()))
    };
    text.split("form-data").skip(1).filter_map(part).collect()
}

/// Whether it carries a GraphQL mutation, in the query or in the body.
pub(crate) fn mutates(request: &Request) -> bool {
    let is_mutation = |text: &str| {
        let text = text.trim_start();
        let begins = |text: &str| {
            text.strip_prefix("mutation")
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        // After a fragment or another operation, too.
        begins(text) || text.split('}').skip(1).any(|rest| begins(rest.trim_start()))
    };
    let graphql = request.header_value("content-type").is_some_and(|media| media.contains("graphql"));
    let body = || String::from_utf8_lossy(request.body.get(..MOST.min(request.body.len())).unwrap_or_default());
    graphql && is_mutation(&body())
        || fields(request).any(|(name, value)| name == "query" && is_mutation(&value))
        || batch(&request.body).iter().any(|query| is_mutation(query))
}

/// The queries of a batch: a list of objects.
fn batch(body: &[u8]) -> Vec<String> {
    if body.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'[') || body.len() > MOST {
        return Vec::new();
    }
    let list: Vec<Value> = serde_json::from_slice(body).unwrap_or_default();
    list.into_iter().filter_map(|item| item.get("query")?.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use model::{Origin, Scheme};

    use super::*;

    fn post(target: &str) -> Request {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        Request::new(Method::POST, &origin, target)
    }

    #[test]
    fn overrides_are_read_wherever_they_stand() {
        let multipart = "--x\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\nDELETE\r\n--x--\r\n";
        for request in [
            post("/a").header("X-HTTP-Method-Override", "delete"),
            post("/a").header("x_http_method_override", " DELETE "),
            post("/a?_method=DELETE"),
            post("/a?a=b&%5Fmethod=DELETE"),
            post("/a").body("application/x-www-form-urlencoded", "a=b&_method=delete"),
            post("/a").body("application/json", r#" {"_method": "DELETE"}"#),
            post("/a").body("text/plain", r#"{"_METHOD": "DELETE"}"#),
            post("/a").body("multipart/form-data; boundary=x", multipart),
        ] {
            assert_eq!(claimed(&request), [Method::POST, Method::DELETE], "{request:?}");
        }
        for request in [post("/a?method=DELETE"), post("/a").header("X-Other", "DELETE"), post("/_method=DELETE")] {
            assert_eq!(claimed(&request), [Method::POST], "{request:?}");
        }
    }

    #[test]
    fn mutations_are_told_from_queries() {
        let graphql =
            |query: &str| mutates(&post("/graphql").body("application/json", format!("{{\"query\": {query:?}}}")));
        for query in ["mutation{a}", " mutation A($x: Int){a}", "fragment F on T{a} mutation {a}"] {
            assert!(graphql(query), "{query}");
        }
        for query in ["{mutation}", "query{a}", "{mutations{a}}", "mutations", "what is a mutation?"] {
            assert!(!graphql(query), "{query}");
        }
        assert!(mutates(&post("/graphql?query=mutation%7Ba%7D")));
        assert!(mutates(&post("/graphql").body("application/graphql", "mutation {a}")));
        assert!(mutates(&post("/graphql").body("application/json", r#"[{"query":"{a}"},{"query":"mutation{a}"}]"#)));
    }
}
