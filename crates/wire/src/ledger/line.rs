use model::{Method, Origin, Request};
use serde::{Deserialize, Serialize};

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
}
