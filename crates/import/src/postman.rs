//! Postman collections, version 2.0 and 2.1 (<https://schema.postman.com/>).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::har::form;
use crate::{ImportError, Recorded};

/// Deepest folder that is read.
const DEPTH: usize = 32;

#[derive(Deserialize)]
struct Collection {
    #[serde(default)]
    item: Vec<Item>,
    #[serde(default)]
    variable: Vec<Pair>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "item")]
    inner: Vec<Item>,
    #[serde(default)]
    request: Option<Request>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Request {
    Url(String),
    Whole(Box<Whole>),
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    url: Option<Url>,
    #[serde(default)]
    header: Value,
    #[serde(default)]
    body: Option<Body>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Url {
    Raw(String),
    Parts(Parts),
}

#[derive(Deserialize)]
struct Parts {
    #[serde(default)]
    raw: Option<String>,
    #[serde(default)]
    host: Value,
    #[serde(default)]
    path: Value,
    #[serde(default)]
    query: Vec<Pair>,
    #[serde(default)]
    variable: Vec<Pair>,
}

#[derive(Deserialize)]
struct Pair {
    #[serde(default, alias = "id")]
    key: Option<String>,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    disabled: bool,
}

impl Pair {
    fn text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    raw: Option<String>,
    #[serde(default)]
    urlencoded: Vec<Pair>,
    #[serde(default)]
    formdata: Vec<Pair>,
    #[serde(default)]
    graphql: Value,
    #[serde(default)]
    options: Value,
}

type Variables = BTreeMap<String, String>;

/// The requests of a collection, folders included.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Recorded>, ImportError> {
    let collection: Collection = serde_json::from_slice(bytes).map_err(|error| ImportError::json(&error))?;
    let named = collection.variable.iter().filter(|pair| !pair.disabled);
    let variables = named.filter_map(|pair| Some((pair.key.clone()?, pair.text()))).collect();
    let mut requests = Vec::new();
    gather(&collection.item, &variables, DEPTH, &mut requests);
    Ok(requests)
}

fn gather(items: &[Item], variables: &Variables, depth: usize, requests: &mut Vec<Recorded>) {
    for item in items {
        requests.extend(item.request.as_ref().and_then(|request| recorded(request, &item.name, variables)));
        if depth > 0 {
            gather(&item.inner, variables, depth - 1, requests);
        }
    }
}

fn recorded(request: &Request, name: &str, variables: &Variables) -> Option<Recorded> {
    let whole = match request {
        Request::Url(url) => return Some(Recorded { name: name.to_owned(), ..of("GET", url, variables)? }),
        Request::Whole(whole) => whole,
    };
    let (url, values) = match whole.url.as_ref()? {
        Url::Raw(raw) => (raw.clone(), Vec::new()),
        Url::Parts(parts) => (address(parts), values(parts, variables)),
    };
    let recorded = of(whole.method.as_deref().unwrap_or("GET"), &url, variables)?;
    let recorded = Recorded { name: name.to_owned(), values, ..recorded };
    Some(match whole.body.as_ref().and_then(|body| content(body, &whole.header, variables)) {
        Some((media, body)) if !body.is_empty() => recorded.with_body(media.as_deref(), body),
        _ => recorded,
    })
}

/// A URL whose variables are filled in. Where the host is one that is not known, the path is what counts.
fn of(method: &str, url: &str, variables: &Variables) -> Option<Recorded> {
    let url = filled(url, variables);
    let path = match url.strip_prefix("{{") {
        Some(open) => {
            let rest = open.split_once("}}").map_or("", |(_, rest)| rest);
            // `{{host}}:{{port}}/path`: all up to the path is the host.
            rest.find(['/', '?']).map_or("/", |at| &rest[at..]).to_owned()
        }
        None if !url.contains("://") && !url.starts_with('/') => {
            // `api.example.com/path` is a URL in Postman.
            url.find(['/', '?']).map_or("/", |at| &url[at..]).to_owned()
        }
        None => match url.split_once("://") {
            Some((_, rest)) if rest.starts_with("{{") => rest.find(['/', '?']).map_or("/", |at| &rest[at..]).to_owned(),
            _ => url,
        },
    };
    Recorded::of(method, &open(&path))
}

