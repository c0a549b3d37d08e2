use std::sync::{Arc, LazyLock};

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, Severity, Tag};
use regex::Regex;

use super::accepted_credential::{self, with_token};
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

mod pem;

pub(crate) static RULE: Rule = Rule {
    id: "jwt-key-confusion",
    aliases: &[],
    title: "JWT algorithm confusion (RS256 to HS256)",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[347, 327],
    tags: &[Tag::Crypto],
    risk: "The public key is not a secret, so that an attacker can sign a token for any user.",
    fix: "Pin the one allowed algorithm when verifying a token.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8725#section-2.1",
        "https://portswigger.net/web-security/jwt/algorithm-confusion",
        "https://nvd.nist.gov/vuln/detail/CVE-2022-29217",
        "https://nvd.nist.gov/vuln/detail/CVE-2024-33663",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(accepted_credential::REQUESTS + MOUNTS + 1 + 2 * KEYS as u32),
    schedule: Schedule::sharing(accepted_credential::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Where servers commonly put the set of keys that RFC 8414 calls `jwks_uri`.
const SET: &str = "/.well-known/jwks.json";

/// Places where [`SET`] is asked for, at most.
const MOUNTS: u32 = 2;

/// Public keys that are tried.
const KEYS: usize = 2;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let accepted = accepted_credential::find(probe).await?;
    let token = &accepted.token;
    if token.algorithm.starts_with("HS") || token.algorithm.eq_ignore_ascii_case("none") {
        return Err(NotTested::not_applicable("the tokens are not signed with a private key"));
    }
    let keys = public_keys(probe).await?;
    if keys.is_empty() {
        return Err(NotTested::not_applicable("no public key was handed out"));
    }
    let request = &accepted.guarded.anonymous.request;
    let random = token.signed_again(&[], probe.canary("random key").as_bytes());
    let control = probe.response_to(with_token(request, &random)).await?;
    if control.is_success() {
        return Err(NotTested::OpenAnyway);
    }
    let genuine = ResponseFingerprint::plain(&accepted.genuine);
    let mut unclear = false;
    for (pem, source) in keys {
        // Files end with a line break, settings often do not.
        for key in [pem.clone(), pem.trim_end().to_owned()] {
            let confused = token.signed_again(&[], key.as_bytes());
            let response = probe.response_to(with_token(request, &confused)).await?;
            if response.is_success() && ResponseFingerprint::plain(&response) == genuine {
                let evidence = Evidence::new(
                    &response,
                    "the same response for the token signed by HS256 with the public key as for the genuine one",
                );
                let refused = Evidence::new(
                    &control,
                    format!("status {} for the token signed with a random key", control.status()),
                );
                let public = Evidence::new(&source, "the public key is published here");
                let location = crate::place(probe.surface, &accepted.guarded.anonymous);
                let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence);
                let finding = finding.also(refused).also(public);
                let finding = accepted.controls().into_iter().fold(finding, Finding::also);
                found.push(finding.hiding(accepted.token.token.clone()).hiding(confused).hiding(random));
                return Ok(());
            }
            unclear |= response.is_success();
        }
    }
    if unclear { Err(accepted_credential::other_response()) } else { Ok(()) }
}

/// The public keys that answers showed, or else the server's own set of them, as PEM, and where.
async fn public_keys(probe: &TargetProbe<'_>) -> Result<Vec<(String, Arc<Exchange>)>, NotTested> {
    let clean = probe.observations.exchanges.iter().filter(|e| e.request.is_clean() && e.is_success());
    let with_source = |exchange: &Arc<Exchange>| -> Vec<(String, Arc<Exchange>)> {
        keys_in(exchange).into_iter().map(|key| (key, Arc::clone(exchange))).collect()
    };
    let mut keys: Vec<(String, Arc<Exchange>)> = clean.flat_map(with_source).collect();
    if keys.is_empty() {
        for mount in probe.mounts() {
            let set = probe.response_to(probe.get(format!("{mount}{SET}"))).await?;
            keys.extend(with_source(&set));
        }
    }
    keys.dedup_by(|a, b| a.0 == b.0);
    keys.truncate(KEYS);
    Ok(keys)
}

/// The keys of a JWK set (RFC 7517), and PEM as it stands.
fn keys_in(exchange: &Exchange) -> Vec<String> {
    static PEM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"-----BEGIN (?:RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\r\n ]+-----END (?:RSA )?PUBLIC KEY-----").ok()
    });
    let json = exchange.json();
    let set = json.as_deref().and_then(|json| json.get("keys")?.as_array());
    let members = set.into_iter().flatten().filter_map(|jwk| {
        let member = |name: &str| jwk.get(name).and_then(serde_json::Value::as_str);
        (member("kty") == Some("RSA")).then(|| pem::of_rsa(member("n")?, member("e")?)).flatten()
    });
    let mut keys: Vec<String> = members.take(KEYS).collect();
    if let Some(shape) = PEM.as_ref() {
        // In JSON a line break is written as two characters.
        let text = exchange.text().replace("\\n", "\n").replace("\r\n", "\n");
        keys.extend(shape.find_iter(&text).take(KEYS).map(|hit| format!("{}\n", hit.as_str())));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn keys_are_read_from_sets_and_from_text() {
        let pem = "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf\n-----END PUBLIC KEY-----";
        assert_eq!(keys_in(&exchange("/key.pem", 200, pem)), [format!("{pem}\n")]);
        let quoted = serde_json::json!({ "public_key": pem }).to_string();
        assert_eq!(keys_in(&exchange("/key", 200, &quoted)), [format!("{pem}\n")]);
        let set = r#"{"keys":[{"kty":"RSA","n":"qPfgaTEWEP3S9w0tgsicURfo-nLW09_0KfOPinhYZ4ouzU-3xC4pSlEp8Ut9FgL0AgqNslNaK34Kq-NZjO9DAQ","e":"AQAB"},{"kty":"EC"}]}"#;
        assert_eq!(keys_in(&exchange("/.well-known/jwks.json", 200, set)).len(), 1);
        assert!(keys_in(&exchange("/", 200, r#"{"keys":[1,{"kty":"RSA"}]}"#)).is_empty());
    }
}
