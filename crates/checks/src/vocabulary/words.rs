//! The words that a path or identifier is made of.

use super::list::List;

/// What stands before a page rather than before a thing: `/docs/set`, `/api/v1/set`, `/en/set`.
pub(super) fn is_a_place(segment: &str) -> bool {
    let version = segment.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    version || segment.len() == 2 || words(segment).any(|word| List::Place.has(&word))
}

/// The words of a path or camel-case identifier, lower-case.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::new();
    let mut previous_lower = false;
    for c in text.chars() {
        if c.is_uppercase() && previous_lower {
            spaced.push(' ');
        }
        previous_lower = c.is_lowercase();
        spaced.push(if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' });
    }
    spaced.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// The last segment of a path that is not a parameter: `orders` of `/users/{id}/orders/{order}`.
pub fn collection(path: &str) -> &str {
    path.split('/').rfind(|segment| !segment.is_empty() && !segment.starts_with('{')).unwrap_or("")
}
