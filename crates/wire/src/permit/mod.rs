//! Whether a request may be sent, by what its lease declares and what the user allowed. Pure: conditions as data, each with what it
//! refuses; a request is sent when all of them let it.

mod methods;
mod objects;
#[cfg(test)]
mod tests;

use model::{Consent, Effect, Method, NotTested, Request};

pub(crate) use self::methods::claimed;
pub(crate) use self::objects::{Named, Objects, Templates, is_id_name, normal};

/// A request as the conditions see it.
#[derive(Debug)]
pub(crate) struct Asked {
    /// Every method that the target may take it for: its own and those that overrides ask for.
    pub(crate) methods: Vec<Method>,
    /// Whether it carries a GraphQL mutation.
    pub(crate) mutates: bool,
    /// The objects that it names.
    pub(crate) objects: Objects,
    /// What its lease declares.
    pub(crate) effect: Effect,
    pub(crate) expects_refusal: bool,
    /// What the user allowed.
    pub(crate) consent: Consent,
}

/// What a method may do by what HTTP and habit say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// GET, HEAD, OPTIONS.
    Reads,
    /// POST: creates, or acts on what the path names.
    Posts,
    /// PUT and PATCH: replace or change what the path names.
    Changes,
    /// DELETE.
    Deletes,
    /// Everything else, TRACE and made-up methods: nobody knows.
    Odd,
}

fn kind(method: &Method) -> Kind {
    // Servers and frameworks may well fold the case of a method.
    match method.as_str().to_ascii_uppercase().as_str() {
        _ if method.is_safe() => Kind::Reads,
        "POST" => Kind::Posts,
        "PUT" | "PATCH" => Kind::Changes,
        "DELETE" => Kind::Deletes,
        _ => Kind::Odd,
    }
}

impl Asked {
    fn any(&self, kinds: &[Kind]) -> bool {
        self.methods.iter().any(|method| kinds.contains(&kind(method)))
    }

    /// Whether it may change state, by what it is: a query does not.
    fn changes(&self) -> bool {
        self.mutates
            || self.any(&[Kind::Changes, Kind::Deletes, Kind::Odd])
            || self.any(&[Kind::Posts]) && self.effect != Effect::Queries
    }

    /// Whether it has to keep to objects of the scan's own.
    fn is_bound(&self) -> bool {
        self.changes() && self.consent < Consent::All
    }
}

/// One reason to refuse a request.
pub(crate) struct Condition {
    /// What it holds up.
    pub(crate) name: &'static str,
    /// Whether it refuses.
    pub(crate) refuses: fn(&Asked) -> bool,
    /// Why, in the words of a report.
    pub(crate) reason: Reason,
}

/// Kinds of reasons.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reason {
    /// The detector would send more than it declares: a fault of ours.
    Undeclared,
    NoConsent,
    Foreign,
}

impl Condition {
    fn told(&self) -> NotTested {
        match self.reason {
            Reason::Undeclared => NotTested::inconclusive(format!("an internal error of this rule: {}", self.name)),
            Reason::NoConsent => NotTested::NoConsent,
            Reason::Foreign => NotTested::ForeignObject,
        }
    }
}

/// All of them.
pub(crate) static CONDITIONS: [Condition; 9] = [
    Condition {
        name: "without an effect nothing is sent",
        refuses: |a| a.effect == Effect::None,
        reason: Reason::Undeclared,
    },
    Condition {
        name: "who reads sends GET, HEAD and OPTIONS",
        refuses: |a| a.effect == Effect::Reads && (a.mutates || !a.methods.iter().all(Method::is_safe)),
        reason: Reason::Undeclared,
    },
    Condition {
        name: "who queries sends POST besides, and no mutation",
        refuses: |a| a.effect == Effect::Queries && (a.mutates || a.any(&[Kind::Changes, Kind::Deletes, Kind::Odd])),
        reason: Reason::Undeclared,
    },
    Condition {
        name: "DELETE is for who destroys",
        refuses: |a| a.effect == Effect::Writes && a.any(&[Kind::Deletes]),
        reason: Reason::Undeclared,
    },
    Condition {
        name: "an odd method is for who expects a refusal",
        refuses: |a| a.effect >= Effect::Writes && !a.expects_refusal && a.any(&[Kind::Odd]),
        reason: Reason::Undeclared,
    },
    Condition {
        name: "what changes state needs consent",
        refuses: |a| a.effect >= Effect::Writes && a.changes() && a.consent == Consent::ReadOnly,
        reason: Reason::NoConsent,
    },
    Condition {
        name: "objects in the path are the scan's own",
        refuses: |a| a.is_bound() && a.objects.foreign_in_path,
        reason: Reason::Foreign,
    },
    Condition {
        name: "what replaces or deletes names an object",
        refuses: |a| a.is_bound() && !a.objects.any_in_path && a.any(&[Kind::Changes, Kind::Deletes]),
        reason: Reason::Foreign,
    },
    Condition {
        name: "objects in the query and the body are the scan's own",
        refuses: |a| a.is_bound() && a.objects.foreign_beside,
        reason: Reason::Foreign,
    },
];

/// The first reason to refuse it, the conditions of these numbers left out.
pub(crate) fn refusal(asked: &Asked, without: Option<usize>) -> Option<NotTested> {
    let numbered = CONDITIONS.iter().enumerate().filter(|(number, _)| Some(*number) != without);
    numbered.map(|(_, condition)| condition).find(|condition| (condition.refuses)(asked)).map(Condition::told)
}

/// A request as the conditions see it; `is_own` says of a path whether the object there is the scan's own, and of an id alone
/// whether it names nothing that others have.
pub(crate) fn asked(
    request: &Request,
    (effect, expects_refusal): (Effect, bool),
    consent: Consent,
    templates: &Templates,
    is_own: &dyn Fn(Named<'_>) -> bool,
) -> Asked {
    let methods = methods::claimed(request);
    let mutates = methods::mutates(request);
    let objects = objects::of(request, templates, is_own);
    Asked { methods, mutates, objects, effect, expects_refusal, consent }
}
