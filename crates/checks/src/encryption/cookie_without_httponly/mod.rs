use model::{Category, Rule, Severity, Tag};

use super::session_cookies;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cookie-without-httponly",
    aliases: &[],
    title: "Session cookie without HttpOnly",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[1004],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "One cross-site scripting flaw is enough to steal sessions.",
    fix: "Set HttpOnly on every cookie that authenticates.",
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

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    session_cookies::each(observed, |cookie| {
        if !cookie.http_only {
            found.push(session_cookies::finding(&RULE, observed, cookie, "set without HttpOnly"));
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
    fn the_double_submit_cookie_must_be_readable() {
        assert_eq!(finds(Scheme::Https, "access_token_cookie=abc; Secure"), (true, 1));
        assert_eq!(finds(Scheme::Https, "session=abc; httponly"), (true, 0));
        assert_eq!(finds(Scheme::Https, "csrf_access_token=abc; Secure"), (false, 0));
    }
}
