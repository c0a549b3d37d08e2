//! What a guarded operation answers to a token that nobody issued. The same requests whoever asks.

use std::sync::Arc;

use model::{Exchange, Method, NotTested, Request};

use crate::vocabulary;
use crate::{Shares, TargetProbe};

/// Operations that are asked: the code that checks credentials is the same for most of them.
const MOST: usize = 3;

/// What [`answers`] sends at most.
pub(super) const REQUESTS: u32 = 2 * MOST as u32;

/// The same requests whoever asks.
pub(super) const SHARES: Shares = Shares { with: "authorization", requests: REQUESTS };

/// No token of any kind.
pub(super) const NONSENSE: &str = "middlebrick";

/// A guarded operation asked twice.
#[derive(Debug, Clone)]
pub(super) struct Guarded {
    /// Without credentials: 401 or 403.
    pub(super) anonymous: Arc<Exchange>,
    /// With a bearer token that nobody issued.
    pub(super) nonsense: Arc<Exchange>,
}

/// Asks the first GET operations that refuse an anonymous client with 401 or 403, with a token that nobody issued.
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

/// The plain exchanges of GET operations that were refused, or were sent with credentials and may be refused without.
fn candidates<'a>(probe: &TargetProbe<'a>) -> Vec<&'a Arc<Exchange>> {
    let called = probe.observations.called(probe.surface);
    let refused = |e: &Arc<Exchange>| matches!(e.status(), 401 | 403) || e.request.identity.is_some() && e.is_success();
    called
        .filter(|(o, e)| o.method == Method::GET && !vocabulary::looks_destructive(o) && refused(e))
        .map(|(_, e)| e)
        .take(MOST)
        .collect()
}
