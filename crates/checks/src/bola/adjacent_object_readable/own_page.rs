//! Pages that a logged-in user is shown as their own, whatever they are about: the link to them says so, or they name the person whom the
//! application greets.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use model::{Confidence, Evidence, Exchange, Finding, Location, Operation, Rule};
use regex::Regex;

use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::vocabulary::{List, words};

/// Why a page is taken for the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sign {
    /// The text of the link to it: `My letters`.
    Label(String),
    /// The name by which the application greets the user, and which the page repeats.
    Greeting(String),
}

/// The text of a link by which the operation is the reader's own.
pub(super) fn called_own(operation: &Operation) -> Option<&str> {
    let is_own = |label: &&String| words(label).next().is_some_and(|word| List::Possessive.has(&word));
    operation.labels.iter().find(is_own).map(String::as_str)
}

/// Why this page of a logged-in user is their own, if it is; `pages` are those that the same user was shown.
pub(super) fn sign(operation: &Operation, own: &Exchange, pages: &[Arc<Exchange>]) -> Option<Sign> {
    if !own.is_success() || !own.is_html() {
        return None;
    }
    let same_user = |page: &&Arc<Exchange>| page.request.identity == own.request.identity && page.is_html();
    let greeted = pages.iter().filter(same_user).find_map(|page| greeted(&page.text()));
    let named = greeted.filter(|name| own.text().contains(name.as_str()));
    named.map(Sign::Greeting).or_else(|| called_own(operation).map(|label| Sign::Label(label.to_owned())))
}

/// The name in a greeting.
fn greeted(text: &str) -> Option<String> {
    static GREETING: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"\b(?:Hello|Hi|Hey|Welcome(?: back)?|Logged in as|Signed in as|Hallo|Willkommen|Bonjour|Hola|Ciao),?(?:\s|<[^<>]{1,100}>)+(\p{Lu}[\p{L}'-]+(?:\s\p{Lu}[\p{L}'-]+){0,2})",
        )
        .ok()
    });
    GREETING.as_ref()?.captures(text).map(|found| found[1].to_owned())
}

/// The same kind of page about something else: other words in the same elements, and not the name of the user. An application that shows
/// everyone their own page whatever the id is repeats it.
pub(super) fn is_another(own: (&Exchange, &str), other: (&Exchange, &str), sign: &Sign) -> bool {
    let ((own, own_id), (other, other_id)) = (own, other);
    if !other.is_success() || !other.is_html() || elements(&own.text()) != elements(&other.text()) {
        return false;
    }
    let says = |page: &Exchange, id: &str| ResponseFingerprint::of(page, id, "~").text().to_owned();
    let is_named = matches!(sign, Sign::Greeting(name) if other.text().contains(name.as_str()));
    says(own, own_id) != says(other, other_id) && !is_named
}

/// The elements that a page is built of; how often each stands in it depends on its contents.
fn elements(text: &str) -> BTreeSet<String> {
    let names = text.split('<').skip(1);
    names
        .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}

/// A hint at most: staff, and people who share objects, may read both.
pub(super) fn finding(
    rule: &'static Rule,
    sign: &Sign,
    [own, other, control]: [&Arc<Exchange>; 3],
    is_absent: bool,
    location: Location,
) -> Option<Finding> {
    if !is_absent {
        return None;
    }
    let why = match sign {
        Sign::Label(label) => format!("the page that the link '{label}' leads to, for comparison"),
        Sign::Greeting(_) => "the page that names the user whom the application greets, for comparison".to_owned(),
    };
    let said = "with the first identity's credentials: a page of the same layout with other contents";
    let refused = format!("status {} for an ID that no object has", control.status());
    Some(
        Finding::new(rule, Confidence::Tentative, location, Evidence::new(other, said))
            .also(Evidence::new(own, why))
            .also(Evidence::new(control, refused)),
    )
}

#[cfg(test)]
mod tests {
    use model::{Method, Source};

    use super::*;
    use crate::samples::exchange;

    const OWN: &str = "<h1>Files of Ann Reed</h1><ul><li>tax</li></ul>";
    const OTHER: &str = "<h1>Files of Bo Dale</h1><ul><li>will</li><li>lease</li></ul>";

    fn another(own: &str, other: &str, sign: &Sign) -> bool {
        is_another((&exchange("/files/7", 200, own), "7"), (&exchange("/files/8", 200, other), "8"), sign)
    }

    #[test]
    fn a_page_is_ones_own_by_its_link_or_by_ones_name() {
        let operation = |label: &str| Operation {
            labels: vec![label.to_owned()],
            ..Operation::undeclared(Method::GET, "/files/{id}", Source::Link)
        };
        let home = [exchange("/", 200, "<p>Welcome back, <b>Ann Reed</b></p>")];
        let page = exchange("/files/7", 200, OWN);
        assert_eq!(sign(&operation("All files"), &page, &home), Some(Sign::Greeting("Ann Reed".to_owned())));
        assert_eq!(sign(&operation("My files"), &page, &[]), Some(Sign::Label("My files".to_owned())));
        assert_eq!(sign(&operation("All files"), &page, &[]), None);
        let article = exchange("/files/7", 200, "<h1>How to file</h1>");
        assert_eq!(sign(&operation("Myths about files"), &article, &home), None);
    }

    #[test]
    fn another_page_has_other_contents_in_the_same_layout() {
        let label = Sign::Label("My files".to_owned());
        assert!(another(OWN, OTHER, &label) && another(OWN, OTHER, &Sign::Greeting("Ann Reed".to_owned())));
        assert!(!another(OWN, "<h1>Log in</h1><form></form>", &label));
        assert!(!another(OWN, OWN, &label), "the own page whatever the id is");
        let numbered = |id: &str| format!("<h1>Files {id}</h1><ul></ul>");
        assert!(!another(&numbered("7"), &numbered("8"), &label), "only the number differs");
        let shared = "<h1>Plans of Ann Reed</h1><ul><li>roof</li></ul>";
        assert!(!another(OWN, shared, &Sign::Greeting("Ann Reed".to_owned())), "the user's own as well");
    }
}
