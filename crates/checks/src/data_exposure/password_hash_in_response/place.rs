//! Where in an answer a password hash stands. Manuals, wikis and forums quote hashes; an answer that leaks one has it as data.

use std::cell::LazyCell;
use std::sync::LazyLock;

use model::Exchange;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

use crate::text::labelled;
use crate::text::patterns::{Pattern, load};
use crate::vocabulary::fields;

static PUBLISHED: LazyLock<Vec<Pattern>> = LazyLock::new(|| load(include_str!("../data/published_hashes.toml")));

/// Largest page that is parsed.
const PAGE: usize = 512 * 1024;

/// Where a hash stands, from the least telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In text or code, as whoever explains hashes would quote it.
    Text,
    /// A field of a line, or a part of a short value.
    Line,
    /// A value by itself: a field of JSON, XML or CSV.
    Value,
    /// A value beside what names its user.
    Record,
}

/// Whether the hash is one that manuals print, or that nobody ever computed.
pub(super) fn is_published(hash: &str) -> bool {
    PUBLISHED.iter().any(|row| row.regex.is_match(hash))
}

type Lazy<'a, T> = LazyCell<T, Box<dyn FnOnce() -> T + 'a>>;

/// What an answer consists of, read when it is first asked about, once for all hashes in it.
pub(super) struct Page<'a> {
    /// Of a page. None of what is no page or too large.
    html: Lazy<'a, Option<Html>>,
    /// The texts of JSON that are no illustrations, each with whether it stands beside what names its user.
    texts: Lazy<'a, Vec<(String, bool)>>,
}

/// The page or document in an answer.
pub(super) fn page(exchange: &Exchange) -> Page<'_> {
    Page {
        html: LazyCell::new(Box::new(|| {
            let text = exchange.text();
            (exchange.is_html() && text.len() <= PAGE).then(|| crate::text::html::parse(&text))
        })),
        texts: LazyCell::new(Box::new(|| exchange.json().as_deref().map_or_else(Vec::new, texts))),
    }
}

/// Most digests of one answer, and cells of a page that are looked at for one.
const MOST: usize = 50;

/// The most telling place of a hash. `None` in an API description, where values are examples.
pub(super) fn of(hash: &str, exchange: &Exchange, page: &Page<'_>) -> Option<Place> {
    if let Some(json) = exchange.json().as_deref() {
        return if fields::describes_an_api(json) { None } else { Some(in_texts(hash, &page.texts)) };
    }
    let text = exchange.text();
    if ["openapi:", "swagger:"].iter().any(|start| text.trim_start().starts_with(start)) {
        return None;
    }
    let media = exchange.response().map_or_else(String::new, model::Response::media_type);
    Some(if exchange.is_html() {
        page.html.as_ref().map_or(Place::Text, |page| in_html(hash, page))
    } else if media.ends_with("xml") {
        let alone = |around: (Option<char>, Option<char>)| matches!(around, (Some('>' | '"'), Some('<' | '"')));
        if surroundings(hash, &text).any(alone) { Place::Value } else { Place::Text }
    } else if surroundings(hash, &text).any(is_field) {
        // Plain text may be a manual as well; separated values are not.
        if media.ends_with("csv") || media.ends_with("tab-separated-values") { Place::Value } else { Place::Line }
    } else {
        Place::Text
    })
}

/// The characters before and after each mention.
fn surroundings<'a>(hash: &'a str, text: &'a str) -> impl Iterator<Item = (Option<char>, Option<char>)> + 'a {
    text.match_indices(hash).take(100).map(|(at, _)| {
        let before = text[..at].trim_end_matches(' ').chars().next_back();
        let after = text[at + hash.len()..].trim_start_matches(' ').chars().next();
        (before, after)
    })
}

/// `name:hash:…`, `name,"hash"`: separators or the ends of the line on both sides.
fn is_field((before, after): (Option<char>, Option<char>)) -> bool {
    const SEPARATORS: [char; 9] = [',', ';', ':', '\t', '"', '\'', '|', '\n', '\r'];
    [before, after].iter().all(|c| c.is_none_or(|c| SEPARATORS.contains(&c)))
}

