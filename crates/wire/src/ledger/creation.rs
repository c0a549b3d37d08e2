//! What a request created, by what was answered. Pure.

use model::{Exchange, Origin};
use serde_json::{Map, Value};

use super::shown::Shown;
use crate::origin_of;
use crate::permit::{Templates, is_id_name, normal};

/// What came of a request that may create something.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// An object: the request target that leads to it, the same normalised, its id, and whether the target names it so.
    Object { target: String, path: String, id: String, named: bool },
    /// Something, but the response does not say what.
    Untold,
    /// Nothing.
    Nothing,
    /// Nobody knows: there is no response.
    Unknown,
}

/// `made_up`: the path names an object that cannot have existed before.
pub(super) fn of(
    exchange: &Exchange,
    made_up: bool,
    expects_refusal: bool,
    templates: &Templates,
    shown: &Shown,
) -> Made {
    let target = &exchange.request.target;
    match exchange.status() {
        0 => return Made::Unknown,
        201 => {}
        // A log-in that failed with 200, a body that was not taken: an id in the answer is somebody else's.
        _ if expects_refusal => return Made::Nothing,
        200 | 202 | 204 => {}
        // What a form leads to after it was taken.
        301..=303 => return Made::Untold,
        _ => return Made::Nothing,
    }
    let places = if made_up { vec![(without_query(target).to_owned(), true)] } else { places(exchange, templates) };
    let certain = made_up || exchange.status() == 201;
    let object = places.into_iter().find_map(|(target, named)| {
        let path = normal(&target);
        let id = path.rsplit('/').next()?.to_owned();
        // What was there before, or is known from elsewhere, was not created just now, whatever the status says.
        let is_new = !id.is_empty() && !shown.has_path(&path) && (certain || !shown.has(&id));
        is_new.then_some(Made::Object { target, path, id, named })
    });
    object.unwrap_or(Made::Untold)
}

/// Where the object may be, the likeliest first, and whether the response names that path.
fn places(exchange: &Exchange, templates: &Templates) -> Vec<(String, bool)> {
    let collection = normal(&exchange.request.target);
    let base = without_query(&exchange.request.target).trim_end_matches('/');
    let located = exchange.header("location").and_then(|location| within(location, exchange));
    // A child of what was sent to, or what a template knows as an object: a `Location` may lead anywhere.
    let located = located.filter(|target| {
        let path = normal(target);
        path.rsplit_once('/').is_some_and(|(parent, _)| parent == collection) || templates.lead_to(&path)
    });
    let id = exchange.json().and_then(|json| id_in(&json, &collection));
    let id = id.map(|id| percent_encoding::utf8_percent_encode(&id, ENCODED).to_string());
    let beside = base.rsplit_once('/').map_or("", |(parent, _)| parent);
    let by_id = id.map(|id| {
        // `POST /alerts/new` creates `/alerts/8` where there is such a template and none below the path itself.
        let (below, beside) = (format!("{base}/{id}"), format!("{beside}/{id}"));
        let is_beside = !templates.lead_to(&normal(&below)) && templates.lead_to(&normal(&beside));
        if is_beside { beside } else { below }
    });
    located.map(|target| (target, true)).into_iter().chain(by_id.map(|target| (target, false))).collect()
}

const ENCODED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

fn without_query(target: &str) -> &str {
    target.split(['?', '#']).next().unwrap_or("")
}

/// The target of a location on the same origin.
fn within(location: &str, exchange: &Exchange) -> Option<String> {
    let url = url::Url::parse(&exchange.request.url()).ok()?.join(location).ok()?;
    let same = |origin: Origin| origin == exchange.request.origin;
    origin_of(&url).is_some_and(same).then(|| url.path().to_owned())
}

/// The id of the one object that the answer is about, itself or inside one wrapping.
fn id_in(json: &Value, collection: &str) -> Option<String> {
    let object = json.as_object()?;
    let inner = || {
        let mut inner = object.values().filter_map(Value::as_object);
        inner.next().filter(|_| inner.next().is_none())
    };
    own_id(object, collection).or_else(|| own_id(inner()?, collection))
}

