use std::sync::Arc;

use model::Tag;
use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Request, Rule, Severity};

use crate::{Check, Cost, Detectors, Findings, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "transfer-encoding-ignored",
    aliases: &[],
    title: "HTTP request smuggling: unknown Transfer-Encoding ignored",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[444],
    tags: &[Tag::Misconfiguration],
    risk: "Behind a proxy that interprets the header differently, an attacker can smuggle one request inside another.",
    fix: "Upgrade the application server, and put a proxy in front that rejects such requests.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9112#section-6.1",
        "https://www.rfc-editor.org/rfc/rfc9112#section-6.3",
        "CVE-2024-1135",
        "CVE-2024-6827",
        "CVE-2019-16786",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(1),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::None("the server and its version decide, not the application's source"),
    ..Check::of(&RULE)
};

/// A coding that nobody knows (RFC 9112 section 7 names those that exist).
const UNKNOWN: &str = "xyz";

/// Servers whose old releases ignore it, by the name in `Server`, with the last such release. Measured on the releases themselves. Others
/// ignore it in every release and hide their name (gevent, eventlet) or end each connection, so that nothing can be smuggled over it
/// (Werkzeug); of them the answer says nothing that its reader could act on.
const SERVERS: [(&str, &str); 2] = [
    ("gunicorn", "gunicorn up to 21.2 does so (CVE-2024-1135, CVE-2024-6827)"),
    ("waitress", "waitress up to 1.3 does so (CVE-2019-16786)"),
];

/// Headers that something between us and the server adds: it may have taken our header out on the way.
const BETWEEN: [&str; 8] =
    ["via", "age", "x-cache", "x-served-by", "x-varnish", "cf-ray", "x-amz-cf-id", "x-envoy-upstream-service-time"];

/// One GET without a body and the connection closed after it: nothing is smuggled, however it is read.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let exchanges = &probe.observations.exchanges;
    let Some((plain, _)) =
        exchanges.iter().find_map(|e| server(e).filter(|_| is_ordinary(e)).map(|server| (e, server)))
    else {
        return Err(NotTested::not_applicable("no response names gunicorn or waitress"));
    };
    found.extend(judge(plain, &probe.response_to(with_unknown_coding(&plain.request)).await?));
    Ok(())
}

/// wire adds `Connection: close` to what says something of its own length, and no length.
fn with_unknown_coding(plain: &Request) -> Request {
    plain.clone().header("Transfer-Encoding", UNKNOWN).altered("header", "Transfer-Encoding", UNKNOWN)
}

/// A GET that was answered as the application answers; 400 and 5xx could be the server's own.
fn is_ordinary(exchange: &Exchange) -> bool {
    let request = &exchange.request;
    let status = exchange.status();
    request.is_clean()
        && request.method == Method::GET
        && request.identity.is_none()
        && request.body.is_empty()
        && !request.follow
        && !request.large
        && (200..500).contains(&status)
        && status != 400
}

/// The server that the answer names, when old releases of it ignore unknown codings.
fn server(exchange: &Exchange) -> Option<(&'static str, &'static str)> {
    let named = exchange.header("server")?.split(['/', ' ']).next()?;
    SERVERS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(named))
}

/// The same server has to let the application answer as before: what refuses the request, be it the server or a proxy, does so with an
/// answer of its own (400 or 501).
fn judge(plain: &Exchange, response: &Arc<Exchange>) -> Option<Finding> {
    let (name, whose) = server(response)?;
    if server(plain).is_none_or(|(plain, _)| plain != name) || response.status() != plain.status() {
        return None;
    }
    let between = BETWEEN.into_iter().find(|header| response.header(header).is_some());
    let (confidence, caveat) = match between {
        Some(header) => {
            (Confidence::Tentative, format!(", unless what adds the header {header} took it out on the way"))
        }
        None => (Confidence::Firm, String::new()),
    };
    let what = format!("{} from {name} to a GET with Transfer-Encoding: {UNKNOWN}, as without it", response.status());
    let location = Location::host().parameter("header", "Transfer-Encoding");
    Some(Finding::new(&RULE, confidence, location, Evidence::new(response, what)).detail(format!("{whose}{caveat}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    fn verdict(plain: (u16, &[(&str, &str)]), response: (u16, &[(&str, &str)])) -> Option<Confidence> {
        let exchange = |(status, headers): (u16, &[(&str, &str)])| answered("/", status, headers, "{}");
        judge(&exchange(plain), &exchange(response)).map(|finding| finding.confidence)
    }

    const GUNICORN: &[(&str, &str)] = &[("Server", "gunicorn")];

    #[test]
    fn the_server_itself_has_to_go_on() {
        assert_eq!(verdict((200, GUNICORN), (200, GUNICORN)), Some(Confidence::Firm));
        assert_eq!(verdict((404, GUNICORN), (404, GUNICORN)), Some(Confidence::Firm));
        let old = &[("Server", "gunicorn/19.9.0")];
        assert_eq!(verdict((200, old), (200, old)), Some(Confidence::Firm));
        let waitress = &[("Server", "waitress")];
        assert_eq!(verdict((200, waitress), (200, waitress)), Some(Confidence::Firm));
    }

    // As measured: gunicorn 22 and later, waitress 1.4 and later; nginx, HAProxy, Apache, lighttpd and Varnish before gunicorn 21.2.
    #[test]
    fn whoever_refuses_is_silent() {
        let waitress = &[("Server", "waitress")];
        for (status, headers) in [
            (500, &[] as &[(&str, &str)]),
            (501, &[]),
            (400, &[]),
            (501, &[("Server", "nginx/1.22.1")]),
            (400, &[("Server", "Apache/2.4.71 (Debian)")]),
            (501, &[("Server", "lighttpd/1.4.69")]),
            (400, &[("Via", "1.1 varnish (Varnish/7.1)")]),
            (200, &[("Server", "nginx/1.22.1")]),
            (302, GUNICORN),
        ] {
            assert_eq!(verdict((200, GUNICORN), (status, headers)), None, "{status} {headers:?}");
        }
        assert_eq!(verdict((200, waitress), (501, waitress)), None);
    }

    #[test]
    fn servers_of_which_it_says_nothing_are_silent() {
        for server in ["Werkzeug/3.1.9 Python/3.11.7", "gunicornish", "nginx", "uvicorn"] {
            let headers = &[("Server", server)];
            assert_eq!(verdict((200, headers), (200, headers)), None, "{server}");
        }
        assert_eq!(verdict((200, &[]), (200, &[])), None);
    }

    #[test]
    fn a_proxy_may_have_taken_the_header_out() {
        let behind = &[("Server", "gunicorn"), ("Via", "1.1 edge")];
        assert_eq!(verdict((200, behind), (200, behind)), Some(Confidence::Tentative));
        let cached = &[("Server", "gunicorn"), ("Age", "7")];
        assert_eq!(verdict((200, GUNICORN), (200, cached)), Some(Confidence::Tentative));
    }
}
