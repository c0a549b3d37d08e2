//! Two identities that read each other's objects, without consent to create any.

use std::sync::Arc;

use model::{Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule};
use serde_json::{Map, Value};

use crate::calling::harvested::singular;
use crate::calling::request;
use crate::experiments::own_objects::{self, Listed};
use crate::vocabulary::{self, fields};
use crate::{Findings, TargetProbe};

/// Most lists that are compared.
const LISTS: usize = 3;

/// For each: both lists, and an object of either read by its owner, by the other and by nobody.
pub(super) const REQUESTS: u32 = LISTS as u32 * 8;

/// Reads what only one of them is listed as the other. Staff may read all objects, and so it takes both of them.
pub(super) async fn probe_target(
    probe: &TargetProbe<'_>,
    rule: &'static Rule,
    [one, other]: [&str; 2],
    found: &mut Findings,
) -> Result<(), NotTested> {
    let listed = own_objects::listed(probe.surface);
    if listed.is_empty() {
        return Err(NotTested::not_applicable("no list leads to single objects"));
    }
    let mut judged = false;
    for place in listed.iter().take(LISTS) {
        let list = |by: &str| {
            probe.response_to(request::build(place.list, probe.surface, probe.target, &[]).identity(by).fresh())
        };
        let (of_one, of_other) = (list(one).await?, list(other).await?);
        let (Some(first), Some(second)) = (only_in(place, &of_one, &of_other), only_in(place, &of_other, &of_one))
        else {
            continue;
        };
        judged = true;
        let Some(theirs) = read_by_both(probe, place, &second, [other, one]).await? else { continue };
        let Some(ours) = read_by_both(probe, place, &first, [one, other]).await? else { continue };
        found.push(finding(rule, place, &theirs, &ours, &of_one));
    }
    if judged { Ok(()) } else { Err(NotTested::inconclusive("no list shows each identity objects of its own")) }
}

/// The id of an object that is in one list and not in the other.
fn only_in(place: &Listed<'_>, list: &Exchange, other: &Exchange) -> Option<String> {
    let collection = singular(&vocabulary::collection(&place.list.path).to_ascii_lowercase());
    let ids = |exchange: &Exchange| -> Option<Vec<String>> {
        let json = exchange.json().filter(|_| exchange.is_success())?;
        let objects = fields::the_list(&json)?.iter().filter_map(Value::as_object);
        Some(objects.filter_map(|object| own_objects::id_of(object, place.parameter, &collection)).collect())
    };
    let others = ids(other)?;
    ids(list)?.into_iter().find(|id| !others.contains(id))
}

/// The object as its owner and the other read it, if both are shown the same and nobody is without credentials.
async fn read_by_both(
    probe: &TargetProbe<'_>,
    place: &Listed<'_>,
    id: &str,
    [owner, peer]: [&str; 2],
) -> Result<Option<[Arc<Exchange>; 3]>, NotTested> {
    let request = || {
        let values = [request::Value::of(place.parameter, id)];
        request::build(place.read, probe.surface, probe.target, &values).fresh()
    };
    let anonymous = probe.response_to(request().anonymous()).await?;
    let by_owner = probe.response_to(request().identity(owner)).await?;
    let by_peer = probe.response_to(request().identity(peer)).await?;
    let object = |exchange: &Exchange| -> Option<Map<String, Value>> {
        let json = exchange.json().filter(|_| exchange.is_success())?;
        fields::the_object(&json).cloned()
    };
    let same = object(&by_owner).is_some_and(|own| object(&by_peer) == Some(own)) && object(&anonymous).is_none();
    Ok(same.then_some([by_peer, by_owner, anonymous]))
}

fn finding(
    rule: &'static Rule,
    place: &Listed<'_>,
    [theirs, by_owner, anonymous]: &[Arc<Exchange>; 3],
    [ours, _, _]: &[Arc<Exchange>; 3],
    list: &Arc<Exchange>,
) -> Finding {
    let location = Location::of(place.read).parameter("path", &place.parameter.name);
    let without = format!("status {} without credentials", anonymous.status());
    Finding::new(
        rule,
        Confidence::Firm,
        location,
        Evidence::new(theirs, "the first identity reads an object of the second"),
    )
    .also(Evidence::new(by_owner, "the second identity reads the same"))
    .also(Evidence::new(ours, "the second identity reads an object of the first"))
    .also(Evidence::new(list, "the list of the first identity does not show the second's object"))
    .also(Evidence::new(anonymous, without))
}

#[cfg(test)]
mod tests {
    use model::{Credential, Identity, Method, Scheme, Secret, Target};

    use crate::samples;
    use crate::scripted::{Said, Scripted};

    /// Confidences where the first identity may read what is listed for `first`, and the second what is listed for `second`.
    async fn found(readable: fn(&str, &str) -> bool) -> usize {
        let identity = |name: &str| Identity {
            name: name.to_owned(),
            credential: Some(Credential::Bearer(Secret::new(name))),
            headers: Vec::new(),
        };
        let target = Target { identities: vec![identity("ann"), identity("bo")], ..samples::target(Scheme::Http) };
        let operations = ["/notes", "/notes/{id}"].map(|path| samples::operation(Method::GET, path));
        let surface = samples::surface(operations.into());
        let server = Scripted::new(move |request, _| {
            let own = |name: &str| if name == "ann" { "1" } else { "2" };
            match (request.identity.as_deref(), request.path().strip_prefix("/notes/")) {
                (None, _) => Said::json(401, "{}"),
                (Some(name), None) => Said::json(200, format!(r#"{{"notes": [{{"id": {}}}]}}"#, own(name))),
                (Some(name), Some(id)) if id == own(name) || readable(name, id) => {
                    Said::json(200, format!(r#"{{"id": {id}, "text": "note {id}"}}"#))
                }
                _ => Said::json(404, "{}"),
            }
        });
        server.run_at(&super::super::CHECK, &surface, &target).await.found.len()
    }

    #[tokio::test]
    async fn only_identities_that_read_each_others_objects_show_the_fault() {
        assert_eq!(found(|_, id| id.len() == 1).await, 1);
        assert_eq!(found(|name, _| name == "ann").await, 0, "staff reads all");
        assert_eq!(found(|_, _| false).await, 0);
    }
}
