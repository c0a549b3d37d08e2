//! Reading HTML, JSON and scripts for what they lead to.

use std::sync::LazyLock;

use model::{
    Body, Exchange, Form, FormField, Method, Operation, ParameterIn, Schema, SchemaType, Source, Surface, Target,
};
use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

use super::{Found, link};

/// Most links taken from one answer.
const LINKS: usize = 60;

/// Largest page that is parsed.
const PAGE: usize = 512 * 1024;

/// Takes links, forms and scripts from an answer.
pub(crate) fn read(exchange: &Exchange, target: &Target, surface: &mut Surface, found: &mut Found) {
    let Some(response) = exchange.response() else { return };
    if response.is_redirect()
        && let Some(location) = response.header("location")
        && let Some(operation) = link::resolve(location, &exchange.request, target, Source::Link)
    {
        found.add(operation);
    }
    if response.body.len() > PAGE {
        return;
    }
    if response.is_html() {
        html(exchange, target, surface, found);
    } else if let Some(json) = response.json().filter(|j| response.is_success() && !is_specification(j)) {
        let mut links = Vec::new();
        json_links(json, &mut links, 0);
        for path in links.into_iter().take(LINKS) {
            if let Some(operation) = link::resolve(&path, &exchange.request, target, Source::Link) {
                found.add(operation);
            }
        }
    }
}

fn html(exchange: &Exchange, target: &Target, surface: &mut Surface, found: &mut Found) {
    let document = Html::parse_document(&exchange.text());
    let attributes = |selector: &str, attribute: &'static str| -> Vec<String> {
        let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
        document.select(&selector).filter_map(|e| e.value().attr(attribute)).take(LINKS).map(str::to_owned).collect()
    };
    let links = attributes("a[href], area[href]", "href");
    for href in links.into_iter().chain(attributes("frame[src], iframe[src]", "src")) {
        if let Some(operation) = link::resolve(&href, &exchange.request, target, Source::Link)
            && !is_asset(&operation.path)
        {
            found.add(operation);
        }
    }
    for src in attributes("script[src]", "src") {
        match own_path(&src, exchange, target) {
            Some(path) => {
                surface.assets.insert(path);
            }
            None if src.contains("//") => {
                surface.foreign_scripts.insert(src.chars().take(300).collect());
            }
            None => {}
        }
    }
    let drawn = attributes("link[rel=stylesheet][href]", "href").into_iter().chain(attributes("img[src]", "src"));
    surface.assets.extend(drawn.filter_map(|src| own_path(&src, exchange, target)));
    if let Ok(selector) = Selector::parse("form") {
        for element in document.select(&selector).take(20) {
            form(element, exchange, target, surface, found);
        }
    }
    if let Ok(selector) = Selector::parse("script:not([src])") {
        for script in document.select(&selector).take(20) {
            for path in script_paths(&script.text().collect::<String>()) {
                if let Some(operation) = link::resolve(&path, &exchange.request, target, Source::Script) {
                    found.add(operation);
                }
            }
        }
    }
}

fn own_path(src: &str, exchange: &Exchange, target: &Target) -> Option<String> {
    let url = url::Url::parse(&exchange.request.url()).ok()?.join(src).ok()?;
    let query = url.query().map_or_else(String::new, |q| format!("?{q}"));
    (wire::origin_of(&url)? == target.origin).then(|| format!("{}{query}", url.path()))
}

/// Files that are fetched by pages, not called by clients.
fn is_asset(path: &str) -> bool {
    const ENDINGS: [&str; 14] = [
        ".js", ".css", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".woff", ".woff2", ".ttf", ".map", ".webp",
        ".pdf",
    ];
    let lower = path.to_ascii_lowercase();
    ENDINGS.iter().any(|e| lower.ends_with(e))
}

