//! The page of Django for a path that does not exist, in debug mode.

use model::Method;
use scraper::{ElementRef, Html, Selector};

use super::notation::closed;
use super::route::{MOST, Route};

/// The items of the list, in which each part of a nested pattern may stand for itself: `api/ users/<int:pk>/ [name='user']`.
pub(super) fn patterns(page: &Html) -> Vec<Route> {
    let Ok(selector) = Selector::parse("#info ol > li, main ol > li") else { return Vec::new() };
    let route = |item: ElementRef<'_>| {
        let words: String = item.text().collect::<Vec<_>>().join(" ");
        let parts = words.split_whitespace().take_while(|word| !word.starts_with("[name="));
        Some(Route::new(vec![Method::GET], &plain(&parts.collect::<String>())?))
    };
    page.select(&selector).take(MOST).filter_map(route).collect()
}

/// A pattern as a route: anchors are taken off, groups become placeholders. What else is an expression is left out, and so is the
/// same view with the name of a format behind it.
fn plain(pattern: &str) -> Option<String> {
    let mut path = String::from("/");
    let mut rest = pattern;
    let mut unnamed = 0_usize;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        rest = match c {
            '^' | '$' => behind,
            '\\' => match behind.chars().next()? {
                'Z' => &behind[1..],
                c @ ('.' | '-' | '_' | '/') => {
                    path.push(c);
                    &behind[1..]
                }
                _ => return None,
            },
            '(' => {
                let (inner, behind) = closed(behind, '(', ')')?;
                if let Some((name, kind)) = inner.strip_prefix("?P<").and_then(|named| named.split_once('>')) {
                    if name == "format" {
                        return None;
                    }
                    path.push_str(&format!(
                        "<{}:{name}>",
                        if kind.starts_with("\\d") || kind.starts_with("[0-9]") { "int" } else { "str" }
                    ));
                } else if inner.starts_with('?') || inner.contains('|') {
                    return None;
                } else {
                    unnamed += 1;
                    let name = if unnamed == 1 { "id".to_owned() } else { format!("id{unnamed}") };
                    path.push_str(&format!(
                        "<{}:{name}>",
                        if inner.starts_with("\\d") || inner.starts_with("[0-9]") { "int" } else { "str" }
                    ));
                }
                behind
            }
            '<' => {
                let (inner, behind) = closed(behind, '<', '>')?;
                if inner.starts_with("drf_format_suffix") {
                    return None;
                }
                path.push_str(&format!("<{inner}>"));
                behind
            }
            // An optional slash: the view is there without it.
            '?' => {
                path.pop().filter(|c| *c == '/')?;
                behind
            }
            '{' => return None,
            c => {
                path.push(c);
                behind
            }
        };
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::super::notation;
    use super::*;

    fn path(pattern: &str) -> Option<String> {
        Some(notation::operation(&plain(pattern)?)?.path.to_string())
    }

    #[test]
    fn patterns_are_templates() {
        for (pattern, expected) in [
            ("", "/"),
            ("api/users/<int:pk>/", "/api/users/{pk}/"),
            ("^boats/(?P<slug>[-\\w]+(?:x))/$", "/boats/{slug}/"),
            ("^old/(\\d+)/(\\w+)/?$", "/old/{id}/{id2}"),
            ("api/^users/$", "/api/users/"),
            ("^about\\.html\\Z", "/about.html"),
        ] {
            assert_eq!(path(pattern).as_deref(), Some(expected), "{pattern}");
        }
        for pattern in [
            "^users\\.(?P<format>[a-z0-9]+)/?$",
            "^static/(?:a|b)$",
            "users<drf_format_suffix:format>",
            "^x.*$",
            "^a{2}$",
        ] {
            assert_eq!(path(pattern), None, "{pattern}");
        }
    }
}
