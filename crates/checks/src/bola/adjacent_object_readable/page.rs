//! What a page shows of somebody: values beside labels, and forms that are filled in.
//!
//! Staff pages, directories and profiles show names, e-mail addresses and telephone numbers on purpose, shops and registers addresses.
//! So a page is private only where nobody publishes the collection, or when it shows what nobody publishes of himself.

use std::collections::BTreeSet;

use model::Exchange;
use scraper::node::Element;
use scraper::{ElementRef, Node};
use serde_json::{Map, Value};

use super::object::Object;
use crate::text::{html, mailbox};
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, Meaning};

/// What no profile shows, in the words of `fields.toml`. Salaries, tax numbers and bank accounts are not among them: those of public
/// offices and charities are published.
const SECRET: [&str; 17] = [
    "ssn",
    "socialsecuritynumber",
    "nationalid",
    "passport",
    "passportnumber",
    "balance",
    "accountbalance",
    "cardnumber",
    "creditcard",
    "creditlimit",
    "diagnosis",
    "medication",
    "insurancenumber",
    "homeaddress",
    "shippingaddress",
    "billingaddress",
    "deliveryaddress",
];

/// How one reaches a person.
const CONTACT: [&str; 6] = ["email", "emailaddress", "phone", "phonenumber", "mobile", "telephone"];

/// What a page shows, by label.
#[derive(Debug, Default)]
struct Shown {
    values: Map<String, Value>,
    /// Labels whose values a form is filled in with.
    filled: BTreeSet<String>,
}

/// What the page of an anonymous caller shows when it looks like somebody's own.
pub(super) fn private(collection: &str, exchange: &Exchange) -> Option<Object> {
    if !exchange.is_html() || exchange.request.identity.is_some() {
        return None;
    }
    let unpublished = vocabulary::says(collection, Meaning::Private);
    let people = vocabulary::says(collection, Meaning::Users);
    if !unpublished && !people {
        return None;
    }
    let Shown { values, filled } = read(&exchange.text());
    let personal = fields::names_of(&values, Holds::Personal);
    let has = |names: &[&str]| personal.iter().any(|name| names.contains(name));
    let is_personal = match (unpublished, people) {
        (true, false) => has(&CONTACT) || personal.len() > 1 && has(&SECRET),
        // Companies show their customers, with an address to ask.
        (true, true) => has(&CONTACT) && personal.len() > 1,
        // A form with somebody's data in it is made for that person.
        _ => personal.len() > 1 && (has(&SECRET) || personal.iter().any(|name| filled.contains(*name))),
    };
    let owned = unpublished && !people && !fields::names_of(&values, Holds::Owner).is_empty();
    (is_personal || owned).then_some(Object { fields: values, is_personal })
}

fn read(text: &str) -> Shown {
    let document = html::parse(text);
    let mut lines = vec![String::new()];
    flatten(document.root_element(), &mut lines);
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    let mut shown = Shown::default();
    for (at, line) in lines.iter().enumerate() {
        match line.split_once(':') {
            Some((label, value)) if !value.trim().is_empty() => shown.add(label, value),
            // The label may stand on a line of its own.
            _ => shown.add(line.trim_end_matches(':'), lines.get(at + 1).unwrap_or(&"")),
        }
    }
    let unlabelled = lines.iter().flat_map(|line| line.split_whitespace());
    let unlabelled: BTreeSet<String> =
        unlabelled.filter_map(|word| persons(word.trim_matches(['<', '>', '(', ')', ',', ';', '.']))).collect();
    if !unlabelled.is_empty() && !shown.values.contains_key("email") {
        shown.values.insert("email".to_owned(), unlabelled.into_iter().collect::<Vec<_>>().join(", ").into());
    }
    for element in document.tree.nodes().filter_map(ElementRef::wrap).map(|e| e.value()).filter(|e| e.name() == "input")
    {
        const NOT_SHOWN: [&str; 7] = ["hidden", "password", "submit", "button", "checkbox", "radio", "search"];
        if NOT_SHOWN.contains(&element.attr("type").unwrap_or("text")) {
            continue;
        }
        let (label, value) = (element.attr("name").unwrap_or(""), element.attr("value").unwrap_or(""));
        shown.add(label, value);
        if let Some(name) = name_of(label).filter(|name| shown.values.contains_key(name)) {
            shown.filled.insert(name);
        }
    }
    shown
}

impl Shown {
    /// A value beside its label, if it is what the label says: `E-mail: write to us` shows nobody's address.
    fn add(&mut self, label: &str, value: &str) {
        let value = value.trim();
        let Some(name) = name_of(label).filter(|_| value.len() <= 200) else { return };
        let digits = value.chars().filter(char::is_ascii_digit).count();
        let fits = match name.as_str() {
            "email" | "emailaddress" => persons(value).is_some(),
            "phone" | "phonenumber" | "mobile" | "telephone" => (7..=15).contains(&digits),
            name if name.ends_with("address") || name == "street" => digits > 0 && value.contains(' '),
            "diagnosis" | "medication" | "passport" => !value.is_empty(),
            name if fields::holds(name, Holds::Personal) => digits > 0,
            _ => !value.is_empty() && value.chars().any(char::is_alphanumeric),
        };
        if fits {
            self.values.entry(name).or_insert_with(|| value.into());
        }
    }
}

/// The label as a name of a field, when it is one of a person or an owner.
fn name_of(label: &str) -> Option<String> {
    let plain: String = label.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let telling = |name: &str| fields::holds(name, Holds::Personal) || fields::holds(name, Holds::Owner);
    let short = label.len() <= 40;
    let name = plain.strip_suffix("name").filter(|owner| fields::holds(owner, Holds::Owner)).unwrap_or(&plain);
    (short && telling(name)).then(|| name.to_owned())
}

/// The mailbox of a person: those of roles are the site's own.
fn persons(text: &str) -> Option<String> {
    mailbox::mailbox(text).filter(|mailbox| !mailbox::is_role(mailbox))
}

/// The text of a page as lines; what every page of a site has is left out.
fn flatten(element: ElementRef<'_>, lines: &mut Vec<String>) {
    const LEFT_OUT: [&str; 9] = ["head", "nav", "footer", "aside", "script", "style", "template", "noscript", "select"];
    const INLINE: [&str; 14] =
        ["a", "abbr", "b", "bdi", "code", "em", "i", "mark", "small", "span", "strong", "sub", "sup", "u"];
    // The parser says how deep a page may be nested.
    for child in element.children() {
        match child.value() {
            Node::Text(text) => {
                if let Some(line) = lines.last_mut() {
                    line.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
                    line.push(' ');
                }
            }
            Node::Element(inner) if !LEFT_OUT.contains(&inner.name()) => {
                let inline = INLINE.contains(&Element::name(inner));
                if !inline {
                    lines.push(String::new());
                }
                if let Some(inner) = ElementRef::wrap(child) {
                    flatten(inner, lines);
                }
                if !inline {
                    lines.push(String::new());
                }
            }
            _ => {}
        }
    }
}
