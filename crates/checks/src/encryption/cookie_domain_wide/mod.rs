use model::{Category, Confidence, Finding, Rule, Severity, Tag};

use super::session_cookies;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cookie-domain-wide",
    aliases: &[],
    title: "Session cookie scoped to the parent domain",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[1275, 565],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "An attacker who controls any host under the domain receives the session.",
    fix: "Set no Domain attribute, so that the cookie is sent to this host only.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6265#section-4.1.2.3",
        "https://flask.palletsprojects.com/en/stable/config/#SESSION_COOKIE_DOMAIN",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/06-Session_Management_Testing/02-Testing_for_Cookies_Attributes",
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
    let host = &observed.exchange.request.origin.host;
    session_cookies::each(observed, |cookie| {
        let Some(domain) = &cookie.domain else { return };
        let finding = session_cookies::finding(&RULE, observed, cookie, &format!("set with Domain={domain}"));
        // A browser that came by this host's name would refuse the cookie of another domain; by its usual name it takes it.
        let ours = host == domain || host.ends_with(&format!(".{domain}"));
        let confidence = if ours { finding.confidence } else { Confidence::Tentative };
        found.push(Finding { confidence, ..finding });
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, observed};

    fn found(cookie: &str) -> Vec<Confidence> {
        observed(look, &answered("/", 200, &[("Set-Cookie", cookie)], "")).1.iter().map(|f| f.confidence).collect()
    }

    #[test]
    fn only_a_domain_widens_a_cookie() {
        assert_eq!(found("session=abc; Domain=localhost; Path=/"), [Confidence::Firm]);
        assert_eq!(found("session=abc; Domain=.shop.example"), [Confidence::Tentative]);
        assert!(found("session=abc; Path=/").is_empty() && found("session=abc; Domain=").is_empty());
        assert!(found("theme=dark; Domain=shop.example").is_empty(), "no session");
        assert!(found("session=; Domain=shop.example; Max-Age=0").is_empty(), "taken away");
    }
}
