//! What a Flask session cookie tells to whoever holds it: it is signed, not encrypted.

use model::{Confidence, Evidence, Finding, Location, Rule};
use serde_json::{Map, Value};

use crate::experiments::flask_session;
use crate::text::set_cookie::cookies_set;
use crate::vocabulary::fields::{self, Field};
use crate::{Findings, ObservedExchange};

/// Reads every session cookie that is set, and finds those with meant values in them; comes to whether there was one.
pub(super) fn look(
    rule: &'static Rule,
    observed: &ObservedExchange<'_>,
    found: &mut Findings,
    is_meant: fn(&Field<'_>) -> bool,
) -> bool {
    let mut any = false;
    for cookie in cookies_set(observed.exchange, observed.target.now) {
        let Some(contents) = flask_session::contents(&cookie.value) else { continue };
        any = true;
        let names = meant(contents, is_meant);
        if !names.is_empty() {
            let location = Location::host().parameter("cookie", &cookie.name);
            let excerpt = format!("the cookie {} reads without a key: {}", cookie.name, names.join(", "));
            let evidence = Evidence::new(observed.exchange, excerpt);
            found.push(Finding::new(rule, Confidence::Firm, location, evidence).hiding(cookie.value));
        }
    }
    any
}

/// The names of the meant values which the application itself put there.
fn meant(contents: Map<String, Value>, is_meant: fn(&Field<'_>) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    fields::walk(&Value::Object(contents), &mut |field| {
        let own = !flask_session::is_framework_key(field.path.split('.').next().unwrap_or(""));
        if own && !fields::is_empty(field.value) && is_meant(field) {
            names.push(field.path.clone());
        }
    });
    names
}
