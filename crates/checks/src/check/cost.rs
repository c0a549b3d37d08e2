use model::{Depth, Effect};

/// What a detector may cost, at most, each time it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Requests for one operation, or for the surface. Identical requests that somebody else sent are free.
    pub requests: u32,
    /// Further requests that it may send in a deep scan.
    pub more_when_deep: u32,
    /// Further requests that it sends only to make sure of what it is about to report.
    pub proof: u32,
    /// What the requests may do to the target.
    pub effect: Effect,
    /// Whether the server is expected to refuse them: bogus methods, malformed bodies, failed logins. They need consent like any
    /// write, and must not change state.
    pub expects_refusal: bool,
}

impl Cost {
    /// Sends nothing of its own.
    pub const NOTHING: Cost =
        Cost { requests: 0, more_when_deep: 0, proof: 0, effect: Effect::None, expects_refusal: false };

    /// So many GET, HEAD and OPTIONS.
    pub const fn reads(requests: u32) -> Cost {
        Cost { requests, effect: Effect::Reads, ..Cost::NOTHING }
    }

    /// So many GraphQL queries or prompts to a recognised LLM endpoint, which change no state by what they are.
    pub const fn queries(requests: u32) -> Cost {
        Cost { requests, effect: Effect::Queries, ..Cost::NOTHING }
    }

    /// So many requests that change state.
    pub const fn writes(requests: u32) -> Cost {
        Cost { requests, effect: Effect::Writes, ..Cost::NOTHING }
    }

    /// So many requests that a server is expected to refuse, and that would change state if it did not.
    pub const fn refused(requests: u32) -> Cost {
        Cost { expects_refusal: true, ..Cost::writes(requests) }
    }

    /// With so many further requests in a deep scan.
    #[must_use]
    pub const fn more_when_deep(self, more: u32) -> Cost {
        Cost { more_when_deep: more, ..self }
    }

    /// With so many further requests before something is reported.
    #[must_use]
    pub const fn proof(self, proof: u32) -> Cost {
        Cost { proof, ..self }
    }

    /// The most requests at this depth.
    pub fn at(&self, depth: Depth) -> u32 {
        self.proof + self.search(depth)
    }

    /// The most requests at this depth where nothing is found.
    pub fn search(&self, depth: Depth) -> u32 {
        self.requests + if depth == Depth::Deep { self.more_when_deep } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_scan_may_send_more() {
        let cost = Cost::reads(3).more_when_deep(4);
        assert_eq!([Depth::Quick, Depth::Standard, Depth::Deep].map(|depth| cost.at(depth)), [3, 3, 7]);
    }

    #[test]
    fn a_proof_may_be_sent_but_is_no_part_of_the_search() {
        let cost = Cost::reads(3).proof(16);
        assert_eq!((cost.at(Depth::Standard), cost.search(Depth::Standard)), (19, 3));
    }

    #[test]
    fn what_a_server_is_to_refuse_needs_consent_like_a_write() {
        let refused = Cost::refused(1);
        assert!(refused.expects_refusal && refused.effect == Effect::Writes);
        assert!(!Cost::writes(1).expects_refusal);
    }
}
