use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::accepted_credential::{self, AcceptedCredential};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-expired-accepted",
    aliases: &[],
    title: "An expired token is accepted",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[613],
    tags: &[Tag::Crypto],
    risk: "A token that leaks once opens the account for ever.",
    fix: "Check exp with every token.",
    references: &["https://www.rfc-editor.org/rfc/rfc8725", "https://pyjwt.readthedocs.io/en/stable/usage.html"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(accepted_credential::REQUESTS),
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
    let accepted = accepted_credential::find(probe).await?;
    let Some(expiry) = accepted.token.date("exp") else {
        return Err(NotTested::not_applicable("the token that is accepted has no expiry"));
    };
    if expiry >= probe.target.now {
        return Err(NotTested::inconclusive("the token that is accepted has not expired yet"));
    }
    if let Some(seconds) = late(&accepted, probe.target.now) {
        let evidence =
            Evidence::new(&accepted.genuine, format!("a token that expired {} minutes ago is accepted", seconds / 60));
        let control =
            Evidence::new(&accepted.guarded.nonsense, format!("{} for nonsense", accepted.guarded.nonsense.status()));
        let location = crate::place(probe.surface, &accepted.guarded.anonymous);
        let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control);
        found.push(finding.hiding(accepted.token.token));
    }
    Ok(())
}

/// By how many seconds the accepted token is too old.
fn late(accepted: &AcceptedCredential, now: i64) -> Option<i64> {
    let seconds = now.saturating_sub(accepted.token.date("exp")?);
    (seconds > LEEWAY).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authentication::authorization::Guarded;
    use crate::samples::exchange;
    use crate::text::jwt::Jwt;

    #[test]
    fn only_well_after_its_end() {
        let refused = || exchange("/", 401, "{}");
        // {"alg":"HS256"} and {"exp":1000}
        let token = Jwt::parse("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEwMDB9.x").unwrap();
        let guarded = Guarded { anonymous: refused(), nonsense: refused() };
        let accepted = AcceptedCredential { guarded, token, genuine: exchange("/", 200, "{}") };
        assert_eq!(late(&accepted, 2_000), Some(1_000));
        assert_eq!(late(&accepted, 1_100), None);
        assert_eq!(late(&accepted, 900), None);
    }
}
