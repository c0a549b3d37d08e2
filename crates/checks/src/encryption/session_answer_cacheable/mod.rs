mod refreshed;

use model::{Category, Confidence, Evidence, Exchange, Finding, Rule, Severity, Tag};

use super::caching::{Caching, varies_by_cookie};
use crate::text::set_cookie::cookies_set;
use crate::{Check, Cost, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "session-answer-cacheable",
    aliases: &[],
    title: "Session cookie cacheable by shared caches",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[524, 525],
    tags: &[Tag::Misconfiguration, Tag::Flask],
    risk: "A shared cache can give one user the session of another.",
    fix: "Send Cache-Control: no-store with every response that sets a session.",
    references: &[
        "https://nvd.nist.gov/vuln/detail/CVE-2023-30861",
        "https://www.rfc-editor.org/rfc/rfc9111#section-3",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(refreshed::REQUESTS),
    detectors: Detectors {
        on_exchange: Some(look),
        on_surface: Some(|probe, found| Box::pin(refreshed::probe_target(probe, found, &RULE))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let cookies = cookies_set(observed.exchange, observed.target.now);
    let Some(cookie) = cookies.iter().find(|cookie| cookie.role().authenticates()) else { return false };
    if let Some(why) = why_cacheable(observed.exchange, &cookie.value) {
        let evidence = Evidence::new(observed.exchange, format!("the response sets the cookie {} {why}", cookie.name));
        let finding =
            Finding::new(&RULE, Confidence::Firm, observed.location().parameter("cookie", &cookie.name), evidence);
        found.push(finding.hiding(&cookie.value));
    }
    true
}

/// Other frameworks send no `Vary: Cookie` and are still safe, because common caches do not store answers with `Set-Cookie` unless told to.
fn why_cacheable(exchange: &Exchange, value: &str) -> Option<&'static str> {
    let is_flask = || crate::experiments::flask_session::is_flask_session(value);
    match Caching::of(exchange) {
        Caching::Shared => Some("and allows shared caches to store it"),
        Caching::Unsaid if is_flask() && !varies_by_cookie(exchange) => Some("without Vary: Cookie (CVE-2023-30861)"),
        Caching::Unsaid | Caching::Private | Caching::Forbidden => None,
    }
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::{observed, over};

    #[test]
    fn public_answers_and_flask_without_vary() {
        let flask = format!("session={}", crack::flask_session(b"k", r#"{"_permanent":true}"#, 1_700_000_000));
        let finds = |headers: &[(&str, &str)]| observed(look, &over(Scheme::Https, 200, headers, "")).1.len();
        assert_eq!(finds(&[("Set-Cookie", &flask)]), 1);
        assert_eq!(finds(&[("Set-Cookie", &flask), ("Vary", "Accept, Cookie")]), 0);
        assert_eq!(finds(&[("Set-Cookie", &flask), ("Cache-Control", "no-store")]), 0);
        assert_eq!(finds(&[("Set-Cookie", "sid=abc"), ("Cache-Control", "public, max-age=60"), ("Vary", "Cookie")]), 1);
        assert_eq!(finds(&[("Set-Cookie", "sid=abc")]), 0);
        assert_eq!(finds(&[("Set-Cookie", "sid=abc"), ("Cache-Control", "private, max-age=60")]), 0);
    }
}
