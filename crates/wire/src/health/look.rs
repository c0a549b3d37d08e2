//! What a response looks like, whatever it says: two with one look are the same page, or the same error.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use model::{Exchange, Truncation};

/// A hash of status, media type, where it redirects to and how its body is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Look(u64);

/// Bytes of a body that are looked at: pages of one application have the first thousands in common.
const BEGINNING: usize = 16_384;

impl Look {
    /// The look of a response; `None` without one.
    pub(super) fn of(exchange: &Exchange) -> Option<Look> {
        let response = exchange.response()?;
        let body = exchange.body();
        let mut hasher = DefaultHasher::new();
        (response.status, response.media_type()).hash(&mut hasher);
        let place = response.header("location").unwrap_or("");
        place.split(['?', '#']).next().hash(&mut hasher);
        let bytes: &[u8] = &body;
        // Of one that was cut off before its beginning was read, nothing can be told: the memory for bodies was used up.
        if response.truncated == Some(Truncation::Cap) && bytes.len() < BEGINNING {
            return None;
        }
        let beginning = String::from_utf8_lossy(bytes.get(..BEGINNING).unwrap_or(bytes));
        if response.is_html() {
            tags(&beginning).hash(&mut hasher);
        } else if response.is_json() {
            keys(&beginning).hash(&mut hasher);
        } else if response.truncated.is_none() {
            // How much of a long body is read hangs on what was read before.
            bytes.len().hash(&mut hasher);
        }
        Some(Look(hasher.finish()))
    }
}

/// The elements of a page in order, names only.
fn tags(text: &str) -> Vec<String> {
    let names = text.split('<').skip(1).map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect());
    names.filter(|name: &String| !name.is_empty()).collect()
}

/// The names in a JSON text.
fn keys(text: &str) -> BTreeSet<&str> {
    let pieces: Vec<&str> = text.split('"').collect();
    let named = |at: &usize| pieces.get(at + 1).is_some_and(|after| after.trim_start().starts_with(':'));
    (0..pieces.len()).filter(named).filter_map(|at| pieces.get(at).copied()).collect()
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Request, Response, Scheme};

    use super::*;

    #[test]
    fn what_was_cut_off_before_its_beginning_was_read_has_no_look() {
        let page = |length: usize| {
            let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
            let headers = vec![("Content-Type".to_owned(), "text/html".to_owned())];
            let mut response = Response::new(200, headers, "<a>".repeat(length).into_bytes());
            response.truncated = Some(Truncation::Cap);
            let outcome = Outcome::Answered(response);
            Look::of(&Exchange {
                serial: 1,
                request: Request::get(&origin, "/"),
                outcome,
                elapsed_us: 1,
                hops: Vec::new(),
            })
        };
        assert_eq!((page(0), page(100)), (None, None), "the same page, of which less was kept");
        assert!(page(10_000).is_some() && page(10_000) == page(20_000));
    }
}