fn in_texts(hash: &str, texts: &[(String, bool)]) -> Place {
    /// Longest text around a hash that is still a value, in bytes: a message, an object's `repr`.
    const SHORT: usize = 300;
    let place = |(text, record): &(String, bool)| {
        if text.trim() == hash {
            if *record { Place::Record } else { Place::Value }
        } else if text.len() <= hash.len() + SHORT && !text.contains(['\n', '<', '`']) {
            Place::Line
        } else {
            // An article in JSON is an article.
            Place::Text
        }
    };
    texts.iter().filter(|(text, _)| text.contains(hash)).map(place).max().unwrap_or(Place::Text)
}

/// The texts of a document in which a hash may stand.
fn texts(json: &Value) -> Vec<(String, bool)> {
    /// The shortest hash, that of DES.
    const SHORTEST: usize = 13;
    let mut texts = Vec::new();
    let mut keep = |value: &Value, record: bool| {
        texts.extend(value.as_str().filter(|text| text.len() >= SHORTEST).map(|text| (text.to_owned(), record)));
    };
    fields::walk(json, &mut |field| match field.value {
        Value::String(_) | Value::Array(_) if fields::is_illustration(&field.path) => {}
        Value::Array(items) => items.iter().for_each(|item| keep(item, false)),
        value @ Value::String(_) => keep(value, field.stands_beside_an_identity()),
        _ => {}
    });
    if let Value::Array(rows) = json {
        // Rows without names: `[["ann", "ann@…", "hash"], …]`.
        let cells = rows.iter().flat_map(|row| row.as_array().map_or(std::slice::from_ref(row), Vec::as_slice));
        cells.for_each(|cell| keep(cell, false));
    }
    texts
}

/// In a page only a table of users, a list of terms about one, or the value of a password field is data. A cell of a manual's table
/// names a format, not a user.
fn in_html(hash: &str, page: &Html) -> Place {
    let select = |selector: &str| Selector::parse(selector).ok();
    let (Some(cells), Some(inputs)) = (select("td, dd"), select("input[value]")) else { return Place::Text };
    let is_value = |input: ElementRef<'_>| {
        let name = input.value().attr("name").unwrap_or("").to_ascii_lowercase();
        input.value().attr("value") == Some(hash) && (name.contains("pass") || name.contains("hash"))
    };
    if page.select(&inputs).any(is_value) {
        return Place::Value;
    }
    let is_record = |cell: ElementRef<'_>| {
        let plain = cell.children().all(|child| child.value().is_text());
        plain && words(cell).trim() == hash
    };
    if page.select(&cells).filter(|cell| is_record(*cell)).take(MOST).any(names_a_user) {
        Place::Record
    } else {
        Place::Text
    }
}

/// The bare digests that a label, the name of a field or the head of a column calls a password's, with their places.
pub(super) fn digests(exchange: &Exchange, page: &Page<'_>) -> Vec<(String, Place)> {
    let text = exchange.text();
    let mut found: Vec<(String, Place)> = Vec::new();
    if let Some(json) = exchange.json().as_deref() {
        if fields::describes_an_api(json) {
            return found;
        }
        fields::walk(json, &mut |field| {
            let Some(value) = field.value.as_str().filter(|_| !fields::is_illustration(&field.path)) else { return };
            if labelled::is_digest(value) {
                let salted = field.name.eq_ignore_ascii_case("hash") && field.object.contains_key("salt");
                if salted || labelled::names_a_password(field.name) {
                    let record = field.stands_beside_an_identity();
                    found.push((value.to_owned(), if record { Place::Record } else { Place::Value }));
                }
            } else {
                let left = MOST.saturating_sub(found.len());
                let digests = labelled::digests(value).take(left);
                found.extend(digests.map(|digest| (digest.to_owned(), in_texts(digest, &page.texts))));
            }
        });
    } else if let Some(page) = page.html.as_ref() {
        let place = |record| if record { Place::Record } else { Place::Text };
        found.extend(in_columns(page).into_iter().map(|digest| (digest, Place::Record)));
        found.extend(labelled::digests_of(page).into_iter().map(|d| (d.value, place(d.record))));
    } else {
        found.extend(labelled::digests(&text).filter_map(|d| Some((d.to_owned(), of(d, exchange, page)?))));
    }
    found
}

