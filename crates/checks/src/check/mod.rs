mod cost;
mod detectors;
mod schedule;
mod twins;

use model::{Consent, Depth, Rule};

pub use cost::Cost;
pub use detectors::{Detectors, OnEnd, OnExchange, OnOperation, OnSurface, Sees};
pub use schedule::{Sampled, Schedule, Shares};
pub use twins::{RunsOn, Server, Twins};

/// A rule with what detects it, as a value.
pub struct Check {
    /// The rule.
    pub rule: &'static Rule,
    /// What `on_operation` costs for each operation, or `on_surface` in all.
    pub cost: Cost,
    /// The part of it that only reads, which is what a scan without consent to the whole runs; `None` where there is no such part.
    pub read_only: Option<Terms>,
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
            read_only: None,
            schedule: Schedule::ANY,
            detectors: Detectors::NONE,
            subsumed_by: &[],
            same_cause_as: &[],
            twins: Twins::None("states none"),
        }
    }

    /// What one run may cost in a scan with this consent: the whole check where that is allowed, else its part that only reads.
    pub fn terms(&self, consent: Consent) -> Terms {
        let whole = Terms { cost: self.cost, shares: self.schedule.shares };
        self.read_only.filter(|_| !self.cost.effect.allowed_by(consent)).unwrap_or(whole)
    }
}

/// What one run of a check may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// At most.
    pub cost: Cost,
    /// Which part of it others send as well.
    pub shares: Option<Shares>,
}

impl Terms {
    /// The most requests that it may send at this depth.
    pub fn requests(&self, depth: Depth) -> u32 {
        self.cost.at(depth)
    }

    /// The most that it sends where nothing is found, besides what others send as well.
    pub fn own_search(&self, depth: Depth) -> u32 {
        self.cost.search(depth) - self.shares.map_or(0, |shares| shares.requests)
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Check").field("rule", &self.rule.id).field("cost", &self.cost).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use model::{Category, Effect, Severity};

    use super::*;

    static RULE: Rule = Rule {
        id: "test",
        aliases: &[],
        title: "",
        category: Category::Inventory,
        severity: Severity::Info,
        cwe: &[],
        tags: &[],
        risk: "",
        fix: "",
        references: &[],
        page: "",
    };

    #[test]
    fn without_consent_only_the_part_that_reads_is_run() {
        let shares = Some(Shares { with: "attempts", requests: 3 });
        let part = Terms { cost: Cost::reads(3), shares };
        let check = Check { cost: Cost::refused(9), read_only: Some(part), ..Check::of(&RULE) };
        assert_eq!(check.terms(Consent::ReadOnly), part);
        assert_eq!(check.terms(Consent::SafeWrites).cost, check.cost);
        let whole = Check { read_only: None, ..check };
        assert_eq!(whole.terms(Consent::ReadOnly).cost.effect, Effect::Writes);
        assert_eq!((part.requests(Depth::Standard), part.own_search(Depth::Standard)), (3, 0));
    }
}
