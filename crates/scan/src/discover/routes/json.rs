//! JSON that names paths with their methods: lists of routes, the actions of hypermedia (Siren), the mappings of Spring's actuator.

use model::Method;
use serde_json::{Map, Value};

use super::route::{MOST, Route, methods};

const PATHS: [&str; 12] =
    ["path", "paths", "route", "rule", "url", "uri", "href", "pattern", "patterns", "endpoint", "template", "target"];
const METHODS: [&str; 6] = ["method", "methods", "verb", "verbs", "httpmethod", "httpmethods"];

/// Deepest nesting that is looked into: the mappings of an actuator lie at nine.
const DEEPEST: usize = 12;

pub(super) fn read(json: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    collect(json, &mut routes, 0);
    routes
}

fn collect(json: &Value, routes: &mut Vec<Route>, depth: usize) {
    if depth > DEEPEST || routes.len() >= MOST {
        return;
    }
    match json {
        Value::Array(items) => items.iter().take(MOST).for_each(|item| collect(item, routes, depth + 1)),
        Value::Object(fields) => {
            routes.extend(of(fields));
            for (name, value) in fields.iter().take(MOST) {
                if name.starts_with('/')
                    && let Some(methods) = said(value)
                {
                    routes.push(Route::new(methods, name));
                } else if let Some(methods) = methods(name).filter(|_| is_upper(name)) {
                    let paths = texts(value).into_iter().filter(|path| path.starts_with('/'));
                    routes.extend(paths.map(|path| Route::new(methods.clone(), path)));
                }
                collect(value, routes, depth + 1);
            }
        }
        _ => {}
    }
}

/// The routes of an object that names its paths and its methods, with the names of the fields that are to be sent.
fn of(object: &Map<String, Value>) -> Vec<Route> {
    let named = |names: &[&str]| {
        let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
        object
            .iter()
            .filter(|(name, _)| names.contains(&plain(name).as_str()))
            .map(|(_, value)| value)
            .collect::<Vec<_>>()
    };
    let Some(methods) = named(&METHODS).into_iter().find_map(said) else { return Vec::new() };
    let is_path = |path: &&str| path.starts_with('/') && !path.starts_with("//") || path.starts_with("http");
    let fields: Vec<String> = object.get("fields").and_then(Value::as_array).map_or_else(Vec::new, |f| {
        f.iter().filter_map(|f| f.get("name")?.as_str()).take(30).map(str::to_owned).collect()
    });
    let paths = named(&PATHS).into_iter().flat_map(texts).filter(is_path);
    paths.map(|path| Route { fields: fields.clone(), ..Route::new(methods.clone(), path) }).collect()
}

/// The methods that a value says, if that is all it says.
fn said(value: &Value) -> Option<Vec<Method>> {
    let all: Option<Vec<Vec<Method>>> =
        texts(value).into_iter().map(|text| methods(text).filter(|_| is_upper(text) || text.len() < 7)).collect();
    all.filter(|all| !all.is_empty()).map(|all| all.into_iter().flatten().collect())
}

fn is_upper(text: &str) -> bool {
    !text.bytes().any(|b| b.is_ascii_lowercase())
}

/// A text, or a list of texts.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().take(MOST).filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
