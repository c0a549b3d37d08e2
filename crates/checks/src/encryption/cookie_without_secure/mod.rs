use model::{Category, Finding, Rule, Severity, Tag};

use super::session_cookies;
use crate::judging::transport;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cookie-without-secure",
    aliases: &[],
    title: "Session cookie without Secure",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[614],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "Anyone on the network path can read the session from one plain HTTP request.",
    fix: "Set Secure on every cookie that authenticates.",
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
    let origin = &observed.exchange.request.origin;
    session_cookies::each(observed, |cookie| {
        if !cookie.secure {
            let finding = session_cookies::finding(&RULE, observed, cookie, "set without Secure");
            let confidence = transport::confidence(origin, finding.confidence);
            found.push(Finding { confidence, ..finding }.detail(transport::caveat(origin).trim()));
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
    fn only_authenticating_cookies_without_the_flag() {
        assert_eq!(finds(Scheme::Https, "session=abc; HttpOnly"), (true, 1));
        assert_eq!(finds(Scheme::Https, "session=abc; Secure"), (true, 0));
        assert_eq!(finds(Scheme::Https, "theme=dark"), (false, 0));
        assert_eq!(finds(Scheme::Https, "session=; Max-Age=0"), (false, 0));
    }
}
