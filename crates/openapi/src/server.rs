use model::{Origin, Scheme};

use crate::fault::{Faults, quoted};
use crate::view::View;

/// Most servers that are looked at.
const MOST_SERVERS: usize = 50;

/// Longest server URL that is read, in characters.
const LONGEST_URL: usize = 1_000;

/// What relative servers are relative to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The target.
    pub origin: Origin,
    /// The path at which the target served the document, such as `/docs/openapi.json`; `/` when it came from elsewhere.
    pub document_path: String,
}

impl Base {
    /// A base for a document that did not come from the target.
    pub fn of(origin: Origin) -> Base {
        Base { origin, document_path: "/".to_owned() }
    }
}

/// A declared server.
struct Server {
    /// As declared, variables replaced by their defaults.
    url: String,
    origin: Option<Place>,
    path: String,
}

/// Host and port of an absolute server URL.
struct Place {
    scheme: Option<String>,
    host: String,
    port: Option<u16>,
}

impl Server {
    /// How well it fits the target, less is better.
    fn distance(&self, target: &Origin) -> u8 {
        let Some(place) = &self.origin else { return 2 };
        if place.is(target) {
            0
        } else if place.host == target.host {
            1
        } else if place.is_local() {
            3
        } else {
            4
        }
    }
}

impl Place {
    fn is(&self, origin: &Origin) -> bool {
        let scheme = self.scheme.as_deref().unwrap_or(origin.scheme.as_str());
        let standard = if scheme == Scheme::Https.as_str() { Scheme::Https } else { Scheme::Http }.default_port();
        self.host == origin.host && scheme == origin.scheme.as_str() && self.port.unwrap_or(standard) == origin.port
    }

    fn is_local(&self) -> bool {
        self.host == "0.0.0.0" || Origin { scheme: Scheme::Http, host: self.host.clone(), port: 80 }.is_loopback()
    }
}

/// The URLs of all servers of the document; servers of other origins are faults.
pub(crate) fn declared(root: View<'_>, base: &Base, faults: &mut Faults) -> Vec<String> {
    let servers = of_document(root, base);
    for server in &servers {
        if server.origin.as_ref().is_some_and(|place| !place.is(&base.origin) && !place.is_local()) {
            faults.add(format!(
                "The server {} is not the target {}; only its path is used.",
                quoted(&server.url),
                base.origin
            ));
        }
    }
    servers.into_iter().map(|server| server.url).collect()
}

/// The path of the document's server that fits the target best, without a slash at its end.
pub(crate) fn path_of_document(root: View<'_>, base: &Base) -> String {
    best(of_document(root, base), base).unwrap_or_default()
}

/// The same for the `servers` of a path or an operation, if it declares any.
pub(crate) fn path_of(holder: View<'_>, base: &Base) -> Option<String> {
    best(of_list(holder.get("servers")?, base), base)
}

fn best(servers: Vec<Server>, base: &Base) -> Option<String> {
    servers.into_iter().min_by_key(|server| server.distance(&base.origin)).map(|server| server.path)
}

fn of_document(root: View<'_>, base: &Base) -> Vec<Server> {
    if let Some(list) = root.get("servers") {
        return of_list(list, base);
    }
    // Swagger 2.0: schemes, host, basePath.
    let path: String = root.text_of("basePath").unwrap_or_default().trim().chars().take(LONGEST_URL).collect();
    let path = path.as_str();
    let path = match path.split_once("://") {
        // A whole URL is a common fault.
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => path,
    };
    let path = if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let Some(host) = root.text_of("host").map(str::trim).filter(|host| !host.is_empty()) else {
        return if path.is_empty() { Vec::new() } else { vec![server(&path, base)] };
    };
    let host = host.rsplit_once("://").map_or(host, |(_, rest)| rest).trim_end_matches('/');
    let schemes: Vec<&str> = root
        .get("schemes")
        .map(|list| list.items().filter_map(View::text).filter(|scheme| scheme.starts_with("http")).take(2).collect())
        .unwrap_or_default();
    if schemes.is_empty() {
        return vec![server(&format!("//{host}{path}"), base)];
    }
    schemes.into_iter().map(|scheme| server(&format!("{scheme}://{host}{path}"), base)).collect()
}

fn of_list(list: View<'_>, base: &Base) -> Vec<Server> {
    list.items()
        .take(MOST_SERVERS)
        .filter_map(View::followed)
        .filter_map(|entry| {
            let url = entry.text_of("url").or_else(|| entry.text())?;
            Some(server(&filled(url, entry.get("variables")), base))
        })
        .collect()
}

/// A server URL with its variables replaced by their defaults; a variable without one stays.
fn filled(url: &str, variables: Option<View<'_>>) -> String {
    let url: String = url.trim().chars().take(LONGEST_URL).collect();
    let Some(variables) = variables else { return url };
    let mut filled = String::with_capacity(url.len());
    let mut rest = url.as_str();
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else { break };
        if filled.len() > LONGEST_URL {
            break;
        }
        let name = &rest[open + 1..open + close];
        let variable = variables.get(name);
        let value = variable.and_then(|variable| {
            variable.get("default").or_else(|| variable.get("enum")?.items().next()).and_then(View::scalar)
        });
        filled.push_str(&rest[..open]);
        match value {
            Some(value) => filled.extend(value.chars().take(200)),
            None => filled.push_str(&rest[open..=open + close]),
        }
        rest = &rest[open + close + 1..];
    }
    filled.push_str(rest);
    filled.chars().take(LONGEST_URL).collect()
}

fn server(url: &str, base: &Base) -> Server {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), Some(rest)),
        None => match url.strip_prefix("//") {
            Some(rest) => (None, Some(rest)),
            // `api.example.com/v1` without its scheme is a common fault.
            None => (None, names_host(url).then_some(url)),
        },
    };
    let Some(rest) = rest else {
        return Server { url: url.to_owned(), origin: None, path: trimmed(&relative(url, &base.document_path)) };
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    Server { url: url.to_owned(), origin: Some(place(scheme, authority)), path: trimmed(path) }
}

fn place(scheme: Option<String>, authority: &str) -> Place {
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
        _ => (authority, None),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    Place { scheme, host, port }
}

fn names_host(url: &str) -> bool {
    let first = url.split('/').next().unwrap_or_default();
    !first.starts_with(['.', '{']) && (first.contains('.') || first.contains(':') || first == "localhost")
}

/// A relative server against the path of the document.
fn relative(url: &str, document_path: &str) -> String {
    if url.starts_with('/') {
        return url.to_owned();
    }
    let directory = document_path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut segments: Vec<&str> = directory.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in url.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    format!("/{}", segments.join("/"))
}

/// A path without query, fragment and slashes at its end.
fn trimmed(path: &str) -> String {
    path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned()
}
