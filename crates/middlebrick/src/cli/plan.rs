//! `scan --plan`: what would be sent, without sending anything.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use model::{Redactor, Target, counted};
use scan::{Plan, offline, plan};

pub(crate) fn render(target: &Target) -> String {
    let redactor = Redactor::new();
    let surface = offline(target);
    let plan = plan(&surface, target);
    let budget = target.budget(surface.operations.len());
    let mut out = String::new();
    let _ = writeln!(out, "Plan for {} ({}); nothing was sent.\n", redactor.text(&target.url()), target.depth);
    let _ = writeln!(out, "{} known before any request is sent:", counted(surface.operations.len(), "operation"));
    for operation in &surface.operations {
        let _ = writeln!(out, "  {}", redactor.text(&operation.name()));
    }
    let _ = writeln!(out, "\nAt most {}. Discovery may find further operations.\n", counted(budget, "request"));
    let _ = writeln!(out, "{:<38} {:<24} {:>10} {:>12}", "rule", "category", "operations", "requests max");
    for (_, check) in &plan.selected {
        let asks = asks(&plan, check.rule.id);
        let most = asks as u32 * check.terms(target.consent).cost.requests;
        let _ = writeln!(out, "{:<38} {:<24} {asks:>10} {most:>12}", check.rule.id, check.rule.category.id());
    }
    let refused: Vec<_> = plan.skipped.iter().filter(|s| s.operation.is_none()).collect();
    if !refused.is_empty() {
        let _ = writeln!(out, "\nNot tested:");
        for skipped in refused {
            let _ = writeln!(out, "  {}: {}", skipped.check.rule.id, skipped.reason);
        }
    }
    out
}

fn asks(plan: &Plan, rule: &str) -> usize {
    plan.asked.iter().filter(|p| p.check.rule.id == rule).map(|p| p.operation).collect::<BTreeSet<_>>().len()
}
