//! CVE-2023-30861: Flask before 2.2.5 and 2.3.0 to 2.3.1 renews a permanent session with every answer, and says `Vary: Cookie` only
//! where the view looked at the session. A cache that keeps such an answer hands the session to everybody.

use std::sync::Arc;

use model::{Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule};

use crate::encryption::caching::{Caching, varies_by_cookie};
use crate::experiments::flask_session;
use crate::text::set_cookie::{SetCookie, cookies_set};
use crate::{Findings, TargetProbe};

/// Answers that are asked for again with the session.
pub(super) const REQUESTS: u32 = 2;

/// Gives the application its own permanent session back where nobody looks at it.
pub(super) async fn probe_target(
    probe: &TargetProbe<'_>,
    found: &mut Findings,
    rule: &'static Rule,
) -> Result<(), NotTested> {
    let now = probe.target.now;
    let clean = || probe.observations.exchanges.iter().filter(|e| e.request.is_clean());
    let Some(session) = clean().find_map(|e| permanent(e, now)) else {
        return Err(NotTested::not_applicable("no permanent Flask session was set"));
    };
    let mut indifferent: Vec<&Arc<Exchange>> = clean().filter(|e| is_indifferent(e)).collect();
    indifferent.sort_by_key(|e| !e.is_success());
    if indifferent.is_empty() {
        return Err(NotTested::not_applicable("every response depends on the session or forbids caches to keep it"));
    }
    for plain in indifferent.into_iter().take(REQUESTS as usize) {
        let cookie = format!("{}={}", session.name, session.value).into_bytes();
        let request =
            plain.request.clone().header("Cookie", cookie).altered("cookie", &session.name, "its own session");
        let renewed = probe.send(request).await?;
        if let Some(finding) = judge(rule, plain, &renewed, &session.name, now) {
            found.push(finding.hiding(&session.value));
            break;
        }
    }
    Ok(())
}

/// A Flask session that outlives the browser, as an answer set it.
fn permanent(exchange: &Exchange, now: i64) -> Option<SetCookie> {
    cookies_set(exchange, now).into_iter().find(|cookie| cookie.lifetime.is_some() && is_permanent(&cookie.value))
}

fn is_permanent(value: &str) -> bool {
    let flag =
        flask_session::contents(value).and_then(|held| held.get("_permanent").and_then(serde_json::Value::as_bool));
    flag == Some(true)
}

/// Whether an ordinary answer shows that the session was not looked at and that caches may keep it. Flask says `Vary: Cookie` as
/// soon as a view looks.
fn is_indifferent(exchange: &Exchange) -> bool {
    let request = &exchange.request;
    let answered = exchange.is_success() || exchange.status() == 404;
    answered
        && request.method == Method::GET
        && request.identity.is_none()
        && request.header_value("cookie").is_none()
        && is_open(exchange)
        && exchange.header("set-cookie").is_none()
}

fn is_open(exchange: &Exchange) -> bool {
    matches!(Caching::of(exchange), Caching::Unsaid | Caching::Shared) && !varies_by_cookie(exchange)
}

fn judge(rule: &'static Rule, plain: &Arc<Exchange>, renewed: &Arc<Exchange>, name: &str, now: i64) -> Option<Finding> {
    let set = permanent(renewed, now).filter(|cookie| cookie.name == name)?;
    if !is_open(renewed) || !is_indifferent(plain) {
        return None;
    }
    let said = format!("sent along, the cookie {name} is set anew without Vary: Cookie (CVE-2023-30861)");
    let location = Location::host().parameter("cookie", name);
    let control = Evidence::new(plain, "without the cookie none is set");
    let finding = Finding::new(rule, Confidence::Confirmed, location, Evidence::new(renewed, said)).also(control);
    Some(finding.hiding(&set.value))
}

#[cfg(test)]
mod tests {
    use super::super::RULE;
    use super::*;
    use crate::samples::answered;

    fn session(contents: &str, attributes: &str) -> String {
        format!("session={}{attributes}", crack::flask_session(b"k", contents, 1_700_000_000))
    }

    const KEPT: &str = "; Expires=Sat, 26 Dec 2026 11:58:00 GMT; HttpOnly; Path=/";
    const PERMANENT: &str = r#"{"_permanent":true,"cart":1}"#;

    fn fires(plain: &[(&str, &str)], renewed: &[(&str, &str)]) -> bool {
        let (plain, renewed) = (answered("/about", 200, plain, "{}"), answered("/about", 200, renewed, "{}"));
        judge(&RULE, &plain, &renewed, "session", 1_795_000_000).is_some()
    }

    #[test]
    fn a_session_renewed_where_nobody_looks_is_found() {
        let set = session(PERMANENT, KEPT);
        assert!(fires(&[], &[("Set-Cookie", &set)]));
        assert!(fires(&[], &[("Set-Cookie", &set), ("Vary", "Accept-Encoding")]));
    }

    #[test]
    fn fixed_versions_and_other_applications_are_not() {
        let set = session(PERMANENT, KEPT);
        assert!(!fires(&[], &[]), "not renewed");
        assert!(!fires(&[], &[("Set-Cookie", &set), ("Vary", "Cookie")]), "the remedy of 2.2.5");
        assert!(!fires(&[], &[("Set-Cookie", &set), ("Cache-Control", "no-store")]));
        assert!(!fires(&[], &[("Set-Cookie", &session(r#"{"cart":1}"#, KEPT))]), "no permanent session");
        assert!(!fires(&[], &[("Set-Cookie", &session(PERMANENT, ""))]), "ends with the browser");
        assert!(!fires(&[], &[("Set-Cookie", &set.replace("session=", "other="))]));
        assert!(!fires(&[("Set-Cookie", &set)], &[("Set-Cookie", &set)]), "everybody gets one");
        assert!(!fires(&[("Vary", "Cookie")], &[("Set-Cookie", &set)]), "the view looks at the session");
    }
}