/// Digests in the columns of tables of users whose heads name a password.
fn in_columns(page: &Html) -> Vec<String> {
    let (Ok(cells), Ok(rows), Ok(heads)) = (Selector::parse("td"), Selector::parse("tr"), Selector::parse("th")) else {
        return Vec::new();
    };
    let names_a_password = |cell: &ElementRef<'_>| {
        let place = cell.prev_siblings().filter_map(ElementRef::wrap).count();
        let table = cell.ancestors().filter_map(ElementRef::wrap).find(|a| a.value().name() == "table");
        let head = table.and_then(|table| table.select(&rows).find(|row| row.select(&heads).next().is_some()));
        let head = head.and_then(|row| row.children().filter_map(ElementRef::wrap).nth(place));
        head.is_some_and(|head| labelled::names_a_password(words(head).trim()))
    };
    let digest = |cell: &ElementRef<'_>| labelled::is_digest(words(*cell).trim());
    // For each of them the rows of its table are read.
    let candidates = page.select(&cells).filter(digest).take(MOST);
    let found = candidates.filter(|cell| names_a_password(cell) && names_a_user(*cell));
    found.map(|cell| words(cell).trim().to_owned()).collect()
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// Whether the row, the head of the table or the list around a cell tells of users: a column of user names or addresses, or an
/// e-mail address beside it.
fn names_a_user(cell: ElementRef<'_>) -> bool {
    const COLUMNS: [&str; 9] =
        ["user", "username", "user name", "login", "email", "e-mail", "account", "user_id", "login name"];
    let parents = || cell.ancestors().filter_map(ElementRef::wrap);
    let is_address = |word: &str| {
        word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !word.contains('$'))
    };
    let mut beside = cell.parent().into_iter().flat_map(|row| row.children()).filter_map(ElementRef::wrap);
    let address = beside.any(|other| words(other).split_whitespace().any(is_address));
    let Ok(heads) = Selector::parse("th, dt") else { return false };
    let around = parents().find(|p| matches!(p.value().name(), "table" | "dl"));
    let column = |head: ElementRef<'_>| COLUMNS.contains(&words(head).trim().to_ascii_lowercase().as_str());
    address || around.is_some_and(|table| table.select(&heads).any(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    const DIGEST: &str = "5f4dcc3b5aa765d61d8327deb882cf99";

    #[test]
    fn a_bare_digest_needs_a_name() {
        let place = |body: String| {
            let exchange = exchange("/x", 200, &body);
            digests(&exchange, &page(&exchange)).first().map(|(_, place)| *place)
        };
        assert_eq!(place(format!(r#"{{"username":"ann","password_md5":"{DIGEST}"}}"#)), Some(Place::Record));
        assert_eq!(place(format!(r#"{{"username":"ann","hash":"{DIGEST}","salt":"x"}}"#)), Some(Place::Record));
        assert_eq!(place(format!(r#"{{"passwordHash":"{DIGEST}"}}"#)), Some(Place::Value));
        assert_eq!(place(format!(r#"{{"message":"row (ann, password={DIGEST})"}}"#)), Some(Place::Line));
        let table = |head: &str| format!("<table><tr><th>Username<th>{head}<tr><td>ann<td>{DIGEST}</table>");
        assert_eq!(place(format!("<html>{}", table("Password"))), Some(Place::Record));
        for silent in [
            format!("<html>{}", table("Avatar")),
            format!(r#"{{"email":"ann@x.example","hash":"{DIGEST}"}}"#),
            format!(r#"{{"name":"shop.zip","md5":"{DIGEST}","sha256":"{DIGEST}{DIGEST}"}}"#),
            format!(r#"{{"openapi":"3.0.0","example":{{"username":"ann","password":"{DIGEST}"}}}}"#),
            format!("<html><table><tr><th>File<th>Password<tr><td>a.zip<td>{DIGEST}</table>"),
        ] {
            assert_eq!(place(silent.clone()), None, "{silent}");
        }
    }

    const HASH: &str = "$2b$12$KIXQvGm0y1s1yQ6X9vQ8eO0mJ3m0o9r6o7wq0b6y1u2x3z4a5b6c7";

    #[test]
    fn the_table_is_honest() {
        crate::text::patterns::verify(&PUBLISHED);
    }

    #[test]
    fn what_manuals_print_is_known() {
        assert!(is_published("$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW"));
        let counted = "pbkdf2:sha256:600000$abcdefgh$1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";
        assert!(is_published(counted) && !is_published(HASH));
    }

    #[test]
    fn data_is_told_from_quotation() {
        let json = |body: String| {
            let e = exchange("/x", 200, &body);
            of(HASH, &e, &page(&e))
        };
        assert_eq!(json(format!(r#"{{"name":"ann","password":"{HASH}"}}"#)), Some(Place::Record));
        assert_eq!(json(format!(r#"{{"hash":"{HASH}"}}"#)), Some(Place::Value));
        assert_eq!(json(format!(r#"[["ann","{HASH}"]]"#)), Some(Place::Value));
        assert_eq!(json(format!(r#"{{"error":"duplicate ('ann', '{HASH}')"}}"#)), Some(Place::Line));
        assert_eq!(json(format!(r#"{{"name":"page","html":"<pre>{HASH}</pre>"}}"#)), Some(Place::Text));
        assert_eq!(json(format!(r#"{{"openapi":"3.0.0","example":"{HASH}"}}"#)), None);
        let typed = |media: &str, body: String| {
            let e = answered("/x", 200, &[("Content-Type", media)], &body);
            of(HASH, &e, &page(&e))
        };
        assert_eq!(typed("text/csv", format!("id,name,hash\n1,ann,{HASH}\n")), Some(Place::Value));
        assert_eq!(typed("text/plain", format!("ann:{HASH}:1000\n")), Some(Place::Line));
        assert_eq!(typed("text/plain", format!("a hash such as {HASH} is long")), Some(Place::Text));
        assert_eq!(typed("application/xml", format!("<user><hash>{HASH}</hash></user>")), Some(Place::Value));
        assert_eq!(typed("application/rss+xml", format!("<p>such as {HASH}, which</p>")), Some(Place::Text));
        assert_eq!(typed("application/yaml", format!("openapi: 3.0.0\nexample: '{HASH}'\n")), None);
    }

    #[test]
    fn a_page_quotes_unless_it_lists_users() {
        let page = |body: String| {
            let e = exchange("/x", 200, &body);
            of(HASH, &e, &page(&e))
        };
        for quoted in [
            format!("<p>Never show</p><pre>{HASH}</pre>"),
            format!("<p>A hash such as <code>{HASH}</code> is long.</p>"),
            format!("<table><tr><th>Format</th><th>Example</th></tr><tr><td>bcrypt</td><td>{HASH}</td></tr></table>"),
            format!("<table><tr><th>User</th></tr><tr><td><code>{HASH}</code></td></tr></table>"),
            format!("<input name=q value=\"{HASH}\">"),
        ] {
            assert_eq!(page(quoted.clone()), Some(Place::Text), "{quoted}");
        }
        let table = "<table><tr><th>Username</th><th>Password</th></tr><tr><td>ann</td>";
        assert_eq!(page(format!("{table}<td>{HASH}</td></tr></table>")), Some(Place::Record));
        let row = format!("<table><tr><td>ann@shop.example</td><td>{HASH}</td></tr></table>");
        assert_eq!(page(row), Some(Place::Record));
        assert_eq!(
            page(format!("<dl><dt>Login</dt><dd>ann</dd><dt>Hash</dt><dd>{HASH}</dd></dl>")),
            Some(Place::Record)
        );
        assert_eq!(page(format!("<form><input name=password_hash value=\"{HASH}\"></form>")), Some(Place::Value));
    }
}
