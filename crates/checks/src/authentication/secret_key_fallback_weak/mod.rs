use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::experiments::flask_session::{self, Accepted};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "secret-key-fallback-weak",
    aliases: &[],
    title: "Weak key in SECRET_KEY_FALLBACKS: sessions can be forged",
    category: Category::Authentication,
    severity: Severity::High,
    cwe: &[326, 798],
    tags: &[Tag::Crypto, Tag::Flask],
    risk: "Anyone who guesses the retired key can forge a session for any user, although SECRET_KEY was changed.",
    fix: "Remove the guessable key from SECRET_KEY_FALLBACKS.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/config/#SECRET_KEY_FALLBACKS",
        "https://nvd.nist.gov/vuln/detail/CVE-2025-47278",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(flask_session::REQUESTS).more_when_deep(flask_session::MORE_WHEN_DEEP),
    schedule: Schedule::sharing(flask_session::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn { oldest: (3, 1), ..RunsOn::EVERYWHERE },
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let hit = flask_session::online(probe).await?;
    found.extend(hit.as_ref().filter(|hit| !hit.signs).map(judge));
    if hit.is_some() || flask_session::seen_cookie(probe).is_some() { Ok(()) } else { Err(flask_session::no_cookie()) }
}

/// Accepted, and yet the fresh cookie is signed with another key.
fn judge(hit: &Accepted) -> Finding {
    let location = Location::host().parameter("cookie", &hit.cookie);
    let evidence = Evidence::new(
        &hit.response,
        "a harmless session signed with a guessed key is replaced by a fresh one signed with another key",
    );
    let control = Evidence::new(&hit.control, "the same session signed with a random key is not");
    Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control).hiding(hit.key)
}
