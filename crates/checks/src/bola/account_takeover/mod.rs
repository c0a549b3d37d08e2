use std::sync::Arc;

use model::{
    Account, Category, Confidence, Effect, Evidence, Exchange, Finding, Location, NotTested, Operation, ParameterIn,
    Request, Rule, Severity,
};
use serde_json::{Map, Value};

use crate::calling::{body, request};
use crate::experiments::own_account;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{Meaning, says, words};
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "account-takeover",
    aliases: &[],
    title: "BOLA: unauthorized change of another user's password",
    category: Category::Bola,
    severity: Severity::Critical,
    cwe: &[639, 620],
    tags: &[],
    risk: "Any registered user can take over every account whose username or ID is known, administrators included.",
    fix: "Change the password of the user of the session or token only, and require the current password.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#require-re-authentication-for-sensitive-features",
    ],
    page: include_str!("page.md"),
};

/// Most operations that are tried.
const PLACES: usize = 2;

/// For each: the change, and the change back.
const CHANGES: u32 = 2;

/// For each: logins as the victim with the new and the old password, and as the attacker.
const LOGINS: u32 = 4;

pub(crate) static CHECK: Check = Check {
    // Last of all: a server may end the sessions of an account whose password changes.
    cost: Cost {
        effect: Effect::Destroys,
        ..Cost::writes(PLACES as u32 * (CHANGES + LOGINS * own_account::LOGIN_REQUESTS))
    },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let places: Vec<Place<'_>> = probe.surface.operations.iter().filter_map(|o| place(o)).take(PLACES).collect();
    if places.is_empty() {
        return Err(NotTested::not_applicable("no operation sets the password of a user that the request names"));
    }
    let [attacker, victim, ..] = probe.observations.accounts.as_slice() else {
        return Err(NotTested::inconclusive("no two accounts could be registered"));
    };
    for place in places {
        takes_over(probe, &place, attacker, victim, found).await?;
    }
    Ok(())
}

/// An operation that sets a password, and the parameter or the field that says whose.
struct Place<'a> {
    operation: &'a Operation,
    whose: (&'static str, String),
}

fn place(operation: &Operation) -> Option<Place<'_>> {
    let declared = operation.body.as_ref()?;
    let changes = match operation.method.as_str() {
        "PUT" | "PATCH" => true,
        // What registers and what logs in takes a name and a password as well.
        "POST" => words(&operation.path).any(|word| word == "password" || word == "passwd"),
        _ => false,
    };
    let sets = declared.schema.properties.keys().any(|name| is_new_password(name));
    if !changes || !sets || says(&operation.path, Meaning::Login) {
        return None;
    }
    let in_path = operation.parameters_in(ParameterIn::Path).next().map(|p| ("path", p.name.clone()));
    let in_body = || {
        let named = declared.schema.properties.keys().find(|name| fields::names_user(name));
        named.filter(|_| !operation.path.has_parameters()).map(|name| ("body", name.clone()))
    };
    let whose = match in_path {
        Some(named) => own_account::is_of_users(operation).then_some(named),
        None => in_body(),
    };
    Some(Place { operation, whose: whose? })
}

fn is_new_password(name: &str) -> bool {
    is_password(name) && !is_old_password(name)
}

fn is_password(name: &str) -> bool {
    fields::holds(name, Holds::Password) || words(name).any(|word| word == "password" || word == "passwd")
}

fn is_old_password(name: &str) -> bool {
    words(name).any(|word| matches!(word.as_str(), "old" | "current" | "existing" | "previous"))
}

