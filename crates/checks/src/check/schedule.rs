use model::{Depth, Exchange, Operation};

/// Which operations are so alike to a check that a few of them stand for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampled {
    /// Those with the same method, path pattern and parameters.
    ByShape,
    /// Besides, those that refuse a caller alike: they stand behind one guard, which is what the check asks about.
    ByGuard,
}

/// When it is a check's turn.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// The least depth at which it sends.
    pub depth: Depth,
    /// Whether it sends so often that the target is expected to refuse: such detectors run last, and what they send is counted apart.
    pub burst: bool,
    /// Whether nothing else may be sent meanwhile: it judges by how long responses take.
    pub exclusive: bool,
    /// Whether it tries paths that nothing pointed to. Evidence goes before guesses.
    pub guesses: bool,
    /// Whether an operation, or its response to the ordinary call, points to what the rule is about. Such operations go first, and
    /// so does a check of the whole that one of them points to.
    pub has_hint: fn(&Operation, Option<&Exchange>) -> bool,
    /// Which operations stand for others.
    pub sampled: Sampled,
    /// Which part of the cost others send as well.
    pub shares: Option<Shares>,
}

impl Schedule {
    /// At any depth, among all others.
    pub const ANY: Schedule = Schedule {
        depth: Depth::Quick,
        burst: false,
        exclusive: false,
        guesses: false,
        has_hint: |_, _| false,
        sampled: Sampled::ByShape,
        shares: None,
    };

    /// From this depth on.
    pub const fn from(depth: Depth) -> Schedule {
        Schedule { depth, ..Schedule::ANY }
    }

    /// At any depth, sending what others send as well.
    pub const fn sharing(shares: Shares) -> Schedule {
        Schedule { shares: Some(shares), ..Schedule::ANY }
    }
}

/// Requests that several checks have in common: the first check that runs sends them, the others reuse the responses at no cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// What the requests are about. Checks with the same word send the same.
    pub with: &'static str,
    /// How many of [`Cost::requests`](crate::Cost::requests) they are, at most.
    pub requests: u32,
}
