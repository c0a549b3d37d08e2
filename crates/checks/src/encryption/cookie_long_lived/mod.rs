use model::{Category, Rule, Severity, Tag};

use super::session_cookies;
use crate::text::set_cookie::Role;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cookie-long-lived",
    aliases: &[],
    title: "Session cookie valid for weeks",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[613],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An attacker with a copied or forgotten session has access to the account for weeks.",
    fix: "Let sessions end after minutes or hours, and remembered logins after days.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/web-security/",
        "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie",
        "https://www.rfc-editor.org/rfc/rfc6265",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

const DAY: i64 = 86_400;

/// The longest lifetime without a finding, in seconds. The default of Flask is 31 days for both kinds of sessions.
fn most(role: Role) -> i64 {
    if role == Role::Remember { 30 * DAY } else { 7 * DAY }
}

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    session_cookies::each(observed, |cookie| {
        if let Some(seconds) = cookie.lifetime.filter(|seconds| *seconds > most(cookie.role())) {
            let how = format!("kept for {} days", seconds / DAY);
            found.push(session_cookies::finding(&RULE, observed, cookie, &how));
        }
    })
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::{observed, over};

    fn finds(scheme: Scheme, cookie: &str) -> (bool, usize) {
        let (looked, found) = observed(look, &over(scheme, 200, &[("Set-Cookie", cookie)], ""));
        (looked, found.len())
    }

    #[test]
    fn the_default_of_flask_is_too_long_and_a_browser_session_is_not() {
        assert_eq!(finds(Scheme::Https, "session=abc; Max-Age=2678400"), (true, 1));
        assert_eq!(finds(Scheme::Https, "session=abc; Max-Age=604800"), (true, 0));
        assert_eq!(finds(Scheme::Https, "session=abc"), (true, 0));
        assert_eq!(finds(Scheme::Https, "remember_token=abc; Max-Age=1296000"), (true, 0));
        assert_eq!(finds(Scheme::Https, "remember_token=abc; Expires=Wed, 21 Oct 2099 07:28:00 GMT"), (true, 1));
    }
}
