//! Parameters of a query that set what an object is like: `?enabled=false`, `?new_password=x`, `?to=3&amount=100`.

use model::{Operation, Parameter, ParameterIn, Source};

use super::meaning::is_destructive;
use super::words::{collection, words};

/// What an object is like, as names of parameters.
const STATES: [&str; 24] = [
    "active",
    "admin",
    "approved",
    "archived",
    "banned",
    "blocked",
    "closed",
    "completed",
    "deleted",
    "disabled",
    "done",
    "enabled",
    "locked",
    "owner",
    "paid",
    "permission",
    "permissions",
    "price",
    "published",
    "role",
    "status",
    "suspended",
    "verified",
    "visible",
];

/// What is kept of a person and changed by a parameter that says `new`.
const KEPT: [&str; 12] =
    ["password", "passwd", "pass", "passphrase", "pwd", "pin", "email", "mail", "role", "owner", "status", "secret"];

/// The part of the parameter's name that says that it sets something.
pub(super) fn set_by<'p>(parameter: &'p Parameter, operation: &Operation) -> Option<&'p str> {
    let value = parameter.example.as_deref().filter(|value| !value.is_empty())?;
    let name: Vec<String> = words(&parameter.name).collect();
    let name: Vec<&str> = name.iter().map(String::as_str).collect();
    let truth =
        matches!(value.to_ascii_lowercase().as_str(), "1" | "0" | "true" | "false" | "yes" | "no" | "on" | "off");
    let says = if operation.source == Source::Specification {
        // Of a document the example is sent as it stands: `delete_after=true`.
        let begins = name.len() > 1 && name.first().is_some_and(|first| is_destructive(first));
        begins && matches!(value, "1" | "true" | "yes" | "on")
    } else {
        let joined = name.concat();
        let new = name.contains(&"new") && name.iter().any(|word| KEPT.contains(word))
            || joined.strip_prefix("new").is_some_and(|rest| KEPT.contains(&rest));
        let sets = name.len() > 1 && matches!(name[0], "set" | "change" | "update" | "make");
        let confirms = matches!(joined.as_str(), "confirm" | "confirmed" | "areyousure") && truth;
        let switches = matches!(joined.as_str(), "enabled" | "disabled" | "enable" | "disable") && truth;
        let state = name.strip_prefix(&["is"]).unwrap_or(&name);
        let of_object = matches!(state, [one] if STATES.contains(one)) && names_object(operation, parameter);
        new || sets
            || confirms
            || (switches || of_object) && !lists(operation)
            || is_amount(&joined) && is_transfer(operation)
    };
    says.then_some(parameter.name.as_str())
}

/// Whether another parameter names one object.
fn names_object(operation: &Operation, but: &Parameter) -> bool {
    let is_id = |name: &str| {
        let last = words(name).last().unwrap_or_default();
        matches!(last.as_str(), "id" | "uid" | "uuid" | "user" | "username" | "account")
    };
    let mut others = operation.parameters.iter().filter(|p| p.place == ParameterIn::Query && p.name != but.name);
    others.any(|p| p.example.is_some() && is_id(&p.name))
}

/// Whether a path lists or finds things, which the parameters choose among.
fn lists(operation: &Operation) -> bool {
    const FINDS: [&str; 10] =
        ["search", "find", "filter", "list", "query", "report", "export", "browse", "index", "history"];
    let last = words(collection(&operation.path)).last().unwrap_or_default();
    let plural =
        last.ends_with('s') && !last.ends_with("ss") && !matches!(last.as_str(), "settings" | "preferences" | "status");
    plural || words(&operation.path).any(|word| FINDS.contains(&word.as_str()))
}

fn is_amount(name: &str) -> bool {
    matches!(name, "amount" | "sum" | "betrag" | "montant" | "monto" | "importe" | "valor" | "importo" | "kwota")
}

/// Whether the query says who gets an amount. What is converted goes to a unit or a currency.
fn is_transfer(operation: &Operation) -> bool {
    const GETS: [&str; 12] = [
        "to",
        "recipient",
        "receiver",
        "payee",
        "dest",
        "destination",
        "account",
        "iban",
        "toaccount",
        "touser",
        "beneficiary",
        "target",
    ];
    const READS: [&str; 9] =
        ["convert", "converter", "conversion", "calc", "calculate", "quote", "rate", "exchange", "fee"];
    let names_one = |p: &Parameter| {
        let name = words(&p.name).collect::<String>();
        let value = p.example.as_deref().unwrap_or_default();
        GETS.contains(&name.as_str()) && value.chars().any(|c| c.is_ascii_digit() || c == '@') || name == "recipient"
    };
    let reads = words(&operation.path).any(|word| READS.contains(&word.as_str()));
    !reads && operation.parameters_in(ParameterIn::Query).any(names_one)
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples;

    fn sets(path: &str, query: &[(&str, &str)], source: Source) -> bool {
        let parameters = query.iter().map(|(name, value)| samples::link(name, value).parameters.remove(0)).collect();
        let operation = Operation { parameters, ..Operation::undeclared(Method::GET, path, source) };
        operation.parameters.iter().any(|p| set_by(p, &operation).is_some())
    }

    #[test]
    fn a_query_that_sets_something_is_told_from_one_that_chooses() {
        for (path, query) in [
            ("/me", &[("new_password", "a")][..]),
            ("/me", &[("newEmail", "a@b.example")]),
            ("/ticket", &[("set_status", "closed")]),
            ("/send-money", &[("to", "3"), ("amount", "100")]),
            ("/person", &[("role", "admin"), ("user", "3")]),
            ("/bill", &[("paid", "1"), ("id", "3")]),
            ("/settings", &[("enabled", "false")]),
            ("/x", &[("confirm", "yes")]),
        ] {
            assert!(sets(path, query, Source::Link), "{path} {query:?}");
        }
        for (path, query) in [
            ("/orders", &[("paid", "1"), ("user", "3")][..]),
            ("/users", &[("role", "admin")]),
            ("/search", &[("status", "open"), ("id", "3")]),
            ("/money", &[("from", "EUR"), ("to", "USD"), ("amount", "100")]),
            ("/convert", &[("to", "m2"), ("amount", "100")]),
            ("/a", &[("format", "json")]),
            ("/a", &[("set", "photos")]),
            ("/a", &[("new", "1")]),
            ("/products", &[("enabled", "true")]),
            ("/hotel", &[("checkin", "2026-01-01"), ("id", "3")]),
        ] {
            assert!(!sets(path, query, Source::Link), "{path} {query:?}");
        }
        assert!(sets("/a", &[("delete_after", "true")], Source::Specification));
        assert!(!sets("/a", &[("delete_after", "false")], Source::Specification));
        assert!(!sets("/a", &[("status", "paid"), ("id", "3")], Source::Specification));
    }
}
