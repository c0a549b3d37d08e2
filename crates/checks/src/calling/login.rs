//! Where a name and a password are given, and requests that give wrong ones.

use std::sync::LazyLock;

use model::{Exchange, Form, Method, Operation, Origin, Parameter, ParameterIn, Request, Schema, Surface};
use regex::Regex;
use serde_json::{Map, Value};

use crate::TargetProbe;
use crate::calling::body;
use crate::judging::{access, transport};
use crate::text::percent::encode;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, List};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A place to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A request with a body: `POST path` and the names of the two fields.
    Body {
        /// Where it goes.
        path: String,
        /// The field of the user's name.
        user: String,
        /// The field of the password.
        password: String,
        /// Further fields to send as they are: what else is required, hidden form fields.
        others: Map<String, Value>,
        /// How the body is written.
        media_type: String,
    },
    /// `POST path` with both in the query.
    Query {
        /// Where it goes.
        path: String,
        /// The parameter of the user's name.
        user: String,
        /// The parameter of the password.
        password: String,
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
            Login::Body { path, .. } | Login::Query { path, .. } => path,
            Login::Basic { target } => target.split('?').next().unwrap_or(target),
        }
    }

    /// The method.
    pub fn method(&self) -> Method {
        match self {
            Login::Body { .. } | Login::Query { .. } => Method::POST,
            Login::Basic { .. } => Method::GET,
        }
    }

    /// The same with other values for further fields.
    #[must_use]
    pub fn with_fields(mut self, fields: &Map<String, Value>) -> Login {
        if let Login::Body { others, .. } = &mut self {
            others.extend(fields.clone());
        }
        self
    }

    /// The request that tries this name and password.
    pub fn attempt(&self, origin: &Origin, name: &str, secret: &str) -> Request {
        use base64::Engine as _;
        let request = match self {
            Login::Body { path, user, password, others, media_type } => {
                let mut fields = others.clone();
                fields.extend([(user, name), (password, secret)].map(|(key, v)| (key.clone(), Value::from(v))));
                let request = Request::new(Method::POST, origin, path);
                body::put(request, media_type, &Schema::default(), &Value::Object(fields))
            }
            Login::Query { path, user, password } => {
                let query = [(user, name), (password, secret)].map(|(key, v)| format!("{}={}", encode(key), encode(v)));
                Request::new(Method::POST, origin, format!("{path}?{}", query.join("&")))
            }
            Login::Basic { target } => {
                let pair = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{secret}"));
                Request::get(origin, target).header("Authorization", format!("Basic {pair}"))
            }
        };
        let place = if matches!(self, Login::Query { .. }) { "query" } else { "body" };
        request.altered(place, "username", name).altered(place, "password", secret)
    }
}

/// The places to log in: operations with a name and a password in their body, forms with a password field, and answers that ask for Basic
/// credentials.
pub fn places(probe: &TargetProbe<'_>) -> Vec<Login> {
    const MOST: usize = 2;
    let mut places = in_bodies(probe.surface);
    let basic = probe
        .observations
        .plain_calls()
        .find(|e| e.request.method == Method::GET && transport::challenges(e).iter().any(|scheme| scheme == "basic"));
    places.truncate(MOST);
    places.extend(basic.map(|e| Login::Basic { target: e.request.target.clone() }));
    places
}

/// The name of an account of the scan's own, one that responses showed, or else the commonest; and whether it is known to exist.
pub fn likely_name(probe: &TargetProbe<'_>) -> (String, bool) {
    // An account of the scan's own may be locked out.
    if let Some(own) = probe.observations.accounts.last() {
        return (own.name.clone(), true);
    }
    let harvested = |key: &str| probe.surface.harvested(key).next().map(str::to_owned);
    match harvested("username").or_else(|| harvested("email")) {
        Some(name) => (name, true),
        None => ("admin".to_owned(), false),
    }
}

/// Whether a page asks for a password instead of showing what it guards: it has a password field, or its path is one to log in.
pub fn is_login_page(exchange: &Exchange) -> bool {
    static FIELD: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?i)<input\b[^>]{0,500}\btype\s*=\s*["']?password\b"#).ok());
    let field = || FIELD.as_ref().is_some_and(|shape| shape.is_match(&exchange.text()));
    let path = || vocabulary::words(exchange.request.path()).any(|word| List::LoginPage.has(&word));
    exchange.is_html() && (path() || field())
}

/// The fields of a log-in by which somebody says who it is.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    /// Names the user.
    pub user: &'a Parameter,
    /// Holds the password.
    pub password: &'a Parameter,
}

