use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use crate::shared::admitted::{self, Admitted};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, Survey, Twins};

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
    cost: Cost::reads(admitted::REQUESTS),
    schedule: Schedule::sharing(admitted::SHARES),
    detectors: Detectors { on_surface: Some(|survey, found| Box::pin(ask(survey, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Seconds by which clocks may differ.
const LEEWAY: i64 = 300;

async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let admitted = admitted::admitted(survey).await?;
    let Some(expiry) = admitted.token.date("exp") else {
        return Err(NotTested::not_applicable("the token that is accepted has no expiry"));
    };
    if expiry >= survey.target.now {
        return Err(NotTested::inconclusive("the token that is accepted has not expired yet"));
    }
    if let Some(seconds) = late(&admitted, survey.target.now) {
        let evidence =
            Evidence::new(&admitted.genuine, format!("a token that expired {} minutes ago is accepted", seconds / 60));
        let control =
            Evidence::new(&admitted.guarded.nonsense, format!("{} for nonsense", admitted.guarded.nonsense.status()));
        let location = crate::place(survey.surface, &admitted.guarded.anonymous);
        let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control);
        found.push(finding.hiding(admitted.token.token));
    }
    Ok(())
}

/// By how many seconds the accepted token is too old.
fn late(admitted: &Admitted, now: i64) -> Option<i64> {
    let seconds = now.saturating_sub(admitted.token.date("exp")?);
    (seconds > LEEWAY).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::authorization::Guarded;
    use crate::shared::jwt::Jwt;
    use crate::shared::samples::exchange;

    #[test]
    fn only_well_after_its_end() {
        let refused = || exchange("/", 401, "{}");
        // {"alg":"HS256"} and {"exp":1000}
        let token = Jwt::parse("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEwMDB9.x").unwrap();
        let guarded = Guarded { anonymous: refused(), nonsense: refused() };
        let admitted = Admitted { guarded, token, genuine: exchange("/", 200, "{}") };
        assert_eq!(late(&admitted, 2_000), Some(1_000));
        assert_eq!(late(&admitted, 1_100), None);
        assert_eq!(late(&admitted, 900), None);
    }
}
