//! OpenAPI documents that pages and scripts name: where Swagger UI, Redoc, `RapiDoc`, Scalar and Elements are told to find theirs, what links
//! say is the description of a service (RFC 8631), and what a script carries within itself.

use std::sync::LazyLock;

use model::{Exchange, Target};
use regex::Regex;
use serde_json::Value;

use super::found::Found;
use super::link_header;

/// Most text that is looked through.
const TEXT: usize = 512 * 1024;

/// Most documents that one answer names.
const MOST: usize = 4;

/// Keeps the documents that a page, a script or a JSON configuration names.
pub(super) fn read(exchange: &Exchange, target: &Target, found: &mut Found) {
    let text = exchange.text();
    let text = &text[..text.floor_char_boundary(TEXT)];
    let mut named = match exchange.json().as_deref() {
        Some(json) => configured(json),
        None => named(text),
    };
    let described =
        exchange.header("link").into_iter().flat_map(|header| link_header::targets(header, &link_header::DESCRIPTION));
    named.extend(described.map(str::to_owned));
    for name in named.into_iter().take(MOST) {
        if let Some(path) = own_path(&name, exchange, target) {
            found.documents.insert(path);
        }
    }
    if found.described.is_none()
        && let Some(document) = carried(text)
    {
        found.described = Some((exchange.request.path().to_owned(), document));
    }
}

/// The path and query on the target that a name stands for.
fn own_path(name: &str, exchange: &Exchange, target: &Target) -> Option<String> {
    let url = url::Url::parse(&exchange.request.url()).ok()?.join(name).ok()?;
    let query = url.query().map_or_else(String::new, |q| format!("?{q}"));
    (wire::origin_of(&url)? == target.origin && url.path().len() > 1).then(|| format!("{}{query}", url.path()))
}

