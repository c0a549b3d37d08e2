//! What a body says whatever its status is: that the caller was refused, that nobody is signed in, or something worth guarding.

use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;
use serde_json::{Map, Value};

use super::volatile;

/// Fields that say how a call went. What else an object holds is what it is about.
const ABOUT_THE_CALL: [&str; 24] = [
    "error",
    "errors",
    "detail",
    "details",
    "msg",
    "message",
    "reason",
    "status",
    "statuscode",
    "code",
    "errorcode",
    "success",
    "ok",
    "title",
    "type",
    "path",
    "timestamp",
    "requestid",
    "traceid",
    "instance",
    "help",
    "documentationurl",
    "result",
    "httpstatus",
];

/// Whether a response refuses the caller in its body: a status of its own, or words about credentials, and nothing else in it.
pub fn refuses(exchange: &Exchange) -> bool {
    match exchange.json().as_deref() {
        Some(Value::Object(object)) => object_refuses(object),
        Some(Value::String(text)) => words_refuse(text),
        Some(_) => false,
        None => {
            /// A longer text has more to say than that.
            const LONGEST: usize = 300;
            let text = exchange.text();
            !exchange.is_html() && text.trim().len() <= LONGEST && words_refuse(&text)
        }
    }
}

fn object_refuses(object: &Map<String, Value>) -> bool {
    let (about, rest): (Vec<_>, Vec<_>) =
        object.iter().partition(|(name, _)| ABOUT_THE_CALL.contains(&plain(name).as_str()));
    let is_error = || about.iter().any(|(name, value)| plain(name).starts_with("err") && !is_nothing(value));
    rest.iter().all(|(name, value)| is_nothing(value) || volatile::is_volatile_name(name) || is_error() && is_id(value))
        && about.iter().any(|(name, value)| says_refused(name, value))
}

/// Whether the body says that the call failed, whatever the status is, and holds nothing else but ids and times.
pub fn fails(exchange: &Exchange) -> bool {
    let json = exchange.json();
    let Some(Value::Object(object)) = json.as_deref() else { return false };
    let is_aside = |name: &str, value: &Value| {
        ABOUT_THE_CALL.contains(&plain(name).as_str())
            || is_nothing(value)
            || volatile::is_volatile_name(name)
            || is_id(value)
    };
    let is_error = |name: &str, value: &Value| plain(name).starts_with("err") && !is_nothing(value);
    let succeeded = |name: &str, value: &Value| is_outcome(name) && *value == Value::Bool(true);
    !json.as_deref().is_none_or(|json| failure_texts(json).is_empty())
        || object.iter().all(|(name, value)| is_aside(name, value))
            && object.iter().any(|(name, value)| is_error(name, value))
            && !object.iter().any(|(name, value)| succeeded(name, value))
}

/// Whether a successful response holds nothing at all: no byte, an empty list, an object without a value.
pub fn is_empty(exchange: &Exchange) -> bool {
    match exchange.json().as_deref() {
        Some(Value::Bool(_) | Value::Number(_)) => false,
        Some(Value::Object(object)) => object.values().all(|v| !matches!(v, Value::Bool(_)) && is_nothing(v)),
        Some(json) => is_nothing(json),
        None => exchange.text().trim().is_empty(),
    }
}

fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(volatile::is_volatile)
}

fn says_refused(name: &str, value: &Value) -> bool {
    match value {
        Value::String(text) => words_refuse(text) || is_code(name) && matches!(text.as_str(), "401" | "403"),
        Value::Number(number) => is_code(name) && matches!(number.as_u64(), Some(401 | 403)),
        Value::Object(inner) => inner.iter().any(|(name, value)| says_refused(name, value)),
        Value::Array(items) => items.iter().any(|item| says_refused(name, item)),
        _ => false,
    }
}

fn is_code(name: &str) -> bool {
    matches!(plain(name).as_str(), "code" | "status" | "statuscode" | "errorcode" | "httpstatus" | "error")
}

