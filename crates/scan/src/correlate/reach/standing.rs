//! What the ordinary call of an operation says: whether what is behind it was exercised.

use checks::judging::access;
use checks::judging::soft_404;
use checks::text::challenge;
use model::{Exchange, Truncation};

/// What an operation's response lets rules judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// Nothing was sent.
    NotSent,
    /// No response, a broken one, a server error, or put off (429, 503).
    Unusable,
    /// The page that a path that does not exist is answered with as well.
    Everywhere,
    /// Refused, as everything else is: a lock or a wall in front of all of it.
    Refused,
    /// Not there, or not by this method.
    NotFound,
    /// Answered by the API, but not with success: a validation error, a redirect.
    Answered,
    /// Refused as APIs do, while a path that does not exist is answered otherwise.
    Guarded,
    /// Answered with success.
    Success,
}

impl Standing {
    /// Whether rules could judge.
    pub(super) fn is_exercised(self) -> bool {
        self >= Standing::Answered
    }
}

/// Judges one response beside that to a path that does not exist. `has_credential`: a 401 to a credential refuses the credential, which
/// says nothing about the operation.
pub(super) fn standing(exchange: &Exchange, unknown: Option<&Exchange>, has_credential: bool) -> Standing {
    let Some(response) = exchange.response() else { return Standing::Unusable };
    let is_broken =
        response.truncated.is_some_and(|t| matches!(t, Truncation::Time | Truncation::Ended | Truncation::Bomb));
    if is_broken || matches!(response.status, 429 | 500..) {
        return Standing::Unusable;
    }
    let is_everywhere =
        unknown.is_some_and(|unknown| soft_404::alike(exchange, unknown) || leads_to(unknown, exchange));
    if response.is_success() {
        return if is_everywhere { Standing::Everywhere } else { Standing::Success };
    }
    if access::is_refused(exchange) {
        let same = unknown.is_some_and(|unknown| unknown.status() == exchange.status());
        let credential_refused = has_credential && response.status == 401;
        return if same || credential_refused || !refuses_as_apis_do(exchange) {
            Standing::Refused
        } else {
            Standing::Guarded
        };
    }
    match response.status {
        404 | 405 | 410 => Standing::NotFound,
        _ if is_everywhere => Standing::Everywhere,
        _ => Standing::Answered,
    }
}

/// Whether a path that does not exist is redirected to this one: a log-in, or the one page there is.
fn leads_to(unknown: &Exchange, exchange: &Exchange) -> bool {
    let place = unknown.response().filter(|r| r.is_redirect()).and_then(|_| unknown.header("location")).unwrap_or("");
    let path = place.split_once("://").map_or(place, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    path.split(['?', '#']).next() == Some(exchange.request.path())
}

/// A challenge, the API's own error body, or the way to a login.
fn refuses_as_apis_do(exchange: &Exchange) -> bool {
    !challenge::challenges(exchange).is_empty()
        || exchange.json().is_some()
        || exchange.response().is_some_and(model::Response::is_redirect)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{answered, exchange};

    use super::*;

    #[test]
    fn a_refusal_counts_when_it_is_the_operations_own() {
        let unknown = exchange("/nowhere", 404, "{}");
        let own = answered("/orders", 401, &[("WWW-Authenticate", "Bearer")], "");
        let of = |exchange: &Exchange, unknown: &Exchange, has| standing(exchange, Some(unknown), has);
        assert_eq!(of(&own, &unknown, false), Standing::Guarded);
        assert_eq!(of(&own, &unknown, true), Standing::Refused, "the credential was refused");
        let lock = answered("/nowhere", 401, &[("WWW-Authenticate", "Bearer")], "");
        assert_eq!(of(&own, &lock, false), Standing::Refused, "a lock in front of everything");
        let wall = exchange("/orders", 403, "<h1>Blocked</h1>");
        assert_eq!(of(&wall, &unknown, false), Standing::Refused, "a page is no API's refusal");
        let forbidden = exchange("/admin", 403, "{\"error\":\"no\"}");
        assert_eq!(of(&forbidden, &unknown, true), Standing::Guarded, "this user may not");
    }

    #[test]
    fn one_page_for_every_path_is_no_response_of_the_operation() {
        let page = "<html><title>Choir</title><div id=root></div><script src=/bundle.js></script></html>";
        let unknown = exchange("/nowhere", 200, page);
        let same = exchange("/songs", 200, page);
        assert_eq!(standing(&same, Some(&unknown), false), Standing::Everywhere);
        let elsewhere = answered("/nowhere", 302, &[("Location", "http://localhost/enter?back=/nowhere")], "");
        assert_eq!(standing(&exchange("/enter", 200, "<form>"), Some(&elsewhere), false), Standing::Everywhere);
        assert_eq!(standing(&exchange("/songs", 200, "[1]"), Some(&unknown), false), Standing::Success);
        assert_eq!(standing(&exchange("/songs", 422, "{}"), Some(&unknown), false), Standing::Answered);
        assert_eq!(standing(&exchange("/songs", 429, "{}"), Some(&unknown), false), Standing::Unusable);
    }
}
