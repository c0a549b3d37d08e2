//! What an account of the scan's own is shown of itself, and logging in as it.

use std::sync::Arc;

use model::{Account, Credential, Exchange, Identity, Method, NotTested, Operation, Parameter, ParameterIn, Request};
use serde_json::{Map, Value};

use crate::TargetProbe;
use crate::calling::login::{self, Login};
use crate::calling::request;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, Meaning, says};

/// What [`log_in`] sends at most.
pub const LOGIN_REQUESTS: u32 = 2 * PLACES as u32;

/// Places to log in that are tried.
const PLACES: usize = 2;

/// A login that let an account in.
#[derive(Debug)]
pub struct LogIn {
    place: Login,
    name: String,
    /// The response.
    pub response: Arc<Exchange>,
}

impl LogIn {
    /// The response to another password in the same name at the same place.
    ///
    /// # Errors
    /// As [`TargetProbe::response_to`].
    pub async fn again(&self, probe: &TargetProbe<'_>, password: &str) -> Result<Arc<Exchange>, NotTested> {
        probe.response_to(self.place.attempt(probe.origin(), &self.name, password).fresh()).await
    }
}

/// Whether a response to a login lets its sender in.
pub fn lets_in(response: &Exchange) -> bool {
    response.status() < 400 && !login::is_rejection(response)
}

/// Logs in with this password, by name or by address; `None` where neither is let in.
///
/// # Errors
/// As [`TargetProbe::response_to`].
pub async fn log_in(probe: &TargetProbe<'_>, account: &Account, password: &str) -> Result<Option<LogIn>, NotTested> {
    let places = login::in_bodies(probe.surface).into_iter().filter(|place| !matches!(place, Login::Basic { .. }));
    for place in places.take(PLACES) {
        for name in [&account.name, &account.email] {
            let response = probe.response_to(place.attempt(probe.origin(), name, password).fresh()).await?;
            if lets_in(&response) {
                return Ok(Some(LogIn { place, name: name.clone(), response }));
            }
        }
    }
    Ok(None)
}

/// The request with a credential that is no identity's of the scan.
#[must_use]
pub fn with_credential(request: Request, credential: &Credential) -> Request {
    let mut request = request.anonymous().fresh();
    let identity = Identity { name: String::new(), credential: Some(credential.clone()), headers: Vec::new() };
    wire::apply_identity(&identity, &mut request);
    request
}

/// Operations that may show an account what it is, the likeliest first: those whose response showed or declares a field that only the
/// application may set, and those that name a user in their path.
pub fn views<'a>(probe: &TargetProbe<'a>) -> Vec<&'a Operation> {
    let rank = |at: usize, operation: &Operation| {
        let response = probe.observations.plain(at).filter(|e| e.is_success()).and_then(|e| e.json());
        let shows = response.is_some_and(|json| {
            let mut found = false;
            fields::walk(&json, &mut |field| found |= fields::holds(field.name, Holds::Privileged));
            found
        });
        let parameters: Vec<&str> = operation.path.parameters().collect();
        let names_user = parameters.len() == 1 && is_of_users(operation);
        match (shows, parameters.is_empty()) {
            (true, true) => Some(0),
            (true, false) if names_user => Some(1),
            (false, false) if names_user => Some(3),
            (false, true) if says(&operation.path, Meaning::Users) || is_self(&operation.path) => Some(2),
            _ => None,
        }
    };
    let gets = probe.surface.operations.iter().enumerate().filter(|(_, o)| o.method == Method::GET);
    let mut ranked: Vec<(u8, &Operation)> = gets.filter_map(|(at, o)| Some((rank(at, o)?, o.as_ref()))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, operation)| operation).collect()
}

fn is_self(path: &str) -> bool {
    vocabulary::words(vocabulary::collection(path)).any(|word| matches!(word.as_str(), "me" | "self" | "whoami"))
}

/// Whether the path's parameters name users by what they are called.
pub fn is_of_users(operation: &Operation) -> bool {
    let mut parameters = operation.parameters_in(ParameterIn::Path).peekable();
    parameters.peek().is_some()
        && parameters.all(|p| {
            let plain = p.name.to_ascii_lowercase();
            matches!(plain.as_str(), "username" | "user_name" | "user" | "login" | "email" | "name")
                && (plain != "name" || says(&operation.path, Meaning::Users))
        })
}

/// An account's name or address for each parameter in the path.
pub fn in_path<'a>(operation: &'a Operation, account: &'a Account) -> Vec<request::Value<'a>> {
    let named = |p: &Parameter| if p.name.contains("mail") { &account.email } else { &account.name };
    operation.parameters_in(ParameterIn::Path).map(|p| request::Value::of(p, named(p))).collect()
}

/// The operation called with an account's name wherever it names a user.
pub fn about(probe: &TargetProbe<'_>, operation: &Operation, account: &Account) -> Request {
    request::build(operation, probe.surface, probe.target, &in_path(operation, account))
}

/// The object of a response that is about the account: its name or address stands in it.
pub fn object_about(exchange: &Exchange, account: &Account) -> Option<Map<String, Value>> {
    let json = exchange.json().filter(|_| exchange.is_success())?;
    let mut found: Option<Map<String, Value>> = None;
    fields::walk(&json, &mut |field| {
        let named = field.value.as_str().is_some_and(|text| text == account.name || text == account.email);
        if found.is_none() && named {
            found = Some(field.object.clone());
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calling::registration;
    use crate::samples;

    #[test]
    fn the_object_about_an_account_names_it() {
        let account = registration::account(7, 0);
        let body = format!(
            r#"{{"users": [{{"name": "ann", "admin": true}}, {{"name": "{}", "admin": false}}]}}"#,
            account.name
        );
        let object = object_about(&samples::exchange("/users", 200, &body), &account).unwrap();
        assert_eq!(object["admin"], Value::from(false));
        assert!(object_about(&samples::exchange("/users", 404, &body), &account).is_none());
        assert!(object_about(&samples::exchange("/users", 200, r#"{"name": "ann"}"#), &account).is_none());
    }

    #[test]
    fn parameters_that_name_users_are_told_from_others() {
        let of_users = |path: &str| is_of_users(&samples::operation(Method::GET, path));
        assert!(of_users("/users/{username}") && of_users("/members/{name}/email"));
        assert!(!of_users("/books/{name}") && !of_users("/users/{id}") && !of_users("/me"));
    }
}
