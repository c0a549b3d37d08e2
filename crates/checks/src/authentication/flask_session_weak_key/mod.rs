use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use super::secret_guessing::{self, Guessed};
use crate::experiments::flask_session::{self, Accepted};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "flask-session-weak-key",
    aliases: &[],
    title: "Weak Flask SECRET_KEY: session cookies can be forged",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[326, 798, 1391],
    tags: &[Tag::Crypto, Tag::Flask],
    risk: "Anyone who guesses the key can forge a session for any user and any role.",
    fix: "Set SECRET_KEY to at least 32 random bytes from the environment.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/config/#SECRET_KEY",
        "https://flask.palletsprojects.com/en/stable/quickstart/#sessions",
        "https://github.com/Paradoxis/Flask-Unsign",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(flask_session::REQUESTS + 1).more_when_deep(flask_session::MORE_WHEN_DEEP),
    schedule: Schedule::sharing(flask_session::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// A cookie lets every word be tried without a request; only without one are a few guesses sent.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let tokens = secret_guessing::in_cookies(probe, &[crack::Kind::FlaskSession, crack::Kind::FlaskSessionId]);
    if tokens.is_empty() {
        let hit = flask_session::online(probe).await?;
        found.extend(hit.as_ref().filter(|hit| hit.signs).map(judge));
        // Without a cookie of its own the application may have no sessions, or keep them elsewhere.
        return hit.map(drop).ok_or_else(flask_session::no_cookie);
    }
    let guessed = secret_guessing::secrets(probe, tokens, "Flask session").await?;
    let proof = match guessed.first() {
        // What is guessed stays guessed when the proof cannot be sent.
        Some(first) => proof(probe, first).await.unwrap_or(None),
        None => None,
    };
    let mut offline = Findings::default();
    secret_guessing::report(&RULE, "session cookie", guessed, &mut offline);
    for (at, finding) in offline.into_vec().into_iter().enumerate() {
        found.push(match &proof {
            Some(proof) if at == 0 => finding.also(proof.clone()),
            _ => finding,
        });
    }
    Ok(())
}

/// The application takes up a harmless session signed with the guessed key.
async fn proof(probe: &TargetProbe<'_>, guessed: &Guessed) -> Result<Option<Evidence>, NotTested> {
    let Some(cookie) = guessed.token.location.part().map(|part| part.name.as_str()) else {
        return Ok(None);
    };
    if guessed.token.readings.iter().any(|reading| reading.kind() != crack::Kind::FlaskSession) {
        return Ok(None);
    }
    let response = probe.send(flask_session::forged(probe, cookie, &guessed.secret)).await?;
    let taken_up = flask_session::taken_up(probe, &response, cookie).is_some();
    Ok(taken_up.then(|| Evidence::new(&response, "a harmless session signed with the guessed key is taken up")))
}

fn judge(hit: &Accepted) -> Finding {
    let location = Location::host().parameter("cookie", &hit.cookie);
    let evidence = Evidence::new(
        &hit.response,
        "a harmless session signed with a guessed key is replaced by a fresh one signed with the same key",
    );
    let control = Evidence::new(&hit.control, "the same session signed with a random key is not");
    let detail = format!(
        "The key has {} and is one of the first in a list of likely ones.",
        model::counted(hit.key.len(), "character")
    );
    Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control).detail(detail).hiding(hit.key)
}
