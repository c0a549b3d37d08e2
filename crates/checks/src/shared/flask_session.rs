//! Flask's client-side session cookie, recognised by its structure and read without the key.

use serde_json::{Map, Value};

/// Whether the value is a Flask session cookie, whatever the cookie is called.
pub fn is_flask_session(value: &str) -> bool {
    crack::Target::parse(value).is_ok_and(|target| target.kind() == crack::Kind::FlaskSession)
}

/// What a Flask session cookie says; Flask's own tags (`{" t": […]}`) are left as they are.
pub fn contents(value: &str) -> Option<Map<String, Value>> {
    let target = crack::Target::parse(value).ok().filter(|target| target.kind() == crack::Kind::FlaskSession)?;
    match serde_json::from_str(&target.decode().ok()?.payload).ok()? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}
