use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Scheme, Severity, Surface, Tag,
};

use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "hsts-missing",
    aliases: &[],
    title: "Missing Strict-Transport-Security header (HSTS)",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[319],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker on the network path can keep a browser's first request on plain HTTP.",
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

/// Browsers keep what one response told them, so that where some responses carry the header, only those count that a visitor may come to
/// first: the successes of ordinary calls.
fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let secure: Vec<&Arc<Exchange>> = observations
        .exchanges
        .iter()
        .filter(|e| e.request.origin.scheme == Scheme::Https && e.response().is_some())
        .collect();
    let Some(first) = secure.iter().find(|e| e.is_success()).or(secure.first()) else {
        return Err(NotTested::not_applicable("no response came over HTTPS"));
    };
    let Some(told) = secure.iter().find(|e| is_valid(e)) else {
        found.push(finding(first, Location::host(), "a response over HTTPS without Strict-Transport-Security"));
        return Ok(());
    };
    for (operation, exchange) in observations.called(surface) {
        let is_secure = exchange.request.origin.scheme == Scheme::Https;
        if is_secure && exchange.is_success() && !is_valid(exchange) {
            let lacks = "a response over HTTPS without Strict-Transport-Security, which others of this host carry";
            let other = Evidence::new(told, "a response of the same host with the header");
            found.push(finding(exchange, Location::of(operation), lacks).also(other));
        }
    }
    Ok(())
}

fn finding(exchange: &Arc<Exchange>, location: Location, what: &str) -> Finding {
    let origin = &exchange.request.origin;
    let is_address = origin.is_loopback() || origin.host.parse::<std::net::IpAddr>().is_ok();
    let confidence = if is_address { Confidence::Tentative } else { Confidence::Firm };
    let finding = Finding::new(&RULE, confidence, location, Evidence::new(exchange, what));
    if is_address {
        finding.detail("Browsers ignore the header for an address; it counts once the host has a name.")
    } else {
        finding
    }
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
    use model::{Method, Request};

    use super::*;
    use crate::samples::{asked, operation, origin, over, surface};

    fn finds(scheme: Scheme, header: Option<&str>) -> Result<usize, NotTested> {
        let headers: Vec<(&str, &str)> = header.map(|value| ("Strict-Transport-Security", value)).into_iter().collect();
        let observations = Observations::plainly(Vec::new(), vec![over(scheme, 200, &headers, "")]);
        let mut found = Findings::default();
        judge(&Surface::default(), &observations, &mut found)?;
        Ok(found.into_vec().len())
    }

    #[test]
    fn without_the_header_anywhere_the_host_lacks_it() {
        assert_eq!(finds(Scheme::Https, None), Ok(1));
        assert_eq!(finds(Scheme::Https, Some("includeSubDomains; Max-Age=\"31536000\"")), Ok(0));
        assert_eq!(finds(Scheme::Https, Some("max-age=0")), Ok(1));
        assert!(finds(Scheme::Http, None).is_err());
    }

    #[test]
    fn the_pages_that_lack_it_are_named_where_others_have_it() {
        let strict: &[(&str, &str)] = &[("Strict-Transport-Security", "max-age=31536000")];
        let page = |path: &str, status, headers: &[(&str, &str)]| {
            let request = Request::new(Method::GET, &origin(Scheme::Https), path);
            asked(request, status, headers, "<p>x</p>")
        };
        let calls = vec![
            page("/", 200, strict),
            page("/crew", 200, &[]),
            page("/crew/dues", 200, &[("Strict-Transport-Security", "max-age=0")]),
            page("/gone", 404, &[]),
            page("/moved", 302, &[("Location", "/")]),
        ];
        let operations = calls.iter().map(|e| operation(Method::GET, e.request.path())).collect();
        let observations = Observations::plainly(calls.iter().cloned().map(Some).collect(), calls);
        let mut found = Findings::default();
        judge(&surface(operations), &observations, &mut found).unwrap();
        let places: Vec<String> = found.into_vec().iter().map(|f| f.location.to_string()).collect();
        assert_eq!(places, ["GET /crew", "GET /crew/dues"]);
    }
}