fn words_refuse(text: &str) -> bool {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?ix)
            unauthori[sz]ed | unauthenticated | forbidden | \baccess[\x20_-]?denied\b | \bpermission[\x20_-]?denied\b
            | \bnot[\x20_-](?:logged|signed)[\x20_-]in\b | \bnot[\x20_-](?:authenticated|authori[sz]ed|permitted|allowed)\b
            | \b(?:auth|authentication|authori[sz]ation|login|log[\x20-]?in|sign[\x20-]?in|credentials?|token|api[\x20_-]?key|session)[\x20_-]
              (?:is[\x20_-]|are[\x20_-]|was[\x20_-])?(?:required|missing|needed|expired|invalid)\b
            | \b(?:missing|invalid|no|expired|provide\ an?|provide\ your)[\x20_-](?:valid[\x20_-])?(?:access[\x20_-]?|auth[\x20_-]?|bearer[\x20_-]?)?
              (?:credentials?|token|api[\x20_-]?key|session|authorization)\b
            | \b(?:please|must|need\ to|have\ to)\ (?:be\ )?(?:log(?:ged)?|sign(?:ed)?)[\x20-]?in\b
            | \bnicht\ (?:angemeldet|eingeloggt|autorisiert|berechtigt)\b | \bzugriff\ verweigert\b | \bmelden\ sie\ sich\b.{0,20}\ban\b
            | \banmeldung\ erforderlich\b | \bnon\ (?:connecté|autorisé|authentifié) | \baccès\ (?:refusé|interdit) | \bveuillez\ vous\ (?:connecter|identifier)
            | \bno\ (?:autorizado|autenticado) | \bacceso\ denegado\b | \binici(?:e|ar)\ sesión | \bnão\ (?:autorizado|autenticado) | \bacesso\ negado\b
            | \bnon\ (?:autorizzato|autenticato) | \baccesso\ negato\b | \bniet\ (?:ingelogd|aangemeld|geautoriseerd)\b | \btoegang\ geweigerd\b
            | \bzaloguj\ się | \bodmowa\ dostępu | \bbrak\ (?:autoryzacji|uprawnień) | \bgiriş\ yap | \byetkisiz
            | не\ авторизован | доступ\ запрещ[её]н | 未授权 | 未登录 | 请先?登录 | ログインしてください | 認証が必要",
        )
        .ok()
    });
    WORDS.as_ref().is_some_and(|words| words.is_match(text))
}

/// What a body says went wrong, where it says that the call failed whatever its status is: the texts of its error fields. An object of
/// its own that has an error (a job, a report of somebody's) is no failed call, unless it says so.
pub fn failure_texts(json: &Value) -> Vec<&str> {
    let Some(object) = json.as_object() else { return Vec::new() };
    let errors = || object.iter().filter(|(name, value)| is_error(name) && !is_nothing(value));
    let is_about_the_call =
        || object.iter().all(|(name, value)| ABOUT_THE_CALL.contains(&plain(name).as_str()) || is_nothing(value));
    let is_failure = object.iter().any(|(name, value)| is_outcome(name) && *value == Value::Bool(false))
        || is_about_the_call()
            && !object.iter().any(|(name, value)| is_outcome(name) && *value == Value::Bool(true))
            && errors().any(|(name, _)| plain(name).starts_with("err"));
    let mut texts = Vec::new();
    for (_, value) in errors().filter(|_| is_failure) {
        collect_texts(value, &mut texts, 0);
    }
    texts
}

fn is_error(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "error",
        "errors",
        "err",
        "errmsg",
        "errormessage",
        "exception",
        "detail",
        "details",
        "message",
        "msg",
        "reason",
        "cause",
    ];
    NAMES.contains(&plain(name).as_str())
}

/// Whether yes or no says how the call went: `ok: false`. A status in words is also that of a job.
fn is_outcome(name: &str) -> bool {
    matches!(plain(name).as_str(), "ok" | "success" | "succeeded")
}

fn collect_texts<'a>(value: &'a Value, texts: &mut Vec<&'a str>, depth: usize) {
    const DEEPEST: usize = 4;
    const MOST: usize = 50;
    match value {
        Value::String(text) if texts.len() < MOST => texts.push(text),
        Value::Array(items) if depth < DEEPEST => items.iter().for_each(|item| collect_texts(item, texts, depth + 1)),
        Value::Object(object) if depth < DEEPEST => {
            object.values().for_each(|value| collect_texts(value, texts, depth + 1));
        }
        _ => {}
    }
}

/// Whether an object holds nothing of anybody: no number and no text but such as say that nobody is there.
pub fn says_nothing(object: &Map<String, Value>) -> bool {
    object.values().all(is_nothing)
}

