use model::{Category, Depth, Finding, NotTested, ParameterIn, Rule, Severity, Tag};

use super::timing::{self, Candidate, Outcome, Patience};
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

mod delay;

use delay::{DELAYS, Delay};

pub(crate) static RULE: Rule = Rule {
    id: "sql-injection-blind",
    aliases: &[],
    title: "Blind SQL injection in a request parameter",
    category: Category::InputValidation,
    severity: Severity::Critical,
    cwe: &[89],
    tags: &[Tag::Injection],
    risk: "An attacker can read, and often change, any table of the database, one response delay at a time.",
    fix: "Pass values as bound parameters.",
    references: &[
        "https://owasp.org/www-community/attacks/Blind_SQL_Injection",
        "https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

/// Most parameters of a scan that are asked about, by depth.
const MOST: usize = 4;
const MOST_WHEN_DEEP: usize = 16;

/// What is sent about a parameter at most, besides the proof: its value, the value with a quote, and a delay for each database.
const EACH: usize = 2 + DELAYS.len();

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads((MOST * EACH) as u32 + timing::REQUESTS_OF_ROWS)
        .more_when_deep(((MOST_WHEN_DEEP - MOST) * EACH) as u32 + 3 * timing::REQUESTS_OF_ROWS),
    schedule: Schedule { depth: Depth::Standard, exclusive: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    subsumed_by: &["sql-injection"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Parameters of the query, those first whose answers say least, since they are the least likely to show what the database says.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let deep = probe.target.depth == Depth::Deep;
    // The payload has slashes, which end a parameter of the path.
    let mut candidates = timing::candidates(probe, |_, p| p.place == ParameterIn::Query);
    if candidates.is_empty() {
        return Err(NotTested::not_applicable("no parameter of a query takes text"));
    }
    candidates.sort_by_key(|c| c.plain.body_len());
    let most = if deep { MOST_WHEN_DEEP } else { MOST };
    let left_out = candidates.len() > most;
    candidates.truncate(most);
    let (mut patience, mut inert) = (Patience::default(), false);
    for candidate in &candidates {
        if !is_inert(probe, candidate).await? {
            continue;
        }
        inert = true;
        match prove(probe, candidate, &mut patience).await? {
            // Each proof takes seconds: one is enough to know, and the remedy is the same.
            Some(finding) if !deep => {
                found.push(finding);
                return Ok(());
            }
            finding => found.extend(finding),
        }
        if patience.is_over() {
            break;
        }
    }
    match found.is_empty() {
        true if patience.verdict().is_err() => patience.verdict(),
        true if left_out => Err(NotTested::Sampled),
        true if !inert => {
            Err(NotTested::not_applicable("every parameter changes the response, which other rules read"))
        }
        _ => Ok(()),
    }
}

/// Whether a quote changes nothing: where it does, sql-injection compares the answers.
async fn is_inert(probe: &TargetProbe<'_>, candidate: &Candidate<'_>) -> Result<bool, NotTested> {
    let quoted = format!("{}'", candidate.value);
    let plain = probe.response_to(candidate.with(probe, &candidate.value)).await?;
    let response = probe.response_to(candidate.with(probe, &quoted)).await?;
    Ok(ResponseFingerprint::of(&response, &quoted, &candidate.value)
        == ResponseFingerprint::of(&plain, &candidate.value, &candidate.value))
}

async fn prove(
    probe: &TargetProbe<'_>,
    candidate: &Candidate<'_>,
    patience: &mut Patience,
) -> Result<Option<Finding>, NotTested> {
    for delay in &DELAYS {
        let asked = |number: u32| candidate.with(probe, &delay.payload(&candidate.value, number));
        let outcome = match delay {
            Delay { counts: true, .. } => timing::counts(probe, asked).await?,
            Delay { counts: false, .. } => timing::obeys(probe, asked).await?,
        };
        if !patience.note(&outcome) {
            break;
        }
        if let Outcome::Obeyed(told) = outcome {
            let said = format!("The delay is one of {}.", delay.database);
            return Ok(candidate.finding(&RULE, told).map(|finding| finding.detail(said)));
        }
    }
    Ok(None)
}
