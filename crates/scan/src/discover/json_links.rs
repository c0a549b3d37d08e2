//! The links of a JSON response, with what the key or relation that leads there says.

use std::collections::BTreeSet;

use checks::vocabulary::relation_acts;
use model::Method;
use serde_json::Value;

use super::paths::{is_path, opened, templated};
use super::routes;

/// Most links taken from one response.
const LINKS: usize = 60;

/// Deepest value that is looked at.
const DEEPEST: usize = 8;

/// A link of a response.
#[derive(Debug, PartialEq)]
pub(super) struct JsonLink {
    pub(super) path: String,
    /// Whether its relation says that following it does something.
    pub(super) acts: bool,
    /// The method that stands beside it, if it is none that only reads.
    pub(super) method: Option<Method>,
}

/// Strings that are paths: `"/api/users"`, `"_links": {"self": {"href": ...}}`. What a harmless relation leads to as well is harmless:
/// `delete` beside `self` is sent by another method.
pub(super) fn of(json: &Value) -> Vec<JsonLink> {
    let mut links = Vec::new();
    collect(json, &Context::default(), &mut links, 0);
    links.dedup();
    links.truncate(LINKS);
    let reads = |link: &&JsonLink| !link.acts && link.method.is_none();
    let harmless: BTreeSet<String> = links.iter().filter(reads).map(|link| link.path.clone()).collect();
    links.retain(|link| !link.acts || link.method.is_some() || !harmless.contains(&link.path));
    links
}

/// What is said above a value.
#[derive(Default, Clone)]
struct Context {
    acts: bool,
    method: Option<Method>,
}

impl Context {
    /// Within an object: what it says of itself, and else the key that it stands under.
    fn of(&self, fields: &serde_json::Map<String, Value>) -> Context {
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        if !["href", "url", "uri", "path", "link"].iter().any(|name| fields.contains_key(*name)) {
            return Context::default();
        }
        let said = ["rel", "name", "action", "op", "operation", "title", "id"].iter().filter_map(|name| text(name));
        let stated = text("method").or_else(|| text("type")).map(str::to_ascii_uppercase);
        let method = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE]
            .into_iter()
            .find(|method| stated.as_deref() == Some(&method.to_string()));
        Context { acts: self.acts || said.into_iter().any(relation_acts), method }
    }

    fn link(&self, path: String) -> JsonLink {
        JsonLink { path, acts: self.acts, method: self.method.clone() }
    }
}

fn collect(json: &Value, context: &Context, links: &mut Vec<JsonLink>, depth: usize) {
    if depth > DEEPEST || links.len() >= LINKS {
        return;
    }
    match json {
        Value::String(text) if is_path(text) => links.push(context.link(opened(text))),
        Value::String(text) if text.starts_with('/') && text.contains('<') => {
            links.extend(routes::template(text).map(|path| context.link(path)));
        }
        Value::String(text) if text.contains('{') => links.extend(templated(text).map(|path| context.link(path))),
        Value::Array(items) => items.iter().take(20).for_each(|item| collect(item, context, links, depth + 1)),
        Value::Object(fields) => {
            let within = context.of(fields);
            for (name, value) in fields {
                if is_path(name) {
                    links.push(Context::default().link(opened(name)));
                } else if name.starts_with('/') {
                    links.extend(routes::template(name).map(|path| Context::default().link(path)));
                }
                let named = Context { acts: within.acts || relation_acts(name), method: within.method.clone() };
                let relative = |href: &&str| is_path(&format!("/{href}")) && !href.contains(':');
                let href = value.as_str().filter(|_| name == "href" || name == "@id");
                links.extend(href.filter(relative).map(|href| named.link(href.to_owned())));
                collect(value, &named, links, depth + 1);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_relation_says_what_its_link_does() {
        let read = of(&json!({
            "_links": {"self": {"href": "/a/3"}, "delete": {"href": "/b"}, "remove": {"href": "/a/3"}, "next": {"href": "/c"}},
            "actions": [{"name": "delete", "href": "/d"}, {"rel": "edit", "href": "/e", "method": "PUT"}],
            "delete_url": "/f", "unsubscribe_url": "/g", "cancelUrl": "/h", "avatar_url": "/i", "orders": "/j", "loeschen": {"href": "/k"},
            "deleted_items": "/l", "order_history": "/m",
        }));
        let acting: Vec<&str> = read.iter().filter(|link| link.acts).map(|link| link.path.as_str()).collect();
        let mut acting = acting;
        acting.sort_unstable();
        assert_eq!(acting, ["/b", "/d", "/f", "/g", "/h", "/k"]);
        assert!(read.contains(&JsonLink { path: "/e".to_owned(), acts: false, method: Some(Method::PUT) }));
        assert!(read.iter().any(|link| link.path == "/a/3"), "what `self` leads to is read");
    }
}
