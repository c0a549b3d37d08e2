//! Who gets in: whether the target asks anybody for credentials, and where the specification says so.

use std::sync::Arc;

use model::{Exchange, NotTested, Surface};

use crate::Observations;
use crate::shared::fields;
use crate::shared::words::{self, Meaning};

/// Whether some part of the target is guarded: by declaration, by an answer, or because there is a place to log in.
pub fn is_guarded_somewhere(surface: &Surface, observations: &Observations) -> bool {
    let declared = surface.specification.as_ref().is_some_and(|s| !s.security_schemes.is_empty())
        || surface.operations.iter().any(|o| o.declares_security());
    declared
        || observations.exchanges.iter().any(|e| is_refused(e) && e.request.is_clean())
        || surface.forms.iter().any(|form| form.fields.iter().any(|f| f.kind == "password"))
        || surface.operations.iter().any(|o| words::says(&o.path, Meaning::Login))
}

/// 401 or 403, or a redirect to a login page.
pub fn is_refused(exchange: &Exchange) -> bool {
    let to_login =
        exchange.header("location").is_some_and(|l| words::says(l.split('?').next().unwrap_or(""), Meaning::Login));
    matches!(exchange.status(), 401 | 403) || exchange.response().is_some_and(model::Response::is_redirect) && to_login
}

/// Whether an answer without data shows that an anonymous caller was not let in: what failed for another reason does not.
///
/// # Errors
/// [`NotTested::Inconclusive`] with the status that says nothing about the lock.
pub fn is_kept_out(answer: &Exchange) -> Result<(), NotTested> {
    match answer.status() {
        status @ 400.. if !is_refused(answer) => {
            Err(NotTested::inconclusive(format!("a call without credentials is answered with {status}")))
        }
        _ => Ok(()),
    }
}

/// Why there is no lock to test.
pub fn nothing_refused() -> NotTested {
    NotTested::not_applicable("an anonymous client is not refused")
}

/// The exchange that fetched the specification, or any other to hang a finding about it on.
pub fn witness(observations: &Observations) -> Option<&Arc<Exchange>> {
    let document = |e: &&Arc<Exchange>| e.is_success() && e.json().is_some_and(fields::describes_an_api);
    observations.exchanges.iter().find(document).or(observations.exchanges.first())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples;

    #[test]
    fn a_redirect_to_login_is_a_refusal() {
        let to = |location: &str| is_refused(&samples::answered("/orders", 302, &[("Location", location)], ""));
        assert!(to("/login?next=/orders") && to("https://x.example/auth/signin"));
        assert!(!to("/orders/"));
        assert!(is_refused(&samples::exchange("/orders", 403, "{}")));
    }
}
