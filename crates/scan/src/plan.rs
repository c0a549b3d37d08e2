//! What to ask, in which order, and what is not tested before anything is sent. Pure.

use std::cmp::Reverse;
use std::sync::Arc;

use checks::calling::registration;
use checks::judging::response_fingerprint::ResponseFingerprint;
use checks::vocabulary::{does_more_than_make, ends_session, looks_destructive};
use checks::{Check, Cost, Observations, Sampled, Terms};
use model::{Consent, Depth, Effect, Method, NotTested, Operation, ParameterIn, Severity, Source, Surface, Target};

use crate::sample::{Shapes, most, most_of_a_guard, refusal};

/// One detector with one operation, or with the surface.
#[derive(Debug, Clone)]
pub struct PlannedCheck {
    /// The check's place in the registry.
    pub index: u32,
    /// The check.
    pub check: &'static Check,
    /// What it may cost in this scan.
    pub terms: Terms,
    /// The operation's place on the surface; `None` for the surface.
    pub operation: Option<usize>,
    /// Whether its payloads go into the body of the operation, which changes state.
    pub in_body: bool,
    /// How many operations the check asks about before this one.
    pub round_robin_index: usize,
    /// How deep it looks. In a deep scan what a standard one would send goes first, as a standard scan sends it, and then again deeper:
    /// what is left of the budget decides how much more is found, and not what is found at all.
    pub depth: Depth,
    /// Whether the operation, or one of all where the whole is asked about, points to what the rule is about.
    pub has_hint: bool,
}

/// What will not be asked, and why.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// The check.
    pub check: &'static Check,
    /// The operation; `None` for all.
    pub operation: Option<usize>,
    /// Why.
    pub reason: NotTested,
}

/// The whole plan.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Asking detectors, the most severe and cheapest first.
    pub asked: Vec<PlannedCheck>,
    /// Selected checks with their place in the registry, asking or not.
    pub selected: Vec<(u32, &'static Check)>,
    /// What is not tested, known before anything is sent.
    pub skipped: Vec<Skipped>,
}

impl Plan {
    /// Nothing is asked, for one reason.
    pub(crate) fn of_nothing(self, why: &NotTested) -> Plan {
        self.only(|_| false, why)
    }

    /// Nothing is asked but what handshakes alone answer; the rest is not, for one reason.
    pub(crate) fn of_handshakes(self, why: &NotTested) -> Plan {
        self.only(|check| check.detectors.of_handshakes, why)
    }

    fn only(mut self, keeps: impl Fn(&Check) -> bool, why: &NotTested) -> Plan {
        self.asked.retain(|planned| keeps(planned.check));
        let skip = |check| Skipped { check, operation: None, reason: why.clone() };
        self.skipped = self.selected.iter().filter(|(_, check)| !keeps(check)).map(|(_, check)| skip(*check)).collect();
        self
    }
}

/// Why a detector that asks about operations was not asked at all.
pub(crate) const NO_OPERATION: &str = "no operation of this kind was found";

/// Plans the probe round before anything was sent.
pub fn plan(surface: &Surface, target: &Target) -> Plan {
    plan_seen(surface, target, &Observations::default())
}

/// Plans the probe round: checks times operations, one operation of each shape in turn, ordered by severity and cheapness.
pub(crate) fn plan_seen(surface: &Surface, target: &Target, seen: &Observations) -> Plan {
    let mut plan = Plan::default();
    let acts = |o: &Arc<Operation>| {
        o.method.is_safe() && looks_destructive(o) && (target.consent < Consent::All || ends_session(o))
    };
    let left_alone = surface.operations.iter().map(acts).collect();
    let known = Known { shapes: Shapes::of(&surface.operations), left_alone };
    for (index, check) in checks::all().into_iter().enumerate() {
        let index = index as u32;
        if !target.selection.takes(check.rule) {
            continue;
        }
        plan.selected.push((index, check));
        if !check.detectors.send() {
            continue;
        }
        // Neither a deeper scan nor consent would find anything to send.
        let has_none = |operations: Vec<usize>| operations.is_empty();
        if check.detectors.on_surface.is_none()
            && has_none(applying(check, surface, target))
            && has_none(in_bodies(check, surface, target))
        {
            let reason = NotTested::not_applicable(NO_OPERATION);
            plan.skipped.push(Skipped { check, operation: None, reason });
            continue;
        }
        if target.depth < check.schedule.depth {
            plan.skipped.push(Skipped { check, operation: None, reason: NotTested::OverBudget });
            continue;
        }
        let terms = check.terms(target.consent);
        if !terms.cost.effect.allowed_by(target.consent) {
            plan.skipped.push(Skipped { check, operation: None, reason: NotTested::NoConsent });
            continue;
        }
        if check.detectors.on_surface.is_some() {
            let mut operations = surface.operations.iter().enumerate();
            let has_hint = operations.any(|(at, o)| (check.schedule.has_hint)(o, seen.plain(at).map(AsRef::as_ref)));
            let (operation, in_body, round_robin_index) = (None, false, 0);
            let planned =
                |depth| PlannedCheck { index, check, terms, operation, in_body, round_robin_index, depth, has_hint };
            plan.asked.extend(depths(check, 0, target.depth).into_iter().map(planned));
        }
        if check.detectors.on_operation.is_some() {
            plan_operations(&mut plan, index, check, surface, &known, target, seen);
        }
    }
    // Bursts come last: the refusals they provoke would spoil the other answers.
    plan.asked.sort_by_key(|p| {
        let bursts = p.check.schedule.burst;
        (bursts, is_further(p), Reverse(worth(p)), p.index, p.operation)
    });
    plan
}