/// What the attributes and the settings of a viewer of documents name.
fn named(text: &str) -> Vec<String> {
    #[allow(clippy::expect_used)] // constants; the test below compiles them
    static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)\b(?:spec-?url|apiDescriptionUrl|api-description-url|openapi-url|data-spec-url|data-url)\s{0,3}=\s{0,3}["']([^"'<>\s]{2,300})["']"#)
            .expect("valid")
    });
    #[allow(clippy::expect_used)]
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)<link\b[^<>]{0,200}\brel\s{0,3}=\s{0,3}["']?(?:service-desc|openapi)\b[^<>]{0,300}"#)
            .expect("valid")
    });
    #[allow(clippy::expect_used)]
    static HREF: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?i)\bhref\s{0,3}=\s{0,3}["']?([^"'<>\s]{1,300})"#).expect("valid"));
    #[allow(clippy::expect_used)]
    static SETTING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)(?:\b(?:[a-z]*(?:spec|openapi|swagger|config|description)_?)?urls?["'`]?\s{0,3}[:=]|Redoc\.init\s{0,3}\(|\bproxyPath["'`]?\s{0,3}:)\s{0,3}["'`]([^"'`<>\s]{2,300})["'`]"#)
            .expect("valid")
    });
    let links = LINK.find_iter(text).filter_map(|link| HREF.captures(link.as_str()));
    let mut names: Vec<String> = links.map(|href| href[1].to_owned()).collect();
    if is_viewer(text) {
        let told = ATTRIBUTE.captures_iter(text).chain(SETTING.captures_iter(text)).map(|c| c[1].to_owned());
        for name in told.filter(|name| may_be_document(name)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Whether a text sets up one of the viewers. Everything else has addresses of its own.
fn is_viewer(text: &str) -> bool {
    const VIEWERS: [&str; 10] = [
        "SwaggerUI",
        "swagger-ui",
        "Redoc",
        "redoc",
        "rapi-doc",
        "rapidoc",
        "api-reference",
        "elements-api",
        "openapi-explorer",
        "createApiReference",
    ];
    VIEWERS.iter().any(|viewer| text.contains(viewer))
}

/// A viewer's own files and pictures are no documents.
fn may_be_document(name: &str) -> bool {
    let path = name.split(['?', '#']).next().unwrap_or("");
    !path.is_empty() && !super::asset::is_asset(path) && !path.to_ascii_lowercase().ends_with(".html")
}

/// What a JSON configuration names: `{"url": ...}` and `{"urls": [{"url": ...}]}` of Swagger UI, the `service-desc` of an API catalog
/// (RFC 9727).
fn configured(json: &Value) -> Vec<String> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let list = |name: &str| json.get(name).and_then(Value::as_array).into_iter().flatten();
    let is_settings =
        json.get("configUrl").is_some() || json.get("urls").is_some() || json.get("oauth2RedirectUrl").is_some();
    let own = text(json, "url").filter(|_| is_settings);
    let catalog =
        list("linkset").flat_map(|entry| entry.get("service-desc").and_then(Value::as_array).into_iter().flatten());
    own.into_iter()
        .chain(list("urls").filter_map(|one| text(one, "url")))
        .chain(catalog.filter_map(|link| text(link, "href")))
        .collect()
}

/// The document that a script carries itself, as swagger-ui-express writes it.
fn carried(text: &str) -> Option<Vec<u8>> {
    const NAMES: [&str; 3] = ["\"swaggerDoc\":", "\"spec\":", "spec:"];
    NAMES.iter().find_map(|name| {
        let (_, rest) = text.split_once(name)?;
        let document = serde_json::Deserializer::from_str(rest).into_iter::<Value>().next()?.ok()?;
        let is_one =
            document.get("paths").is_some() && (document.get("openapi").is_some() || document.get("swagger").is_some());
        is_one.then(|| document.to_string().into_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viewers_name_their_documents() {
        for (page, expected) in [
            ("<rapi-doc spec-url='/d/api.json'></rapi-doc>", "/d/api.json"),
            ("<redoc spec-url=\"docs/v2.yaml\"></redoc>", "docs/v2.yaml"),
            ("<elements-api apiDescriptionUrl=\"/d/service\" router=hash>", "/d/service"),
            ("<script id=\"api-reference\" data-url=\"/reference/x.json\"></script>", "/reference/x.json"),
            ("window.ui = SwaggerUIBundle({ url: \"/d/all.json\", dom_id: '#swagger-ui' })", "/d/all.json"),
            ("SwaggerUIBundle({urls: [{url: '/d/1.json', name: 'a'}]})", "/d/1.json"),
            ("Redoc.init('/d/r.json', {}, document.body)", "/d/r.json"),
            ("<link rel=\"service-desc\" type=\"application/json\" href=\"/d/linked\">", "/d/linked"),
        ] {
            assert_eq!(named(page), [expected], "{page}");
        }
    }

    #[test]
    fn other_pages_and_the_viewers_own_files_name_none() {
        for page in [
            "$.ajax({ url: '/api/users' })",
            "<img data-url='/a.json'>",
            "SwaggerUIBundle({ url: 'https://x.example/logo.png' })",
            "<link rel=stylesheet href=/swagger-ui.css>",
        ] {
            assert!(named(page).is_empty(), "{page}: {:?}", named(page));
        }
    }

    #[test]
    fn configurations_catalogs_and_headers_name_documents() {
        let json = |text: &str| configured(&serde_json::from_str(text).unwrap());
        assert_eq!(json(r#"{"configUrl": "/c", "url": "/v3/d"}"#), ["/v3/d"]);
        assert_eq!(json(r#"{"urls": [{"url": "/a"}, {"url": "/b"}]}"#), ["/a", "/b"]);
        assert_eq!(json(r#"{"linkset": [{"anchor": "/", "service-desc": [{"href": "/d.json"}]}]}"#), ["/d.json"]);
        assert!(json(r#"{"url": "/users/1", "name": "ada"}"#).is_empty());
    }

    #[test]
    fn a_script_may_carry_the_document_itself() {
        let script =
            r#"var options = { "swaggerDoc": {"openapi": "3.0.0", "paths": {"/a": {}}}, "customOptions": {} };"#;
        assert!(carried(script).is_some());
        assert!(carried(r#"{"swaggerDoc": {"title": "none"}}"#).is_none() && carried("spec: load()").is_none());
    }
}
