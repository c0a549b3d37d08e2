//! Paths that say by where a verb stands in them that calling them changes something: `/posts/7/like`, `/cookies/set`,
//! `/start_over`. Most such verbs are nouns as well, so that `/likes`, `/set` and `/start` are ordinary resources.

use super::words::{Meaning, says, words};

/// Words that make the phrase of a verb the title of a page: `/start-here`, `/set-up`.
const TITLES: [&str; 6] = ["here", "page", "guide", "up", "list", "words"];

/// What stands before a page rather than before a thing that the verb could act on: `/docs/start`, `/api/v1/set`.
const PLACES: [&str; 12] =
    ["api", "rest", "docs", "doc", "help", "guide", "guides", "quick", "www", "app", "blog", "tutorial"];

/// Choices that are made by following a link to the value: `/difficulty/hard`.
const CHOICES: [&str; 1] = ["difficulty"];

/// The word of a path by which calling it seems to change something.
pub fn acting_word(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('/').filter(|s| !s.is_empty()).collect();
    (0..segments.len()).find_map(|at| {
        let before = at.checked_sub(1).and_then(|before| segments.get(before).copied());
        let is_last = at + 1 == segments.len();
        acts(segments[at], before, is_last)
    })
}

fn acts(segment: &str, before: Option<&str>, is_last: bool) -> Option<String> {
    // The names of parameters say nothing.
    if segment.contains('{') || segment.contains('.') {
        return None;
    }
    let all: Vec<String> = words(segment).collect();
    let (verb, rest) = all.split_first()?;
    let acts = match (rest, before) {
        ([], _) if CHOICES.contains(&verb.as_str()) => !is_last,
        ([], Some(before)) if is_an_object(before) => says(verb, Meaning::Acts),
        ([], Some(before)) => is_last && says(verb, Meaning::Acts) && !is_a_place(before),
        // A longer one is the title of an article.
        ([next] | [next, _], _) => says(verb, Meaning::Leads) && !TITLES.contains(&next.as_str()),
        _ => false,
    };
    acts.then(|| verb.clone())
}

/// A parameter, a number or another id: what an action is done to.
fn is_an_object(segment: &str) -> bool {
    let digits = segment.bytes().any(|b| b.is_ascii_digit());
    let hex = segment.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    segment.contains('{') || digits && hex
}

fn is_a_place(segment: &str) -> bool {
    let version = segment.strip_prefix('v').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    // `/en/start`: a language.
    version || segment.len() == 2 || words(segment).any(|word| PLACES.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_act_on_what_stands_before_or_after_them() {
        for path in [
            "/posts/7/like",
            "/posts/{id}/like",
            "/users/6fa459ea-ee8a-3ca4-894e-db77e160355e/follow",
            "/jobs/{id}/start",
            "/carts/{id}/empty/now",
            "/cookies/set",
            "/cart/empty",
            "/scan/start",
            "/start_over",
            "/startOver",
            "/set_language/de",
            "/api/set-theme/dark",
            "/switch-tenant/3",
            "/notifications/mark_all_read",
            "/notifications/mark-as-read",
            "/difficulty/hard",
        ] {
            assert!(acting_word(path).is_some(), "{path}");
        }
    }

    #[test]
    fn nouns_are_resources() {
        for path in [
            "/",
            "/settings",
            "/likes",
            "/posts/{id}/likes",
            "/posts/{like}",
            "/subscriptions",
            "/start",
            "/api/start",
            "/v1/set",
            "/en/start",
            "/docs/start",
            "/start-here",
            "/set-up",
            "/stop-words",
            "/set",
            "/switches/{id}",
            "/switch/ports",
            "/cart/empty.svg",
            "/bookmarks",
            "/marks/{id}",
            "/difficulty",
            "/blog/start-a-flask-project-in-ten-minutes",
            "/users/{id}/orders",
            "/books/7/reviews",
        ] {
            assert_eq!(acting_word(path), None, "{path}");
        }
    }
}
