use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::accepted_credential::{self, with_token};
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::text::jwt::{self, Jwt};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "refresh-token-accepted",
    aliases: &[],
    title: "Refresh token accepted as an access token",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[613, 345],
    tags: &[Tag::Crypto],
    risk: "An attacker with a leaked refresh token has for its long life the access that short-lived access tokens are meant to limit.",
    fix: "Check the type of the token wherever it is presented.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8725#section-3.12",
        "https://flask-jwt-extended.readthedocs.io/en/stable/refreshing_tokens.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(accepted_credential::REQUESTS + 2),
    schedule: Schedule::sharing(accepted_credential::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// An operation that takes an access token is none to refresh it with, which takes the other kind.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let clean = probe.observations.exchanges.iter().filter(|e| e.request.is_clean());
    let mut tokens = jwt::given(probe.target).into_iter().chain(clean.flat_map(|e| jwt::issued(e)));
    let Some(refresh) = tokens.find(Jwt::is_refresh) else {
        return Err(NotTested::not_applicable("no refresh token was given or handed out"));
    };
    let accepted = accepted_credential::find(probe).await?;
    let request = &accepted.guarded.anonymous.request;
    let response = probe.response_to(with_token(request, &refresh.token)).await?;
    if !response.is_success() {
        return Ok(());
    }
    let wrong = probe.response_to(with_token(request, &jwt::with_wrong_signature(&refresh.token))).await?;
    if wrong.is_success() {
        return Err(NotTested::OpenAnyway);
    }
    if ResponseFingerprint::plain(&response) != ResponseFingerprint::plain(&accepted.genuine) {
        return Err(accepted_credential::other_response());
    }
    let evidence = Evidence::new(&response, "the refresh token gets the same response as the access token");
    let control = Evidence::new(&wrong, format!("{} for the refresh token with a wrong signature", wrong.status()));
    let location = crate::place(probe.surface, &accepted.guarded.anonymous);
    let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control);
    found.push(finding.hiding(refresh.token).hiding(accepted.token.token));
    Ok(())
}
