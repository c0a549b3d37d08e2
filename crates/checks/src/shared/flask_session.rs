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

/// Whether Flask or a common extension keeps its own things under this name (Flask-Login, Flask-WTF, Flask-Security, Authlib).
pub fn is_framework_key(name: &str) -> bool {
    const KEYS: [&str; 14] = [
        "_flashes",
        "csrf_token",
        "_fresh",
        "_id",
        "_user_id",
        "_permanent",
        "_remember",
        "_remember_seconds",
        "fs_cc",
        "fs_paa",
        "fs_gexp",
        "locale",
        "identity.id",
        "_domain",
    ];
    KEYS.contains(&name) || name.starts_with("_state_") || name.contains("_authlib_")
}
