use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use super::first_cookie;
use crate::shared::compare::Face;
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "nameless-cookie-accepted",
    aliases: &[],
    title: "A cookie without a name is taken for the session",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[20, 565],
    tags: &[Tag::Flask],
    risk: "A neighbouring sub-domain can give a visitor a session, past the protection of __Host- and __Secure- names.",
    fix: "Upgrade to Werkzeug 2.2.3 or later, and leave the reading of cookies to the framework.",
    references: &[
        "CVE-2023-23934",
        "https://github.com/pallets/werkzeug/security/advisories/GHSA-px8h-6qxv-m22q",
        "https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html",
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
    let Some((plain, cookie)) = first_cookie::set_by_page(survey, |cookie| cookie.role().authenticates()) else {
        return Err(NotTested::not_applicable("no session cookie was set"));
    };
    let with =
        |header: String| plain.request.clone().header("Cookie", header).altered("cookie", &cookie.name, &cookie.value);
    let own = format!("{}={}", cookie.name, cookie.value);
    let answers = Answers {
        own: survey.ask(with(own.clone())).await?,
        nameless: survey.ask(with(format!("={own}"))).await?,
        misnamed: survey.ask(with(format!("{}={}", survey.canary("name"), cookie.value))).await?,
        without: survey.ask(plain.request.clone().fresh()).await?,
    };
    found.extend(judge(plain, &answers, &cookie.name)?.map(|finding| finding.hiding(&cookie.value)));
    Ok(())
}

struct Answers {
    own: Arc<Exchange>,
    nameless: Arc<Exchange>,
    misnamed: Arc<Exchange>,
    without: Arc<Exchange>,
}

/// The nameless cookie makes the difference that the genuine one makes, and its value under another name makes none: an application that
/// takes its session out of any cookie is another matter.
fn judge(plain: &Arc<Exchange>, answers: &Answers, name: &str) -> Result<Option<Finding>, NotTested> {
    let face = |exchange: &Arc<Exchange>| Face::plain(exchange);
    let nothing = face(plain);
    if face(&answers.without) != nothing {
        return Err(NotTested::inconclusive("the answer varies by itself"));
    }
    if face(&answers.own) == nothing {
        return Err(NotTested::inconclusive("the session makes no difference to the answer"));
    }
    if face(&answers.nameless) != face(&answers.own) || face(&answers.misnamed) != nothing {
        return Ok(None);
    }
    let evidence = Evidence::new(&answers.nameless, format!("Cookie: ={name}=… is answered like the genuine session"));
    let genuine = Evidence::new(&answers.own, "the genuine session");
    let control = Evidence::new(&answers.misnamed, "the same value under another name is answered like none");
    let location = Location::host().parameter("cookie", name);
    Ok(Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(genuine).also(control)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::exchange;

    fn verdict(own: &str, nameless: &str, misnamed: &str, without: &str) -> Result<bool, NotTested> {
        let answer = |body: &str| exchange("/", 200, body);
        let answers = Answers {
            own: answer(own),
            nameless: answer(nameless),
            misnamed: answer(misnamed),
            without: answer(without),
        };
        judge(&answer(r#"{"visits":1}"#), &answers, "session").map(|found| found.is_some())
    }

    #[test]
    fn the_nameless_cookie_has_to_make_the_same_difference() {
        let (one, two) = (r#"{"visits":1}"#, r#"{"visits":2}"#);
        assert_eq!(verdict(two, two, one, one), Ok(true));
        assert_eq!(verdict(two, one, one, one), Ok(false), "Werkzeug 2.2.3 and later");
        assert_eq!(verdict(two, two, two, one), Ok(false), "any cookie will do there");
        assert_eq!(verdict(two, r#"{"visits":3}"#, one, one), Ok(false), "a counter of its own");
    }

    #[test]
    fn what_varies_by_itself_or_not_at_all_tells_nothing() {
        let (one, two) = (r#"{"visits":1}"#, r#"{"visits":2}"#);
        assert!(verdict(one, one, one, one).is_err());
        assert!(verdict(two, two, one, two).is_err());
    }
}
