use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, NotTested, Request, Rule, Severity, Tag,
};

use crate::calling::login::{self, Login};
use crate::text::challenge::challenges;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "default-credentials",
    aliases: &[],
    title: "Default credentials accepted",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[1392, 521],
    tags: &[Tag::Flask],
    risk: "An attacker signs in with a documented or obvious username and password.",
    fix: "Read username and password from the environment, and generate the password at random.",
    references: &[
        "https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/04-Authentication_Testing/02-Testing_for_Default_Credentials",
        "https://flask-httpauth.readthedocs.io/en/latest/#basic-authentication-examples",
        "https://flask-basicauth.readthedocs.io/en/latest/#usage",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(PAIRS.len() as u32 + 2),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Most passwords that are tried for one name: accounts are locked after three to five failures.
#[cfg(test)]
const FOR_ONE_NAME: usize = 3;

/// A name, a password, and what the password is, in words that do not repeat it.
type Pair<'a> = (&'a str, &'a str, &'a str);

/// The pairs: OWASP's testing guide (WSTG-ATHN-02), Flask's own snippet on Basic (flask.pocoo.org/snippets/8), the examples of
/// Flask-HTTPAuth and Flask-BasicAuth, and a much copied tutorial (blog.miguelgrinberg.com, "Designing a `RESTful` API with Python and
/// Flask").
const PAIRS: [Pair<'static>; 6] = [
    ("admin", "admin", ITS_NAME),
    ("admin", "password", "one of the first that attackers try"),
    ("admin", "secret", "that of Flask's snippet on HTTP Basic"),
    ("john", "hello", "that of Flask-HTTPAuth's example"),
    ("john", "matrix", "that of Flask-BasicAuth's example"),
    ("miguel", "python", "that of a well-known tutorial on APIs with Flask"),
];

const ITS_NAME: &str = "the name itself";

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let places = login::places(probe);
    let Some(place @ Login::Basic { target }) = places.iter().find(|place| matches!(place, Login::Basic { .. })) else {
        return Err(NotTested::not_applicable("nothing asks for HTTP Basic credentials"));
    };
    let called = probe.observations.plain_calls().find(|e| e.request.target == *target);
    let own = own_name(probe, called.map(Arc::as_ref));
    let mut first: Option<Arc<Exchange>> = None;
    for (name, password, what) in pairs(own.as_deref()) {
        let response = probe.response_to(attempt(place, probe, name, password)).await?;
        if response.is_success() {
            let wrong = probe.response_to(attempt(place, probe, name, &probe.canary("password"))).await?;
            let nobody = probe.response_to(attempt(place, probe, &probe.canary("name"), password)).await?;
            if !opens(&response, &wrong, &nobody) {
                return Err(NotTested::inconclusive("other names or passwords are let in too"));
            }
            found.push(finding(place, &response, &wrong).detail(format!("The password of '{name}' is {what}.")));
            return Ok(());
        }
        let first = first.get_or_insert_with(|| Arc::clone(&response));
        if response.status() != 401 || !login::is_as_before(first, &response) {
            return Err(NotTested::inconclusive("failed logins are counted or refused, so no more were tried"));
        }
    }
    Ok(())
}

/// The request, without the password among what the report shows of it: the one that fits is in use.
fn attempt(place: &Login, probe: &TargetProbe<'_>, name: &str, password: &str) -> Request {
    place.attempt(probe.origin(), name, password).altered_untold("password", "a guess")
}

/// The table, with a name that the target shows and itself as its password in the place of the last.
fn pairs(own: Option<&str>) -> Vec<Pair<'_>> {
    let mut pairs = PAIRS.to_vec();
    if let (Some(name), Some(last)) = (own.filter(|own| PAIRS.iter().all(|(name, ..)| name != own)), pairs.last_mut()) {
        *last = (name, name, ITS_NAME);
    }
    pairs
}

/// A name of a user that answers showed, or else what the challenge calls itself, if that is one word.
fn own_name(probe: &TargetProbe<'_>, called: Option<&Exchange>) -> Option<String> {
    let shown = probe.surface.harvested("username").next();
    let challenges = called.map(challenges).unwrap_or_default();
    let realm = challenges.iter().find(|c| c.scheme == "basic").and_then(|c| c.parameter("realm"));
    let name = shown.or(realm)?;
    let word = name.len() <= 32 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    (word && !name.is_empty()).then(|| name.to_ascii_lowercase())
}

/// Only this name with this password: an application that takes any is another rule's finding.
fn opens(response: &Exchange, wrong: &Exchange, nobody: &Exchange) -> bool {
    response.is_success() && wrong.status() == 401 && nobody.status() == 401
}

fn finding(place: &Login, response: &Arc<Exchange>, wrong: &Arc<Exchange>) -> Finding {
    let evidence =
        Evidence::new(response, format!("{} for a name and password out of documentation", response.status()));
    let control =
        Evidence::new(wrong, "401 for the same name with another password, and for another name with this one");
    let location = Location::at(place.method(), place.path());
    Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn no_name_is_tried_often_enough_to_be_locked() {
        for own in [None, Some("shop"), Some("admin"), Some("john")] {
            let pairs = pairs(own);
            assert_eq!(pairs.len(), PAIRS.len());
            for (name, ..) in &pairs {
                assert!(pairs.iter().filter(|(other, ..)| other == name).count() <= FOR_ONE_NAME, "{name}");
            }
        }
        assert_eq!(pairs(Some("shop"))[5], ("shop", "shop", ITS_NAME));
    }

    #[test]
    fn a_door_that_others_open_too_is_not_this() {
        let response = |status| exchange("/", status, "{}");
        assert!(opens(&response(200), &response(401), &response(401)));
        assert!(!opens(&response(200), &response(200), &response(401)), "any password for this name");
        assert!(!opens(&response(200), &response(401), &response(200)), "any name with this password");
        assert!(!opens(&response(200), &response(429), &response(429)), "no longer looked at");
    }
}
