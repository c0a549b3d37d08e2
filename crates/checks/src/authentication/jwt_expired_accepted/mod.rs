use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, Severity, Tag};

use super::accepted_credential::{self, AcceptedCredential, with_token};
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::text::jwt::Jwt;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-expired-accepted",
    aliases: &[],
    title: "Expired JWT accepted",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[613],
    tags: &[Tag::Crypto],
    risk: "An attacker with a token that leaked once has access to the account forever.",
    fix: "Verify exp with every token.",
    references: &["https://www.rfc-editor.org/rfc/rfc8725", "https://pyjwt.readthedocs.io/en/stable/usage.html"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(accepted_credential::REQUESTS + 1),
    schedule: Schedule::sharing(accepted_credential::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Seconds by which clocks may differ.
const LEEWAY: i64 = 300;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let now = probe.target.now;
    let accepted = accepted_credential::find(probe).await?;
    let Some(expiry) = accepted.token.date("exp") else {
        return Err(NotTested::not_applicable("the token that is accepted has no expiry"));
    };
    if let Some(seconds) = late(&accepted.token, now) {
        found.push(judge(probe, &accepted, &accepted.token, &accepted.genuine, seconds));
        return Ok(());
    }
    // Where a valid token is accepted, one that has expired must not be.
    let mut tokens = accepted_credential::tokens(probe).into_iter();
    let old = tokens.find_map(|token| late(&token, now).map(|seconds| (token, seconds)));
    let Some((token, seconds)) = old else {
        let valid = "the token that is accepted has not expired yet, and none that has was seen";
        return if expiry < now { Ok(()) } else { Err(NotTested::inconclusive(valid)) };
    };
    let response = probe.response_to(with_token(&accepted.guarded.anonymous.request, &token.token)).await?;
    if !response.is_success() {
        return Ok(());
    }
    if ResponseFingerprint::plain(&response) != ResponseFingerprint::plain(&accepted.genuine) {
        return Err(accepted_credential::other_response());
    }
    found.push(judge(probe, &accepted, &token, &response, seconds));
    Ok(())
}

fn judge(
    probe: &TargetProbe<'_>,
    accepted: &AcceptedCredential,
    token: &Jwt,
    response: &Arc<Exchange>,
    seconds: i64,
) -> Finding {
    let nonsense = &accepted.guarded.nonsense;
    let evidence = Evidence::new(
        response,
        format!("a token that expired {} ago is accepted", model::counted(seconds / 60, "minute")),
    );
    let control = Evidence::new(nonsense, format!("status {} for a random string as the token", nonsense.status()));
    let anonymous = &accepted.guarded.anonymous;
    let without = Evidence::new(anonymous, format!("status {} without a token", anonymous.status()));
    let location = crate::place(probe.surface, &accepted.guarded.anonymous);
    Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control).also(without).hiding(&token.token)
}

/// By how many seconds a token is too old.
fn late(token: &Jwt, now: i64) -> Option<i64> {
    let seconds = now.saturating_sub(token.date("exp")?);
    (seconds > LEEWAY).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_after_its_end() {
        // {"alg":"HS256"} and {"exp":1000}
        let token = Jwt::parse("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEwMDB9.x").unwrap();
        assert_eq!(late(&token, 2_000), Some(1_000));
        assert_eq!(late(&token, 1_100), None);
        assert_eq!(late(&token, 900), None);
    }
}
