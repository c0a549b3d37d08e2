//! Why what was seen says nothing about the API, so that there is no grade at all; and why a grade can only be provisional.

use checks::calling::graphql;
use checks::judging::body_meaning;
use model::{CredentialState, Exchange, Origin, Target, counted};
use wire::Recorded;

use super::exercised::Exercised;
use super::gateway;
use super::payloads;
use super::standing::Standing;
use super::wall;
use crate::correlate::coverage;
use crate::ended::Ended;

/// Why there is no grade, if there is none.
pub(super) fn why(ended: &Ended, records: &[Recorded], target: &Target, exercised: &Exercised) -> Option<String> {
    if let Some(says) = &ended.diagnosis {
        return Some(says.clone());
    }
    if let Some(why) = coverage::nothing_seen(ended, records) {
        return Some(why);
    }
    if let Some(fault) = &ended.fault {
        return Some(fault.clone());
    }
    if let Some(credential) = ended.credential.as_ref().filter(|c| c.state != CredentialState::Accepted) {
        return Some(credential.detail.clone());
    }
    if ended.banned {
        return Some(format!(
            "the target began to refuse the scan: after some of {} it no longer responded as before; allow this client \
             through, or scan slower (--rate)",
            counted(records.len(), "request")
        ));
    }
    if ended.silent {
        return Some(format!(
            "the target stopped responding after {}; scan again when it is up, or slower (--rate)",
            counted(responses(records).count(), "request")
        ));
    }
    if let Some(doubt) = &ended.unsteady {
        return Some(doubt.clone());
    }
    let responses: Vec<&Exchange> = responses(records).collect();
    let walled = responses.iter().filter(|e| wall::name(e).is_some()).count();
    if walled * 2 > responses.len() {
        let first = responses.iter().find_map(|e| Some((wall::name(e)?, e.status())));
        let (name, status) = first.unwrap_or(("a firewall", 403));
        return Some(format!(
            "{name} responded to {walled} of {} with {status} in the API's place; allow this client through, or scan from behind it",
            counted(responses.len(), "request")
        ));
    }
    let put_off = responses.iter().filter(|e| matches!(e.status(), 429 | 503)).count();
    if put_off * 2 > responses.len() {
        return Some(format!(
            "status 429 or 503 for {put_off} of {}; scan later or slower (--rate)",
            counted(responses.len(), "request")
        ));
    }
    if [Standing::Success, Standing::Empty, Standing::Guarded].iter().any(|standing| exercised.count(*standing) > 0) {
        return none_of_the_document(ended, target);
    }
    let told = gateway::told(records).or_else(|| nothing_sent(exercised));
    Some(told.unwrap_or_else(|| nothing_answers(ended, target, exercised)))
}

/// What keeps the scan from calling the operations that it knows: not that there are none.
fn nothing_sent(exercised: &Exercised) -> Option<String> {
    (exercised.count(Standing::NotSent) > 0).then(|| exercised.because().join("; "))
}

/// The exchanges that were answered.
fn responses(records: &[Recorded]) -> impl Iterator<Item = &Exchange> {
    records.iter().map(|r| r.exchange.as_ref()).filter(|e| e.response().is_some())
}

/// A document was given and named nothing that could be called.
fn none_of_the_document(ended: &Ended, target: &Target) -> Option<String> {
    let declares = || ended.surface.operations.iter().any(|o| o.source == model::Source::Specification);
    (target.specification.is_some() && !declares())
        .then(|| "the document given with --spec has no operation that could be called".to_owned())
}

