//! Nothing outside what a lease declares and the user allowed ever arrives at a server, and each condition is needed for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Consent, Effect, Method, OrderKey, Request, Round};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::CONDITIONS;
use crate::recorder::Recorder;
use crate::{Budget, Lease, Mandate, Settings, Wire};

const KEY: OrderKey = OrderKey { round: Round::Write, check: 1, operation: 0, step: 0 };

/// Whose object an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Somebody's.
    Foreign,
    /// Created by this very scan.
    Own,
    /// Made up by the wire: it cannot exist.
    Nobody,
}

impl Whose {
    /// Whose object the same id names in a collection where this scan created nothing.
    fn elsewhere(self) -> Whose {
        if self == Whose::Own { Whose::Foreign } else { self }
    }
}

/// What a path names, by construction.
#[derive(Debug, Clone, Copy)]
enum Place {
    Collection,
    /// A word where a template has an object elsewhere.
    Word,
    Object(Whose),
    /// Something of an object.
    Sub(Whose),
    /// An object within one.
    Inner(Whose, Whose),
    /// One that no template knows.
    Unknown(Whose),
}

impl Place {
    fn objects(self) -> Vec<Whose> {
        match self {
            Place::Collection | Place::Word => Vec::new(),
            Place::Object(whose) | Place::Sub(whose) => vec![whose],
            Place::Unknown(whose) => vec![whose.elsewhere()],
            Place::Inner(outer, inner) => vec![outer, inner.elsewhere()],
        }
    }
}

