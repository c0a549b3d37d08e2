//! `middlebrick rules`.

use std::fmt::Write as _;

use engine::Ending;

use super::arguments::RulesOptions;
use super::fault::Fault;
use super::files;

#[allow(clippy::unnecessary_wraps)] // every command has this shape
pub(crate) fn run(options: &RulesOptions) -> Result<Ending, Fault> {
    let rules: Vec<_> = checks::all()
        .into_iter()
        .map(|c| c.rule)
        .filter(|rule| options.category.is_empty() || options.category.iter().any(|s| s.covers(rule)))
        .collect();
    if options.output == "json" {
        let list: Vec<_> = rules
            .iter()
            .map(|rule| {
                serde_json::json!({
                    "id": rule.id, "aliases": rule.aliases, "title": rule.title, "category": rule.category, "severity": rule.severity,
                    "cwe": rule.cwe, "risk": rule.risk, "fix": rule.fix, "references": rule.references,
                })
            })
            .collect();
        files::print(&format!("{:#}\n", serde_json::Value::from(list)))?;
        return Ok(Ending::Passed);
    }
    let mut out = String::new();
    for rule in &rules {
        let _ = writeln!(out, "{:<40} {:<9} {:<22} {}", rule.id, rule.severity.id(), rule.category.id(), rule.title);
    }
    let _ = writeln!(out, "{}", model::counted(rules.len(), "rule"));
    files::print(&out)?;
    Ok(Ending::Passed)
}