/// What everything was answered with, where nothing succeeded and nothing was refused as APIs do.
fn nothing_answers(ended: &Ended, target: &Target, exercised: &Exercised) -> String {
    let first = ended.observations.plain_calls().find(|e| e.response().is_some());
    let status = first.map_or(0, |e| e.status());
    let is_redirect = first.is_some_and(|e| e.response().is_some_and(model::Response::is_redirect));
    if exercised.count(Standing::Door) > 0 {
        return "nothing but a page to log in was seen; give a credential with --auth-type and --auth-value".to_owned();
    }
    let refuses = |e: &&Exchange| e.is_success() && (body_meaning::refuses(e) || body_meaning::fails(e));
    if let Some(unknown) = ended.surface.unknown_path.as_deref().filter(refuses) {
        return format!(
            "every path returns the same refusal with status {}, so nothing behind it was seen; give a credential with --auth-type and \
             --auth-value",
            unknown.status()
        );
    }
    if exercised.count(Standing::Everywhere) > 0 && !is_redirect {
        return "every path returns the same page, so no operation of an API was seen; scan the URL of the API itself, or name its \
            OpenAPI document with --spec"
            .to_owned();
    }
    if let Some(place) = first.filter(|_| is_redirect).and_then(|e| e.header("location")) {
        return redirected(status, place, &target.origin);
    }
    match status {
        401 if target.identities.is_empty() => {
            "every request returned 401, so nothing behind the login was seen; give a credential with --auth-type and --auth-value"
                .to_owned()
        }
        401 => "the credential was refused: every request returned 401".to_owned(),
        403 => "every request returned 403, so nothing of the API was seen; a firewall or the API itself refuses this client"
            .to_owned(),
        404 | 405 | 410 => format!(
            "no operation of the API was found: the paths that were tried return {status}; check the URL's path, or name the API's \
             OpenAPI document with --spec"
        ),
        _ => "no operation of the API was found: the paths that were tried return errors or lead elsewhere; name its OpenAPI document \
            with --spec, or a URL that it serves"
            .to_owned(),
    }
}

/// What it means that every request is redirected there: the API is elsewhere, or a log-in stands before it.
fn redirected(status: u16, place: &str, origin: &Origin) -> String {
    const LOGINS: [&str; 10] =
        ["login", "log-in", "signin", "sign-in", "oauth", "authorize", "/auth", "sso", "saml", "redirect_uri="];
    let lower = place.to_ascii_lowercase();
    let to = url::Url::parse(place).ok();
    let host = to.as_ref().and_then(url::Url::host_str);
    let is_elsewhere = to.is_some() && !place.starts_with(&origin.to_string());
    let is_login = host != Some(origin.host.as_str()) && LOGINS.iter().any(|word| lower.contains(word));
    if is_elsewhere && !is_login {
        return format!("every request is redirected to {place}; scan that URL");
    }
    // What follows is for one visit, and may hold more than a reader wants to see.
    let place = place.split(['?', '#']).next().unwrap_or(place);
    format!(
        "every request is redirected ({status}) to {place}, so nothing behind it was seen; give a credential with --auth-type and --auth-value"
    )
}

/// Why a grade is provisional however much of the surface was exercised.
pub(super) fn doubt(ended: &Ended, records: &[Recorded], exercised: &Exercised) -> Option<String> {
    // Where all refuse, how refusals look is all that can be said.
    if exercised.count(Standing::Success) == 0 && exercised.count(Standing::Empty) > 0 {
        return Some(
            "every response with success was empty, so nothing that the API holds was seen; scan it with data in it, or give a credential \
             with --auth-type and --auth-value"
                .to_owned(),
        );
    }
    if exercised.count(Standing::Success) == 0 && exercised.count(Standing::Door) > 0 {
        return Some(
            "every operation leads to a login, and nothing behind that was seen; give a credential with --auth-type and --auth-value"
                .to_owned(),
        );
    }
    if exercised.count(Standing::Success) == 0 {
        return Some(
            "every operation refuses this client, and nothing behind that was seen; give a credential with --auth-type and --auth-value"
                .to_owned(),
        );
    }
    if let Some(firewall) = payloads::refused(records) {
        return Some(firewall);
    }
    if serves_graphql(records.iter().map(|record| record.exchange.as_ref())) {
        return Some(
            "the GraphQL endpoint was tested as a whole; what its queries with arguments and its mutations do was not"
                .to_owned(),
        );
    }
    let declares = ended.surface.operations.iter().any(|o| o.source == model::Source::Specification);
    let only = exercised.operations.keys().next().filter(|_| exercised.operations() == 1 && !declares);
    let path = ended.surface.operations[*only?].path.as_str();
    let responses = records.iter().map(|record| record.exchange.as_ref()).filter(|e| e.request.path() == path);
    Some(match responses.take(RESPONSES).find_map(protocol) {
        Some(protocol) => format!(
            "the URL is an endpoint of {protocol}, whose methods are not tested; the grade speaks of the endpoint alone"
        ),
        None => "only one path was found, and the grade speaks of it alone; name the API's OpenAPI document with --spec, or scan a URL \
                 of the API"
            .to_owned(),
    })
}

