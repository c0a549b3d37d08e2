//! Telling "it is there" from "everything answers 200": catch-all pages, echo servers, single-page applications.

use std::collections::BTreeSet;

use model::{Exchange, Response, Truncation};

use crate::canary::canary;

/// A path that does not exist beside this one: same directory, same extension, a random name.
pub fn sibling(seed: u64, path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or("/");
    let (directory, name) = path.rsplit_once('/').map_or(("", path), |(d, n)| (d, n));
    // `.env` is a name that begins with a dot, not an extension; its sibling begins with a dot as well.
    let (dot, stem) = name.strip_prefix('.').map_or(("", name), |rest| (".", rest));
    let extension = stem.rsplit_once('.').map_or("", |(_, e)| e);
    let word = canary(seed, &["missing", directory, dot, extension]);
    if extension.is_empty() {
        format!("{directory}/{dot}{word}")
    } else {
        format!("{directory}/{dot}{word}.{extension}")
    }
}

/// Whether two answers are the same page but for what varies by request: path echo, tokens, times.
pub fn alike(one: &Exchange, other: &Exchange) -> bool {
    if one.status() != other.status() {
        return false;
    }
    let (Some(a), Some(b)) = (one.response(), other.response()) else { return false };
    if a.media_type() != b.media_type() {
        return false;
    }
    if a.body_len() == b.body_len() && a.body() == b.body() {
        return true;
    }
    if a.truncated == Some(Truncation::Cap) && b.truncated == Some(Truncation::Cap) && begin_alike(a, b) {
        return true;
    }
    similarity(&without_echo(one), &without_echo(other)) > 0.85 || same_markup(one, other)
}

/// Whether what was read of two bodies that have no end in sight is the same: where each was cut off is up to the reader.
fn begin_alike(one: &Response, other: &Response) -> bool {
    let (a, b) = (one.body(), other.body());
    let (a, b): (&[u8], &[u8]) = (&a, &b);
    a.starts_with(b) || b.starts_with(a)
}

/// Whether two successful pages are built from the same elements, whatever their text: a page for everything with other words in it
/// each time. Of pages with less than three elements this says nothing.
fn same_markup(one: &Exchange, other: &Exchange) -> bool {
    const LEAST: usize = 3;
    if !one.is_success() || !one.is_html() {
        return false;
    }
    let (a, b) = (elements(&one.text()), elements(&other.text()));
    a.len() >= LEAST && a == b
}

/// The start tags of a page, names only, in order.
fn elements(text: &str) -> Vec<String> {
    const MOST: usize = 2_000;
    text.split('<')
        .skip(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .take(MOST)
        .collect()
}

/// The body with the request's own path taken out.
fn without_echo(exchange: &Exchange) -> String {
    let text = exchange.text();
    let path = exchange.request.path();
    let name = path.rsplit('/').next().unwrap_or("");
    let mut text = if path.len() > 1 { text.replace(path, "") } else { text.into_owned() };
    if name.len() > 2 {
        text = text.replace(name, "");
    }
    text
}

/// Share of words that two texts have in common (Jaccard index), 0 to 1.
pub fn similarity(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> BTreeSet<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(5_000).map(str::to_owned).collect()
    };
    let (a, b) = (words(one), words(other));
    let either = a.union(&b).count();
    if either == 0 { 1.0 } else { a.intersection(&b).count() as f64 / either as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sibling_keeps_directory_and_extension() {
        let path = sibling(1, "/static/config.py");
        assert!(
            path.starts_with("/static/")
                && path.rsplit_once('.').is_some_and(|(_, e)| e == "py")
                && path != "/static/config.py"
        );
        assert!(sibling(1, "/.env").starts_with("/."));
        assert_eq!(sibling(1, "/a/b"), sibling(1, "/a/c"));
        assert!(sibling(1, "/").starts_with('/'));
    }

    #[test]
    fn the_same_elements_with_other_words_are_the_same_page() {
        use crate::samples::answered;
        let page = |body: &str| answered("/x", 200, &[("Content-Type", "text/html")], body);
        let one = page("<h1>a b c</h1><p>d e f</p><input name=token value=1>");
        let two = page("<h1>u v w</h1><p>x y z</p><input name=token value=2>");
        assert!(alike(&one, &two));
        assert!(!alike(&one, &page("<h1>u v w</h1><ul><li>x</li><li>y</li></ul>")));
        assert!(!alike(&page("<p>a b c</p>"), &page("<p>x y z</p>")), "too little markup to tell");
    }

    #[test]
    fn streams_that_begin_alike_are_the_same_wherever_they_were_cut() {
        use model::Outcome;
        let stream = |length: usize, cut: Option<Truncation>| {
            let mut response = Response::new(200, Vec::new(), "ab".repeat(length).into_bytes());
            response.truncated = cut;
            let request = crate::samples::exchange("/", 200, "").request.clone();
            Exchange { serial: 1, request, outcome: Outcome::Answered(response), elapsed_us: 1, hops: Vec::new() }
        };
        let cut = Some(Truncation::Cap);
        assert!(alike(&stream(900, cut), &stream(700, cut)));
        assert!(!alike(&stream(900, cut), &stream(700, None)), "this one has an end");
    }

    #[test]
    fn similarity_is_by_words() {
        assert!((similarity("a b c", "a b c") - 1.0).abs() < f64::EPSILON);
        assert!(similarity("a b c d", "x y z w") < 0.1);
    }
}
