use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use super::first_cookie;
use super::session_difference::{self, Difference, Responses};
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "nameless-cookie-accepted",
    aliases: &[],
    title: "Nameless cookie accepted as the session (CVE-2023-23934)",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[20, 565],
    tags: &[Tag::Flask],
    risk: "An attacker on a sibling subdomain can set a visitor's session, past the protection of the __Host- and __Secure- prefixes.",
    fix: "Upgrade to Werkzeug 2.2.3 or later, and leave the parsing of cookies to the framework.",
    references: &[
        "CVE-2023-23934",
        "https://github.com/pallets/werkzeug/security/advisories/GHSA-px8h-6qxv-m22q",
        "https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html",
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
    let Some((plain, cookie)) = first_cookie::set_by_page(probe, |cookie| cookie.role().authenticates()) else {
        return Err(NotTested::not_applicable("no session cookie was set"));
    };
    let with = |header: String| {
        plain.request.clone().header("Cookie", header).altered_from(
            "cookie",
            &cookie.name,
            &cookie.value,
            &cookie.value,
        )
    };
    let own = format!("{}={}", cookie.name, cookie.value);
    let genuine = probe.response_to(with(own.clone())).await?;
    session_difference::is_made_by(plain, &genuine)?;
    let responses = Responses {
        own: genuine,
        changed: probe.response_to(with(format!("={own}"))).await?,
        control: probe.response_to(with(format!("{}={}", probe.canary("name"), cookie.value))).await?,
        without: probe.response_to(plain.request.clone().fresh()).await?,
    };
    // An application that takes its session out of any cookie is another matter.
    if responses.difference(plain)? == Difference::Taken {
        found.push(finding(&responses, &cookie.name).hiding(&cookie.value));
    }
    Ok(())
}

fn finding(responses: &Responses, name: &str) -> Finding {
    let evidence =
        Evidence::new(&responses.changed, format!("Cookie: ={name}=… gets the same response as the genuine session"));
    let genuine = Evidence::new(&responses.own, "the genuine session");
    let control =
        Evidence::new(&responses.control, "the same value under another name gets the same response as no cookie");
    let location = Location::host().parameter("cookie", name);
    Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(genuine).also(control)
}
