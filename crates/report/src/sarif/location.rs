//! Where a result is, in the way that GitHub accepts.

use std::fmt::Write as _;

use model::LocationView;

use super::types::{ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region};
use crate::place;
use crate::plain::{cut, plain};

/// Longest URI and name, in characters.
const LONGEST: usize = 500;

/// The location. A source file is given relative to the root of the source (`SRCROOT`). A finding at a URL has no file, but GitHub
/// refuses results without one and refuses `http:` URIs: so it gets a relative path that names the operation, under a folder that no
/// repository has by accident (`endpoints/GET/users/%7Bid%7D`), line 1. The operation itself is the logical location.
pub(super) fn location(view: &LocationView) -> Location {
    let source = view.file.as_deref().and_then(relative);
    let physical_location = match source {
        Some(uri) => PhysicalLocation {
            artifact_location: ArtifactLocation { uri, uri_base_id: Some("SRCROOT") },
            region: Region { start_line: view.line.unwrap_or(1).max(1) },
        },
        None => PhysicalLocation {
            artifact_location: ArtifactLocation { uri: pseudo_path(view), uri_base_id: None },
            region: Region { start_line: 1 },
        },
    };
    Location { physical_location, logical_locations: logical(view) }
}

fn logical(view: &LocationView) -> Vec<LogicalLocation> {
    if view.path.is_none() && view.component.is_none() {
        return view.symbol.iter().map(|symbol| symbol_of(view, symbol)).collect();
    }
    let operation = cut(&plain(&place::operation(view)), LONGEST);
    let parameter = view.parameter.as_ref().map(|part| LogicalLocation {
        name: cut(&plain(&part.name), LONGEST),
        fully_qualified_name: cut(&plain(&format!("{operation} {}:{}", part.place, part.name)), 2 * LONGEST),
        kind: "parameter",
    });
    let kind = if view.component.is_some() { "module" } else { "resource" };
    let whole = LogicalLocation { name: operation.clone(), fully_qualified_name: operation, kind };
    [Some(whole), parameter].into_iter().flatten().collect()
}

/// A function or class of the source.
fn symbol_of(view: &LocationView, symbol: &str) -> LogicalLocation {
    let file = view.file.as_deref().unwrap_or("");
    LogicalLocation {
        name: cut(&plain(symbol), LONGEST),
        fully_qualified_name: cut(&plain(&format!("{file} {symbol}")), 2 * LONGEST),
        kind: "function",
    }
}

fn pseudo_path(view: &LocationView) -> String {
    if let Some(component) = &view.component {
        return format!("components/{}", segment(&component.name));
    }
    let method = view.method.as_ref().map_or("ANY", model::Method::as_str);
    let path = view.path.as_deref().or(view.file.as_deref()).unwrap_or("");
    let uri = format!("endpoints/{}/{}", segment(method), segments(path));
    uri.trim_end_matches('/').to_owned()
}

/// A source path as a relative URI reference, or `None` when it is absolute or leads out of the source.
fn relative(file: &str) -> Option<String> {
    let file = file.replace('\\', "/");
    let file = file.strip_prefix("./").unwrap_or(&file);
    let outside = file.is_empty()
        || file.starts_with('/')
        || file.split('/').any(|s| s == "..")
        || file.split('/').next().is_some_and(|s| s.contains(':'));
    (!outside).then(|| segments(file))
}

/// A path, percent-encoded segment by segment; empty segments go, and segments of dots lose their meaning.
fn segments(path: &str) -> String {
    let cut: String = path.chars().take(LONGEST).collect();
    cut.split('/').filter(|s| !s.is_empty()).map(segment).collect::<Vec<_>>().join("/")
}

fn segment(text: &str) -> String {
    if text.chars().all(|c| c == '.') {
        return "_".repeat(text.len().max(1));
    }
    // What only looks as if it climbed, in a method or a name, is refused by GitHub all the same.
    text.replace("..", "__").bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_outside_the_source_is_no_file() {
        for file in ["/etc/passwd", "../x.py", "a/../../x.py", "file:///etc/passwd", "C:\\x.py", "https://x/y", ""] {
            assert_eq!(relative(file), None, "{file}");
        }
        assert_eq!(relative("./app\\main file.py").as_deref(), Some("app/main%20file.py"));
    }

    #[test]
    fn a_path_cannot_climb() {
        assert_eq!(segments("/../..//a/{id}/."), "__/__/a/%7Bid%7D/_");
        assert_eq!(segment("../x"), "__%2Fx");
    }
}
