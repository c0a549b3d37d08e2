//! Flask's client-side session cookie: recognised by its structure, read without the key, and forged with a guessed one.

use std::sync::Arc;

use model::{Depth, Exchange, NotTested, Request};
use serde_json::{Map, Value};

use crate::canary::canary;
use crate::text::set_cookie::{cookies_set, http_date};
use crate::{Shares, TargetProbe};

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

/// Whether only Flask's session has such contents: something a framework keeps in it, or a tag of its JSON (`TaggedJSONSerializer`).
pub fn is_marked(contents: &Map<String, Value>) -> bool {
    fn is_tagged(value: &Value) -> bool {
        match value {
            Value::Object(map) => {
                map.len() == 1 && map.keys().all(|k| k.starts_with(' ')) || map.values().any(is_tagged)
            }
            Value::Array(items) => items.iter().any(is_tagged),
            _ => false,
        }
    }
    contents.keys().any(|name| is_framework_key(name)) || contents.values().any(is_tagged)
}

/// What a forged session holds: a flag that grants nothing and stores nothing, but makes Flask answer with a fresh cookie.
const HARMLESS: &str = r#"{"_permanent":true}"#;

/// Guesses that are sent when no cookie lets them be tried offline; the first few in an ordinary scan, all in a deep one.
const LIKELY: [&str; 25] = [
    "dev",
    "secret",
    "supersecretkey",
    "your-secret-key",
    "changeme",
    "super-secret",
    "super secret key",
    "your_secret_key",
    "secret_key",
    "secret-key",
    "secretkey",
    "mysecretkey",
    "my_secret_key",
    "mysecret",
    "supersecret",
    "super_secret_key",
    "super-secret-key",
    "dev-secret-key",
    "fallback-secret",
    "development",
    "password",
    "flask",
    "test",
    "key",
    "12345",
];

/// Guesses sent in an ordinary scan.
const FEW: usize = 3;

/// Requests that [`online`] may send in an ordinary scan.
pub const REQUESTS: u32 = FEW as u32 + 1;

/// The requests are the same for every rule.
pub const SHARES: Shares = Shares { with: "flask_session", requests: REQUESTS };

/// Requests that [`online`] may send besides in a deep scan.
pub const MORE_WHEN_DEEP: u32 = (LIKELY.len() - FEW) as u32;

/// A key that the application accepted a session from.
#[derive(Debug)]
pub struct Accepted {
    /// The name of the cookie.
    pub cookie: String,
    /// The key.
    pub key: &'static str,
    /// The answer that took the forged session up.
    pub response: Arc<Exchange>,
    /// The answer to a session signed with a random key.
    pub control: Arc<Exchange>,
    /// Whether the application signs with this key too, or only still accepts it.
    pub signs: bool,
}

/// Tries the likeliest keys by presenting a harmless session signed with each. The requests are the same for every rule.
///
/// # Errors
/// As [`TargetProbe::response_to`]; [`NotTested::NotApplicable`] when nothing shows Flask; [`NotTested::Inconclusive`] when a random key is accepted.
pub async fn online(probe: &TargetProbe<'_>) -> Result<Option<Accepted>, NotTested> {
    let seen = seen_cookie(probe);
    let surface = probe.surface;
    let deep = probe.target.depth == Depth::Deep;
    if !(seen.is_some() || surface.shows_flask() || deep && surface.may_be_flask()) {
        return Err(NotTested::not_applicable("nothing shows that this is Flask"));
    }
    let cookie = seen.map_or_else(|| "session".to_owned(), |(name, _)| name);
    // A cookie that was handed out says which of them signs.
    let signing = LIKELY.iter().copied().find(|key| signs(probe, key));
    let few = LIKELY.iter().copied().take(if deep { LIKELY.len() } else { FEW });
    for key in signing.into_iter().chain(few.filter(|key| Some(*key) != signing)) {
        let response = probe.response_to(forged(probe, &cookie, key.as_bytes())).await?;
        if let Some(value) = taken_up(probe, &response, &cookie) {
            let random = canary(probe.target.seed, &["random key"]);
            let control = probe.response_to(forged(probe, &cookie, random.as_bytes())).await?;
            if taken_up(probe, &control, &cookie).is_some() {
                return Err(NotTested::inconclusive("every session gets the same response, whatever its key"));
            }
            let signs = crack::Target::parse(&value).is_ok_and(|target| target.verify(key.as_bytes()));
            return Ok(Some(Accepted { cookie, key, response, control, signs }));
        }
    }
    Ok(None)
}

