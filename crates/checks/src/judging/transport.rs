//! What went over plain HTTP, and how sure a finding about the transport is.

use std::sync::Arc;

use model::{Certificate, Confidence, Exchange, NotTested, Origin, Request, Scheme, TlsReport};

use crate::TargetProbe;
use crate::text::challenge;

/// What is true of a server on this machine need not be true of it in production, where a proxy may stand before it.
pub fn confidence(origin: &Origin, elsewhere: Confidence) -> Confidence {
    if is_local_http(origin) { Confidence::Tentative } else { elsewhere }
}

/// The sentence that goes with it; empty when there is nothing to say.
pub fn caveat(origin: &Origin) -> &'static str {
    if is_local_http(origin) {
        "Seen on loopback over plain HTTP, where it does no harm; true in production unless the deployment changes it."
    } else {
        ""
    }
}

/// How sure a finding is that any client can set a forwarded header: many servers and applications believe such headers from their own
/// machine only, and that is where a scan of loopback comes from.
pub fn forwarded_confidence(origin: &Origin, elsewhere: Confidence) -> Confidence {
    if origin.is_loopback() { Confidence::Tentative } else { elsewhere }
}

/// The sentence that goes with it; empty when there is nothing to say.
pub fn forwarded_caveat(origin: &Origin) -> &'static str {
    if origin.is_loopback() {
        "Seen from the server's own machine, whose forwarded headers it may believe while it refuses those of others; ask from elsewhere."
    } else {
        ""
    }
}

fn is_local_http(origin: &Origin) -> bool {
    origin.is_loopback() && origin.scheme == Scheme::Http
}

/// The scan's own path asked for over plain HTTP: on the target's port when that is an http URL, on port 80 when it is an https URL
/// with the default port.
///
/// # Errors
/// As [`TargetProbe::response_to`]; [`NotTested::NotApplicable`] when nothing speaks plain HTTP there or no such port is known.
pub async fn in_the_clear(probe: &TargetProbe<'_>) -> Result<Arc<Exchange>, NotTested> {
    let origin = probe.origin();
    match (origin.scheme, origin.port) {
        (Scheme::Http, _) => probe.response_to(probe.get(&probe.target.path)).await,
        (Scheme::Https, 443) => {
            let plain = Origin { scheme: Scheme::Http, host: origin.host.clone(), port: 80 };
            let exchange = probe.send(Request::get(&plain, &probe.target.path)).await?;
            let silent = || NotTested::not_applicable("nothing responds over plain HTTP");
            exchange.response().is_some().then_some(exchange).ok_or_else(silent)
        }
        (Scheme::Https, _) => Err(NotTested::not_applicable("no plain HTTP port is known beside this one")),
    }
}

/// An exchange to hang a finding about the connection on: the first plain one that was answered, or the scan's own path asked for.
/// Where no request gets through, one that did not: the handshake shows what it shows all the same.
///
/// # Errors
/// As [`TargetProbe::response_to`].
pub async fn witness(probe: &TargetProbe<'_>) -> Result<Arc<Exchange>, NotTested> {
    if let Some(exchange) = probe.observations.plain_calls().find(|e| e.response().is_some()) {
        return Ok(Arc::clone(exchange));
    }
    let asked = probe.response_to(probe.get(&probe.target.path)).await;
    let tried = || probe.observations.exchanges.iter().find(|e| e.request.origin == *probe.origin()).cloned();
    asked.or_else(|why| tried().ok_or(why))
}

/// The server's certificate.
///
/// # Errors
/// [`NotTested::NoAnswer`] when no handshake showed one.
pub fn leaf(report: &TlsReport) -> Result<&Certificate, NotTested> {
    report.chain.first().ok_or(NotTested::NoAnswer)
}

/// Where a redirect to HTTPS leads, when the answer is one.
pub fn to_https(exchange: &Exchange) -> Option<&str> {
    let response = exchange.response().filter(|r| r.is_redirect())?;
    response.header("location").filter(|to| to.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://")))
}

/// Whether plain HTTP was only good for being sent on to HTTPS of the same host.
pub fn is_sent_on(exchange: &Exchange) -> bool {
    let origin = &exchange.request.origin;
    let host = to_https(exchange).and_then(|to| to.get(8..)?.split(['/', ':', '?']).next());
    origin.scheme == Scheme::Http && host.is_some_and(|host| host.eq_ignore_ascii_case(&origin.host))
}

/// Whether the answer is the product itself and not a redirect to HTTPS: content, a login challenge, a redirect that stays.
pub fn serves(exchange: &Exchange) -> bool {
    let Some(response) = exchange.response() else { return false };
    response.is_success() || response.status == 401 || response.is_redirect() && to_https(exchange).is_none()
}

/// The authentication schemes that the challenges of an answer offer, lower-case (RFC 9110 section 11.6.1).
pub fn challenges(exchange: &Exchange) -> Vec<String> {
    challenge::challenges(exchange).into_iter().map(|challenge| challenge.scheme).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::over;

    #[test]
    fn only_the_same_host_is_sent_on_to() {
        let redirect = |scheme, to: &str| over(scheme, 308, &[("Location", to)], "");
        let own = over(Scheme::Http, 200, &[], "").request.origin.host.clone();
        for end in ["/", ":443/x", "?x", ""] {
            assert!(is_sent_on(&redirect(Scheme::Http, &format!("https://{own}{end}"))), "{end}");
        }
        assert!(!is_sent_on(&redirect(Scheme::Http, "https://login.example.net/")));
        assert!(!is_sent_on(&redirect(Scheme::Https, &format!("https://{own}/"))));
        assert!(!is_sent_on(&redirect(Scheme::Http, "/login")));
    }

    #[test]
    fn what_is_served_and_what_is_sent_away() {
        let redirect = |to: &str| over(Scheme::Http, 302, &[("Location", to)], "");
        assert!(to_https(&redirect("HTTPS://api.example.com/")).is_some());
        assert!(serves(&redirect("/login")) && !serves(&redirect("https://api.example.com/")));
        assert!(serves(&over(Scheme::Http, 401, &[], "")) && !serves(&over(Scheme::Http, 404, &[], "")));
    }

    #[test]
    fn a_forwarded_header_from_loopback_is_a_hint() {
        let at = |host: &str| Origin { scheme: Scheme::Https, host: host.to_owned(), port: 443 };
        for (host, expected) in [("127.0.0.1", Confidence::Tentative), ("localhost", Confidence::Tentative)] {
            assert_eq!(forwarded_confidence(&at(host), Confidence::Confirmed), expected, "{host}");
            assert!(!forwarded_caveat(&at(host)).is_empty());
        }
        let elsewhere = at("api.example.com");
        assert_eq!(forwarded_confidence(&elsewhere, Confidence::Confirmed), Confidence::Confirmed);
        assert_eq!(forwarded_caveat(&elsewhere), "");
    }

    #[test]
    fn challenges_name_schemes_and_not_parameters() {
        let header = r#"Basic realm="a, b", charset="UTF-8", Bearer realm=x"#;
        let exchange = over(Scheme::Http, 401, &[("WWW-Authenticate", header)], "");
        assert_eq!(challenges(&exchange)[0], "basic");
        assert!(challenges(&exchange).contains(&"bearer".to_owned()));
        assert!(challenges(&over(Scheme::Http, 200, &[("WWW-Authenticate", header)], "")).is_empty());
    }
}
