use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use super::first_cookie;
use super::session_difference::{self, Difference, Responses};
use crate::text::jwt::with_wrong_signature;
use crate::text::set_cookie::{Role, SetCookie};
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "session-signature-ignored",
    aliases: &[],
    title: "Session cookie signature is not verified",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[347, 345],
    tags: &[Tag::Crypto],
    risk: "A user becomes any other user by editing the session cookie.",
    fix: "Verify the signature before reading the session; leave it to the framework.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/quickstart/#sessions",
        "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(4),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some((plain, cookie)) = first_cookie::set_by_page(probe, is_signed) else {
        return Err(NotTested::not_applicable("no signed session cookie was set"));
    };
    let with = |value: &str| {
        let header = format!("{}={value}", cookie.name);
        plain.request.clone().header("Cookie", header.into_bytes()).altered_from(
            "cookie",
            &cookie.name,
            value,
            &cookie.value,
        )
    };
    let genuine = probe.response_to(with(&cookie.value)).await?;
    session_difference::is_made_by(plain, &genuine)?;
    let responses = Responses {
        own: genuine,
        changed: probe.response_to(with(&with_wrong_signature(&cookie.value))).await?,
        control: probe.response_to(with(&probe.canary("meaningless"))).await?,
        without: probe.response_to(plain.request.clone().fresh()).await?,
    };
    match responses.difference(plain)? {
        Difference::Taken => found.push(finding(&responses, &cookie.name).hiding(&cookie.value)),
        Difference::AnyTaken => {
            return Err(NotTested::inconclusive("a meaningless cookie gets another response than no cookie"));
        }
        Difference::NotTaken => {}
    }
    Ok(())
}

/// A session or token with something after its last dot that could be a signature.
fn is_signed(cookie: &SetCookie) -> bool {
    let signature = cookie.value.rsplit('.').next().unwrap_or("");
    matches!(cookie.role(), Role::Session | Role::Jwt) && cookie.value.contains('.') && signature.len() >= 16
}

fn finding(responses: &Responses, name: &str) -> Finding {
    let evidence = Evidence::new(
        &responses.changed,
        "the session with a wrong signature gets the same response as the genuine one",
    );
    let genuine = Evidence::new(&responses.own, "the genuine session");
    let control = Evidence::new(&responses.control, "a meaningless cookie gets the same response as no cookie");
    let location = Location::host().parameter("cookie", name);
    Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(genuine).also(control)
}
