use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Rule, Severity, Surface,
};
use serde_json::Value;

use crate::calling::request;
use crate::experiments::own_objects::{self, Creation, OwnObject, Place};
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "peer-object-writable",
    aliases: &[],
    title: "BOLA: a user can change another user's private object",
    category: Category::Bola,
    severity: Severity::High,
    cwe: &[639, 862],
    tags: &[],
    risk: "Any registered user can overwrite the data of all other users.",
    fix: "Look objects up together with their owner, taken from the session or token, before changing them.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Insecure_Direct_Object_Reference_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

/// Most collections in which an object is created.
const PLACES: usize = 3;

/// After the object is created: two changes, each with a reading by the owner, a reading by the peer, and both lists.
const LOOKS: u32 = 7;

pub(crate) static CHECK: Check = Check {
    cost: Cost::writes(PLACES as u32 * (own_objects::REQUESTS + LOOKS)),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// The operation that changes what another reads.
fn change<'a>(surface: &'a Surface, place: &Place<'_>) -> Option<&'a Operation> {
    let changes = |o: &&Operation| {
        matches!(o.method.as_str(), "PUT" | "PATCH")
            && o.body.is_some()
            && o.path.has_parameters()
            && o.path.is_same_place(&place.read.0.path)
    };
    surface.operations.iter().map(AsRef::as_ref).find(changes)
}

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let (owner, peer) = own_objects::owner_and_peer(probe)?;
    let places: Vec<(Place<'_>, &Operation)> = own_objects::places(probe.surface)
        .into_iter()
        .filter_map(|place| change(probe.surface, &place).map(|change| (place, change)))
        .collect();
    if places.is_empty() {
        return Err(NotTested::not_applicable("no operation changes an object that another one creates"));
    }
    let mut judged = false;
    for (place, change) in places.iter().take(PLACES) {
        let Some(object) = own_objects::create(probe, place, Creation::by(owner)).await? else { continue };
        judged = true;
        // Before anything is changed: they show the text that the owner gave.
        let lists =
            [own_objects::list(probe, place, Some(owner)).await?, own_objects::list(probe, place, Some(peer)).await?];
        let Some(anonymous) = changed(probe, &object, change, None, owner).await? else { continue };
        if anonymous.is_effective {
            continue; // everyone may change it, which is another fault, or none
        }
        let Some(by_peer) = changed(probe, &object, change, Some(peer), owner).await? else { continue };
        if !by_peer.is_effective {
            continue;
        }
        let read = probe.response_to(own_objects::reading(probe, place, &object.address, Some(peer))).await?;
        found.extend(judge(&object, change, &by_peer, [&anonymous.sent, &read], &lists));
    }
    if judged { Ok(()) } else { Err(NotTested::inconclusive("no object that was created could be read back")) }
}

/// What came of an attempt to change the object.
struct Changed {
    sent: Arc<Exchange>,
    /// What the owner then read.
    read: Arc<Exchange>,
    mark: String,
    is_effective: bool,
}

/// Changes the text of the object's field and lets its owner read it; `None` where such a change may not be sent.
async fn changed(
    probe: &TargetProbe<'_>,
    object: &OwnObject<'_>,
    change: &Operation,
    by: Option<&str>,
    owner: &str,
) -> Result<Option<Changed>, NotTested> {
    let mark = probe.canary(&format!("{} {}", change.path, by.unwrap_or("nobody")));
    let values: Vec<request::Value<'_>> =
        change.parameters.iter().take(1).map(|parameter| request::Value::of(parameter, &object.address)).collect();
    let fields = [(object.field.as_str(), Value::from(mark.as_str()))];
    let request = request::with_fields(change, probe.surface, probe.target, &values, &fields).fresh();
    let request = match by {
        Some(identity) => request.identity(identity),
        None => request.anonymous(),
    };
    let sent = match probe.response_to(request).await {
        Err(NotTested::ForeignObject) => return Ok(None),
        sent => sent?,
    };
    let read = probe.response_to(own_objects::reading(probe, &object.place, &object.address, Some(owner))).await?;
    let is_effective = read.is_success() && read.text().contains(&mark);
    Ok(Some(Changed { sent, read, mark, is_effective }))
}

/// What the peer cannot even read is not the peer's to change; else the object has to be the owner's alone. Pages that every user edits
/// are so by design.
fn judge(
    object: &OwnObject<'_>,
    change: &Operation,
    by_peer: &Changed,
    [anonymous, read]: [&Arc<Exchange>; 2],
    lists: &[Option<Arc<Exchange>>; 2],
) -> Option<Finding> {
    let withheld = !read.is_success() || !read.text().contains(&by_peer.mark);
    let (confidence, why) = if withheld {
        (Confidence::Confirmed, "the other user cannot read the object")
    } else {
        object.private(lists)?
    };
    let location = match change.path.parameters().next() {
        Some(name) => Location::of(change).parameter("path", name),
        None => Location::of(change),
    };
    let (field, mark) = (&object.field, &by_peer.mark);
    let now = format!("the owner reads the text of the second user, {mark}, in the field {field}");
    let before = format!("the owner created the object with the text {} in this field", object.mark);
    let without = format!("status {} for the same change without credentials", anonymous.status());
    Some(
        Finding::new(&RULE, confidence, location, Evidence::new(&by_peer.read, now))
            .also(Evidence::new(&object.created, before))
            .also(Evidence::new(&by_peer.sent, "the second user changes the field"))
            .also(Evidence::new(anonymous, without))
            .detail(format!("The object is the first user's alone: {why}.")),
    )
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples::{self, exchange};

    fn found(read_by_peer: (u16, &str), lists: [Option<&str>; 2]) -> Option<Confidence> {
        let create: Operation = samples::operation(Method::POST, "/memos");
        let read: Operation = samples::operation(Method::GET, "/memos/{id}");
        let change: Operation = samples::operation(Method::PUT, "/memos/{id}");
        let object = OwnObject {
            place: Place { create: &create, read: (&read, &read.parameters[0]), list: None },
            created: exchange("/memos", 201, "{}"),
            read: exchange("/memos/7", 200, r#"{"text": "first"}"#),
            address: "7".to_owned(),
            field: "text".to_owned(),
            mark: "first".to_owned(),
        };
        let now = exchange("/memos/7", 200, r#"{"text": "second"}"#);
        let by_peer = Changed { sent: now.clone(), read: now, mark: "second".to_owned(), is_effective: true };
        let (anonymous, read) = (exchange("/memos/7", 401, "{}"), exchange("/memos/7", read_by_peer.0, read_by_peer.1));
        let lists = lists.map(|list| list.map(|body| exchange("/memos", 200, body)));
        judge(&object, &change, &by_peer, [&anonymous, &read], &lists).map(|finding| finding.confidence)
    }

    #[test]
    fn what_everybody_reads_may_be_for_everybody_to_edit() {
        let shared = (200, r#"{"text": "second"}"#);
        assert_eq!(found((403, "{}"), [None; 2]), Some(Confidence::Confirmed));
        assert_eq!(found(shared, [Some(r#"[{"text": "first"}]"#), Some("[]")]), Some(Confidence::Confirmed));
        assert_eq!(found(shared, [Some(r#"[{"text": "first"}]"#); 2]), None, "a wiki");
        assert_eq!(found(shared, [None; 2]), None);
    }
}
