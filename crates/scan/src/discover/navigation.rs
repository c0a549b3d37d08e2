//! Where a page leads besides its links: handlers that set the location, `<meta http-equiv=refresh>`, attributes that scripts follow.

use std::sync::LazyLock;

use model::Method;
use regex::Regex;
use scraper::{Html, Selector};

use super::label;

/// Most addresses taken from one page.
const MOST: usize = 40;

/// Attributes that the likes of htmx call when the element is used.
const CALLING: [(&str, Method); 5] = [
    ("hx-get", Method::GET),
    ("hx-post", Method::POST),
    ("hx-put", Method::PUT),
    ("hx-patch", Method::PATCH),
    ("hx-delete", Method::DELETE),
];

/// The addresses with the method that each is called by, and whether the element says that using it does something.
pub(super) fn read(document: &Html) -> Vec<(Method, String, bool)> {
    let mut found: Vec<(Method, String, bool)> = Vec::new();
    let Ok(any) = Selector::parse("*") else { return found };
    for element in document.select(&any) {
        if found.len() >= MOST {
            break;
        }
        let shows = matches!(element.value().name(), "a" | "button" | "input" | "area" | "span" | "i" | "td" | "li");
        let acts = || label::asks_first(element) || shows && label::acts(element);
        for (name, value) in element.value().attrs() {
            if name.starts_with("on") {
                let addresses = set_in(value).into_iter().chain(given_in(value));
                found.extend(addresses.map(|address| (Method::GET, address, acts())));
            } else if matches!(
                name,
                "data-href" | "data-url" | "data-endpoint" | "data-api" | "data-src" | "formaction"
            ) && value.starts_with('/')
            {
                found.push((Method::GET, value.to_owned(), acts()));
            } else if let Some((_, method)) =
                CALLING.iter().find(|(known, _)| name.trim_start_matches("data-") == *known)
            {
                found.push((method.clone(), value.to_owned(), acts()));
            }
        }
        if element.value().name() == "meta"
            && element.value().attr("http-equiv").is_some_and(|v| v.eq_ignore_ascii_case("refresh"))
        {
            let content = element.value().attr("content").unwrap_or("");
            let address = content.split_once('=').map(|(_, address)| address.trim().trim_matches(['"', '\'']));
            found.extend(address.map(|address| (Method::GET, address.to_owned(), false)));
        }
    }
    found.truncate(MOST);
    found
}

/// The addresses that a script sets the location to: `location.href = '/a'`, `location.assign('/a')`, `window.open('/a')`.
pub(super) fn set_in(script: &str) -> Vec<String> {
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static SET: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\b(?:location(?:\.href)?\s{0,3}=|location\.(?:assign|replace)\s{0,3}\(|window\.open\s{0,3}\(|router\.push\s{0,3}\()\s{0,3}["'`]([^"'`<>\s\\$]{1,300})["'`]"#)
            .expect("valid")
    });
    SET.captures_iter(script).take(MOST).map(|c| c[1].to_owned()).collect()
}

/// The addresses that a handler hands to a function: `open_page('/a')`. What is shown to the user is none.
fn given_in(handler: &str) -> Vec<String> {
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?-u)\b(\w{1,40})\(\s{0,3}["'](/[\w./-]{1,200}(?:\?[\w=&%.-]{1,100})?)["']"#).expect("valid")
    });
    const SHOWN: [&str; 3] = ["alert", "confirm", "prompt"];
    let given = GIVEN.captures_iter(handler).take(MOST).filter(|c| !SHOWN.contains(&&c[1]));
    given.map(|c| c[2].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_users_click_is_followed() {
        let page = Html::parse_document(
            "<meta http-equiv=Refresh content=\"3; url='/soon'\"><button onclick=\"window.location.href='/a?x=1'\">A</button>\
             <p onclick=\"location.assign('b/2')\"></p><div data-href=/c data-hx-post=/d></div><a onclick=\"return confirm('/no?')\">x</a>\
             <p onmouseover=\"location.hash = '#x'\"></p><i onclick=\"show('/e?y=2')\" data-url=/f></i>",
        );
        let found: Vec<String> =
            read(&page).into_iter().map(|(method, address, _)| format!("{method} {address}")).collect();
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(sorted, ["GET /a?x=1", "GET /c", "GET /e?y=2", "GET /f", "GET /soon", "GET b/2", "POST /d"]);
    }
}