/// The URL of its parts. `raw` has them all, but the query as people left it, with what they switched off.
fn address(parts: &Parts) -> String {
    let joined = |value: &Value, by: &str| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().or_else(|| item.get("value")?.as_str()).unwrap_or("").to_owned())
            .collect::<Vec<_>>()
            .join(by),
        _ => String::new(),
    };
    let url = match &parts.raw {
        Some(raw) if !raw.is_empty() => raw.split(['?', '#']).next().unwrap_or("").to_owned(),
        _ => format!("{}/{}", joined(&parts.host, "."), joined(&parts.path, "/").trim_start_matches('/')),
    };
    let query: Vec<(String, String)> = parts
        .query
        .iter()
        .filter(|pair| !pair.disabled)
        .filter_map(|pair| Some((pair.key.clone().filter(|key| !key.is_empty())?, pair.text())))
        .collect();
    let query = query.iter().map(|(name, value)| {
        let is_open = value.contains("{{");
        if is_open { format!("{name}={value}") } else { form([(name.as_str(), value.as_str())].into_iter()) }
    });
    let query = query.collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{url}{mark}{query}")
}

/// Examples of path variables; `<string>` is Postman's own way to say that there is none.
fn values(parts: &Parts, variables: &Variables) -> Vec<(String, String)> {
    let pairs = parts.variable.iter().filter_map(|pair| Some((pair.key.clone()?, filled(&pair.text(), variables))));
    pairs.filter(|(_, value)| !value.is_empty() && !value.contains(['/', '?', '<', '{'])).collect()
}

/// Variables of the collection in their places.
fn filled(text: &str, variables: &Variables) -> String {
    // A variable may hold another one.
    (0..3).fold(text.to_owned(), |text, _| {
        variables
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .fold(text, |text, (name, value)| text.replace(&format!("{{{{{name}}}}}"), value))
    })
}

/// `{{name}}` and `:name` as `{name}` in the path; in the query, what is left open is left out.
fn open(url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let start = path.find("://").map_or(0, |at| at + 3);
    let path: Vec<String> = path[start..]
        .split('/')
        .enumerate()
        .map(|(at, segment)| match segment.strip_prefix(':') {
            Some(name) if at > 0 && !name.is_empty() => format!("{{{name}}}"),
            _ => segment.replace("{{", "{").replace("}}", "}"),
        })
        .collect();
    let path = format!("{}{}", &url[..start], path.join("/"));
    let query: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if value.contains("{{") => format!("{name}="),
            _ => pair.to_owned(),
        })
        .collect();
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

/// The media type and the bytes of a body.
fn content(body: &Body, headers: &Value, variables: &Variables) -> Option<(Option<String>, String)> {
    let fields = |pairs: &[Pair]| {
        let sent: Vec<(String, String)> = pairs
            .iter()
            .filter(|pair| !pair.disabled)
            .filter_map(|pair| Some((pair.key.clone()?, filled(&pair.text(), variables))))
            .collect();
        form(sent.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    };
    match body.mode.as_deref().unwrap_or("raw") {
        "raw" => {
            let text = filled(body.raw.as_deref()?, variables);
            let language = body.options.pointer("/raw/language").and_then(Value::as_str);
            let media = match language {
                Some("json") => Some("application/json".to_owned()),
                Some("xml") => Some("application/xml".to_owned()),
                _ => content_type(headers),
            };
            Some((media, text))
        }
        "urlencoded" => Some((Some("application/x-www-form-urlencoded".to_owned()), fields(&body.urlencoded))),
        "formdata" => Some((Some("multipart/form-data".to_owned()), fields(&body.formdata))),
        "graphql" => Some((Some("application/json".to_owned()), body.graphql.to_string())),
        _ => None,
    }
}

fn content_type(headers: &Value) -> Option<String> {
    let header = headers.as_array()?.iter().find(|header| {
        header.get("key").and_then(Value::as_str).is_some_and(|key| key.eq_ignore_ascii_case("content-type"))
    })?;
    Some(header.get("value")?.as_str()?.to_owned())
}
