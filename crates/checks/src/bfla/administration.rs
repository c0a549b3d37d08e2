//! Whether an answer shows what an administrator or a developer would look at, by its content.

use model::{Exchange, NotTested, Operation, ParameterIn};
use scraper::{Html, Selector};
use serde_json::Value;

use crate::judging::access;
use crate::text::labelled;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, Meaning};

/// What an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shows {
    /// A list of records about people or things.
    Records,
    /// Several figures or settings.
    Figures,
    /// An HTML page of administration, not its login.
    Page,
}

/// What a successful answer shows; `None` for messages, health checks, login pages, shells of single-page applications and dumps of
/// configuration (which are data exposure).
pub(super) fn shows(exchange: &Exchange) -> Option<Shows> {
    if !exchange.is_success() {
        return None;
    }
    match exchange.json().as_deref() {
        Some(json) => of_json(json),
        None if exchange.is_html() => of_page(exchange.request.path(), &exchange.text()),
        None => None,
    }
}

/// Whether an answer that shows nothing of the kind says that an anonymous caller is kept from it. What is not there is open to
/// nobody; but of an operation on an object it may be only the object that is not there.
///
/// # Errors
/// As [`access::is_kept_out`].
pub(super) fn is_kept_from(response: &Exchange, operation: &Operation) -> Result<(), NotTested> {
    let is_on_object = operation.parameters_in(ParameterIn::Path).next().is_some();
    if matches!(response.status(), 404 | 405 | 410 | 501) && !is_on_object {
        return Ok(());
    }
    access::is_kept_out(response)
}

fn of_json(json: &Value) -> Option<Shows> {
    const FEWEST_FIGURES: usize = 3;
    if fields::describes_an_api(json) || is_configuration(json) {
        return None;
    }
    let records = fields::the_list(json).is_some_and(|list| {
        !list.is_empty() && list.iter().all(|item| item.as_object().is_some_and(|o| o.len() > 1 && identifies(o)))
    });
    if records {
        return Some(Shows::Records);
    }
    let mut figures = 0;
    fields::walk(json, &mut |field| figures += usize::from(field.value.is_number()));
    (json.is_object() && figures >= FEWEST_FIGURES && json.get("error").is_none()).then_some(Shows::Figures)
}

fn identifies(object: &serde_json::Map<String, Value>) -> bool {
    !fields::names_of(object, Holds::Identity).is_empty() || !fields::names_of(object, Holds::Personal).is_empty()
}

/// Mostly upper-case names, as in `app.config` and `os.environ`.
fn is_configuration(json: &Value) -> bool {
    let Some(object) = fields::the_object(json) else { return false };
    let upper = object.keys().filter(|k| k.len() > 2 && !k.chars().any(|c| c.is_ascii_lowercase())).count();
    upper > 2 && upper * 2 > object.len()
}

/// A page works when it has a table, a form that writes, or a list of users; what only links to other pages may lead to a login.
fn of_page(path: &str, text: &str) -> Option<Shows> {
    let page = crate::text::html::parse(text);
    let all = |selector: &str| Selector::parse(selector).ok().map(|s| page.select(&s).collect::<Vec<_>>());
    let headings: Vec<String> = all("title, h1, h2")?.iter().map(|h| h.text().collect()).collect();
    let named = headings.iter().any(|h| vocabulary::says(h, Meaning::Admin));
    let login = !all("input[type=password], form[action*=login], form[action*=signin]")?.is_empty();
    if login || headings.iter().flat_map(|h| vocabulary::words(h)).any(|word| keeps_out(&word)) {
        return None;
    }
    let works = !all("table tr, main form, form[method=post], form[method=POST]")?.is_empty();
    let lists =
        || (named || vocabulary::says(path, Meaning::Admin)) && !is_manual(path, &headings) && lists_users(&page);
    (named && works || lists()).then_some(Shows::Page)
}

/// A word in the heading of a page that asks for a login or refuses, with whatever status.
fn keeps_out(word: &str) -> bool {
    matches!(word, "login" | "sign" | "log" | "denied" | "forbidden" | "unauthorized" | "unauthorised")
}

