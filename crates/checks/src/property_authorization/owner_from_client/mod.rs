use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity};
use serde_json::{Map, Value};

use crate::experiments::own_objects::{self, Creation, OwnObject};
use crate::vocabulary::fields::{self, Holds};
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "owner-from-client",
    aliases: &[],
    title: "Mass assignment: objects can be created in another user's name",
    category: Category::PropertyAuthorization,
    severity: Severity::Medium,
    cwe: &[915, 639],
    tags: &[],
    risk: "Any registered user can create objects that the application shows as another user's.",
    fix: "Take the owner of an object from the session or the token, never from the request.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

/// Most collections in which objects are created.
const PLACES: usize = 3;

/// Objects created in each: one by either user, and one that names the other.
const OBJECTS: u32 = 3;

pub(crate) static CHECK: Check = Check {
    cost: Cost::writes(PLACES as u32 * OBJECTS * own_objects::REQUESTS),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let (user, other) = own_objects::owner_and_peer(probe)?;
    let places = own_objects::places(probe.surface);
    if places.is_empty() {
        return Err(NotTested::not_applicable("no operation creates an object that another one reads"));
    }
    let mut judged = false;
    for place in places.iter().take(PLACES) {
        let Some(own) = own_objects::create(probe, place, Creation::by(user)).await? else { continue };
        if owners(&own).is_empty() {
            continue;
        }
        let theirs = Creation { purpose: "the other's", ..Creation::by(other) };
        let Some(theirs) = own_objects::create(probe, place, theirs).await? else { continue };
        let Some((field, owner)) = differing(&unsent(&own), &unsent(&theirs)) else { continue };
        judged = true;
        let extra = [(field.as_str(), owner.clone())];
        // Who reads it is who it should belong to.
        for read_by in [other, user] {
            let how =
                Creation { by: user, read_by, purpose: &format!("in the name of the other, {read_by}"), extra: &extra };
            let Some(made) = own_objects::create(probe, place, how).await? else { continue };
            found.extend(judge([&own, &theirs, &made], &field, &owner));
            break;
        }
    }
    if judged { Ok(()) } else { Err(NotTested::not_applicable("no object that was created says whose it is")) }
}

/// The fields of an object that say whose it is.
fn owners(object: &OwnObject<'_>) -> Map<String, Value> {
    const FURTHER: [&str; 4] = ["author", "authorid", "creator", "creatorid"];
    let says_owner = |name: &str| {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        fields::holds(name, Holds::Owner) || FURTHER.contains(&plain.as_str())
    };
    let scalar = |value: &Value| value.is_number() || value.is_string() && !fields::is_empty(value);
    let json = object.read.json();
    let object = json.as_deref().and_then(fields::the_object).into_iter().flatten();
    object
        .filter(|(name, value)| says_owner(name) && scalar(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Those of them that its creation did not send: what a client says of its own accord names no user of the server's.
fn unsent(object: &OwnObject<'_>) -> Map<String, Value> {
    let body = &object.created.request.body;
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let form = String::from_utf8_lossy(body).into_owned();
    let is_sent = |name: &str| {
        let in_form = form.split('&').any(|pair| pair.split('=').next() == Some(name));
        in_form || json.as_ref().is_some_and(|json| json.get(name).is_some())
    };
    owners(object).into_iter().filter(|(name, _)| !is_sent(name)).collect()
}

/// The field that tells the objects of two users apart, with the value of the other's.
fn differing(own: &Map<String, Value>, theirs: &Map<String, Value>) -> Option<(String, Value)> {
    let differs = |(name, value): (&String, &Value)| {
        let other = theirs.get(name).filter(|other| *other != value)?;
        Some((name.clone(), other.clone()))
    };
    own.iter().find_map(differs)
}

fn judge([own, theirs, made]: [&OwnObject<'_>; 3], field: &str, owner: &Value) -> Option<Finding> {
    if owners(made).get(field) != Some(owner) {
        return None;
    }
    let evidence = |exchange: &Arc<Exchange>, said: String| Evidence::new(exchange, said);
    let now = format!("the object that the first user created says {field}: {owner}, which is the second user");
    let before = owners(own).get(field).map(Value::to_string).unwrap_or_default();
    let location = Location::of(own.place.create).parameter("body", field);
    Some(
        Finding::new(&RULE, Confidence::Confirmed, location, evidence(&made.read, now))
            .also(evidence(&made.created, format!("the first user sends {field}: {owner}")))
            .also(evidence(&own.read, format!("without the field, an object of the first user says {field}: {before}")))
            .also(evidence(&theirs.read, format!("an object that the second user created says {field}: {owner}"))),
    )
}

#[cfg(test)]
mod tests {
    use model::{Method, Operation, Request};

    use super::*;
    use crate::experiments::own_objects::Place;
    use crate::samples::{self, exchange};

    #[test]
    fn only_an_object_that_names_the_other_user_is_found() {
        let create: Operation = samples::operation(Method::POST, "/notes");
        let read: Operation = samples::operation(Method::GET, "/notes/{id}");
        let object = |body: &str| OwnObject {
            place: Place { create: &create, read: (&read, &read.parameters[0]), list: None },
            created: exchange("/notes", 201, "{}"),
            read: exchange("/notes/7", 200, body),
            address: "7".to_owned(),
            field: "text".to_owned(),
            mark: "mark".to_owned(),
        };
        let [ann, bo] = [r#"{"author": "ann", "text": "mark"}"#, r#"{"author": "bo", "text": "mark"}"#];
        let found = |made: &str| {
            let (own, theirs, made) = (object(ann), object(bo), object(made));
            let (field, owner) = differing(&owners(&own), &owners(&theirs)).unwrap();
            judge([&own, &theirs, &made], &field, &owner).is_some()
        };
        assert!(found(bo) && !found(ann));
        assert!(owners(&object(r#"{"text": "mark", "title": "bo"}"#)).is_empty());
        assert_eq!(differing(&owners(&object(ann)), &owners(&object(ann))), None, "one owner for all");
        let request = Request::new(Method::POST, &samples::origin(model::Scheme::Http), "/notes");
        let request = request.body("application/json", ann.as_bytes().to_vec());
        let sent = OwnObject { created: samples::asked(request, 201, &[], "{}"), ..object(ann) };
        assert!(unsent(&sent).is_empty() && !unsent(&object(ann)).is_empty(), "the author of a book is no user");
    }
}
