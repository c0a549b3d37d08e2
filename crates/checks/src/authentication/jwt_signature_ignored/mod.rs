use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, Severity, Tag};

use crate::shared::admitted::{self, Admitted, with_token};
use crate::shared::compare::Face;
use crate::shared::jwt;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, Survey, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-signature-ignored",
    aliases: &[],
    title: "A token with a wrong signature is accepted",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[347, 345],
    tags: &[Tag::Crypto],
    risk: "Anybody writes a token for any user.",
    fix: "Verify the signature with the key and one fixed algorithm.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8725",
        "https://pyjwt.readthedocs.io/en/stable/usage.html",
        "https://portswigger.net/web-security/jwt",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(admitted::REQUESTS + 2),
    schedule: Schedule::sharing(admitted::SHARES),
    detectors: Detectors { on_surface: Some(|survey, found| Box::pin(ask(survey, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let admitted = admitted::admitted(survey).await?;
    let wrong = with_token(&admitted.guarded.anonymous.request, &jwt::with_wrong_signature(&admitted.token.token));
    let first = survey.ask(wrong.clone()).await?;
    if !first.is_success() {
        return Ok(());
    }
    let second = survey.ask(wrong.fresh()).await?;
    if !same(&admitted, &[&first, &second]) {
        return Err(admitted::another_answer());
    }
    let evidence = Evidence::new(&first, "the token with a wrong signature is answered like the genuine one");
    let nonsense = &admitted.guarded.nonsense;
    let control = Evidence::new(nonsense, format!("{} for nonsense", nonsense.status()));
    let location = crate::place(survey.surface, &admitted.guarded.anonymous);
    let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control);
    found.push(finding.hiding(admitted.token.token));
    Ok(())
}

fn same(admitted: &Admitted, answers: &[&Arc<Exchange>]) -> bool {
    let genuine = Face::plain(&admitted.genuine);
    answers.iter().all(|answer| answer.is_success() && Face::plain(answer) == genuine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::authorization::Guarded;
    use crate::shared::samples::exchange;

    #[test]
    fn the_answer_has_to_be_the_genuine_one() {
        let refused = || exchange("/", 401, "{}");
        let admitted = Admitted {
            guarded: Guarded { anonymous: refused(), nonsense: refused() },
            token: jwt::Jwt::parse("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.x").unwrap(),
            genuine: exchange("/", 200, r#"{"balance":12}"#),
        };
        let (own, other) = (exchange("/", 200, r#"{"balance":12}"#), exchange("/", 200, r#"{"error":"no"}"#));
        assert!(same(&admitted, &[&own, &own]));
        assert!(!same(&admitted, &[&own, &other]) && !same(&admitted, &[&refused(), &own]));
    }
}
