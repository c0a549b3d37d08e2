use model::{Category, Confidence, Evidence, Exchange, Finding, Rule, Severity, Tag};

use crate::text::challenge::challenges;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "digest-md5",
    aliases: &[],
    title: "Weak HTTP Digest authentication (MD5)",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[328, 916],
    tags: &[Tag::Crypto],
    risk: "An attacker who captures one login, or the stored hashes, can try billions of passwords a second.",
    fix: "Offer SHA-256 (RFC 7616), or use a token over HTTPS instead.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc7616#section-3.3",
        "https://www.rfc-editor.org/rfc/rfc7616#section-5.2",
        "https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html",
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
    let algorithms = digest_algorithms(observed.exchange);
    if algorithms.is_empty() {
        return false;
    }
    // MD5 beside SHA-256 is how RFC 7616 (section 3.9.1) serves old clients; a client that knows both takes the better.
    if algorithms.iter().all(|algorithm| matches!(algorithm.as_str(), "md5" | "md5-sess")) {
        let evidence = Evidence::new(observed.exchange, "401 with WWW-Authenticate: Digest, and no algorithm but MD5");
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence));
    }
    true
}

/// The algorithms of the Digest challenges, lower-case. Without one it is MD5 (RFC 7616, section 3.3).
fn digest_algorithms(exchange: &Exchange) -> Vec<String> {
    let challenges = challenges(exchange).into_iter().filter(|challenge| challenge.scheme == "digest");
    challenges.map(|challenge| challenge.parameter("algorithm").unwrap_or("md5").to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, observed};

    fn verdict(status: u16, headers: &[&str]) -> (bool, usize) {
        let headers: Vec<(&str, &str)> = headers.iter().map(|header| ("WWW-Authenticate", *header)).collect();
        let (looked, found) = observed(look, &answered("/", status, &headers, "{}"));
        (looked, found.len())
    }

    #[test]
    fn md5_by_name_and_by_default() {
        // As Flask-HTTPAuth 4.8 writes it.
        let flask = r#"Digest realm="Authentication Required",nonce="0a1b",opaque="2c3d",algorithm="MD5",qop="auth""#;
        assert_eq!(verdict(401, &[flask]), (true, 1));
        assert_eq!(verdict(401, &[r#"Digest realm="x", nonce="0a1b""#]), (true, 1));
        assert_eq!(verdict(401, &[r#"Basic realm="x", Digest realm="x", nonce="0a", algorithm=MD5-sess"#]), (true, 1));
    }

    #[test]
    fn a_better_algorithm_is_enough() {
        let sha = r#"Digest realm="x", nonce="0a1b", algorithm=SHA-256"#;
        let md5 = r#"Digest realm="x", nonce="0a1b", algorithm=MD5"#;
        assert_eq!(verdict(401, &[sha]), (true, 0));
        assert_eq!(verdict(401, &[sha, md5]), (true, 0), "the example of RFC 7616");
        assert_eq!(verdict(401, &[&format!("{md5}, {sha}")]), (true, 0));
        assert_eq!(verdict(401, &[r#"Digest realm="x", algorithm="SHA-512-256-sess", nonce="0""#]), (true, 0));
    }

    #[test]
    fn other_schemes_and_answers_are_not_looked_at() {
        assert_eq!(verdict(401, &[r#"Basic realm="Digest algorithm=MD5""#]), (false, 0));
        assert_eq!(verdict(401, &[r#"Bearer realm="a, Digest b", error="algorithm=MD5""#]), (false, 0));
        assert_eq!(verdict(200, &[r#"Digest realm="x", algorithm=MD5"#]), (false, 0));
        assert_eq!(verdict(401, &[]), (false, 0));
    }
}
