use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "http-redirect-weak",
    aliases: &[],
    title: "Weak redirect from HTTP to HTTPS",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[319],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker on the network path can intercept the redirect, because clients keep coming back over plain HTTP.",
    fix: "Redirect with 308 or 301 and without content.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html",
        "https://www.rfc-editor.org/rfc/rfc9110#section-15.4",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(1),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let plain = transport::in_the_clear(probe).await?;
    if transport::to_https(&plain).is_none() {
        return Err(NotTested::not_applicable("plain HTTP is not redirected to HTTPS"));
    }
    found.extend(judge(&plain));
    Ok(())
}

/// More than the page that frameworks put into a redirect.
const LONG: usize = 2_000;

fn judge(plain: &Arc<Exchange>) -> Option<Finding> {
    let response = plain.response()?;
    transport::to_https(plain)?;
    let temporary = matches!(response.status, 302 | 303 | 307);
    let content = response.body_len() > LONG || response.is_json() && response.body_len() > 2;
    let why = match (temporary, content) {
        (true, false) => "the redirect to HTTPS is temporary",
        (false, true) => "the redirect to HTTPS still carries content",
        (true, true) => "the redirect to HTTPS is temporary and still carries content",
        (false, false) => return None,
    };
    let evidence = Evidence::new(plain, format!("{}: {why}", response.status));
    Some(Finding::new(&RULE, Confidence::Firm, Location::host(), evidence).detail(format!("Here {why}.")))
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::over;

    #[test]
    fn permanent_and_empty_is_well() {
        let found = |status, kind, body: &str| {
            let headers = [("Location", "https://api.example.com/thing"), ("Content-Type", kind)];
            judge(&over(Scheme::Http, status, &headers, body)).is_some()
        };
        assert!(!found(301, "text/html", "<p>You should be redirected automatically.</p>"));
        assert!(!found(308, "text/html", ""));
        assert!(found(302, "text/html", ""));
        assert!(found(301, "application/json", r#"{"secret":1}"#));
        assert!(judge(&over(Scheme::Http, 302, &[("Location", "/login")], "")).is_none());
    }
}
