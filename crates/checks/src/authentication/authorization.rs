//! What a guarded operation answers to a made-up token. The requests are the same for every rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Exchange, Method, NotTested, Request};

use crate::vocabulary;
use crate::{Shares, TargetProbe};

/// Guarded operations that are asked: the code that checks credentials is the same for most of them.
pub(super) const MOST: usize = 3;

/// Operations that are called without credentials to find those that are guarded.
const TRIED: usize = 8;

/// What [`responses`] sends at most.
pub(super) const REQUESTS: u32 = (TRIED + MOST) as u32;

/// The requests are the same for every rule.
pub(super) const SHARES: Shares = Shares { with: "authorization", requests: REQUESTS };

/// No token of any kind.
pub(super) const NONSENSE: &str = "middlebrick";

/// A guarded operation asked twice.
#[derive(Debug, Clone)]
pub(super) struct Guarded {
    /// Without credentials: 401 or 403.
    pub(super) anonymous: Arc<Exchange>,
    /// With a made-up bearer token.
    pub(super) nonsense: Arc<Exchange>,
}

/// Asks the first GET operations that refuse an anonymous client with 401 or 403, with a made-up token.
///
/// # Errors
/// As [`TargetProbe::response_to`]; [`NotTested::NotApplicable`] when nothing refuses an anonymous client.
pub(super) async fn responses(probe: &TargetProbe<'_>) -> Result<Vec<Guarded>, NotTested> {
    let mut guarded = Vec::new();
    for exchange in candidates(probe) {
        let anonymous = probe.response_to(exchange.request.clone().anonymous()).await?;
        if matches!(anonymous.status(), 401 | 403) {
            let nonsense = probe.response_to(with(&anonymous.request, &format!("Bearer {NONSENSE}"))).await?;
            guarded.push(Guarded { anonymous, nonsense });
        }
        if guarded.len() == MOST {
            break;
        }
    }
    if guarded.is_empty() {
        Err(NotTested::not_applicable("no operation refuses an anonymous client"))
    } else {
        Ok(guarded)
    }
}

/// The request with this `Authorization` header, noted as ours.
pub(super) fn with(request: &Request, value: &str) -> Request {
    let mut request = request.clone();
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
    request.header("Authorization", value).altered("header", "Authorization", value)
}

/// The plain exchanges of GET operations that were refused, or were sent with credentials and may be refused without: first those that are
/// known to refuse an anonymous client, then those that are declared to, then one of each part of the target. What is known to be open is
/// left out.
fn candidates<'a>(probe: &TargetProbe<'a>) -> Vec<&'a Arc<Exchange>> {
    let anonymous: BTreeMap<&str, bool> = probe
        .observations
        .exchanges
        .iter()
        .filter(|e| e.request.method == Method::GET && e.request.identity.is_none() && e.request.is_clean())
        .map(|e| (e.request.path(), matches!(e.status(), 401 | 403)))
        .collect();
    let called = probe.observations.called(probe.surface);
    let refused = |e: &Arc<Exchange>| matches!(e.status(), 401 | 403) || e.request.identity.is_some() && e.is_success();
    let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, &Arc<Exchange>)> = called
        .filter(|(o, e)| o.method == Method::GET && !vocabulary::looks_destructive(o) && refused(e))
        .filter_map(|(operation, exchange)| {
            let part = parts.entry(operation.path.split('/').nth(1).unwrap_or("")).or_default();
            *part += 1;
            let rank = match anonymous.get(exchange.request.path()) {
                Some(true) => 0,
                Some(false) => return None,
                None if operation.declares_security() => 1,
                None => 1 + *part,
            };
            Some((rank, exchange))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, exchange)| exchange).take(TRIED).collect()
}

#[cfg(test)]
mod tests {
    use model::{Identity, Method, Scheme};

    use crate::authentication::wrong_scheme_crashes::CHECK;
    use crate::samples::{operation, surface, target};
    use crate::scripted::{Said, Scripted};

    #[tokio::test]
    async fn the_guarded_operations_are_found_behind_the_open_ones() {
        let paths =
            ["/adverts", "/branches/a", "/branches/b", "/branches/c", "/classes", "/trainers", "/workouts", "/zeta"];
        let open = ["/adverts", "/branches", "/classes", "/trainers"];
        let script = Scripted::new(move |request, _| {
            let is_open = open.iter().any(|path| request.path().starts_with(path));
            match request.header_value("authorization") {
                _ if is_open || request.identity.is_some() => Said::json(200, "{}"),
                Some(_) => Said::json(500, "{}"),
                None => Said::json(401, "{}"),
            }
        });
        let mut target = target(Scheme::Http);
        target.identities.push(Identity { name: "me".to_owned(), credential: None, headers: Vec::new() });
        let surface = surface(paths.map(|path| operation(Method::GET, path)).to_vec());
        let ran = script.run_at(&CHECK, &surface, &target).await;
        assert_eq!(ran.found.len(), 1, "{:?}", ran.ended);
    }
}
