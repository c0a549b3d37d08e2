use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Request, Rule, Severity, Tag};

use super::first_cookie;
use crate::shared::compare::Face;
use crate::shared::jwt::with_wrong_signature;
use crate::shared::set_cookie::{Role, SetCookie};
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "session-signature-ignored",
    aliases: &[],
    title: "A changed session is accepted",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[347, 345],
    tags: &[Tag::Crypto],
    risk: "Anybody becomes another user by editing the own cookie.",
    fix: "Check the signature before reading the session; leave it to Flask.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/quickstart/#sessions",
        "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: 4, touch: Touch::Reads },
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some((plain, cookie)) = first_cookie::set_by_page(survey, is_signed) else {
        return Err(NotTested::not_applicable("no signed session cookie was set"));
    };
    let with = |value: &str| {
        let header = format!("{}={value}", cookie.name);
        plain.request.clone().header("Cookie", header.into_bytes()).altered("cookie", &cookie.name, value)
    };
    let again: Request = plain.request.clone().fresh();
    let answers = Answers {
        own: survey.ask(with(&cookie.value)).await?,
        changed: survey.ask(with(&with_wrong_signature(&cookie.value))).await?,
        meaningless: survey.ask(with(&survey.canary("meaningless"))).await?,
        without: survey.ask(again).await?,
    };
    found.extend(judge(plain, &answers, &cookie.name)?.map(|finding| finding.hiding(&cookie.value)));
    Ok(())
}

struct Answers {
    own: Arc<Exchange>,
    changed: Arc<Exchange>,
    meaningless: Arc<Exchange>,
    without: Arc<Exchange>,
}

/// A session or token with something after its last dot that could be a signature.
fn is_signed(cookie: &SetCookie) -> bool {
    let signature = cookie.value.rsplit('.').next().unwrap_or("");
    matches!(cookie.role(), Role::Session | Role::Jwt) && cookie.value.contains('.') && signature.len() >= 16
}

fn judge(plain: &Arc<Exchange>, answers: &Answers, name: &str) -> Result<Option<Finding>, NotTested> {
    let face = |exchange: &Arc<Exchange>| (exchange.status(), Face::plain(exchange));
    let nothing = face(plain);
    if face(&answers.without) != nothing {
        return Err(NotTested::inconclusive("the answer varies by itself"));
    }
    if face(&answers.own) == nothing {
        return Err(NotTested::inconclusive("the session makes no difference to the answer"));
    }
    if face(&answers.changed) != face(&answers.own) {
        return Ok(None);
    }
    if face(&answers.meaningless) != nothing {
        return Err(NotTested::inconclusive("a meaningless cookie is not answered like none"));
    }
    let evidence =
        Evidence::new(&answers.changed, "the session with a wrong signature is answered like the genuine one");
    let genuine = Evidence::new(&answers.own, "the genuine session");
    let control = Evidence::new(&answers.meaningless, "a meaningless cookie is answered like none");
    let location = Location::host().parameter("cookie", name);
    Ok(Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(genuine).also(control)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::exchange;

    fn verdict(own: &str, changed: &str, meaningless: &str, without: &str) -> Result<bool, NotTested> {
        let answer = |body: &str| exchange("/", 200, body);
        let answers = Answers {
            own: answer(own),
            changed: answer(changed),
            meaningless: answer(meaningless),
            without: answer(without),
        };
        judge(&answer("{\"visits\":1}"), &answers, "session").map(|found| found.is_some())
    }

    #[test]
    fn the_wrong_signature_has_to_make_the_same_difference() {
        let (one, two) = ("{\"visits\":1}", "{\"visits\":2}");
        assert_eq!(verdict(two, two, one, one), Ok(true));
        assert_eq!(verdict(two, one, one, one), Ok(false));
        assert!(verdict(two, two, two, one).is_err(), "any cookie will do");
        assert!(verdict(one, one, one, one).is_err());
        assert!(verdict(two, two, one, two).is_err());
    }
}