/// Whether the first session that was handed out is signed with this key.
fn signs(probe: &TargetProbe<'_>, key: &str) -> bool {
    let Some((name, exchange)) = seen_cookie(probe) else { return false };
    let set = cookies_set(exchange, probe.target.now).into_iter().filter(|set| set.name == name);
    set.filter_map(|set| crack::Target::parse(&set.value).ok()).any(|target| target.verify(key.as_bytes()))
}

/// Why no guess taken up says nothing about the key.
pub fn no_cookie() -> NotTested {
    NotTested::not_applicable("no Flask session cookie was handed out, and none signed with a likely key was taken up")
}

/// The request of the scan's own path with a harmless session signed with this key.
pub fn forged(probe: &TargetProbe<'_>, cookie: &str, key: &[u8]) -> Request {
    // A little in the past: itsdangerous refuses what was signed in the future by its own clock.
    let signed = u64::try_from(server_time(probe).saturating_sub(60)).unwrap_or(0);
    let value = crack::flask_session(key, HARMLESS, signed);
    probe
        .get(&probe.target.path)
        .header("Cookie", format!("{cookie}={value}").into_bytes())
        .altered("cookie", cookie, HARMLESS)
}

/// The fresh cookie by which Flask shows that it took the forged session for its own.
pub fn taken_up(probe: &TargetProbe<'_>, response: &Exchange, cookie: &str) -> Option<String> {
    let set = cookies_set(response, probe.target.now).into_iter().find(|set| set.name == cookie)?;
    let permanent = contents(&set.value)?.get("_permanent").and_then(Value::as_bool) == Some(true);
    permanent.then_some(set.value)
}

/// The first Flask session cookie that an ordinary answer set, by name and exchange.
pub fn seen_cookie<'a>(probe: &TargetProbe<'a>) -> Option<(String, &'a Arc<Exchange>)> {
    let clean = probe.observations.exchanges.iter().filter(|e| e.request.is_clean());
    clean.into_iter().find_map(|exchange| {
        let cookies = cookies_set(exchange, probe.target.now);
        let cookie = cookies.into_iter().find(|cookie| is_flask_session(&cookie.value))?;
        Some((cookie.name, exchange))
    })
}

/// The server's clock as its first answer shows it, else ours.
fn server_time(probe: &TargetProbe<'_>) -> i64 {
    let dates = probe.observations.exchanges.iter().filter_map(|e| e.header("date").and_then(http_date));
    dates.into_iter().next().unwrap_or(probe.target.now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_read_without_a_key() {
        let cookie = crack::flask_session(b"k", r#"{"user_id":7}"#, 1_700_000_000);
        assert!(is_flask_session(&cookie));
        assert_eq!(contents(&cookie).unwrap()["user_id"], 7);
        assert!(!is_flask_session("a.b.c") && contents("{}").is_none());
        assert!(is_framework_key("_user_id") && !is_framework_key("is_admin"));
    }

    #[test]
    fn a_session_is_told_from_other_signed_objects_by_what_flask_keeps_in_it() {
        let marked = |json: &str| is_marked(serde_json::from_str::<Value>(json).unwrap().as_object().unwrap());
        assert!(marked(r#"{"_fresh":true}"#) && marked(r#"{"cart":[{" t":[1,2]}]}"#));
        assert!(!marked(r#"{"email":"a@b.c","user":{"id":1}}"#));
    }
}
