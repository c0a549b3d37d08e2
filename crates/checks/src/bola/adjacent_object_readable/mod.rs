use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Parameter, Rule,
    Severity, Surface,
};

use super::identifiers;
use crate::calling::{harvested, request};
use crate::judging::access;
use crate::vocabulary::fields::{self, Holds};
use crate::vocabulary::{self, Meaning};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

mod object;
mod own_page;
mod page;

use object::Object;

pub(crate) static RULE: Rule = Rule {
    id: "adjacent-object-readable",
    aliases: &[],
    title: "BOLA: other users' objects can be read by iterating IDs",
    category: Category::Bola,
    severity: Severity::High,
    cwe: &[639, 862],
    tags: &[],
    risk: "An unauthenticated client reads the whole collection by trying one ID after the other.",
    fix: "Look objects up together with their owner, taken from the session or token, and respond with 404 for all others.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "https://cwe.mitre.org/data/definitions/639.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(5),
    detectors: Detectors {
        applies: |operation, _| operation.method == Method::GET && parameter(operation).is_some(),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// The parameter that names the object; where no path ends in it, only of what belongs to somebody, by its name or by the link to it:
/// `/posts/{id}/comments` is no object.
fn parameter(operation: &Operation) -> Option<&Parameter> {
    let is_owned = |p: &&Parameter| {
        vocabulary::says(identifiers::collection(operation, p), Meaning::Owned)
            || own_page::called_own(operation).is_some()
    };
    identifiers::parameter(operation).or_else(|| identifiers::elsewhere(operation).filter(is_owned))
}

/// Asks for the known object, for one or two others, and for one that does not exist: without credentials, or with the first identity's
/// where nobody else is let in.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    const OTHERS: usize = 2;
    let parameter = parameter(probe.operation).ok_or_else(identifiers::none)?;
    let collection = identifiers::collection(probe.operation, parameter);
    let mut own = probe.response_to(probe.request().anonymous()).await?;
    let anonymous = own.is_success() || probe.target.identities.is_empty();
    if !anonymous {
        own = probe.response_to(probe.request()).await?;
    }
    let sign = if anonymous { None } else { own_page::sign(probe.operation, &own, &probe.observations.exchanges) };
    if sign.is_none() && private(collection, &own).is_none() {
        return Err(nothing_private(&own));
    }
    let with = |id: &str| {
        let request = probe.request_with(&[request::Value::of(parameter, id)]);
        if anonymous { request.anonymous() } else { request }
    };
    let id = request::ordinary(parameter, probe.operation, probe.surface);
    let known = Known::of(parameter, &probe.operation.path, probe.surface);
    let mut judged = false;
    for other in known.others(&id, anonymous).into_iter().take(OTHERS) {
        let response = probe.response_to(with(&other)).await?;
        let own_page = sign.as_ref().filter(|sign| own_page::is_another((&own, &id), (&response, &other), sign));
        if own_page.is_none() && !is_another(collection, &own, &response) {
            judged |= is_withheld(&response, known.own.contains(&other));
            continue;
        }
        let absent = identifiers::absent(&id, probe.target.seed, "object");
        let control = probe.response_to(with(&absent)).await?;
        let guarded = access::is_guarded_somewhere(probe.surface, probe.observations);
        let location = probe.location().parameter(parameter.place.id(), &parameter.name);
        let exchanges = [&own, &response, &control];
        found.extend(match own_page {
            Some(sign) => own_page::finding(&RULE, sign, exchanges, !control.is_success(), location),
            None => judge(probe.operation, collection, exchanges, guarded, location),
        });
        if found.is_empty() {
            return Err(NotTested::inconclusive("such an object is shown for an id that nothing has as well"));
        }
        return Ok(());
    }
    if judged { Ok(()) } else { Err(NotTested::inconclusive("no id of another object is known or was hit upon")) }
}

/// Why the answer holds no object to compare others with.
fn nothing_private(own: &Exchange) -> NotTested {
    match own.status() {
        _ if access::is_refused(own) => NotTested::NoCredentials,
        200..=399 => NotTested::not_applicable("the object does not look as if it belonged to a user"),
        status => NotTested::inconclusive(format!("the known object returns {status}")),
    }
}

/// Whether an answer shows that somebody looked whose object it is: a refusal does, "not found" only for what is there.
fn is_withheld(response: &Exchange, exists: bool) -> bool {
    access::is_refused(response) || exists && matches!(response.status(), 404 | 410)
}

/// The ids that were seen.
struct Known {
    /// Those of the same collection.
    own: Vec<String>,
    /// Those of other collections that are called alike: `id` of anything.
    elsewhere: Vec<String>,
}

impl Known {
    fn of(parameter: &Parameter, path: &str, surface: &Surface) -> Known {
        let own = harvested::of_collection(&parameter.name, path, surface);
        let all = harvested::of_parameter(&parameter.name, path, surface);
        Known { elsewhere: all.into_iter().filter(|id| !own.contains(id)).collect(), own }
    }

    /// Other ids to try. Without credentials those of the collection, then the neighbours, then what others gave; somebody who is logged
    /// in saw their own ids, so only neighbours that were not seen.
    fn others(&self, id: &str, anonymous: bool) -> Vec<String> {
        let beside = || self.own.iter().rev().flat_map(|id| identifiers::neighbours(id));
        let others: Vec<String> = if anonymous {
            self.own.iter().cloned().chain(identifiers::neighbours(id)).chain(self.elsewhere.iter().cloned()).collect()
        } else if self.own.is_empty() {
            identifiers::neighbours(id)
        } else {
            beside().filter(|other| !self.own.contains(other)).collect()
        };
        let mut different: Vec<String> = Vec::new();
        for other in others {
            if other != id && !different.contains(&other) {
                different.push(other);
            }
        }
        different
    }
}

/// The object of an answer when it looks like somebody's own: personal fields where users or their belongings are kept, or much of it
/// anywhere, or else a reference to its owner. Of a page what [`page`] takes for private.
fn private(collection: &str, exchange: &Exchange) -> Option<Object> {
    if !exchange.is_success() {
        return None;
    }
    let json = exchange.json();
    let Some(object) = json.as_deref().and_then(fields::the_object) else { return page::private(collection, exchange) };
    let personal = fields::names_of(object, Holds::Personal).len();
    let owners = fields::names_of(object, Holds::Owner).len();
    let owned = vocabulary::says(collection, Meaning::Owned);
    let is_personal = owned && personal > 0 || personal > 1 && owners > 0;
    (is_personal || owned && owners > 0).then(|| Object { fields: object.clone(), is_personal })
}

/// The same kind of object with other contents.
fn is_another(collection: &str, own: &Exchange, other: &Exchange) -> bool {
    let (Some(a), Some(b)) = (private(collection, own), private(collection, other)) else { return false };
    let (a, b) = (&a.fields, &b.fields);
    let shared = a.keys().filter(|key| b.contains_key(*key)).count();
    let same_kind = shared * 10 >= a.len().max(b.len()) * 7;
    let same_id =
        a.iter().any(|(name, value)| matches!(name.as_str(), "id" | "_id" | "uuid") && b.get(name) == Some(value));
    let telling = |name: &str| fields::holds(name, Holds::Personal) || fields::holds(name, Holds::Owner);
    let differs = a.iter().any(|(name, value)| telling(name) && b.get(name).is_some_and(|other| other != value));
    same_kind && !same_id && differs
}

/// An id that nothing has must not be answered with such an object: a server that makes one up for any id proves nothing.
fn judge(
    operation: &Operation,
    collection: &str,
    [own, other, control]: [&Arc<Exchange>; 3],
    guarded: bool,
    at: Location,
) -> Option<Finding> {
    if !is_another(collection, own, other) || private(collection, control).is_some() || control.body() == other.body() {
        return None;
    }
    let Object { fields: object, is_personal } = private(collection, other)?;
    let mut names = fields::names_of(&object, Holds::Personal);
    names.extend(fields::names_of(&object, Holds::Owner));
    names.dedup();
    let anonymous = other.request.identity.is_none();
    // One identity that reads two people's objects may be allowed to: staff, or objects that are shared.
    let confidence = match (is_personal && guarded && anonymous, operation.declares_security()) {
        (true, true) => Confidence::Confirmed,
        (true, false) => Confidence::Firm,
        _ => Confidence::Tentative,
    };
    let who = if anonymous { "without credentials" } else { "with the first identity's credentials" };
    let said = format!("{who}: an object with {}", names.join(", "));
    let refused = format!("status {} for an ID that no object has", control.status());
    Some(
        Finding::new(&RULE, confidence, at, Evidence::new(other, said))
            .also(Evidence::new(own, "the object of the ordinary request, for comparison"))
            .also(Evidence::new(control, refused)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(path: &str, bodies: [(u16, &str); 3], guarded: bool) -> Option<Confidence> {
        let operation = samples::operation(Method::GET, path);
        let [own, other, control] = bodies.map(|(status, body)| samples::exchange("/x", status, body));
        judge(&operation, vocabulary::collection(path), [&own, &other, &control], guarded, Location::host())
            .map(|f| f.confidence)
    }

    const ANN: (u16, &str) = (200, r#"{"id":1,"name":"Ann","email":"ann@a.example"}"#);
    const BO: (u16, &str) = (200, r#"{"id":2,"name":"Bo","email":"bo@b.example"}"#);
    const NONE: (u16, &str) = (404, r#"{"error":"not found"}"#);

    #[test]
    fn two_people_are_found() {
        assert_eq!(found("/users/{id}", [ANN, BO, NONE], true), Some(Confidence::Firm));
        assert_eq!(found("/users/{id}", [ANN, BO, NONE], false), Some(Confidence::Tentative));
    }

    #[test]
    fn ids_of_the_collection_go_before_those_of_others() {
        let known = |own: &[&str], elsewhere: &[&str]| {
            let [own, elsewhere] = [own, elsewhere].map(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
            Known { own, elsewhere }
        };
        let seen = known(&["7", "8"], &["1", "8"]);
        assert_eq!(seen.others("7", false), ["9", "6"], "somebody who is logged in saw their own");
        assert_eq!(seen.others("7", true), ["8", "6", "1"]);
        assert_eq!(known(&[], &["1", "2"]).others("700", true), ["701", "699", "1", "2"]);
        assert_eq!(known(&[], &["1"]).others("7", false), ["8", "6"]);
    }

    #[test]
    fn what_is_not_found_need_not_be_withheld() {
        let response = |status| samples::exchange("/users/2", status, "{}");
        assert!(is_withheld(&response(403), false) && is_withheld(&response(404), true));
        assert!(!is_withheld(&response(404), false) && !is_withheld(&response(500), true));
        assert_eq!(nothing_private(&response(401)), NotTested::NoCredentials);
        assert!(matches!(nothing_private(&response(404)), NotTested::Inconclusive(_)));
        assert!(matches!(nothing_private(&response(200)), NotTested::NotApplicable(_)));
    }

    #[test]
    fn liars_and_public_catalogues_are_not() {
        let made_up = (200, r#"{"id":9,"name":"x","email":"x@x.example"}"#);
        assert_eq!(found("/users/{id}", [ANN, BO, made_up], true), None, "an answer for every id");
        assert_eq!(found("/users/{id}", [ANN, ANN, NONE], true), None, "the same object");
        assert_eq!(found("/users/{id}", [ANN, NONE, NONE], true), None, "refused");
        let lamp = (200, r#"{"id":1,"title":"Lamp","price":3}"#);
        let desk = (200, r#"{"id":2,"title":"Desk","price":9}"#);
        assert_eq!(found("/products/{id}", [lamp, desk, NONE], true), None);
        let shop = (200, r#"{"id":1,"name":"North","phone":"1"}"#);
        let other = (200, r#"{"id":2,"name":"South","phone":"2"}"#);
        assert_eq!(found("/stores/{id}", [shop, other, NONE], true), None);
        let page = (200, "<html>a page for everything</html>");
        assert_eq!(found("/users/{id}", [page, page, page], true), None);
    }

    const NO_PAGE: (u16, &str) = (404, "<h1>Not Found</h1>");

    fn on_pages(path: &str, [one, two]: [&str; 2]) -> Option<Confidence> {
        found(path, [(200, one), (200, two), NO_PAGE], true)
    }

    #[test]
    fn private_pages_of_two_people_are_found() {
        for (path, template) in [
            ("/invoice/{id}", "<html><h1>Invoice</h1><p><b>Customer:</b> {n}</p><p>{n}@a.example</p></html>"),
            ("/orders/{id}", "<html><dl><dt>E-mail</dt><dd>{n}@a.example</dd><dt>Total</dt><dd>3</dd></dl></html>"),
            ("/receipts/{id}", "<html><table><tr><th>Phone<td>+44 20 7946 095{d}</table><p>Room 1</p></html>"),
            ("/users/{id}", "<html><table><tr><td>Email<td>{n}@a.example<tr><td>Balance<td>{d} EUR</table></html>"),
            (
                "/user/{id}",
                "<html><form><input name=email value={n}@a.example><input name=phone value=+442079460951></form></html>",
            ),
        ] {
            let page = |name: &str, digit: &str| template.replace("{n}", name).replace("{d}", digit);
            let (ann, bo) = (page("ann", "7"), page("bo", "8"));
            assert_eq!(on_pages(path, [&ann, &bo]), Some(Confidence::Firm), "{template}");
            assert_eq!(on_pages(path, [&ann, &ann]), None, "the same page");
            assert_eq!(found(path, [(200, &ann), (200, &bo), (200, &bo)], true), None, "a page for every id");
            assert_eq!(found(path, [(200, &ann), (302, ""), NO_PAGE], true), None, "refused");
        }
    }

    #[test]
    fn pages_that_are_published_are_not() {
        for (path, template) in [
            ("/people/{id}", "<html><h1>{n}</h1><p>E-mail: {n}@a.example</p><p>Phone: +44 20 7946 095{d}</p></html>"),
            ("/employees/{id}", "<html><dl><dt>Email<dd>{n}@a.example<dt>Address<dd>Room {d}, Main Street</dl></html>"),
            ("/users/{id}", "<html><h1>{n}</h1><p>Username: {n}</p><p>Email: {n}@a.example</p></html>"),
            ("/profile/{id}", "<html><p>Birthday: 3 May 198{d}</p><p>Email: {n}@a.example</p></html>"),
            ("/booking/{id}", "<html><p>Book with {n}</p><p>Phone: +44 20 7946 095{d}</p></html>"),
            ("/customers/{id}", "<html><h1>{n} Ltd</h1><p>Ask {n}@a.example how they use it</p></html>"),
            ("/stores/{id}", "<html><p>Address: {d} Main Street</p><p>Phone: +44 20 7946 095{d}</p></html>"),
            ("/posts/{id}", "<html><p>Author: {n}</p><p>{n}@a.example</p></html>"),
            ("/products/{id}", "<html><h1>Lamp {d}</h1><p>Price: {d}</p></html>"),
            ("/docs/{id}", "<html><p>Customer: {n}</p><p>Email: {n}@a.example</p></html>"),
            ("/transactions/{id}", "<html><p>Address: {d} Main Street</p><p>Price: 30{d}</p></html>"),
            ("/orders/{id}", "<html><h1>Order {d}</h1><p>Questions? info@shop.example, E-mail: see below</p></html>"),
            ("/orders/{id}", "<html><nav>ann{d}@shop.example</nav><footer>Phone: +44 20 7946 095{d}</footer></html>"),
        ] {
            let page = |name: &str, digit: &str| template.replace("{n}", name).replace("{d}", digit);
            assert_eq!(on_pages(path, [&page("ann", "7"), &page("bo", "8")]), None, "{path} {template}");
        }
    }
}