/// The two fields, of an operation that is a place to log in and whose body's fields are parameters.
pub fn fields(operation: &Operation) -> Option<Fields<'_>> {
    let named = |is: fn(&str) -> bool| operation.parameters_in(ParameterIn::Body).find(|p| is(&p.name));
    let password = named(|name| fields::holds(name, Holds::Password))?;
    let user = named(fields::names_user)?;
    is_login(operation).then_some(Fields { user, password })
}

/// Where a name and a password are posted: operations, and forms of pages.
pub fn in_bodies(surface: &Surface) -> Vec<Login> {
    let posts = || surface.operations.iter().filter(|o| o.method == Method::POST && is_login(o));
    let mut places: Vec<Login> = posts().filter_map(|o| of_operation(o, surface)).collect();
    for login in surface.forms.iter().filter_map(of_form) {
        if places.iter().all(|known| known.path() != login.path()) {
            places.push(login);
        }
    }
    if places.is_empty() {
        places.extend(posts().filter(|o| o.body.is_none()).map(|o| assumed(&o.path)).next());
    }
    places
}

/// A form that takes a name and one password: sent to where one logs in, or asking for nothing else, wherever it is sent.
fn of_form(form: &Form) -> Option<Login> {
    let mut passwords = form.fields.iter().filter(|f| f.kind == "password");
    let password = passwords.next().filter(|_| form.method == "POST" && passwords.next().is_none())?;
    let user =
        form.fields.iter().find(|f| matches!(f.kind.as_str(), "text" | "email") && fields::names_user(&f.name))?;
    let asks_more = form.fields.iter().any(|f| {
        let is_asked = !matches!(f.kind.as_str(), "hidden" | "submit" | "button" | "image" | "reset" | "checkbox");
        is_asked && f.name != user.name && f.name != password.name
    });
    if vocabulary::says_registration(&form.action) || !vocabulary::says_login(&form.action) && asks_more {
        return None;
    }
    let hidden = form.fields.iter().filter(|f| f.kind == "hidden");
    Some(Login::Body {
        path: form.action.clone(),
        user: user.name.clone(),
        password: password.name.clone(),
        others: hidden.map(|f| (f.name.clone(), Value::from(f.value.as_str()))).collect(),
        media_type: FORM.to_owned(),
    })
}

/// Named like a log-in, not like registration, log-out or refreshing; its path has no parameter.
fn is_login(operation: &Operation) -> bool {
    vocabulary::says_login(&operation.path)
        && !operation.path.contains('{')
        && !vocabulary::words(&operation.path).any(|word| List::BesideLogin.has(&word))
}

/// What a path that is named like a log-in most likely takes when nothing is declared.
fn assumed(path: &str) -> Login {
    let (user, password) = ("username".to_owned(), "password".to_owned());
    Login::Body { path: path.to_owned(), user, password, others: Map::new(), media_type: JSON.to_owned() }
}

fn of_operation(operation: &Operation, surface: &Surface) -> Option<Login> {
    let Some(body) = &operation.body else { return in_query(operation) };
    let named = |is: fn(&str) -> bool| -> Option<String> {
        body.schema
            .properties
            .iter()
            .find(|(name, schema)| is(name) && !is_object(schema))
            .map(|(name, _)| name.clone())
    };
    let user = named(fields::names_user)?;
    let password = named(|name| fields::holds(name, Holds::Password))?;
    let mut others = body::required(body, surface);
    others.retain(|name, _| *name != user && *name != password);
    Some(Login::Body { path: operation.path.to_string(), user, password, others, media_type: body.media_type.clone() })
}

fn in_query(operation: &Operation) -> Option<Login> {
    let named = |is: fn(&str) -> bool| operation.parameters_in(ParameterIn::Query).find(|p| is(&p.name));
    let (user, password) = (named(fields::names_user)?, named(|name| fields::holds(name, Holds::Password))?);
    let path = operation.path.to_string();
    Some(Login::Query { path, user: user.name.clone(), password: password.name.clone() })
}

fn is_object(schema: &Schema) -> bool {
    !schema.properties.is_empty()
}

