//! What the ordinary call of an operation says: whether what is behind it was exercised.

use std::collections::BTreeSet;

use checks::judging::{access, body_meaning, volatile};
use checks::text::challenge;
use checks::vocabulary::{self, Meaning};
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
    /// A page to log in, or the front page before it: shown to everybody, and of nobody.
    Door,
    /// Answered with success, and nothing in it.
    Empty,
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
        unknown.is_some_and(|unknown| volatile::same_page(exchange, unknown) || leads_to(unknown, exchange));
    if response.is_success() {
        return match exchange {
            _ if is_everywhere => Standing::Everywhere,
            _ if body_meaning::refuses(exchange) => Standing::Guarded,
            _ if body_meaning::fails(exchange) => Standing::Answered,
            _ if asks_to_log_in(exchange) => Standing::Door,
            _ if body_meaning::is_empty(exchange) => Standing::Empty,
            _ => Standing::Success,
        };
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

/// Whether it is a page that asks for a password, or one at a place to log in.
pub(super) fn asks_to_log_in(exchange: &Exchange) -> bool {
    let asks = || exchange.text().to_ascii_lowercase().replace(['"', '\''], "").contains("type=password");
    exchange.is_success() && exchange.is_html() && (vocabulary::says(exchange.request.path(), Meaning::Login) || asks())
}

/// Whether it redirects to one of these places to log in.
pub(super) fn leads_to_door(exchange: &Exchange, doors: &BTreeSet<&str>) -> bool {
    let is_redirect = exchange.response().is_some_and(model::Response::is_redirect);
    is_redirect
        && (access::is_refused(exchange) || exchange.header("location").is_some_and(|to| doors.contains(path_of(to))))
}

/// The path of a `Location`.
fn path_of(place: &str) -> &str {
    let path = place.split_once("://").map_or(place, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    path.split(['?', '#']).next().unwrap_or(path)
}

/// Whether a path that does not exist is redirected to this one: a log-in, or the one page there is.
fn leads_to(unknown: &Exchange, exchange: &Exchange) -> bool {
    let place = unknown.response().filter(|r| r.is_redirect()).and_then(|_| unknown.header("location")).unwrap_or("");
    path_of(place) == exchange.request.path()
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
    fn a_good_status_is_no_success_by_itself() {
        let unknown = exchange("/nowhere", 404, "{}");
        let of = |body: &str| standing(&exchange("/orders", 200, body), Some(&unknown), false);
        assert_eq!(of(r#"{"error":"permission denied","code":403}"#), Standing::Guarded);
        assert_eq!(of(r#"{"error":"no such table"}"#), Standing::Answered);
        assert_eq!(of("<form><input type='password'></form>"), Standing::Door);
        assert_eq!(of("[]"), Standing::Empty);
        assert_eq!(of("[7]"), Standing::Success);
        let refusal = |path: &str, id: &str| exchange(path, 200, &format!(r#"{{"code":401,"request_id":"{id}"}}"#));
        let everywhere = standing(&refusal("/orders", "k1"), Some(&refusal("/nowhere", "z9")), false);
        assert_eq!(everywhere, Standing::Everywhere);
    }

    #[test]
    fn a_redirect_to_where_a_password_is_asked_for_is_told() {
        let to = |place: &str| answered("/orders", 303, &[("Location", place)], "");
        let doors = BTreeSet::from(["/gate"]);
        assert!(
            leads_to_door(&to("http://localhost/gate?back=/orders"), &doors) && leads_to_door(&to("/gate"), &doors)
        );
        assert!(leads_to_door(&to("/login"), &BTreeSet::new()) && !leads_to_door(&to("/orders/"), &doors));
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
