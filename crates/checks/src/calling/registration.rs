//! Where somebody makes an account for themselves, and requests that do.

use model::{Account, Body, Method, Operation, Origin, Request, Schema, Secret, Surface};
use serde_json::{Map, Value};

use crate::calling::body;
use crate::canary::canary;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, List, Meaning, says};

/// Accounts of one scan at most: an owner of objects, a peer, and one that tries what a new user may set.
pub const MOST: usize = 3;

/// The account of this number: the same for the same seed. Its password is of the length and the kinds of characters that most
/// policies ask for.
pub fn account(seed: u64, number: usize) -> Account {
    let word = |what: &str| canary(seed, &["account", &number.to_string(), what]);
    let name = format!("mb{}", word("name"));
    Account {
        identity: format!("account-{}", number + 1),
        email: format!("{name}@example.com"),
        password: Secret::new(format!("Mb7!{}", word("password"))),
        name,
    }
}

/// A place to register: `POST path` with a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    /// Where it goes.
    pub path: String,
    /// What is sent beside who it is for.
    fields: Map<String, Value>,
    body: Body,
}

impl Registration {
    /// The request that makes this account, with these fields besides.
    pub fn request(&self, origin: &Origin, account: &Account, extra: &Map<String, Value>) -> Request {
        let mut fields = Value::Object(self.fields.clone());
        fill(&mut fields, account);
        if let Some(fields) = fields.as_object_mut() {
            fields.extend(extra.clone());
        }
        let request = Request::new(Method::POST, origin, self.path.as_str()).fresh();
        body::put(request, &self.body.media_type, &self.body.schema, &fields)
    }
}

/// Puts an account's name, address and password where a body asks for them, one level of wrapping included: `{"user": {"email": …}}`.
fn fill(value: &mut Value, account: &Account) {
    let Some(members) = value.as_object_mut() else { return };
    for (name, member) in members {
        if member.is_object() {
            fill(member, account);
        } else if fields::holds(name, Holds::Password) || is_repeated_password(name) {
            *member = Value::from(account.password.expose());
        } else if is_email(name) {
            *member = Value::from(account.email.as_str());
        } else if fields::names_user(name) {
            *member = Value::from(account.name.as_str());
        }
    }
}

fn is_email(name: &str) -> bool {
    vocabulary::words(name).any(|word| matches!(word.as_str(), "email" | "mail" | "emailaddress"))
}

/// `password2`, `confirmPassword`, `repeat_password`.
fn is_repeated_password(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    ["password", "passwd"].iter().any(|word| plain.starts_with(word) || plain.ends_with(word))
}

/// Whether a body takes the same password twice, beside a name: a login takes it once, and a change takes the old one.
fn takes_a_new_password(operation: &Operation) -> bool {
    let Some(body) = &operation.body else { return false };
    let names = || body.schema.properties.keys().map(String::as_str);
    let is_old = |name: &str| vocabulary::words(name).any(|word| matches!(word.as_str(), "old" | "current"));
    names().filter(|name| fields::holds(name, Holds::Password) || is_repeated_password(name)).count() == 2
        && names().any(|name| fields::names_user(name) || is_email(name))
        && !names().any(is_old)
}

/// The places to register, the plainest first: operations that are called so, that create a user, collections of users that take a
/// password.
pub fn places(surface: &Surface) -> Vec<Registration> {
    const PLACES: usize = 2;
    let posts = surface.operations.iter().filter(|o| o.method == Method::POST && !o.path.contains('{'));
    let mut places: Vec<(u8, Registration)> =
        posts.filter_map(|operation| Some((rank(operation)?, of_operation(operation, surface)?))).collect();
    places.sort_by_key(|(rank, _)| *rank);
    places.into_iter().map(|(_, place)| place).take(PLACES).collect()
}

/// Whether an operation is a place to register by its path, or the page of one.
pub fn is_place(operation: &Operation) -> bool {
    !operation.path.contains('{') && rank(operation).is_some_and(|rank| rank < 2)
}

fn rank(operation: &Operation) -> Option<u8> {
    let path = operation.path.as_str();
    let last = path.rsplit('/').find(|segment| !segment.is_empty()).unwrap_or("");
    let said = |text: &str| vocabulary::words(text).any(|word| List::Creation.has(&word)) && says(text, Meaning::Users);
    if vocabulary::says_registration(path) || operation.labels.iter().any(|label| vocabulary::says_registration(label))
    {
        Some(0)
    } else if said(path) || operation.labels.iter().any(|label| said(label)) || takes_a_new_password(operation) {
        Some(1)
    } else if says(last, Meaning::Users) && operation.body.is_some() {
        Some(2)
    } else {
        None
    }
}

