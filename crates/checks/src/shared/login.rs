//! Where a name and a password are given, and requests that give wrong ones.

use model::{Method, Operation, Request, Schema, Surface};
use serde_json::json;

use super::fields::{self, Holds};
use super::words::{Meaning, says};
use crate::Survey;
use crate::shared::{fill, transport};

/// A place to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A request with a body: `POST path`, the names of the two fields, whether the body is JSON.
    Body {
        /// Where it goes.
        path: String,
        /// The field of the user's name.
        user: String,
        /// The field of the password.
        password: String,
        /// Whether the body is JSON; else it is a form.
        json: bool,
    },
    /// HTTP Basic on this request target.
    Basic {
        /// The request target.
        target: String,
    },
}

impl Login {
    /// The path.
    pub fn path(&self) -> &str {
        match self {
            Login::Body { path, .. } => path,
            Login::Basic { target } => target.split('?').next().unwrap_or(target),
        }
    }

    /// The method.
    pub fn method(&self) -> Method {
        match self {
            Login::Body { .. } => Method::POST,
            Login::Basic { .. } => Method::GET,
        }
    }

    /// The request that tries this name and password.
    pub fn attempt(&self, survey: &Survey<'_>, name: &str, secret: &str) -> Request {
        use base64::Engine as _;
        let request = match self {
            Login::Body { path, user, password, json: true } => {
                let body = json!({user.as_str(): name, password.as_str(): secret}).to_string();
                Request::new(Method::POST, survey.origin(), path).body("application/json", body)
            }
            Login::Body { path, user, password, json: false } => {
                let pair = |key: &str, value: &str| format!("{}={}", fill::encode(key), fill::encode(value));
                let body = format!("{}&{}", pair(user, name), pair(password, secret));
                Request::new(Method::POST, survey.origin(), path).body("application/x-www-form-urlencoded", body)
            }
            Login::Basic { target } => {
                let pair = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{secret}"));
                survey.get(target).header("Authorization", format!("Basic {pair}"))
            }
        };
        request.altered("body", "username", name).altered("body", "password", secret)
    }
}

/// The places to log in: operations with a name and a password in their body, forms with a password field, and answers that ask for Basic
/// credentials.
pub fn places(survey: &Survey<'_>) -> Vec<Login> {
    const MOST: usize = 2;
    let mut places = in_bodies(survey.surface);
    let basic =
        survey.observations.plain.iter().flatten().find(|e| {
            e.request.method == Method::GET && transport::challenges(e).iter().any(|scheme| scheme == "basic")
        });
    places.truncate(MOST);
    places.extend(basic.map(|e| Login::Basic { target: e.request.target.clone() }));
    places
}

fn in_bodies(surface: &Surface) -> Vec<Login> {
    let mut places: Vec<Login> = surface.operations.iter().filter_map(|o| of_operation(o)).collect();
    for form in surface.forms.iter().filter(|form| form.method == "POST") {
        let password = form.fields.iter().find(|f| f.kind == "password");
        let user = form.fields.iter().find(|f| matches!(f.kind.as_str(), "text" | "email") && is_user(&f.name));
        if let (Some(user), Some(password)) = (user, password)
            && form.fields.iter().filter(|f| f.kind == "password").count() == 1
            && says(&form.action, Meaning::Login)
            && places.iter().all(|known| known.path() != form.action)
        {
            let (path, user, password) = (form.action.clone(), user.name.clone(), password.name.clone());
            places.push(Login::Body { path, user, password, json: false });
        }
    }
    places
}

fn of_operation(operation: &Operation) -> Option<Login> {
    let body = operation
        .body
        .as_ref()
        .filter(|_| operation.method == Method::POST && says(&operation.path, Meaning::Login))?;
    let named = |is: fn(&str) -> bool| -> Option<String> {
        body.schema
            .properties
            .iter()
            .find(|(name, schema)| is(name) && !is_object(schema))
            .map(|(name, _)| name.clone())
    };
    let user = named(is_user)?;
    let password = named(|name| fields::holds(name, Holds::Password))?;
    Some(Login::Body { path: operation.path.clone(), user, password, json: body.media_type.contains("json") })
}

fn is_object(schema: &Schema) -> bool {
    !schema.properties.is_empty()
}

fn is_user(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ["username", "user", "login", "email", "name", "userid", "emailaddress", "uname", "account"]
        .contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use model::{Form, FormField};

    use super::*;

    #[test]
    fn forms_to_log_in_are_told_from_others() {
        let field =
            |name: &str, kind: &str| FormField { name: name.to_owned(), kind: kind.to_owned(), value: String::new() };
        let places = |action: &str, fields: Vec<FormField>| {
            let form = Form { page: "/".to_owned(), action: action.to_owned(), method: "POST".to_owned(), fields };
            in_bodies(&Surface { forms: vec![form], ..Surface::default() }).len()
        };
        assert_eq!(places("/login", vec![field("username", "text"), field("password", "password")]), 1);
        assert_eq!(places("/register", vec![field("username", "text"), field("password", "password")]), 0);
        let twice = vec![field("email", "email"), field("password", "password"), field("again", "password")];
        assert_eq!(places("/login", twice), 0);
    }
}
