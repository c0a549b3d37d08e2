use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use crate::shared::admitted::{self, with_token};
use crate::shared::compare::Face;
use crate::shared::jwt::{self, Jwt};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, Survey, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "refresh-token-accepted",
    aliases: &[],
    title: "A refresh token is accepted in the place of an access token",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[613, 345],
    tags: &[Tag::Crypto],
    risk: "The short life of access tokens protects nobody: the long-lived token opens the same doors.",
    fix: "Check the type of the token wherever it is presented.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8725#section-3.12",
        "https://flask-jwt-extended.readthedocs.io/en/stable/refreshing_tokens.html",
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

/// An operation that takes an access token is none to refresh it with, which takes the other kind.
async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let clean = survey.observations.exchanges.iter().filter(|e| e.request.is_clean());
    let mut tokens = jwt::given(survey.target).into_iter().chain(clean.flat_map(|e| jwt::issued(e)));
    let Some(refresh) = tokens.find(Jwt::is_refresh) else {
        return Err(NotTested::not_applicable("no refresh token was given or handed out"));
    };
    let admitted = admitted::admitted(survey).await?;
    let request = &admitted.guarded.anonymous.request;
    let answer = survey.ask(with_token(request, &refresh.token)).await?;
    if !answer.is_success() {
        return Ok(());
    }
    let wrong = survey.ask(with_token(request, &jwt::with_wrong_signature(&refresh.token))).await?;
    if wrong.is_success() {
        return Err(NotTested::OpenAnyway);
    }
    if Face::plain(&answer) != Face::plain(&admitted.genuine) {
        return Err(admitted::another_answer());
    }
    let evidence = Evidence::new(&answer, "the refresh token is answered like the access token");
    let control = Evidence::new(&wrong, format!("{} for the refresh token with a wrong signature", wrong.status()));
    let location = crate::place(survey.surface, &admitted.guarded.anonymous);
    let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control);
    found.push(finding.hiding(refresh.token).hiding(admitted.token.token));
    Ok(())
}
