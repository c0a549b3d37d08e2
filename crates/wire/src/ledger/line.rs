use model::{Method, Origin, Redactor, Request};
use serde::{Deserialize, Serialize};

use crate::permit::normal;

/// One line of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Line {
    /// A request that may create something is about to be sent.
    Intent {
        /// Names it in the lines that follow.
        number: u32,
        /// The request.
        request: Sent,
    },
    /// It created this.
    Created {
        /// Of the intent.
        number: u32,
        /// What undoes it.
        undo: Sent,
    },
    /// What it created is at the path of what undoes it: the target named the path, or whoever created it read something there.
    Confirmed {
        /// Of the intent.
        number: u32,
    },
    /// It was taken, and nothing said what it created.
    Untold {
        /// Of the intent.
        number: u32,
    },
    /// It created nothing.
    Nothing {
        /// Of the intent.
        number: u32,
    },
    /// What it created is gone again.
    Undone {
        /// Of the intent.
        number: u32,
    },
    /// What it created could not be removed.
    Left {
        /// Of the intent.
        number: u32,
        /// Why not.
        why: String,
    },
}

/// A request as a ledger names it: without its body and its credentials.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sent {
    /// The method.
    pub method: Method,
    /// Where it goes.
    pub origin: Origin,
    /// The request target.
    pub target: String,
    /// Whose credentials go with it; anonymous without.
    pub identity: Option<String>,
}

impl Sent {
    pub(super) fn of(request: &Request) -> Sent {
        let Request { method, origin, target, identity, .. } = request.clone();
        Sent { method, origin, target, identity }
    }

    /// The same as it may be read by anybody. What undoes something is not masked: it has to be sent.
    pub(super) fn masked(self) -> Sent {
        Sent { target: Redactor::new().text(&self.target).into(), ..self }
    }
}

impl std::fmt::Display for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.target)
    }
}

/// An object that the scan created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// Of the intent; later objects have greater ones.
    pub number: u32,
    /// What created it.
    pub by: Sent,
    /// What undoes it.
    pub undo: Sent,
    /// Whether it is known to be at the path of what undoes it. Without that the path is put together from an id.
    pub confirmed: bool,
}

impl Created {
    /// Whether both were created by the same request and are beside each other, so that what removed one removes the other.
    pub(crate) fn is_kin(&self, other: &Created) -> bool {
        let place = |created: &Created| {
            let path = normal(&created.undo.target);
            let parent = path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
            (parent, normal(&created.by.target))
        };
        self.by.method == other.by.method && self.undo.identity == other.undo.identity && place(self) == place(other)
    }
}