/// Most responses of one path that are looked at for the protocol that they speak.
const RESPONSES: usize = 50;

/// The protocol that a response is of, where one path stands for many calls.
fn protocol(exchange: &Exchange) -> Option<&'static str> {
    const SOAP: [&str; 2] = ["http://schemas.xmlsoap.org/", "http://www.w3.org/2003/05/soap-envelope"];
    let media = exchange.response().map_or_else(String::new, model::Response::media_type);
    let text = exchange.text();
    let start = &text[..text.floor_char_boundary(2_000)];
    if media.starts_with("application/grpc") || exchange.header("grpc-status").is_some() {
        Some("gRPC")
    } else if start.contains("\"jsonrpc\"") {
        Some("JSON-RPC")
    } else if start.contains("<methodResponse") {
        Some("XML-RPC")
    } else {
        SOAP.iter().any(|name| start.contains(name)).then_some("SOAP")
    }
}

/// Whether there is a GraphQL endpoint: all that it can do lies behind one operation.
fn serves_graphql<'a>(mut exchanges: impl Iterator<Item = &'a Exchange>) -> bool {
    /// The response to `{__typename}` is short.
    const LONGEST: usize = 1_000;
    exchanges.any(|exchange| exchange.body_len() < LONGEST && graphql::is_graphql(exchange))
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::super::samples::exchange;
    use super::*;

    #[test]
    fn a_graphql_endpoint_is_told_by_its_response() {
        let of = |body: &str| serves_graphql(std::iter::once(&exchange("/graphql", 200, body)));
        assert!(of(r#"{"data":{"__typename":"Query"}}"#));
        assert!(!of(r#"{"data":[{"name":"Query"}]}"#) && !of("<h1>GraphQL</h1>"));
    }

    #[test]
    fn protocols_behind_one_path_are_named() {
        use super::super::samples::exchange;
        let of = |body: &str| protocol(&exchange("/rpc", 200, body));
        assert_eq!(of(r#"{"jsonrpc":"2.0","error":{"code":-32700}}"#), Some("JSON-RPC"));
        assert_eq!(of("<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\">"), Some("SOAP"));
        assert_eq!(of("<methodResponse><fault>"), Some("XML-RPC"));
        assert_eq!(of(r#"{"rpc":"2.0"}"#), None);
    }

    #[test]
    fn a_move_is_told_from_a_login() {
        let origin = Origin { scheme: Scheme::Http, host: "api.example".to_owned(), port: 80 };
        let of = |place: &str| redirected(302, place, &origin);
        for moved in ["https://api.example/", "https://www.example/v2", "https://api.example/login"] {
            assert!(of(moved).ends_with(&format!("to {moved}; scan that URL")), "{moved}");
        }
        let logins = [
            ("/login?next=/", "/login,"),
            ("http://api.example/enter", "http://api.example/enter,"),
            ("https://id.example/oauth2/authorize?client_id=7&state=s3", "https://id.example/oauth2/authorize,"),
        ];
        for (login, shown) in logins {
            assert!(of(login).contains(shown) && of(login).contains("--auth-type"), "{login}: {}", of(login));
        }
    }
}
