use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Method, Operation, PathTemplate};

/// The part of a request that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Part {
    /// `path`, `query`, `header`, `cookie` or `body`.
    pub place: String,
    /// Its name there.
    pub name: String,
}

/// Where a weakness is. Two locations are equal if they are one place: whatever their parameters in braces are called, whatever line
/// of a source file it is, and whatever version of a component.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Location {
    /// The whole host. It is one place with `GET /`.
    Host {
        /// The header, cookie or parameter, at every path.
        parameter: Option<Part>,
    },
    /// An operation of the surface.
    Operation {
        /// Its method.
        method: Method,
        /// Its path template.
        path: PathTemplate,
        /// The parameter, header or cookie.
        parameter: Option<Part>,
    },
    /// A method and a path that need not be an operation, such as `GET /.env`.
    Path {
        /// The method.
        method: Method,
        /// The path.
        path: PathTemplate,
        /// The parameter, header or cookie.
        parameter: Option<Part>,
    },
    /// A place in the source.
    Source {
        /// The file, relative to the source directory.
        file: String,
        /// The function or class; empty at the top of the file.
        symbol: String,
        /// The line, from 1.
        line: Option<u32>,
    },
    /// A component that the target is built with.
    Component(Component),
}

/// A product or library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Such as `Werkzeug`.
    pub name: String,
    /// The version, when it is known.
    pub version: Option<String>,
}

impl Location {
    /// The whole operation.
    pub fn of(operation: &Operation) -> Location {
        Location::Operation { method: operation.method.clone(), path: operation.path.clone(), parameter: None }
    }

    /// A method and a path.
    pub fn at(method: Method, path: &str) -> Location {
        Location::Path { method, path: path.into(), parameter: None }
    }

    /// The whole host.
    pub fn host() -> Location {
        Location::Host { parameter: None }
    }

    /// A file of the source, the function or class in it (empty at the top of the file), and the line, from 1.
    pub fn source(file: impl Into<String>, symbol: impl Into<String>, line: Option<u32>) -> Location {
        Location::Source { file: file.into(), symbol: symbol.into(), line }
    }

    /// A product or library and its version, when it is known.
    pub fn component(name: impl Into<String>, version: Option<String>) -> Location {
        Location::Component(Component { name: name.into(), version })
    }

    /// Narrows to a parameter, header or cookie. A place in the source and a component have none.
    #[must_use]
    pub fn parameter(mut self, place: &str, name: &str) -> Location {
        if let Location::Host { parameter } | Location::Operation { parameter, .. } | Location::Path { parameter, .. } =
            &mut self
        {
            *parameter = Some(Part { place: place.to_owned(), name: name.to_owned() });
        }
        self
    }

    /// The same without its parameter, header or cookie.
    #[must_use]
    pub fn whole(mut self) -> Location {
        if let Location::Host { parameter } | Location::Operation { parameter, .. } | Location::Path { parameter, .. } =
            &mut self
        {
            *parameter = None;
        }
        self
    }

    /// The method of requests to it; GET for the host.
    pub fn method(&self) -> Option<&Method> {
        match self {
            Location::Host { .. } => Some(&Method::GET),
            Location::Operation { method, .. } | Location::Path { method, .. } => Some(method),
            Location::Source { .. } | Location::Component(_) => None,
        }
    }

    /// The path template; `/` for the host.
    pub fn path(&self) -> Option<PathTemplate> {
        match self {
            Location::Host { .. } => Some(PathTemplate::from("/")),
            Location::Operation { path, .. } | Location::Path { path, .. } => Some(path.clone()),
            Location::Source { .. } | Location::Component(_) => None,
        }
    }

    /// The parameter, header or cookie.
    pub fn part(&self) -> Option<&Part> {
        match self {
            Location::Host { parameter } | Location::Operation { parameter, .. } | Location::Path { parameter, .. } => {
                parameter.as_ref()
            }
            Location::Source { .. } | Location::Component(_) => None,
        }
    }