/// Whether an answer says that the credentials are wrong: a refusal, or a message about them, and no token.
pub fn is_rejection(exchange: &Exchange) -> bool {
    if access::is_refused(exchange) {
        return true;
    }
    let text: String = exchange.text().chars().take(4_000).collect::<String>().to_ascii_lowercase();
    let says_so = List::Rejection.is_in(&text);
    let about = List::AboutCredentials.is_in(&text);
    let mut token = false;
    if let Some(json) = exchange.json().as_deref() {
        fields::walk(json, &mut |field| token |= fields::holds(field.name, Holds::Token) && field.value.is_string());
    }
    matches!(exchange.status(), 200 | 400 | 404 | 422) && says_so && about && !token
}

/// Whether an attempt was refused before a password was looked at, because the form's anti-CSRF token was missing.
pub fn lacks_csrf_token(login: &Login, response: &Exchange) -> bool {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:csrf|xsrf|cross[- ]site request forgery|anti-?forgery|authenticity token|(?:form|request|session|security) token|page (?:has )?expired|token (?:is |was )?(?:missing|too old|expired|mismatch))").ok()
    });
    let Login::Body { others, .. } = login else { return false };
    let refused = matches!(response.status(), 400 | 403 | 419 | 422 | 440);
    let has_token = others.keys().any(|name| List::FormToken.is_in(&name.to_ascii_lowercase()));
    refused && (has_token || WORDS.as_ref().is_some_and(|words| words.is_match(&response.text())))
}

/// Whether a failed login is answered as the first one was: not refused for another reason, not asked for a puzzle, and not clearly
/// slower. Else something counts the attempts.
pub fn is_as_before(first: &Exchange, last: &Exchange) -> bool {
    const NOTICEABLE_US: u64 = 400_000;
    let asks = |e: &Exchange| List::AttemptLimit.is_in(&e.text().to_ascii_lowercase());
    let slower = last.elapsed_us > first.elapsed_us.max(NOTICEABLE_US).saturating_mul(5);
    last.status() == first.status() && !slower && (asks(first) || !asks(last))
}

#[cfg(test)]
mod tests {
    use model::{Form, FormField};

    use super::*;
    use crate::samples;

    #[test]
    fn forms_to_log_in_are_told_from_others() {
        let field =
            |name: &str, kind: &str| FormField { name: name.to_owned(), kind: kind.to_owned(), value: String::new() };
        let places = |action: &str, fields: Vec<FormField>| {
            let form = Form {
                page: "/".to_owned(),
                action: action.to_owned(),
                method: "POST".to_owned(),
                fields,
                ..Form::default()
            };
            in_bodies(&Surface { forms: vec![form], ..Surface::default() }).len()
        };
        assert_eq!(places("/login", vec![field("username", "text"), field("password", "password")]), 1);
        assert_eq!(places("/register", vec![field("username", "text"), field("password", "password")]), 0);
        let twice = vec![field("email", "email"), field("password", "password"), field("again", "password")];
        assert_eq!(places("/login", twice), 0);
    }

    #[test]
    fn a_form_token_is_asked_for_before_the_password() {
        let login = |hidden: &str| {
            let others = [(hidden.to_owned(), Value::from("a81f"))].into_iter().collect();
            let (path, user, password) = ("/signin".to_owned(), "user".to_owned(), "password".to_owned());
            Login::Body { path, user, password, others, media_type: FORM.to_owned() }
        };
        let lacks = |hidden: &str, status: u16, body: &str| {
            lacks_csrf_token(&login(hidden), &samples::exchange("/signin", status, body))
        };
        assert!(lacks("csrf_token", 403, "<h1>403</h1>"));
        assert!(lacks("next", 400, "<p>The CSRF session token is missing.</p>"));
        assert!(lacks("next", 419, "Page expired"));
        assert!(!lacks("csrf_token", 401, "<p>Wrong password</p>") && !lacks("next", 403, "<p>Wrong password</p>"));
    }

    #[test]
    fn registration_is_no_login() {
        assert!(is_login(&samples::operation(Method::POST, "/users/v1/login")));
        assert!(is_login(&samples::operation(Method::POST, "/singers/sign-in")));
        assert!(!is_login(&samples::operation(Method::POST, "/blog/inbox")));
        assert!(!is_login(&samples::operation(Method::POST, "/auth/register")));
    }

    #[test]
    fn rejections_are_told_from_tokens_and_from_validation() {
        let rejected = |status: u16, body: &str| is_rejection(&samples::exchange("/login", status, body));
        assert!(rejected(401, "{}"));
        assert!(rejected(200, r#"{"status":"fail","message":"Password is not correct"}"#));
        assert!(!rejected(200, r#"{"access_token":"abc","user":"unknown"}"#));
        assert!(!rejected(415, r#"{"error":"unsupported media type"}"#));
    }
}