/// What an ask is worth: the severity of what it could find for each request it may cost, the less the more operations the rule
/// has asked about before. In proportion to the square of the score's deductions, so that no number of trifles outweighs a disaster.
fn worth(planned: &PlannedCheck) -> u64 {
    let PlannedCheck { check, terms, round_robin_index, depth, has_hint, .. } = *planned;
    let points: u64 = match check.rule.severity {
        Severity::Critical => 70,
        Severity::High => 40,
        Severity::Medium => 20,
        Severity::Low => 8,
        Severity::Info => 2,
    };
    // By the root of the cost: what proves a disaster is rarely cheap, and rarely spends its most.
    let price = u64::from(terms.own_search(depth).max(1)).isqrt();
    let guessed = if check.schedule.guesses { GUESSED } else { 1 };
    let pointed = if has_hint { HINTED } else { 1 };
    points * points * 10_000 * pointed / (price * guessed * (TURNS + round_robin_index as u64))
}

/// How deep a check looks, once for each: what it sends in a standard scan, and what a deep one adds.
fn depths(check: &Check, round_robin_index: usize, depth: Depth) -> Vec<Depth> {
    let adds = check.schedule.depth < Depth::Deep && check.cost.more_when_deep > 0;
    if depth == Depth::Deep && adds && round_robin_index < most(Depth::Standard) {
        vec![Depth::Standard, Depth::Deep]
    } else {
        vec![depth]
    }
}

/// Whether only a deep scan sends it.
fn is_further(planned: &PlannedCheck) -> bool {
    let PlannedCheck { check, round_robin_index, depth, .. } = *planned;
    let more = check.schedule.depth == Depth::Deep || check.cost.more_when_deep > 0;
    depth == Depth::Deep && (more || round_robin_index >= most(Depth::Standard))
}

/// What points to a weakness makes a question about it worth so much more.
const HINTED: u64 = 10;

/// Most guessed paths lead nowhere: they are worth so much less than a question about what is there.
const GUESSED: u64 = 2;

/// After so many operations an ask is worth half.
const TURNS: u64 = 6;

/// What is known of the operations, whoever asks about them.
struct Known {
    shapes: Shapes,
    /// Whether each is not to be called because it looks as if it changed something.
    left_alone: Vec<bool>,
}

/// The operations that a check has something to send to.
fn applying(check: &Check, surface: &Surface, target: &Target) -> Vec<usize> {
    let applies = |operation: &Operation| {
        (check.detectors.applies)(operation, surface)
            && target.lets_probe(check.rule, &operation.method, &operation.path)
    };
    let operations = surface.operations.iter().enumerate();
    operations.filter(|(_, operation)| applies(operation)).map(|(at, _)| at).collect()
}

