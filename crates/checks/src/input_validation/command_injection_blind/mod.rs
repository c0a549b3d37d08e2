use model::{Category, Depth, Finding, NotTested, Rule, Severity, Tag};

use super::timing::{self, Candidate, Outcome, Patience};
use super::{command_injection, shell};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "command-injection-blind",
    aliases: &[],
    title: "Blind OS command injection in a request parameter",
    category: Category::InputValidation,
    severity: Severity::Critical,
    cwe: &[78],
    tags: &[Tag::Injection],
    risk: "An attacker runs commands on the server, without seeing their output.",
    fix: "Run the program without a shell, with its arguments as a list, after checking them.",
    references: &[
        "https://owasp.org/www-community/attacks/Command_Injection",
        "https://docs.python.org/3/library/subprocess.html#security-considerations",
    ],
    page: include_str!("page.md"),
};

/// Most parameters of a scan that are asked about, by depth.
const MOST: usize = 6;
const MOST_WHEN_DEEP: usize = 24;

/// The ways that a scan that is not deep tries: between them they fit most commands.
const USUAL: [usize; 2] = [0, 3];

pub(crate) static CHECK: Check = Check {
    // For each parameter a command that prints, which others send as well, and a command to wait by each way.
    cost: Cost::reads((MOST * (1 + USUAL.len())) as u32 + timing::REQUESTS)
        .more_when_deep((MOST_WHEN_DEEP * (1 + shell::WAYS.len())) as u32 + 4 * timing::REQUESTS),
    schedule: Schedule { exclusive: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    subsumed_by: &["command-injection"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Parameters that are named like commands, hosts or files, and in a deep scan the others as well, are told to wait. An answer that
/// comes at once costs nothing but a request.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let deep = probe.target.depth == Depth::Deep;
    let mut candidates = timing::candidates(probe, |o, p| deep || shell::is_named(o, p));
    if candidates.is_empty() {
        return Err(NotTested::not_applicable("no parameter is named like a command, a host or a file"));
    }
    candidates.sort_by_key(|c| !shell::is_named(c.operation, c.parameter));
    let left_out = candidates.len() > if deep { MOST_WHEN_DEEP } else { MOST };
    candidates.truncate(if deep { MOST_WHEN_DEEP } else { MOST });
    let ways: Vec<&str> =
        shell::WAYS.iter().enumerate().filter(|(at, _)| deep || USUAL.contains(at)).map(|(_, way)| *way).collect();
    let mut patience = Patience::default();
    for candidate in &candidates {
        let Candidate { operation, parameter, value, .. } = candidate;
        // Whose output is shown is not blind: whoever sees it tells it, since the other may have had its reasons not to look here.
        if let Some(shown) = command_injection::prove(probe, operation, parameter, value, shell::WAYS[0]).await? {
            found.push(shown);
            continue;
        }
        match wait(probe, candidate, &ways, &mut patience).await? {
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
    if found.as_slice().iter().any(|finding| finding.rule.id == RULE.id) {
        Ok(())
    } else if let Err(slow) = patience.verdict() {
        Err(slow)
    } else if left_out {
        Err(NotTested::Sampled)
    } else if found.is_empty() {
        Ok(())
    } else {
        Err(NotTested::not_applicable("what it saw is reported as command-injection"))
    }
}

async fn wait(
    probe: &TargetProbe<'_>,
    candidate: &Candidate<'_>,
    ways: &[&str],
    patience: &mut Patience,
) -> Result<Option<Finding>, NotTested> {
    for way in ways {
        let asked =
            |seconds| candidate.with(probe, &shell::payload(way, &candidate.value, &format!("sleep {seconds}")));
        let outcome = timing::obeys(probe, asked).await?;
        if !patience.note(&outcome) {
            break;
        }
        if let Outcome::Obeyed(told) = outcome {
            return Ok(candidate.finding(&RULE, told));
        }
    }
    Ok(None)
}