fn of_operation(operation: &Operation, surface: &Surface) -> Option<Registration> {
    let path = operation.path.to_string();
    let Some(body) = &operation.body else {
        let names = ["username", "email", "password"];
        let fields = names.into_iter().map(|name| (name.to_owned(), Value::from(""))).collect();
        let media_type = "application/json".to_owned();
        return Some(Registration {
            path,
            fields,
            body: Body { media_type, schema: Schema::default(), required: true },
        });
    };
    let Value::Object(mut fields) = body::filled(body, surface) else { return None };
    // Who somebody is and the password belong to it, declared as required or not.
    for name in body.schema.properties.keys() {
        if fields::names_user(name) || is_email(name) || fields::holds(name, Holds::Password) {
            fields.entry(name.clone()).or_insert_with(|| Value::from(""));
        }
    }
    let has = |fields: &Map<String, Value>, is: fn(&str) -> bool| {
        let inner = |value: &Value| value.as_object().is_some_and(|o| o.keys().any(|name| is(name)));
        fields.iter().any(|(name, value)| is(name) || inner(value))
    };
    let named = has(&fields, |name| fields::names_user(name) || is_email(name));
    let with_password = has(&fields, |name| fields::holds(name, Holds::Password));
    (named && with_password).then(|| Registration { path, fields, body: body.clone() })
}

#[cfg(test)]
mod tests {
    use model::{SchemaType, Scheme};

    use super::*;
    use crate::samples;

    fn taking(path: &str, names: &[&str]) -> Operation {
        let properties = names.iter().map(|name| ((*name).to_owned(), Schema::of(SchemaType::String))).collect();
        let schema = Schema { properties, ..Schema::of(SchemaType::Object) };
        let body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        Operation { body, ..samples::operation(Method::POST, path) }
    }

    fn paths(operations: Vec<Operation>) -> Vec<String> {
        let operations = operations.into_iter().map(std::sync::Arc::new).collect();
        let surface = Surface { operations, ..Surface::default() };
        places(&surface).into_iter().map(|place| place.path).collect()
    }

    #[test]
    fn registration_is_told_from_login_and_from_other_accounts() {
        let both = ["username", "password"];
        assert_eq!(paths(vec![taking("/auth/login", &both), taking("/auth/register", &both)]), ["/auth/register"]);
        assert_eq!(paths(vec![taking("/api/users", &["email", "password"])]), ["/api/users"]);
        assert_eq!(paths(vec![taking("/user/create", &both)]), ["/user/create"]);
        assert_eq!(paths(vec![taking("/guests/new", &["name", "password", "password2"])]), ["/guests/new"]);
        assert!(paths(vec![taking("/guests/key", &["name", "old_password", "password"])]).is_empty());
        let label = |label: &str| {
            let labels = vec![label.to_owned()];
            is_place(&Operation { labels, ..samples::operation(Method::GET, "/guests/new") })
        };
        assert!(label("Sign up") && label("Create an account") && !label("New guests"));
        assert!(paths(vec![taking("/api/users", &["email", "nickname"]), taking("/books/new", &both)]).is_empty());
        assert!(paths(vec![taking("/password/reset", &both)]).is_empty());
    }

    #[test]
    fn an_account_is_put_where_the_body_asks_for_it() {
        let operation = taking("/sign-up", &["login", "e_mail", "password", "password_confirmation", "colour"]);
        let surface = Surface { operations: vec![std::sync::Arc::new(operation)].into(), ..Surface::default() };
        let account = account(7, 0);
        let extra = Map::from_iter([("is_admin".to_owned(), Value::from(true))]);
        let request = places(&surface)[0].request(&samples::target(Scheme::Http).origin, &account, &extra);
        let sent: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!((sent["login"].as_str(), sent["e_mail"].as_str()), (Some(&*account.name), Some(&*account.email)));
        assert_eq!(sent["password"], sent["password_confirmation"]);
        assert_eq!(
            (&sent["password"], &sent["is_admin"]),
            (&Value::from(account.password.expose()), &Value::from(true))
        );
    }

    #[test]
    fn accounts_differ_by_seed_and_number() {
        assert_ne!(account(7, 0), account(7, 1));
        assert_ne!(account(7, 0), account(8, 0));
    }
}
