//! What in a list that anybody can query belongs to its users alone.

use serde_json::{Map, Value};

use crate::text::labelled;
use crate::vocabulary;
use crate::vocabulary::fields::{self, Holds};

/// What is personal wherever it stands. A shop has an address and a telephone, an author an e-mail address.
const PRIVATE: [&str; 14] = [
    "ssn",
    "socialsecuritynumber",
    "nationalid",
    "passportnumber",
    "dob",
    "dateofbirth",
    "salary",
    "iban",
    "accountnumber",
    "cardnumber",
    "creditcard",
    "diagnosis",
    "medication",
    "insurancenumber",
];

fn plain(name: &str) -> String {
    name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Whether a list of this name and type is one of users. Employees and members may be a team that shows itself.
pub(super) fn is_of_users(field: &str, of: &str) -> bool {
    const USERS: [&str; 8] = ["user", "users", "customer", "customers", "account", "accounts", "patient", "patients"];
    vocabulary::words(field).chain(vocabulary::words(of)).any(|word| USERS.contains(&word.as_str()))
}

/// Whether a field of this name holds what no stranger should read.
pub(super) fn is_sensitive(name: &str) -> bool {
    is_credential(name) || PRIVATE.contains(&plain(name).as_str())
}

/// A password, its hash, or what stands in for one.
pub(super) fn is_credential(name: &str) -> bool {
    fields::holds(name, Holds::Password) || labelled::names_a_password(name) || fields::holds(name, Holds::Token)
}

/// The names of the fields that give such values in the first items of the answer, and the values.
pub(super) fn exposed(items: &[Value], users: bool) -> Vec<(&str, &str)> {
    const ITEMS: usize = 20;
    let objects = items.iter().take(ITEMS).filter_map(Value::as_object);
    objects.flat_map(|object| of_object(object, users)).collect()
}

fn of_object(object: &Map<String, Value>, users: bool) -> Vec<(&str, &str)> {
    let somebody = users || !fields::names_of(object, Holds::Identity).is_empty();
    let account = users || ["username", "email", "login"].iter().any(|name| object.contains_key(*name));
    let counts = |name: &str, value: &str| {
        // A coin has a name and a token too.
        let is_token = fields::holds(name, Holds::Token);
        is_token && account && value.len() >= 6
            || !is_token && somebody && is_sensitive(name)
            || users && is_contact(name, value)
    };
    let given = object.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
    given.filter(|(name, value)| is_a_value(value) && counts(name, value)).collect()
}

/// An e-mail address or telephone number of a user.
fn is_contact(name: &str, value: &str) -> bool {
    match plain(name).as_str() {
        "email" | "emailaddress" => labelled::has_address(value),
        "phone" | "phonenumber" | "mobile" => value.bytes().filter(u8::is_ascii_digit).count() >= 7,
        _ => false,
    }
}

/// Neither empty nor masked, nor a word about the field.
fn is_a_value(value: &str) -> bool {
    const WORDS: [&str; 6] = ["string", "hidden", "redacted", "null", "none", "secret"];
    value.len() >= 4
        && !value.contains(['*', '\u{2022}', ' '])
        && !value.to_ascii_lowercase().contains("xxx")
        && !WORDS.contains(&value.to_ascii_lowercase().as_str())
        || labelled::has_address(value) && !value.contains('*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_catalogue_gives_nothing_away() {
        let names = |items: Value, field: &str, of: &str| {
            let items = items.as_array().unwrap().clone();
            exposed(&items, is_of_users(field, of)).into_iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
        };
        for (items, field, of) in [
            (json!([{"id": "1", "title": "Dune", "price": 9}]), "books", "Book"),
            (json!([{"id": "1", "name": "F. Herbert", "email": "f@herbert.example"}]), "authors", "Author"),
            (json!([{"id": "1", "name": "Mill St", "phone": "555 123 4567", "address": "1 Mill St"}]), "shops", "Shop"),
            (json!([{"id": "1", "name": "Ann", "email": "ann@x.example"}]), "members", "Member"),
            (json!([{"id": "1", "username": "ann", "bio": "hi"}]), "users", "User"),
            (json!([{"id": "1", "email": "a***@x.example", "password": null, "apiKey": "****"}]), "users", "User"),
            (json!([{"id": "1", "token": "string", "password": "hidden"}]), "users", "User"),
            (json!([{"name": "Bitcoin", "token": "BITCOIN"}]), "coins", "Coin"),
            (json!([{"symbol": "BTC", "secret": false, "token": 1}]), "coins", "Coin"),
        ] {
            assert_eq!(names(items.clone(), field, of), [""; 0], "{items}");
        }
        assert_eq!(names(json!([{"id": "1", "email": "ann@x.example"}]), "users", "User"), ["email"]);
        assert_eq!(names(json!([{"name": "ann", "passwordHash": "5f4dcc3b5aa7"}]), "people", "P"), ["passwordHash"]);
        assert_eq!(names(json!([{"name": "ann", "ssn": "123-45-6789"}]), "staff", "S"), ["ssn"]);
    }
}
