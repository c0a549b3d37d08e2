use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Tag};

use super::hosts;
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "host-reflected-in-redirect",
    aliases: &[],
    title: "Redirects follow whatever Host a request names",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[644],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "A cache in front can be made to send visitors to another site.",
    fix: "Set TRUSTED_HOSTS (Flask 3.1) or let the proxy refuse unknown hosts.",
    references: &[
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/07-Input_Validation_Testing/17-Testing_for_Host_Header_Injection",
        "https://flask.palletsprojects.com/en/stable/config/#TRUSTED_HOSTS",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: 2, touch: Touch::Reads },
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// A path with a doubled slash, which Werkzeug redirects, under another name.
async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(request) = hosts::doubled(survey).filter(|_| survey.surface.may_be_flask()) else {
        return Err(NotTested::not_applicable("no path with two segments is known"));
    };
    let host = hosts::probe_host(survey);
    let other = survey.send(hosts::claiming(&request, "Host", &host)).await?;
    let Some(address) = other.header("location").filter(|_| hosts::names(&other, &host).is_some()) else {
        // Redirected elsewhere, or refused for the host: 400 by Flask, 403 and 421 by proxies.
        let tells = other.header("location").is_some() || matches!(other.status(), 400 | 403 | 421);
        let why = || NotTested::not_applicable("a doubled slash is not redirected");
        return if tells { Ok(()) } else { Err(why()) };
    };
    let evidence = Evidence::new(&other, format!("{} with Location: {address}", other.status()));
    let plain = survey.send(request).await?;
    let control = Evidence::new(&plain, format!("with the true host: {}", plain.header("location").unwrap_or("none")));
    let location = Location::host().parameter("header", "Host");
    found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control));
    Ok(())
}