fn own_id(object: &Map<String, Value>, collection: &str) -> Option<String> {
    let last = collection.rsplit('/').next().unwrap_or("").to_ascii_lowercase();
    // `alert_id` and `alertId` in an answer about alerts.
    let named = |name: &str| {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        plain.strip_suffix("id").is_some_and(|stem| stem.len() >= 3 && last.starts_with(stem))
    };
    let field =
        object.iter().find(|(name, _)| is_id_name(name)).or_else(|| object.iter().find(|(name, _)| named(name)));
    match field?.1 {
        Value::String(id) if !id.is_empty() && id.len() <= 128 => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use model::{Method, Outcome, Request, Response, Scheme};

    use super::*;

    fn exchange(method: Method, target: &str, status: u16, location: Option<&str>, body: &str) -> Exchange {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers.extend(location.map(|location| ("location".to_owned(), location.to_owned())));
        let response = Response::new(status, headers, body.as_bytes().to_vec());
        let (request, outcome) = (Request::new(method, &origin, target), Outcome::Answered(response));
        Exchange { serial: 0, request, outcome, elapsed_us: 0, hops: Vec::new() }
    }

    fn shown(path: &str, body: &str) -> Shown {
        let mut shown = Shown::default();
        shown.learn(&exchange(Method::GET, path, 200, None, body));
        shown
    }

    fn made(target: &str, status: u16, location: Option<&str>, body: &str) -> Option<String> {
        let templates = Templates::new(["/alerts/{id}", "/users/{id}"]);
        let exchange = exchange(Method::POST, target, status, location, body);
        match of(&exchange, false, false, &templates, &shown("/alerts/5", r#"[{"id": 7}]"#)) {
            Made::Object { target, .. } => Some(target),
            _ => None,
        }
    }

    #[test]
    fn an_object_is_known_by_its_location_or_its_id() {
        for (target, status, location, body, expected) in [
            ("/alerts", 201, Some("/alerts/8"), "", "/alerts/8"),
            ("/alerts", 201, Some("http://127.0.0.1:80/alerts/a%20b?x=1"), "", "/alerts/a%20b"),
            ("/alerts/new", 201, Some("8"), "", "/alerts/8"),
            ("/alerts?x=1", 200, None, r#"{"id": 8}"#, "/alerts/8"),
            ("/alerts/", 201, None, r#"{"data": {"_id": "a b"}}"#, "/alerts/a%20b"),
            ("/alerts", 201, None, r#"{"alert_id": 8, "user_id": 3}"#, "/alerts/8"),
            ("/alerts/create", 201, None, r#"{"id": 8}"#, "/alerts/8"),
            ("/things", 201, None, r#"{"id": 8}"#, "/things/8"),
            ("/alerts", 201, None, r#"{"id": 7}"#, "/alerts/7"),
        ] {
            assert_eq!(made(target, status, location, body).as_deref(), Some(expected), "{target} {location:?} {body}");
        }
    }

    #[test]
    fn what_was_there_before_is_no_creation() {
        for (target, status, location, body, why) in [
            ("/alerts", 200, None, r#"{"id": 7}"#, "find or create: it was listed"),
            ("/alerts", 201, None, r#"{"id": 5}"#, "it was read"),
            ("/alerts", 201, Some("/"), "", "leads elsewhere"),
            ("/alerts", 201, Some("/alerts/a%2Fb"), "", "servers differ about what this path is"),
            ("/alerts", 201, Some("http://elsewhere.example/alerts/8"), "", "another origin"),
            ("/alerts", 422, None, r#"{"id": 8}"#, "refused"),
            ("/alerts", 201, None, r#"[{"id": 8}]"#, "a list"),
            ("/alerts", 201, None, r#"{"user": {"id": 8}, "team": {"id": 9}}"#, "of two"),
        ] {
            assert_eq!(made(target, status, location, body), None, "{why}");
        }
    }

    #[test]
    fn what_nobody_knows_is_said() {
        let of = |exchange: &Exchange, made_up, refused| {
            of(exchange, made_up, refused, &Templates::default(), &Shown::default())
        };
        let post = |status, body| exchange(Method::POST, "/login", status, None, body);
        assert_eq!(of(&post(201, "{}"), false, false), Made::Untold);
        assert_eq!(of(&post(303, ""), false, false), Made::Untold);
        assert_eq!(of(&post(200, r#"{"id": 8}"#), false, true), Made::Nothing, "a log-in tells somebody else's id");
        assert_eq!(of(&post(500, ""), false, false), Made::Nothing);
        let put = exchange(Method::PUT, "/alerts/2147000000?x=1", 204, None, "");
        assert!(matches!(of(&put, true, false), Made::Object { target, .. } if target == "/alerts/2147000000"));
    }
}
