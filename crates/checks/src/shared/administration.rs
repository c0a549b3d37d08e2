//! Whether an answer shows what an administrator or a developer would look at, by its content.

use model::{Exchange, NotTested, Operation, ParameterIn};
use scraper::Selector;
use serde_json::Value;

use crate::shared::access;
use crate::shared::fields::{self, Holds};
use crate::shared::words::{self, Meaning};

/// What an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// A list of records about people or things.
    Records,
    /// Several figures or settings.
    Figures,
    /// An HTML page of administration, not its login.
    Page,
}

/// What a successful answer shows; `None` for messages, health checks, login pages, shells of single-page applications and dumps of
/// configuration (which are data exposure).
pub fn shows(exchange: &Exchange) -> Option<Shows> {
    if !exchange.is_success() {
        return None;
    }
    match exchange.json() {
        Some(json) => of_json(json),
        None if exchange.is_html() => of_page(&exchange.text()),
        None => None,
    }
}

/// Whether an answer that shows nothing of the kind says that an anonymous caller is kept from it. What is not there is open to
/// nobody; but of an operation on an object it may be only the object that is not there.
///
/// # Errors
/// As [`access::is_kept_out`].
pub fn is_kept_from(answer: &Exchange, operation: &Operation) -> Result<(), NotTested> {
    let is_on_object = operation.parameters_in(ParameterIn::Path).next().is_some();
    if matches!(answer.status(), 404 | 405 | 410 | 501) && !is_on_object {
        return Ok(());
    }
    access::is_kept_out(answer)
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

fn of_page(text: &str) -> Option<Shows> {
    let page = super::html::parse(text);
    let all = |selector: &str| Selector::parse(selector).ok().map(|s| page.select(&s).collect::<Vec<_>>());
    let headings = all("title, h1, h2")?;
    let named = headings.iter().any(|h| words::says(&h.text().collect::<String>(), Meaning::Admin));
    let login = !all("input[type=password], form[action*=login], form[action*=signin]")?.is_empty()
        || headings.iter().any(|h| {
            words::words(&h.text().collect::<String>()).any(|w| matches!(w.as_str(), "login" | "sign" | "log"))
        });
    let works = !all("table tr, main form, form[method=post], form[method=POST]")?.is_empty();
    (named && works && !login).then_some(Shows::Page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::exchange;

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
        ] {
            assert_eq!(what(body), None, "{body}");
        }
    }
}