fn form(element: ElementRef<'_>, exchange: &Exchange, target: &Target, surface: &mut Surface, found: &mut Found) {
    let action = element.value().attr("action").filter(|a| !a.trim().is_empty()).unwrap_or(&exchange.request.target);
    let Some(mut operation) = link::resolve(action, &exchange.request, target, Source::Form) else { return };
    let method = element.value().attr("method").unwrap_or("get").to_ascii_uppercase();
    let fields = fields(element);
    surface.forms.push(Form {
        page: exchange.request.path().to_owned(),
        action: operation.path.clone(),
        method: method.clone(),
        fields: fields.clone(),
    });
    if method == "POST" {
        operation.method = Method::POST;
        let mut schema = Schema::of(SchemaType::Object);
        for field in &fields {
            let kind = Schema {
                format: (field.kind == "password").then(|| "password".to_owned()),
                ..Schema::of(SchemaType::String)
            };
            schema.properties.insert(field.name.clone(), kind);
        }
        operation.body =
            Some(Body { media_type: "application/x-www-form-urlencoded".to_owned(), schema, required: true });
    } else {
        for field in &fields {
            let value = if field.value.is_empty() { "1" } else { &field.value };
            if !operation.parameters.iter().any(|p| p.name == field.name) {
                operation.parameters.push(link::parameter(&field.name, ParameterIn::Query, value));
            }
        }
    }
    found.add(operation);
}

fn fields(form: ElementRef<'_>) -> Vec<FormField> {
    let Ok(selector) = Selector::parse("input[name], select[name], textarea[name]") else { return Vec::new() };
    form.select(&selector)
        .take(40)
        .filter_map(|field| {
            let value = field.value();
            Some(FormField {
                name: value.attr("name")?.chars().take(100).collect(),
                kind: value.attr("type").unwrap_or("text").to_ascii_lowercase(),
                value: value.attr("value").unwrap_or("").chars().take(300).collect(),
            })
        })
        .collect()
}

/// Strings of a JSON answer that are paths: `"/api/users"`, `"_links": {"self": {"href": ...}}`.
fn json_links(json: &Value, links: &mut Vec<String>, depth: usize) {
    if depth > 8 || links.len() >= LINKS {
        return;
    }
    match json {
        Value::String(text) if is_path(text) => links.push(text.clone()),
        Value::Array(items) => items.iter().take(20).for_each(|item| json_links(item, links, depth + 1)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if is_path(name) {
                    links.push(name.clone());
                }
                json_links(value, links, depth + 1);
            }
        }
        _ => {}
    }
}

/// The paths of a specification are read as what they are, not as links.
fn is_specification(json: &Value) -> bool {
    json.get("openapi").or_else(|| json.get("swagger")).is_some() && json.get("paths").is_some()
}

fn is_path(text: &str) -> bool {
    let absolute = text.starts_with("http://") || text.starts_with("https://");
    let rooted = text.len() > 1 && text.starts_with('/') && !text.starts_with("//");
    (absolute || rooted)
        && text.len() <= 200
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'{' | b'}' | b'"' | b'\\' | b'`'))
}

/// Paths in script text: quoted strings that begin with a slash and look like an API call.
pub(crate) fn script_paths(script: &str) -> Vec<String> {
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"["'`](/[A-Za-z0-9_][A-Za-z0-9_./-]{1,120})(\?[A-Za-z0-9_=&%.-]*)?["'`]"#).expect("valid")
    });
    PATH.captures_iter(&script[..script.floor_char_boundary(PAGE)])
        .filter_map(|c| {
            let path = c.get(1)?.as_str();
            let query = c.get(2).map_or("", |q| q.as_str());
            (!is_asset(path)).then(|| format!("{path}{query}"))
        })
        .take(LINKS)
        .collect()
}

/// What an API catalogue page says in text: the operation of an exchange that has none yet.
pub(crate) fn operation_at(path: &str) -> Operation {
    link::operation(path, Source::WellKnown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_name_their_calls() {
        let paths =
            script_paths(r#"fetch("/api/users?limit=10").then(x); a='/static/app.js'; b=`/api/orders`; c="/";"#);
        assert_eq!(paths, ["/api/users?limit=10", "/api/orders"]);
    }

    #[test]
    fn json_paths_are_paths() {
        assert!(is_path("/api/users") && is_path("https://example.com/a"));
        assert!(!is_path("/") && !is_path("//x") && !is_path("a/b") && !is_path("/a b") && !is_path("/users/{id}"));
    }
}
