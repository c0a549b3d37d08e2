mod cost;
mod detectors;
mod schedule;
mod twins;

use model::{Depth, Rule};

pub use cost::Cost;
pub use detectors::{Detectors, OnEnd, OnExchange, OnOperation, OnSurface, Sees};
pub use schedule::{Schedule, Shares};
pub use twins::{RunsOn, Server, Twins};

/// A rule with what detects it, as a value.
pub struct Check {
    /// The rule.
    pub rule: &'static Rule,
    /// What `on_operation` costs for each operation, or `on_surface` in all.
    pub cost: Cost,
    /// When it is its turn.
    pub schedule: Schedule,
    /// What detects it.
    pub detectors: Detectors,
    /// Rules that report the same when they have a finding at the same place: this rule's is then evidence of theirs.
    pub subsumed_by: &'static [&'static str],
    /// Rules that report the same cause wherever on the host they have a finding, such as one setting of the whole application: this
    /// rule's findings are then evidence of theirs.
    pub same_cause_as: &'static [&'static str],
    /// The runnable pair.
    pub twins: Twins,
}

impl Check {
    /// A check of this rule with no detector yet: every check completes it with `..Check::of(&RULE)`.
    pub const fn of(rule: &'static Rule) -> Check {
        Check {
            rule,
            cost: Cost::NOTHING,
            schedule: Schedule::ANY,
            detectors: Detectors::NONE,
            subsumed_by: &[],
            same_cause_as: &[],
            twins: Twins::None("states none"),
        }
    }

    /// The most requests that one run may send at this depth.
    pub fn requests(&self, depth: Depth) -> u32 {
        self.cost.at(depth)
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Check").field("rule", &self.rule.id).field("cost", &self.cost).finish_non_exhaustive()
    }
}
