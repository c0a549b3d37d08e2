use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::accepted_credential::{self, with_token};
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::text::jwt;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-none-accepted",
    aliases: &[],
    title: "JWT accepted without a signature (alg=none)",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[347, 345],
    tags: &[Tag::Crypto],
    risk: "An unauthenticated attacker can write a token for any user.",
    fix: "Pin the one allowed algorithm when verifying a token.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8725",
        "https://pyjwt.readthedocs.io/en/stable/usage.html",
        "https://portswigger.net/web-security/jwt",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(accepted_credential::REQUESTS + 4),
    schedule: Schedule::sharing(accepted_credential::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let accepted = accepted_credential::find(probe).await?;
    let request = &accepted.guarded.anonymous.request;
    let wrong = probe.response_to(with_token(request, &jwt::with_wrong_signature(&accepted.token.token))).await?;
    if wrong.is_success() {
        return Err(NotTested::OpenAnyway);
    }
    let genuine = ResponseFingerprint::plain(&accepted.genuine);
    let mut unclear = false;
    for spelling in ["none", "None", "NONE"] {
        let Some(unsigned) = jwt::unsigned(&accepted.token.token, spelling) else { continue };
        let response = probe.response_to(with_token(request, &unsigned)).await?;
        if response.is_success() && ResponseFingerprint::plain(&response) == genuine {
            let evidence = Evidence::new(
                &response,
                format!(
                    "the same response for the token with `alg` {spelling} and no signature as for the genuine one"
                ),
            );
            let control = Evidence::new(&wrong, format!("status {} for a wrong signature", wrong.status()));
            let location = crate::place(probe.surface, &accepted.guarded.anonymous);
            let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control);
            let finding = accepted.controls().into_iter().fold(finding, Finding::also);
            found.push(finding.hiding(accepted.token.token.clone()).hiding(unsigned));
            return Ok(());
        }
        unclear |= response.is_success();
    }
    if unclear { Err(accepted_credential::other_response()) } else { Ok(()) }
}
