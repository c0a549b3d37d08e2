//! Which detectors go together. Pure.

use std::collections::VecDeque;

use model::Depth;

use crate::plan::PlannedCheck;

/// Most detectors admitted before the budget is counted again.
const WAVE: usize = 64;

/// Takes the next detectors as long as all of them together could spend their most. Bursts have waves of their own. Those that
/// cost more than the whole budget left are returned second.
pub(super) fn admit<'a>(
    waiting: &mut VecDeque<&'a PlannedCheck>,
    budget: u32,
    depth: Depth,
) -> (Vec<&'a PlannedCheck>, Vec<&'a PlannedCheck>) {
    let (mut wave, mut too_dear): (Vec<&PlannedCheck>, Vec<&PlannedCheck>) = (Vec::new(), Vec::new());
    let mut later = VecDeque::new();
    let mut left = budget;
    let is_burst = |planned: &PlannedCheck| planned.check.cost.touch.is_burst();
    let bursts_only = waiting.iter().all(|planned| is_burst(planned));
    while let Some(planned) = waiting.pop_front() {
        let cost = if is_burst(planned) { 0 } else { planned.check.requests(depth) };
        if cost > budget {
            too_dear.push(planned);
        } else if wave.len() >= WAVE || cost > left || is_burst(planned) != bursts_only {
            later.push_back(planned); // it may fit when this wave has spent less than it could
        } else {
            left -= cost;
            wave.push(planned);
        }
    }
    *waiting = later;
    (wave, too_dear)
}

#[cfg(test)]
mod tests {
    use checks::{Check, Cost, Touch};
    use model::{Category, Rule, Severity};

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
    static CHEAP: Check = Check { cost: Cost { requests: 2, touch: Touch::Reads }, ..Check::of(&RULE) };
    static DEAR: Check = Check { cost: Cost { requests: 9, touch: Touch::Reads }, ..Check::of(&RULE) };
    static BURST: Check = Check { cost: Cost { requests: 50, touch: Touch::Bursts }, ..Check::of(&RULE) };

    fn planned(check: &'static Check, operation: usize) -> PlannedCheck {
        PlannedCheck { index: 0, check, operation: Some(operation), turn: 0 }
    }

    fn operations(wave: &[&PlannedCheck]) -> Vec<usize> {
        wave.iter().filter_map(|p| p.operation).collect()
    }

    #[test]
    fn waves_fit_the_budget_and_bursts_come_alone() {
        let all = [planned(&CHEAP, 0), planned(&DEAR, 1), planned(&CHEAP, 2), planned(&CHEAP, 3), planned(&BURST, 4)];
        let mut waiting: VecDeque<&PlannedCheck> = all.iter().collect();
        let (wave, too_dear) = admit(&mut waiting, 4, Depth::Standard);
        assert_eq!((operations(&wave), operations(&too_dear)), (vec![0, 2], vec![1]));
        let (wave, _) = admit(&mut waiting, 3, Depth::Standard);
        assert_eq!(operations(&wave), [3]);
        let (wave, _) = admit(&mut waiting, 0, Depth::Standard);
        assert_eq!(operations(&wave), [4], "bursts need no budget");
        assert!(waiting.is_empty());
    }
}
