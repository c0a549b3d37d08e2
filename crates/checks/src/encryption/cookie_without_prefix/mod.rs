use model::{Category, Confidence, Evidence, Finding, Location, Rule, Scheme, Severity, Tag};

use crate::text::set_cookie::{SetCookie, cookies_set};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cookie-without-prefix",
    aliases: &[],
    title: "Session cookie without the __Host- prefix",
    category: Category::Encryption,
    severity: Severity::Info,
    cwe: &[565, 1275],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An attacker on a sibling host or on the network path can overwrite the visitor's session cookie.",
    fix: "Name the cookie __Host-session; browsers then accept it from this host over HTTPS only.",
    references: &[
        "https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html",
        "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes",
        "https://flask.palletsprojects.com/en/stable/config/#SESSION_COOKIE_NAME",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    // Over plain HTTP no prefix is possible; that it is plain HTTP is another rule's.
    if observed.exchange.request.origin.scheme != Scheme::Https {
        return false;
    }
    let mut any = false;
    for cookie in cookies_set(observed.exchange, observed.target.now).iter().filter(|cookie| could_have_one(cookie)) {
        any = true;
        let lower = cookie.name.to_ascii_lowercase();
        if !lower.starts_with("__host-") && !lower.starts_with("__secure-") {
            let location = Location::host().parameter("cookie", &cookie.name);
            let evidence = Evidence::new(observed.exchange, format!("the cookie {} is set over HTTPS", cookie.name));
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).hiding(&cookie.value));
        }
    }
    any
}

/// A session that already satisfies what a prefix demands but its name. Where `Secure` is missing or the domain is wide, that comes
/// first, and rules of their own say so.
fn could_have_one(cookie: &SetCookie) -> bool {
    cookie.role().authenticates() && cookie.secure && cookie.domain.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{observed, over};

    fn verdict(scheme: Scheme, cookie: &str) -> (bool, usize) {
        let (looked, found) = observed(look, &over(scheme, 200, &[("Set-Cookie", cookie)], ""));
        (looked, found.len())
    }

    #[test]
    fn only_a_session_that_could_have_the_prefix_counts() {
        assert_eq!(verdict(Scheme::Https, "session=abc; Secure; Path=/"), (true, 1));
        assert_eq!(verdict(Scheme::Https, "__Host-session=abc; Secure; Path=/"), (true, 0));
        assert_eq!(verdict(Scheme::Https, "__Secure-session=abc; Secure"), (true, 0));
        assert_eq!(verdict(Scheme::Https, "session=abc; Path=/"), (false, 0), "Secure comes first");
        assert_eq!(verdict(Scheme::Https, "session=abc; Secure; Domain=shop.example"), (false, 0));
        assert_eq!(verdict(Scheme::Https, "theme=dark; Secure"), (false, 0));
        assert_eq!(verdict(Scheme::Http, "session=abc; Secure"), (false, 0));
    }
}
