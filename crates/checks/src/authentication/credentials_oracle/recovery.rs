//! Where somebody who forgot their password says who they are.

use std::sync::LazyLock;

use model::{Body, Method, Operation, Origin, Request, Surface};
use regex::Regex;
use serde_json::Value;

use crate::calling::body;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{List, words};

/// `POST path` with the name or the address of a user.
#[derive(Debug)]
pub(super) struct Recovery {
    /// The request path.
    pub(super) path: String,
    /// The field of the name or address.
    field: String,
    body: Body,
    value: Value,
}

impl Recovery {
    /// The first such place of the surface.
    pub(super) fn of(surface: &Surface) -> Option<Recovery> {
        surface.operations.iter().find_map(|operation| of_operation(operation, surface))
    }

    /// Whether it takes an e-mail address.
    pub(super) fn takes_an_address(&self) -> bool {
        self.field.to_ascii_lowercase().contains("mail")
    }

    /// The request in this name.
    pub(super) fn request(&self, origin: &Origin, name: &str) -> Request {
        let mut value = self.value.clone();
        if let Some(fields) = value.as_object_mut() {
            fields.insert(self.field.clone(), Value::from(name));
        }
        let request = Request::new(Method::POST, origin, self.path.as_str()).fresh();
        body::put(request, &self.body.media_type, &self.body.schema, &value).altered("body", "username", name)
    }
}

fn of_operation(operation: &Operation, surface: &Surface) -> Option<Recovery> {
    let is_place = operation.method == Method::POST
        && !operation.path.has_parameters()
        && words(&operation.path).any(|word| List::Recovery.has(&word));
    let body = operation.body.as_ref().filter(|_| is_place)?;
    let mut names = body.schema.properties.keys();
    // With a new password, or the token of a letter, it is the next step.
    let is_next_step = |name: &String| fields::holds(name, Holds::Password) || fields::holds(name, Holds::Token);
    if names.any(is_next_step) {
        return None;
    }
    let is_who = |name: &&String| fields::names_user(name) || name.to_ascii_lowercase().contains("mail");
    let field = body.schema.properties.keys().find(is_who)?.clone();
    let value = body::filled(body, surface);
    Some(Recovery { path: operation.path.to_string(), field, body: body.clone(), value })
}

/// The words that say that nobody is known by the name. "If there is an account" says neither.
pub(super) fn says_nobody(text: &str) -> Option<String> {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let whom = "(?:user(?:name)?|account|member|customer|client|person|profile|e-?mail(?: address)?|address)";
        Regex::new(&format!(
            r"(?i)\b(?:no|not a|unknown|invalid) (?:such |known |registered )?{whom}\b|\b{whom}\b[^.<]{{0,60}}\b(?:not (?:found|registered|known)|unknown|(?:does not|doesn't) exist)"
        ))
        .ok()
    });
    let hit = WORDS.as_ref()?.find(text)?;
    let before = text[..hit.start()].to_lowercase();
    let is_condition = before.split(['.', '"', '<', '>']).next_back().is_some_and(|s| s.split(' ').any(|w| w == "if"));
    (!is_condition).then(|| hit.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use model::{Schema, SchemaType};

    use super::*;
    use crate::samples;

    fn is_place(path: &str, names: &[&str]) -> bool {
        let properties = names.iter().map(|name| ((*name).to_owned(), Schema::of(SchemaType::String))).collect();
        let schema = Schema { properties, ..Schema::of(SchemaType::Object) };
        let body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        let operation = Operation { body, ..samples::operation(Method::POST, path) };
        of_operation(&operation, &Surface::default()).is_some()
    }

    #[test]
    fn the_first_step_is_told_from_the_next() {
        assert!(is_place("/password/forgot", &["email"]) && is_place("/auth/password-recovery", &["login"]));
        assert!(!is_place("/password/reset", &["email", "password", "token"]) && !is_place("/contact", &["email"]));
    }

    #[test]
    fn what_says_that_nobody_is_known_is_told_from_a_condition() {
        for text in
            ["There is no member ada", r#"{"error":"Account not found"}"#, "That e-mail address is not registered"]
        {
            assert!(says_nobody(text).is_some(), "{text}");
        }
        for text in
            ["If there is no account, nothing is sent", "If the account exists, a letter is on its way", "not found"]
        {
            assert!(says_nobody(text).is_none(), "{text}");
        }
    }
}
