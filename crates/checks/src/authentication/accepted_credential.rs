//! A token that a guarded operation takes, as the control for tokens that it should not take. The requests are the same for every rule.

use std::sync::Arc;

use model::{Evidence, Exchange, NotTested, Request};

use super::authorization::{self, Guarded};
use crate::text::jwt::{self, Jwt};
use crate::{Shares, TargetProbe};

/// Tokens that are tried.
const TOKENS: usize = 2;

/// What [`admitted`] sends at most.
pub(super) const REQUESTS: u32 = authorization::REQUESTS + 3 * TOKENS as u32;

/// The requests are the same for every rule.
pub(super) const SHARES: Shares = Shares { with: "admitted", requests: REQUESTS };

/// A guarded operation, a token, and the answer to it.
#[derive(Debug)]
pub(super) struct AcceptedCredential {
    /// The operation without credentials and with nonsense; both were refused.
    pub(super) guarded: Guarded,
    /// The token.
    pub(super) token: Jwt,
    /// The answer to the token as it was issued: 2xx.
    pub(super) genuine: Arc<Exchange>,
}

impl AcceptedCredential {
    /// The controls of a proof with this token: it is accepted as it was issued, and without one the request is refused.
    pub(super) fn controls(&self) -> [Evidence; 2] {
        let (genuine, anonymous) = (&self.genuine, &self.guarded.anonymous);
        [
            Evidence::new(genuine, format!("status {} for the genuine token", genuine.status())),
            Evidence::new(anonymous, format!("status {} without a token", anonymous.status())),
        ]
    }
}

/// Looks for a guarded operation that takes one of the tokens that the user gave or that stand in answers.
///
/// # Errors
/// [`NotTested::NoCredentials`] without a token or with mere illustrations, [`NotTested::OpenAnyway`] when nonsense is taken too, [`NotTested::Inconclusive`] when
/// no operation takes a token, and as [`authorization::answers`].
pub(super) async fn find(probe: &TargetProbe<'_>) -> Result<AcceptedCredential, NotTested> {
    let real = tokens(probe);
    let mut tokens: Vec<Jwt> = Vec::new();
    for token in real.iter().cloned().chain(shown(probe)).filter(|token| !token.is_refresh()) {
        if tokens.iter().all(|known| known.token != token.token) {
            tokens.push(token);
        }
    }
    tokens.truncate(TOKENS);
    if tokens.is_empty() {
        return Err(NotTested::NoCredentials);
    }
    let guarded = authorization::responses(probe).await?;
    if guarded.iter().all(|guarded| guarded.nonsense.is_success()) {
        return Err(NotTested::OpenAnyway);
    }
    for guarded in guarded.into_iter().filter(|guarded| !guarded.nonsense.is_success()) {
        for token in &tokens {
            let genuine = probe.response_to(with_token(&guarded.anonymous.request, &token.token)).await?;
            if genuine.is_success() {
                return Ok(AcceptedCredential { guarded, token: token.clone(), genuine });
            }
        }
    }
    // An illustration is no credential.
    if real.is_empty() {
        Err(NotTested::NoCredentials)
    } else {
        Err(NotTested::inconclusive("no guarded operation took the token"))
    }
}

/// The tokens that the user gave or that answers handed out.
pub(super) fn tokens(probe: &TargetProbe<'_>) -> Vec<Jwt> {
    let issued = clean(probe).flat_map(|exchange| jwt::issued(exchange));
    jwt::given(probe.target).into_iter().chain(issued).collect()
}

/// The tokens that only stand in an answer and have not expired.
fn shown<'a>(probe: &'a TargetProbe<'_>) -> impl Iterator<Item = Jwt> + 'a {
    let shown = clean(probe).flat_map(|exchange| jwt::shown(exchange));
    shown.filter(|token| token.date("exp").is_none_or(|end| end > probe.target.now))
}

fn clean<'a>(probe: &'a TargetProbe<'_>) -> impl Iterator<Item = &'a Arc<Exchange>> {
    probe.observations.exchanges.iter().filter(|e| e.request.is_clean())
}

/// Let in, but shown something else than with the genuine token: an error in disguise, or a page that differs each time.
pub(super) fn other_response() -> NotTested {
    NotTested::inconclusive("a wrong token returns success, but otherwise than the genuine one")
}

/// The request with this token. The token is not noted as payload, which is shown in reports; that there is one is.
pub(super) fn with_token(request: &Request, token: &str) -> Request {
    authorization::with(request, &format!("Bearer {token}")).altered_untold("Authorization", "a bearer token")
}
