//! Who gets in: whether the target asks anybody for credentials, and where the specification says so.

use std::sync::Arc;

use model::{Exchange, NotTested, Operation, Surface};

use crate::Observations;
use crate::judging::soft_404;
use crate::vocabulary::fields;
use crate::vocabulary::{self, Meaning};

/// Whether some part of the target is guarded: by declaration, by an answer, or because there is a place to log in.
pub fn is_guarded_somewhere(surface: &Surface, observations: &Observations) -> bool {
    let declared = surface.specification.as_ref().is_some_and(|s| !s.security_schemes.is_empty())
        || surface.operations.iter().any(|o| o.declares_security());
    declared
        || observations.exchanges.iter().any(|e| is_refused(e) && e.request.is_clean())
        || surface.forms.iter().any(|form| form.fields.iter().any(|f| f.kind == "password"))
        || surface
            .operations
            .iter()
            .enumerate()
            .any(|(at, o)| vocabulary::says(&o.path, Meaning::Login) && !is_everywhere(surface, observations, at))
}

/// Whether the operation at this place is answered with the page that another path is answered with as well: the one page of a front
/// end, or of a server that has one for everything, is no place to log in whatever its path says.
fn is_everywhere(surface: &Surface, observations: &Observations, at: usize) -> bool {
    const MOST: usize = 6;
    let response = |at: usize| observations.plain(at).filter(|e| e.is_success());
    let Some(one) = response(at).filter(|e| e.is_html()) else { return false };
    let path = &surface.operations[at].path;
    let elsewhere = |o: &Operation| o.path != *path && !vocabulary::says(&o.path, Meaning::Login);
    let others = surface.operations.iter().enumerate().filter(|(_, o)| elsewhere(o)).filter_map(|(at, _)| response(at));
    others.take(MOST).any(|other| soft_404::alike(other, one))
}

/// 401 or 403, or a redirect to a login page.
pub fn is_refused(exchange: &Exchange) -> bool {
    let to_login = exchange
        .header("location")
        .is_some_and(|l| vocabulary::says(l.split('?').next().unwrap_or(""), Meaning::Login));
    matches!(exchange.status(), 401 | 403) || exchange.response().is_some_and(model::Response::is_redirect) && to_login
}

/// Whether an answer without data shows that an anonymous caller was not let in: what failed for another reason does not.
///
/// # Errors
/// [`NotTested::Inconclusive`] with the status that says nothing about the lock.
pub fn is_kept_out(response: &Exchange) -> Result<(), NotTested> {
    match response.status() {
        status @ 400.. if !is_refused(response) => {
            Err(NotTested::inconclusive(format!("a call without credentials returns {status}")))
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
    let document = |e: &&Arc<Exchange>| e.is_success() && e.json().as_deref().is_some_and(fields::describes_an_api);
    observations.exchanges.iter().find(document).or(observations.exchanges.first())
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples;

    #[test]
    fn a_page_that_answers_everything_is_no_login() {
        let guarded = |login: &str| {
            let operations = ["/", "/login"].map(|path| samples::operation(Method::GET, path));
            let surface = Surface { operations: operations.map(Arc::new).into_iter().collect(), ..Surface::default() };
            let plain = vec![
                Some(samples::exchange("/", 200, "<html><div id=app></div><p>Welcome</p></html>")),
                Some(samples::exchange("/login", 200, login)),
            ];
            is_guarded_somewhere(&surface, &Observations::plainly(plain, Vec::new()))
        };
        assert!(!guarded("<html><div id=app></div><p>Welcome</p></html>"));
        assert!(guarded("<html><h1>Log in</h1><a href=/saml>with your company's account</a></html>"));
    }

    #[test]
    fn a_redirect_to_login_is_a_refusal() {
        let to = |location: &str| is_refused(&samples::answered("/orders", 302, &[("Location", location)], ""));
        assert!(to("/login?next=/orders") && to("https://x.example/auth/signin"));
        assert!(!to("/orders/"));
        assert!(is_refused(&samples::exchange("/orders", 403, "{}")));
    }
}
