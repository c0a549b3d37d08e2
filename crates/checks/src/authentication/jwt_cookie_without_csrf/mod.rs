use model::{Category, Confidence, Evidence, Finding, Location, Rule, Severity, Tag};

use crate::text::jwt::Jwt;
use crate::text::set_cookie::{Role, cookies_set};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-cookie-without-csrf",
    aliases: &[],
    title: "Missing CSRF protection: JWT in a cookie without a CSRF token",
    category: Category::Authentication,
    severity: Severity::High,
    cwe: &[352],
    tags: &[Tag::Flask],
    risk: "Another site can make the browser of a signed-in user act in that user's name.",
    fix: "Require a CSRF token beside the cookie, and set SameSite=Lax on the cookie.",
    references: &[
        "https://flask-jwt-extended.readthedocs.io/en/stable/token_locations.html#cookies",
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
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
    let cookies = cookies_set(observed.exchange, observed.target.now);
    let guarded = cookies.iter().any(|cookie| cookie.role() == Role::Csrf);
    let tokens: Vec<_> = cookies.iter().filter(|cookie| cookie.role() == Role::Jwt).collect();
    for cookie in &tokens {
        let same_site = matches!(cookie.same_site.as_deref(), Some("lax" | "strict"));
        let claim = Jwt::parse(&cookie.value).is_some_and(|jwt| jwt.claims.contains_key("csrf"));
        if !guarded && !same_site && !claim {
            let location = Location::host().parameter("cookie", &cookie.name);
            let evidence = Evidence::new(
                observed.exchange,
                format!("the cookie {} is a JWT; no CSRF cookie is set with it", cookie.name),
            );
            found.push(Finding::new(&RULE, Confidence::Firm, location, evidence).hiding(&cookie.value));
        }
    }
    !tokens.is_empty()
}

#[cfg(test)]
mod tests {
    use crack::{Algorithm, jwt_hs};
    use model::Scheme;

    use super::*;
    use crate::samples::{observed, over};

    #[test]
    fn each_kind_of_protection_is_enough() {
        let token = |claims: &str| jwt_hs(Algorithm::Hs256, b"k", r#"{"alg":"HS256"}"#, claims);
        let finds = |cookies: &[&str]| {
            let headers: Vec<(&str, &str)> = cookies.iter().map(|cookie| ("Set-Cookie", *cookie)).collect();
            observed(look, &over(Scheme::Https, 200, &headers, "")).1.len()
        };
        let plain = format!("access_token_cookie={}; HttpOnly", token(r#"{"sub":"7"}"#));
        assert_eq!(finds(&[&plain]), 1);
        assert_eq!(finds(&[&plain, "csrf_access_token=x"]), 0);
        assert_eq!(finds(&[&format!("{plain}; SameSite=Lax")]), 0);
        assert_eq!(finds(&[&format!("a={}", token(r#"{"csrf":"x"}"#))]), 0);
        assert_eq!(finds(&["session=abc"]), 0);
    }
}
