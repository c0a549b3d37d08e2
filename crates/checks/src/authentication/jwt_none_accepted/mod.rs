use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use crate::shared::admitted::{self, with_token};
use crate::shared::compare::Face;
use crate::shared::jwt;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, Survey, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-none-accepted",
    aliases: &[],
    title: "An unsigned token is accepted",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[347, 345],
    tags: &[Tag::Crypto],
    risk: "Anybody writes a token for any user.",
    fix: "Name the one algorithm that is allowed when checking a token.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8725",
        "https://pyjwt.readthedocs.io/en/stable/usage.html",
        "https://portswigger.net/web-security/jwt",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(admitted::REQUESTS + 4),
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
    let request = &admitted.guarded.anonymous.request;
    let wrong = survey.ask(with_token(request, &jwt::with_wrong_signature(&admitted.token.token))).await?;
    if wrong.is_success() {
        return Err(NotTested::OpenAnyway);
    }
    let genuine = Face::plain(&admitted.genuine);
    let mut unclear = false;
    for spelling in ["none", "None", "NONE"] {
        let Some(unsigned) = jwt::unsigned(&admitted.token.token, spelling) else { continue };
        let answer = survey.ask(with_token(request, &unsigned)).await?;
        if answer.is_success() && Face::plain(&answer) == genuine {
            let evidence = Evidence::new(
                &answer,
                format!("the token with alg {spelling} and no signature is answered like the genuine one"),
            );
            let control = Evidence::new(&wrong, format!("{} for a wrong signature", wrong.status()));
            let location = crate::place(survey.surface, &admitted.guarded.anonymous);
            let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control);
            found.push(finding.hiding(admitted.token.token.clone()).hiding(unsigned));
            return Ok(());
        }
        unclear |= answer.is_success();
    }
    if unclear { Err(admitted::another_answer()) } else { Ok(()) }
}