/// The request of the attacker that sets a user's password.
fn setting(probe: &TargetProbe<'_>, place: &Place<'_>, attacker: &Account, of: &Account, password: &str) -> Request {
    let operation = place.operation;
    let values = own_account::in_path(operation, of);
    let filled = operation.body.as_ref().map(|declared| body::filled(declared, probe.surface));
    let mut fields: Map<String, Value> = filled.and_then(|filled| filled.as_object().cloned()).unwrap_or_default();
    for name in operation.body.iter().flat_map(|declared| declared.schema.properties.keys()) {
        let value = if is_old_password(name) {
            attacker.password.expose()
        } else if is_password(name) {
            password
        } else if name.to_ascii_lowercase().contains("mail") {
            of.email.as_str()
        } else if fields::names_user(name) {
            of.name.as_str()
        } else {
            continue;
        };
        fields.insert(name.clone(), Value::from(value));
    }
    let fields: Vec<(&str, Value)> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    request::with_fields(operation, probe.surface, probe.target, &values, &fields).identity(&attacker.identity).fresh()
}

/// The attacker sets the victim's password. What counts is with which of the two passwords the victim then logs in.
async fn takes_over(
    probe: &TargetProbe<'_>,
    place: &Place<'_>,
    attacker: &Account,
    victim: &Account,
    found: &mut Findings,
) -> Result<(), NotTested> {
    let old = victim.password.expose();
    let new = format!("Mb8!{}", probe.canary("new password"));
    let changed = match probe.response_to(setting(probe, place, attacker, victim, &new)).await {
        Err(NotTested::ForeignObject) => return Ok(()),
        changed => changed?,
    };
    if !matches!(changed.status(), 200..=399) {
        return Ok(());
    }
    if let Some(with_new) = own_account::log_in(probe, victim, &new).await? {
        let with_old = with_new.again(probe, old).await?;
        if !own_account::lets_in(&with_old) {
            found.push(finding(place, &changed, &with_new.response, &with_old));
        }
        // Other rules and the clean-up know the old one.
        probe.response_to(setting(probe, place, attacker, victim, old)).await?;
    } else if own_account::log_in(probe, attacker, &new).await?.is_some() {
        // It set the password of the caller, whomever the request names.
        let back = setting(probe, place, attacker, attacker, attacker.password.expose());
        probe.response_to(back).await?;
    }
    Ok(())
}

fn finding(place: &Place<'_>, changed: &Arc<Exchange>, with_new: &Arc<Exchange>, with_old: &Arc<Exchange>) -> Finding {
    let (place_id, name) = &place.whose;
    let location = Location::of(place.operation).parameter(place_id, name);
    let sent = format!("with the first user's token: a new password for the second user, named in {name}");
    let entered = "the second user's name logs in with the password that the first user set";
    Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(with_new, entered))
        .also(Evidence::new(changed, sent))
        .also(Evidence::new(with_old, "the second user's own password is rejected from then on"))
}

#[cfg(test)]
mod tests {
    use model::{Body, Method, Schema, SchemaType};

    use super::*;
    use crate::samples;

    fn whose(method: Method, path: &str, names: &[&str]) -> Option<String> {
        let properties = names.iter().map(|name| ((*name).to_owned(), Schema::of(SchemaType::String))).collect();
        let schema = Schema { properties, ..Schema::of(SchemaType::Object) };
        let body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        let operation = Operation { body, ..samples::operation(method, path) };
        place(&operation).map(|place| place.whose.1)
    }

    #[test]
    fn operations_that_name_whose_password_they_set_are_told_from_others() {
        let of = |name: &str| Some(name.to_owned());
        assert_eq!(whose(Method::PUT, "/users/{username}/password", &["password"]), of("username"));
        assert_eq!(whose(Method::POST, "/change-password", &["username", "new_password"]), of("username"));
        assert_eq!(whose(Method::PUT, "/me/password", &["old_password", "new_password"]), None);
        assert_eq!(whose(Method::POST, "/register", &["username", "password"]), None);
        assert_eq!(whose(Method::POST, "/login", &["username", "password"]), None);
        assert_eq!(whose(Method::PUT, "/wifi/{ssid}", &["password"]), None, "no user");
        assert_eq!(whose(Method::DELETE, "/users/{username}", &["current_password"]), None);
    }
}