    /// The identity of a rule's finding here, equal across scans: of a request, the method, the path without names of its parameters,
    /// and the parameter; of the source, file and symbol, never the line; of a component, its name. Twenty hexadecimal digits.
    pub fn fingerprint(&self, rule: &str) -> String {
        let key = self.key();
        let parts: Vec<&str> = std::iter::once(rule).chain(key.iter().map(String::as_str)).collect();
        fingerprint(&parts)
    }

    /// What makes it one place.
    fn key(&self) -> Vec<String> {
        match self {
            Location::Host { .. } | Location::Operation { .. } | Location::Path { .. } => vec![
                self.method().map_or_else(String::new, ToString::to_string),
                self.path().map_or_else(String::new, |path| path.key()),
                self.part().map_or_else(String::new, |part| format!("{}:{}", part.place, part.name)),
            ],
            Location::Source { file, symbol, .. } => vec!["source".to_owned(), file.clone(), symbol.clone()],
            Location::Component(component) => vec!["component".to_owned(), component.name.clone()],
        }
    }
}

impl fmt::Display for Location {
    /// `GET /users/{id}`, `app/main.py` or `Werkzeug`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Host { .. } => f.write_str("GET /"),
            Location::Operation { method, path, .. } | Location::Path { method, path, .. } => {
                write!(f, "{method} {path}")
            }
            Location::Source { file, .. } => f.write_str(file),
            Location::Component(component) => f.write_str(&component.name),
        }
    }
}

impl PartialEq for Location {
    fn eq(&self, other: &Location) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Location {}

impl PartialOrd for Location {
    fn partial_cmp(&self, other: &Location) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Location {
    /// By path, then method, then parameter; source files and components after all paths.
    fn cmp(&self, other: &Location) -> std::cmp::Ordering {
        let order = |location: &Location| {
            let path = location.path().map(|path| path.key());
            (path.is_none(), path, location.key())
        };
        order(self).cmp(&order(other))
    }
}

/// The identity of something by what makes it up: twenty hexadecimal digits.
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(10).fold(String::new(), |mut hex, byte| {
        use std::fmt::Write as _;
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(path: &str) -> Location {
        Location::at(Method::GET, path)
    }

    #[test]
    fn one_place_is_one_fingerprint() {
        let same = |one: Location, other: Location| {
            assert_eq!(one == other, one.fingerprint("r") == other.fingerprint("r"), "{one:?} {other:?}");
            assert_eq!(one == other, one.cmp(&other).is_eq(), "{one:?} {other:?}");
            one == other
        };
        assert!(same(operation("/users/{id}"), operation("/users/{user_id}")));
        assert!(same(Location::host(), operation("/")), "the host is reported as GET /");
        assert!(same(Location::source("a.py", "login", Some(3)), Location::source("a.py", "login", Some(90))));
        assert!(same(Location::component("Flask", None), Location::component("Flask", Some("3.0".to_owned()))));
        let id = |location: Location| location.parameter("query", "id");
        assert!(same(id(operation("/a/{x}")), id(operation("/a/{y}"))));
        for (one, other) in [
            (operation("/users/{id}"), operation("/users/me")),
            (operation("/a"), Location::at(Method::POST, "/a")),
            (operation("/a"), id(operation("/a"))),
            (id(operation("/a")), operation("/a").parameter("body", "id")),
            (id(operation("/a")), operation("/a").parameter("query", "ID")),
            (Location::source("a.py", "login", Some(3)), Location::source("a.py", "logout", Some(3))),
            (Location::source("a.py", "", None), Location::source("b.py", "", None)),
            (Location::component("a.py", None), Location::source("a.py", "", None)),
            (Location::component("Flask", None), Location::component("Werkzeug", None)),
        ] {
            assert!(!same(one, other));
        }
        assert_ne!(operation("/a").fingerprint("r"), operation("/a").fingerprint("s"));
    }

    #[test]
    fn a_published_fingerprint_does_not_change() {
        assert_eq!(operation("/users").parameter("query", "q").fingerprint("sql-injection"), "c2a049f507a6ed15b874");
    }

    #[test]
    fn a_place_without_parameters_takes_none() {
        let component = Location::component("Flask", None).parameter("query", "q");
        assert_eq!((component.part(), component.method(), component.path()), (None, None, None));
        assert_eq!(operation("/a").parameter("query", "q").whole().part(), None);
    }
}