/// How an override of the method is written.
#[derive(Debug, Clone, Copy)]
enum Override {
    Header(&'static str),
    Query(&'static str),
    Form(&'static str),
    Json(&'static str),
}

/// One request of a random detector.
#[derive(Debug, Clone)]
struct Case {
    method: &'static str,
    place: Place,
    /// Of [`SPELLINGS`].
    spelling: usize,
    claims: Option<Override>,
    mutates: bool,
    /// An id beside the path: in the query, or in the body.
    beside: Option<(bool, Whose)>,
    effect: Effect,
    expects_refusal: bool,
    consent: Consent,
}

/// What the wires of one run know: an object of their own, and an id that cannot exist.
struct Ids {
    own: String,
    nobody: String,
}

impl Ids {
    fn of(&self, whose: Whose) -> &str {
        match whose {
            Whose::Foreign => "7",
            Whose::Own => &self.own,
            Whose::Nobody => &self.nobody,
        }
    }
}

const TEMPLATES: [&str; 5] =
    ["/things", "/things/{id}", "/things/search", "/things/{id}/notes", "/things/{id}/notes/{number}"];

/// Ways to write one path. What has dots in it may be refused where it need not: who resolves them is not known.
const SPELLINGS: [fn(&str) -> String; 5] = [
    str::to_owned,
    |path| path.replacen("things", "%74hings", 1),
    |path| format!("/{path}"),
    |path| path.replace('7', "%37"),
    |path| format!("/things/search/../..{path}"),
];
const DOTTED: usize = 4;

impl Case {
    fn request(&self, ids: &Ids, wire: &Recorder, number: usize) -> Request {
        let path = match self.place {
            Place::Collection => "/things".to_owned(),
            Place::Word => "/things/search".to_owned(),
            Place::Object(whose) => format!("/things/{}", ids.of(whose)),
            Place::Sub(whose) => format!("/things/{}/notes", ids.of(whose)),
            Place::Inner(outer, inner) => format!("/things/{}/notes/{}", ids.of(outer), ids.of(inner)),
            Place::Unknown(whose) => format!("/others/{}", ids.of(whose)),
        };
        let mut target = SPELLINGS[self.spelling](&path);
        let mut query = Vec::new();
        let mut request =
            Request::new(Method::new(self.method), &wire.origin(), "").header("X-Case", number.to_string());
        match self.claims {
            Some(Override::Header(method)) => request = request.header("X-HTTP-Method-Override", method),
            Some(Override::Query(method)) => query.push(format!("_method={method}")),
            Some(Override::Form(method)) => {
                request = request.body("application/x-www-form-urlencoded", format!("a=b&_method={method}"));
            }
            Some(Override::Json(method)) => {
                request = request.body("application/json", format!("{{\"_method\": \"{method}\"}}"));
            }
            None if self.mutates => request = request.body("application/json", r#"{"query": "mutation {drop}"}"#),
            None => {}
        }
        match self.beside {
            Some((true, whose)) => query.push(format!("thing_id={}", ids.of(whose))),
            Some((false, whose)) if request.body.is_empty() => {
                request = request.body("application/json", format!("{{\"id\": \"{}\"}}", ids.of(whose)));
            }
            _ => {}
        }
        if !query.is_empty() {
            target = format!("{target}?{}", query.join("&"));
        }
        Request { target, ..request }.fresh()
    }

    /// Every method that it may be taken for.
    fn methods(&self) -> Vec<&'static str> {
        let claimed = self.claims.map(|claims| match claims {
            Override::Header(m) | Override::Query(m) | Override::Form(m) | Override::Json(m) => m,
        });
        std::iter::once(self.method).chain(claimed).collect()
    }

    /// What the promise says, told once more and by what the case is made of, not by what its request looks like.
    fn may_arrive(&self, ids_in_body: bool) -> bool {
        let mutates = self.mutates && self.claims.is_none();
        let safe = |method: &str| matches!(method, "GET" | "HEAD" | "OPTIONS");
        let beside = self.beside.filter(|(in_query, _)| *in_query || ids_in_body);
        let named = self.place.objects().into_iter().chain(beside.map(|(_, whose)| whose));
        let foreign = named.into_iter().any(|whose| whose == Whose::Foreign);
        let alone = |method: &str| {
            if safe(method) && !mutates {
                return self.effect > Effect::None;
            }
            if self.effect == Effect::Queries {
                return method == "POST" && !mutates;
            }
            let is_known = safe(method) || ["POST", "PUT", "PATCH", "DELETE"].contains(&method);
            let declared = self.effect >= Effect::Writes
                && (method != "DELETE" || self.effect == Effect::Destroys)
                && (is_known || self.expects_refusal);
            let names_an_object = !self.place.objects().is_empty();
            declared
                && match self.consent {
                    Consent::ReadOnly => false,
                    Consent::SafeWrites => {
                        !foreign && (names_an_object || !["PUT", "PATCH", "DELETE"].contains(&method))
                    }
                    Consent::All => true,
                }
        };
        self.methods().into_iter().all(alone)
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let methods = ["GET", "HEAD", "OPTIONS", "POST", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"];
    let whose = || prop_oneof![Just(Whose::Foreign), Just(Whose::Own), Just(Whose::Nobody)];
    let place = prop_oneof![
        Just(Place::Collection),
        Just(Place::Word),
        whose().prop_map(Place::Object),
        whose().prop_map(Place::Sub),
        (whose(), whose()).prop_map(|(outer, inner)| Place::Inner(outer, inner)),
        whose().prop_map(Place::Unknown),
    ];
    let claims = prop_oneof![
        6 => Just(None),
        1 => prop::sample::select(vec!["DELETE", "PUT", "GET", "BREW"]).prop_map(|m| Some(Override::Header(m))),
        1 => prop::sample::select(vec!["DELETE", "PUT", "GET"]).prop_map(|m| Some(Override::Query(m))),
        1 => prop::sample::select(vec!["DELETE", "PATCH"]).prop_map(|m| Some(Override::Form(m))),
        1 => prop::sample::select(vec!["DELETE", "PATCH"]).prop_map(|m| Some(Override::Json(m))),
    ];
    let effects = vec![Effect::None, Effect::Reads, Effect::Queries, Effect::Writes, Effect::Destroys];
    (
        prop::sample::select(methods.to_vec()),
        place,
        0..SPELLINGS.len(),
        claims,
        prop::bool::weighted(0.15),
        prop::option::weighted(0.25, (any::<bool>(), whose())),
        prop::sample::select(effects),
        any::<bool>(),
        prop::sample::select(vec![Consent::ReadOnly, Consent::SafeWrites, Consent::All]),
    )
        .prop_map(|(method, place, spelling, claims, mutates, beside, effect, expects_refusal, consent)| Case {
            method,
            place,
            spelling,
            claims,
            mutates,
            beside,
            effect,
            expects_refusal,
            consent,
        })
}

/// A wire of this consent to the server, one condition left out, with an object of its own.
async fn wire(server: &Recorder, consent: Consent, without: Option<usize>) -> (Wire, Ids) {
    let mandate = Mandate { consent, ..Mandate::default() };
    let settings = Settings::polite(true);
    let mut wire =
        Wire::new(server.origin(), mandate, settings, Arc::new(Budget::new(1 << 30)), Arc::new(|_| {})).unwrap();
    wire.know_paths(TEMPLATES);
    let nobody = wire.nobody("7", "somebody");
    if consent == Consent::ReadOnly {
        return (wire, Ids { own: nobody.clone(), nobody });
    }
    let lease = Lease::reading(wire.budget(), 1).with_effect(Effect::Writes, false);
    let made = wire.send(Request::new(Method::POST, &server.origin(), "/things"), &lease, KEY).await.unwrap();
    let own = made.json().unwrap()["id"].to_string();
    wire.without = without;
    (wire, Ids { own, nobody })
}

/// Sends random requests and tells what arrived that should not have, and how many arrived for each effect.
async fn run(without: Option<usize>, cases_of_a_run: usize, until_first: bool) -> (Vec<Case>, BTreeMap<Effect, usize>) {
    let server = Recorder::start();
    let mut wires = BTreeMap::new();
    for consent in [Consent::ReadOnly, Consent::SafeWrites, Consent::All] {
        let (mut wire, ids) = wire(&server, consent, without).await;
        wire.without = without;
        wires.insert(consent, (wire, ids));
    }
    let mut runner = TestRunner::deterministic();
    let strategy = cases();
    let (mut wrong, mut arrivals) = (Vec::new(), BTreeMap::new());
    for number in 0..cases_of_a_run {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        let (wire, ids) = &wires[&case.consent];
        let request = case.request(ids, &server, number);
        let in_body = case.claims.is_none_or(|c| matches!(c, Override::Header(_) | Override::Query(_)));
        let in_body = in_body && !(case.mutates && case.claims.is_none());
        let lease = Lease::reading(wire.budget(), 1).with_effect(case.effect, case.expects_refusal);
        let before = server.arrived().len();
        let sent = wire.send(request, &lease, KEY).await;
        let arrived = server.arrived().split_off(before);
        let is_this = |number: &str| arrived.iter().any(|a| a.header("x-case") == Some(number));
        let did_arrive = is_this(&number.to_string());
        assert_eq!(did_arrive, sent.is_ok(), "{case:?}: {:?}", sent.err());
        if did_arrive {
            *arrivals.entry(case.effect).or_default() += 1;
            if !case.may_arrive(in_body) {
                wrong.push(case);
                if until_first {
                    break;
                }
            }
        } else if without.is_none() && case.spelling != DOTTED {
            assert!(!case.may_arrive(in_body), "refused without need: {case:?}");
        }
    }
    (wrong, arrivals)
}

#[tokio::test]
async fn nothing_arrives_beyond_what_was_declared_and_allowed() {
    let (wrong, arrivals) = run(None, 3_000, false).await;
    assert!(wrong.is_empty(), "{wrong:?}");
    // It would be no test if nothing could be sent.
    for effect in [Effect::Reads, Effect::Queries, Effect::Writes, Effect::Destroys] {
        assert!(arrivals.get(&effect).is_some_and(|count| *count > 50), "{arrivals:?}");
    }
}

#[tokio::test]
async fn each_condition_is_needed() {
    for (number, condition) in CONDITIONS.iter().enumerate() {
        let (wrong, _) = run(Some(number), 3_000, true).await;
        assert!(!wrong.is_empty(), "nothing went wrong without: {}", condition.name);
    }
}
