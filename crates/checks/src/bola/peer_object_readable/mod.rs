use std::sync::Arc;

use model::{Category, Consent, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity};

use crate::experiments::own_objects::{self, Creation, OwnObject};
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Terms, Twins};

mod mutual;

pub(crate) static RULE: Rule = Rule {
    id: "peer-object-readable",
    aliases: &[],
    title: "BOLA: a user can read another user's private object",
    category: Category::Bola,
    severity: Severity::High,
    cwe: &[639, 862],
    tags: &[],
    risk: "Any registered user can read the private data of all other users.",
    fix: "Look objects up together with their owner, taken from the session or token, and respond with 404 for all others.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Insecure_Direct_Object_Reference_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

/// Most collections in which an object is created.
const PLACES: usize = 3;

/// After the object is created: read by nobody and by the peer, and both lists.
const LOOKS: u32 = 4;

pub(crate) static CHECK: Check = Check {
    cost: Cost::writes(PLACES as u32 * (own_objects::REQUESTS + LOOKS)),
    read_only: Some(Terms { cost: Cost::reads(mutual::REQUESTS), shares: None }),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let (owner, peer) = own_objects::owner_and_peer(probe)?;
    if probe.target.consent < Consent::SafeWrites {
        return mutual::probe_target(probe, &RULE, [owner, peer], found).await;
    }
    let places = own_objects::places(probe.surface);
    if places.is_empty() {
        return Err(NotTested::not_applicable("no operation creates an object that another one reads"));
    }
    let mut judged = false;
    for place in places.iter().take(PLACES) {
        let Some(object) = own_objects::create(probe, place, Creation::by(owner)).await? else { continue };
        judged = true;
        let read = |by| probe.response_to(own_objects::reading(probe, place, &object.address, by));
        let (anonymous, by_peer) = (read(None).await?, read(Some(peer)).await?);
        if object.is_shown_by(&anonymous) || !object.is_shown_by(&by_peer) {
            continue;
        }
        let lists =
            [own_objects::list(probe, place, Some(owner)).await?, own_objects::list(probe, place, Some(peer)).await?];
        found.extend(judge(&object, &by_peer, &anonymous, &lists));
    }
    if judged { Ok(()) } else { Err(NotTested::inconclusive("no object that was created could be read back")) }
}

fn judge(
    object: &OwnObject<'_>,
    by_peer: &Arc<Exchange>,
    anonymous: &Arc<Exchange>,
    lists: &[Option<Arc<Exchange>>; 2],
) -> Option<Finding> {
    let (confidence, why) = object.private(lists)?;
    let (operation, parameter) = object.place.read;
    let location = Location::of(operation).parameter(parameter.place.id(), &parameter.name);
    let OwnObject { field, mark, .. } = object;
    let said = format!("a second user reads the object of the first: the text {mark} of the field {field}");
    let created = format!("the first user created the object, with the text {mark} in the field {field}");
    let without = format!("status {} without credentials", anonymous.status());
    let mut finding = Finding::new(&RULE, confidence, location, Evidence::new(by_peer, said))
        .also(Evidence::new(&object.created, created))
        .also(Evidence::new(&object.read, "the owner reads the object"))
        .also(Evidence::new(anonymous, without));
    if let [_, Some(list)] = lists {
        finding = finding.also(Evidence::new(list, "the list of the second user does not show that text"));
    }
    Some(finding.detail(format!("The object is the first user's alone: {why}.")))
}

#[cfg(test)]
mod tests {
    use model::{Confidence, Method, Operation};

    use super::*;
    use crate::experiments::own_objects::Place;
    use crate::samples::{self, exchange};

    const EMPTY: &str = r#"{"notes": []}"#;
    const TITLES: &str = r#"{"notes": [{"id": 3, "title": "mark1title2"}]}"#;
    const WHOLE: &str = r#"{"notes": [{"id": 3, "title": "mark1title2", "secret": "mark2secret"}]}"#;

    fn found(path: &str, field: &str, address: &str, lists: [Option<&str>; 2]) -> Option<Confidence> {
        let create: Operation = samples::operation(Method::POST, path);
        let read: Operation = samples::operation(Method::GET, &format!("{path}/{{id}}"));
        let body = format!(r#"{{"{field}": "mark2secret"}}"#);
        let mut created = Arc::into_inner(exchange(path, 201, "{}")).unwrap();
        created.request.body = br#"{"title": "mark1title2"}"#.to_vec();
        let object = OwnObject {
            place: Place { create: &create, read: (&read, &read.parameters[0]), list: None },
            created: created.into(),
            read: exchange(path, 200, &body),
            address: address.to_owned(),
            field: field.to_owned(),
            mark: "mark2secret".to_owned(),
        };
        let lists = lists.map(|list| list.map(|body| exchange(path, 200, body)));
        judge(&object, &object.read, &exchange(path, 401, "{}"), &lists).map(|finding| finding.confidence)
    }

    #[test]
    fn an_object_that_only_its_owner_is_shown_is_private() {
        assert_eq!(found("/memos", "text", "mark1title2", [Some(TITLES), Some(EMPTY)]), Some(Confidence::Confirmed));
        assert_eq!(found("/memos", "text", "7", [Some(WHOLE), Some(EMPTY)]), Some(Confidence::Confirmed));
        let address = "3fa85f64-5717-4562-b3fc-2c963f66afa6";
        assert_eq!(found("/memos", "text", address, [Some(WHOLE), Some(EMPTY)]), Some(Confidence::Tentative));
    }

    #[test]
    fn a_secret_that_no_list_shows_is_private() {
        assert_eq!(found("/memos", "secret", "mark1title2", [Some(TITLES); 2]), Some(Confidence::Confirmed));
        assert_eq!(found("/memos", "secret", "7", [None; 2]), Some(Confidence::Firm));
        assert_eq!(found("/orders", "text", "7", [None; 2]), Some(Confidence::Firm));
    }

    #[test]
    fn what_all_users_are_shown_is_shared_by_design() {
        assert_eq!(found("/posts", "text", "7", [Some(WHOLE); 2]), None);
        assert_eq!(found("/posts", "secret", "7", [Some(WHOLE); 2]), None);
        assert_eq!(found("/posts", "text", "mark1title2", [Some(TITLES); 2]), None, "a list of titles");
        assert_eq!(found("/posts", "text", "7", [None; 2]), None);
    }
}
