//! Asking with an `Origin` header, shared by the rules on cross-origin access (Fetch standard, CORS protocol).

use std::sync::Arc;

use model::{Exchange, Location, NotTested, Operation, Request};

use crate::calling::request;
use crate::canary::canary;
use crate::judging::access;
use crate::text::set_cookie::cookies_set;
use crate::{Shares, TargetProbe};

/// What [`foreign`] sends at most.
pub(super) const REQUESTS: u32 = 3;

/// The requests are the same for every rule.
pub(super) const SHARES: Shares = Shares { with: "cors", requests: REQUESTS };

/// An operation and what it answers to a page of another origin.
pub(super) struct Asked<'a> {
    pub(super) operation: &'a Operation,
    pub(super) origin: String,
    pub(super) exchange: Arc<Exchange>,
}

impl Asked<'_> {
    pub(super) fn location(&self) -> Location {
        Location::of(self.operation).parameter("header", "Origin")
    }

    /// Whether the answer may be read by this origin.
    pub(super) fn allows_it(&self) -> bool {
        allowed(&self.exchange) == Some(self.origin.as_str())
    }

    /// Whether the browser sends cookies along and lets the page read what they open.
    pub(super) fn with_credentials(&self) -> bool {
        with_credentials(&self.exchange)
    }
}

/// Whether `Access-Control-Allow-Credentials` is `true`.
pub(super) fn with_credentials(exchange: &Exchange) -> bool {
    exchange.header("access-control-allow-credentials").is_some_and(|v| v.trim().eq_ignore_ascii_case("true"))
}

/// `Access-Control-Allow-Origin`.
pub(super) fn allowed(exchange: &Exchange) -> Option<&str> {
    exchange.header("access-control-allow-origin").map(str::trim)
}

/// Whether anything shows that browsers hold credentials for this API: a cookie, a login, a refusal, a declared or given credential.
/// Without them the permission to send them along gives nothing away.
pub(super) fn knows_credentials(probe: &TargetProbe<'_>) -> bool {
    let sets_cookie = |exchange: &Arc<Exchange>| !cookies_set(exchange, probe.target.now).is_empty();
    !probe.target.identities.is_empty()
        || access::is_guarded_somewhere(probe.surface, probe.observations)
        || probe.observations.exchanges.iter().any(sets_cookie)
}

/// The operations to ask about: they answered, each in another part of the API, data before pages.
pub(super) fn chosen<'a>(probe: &TargetProbe<'a>) -> Vec<&'a Operation> {
    let mut called: Vec<(&Operation, &Arc<Exchange>)> =
        probe.observations.called(probe.surface).filter(|(_, e)| e.response().is_some() && e.status() < 500).collect();
    called.sort_by_key(|(_, e)| (!e.is_success(), e.json().is_none()));
    let mut parts: Vec<Vec<&str>> = Vec::new();
    let mut chosen = Vec::new();
    for (operation, _) in called {
        let part: Vec<&str> = operation.path.split('/').filter(|s| !s.is_empty()).take(2).collect();
        if chosen.len() < REQUESTS as usize && !parts.contains(&part) {
            parts.push(part);
            chosen.push(operation);
        }
    }
    chosen
}

/// The ordinary call with this `Origin`.
pub(super) fn request(probe: &TargetProbe<'_>, operation: &Operation, origin: &str) -> Request {
    request::build(operation, probe.surface, probe.target, &[])
        .header("Origin", origin)
        .altered("header", "Origin", origin)
}

/// Asks the chosen operations as a page of an origin that nobody can have allowed by name.
///
/// # Errors
/// As [`TargetProbe::send`], and not applicable when nothing could be asked.
pub(super) async fn foreign<'a>(probe: &TargetProbe<'a>) -> Result<Vec<Asked<'a>>, NotTested> {
    let mut all = Vec::new();
    for operation in chosen(probe) {
        let origin = format!("https://{}.example", canary(probe.target.seed, &["origin"]));
        let exchange = probe.send(request(probe, operation, &origin)).await?;
        if exchange.response().is_some() {
            all.push(Asked { operation, origin, exchange });
        }
    }
    if all.is_empty() { Err(NotTested::NoAnswer) } else { Ok(all) }
}