fn plan_operations(
    plan: &mut Plan,
    index: u32,
    check: &'static Check,
    surface: &Surface,
    known: &Known,
    target: &Target,
    seen: &Observations,
) {
    let applies = applying(check, surface, target);
    let mut bodies = in_bodies(check, surface, target);
    if !Effect::Writes.allowed_by(target.consent) {
        if applies.is_empty() && check.detectors.on_surface.is_none() {
            plan.skipped.push(Skipped { check, operation: None, reason: NotTested::NoConsent });
        }
        bodies.clear();
    }
    let terms = check.terms(target.consent);
    let reads = terms.cost.effect <= Effect::Reads;
    let (left_alone, asked): (Vec<usize>, Vec<usize>) =
        applies.into_iter().partition(|at| reads && known.left_alone[*at]);
    let skip = |at, reason| Skipped { check, operation: Some(at), reason };
    plan.skipped.extend(left_alone.into_iter().map(|at| skip(at, NotTested::LooksDestructive)));
    // Operations that answered well say more than those that did not, and their queries more than paths, which often end at a
    // converter or a look-up.
    let rank = |at: usize| {
        let queries = surface.operations[at].parameters_in(ParameterIn::Query).next().is_some();
        let answered = match seen.plain(at) {
            Some(exchange) if exchange.is_success() => 0,
            Some(_) => 2,
            None => 4,
        };
        answered + u8::from(!queries)
    };
    let mut turns = known.shapes.in_turns(&asked, rank);
    if check.schedule.sampled == Sampled::ByGuard {
        let (few, rest) = few_of_each_guard(turns, check, surface, target, seen);
        plan.skipped.extend(rest.into_iter().map(|at| skip(at, NotTested::Sampled)));
        turns = few;
    }
    let writing = Terms { cost: Cost { effect: Effect::Writes, ..terms.cost }, ..terms };
    let bodies = known.shapes.in_turns(&bodies, rank);
    let most = most(target.depth);
    for (turns, terms, in_body) in [(turns, terms, false), (bodies, writing, true)] {
        for (round_robin_index, at) in turns.into_iter().enumerate() {
            if round_robin_index >= most {
                plan.skipped.push(skip(at, NotTested::Sampled));
                continue;
            }
            let called = seen.plain(at).map(AsRef::as_ref);
            let has_hint = (check.schedule.has_hint)(&surface.operations[at], called);
            let operation = Some(at);
            let planned =
                |depth| PlannedCheck { index, check, terms, operation, in_body, round_robin_index, depth, has_hint };
            plan.asked.extend(depths(check, round_robin_index, target.depth).into_iter().map(planned));
        }
    }
}

/// The operations whose bodies the check's payloads would go into: with consent to writes such as make something, with consent to all any.
fn in_bodies(check: &Check, surface: &Surface, target: &Target) -> Vec<usize> {
    let Some(fits) = check.detectors.in_bodies else { return Vec::new() };
    // Each payload in a registration would be an account that nobody can name, and the scan makes only those that its report names.
    let registrations = registration::places(surface);
    let registers = |o: &Operation| registrations.iter().any(|place| o.path == place.path);
    let harmless = |o: &Operation| target.consent == Consent::All || !does_more_than_make(o) && !registers(o);
    // What takes a body that nobody described may say what it wants.
    let may_fit = |o: &Operation| fits(o) || o.body.is_none() && o.source != Source::Specification;
    let may = |o: &Operation| o.method == Method::POST && may_fit(o) && harmless(o) && !ends_session(o);
    let all = surface.operations.iter().enumerate().filter(|(_, o)| may(o));
    all.filter(|(_, o)| target.lets_probe(check.rule, &o.method, &o.path)).map(|(at, _)| at).collect()
}

/// A few of the operations that refuse alike, those first that point to what the rule is about; and the rest of them.
fn few_of_each_guard(
    mut turns: Vec<usize>,
    check: &Check,
    surface: &Surface,
    target: &Target,
    seen: &Observations,
) -> (Vec<usize>, Vec<usize>) {
    let call = |at: usize| seen.plain(at).map(AsRef::as_ref);
    turns.sort_by_key(|at| !(check.schedule.has_hint)(&surface.operations[*at], call(*at)));
    let mut guards: Vec<(ResponseFingerprint, usize)> = Vec::new();
    turns.into_iter().partition(|at| {
        let Some(refusal) = call(*at).and_then(refusal) else { return true };
        let Some((_, asked)) = guards.iter_mut().find(|(known, _)| *known == refusal) else {
            guards.push((refusal, 1));
            return true;
        };
        *asked += 1;
        *asked <= most_of_a_guard(target.depth)
    })
}

#[cfg(test)]
mod tests {
    use model::{Body, Exchange, Origin, Outcome, Parameter, Request, Response, Schema, Scheme};

    use super::*;

