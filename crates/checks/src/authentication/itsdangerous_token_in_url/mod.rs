use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};
use regex::Regex;

use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "itsdangerous-token-in-url",
    aliases: &[],
    title: "Signed token exposed in a URL",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[598],
    tags: &[Tag::Flask],
    risk: "Server logs, browser history and Referer headers hold a token that acts for a user.",
    fix: "Send such links by email only, let the token work once, and submit it with POST.",
    references: &[
        "https://itsdangerous.palletsprojects.com/en/stable/timed/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Forgot_Password_Cheat_Sheet.html",
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
    let exchange = observed.exchange;
    let readable = exchange.response().is_some_and(|r| r.is_html() || r.is_json() || r.is_redirect());
    if !readable {
        return false;
    }
    let location = exchange.header("location").unwrap_or("");
    if let Some(token) = token_in_url(location).or_else(|| token_in_url(&exchange.text())) {
        let evidence = Evidence::new(exchange, "a URL with a token of itsdangerous in it");
        found.push(Finding::new(&RULE, Confidence::Firm, observed.location(), evidence).hiding(token));
    }
    true
}

/// A token after a slash, or after the `=` of a query, in a URL.
fn token_in_url(text: &str) -> Option<String> {
    const LONGEST: usize = 2_000;
    static SHAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:/|[?&][A-Za-z_]{1,30}=)(\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{5,8}\.[A-Za-z0-9_-]{27,86})(?:[^A-Za-z0-9_.-]|$)").ok()
    });
    SHAPE.as_ref()?.captures_iter(text).take(50).find_map(|captures| {
        let token = captures.get(1).filter(|token| token.len() <= LONGEST)?.as_str();
        let kind = crack::Target::parse(token).ok()?.kind();
        matches!(kind, crack::Kind::SignedToken | crack::Kind::FlaskSession).then(|| token.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_in_urls_and_only_what_decodes() {
        let token = crack::timed(&crack::Signer::serializer("confirm"), b"k", "7", 1_700_000_000);
        let long = crack::timed(&crack::Signer::serializer("confirm"), b"k", r#"{"account":7}"#, 1_700_000_000);
        assert!(token_in_url(&format!("<a href='/confirm/{long}'>")).is_some());
        assert!(token_in_url(&format!("/reset?token={long}")).is_some());
        assert!(token_in_url(&format!("<input value='{token}'>")).is_none());
        assert!(token_in_url("/static/app.3f2a1b.0123456789abcdef0123456789abcdef.js").is_none());
    }
}
