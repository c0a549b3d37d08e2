use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, NotTested, Rule, SecurityScheme, Severity, Tag};

use super::accepted_credential::{self, AcceptedCredential, with_token};
use super::authorization::{self, Guarded};
use crate::judging::known_file::up;
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::text::challenge::challenges;
use crate::text::jwt::{self, Jwt};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-kid-injection",
    aliases: &[],
    title: "JWT key ID (kid) injection",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[89, 22, 347],
    tags: &[Tag::Injection, Tag::Crypto],
    risk: "The key ID is used before the signature is verified: an attacker can choose the key and forge a token for any user.",
    fix: "Look the key ID up in a fixed table, or pass it to the database as a parameter.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8725#section-3.10",
        "https://portswigger.net/web-security/jwt#injecting-self-signed-jwts-via-the-kid-parameter",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(accepted_credential::REQUESTS + 4 + FILES.len() as u32 + 1),
    schedule: Schedule::sharing(accepted_credential::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// A file that is empty on every Unix, by climbing from a folder of keys and from the root.
const FILES: [&str; 2] = ["{up}dev/null", "/dev/null"];

/// Whether a key id reaches a statement shows without a token that is accepted: the key is looked up before the signature is checked.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let accepted = match accepted_credential::find(probe).await {
        Ok(accepted) => Some(accepted),
        Err(NotTested::NoCredentials | NotTested::Inconclusive(_)) => None,
        Err(why) => return Err(why),
    };
    let (guarded, token) = match &accepted {
        Some(accepted) => (accepted.guarded.clone(), accepted.token.clone()),
        None => lock(probe).await?,
    };
    in_statement(probe, &guarded, &token, found).await?;
    match &accepted {
        Some(accepted) if found.is_empty() && token.algorithm.starts_with("HS") => {
            in_file(probe, accepted, found).await
        }
        _ => Ok(()),
    }
}

/// A guarded operation that takes JSON Web Tokens by all appearances, and a token without claims.
async fn lock(probe: &TargetProbe<'_>) -> Result<(Guarded, Jwt), NotTested> {
    let guarded = authorization::responses(probe).await?;
    let guarded = guarded.into_iter().find(|g| !g.nonsense.is_success()).ok_or(NotTested::OpenAnyway)?;
    let clean = || probe.observations.exchanges.iter().filter(|e| e.request.is_clean());
    let asked = challenges(&guarded.anonymous).iter().any(|challenge| challenge.scheme == "bearer");
    let is_bearer = |scheme: &SecurityScheme| matches!(scheme, SecurityScheme::Http { scheme } if scheme == "bearer");
    let declared = probe.surface.specification.as_ref().is_some_and(|s| s.security_schemes.values().any(is_bearer));
    let met = || clean().any(|exchange| !jwt::shown(exchange).is_empty());
    let empty = crack::jwt_hs(crack::Algorithm::Hs256, b"", r#"{"alg":"HS256","typ":"JWT"}"#, "{}");
    match Jwt::parse(&empty) {
        Some(token) if asked || declared || met() => Ok((guarded, token)),
        _ => Err(NotTested::not_applicable("nothing shows that JSON Web Tokens are taken")),
    }
}

async fn in_statement(
    probe: &TargetProbe<'_>,
    guarded: &Guarded,
    token: &Jwt,
    found: &mut Findings,
) -> Result<(), NotTested> {
    let secret = probe.canary("random key");
    let request = &guarded.anonymous.request;
    let with_id = |id: &str| {
        with_token(request, &token.signed_again(&[("alg", &token.algorithm), ("kid", id)], secret.as_bytes()))
    };
    let (one, other) = (probe.canary("key"), probe.canary("other key"));
    let quoted = probe.response_to(with_id(&format!("{one}'"))).await?;
    if quoted.is_success() {
        return Err(NotTested::OpenAnyway);
    }
    if quoted.status() < 500 {
        return Ok(());
    }
    let plain = probe.response_to(with_id(&one)).await?;
    if plain.status() >= 500 {
        return Err(NotTested::inconclusive("an unknown key id fails anyway"));
    }
    let doubled = probe.response_to(with_id(&format!("{one}''"))).await?;
    let again = probe.response_to(with_id(&format!("{other}'"))).await?;
    if breaks(&plain, [&quoted, &again], &doubled) {
        let evidence = Evidence::new(&quoted, format!("status {} for a `kid` with a quote", quoted.status()));
        let mended = format!("status {} for the same `kid` with two quotes: no error", doubled.status());
        let repeat = format!("status {} for another `kid` with a quote", again.status());
        let control = format!("status {} for an unknown `kid`", plain.status());
        let location = crate::place(probe.surface, &guarded.anonymous);
        let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence);
        found.push(
            finding
                .also(Evidence::new(&doubled, mended))
                .also(Evidence::new(&again, repeat))
                .also(Evidence::new(&plain, control)),
        );
    }
    Ok(())
}

