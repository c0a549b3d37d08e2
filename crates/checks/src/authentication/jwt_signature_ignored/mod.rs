use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, Severity, Tag};

use super::accepted_credential::{self, AcceptedCredential, with_token};
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::text::jwt;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-signature-ignored",
    aliases: &[],
    title: "JWT signature is not verified",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[347, 345],
    tags: &[Tag::Crypto],
    risk: "An unauthenticated attacker can write a token for any user.",
    fix: "Verify the signature with the key and one fixed algorithm.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8725",
        "https://pyjwt.readthedocs.io/en/stable/usage.html",
        "https://portswigger.net/web-security/jwt",
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

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let accepted = accepted_credential::find(probe).await?;
    let wrong = with_token(&accepted.guarded.anonymous.request, &jwt::with_wrong_signature(&accepted.token.token));
    let first = probe.response_to(wrong.clone()).await?;
    if !first.is_success() {
        return Ok(());
    }
    let second = probe.response_to(wrong.fresh()).await?;
    if !same(&accepted, &[&first, &second]) {
        return Err(accepted_credential::other_response());
    }
    let evidence = Evidence::new(&first, "the same response for a wrong signature as for the genuine one");
    let repeat = Evidence::new(&second, "the same response when it is sent again");
    let nonsense = &accepted.guarded.nonsense;
    let control = Evidence::new(nonsense, format!("status {} for a random string as the token", nonsense.status()));
    let location = crate::place(probe.surface, &accepted.guarded.anonymous);
    let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(repeat).also(control);
    let finding = accepted.controls().into_iter().fold(finding, Finding::also);
    found.push(finding.hiding(accepted.token.token));
    Ok(())
}

fn same(accepted: &AcceptedCredential, responses: &[&Arc<Exchange>]) -> bool {
    let genuine = ResponseFingerprint::plain(&accepted.genuine);
    responses.iter().all(|response| response.is_success() && ResponseFingerprint::plain(response) == genuine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authentication::authorization::Guarded;
    use crate::samples::exchange;

    #[test]
    fn the_answer_has_to_be_the_genuine_one() {
        let refused = || exchange("/", 401, "{}");
        let accepted = AcceptedCredential {
            guarded: Guarded { anonymous: refused(), nonsense: refused() },
            token: jwt::Jwt::parse("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.x").unwrap(),
            genuine: exchange("/", 200, r#"{"balance":12}"#),
        };
        let (own, other) = (exchange("/", 200, r#"{"balance":12}"#), exchange("/", 200, r#"{"error":"no"}"#));
        assert!(same(&accepted, &[&own, &own]));
        assert!(!same(&accepted, &[&own, &other]) && !same(&accepted, &[&refused(), &own]));
    }
}
