//! Words about where something was found, shared by the renderers. The results are raw: escape them.

use std::fmt::Write as _;

use model::LocationView;

/// `GET /users/{id}`, `app/main.py:14` or `Werkzeug 2.2.2`.
pub fn operation(location: &LocationView) -> String {
    match (&location.method, &location.path, &location.component) {
        (Some(method), Some(path), _) => format!("{method} {path}"),
        (None, Some(path), _) => path.to_string(),
        (_, None, Some(component)) => match &component.version {
            Some(version) => format!("{} {version}", component.name),
            None => component.name.to_string(),
        },
        _ => source(location).unwrap_or_default(),
    }
}

/// `app/main.py:14`, with `(login)` when it is in a function.
pub(crate) fn source(location: &LocationView) -> Option<String> {
    let file = location.file.as_ref()?;
    let place = location.line.map_or_else(|| file.to_string(), |line| format!("{file}:{line}"));
    Some(location.symbol.as_ref().map_or_else(|| place.clone(), |symbol| format!("{place} ({symbol})")))
}

/// `GET /users/{id} (path id)`.
pub(crate) fn full(location: &LocationView) -> String {
    let mut text = operation(location);
    if let Some(part) = &location.parameter {
        let _ = write!(text, " ({} {})", part.place, part.name);
    }
    text
}
