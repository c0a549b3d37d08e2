use model::{Exchange, Method, Origin, Request, Scheme};

use crate::{Mandate, Scope, credentials};

/// Headers that a redirect to another origin keeps. Any other may be a credential.
const HARMLESS: [&str; 4] = ["accept", "accept-encoding", "accept-language", "user-agent"];

/// The request that a redirect asks for (RFC 9110, section 15.4), if it stays in scope. No credential crosses origins, neither in a
/// header nor in the target.
pub(crate) fn onward(exchange: &Exchange, scope: &Scope, mandate: &Mandate) -> Option<Request> {
    let response = exchange.response().filter(|r| r.is_redirect())?;
    let asked = &exchange.request;
    let base = url::Url::parse(&asked.url()).ok()?;
    let url = base.join(response.header("location")?).ok()?;
    let origin = origin_of(&url)?;
    if !scope.holds(&origin) || !asked.method.is_safe() {
        return None;
    }
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut next = asked.clone();
    if origin != next.origin {
        let mut secrets = mandate.all().flat_map(credentials::secrets).filter(|secret| !secret.is_empty());
        if secrets.any(|secret| target.contains(secret)) {
            return None;
        }
        next.identity = None;
        next.headers.retain(|(name, _)| HARMLESS.iter().any(|harmless| name.eq_ignore_ascii_case(harmless)));
    }
    next.origin = origin;
    next.target = target;
    if !scope.permits(&next) {
        return None;
    }
    if next.method != Method::HEAD && next.method != Method::OPTIONS {
        next.method = Method::GET;
    }
    Some(next)
}

/// The origin of an `http` or `https` URL.
pub fn origin_of(url: &url::Url) -> Option<Origin> {
    let scheme = match url.scheme() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return None,
    };
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    Some(Origin { scheme, host, port: url.port_or_known_default()? })
}