/// One quote ends a text in SQL and two stand for one in it. Code that chokes on every sign it does not know fails on both.
fn breaks(plain: &Exchange, quoted: [&Exchange; 2], doubled: &Exchange) -> bool {
    matches!(plain.status(), 400..=499)
        && quoted.iter().all(|response| response.status() >= 500)
        && doubled.status() == plain.status()
}

/// The user's own claims, signed with the nothing that stands in an empty file.
async fn in_file(
    probe: &TargetProbe<'_>,
    accepted: &AcceptedCredential,
    found: &mut Findings,
) -> Result<(), NotTested> {
    let (request, token) = (&accepted.guarded.anonymous.request, &accepted.token);
    let keyless = |file: &str| token.signed_again(&[("kid", file)], b"");
    for file in FILES {
        let file = file.replace("{up}", &up("../"));
        let response = probe.response_to(with_token(request, &keyless(&file))).await?;
        if !response.is_success() {
            continue;
        }
        let missing =
            probe.response_to(with_token(request, &keyless(&file.replace("null", &probe.canary("file"))))).await?;
        if missing.is_success() {
            return Err(NotTested::OpenAnyway);
        }
        if !is_read(&response, &missing, &accepted.genuine) {
            return Err(accepted_credential::other_response());
        }
        let excerpt = format!(
            "the same response for a token signed with an empty key and the `kid` {file} as for the genuine one"
        );
        let control = format!("status {} for a `kid` that names no file", missing.status());
        let location = crate::place(probe.surface, &accepted.guarded.anonymous);
        let finding = Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(&response, excerpt));
        let finding =
            accepted.controls().into_iter().fold(finding.also(Evidence::new(&missing, control)), Finding::also);
        found.push(finding.hiding(token.token.clone()).hiding(keyless(&file)));
        return Ok(());
    }
    Ok(())
}

fn is_read(response: &Arc<Exchange>, missing: &Exchange, genuine: &Arc<Exchange>) -> bool {
    response.is_success()
        && !missing.is_success()
        && ResponseFingerprint::plain(response) == ResponseFingerprint::plain(genuine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn only_what_a_second_quote_mends_is_a_statement() {
        let response = |status| exchange("/account", status, "{}");
        let breaks = |plain, quoted, again, doubled| {
            super::breaks(&response(plain), [&response(quoted), &response(again)], &response(doubled))
        };
        assert!(breaks(401, 500, 500, 401) && breaks(422, 500, 503, 422));
        assert!(!breaks(401, 500, 500, 500), "it fails on every sign that it does not know");
        assert!(!breaks(401, 500, 401, 401), "it failed once");
        assert!(!breaks(500, 500, 500, 500) && !breaks(401, 403, 403, 401));
    }

    #[test]
    fn only_the_empty_file_opens() {
        let response = |status, body: &str| exchange("/account", status, body);
        let genuine = response(200, r#"{"account":"guest"}"#);
        assert!(is_read(&genuine, &response(401, "{}"), &genuine));
        assert!(!is_read(&response(200, r#"{"error":"no"}"#), &response(401, "{}"), &genuine));
        assert!(!is_read(&genuine, &genuine, &genuine));
    }
}
