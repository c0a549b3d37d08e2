//! A path for what GitHub and GitLab only take with one: findings are shown at files there.

use std::fmt::Write as _;

use model::LocationView;

/// Longest path, in characters.
const LONGEST: usize = 500;

/// Where a finding is shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Artifact {
    /// A relative URI reference, percent-encoded.
    pub uri: String,
    /// From 1.
    pub line: u32,
    /// Whether it is a file of the source.
    pub is_source: bool,
}

/// A source file relative to the root of the source. A finding at a URL has no file, but GitHub and GitLab refuse results without one, and
/// `http:` URIs: so it gets a relative path that names the operation, under a folder that no repository has by accident
/// (`endpoints/GET/users/%7Bid%7D`), line 1.
pub(crate) fn of(view: &LocationView) -> Artifact {
    match view.file.as_deref().and_then(relative) {
        Some(uri) => Artifact { uri, line: view.line.unwrap_or(1).max(1), is_source: true },
        None => Artifact { uri: pseudo_path(view), line: 1, is_source: false },
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
