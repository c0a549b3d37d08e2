//! `middlebrick explain`.

use engine::Ending;
use model::ScoreTable;

use super::arguments::ExplainOptions;
use super::fault::Fault;
use super::files;

pub(crate) fn run(options: &ExplainOptions) -> Result<Ending, Fault> {
    if options.rule == "score" {
        files::print(&format!("{}\n{}", include_str!("score.md"), ScoreTable::TEXT))?;
        return Ok(Ending::Passed);
    }
    let check =
        engine::rule(&options.rule).map_err(|why| Fault::new(format!("{why} (`explain score` explains the score)")))?;
    let rule = check.rule;
    let cwe: Vec<String> = rule.cwe.iter().map(|n| format!("CWE-{n}")).collect();
    files::print(&format!(
        "{}\n---\nRule {} · {} · {} · {} · {}\n",
        checks::remedies::page(rule).trim_end(),
        rule.id,
        rule.severity,
        rule.category.label(),
        rule.category.owasp().join(", "),
        cwe.join(", ")
    ))?;
    Ok(Ending::Passed)
}