    #[test]
    fn payloads_go_into_bodies_with_consent_to_writes_alone() {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let body = || {
            let mut schema = model::Schema::of(model::SchemaType::Object);
            schema.properties.insert("title".to_owned(), model::Schema::of(model::SchemaType::String));
            Some(model::Body { media_type: "application/json".to_owned(), schema, required: true })
        };
        let of = |method: Method, path: &str| {
            Arc::new(Operation { body: body(), ..Operation::undeclared(method, path, Source::Specification) })
        };
        let operations = vec![
            of(Method::POST, "/notes"),
            of(Method::POST, "/logout"),
            of(Method::POST, "/users/delete"),
            of(Method::PUT, "/notes"),
            Arc::new(Operation::undeclared(Method::POST, "/bare", Source::Specification)),
            Arc::new(Operation::undeclared(Method::POST, "/unknown", Source::Allow)),
        ];
        let surface = Surface { operations: operations.into(), ..Surface::default() };
        let in_bodies = |consent| {
            let plan = plan(&surface, &Target { consent, ..Target::of(origin.clone()) });
            let of_rule = plan.asked.into_iter().filter(|planned| planned.check.rule.id == "sql-injection");
            of_rule.map(|p| (p.operation, p.in_body, p.terms.cost.effect)).collect::<Vec<_>>()
        };
        assert!(in_bodies(Consent::ReadOnly).is_empty());
        let skipped = plan(&surface, &Target::of(origin.clone())).skipped;
        let why = skipped.iter().find(|s| s.check.rule.id == "sql-injection").map(|s| s.reason.clone());
        assert_eq!(why, Some(NotTested::NoConsent), "consent would find where to send");
        let writes = |at| (Some(at), true, Effect::Writes);
        assert_eq!(in_bodies(Consent::SafeWrites), [writes(0), writes(5)]);
        let all = in_bodies(Consent::All).into_iter().filter_map(|(at, _, _)| at).collect::<Vec<_>>();
        assert_eq!(all, [0, 2, 5], "what removes something, too, and never a log-out");
    }

    #[test]
    fn what_has_nothing_to_be_sent_to_is_neither_over_budget_nor_without_consent() {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let of = |method, path: &str| Operation::undeclared(method, path, Source::Specification);
        let skipped = |operation: Operation| {
            let surface = Surface { operations: vec![Arc::new(operation)].into(), ..Surface::default() };
            let skipped = plan(&surface, &Target::of(origin.clone())).skipped;
            let why = |id: &str| skipped.iter().find(|s| s.check.rule.id == id).map(|s| s.reason.clone());
            [why("object-id-traversal"), why("csrf-json")]
        };
        let none = || Some(NotTested::not_applicable(NO_OPERATION));
        assert_eq!(skipped(of(Method::GET, "/tides")), [none(), none()]);
        let (name, schema) = ("id".to_owned(), Schema::default());
        let id = Parameter { name, place: ParameterIn::Path, required: true, schema, example: None, repeated: false };
        let order = Operation { parameters: vec![id], ..of(Method::GET, "/orders/{id}") };
        assert_eq!(skipped(order), [Some(NotTested::OverBudget), none()]);
        let media_type = "application/json".to_owned();
        let body = Some(Body { media_type, schema: Schema::default(), required: true });
        let orders = Operation { body, ..of(Method::POST, "/orders") };
        assert_eq!(skipped(orders), [none(), Some(NotTested::NoConsent)]);
    }

    #[test]
    fn few_operations_behind_one_guard_are_asked_and_the_telling_ones_first() {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let refuses = |path: &str, why: &str| {
            let response = Response::new(401, Vec::new(), format!("{why} for {path}").into_bytes());
            let request = Request::get(&origin, path);
            let outcome = Outcome::Answered(response);
            Some(Arc::new(Exchange { serial: 0, request, outcome, elapsed_us: 1, hops: Vec::new() }))
        };
        let behind_one = ["/a", "/b", "/c", "/d", "/admin"].map(|path| (path, "login"));
        let guards = [behind_one.as_slice(), &[("/stock", "no key")]].concat();
        let of = |path: &str| Arc::new(Operation::undeclared(Method::GET, path, Source::Specification));
        let surface = Surface {
            operations: guards.iter().map(|(path, _)| of(path)).collect::<Vec<_>>().into(),
            ..Surface::default()
        };
        let calls = guards.iter().map(|(path, why)| refuses(path, why)).collect();
        let seen = Observations::plainly(calls, Vec::new());
        let asked = |depth| {
            let target = Target { depth, ..Target::of(origin.clone()) };
            let plan = plan_seen(&surface, &target, &seen);
            let of_rule = plan.asked.iter().filter(|planned| planned.check.rule.id == "role-from-client");
            of_rule.filter_map(|planned| planned.operation).collect::<Vec<_>>()
        };
        assert_eq!(asked(Depth::Standard), [4, 0, 1, 2, 5]);
        assert_eq!(asked(Depth::Deep).len(), guards.len());
    }
}
