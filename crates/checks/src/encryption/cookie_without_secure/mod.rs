use model::{Category, Confidence, Evidence, Finding, Location, Rule, Severity, Tag};

use crate::shared::set_cookie::cookies_set;
use crate::shared::transport;
use crate::{Check, Findings, RunsOn, Seen, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cookie-without-secure",
    aliases: &[],
    title: "A session cookie may travel unencrypted",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[614],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "Whoever listens to one plain HTTP request of the browser has the session.",
    fix: "Set SESSION_COOKIE_SECURE = True.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/web-security/",
        "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie",
        "https://www.rfc-editor.org/rfc/rfc6265",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    on_exchange: Some(look),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Looks at every cookie that authenticates; what other cookies do is their owner's affair.
fn look(seen: &Seen<'_>, found: &mut Findings) -> bool {
    let mut any = false;
    for cookie in cookies_set(seen.exchange, seen.target.now).iter().filter(|cookie| cookie.role().authenticates()) {
        any = true;
        if !cookie.secure {
            let location = Location::host().parameter("cookie", &cookie.name);
            let evidence = Evidence::new(seen.exchange, format!("the cookie {} is set without Secure", cookie.name));
            found.push(
                Finding::new(
                    &RULE,
                    transport::confidence(&seen.exchange.request.origin, Confidence::Firm),
                    location,
                    evidence,
                )
                .detail(transport::caveat(&seen.exchange.request.origin).trim())
                .hiding(&cookie.value),
            );
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::shared::samples::{over, seen};

    fn finds(scheme: Scheme, cookie: &str) -> (bool, usize) {
        let (looked, found) = seen(look, &over(scheme, 200, &[("Set-Cookie", cookie)], ""));
        (looked, found.len())
    }

    #[test]
    fn only_authenticating_cookies_without_the_flag() {
        assert_eq!(finds(Scheme::Https, "session=abc; HttpOnly"), (true, 1));
        assert_eq!(finds(Scheme::Https, "session=abc; Secure"), (true, 0));
        assert_eq!(finds(Scheme::Https, "theme=dark"), (false, 0));
        assert_eq!(finds(Scheme::Https, "session=; Max-Age=0"), (false, 0));
    }
}