/// Nothing, a yes or no, or a word for nobody, at any depth.
fn is_nothing(value: &Value) -> bool {
    const NOBODY: [&str; 6] = ["", "anonymous", "guest", "none", "null", "anonymoususer"];
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(_) => false,
        Value::String(text) => NOBODY.contains(&plain(text).as_str()),
        Value::Array(items) => items.iter().all(is_nothing),
        Value::Object(object) => says_nothing(object),
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn refusals_in_a_good_status() {
        for body in [
            r#"{"code": 401, "message": "Unauthorized, please sign in", "data": null}"#,
            r#"{"status": "403", "result": []}"#,
            r#"{"success": false, "error": {"code": "UNAUTHENTICATED"}, "data": {}}"#,
            r#"{"errors": [{"message": "You must be logged in"}], "data": {"me": null}}"#,
            r#"{"message": "Token is missing"}"#,
            r#"{"success": false, "error": {"code": "AUTH_REQUIRED"}, "requestId": "k1", "ts": 17.5}"#,
            r#"{"errors": ["Nicht angemeldet"], "id": "3f2504e0-4f89-11d3-9a0c-0305e82c3301"}"#,
            r#"{"success": false, "message": "Veuillez vous connecter"}"#,
            r#""not authenticated""#,
        ] {
            assert!(refuses(&exchange("/", 200, body)), "{body}");
        }
        for body in [
            r#"{"id": 7, "message": "Unauthorized entry at gate 3"}"#,
            r#"{"id": "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "message": "Unauthorized entry at gate 3"}"#,
            r#"{"message": "ready"}"#,
            r#"{"code": 401, "rides": [{"id": 1}]}"#,
            r#"[{"message": "forbidden"}]"#,
            r#"{"status": "ok", "total": 403}"#,
        ] {
            assert!(!refuses(&exchange("/", 200, body)), "{body}");
        }
    }

    #[test]
    fn failures_in_a_good_status() {
        let texts = |body: &str| {
            let json: Value = serde_json::from_str(body).unwrap();
            failure_texts(&json).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(texts(r#"{"ok": false, "sheet": 3, "error": "no"}"#), ["no"]);
        assert_eq!(texts(r#"{"error": {"code": "E1", "text": "no"}, "data": null}"#), ["E1", "no"]);
        assert_eq!(texts(r#"{"success": false, "message": "no", "title": "Chart"}"#), ["no"]);
        for body in [
            r#"{"ok": true, "error": "no"}"#,
            r#"{"id": 3, "status": "failed", "error": "no"}"#,
            r#"{"message": "ready"}"#,
            r#"[{"error": "no"}]"#,
            r#"{"error": null, "ok": true}"#,
            r#"{"title": "Errors and what they mean", "text": "no"}"#,
        ] {
            assert!(texts(body).is_empty(), "{body}");
        }
    }

    #[test]
    fn a_failed_call_is_no_success_and_nothing_is_nothing() {
        let failed = |body: &str| fails(&exchange("/", 200, body));
        assert!(failed(r#"{"result": null, "errors": ["E7"], "id": "3f2504e0-4f89-11d3-9a0c-0305e82c3301"}"#));
        assert!(failed(r#"{"success": false, "message": "no"}"#));
        assert!(!failed(r#"{"ok": true, "error": "none left"}"#) && !failed(r#"{"rides": [7], "error": "one lost"}"#));
        let empty = |body: &str| is_empty(&exchange("/", 200, body));
        assert!(empty("[]") && empty("{}") && empty("") && empty(r#"{"items": []}"#));
        assert!(!empty(r#"{"up": true}"#) && !empty("[7]") && !empty(r#"{"total": 0}"#) && !empty("pong"));
    }

    #[test]
    fn nobody_is_there() {
        let nothing = |body: &str| says_nothing(serde_json::from_str::<Value>(body).unwrap().as_object().unwrap());
        assert!(nothing(r#"{"id": null, "name": null, "anonymous": true}"#));
        assert!(nothing(r#"{"user": {"name": "anonymous", "roles": []}, "authenticated": false}"#));
        assert!(!nothing(r#"{"id": 3}"#) && !nothing(r#"{"name": "Ada"}"#) && !nothing(r#"{"songs": ["x"]}"#));
    }
}
