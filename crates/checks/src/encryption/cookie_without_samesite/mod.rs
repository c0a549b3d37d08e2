use model::{Category, Rule, Severity, Tag};

use super::session_cookies;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cookie-without-samesite",
    aliases: &[],
    title: "Session cookie without SameSite",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[1275],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "Another site can make the browser send authenticated requests in the user's name.",
    fix: "Set SameSite=Lax or Strict on every cookie that authenticates.",
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
        let how = match cookie.same_site.as_deref() {
            Some("lax" | "strict") => return,
            Some(_) => "set with SameSite=None or an unknown value",
            None => "set without SameSite",
        };
        found.push(session_cookies::finding(&RULE, observed, cookie, how));
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
    fn lax_and_strict_in_any_case_are_well() {
        assert_eq!(finds(Scheme::Https, "session=abc; SameSite=LAX"), (true, 0));
        assert_eq!(finds(Scheme::Https, "session=abc; SameSite=None; Secure"), (true, 1));
        assert_eq!(finds(Scheme::Https, "session=abc"), (true, 1));
        assert_eq!(finds(Scheme::Https, "sidebar=open"), (false, 0));
    }
}
