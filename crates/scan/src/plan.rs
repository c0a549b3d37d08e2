//! What to ask, in which order, and what is not tested before anything is sent. Pure.

use checks::shared::words::looks_destructive;
use checks::{Check, Touch};
use model::{NotTested, Surface, Target};

use crate::observe::may_be_called;

/// One detector with one operation, or with the surface.
#[derive(Debug, Clone)]
pub struct PlannedCheck {
    /// The check's place in the registry.
    pub index: u32,
    /// The check.
    pub check: &'static Check,
    /// The operation's place on the surface; `None` for the surface.
    pub operation: Option<usize>,
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

/// Plans the probe round: checks times operations, ordered by severity and cheapness.
pub fn plan(surface: &Surface, target: &Target) -> Plan {
    let mut plan = Plan::default();
    for (index, check) in checks::all().into_iter().enumerate() {
        let index = index as u32;
        if !target.selection.takes(check.rule) {
            continue;
        }
        plan.selected.push((index, check));
        let asks = check.on_operation.is_some() || check.on_surface.is_some();
        if !asks {
            continue;
        }
        if target.depth < check.depth {
            plan.skipped.push(Skipped { check, operation: None, reason: NotTested::OverBudget });
            continue;
        }
        if !check.cost.touch.allowed_by(target.consent) {
            plan.skipped.push(Skipped { check, operation: None, reason: NotTested::NoConsent });
            continue;
        }
        if check.on_surface.is_some() {
            plan.asked.push(PlannedCheck { index, check, operation: None });
        }
        if check.on_operation.is_some() {
            plan_operations(&mut plan, index, check, surface, target);
        }
    }
    // Bursts come last: the refusals they provoke would spoil the other answers.
    plan.asked.sort_by_key(|p| {
        let bursts = p.check.cost.touch.is_burst();
        (bursts, std::cmp::Reverse(p.check.rule.severity), p.check.cost.requests, p.index, p.operation)
    });
    plan
}

fn plan_operations(plan: &mut Plan, index: u32, check: &'static Check, surface: &Surface, target: &Target) {
    let mut any = false;
    for (at, operation) in surface.operations.iter().enumerate() {
        if !(check.applies)(operation, surface) {
            continue;
        }
        any = true;
        let reads = matches!(check.cost.touch, Touch::Nothing | Touch::Reads | Touch::Bursts);
        if reads
            && operation.method.is_safe()
            && !may_be_called(operation, target.consent)
            && looks_destructive(operation)
        {
            plan.skipped.push(Skipped { check, operation: Some(at), reason: NotTested::LooksDestructive });
        } else {
            plan.asked.push(PlannedCheck { index, check, operation: Some(at) });
        }
    }
    if !any && check.on_surface.is_none() {
        let reason = NotTested::not_applicable("no operation of this kind was found");
        plan.skipped.push(Skipped { check, operation: None, reason });
    }
}
