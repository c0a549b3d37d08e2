use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Scheme, Severity, Surface, Tag,
};

use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "hsts-missing",
    aliases: &[],
    title: "Browsers are not told to stay on HTTPS",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[319],
    tags: &[Tag::Misconfiguration],
    risk: "The first request of a browser can be kept on plain HTTP by whoever is in the middle.",
    fix: "Send Strict-Transport-Security with a max-age of a year.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6797",
        "https://flask.palletsprojects.com/en/stable/web-security/#http-strict-transport-security-hsts",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

fn judge(_: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let secure: Vec<&Arc<Exchange>> = observations
        .exchanges
        .iter()
        .filter(|e| e.request.origin.scheme == Scheme::Https && e.response().is_some())
        .collect();
    let Some(first) = secure.iter().find(|e| e.is_success()).or(secure.first()) else {
        return Err(NotTested::not_applicable("nothing was answered over HTTPS"));
    };
    if !secure.iter().any(|e| is_valid(e)) {
        let origin = &first.request.origin;
        let is_address = origin.is_loopback() || origin.host.parse::<std::net::IpAddr>().is_ok();
        let confidence = if is_address { Confidence::Tentative } else { Confidence::Firm };
        let evidence = Evidence::new(first, "an answer over HTTPS without Strict-Transport-Security");
        let finding = Finding::new(&RULE, confidence, Location::host(), evidence);
        found.push(if is_address {
            finding.detail("Browsers ignore the header for an address; it counts once the host has a name.")
        } else {
            finding
        });
    }
    Ok(())
}

fn is_valid(exchange: &Exchange) -> bool {
    let max_age = |header: &str| {
        let value = header
            .split(';')
            .find_map(|part| part.trim().to_ascii_lowercase().strip_prefix("max-age=").map(str::to_owned))?;
        value.trim_matches('"').parse::<u64>().ok()
    };
    exchange.header("strict-transport-security").and_then(max_age).is_some_and(|seconds| seconds > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::over;

    fn finds(scheme: Scheme, header: Option<&str>) -> Result<usize, NotTested> {
        let headers: Vec<(&str, &str)> = header.map(|value| ("Strict-Transport-Security", value)).into_iter().collect();
        let observations = Observations::plainly(Vec::new(), vec![over(scheme, 200, &headers, "")]);
        let mut found = Findings::default();
        judge(&Surface::default(), &observations, &mut found)?;
        Ok(found.into_vec().len())
    }

    #[test]
    fn one_valid_header_is_enough() {
        assert_eq!(finds(Scheme::Https, None), Ok(1));
        assert_eq!(finds(Scheme::Https, Some("includeSubDomains; Max-Age=\"31536000\"")), Ok(0));
        assert_eq!(finds(Scheme::Https, Some("max-age=0")), Ok(1));
        assert!(finds(Scheme::Http, None).is_err());
    }
}