/// Documentation about administration lists what it explains.
fn is_manual(path: &str, headings: &[String]) -> bool {
    const WORDS: [&str; 13] = [
        "doc",
        "docs",
        "documentation",
        "manual",
        "guide",
        "handbook",
        "wiki",
        "help",
        "tutorial",
        "blog",
        "faq",
        "reference",
        "example",
    ];
    let all = || vocabulary::words(path).chain(headings.iter().flat_map(|h| vocabulary::words(h)));
    all().any(|word| WORDS.contains(&word.as_str()))
}

/// Whether the page lists users: their password hashes, or at least two entries with an e-mail address that tell the role or state of
/// an account, or can be edited or deleted. The staff of an office has addresses and functions, but no accounts.
fn lists_users(page: &Html) -> bool {
    const FEWEST: usize = 2;
    const ROLES: [&str; 14] = [
        "admin",
        "administrator",
        "superuser",
        "superadmin",
        "user",
        "customer",
        "subscriber",
        "guest",
        "active",
        "inactive",
        "banned",
        "suspended",
        "verified",
        "unverified",
    ];
    let account = |entry: &str| {
        // What stands in the address itself says nothing: `admin@shop.example`.
        let beside = entry.split_whitespace().filter(|word| !word.contains('@')).collect::<Vec<_>>().join(" ");
        labelled::has_address(entry) && vocabulary::words(&beside).any(|word| ROLES.contains(&word.as_str()))
    };
    labelled::digests_of(page).iter().any(|digest| digest.record)
        || labelled::entries(page).iter().filter(|entry| account(&entry.text)).count() >= FEWEST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    fn what(body: &str) -> Option<Shows> {
        shows(&exchange("/admin", 200, body))
    }

    #[test]
    fn content_decides() {
        assert_eq!(what(r#"{"users":[{"id":1,"username":"ann"}]}"#), Some(Shows::Records));
        assert_eq!(what(r#"{"users":12,"orders":40,"revenue":9000}"#), Some(Shows::Figures));
        assert_eq!(what("<title>Admin</title><table><tr><td>ann</td></tr></table>"), Some(Shows::Page));
    }

    #[test]
    fn a_list_of_users_is_a_page_of_administration() {
        for body in [
            "<h1>Members</h1><ul><li>ann ann@x.example (admin)</li><li>bob bob@x.example (customer)</li></ul>",
            "<h1>Panel</h1><ol><li>ann - Pass Hash: 5f4dcc3b5aa765d61d8327deb882cf99</li>\
             <li>bob - Pass Hash: e10adc3949ba59abbe56e057f20f883e</li></ol>",
        ] {
            assert_eq!(what(body), Some(Shows::Page), "{body}");
            assert_eq!(shows(&exchange("/team", 200, body)), None, "{body}");
        }
    }

    #[test]
    fn other_answers_are_not() {
        for body in [
            r#"{"message":"please log in"}"#,
            r#"{"status":"ok"}"#,
            r#"{"error":"x","code":1,"line":2,"column":3}"#,
            r#"{"DEBUG":true,"SECRET_KEY":"x","MAX_CONTENT_LENGTH":1,"A":2,"PORT":3}"#,
            "[]",
            "<title>Admin login</title><form method=post><input type=password></form>",
            "<title>Admin</title><div id=root></div>",
            "<title>Shop</title><table><tr><td>lamp</td></tr></table>",
            "<h1>Admin</h1><ul><li><a href=/admin/users>Users</a></li><li><a href=/admin/login>Enter</a></li></ul>",
            "<h1>Administration</h1><ul><li>Dean: J. Roe, roe@uni.example</li><li>Bursar: A. Poe, poe@uni.example</li></ul>",
            "<h1>Administration guide</h1><ul><li>ann@x.example: admin</li><li>bob@x.example: user</li></ul>",
            "<h1>Access denied</h1><table><tr><td>admin</td></tr></table>",
            "<h1>Admin</h1><nav><ul><li>ann@x.example admin</li><li>bob@x.example user</li></ul></nav>",
        ] {
            assert_eq!(what(body), None, "{body}");
        }
    }
}
