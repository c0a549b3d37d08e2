//! What a text is as a path of the target.

use super::routes;

/// A path in which a segment `:name` stands for any.
pub(super) fn opened(path: &str) -> String {
    let template = || routes::template(path);
    if path.starts_with('/') && path.contains("/:") {
        template().unwrap_or_else(|| path.to_owned())
    } else {
        path.to_owned()
    }
}

/// A link with holes (RFC 6570): `/users/{id}` keeps its placeholder, `/find{?q,page}` gets its parameters.
pub(super) fn templated(text: &str) -> Option<String> {
    let (path, query) = text.split_once("{?").map_or((text, None), |(path, rest)| (path, rest.strip_suffix('}')));
    let query = query.map_or_else(String::new, |names| {
        let pairs: Vec<String> = names.split(',').map(|name| format!("{}=", name.trim())).collect();
        format!("?{}", pairs.join("&"))
    });
    let plain: String = path.chars().filter(|c| !matches!(c, '{' | '}')).collect();
    let balanced = path.matches('{').count() == path.matches('}').count();
    (balanced && is_path(&plain)).then(|| format!("{path}{query}"))
}

pub(super) fn is_path(text: &str) -> bool {
    let absolute = text.starts_with("http://") || text.starts_with("https://");
    let rooted = text.len() > 1 && text.starts_with('/') && !text.starts_with("//");
    (absolute || rooted)
        && text.len() <= 200
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'{' | b'}' | b'"' | b'\\' | b'`'))
}
