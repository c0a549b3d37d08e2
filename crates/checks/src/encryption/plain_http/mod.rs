use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Scheme, Severity, Tag};

use crate::shared::transport;
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "plain-http",
    aliases: &[],
    title: "The product is served over plain HTTP",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[319],
    tags: &[Tag::Misconfiguration],
    risk: "Whoever is on the way between client and server reads and changes everything.",
    fix: "Redirect every request to HTTPS before it reaches a view.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html",
        "https://flask.palletsprojects.com/en/stable/deploying/proxy_fix/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: 1, touch: Touch::Reads },
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let plain = transport::in_the_clear(survey).await?;
    let others = survey.observations.plain.iter().flatten();
    let exchanges: Vec<&Arc<Exchange>> = std::iter::once(&plain).chain(others).collect();
    found.extend(judge(&exchanges));
    // 404 and failures are neither the product nor a refusal to serve it in the clear (426, or nginx's 400).
    let closed = transport::to_https(&plain).is_some() || matches!(plain.status(), 400 | 426);
    if found.is_empty() && !closed {
        return Err(NotTested::inconclusive(format!("plain HTTP is answered with {}", plain.status())));
    }
    Ok(())
}

/// The first answer that is the product itself. A root without a page (404) says nothing about the rest.
fn judge(exchanges: &[&Arc<Exchange>]) -> Option<Finding> {
    let in_the_clear = |e: &&&Arc<Exchange>| {
        e.request.origin.scheme == Scheme::Http
            && !e.request.path().starts_with("/.well-known/")
            && transport::serves(e)
    };
    let served = exchanges.iter().find(in_the_clear)?;
    let origin = &served.request.origin;
    let evidence = Evidence::new(served, format!("{} over plain HTTP, no redirect to HTTPS", served.status()));
    let confidence = transport::confidence(origin, Confidence::Confirmed);
    Some(Finding::new(&RULE, confidence, Location::host(), evidence).detail(transport::caveat(origin)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::over;

    #[test]
    fn content_and_challenges_count_and_redirects_to_https_do_not() {
        let found = |status, headers: &[(&str, &str)]| judge(&[&over(Scheme::Http, status, headers, "x")]);
        assert_eq!(found(200, &[]).unwrap().confidence, Confidence::Confirmed);
        assert!(found(401, &[]).is_some());
        assert!(found(302, &[("Location", "/login")]).is_some());
        assert!(found(301, &[("Location", "https://api.example.com/")]).is_none());
        assert!(found(404, &[]).is_none() && found(503, &[]).is_none());
        assert!(judge(&[&over(Scheme::Https, 200, &[], "x")]).is_none());
    }
}
