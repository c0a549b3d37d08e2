//! `middlebrick explain`.

use model::ScoreTable;

use super::arguments::ExplainOptions;
use super::fault::Fault;
use super::{Ending, files};

pub(crate) fn run(options: &ExplainOptions) -> Result<Ending, Fault> {
    if options.rule == "score" {
        files::print(&format!("{}\n{}", include_str!("score.md"), ScoreTable::TEXT))?;
        return Ok(Ending::Holds);
    }
    let check = checks::find(&options.rule).ok_or_else(|| {
        Fault::new(format!(
            "there is no rule '{}'; `middlebrick rules` lists them, `explain score` explains the score",
            options.rule
        ))
    })?;
    let rule = check.rule;
    let cwe: Vec<String> = rule.cwe.iter().map(|n| format!("CWE-{n}")).collect();
    files::print(&format!(
        "{}\n---\nRule {} · {} · {} · {} · {}\n",
        rule.page.trim_end(),
        rule.id,
        rule.severity,
        rule.category.label(),
        rule.category.owasp().join(", "),
        cwe.join(", ")
    ))?;
    Ok(Ending::Holds)
}
