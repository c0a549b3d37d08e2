//! Words about where something was found, shared by the renderers. The results are raw: escape them.

use std::fmt::Write as _;

use model::LocationView;

/// `GET /users/{id}`, or the source file when there is no operation.
pub(crate) fn operation(location: &LocationView) -> String {
    match (&location.method, &location.path) {
        (Some(method), Some(path)) => format!("{method} {path}"),
        (None, Some(path)) => path.clone(),
        _ => source(location).unwrap_or_default(),
    }
}

/// `app/main.py:14`.
pub(crate) fn source(location: &LocationView) -> Option<String> {
    let file = location.file.as_ref()?;
    Some(location.line.map_or_else(|| file.clone(), |line| format!("{file}:{line}")))
}

/// `GET /users/{id} (path id) · app/main.py:14`.
pub(crate) fn full(location: &LocationView) -> String {
    let mut text = operation(location);
    if let Some(part) = &location.parameter {
        let _ = write!(text, " ({} {})", part.place, part.name);
    }
    if location.path.is_some()
        && let Some(source) = source(location)
    {
        let _ = write!(text, " · {source}");
    }
    text
}
