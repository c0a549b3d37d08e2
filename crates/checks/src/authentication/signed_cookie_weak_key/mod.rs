use std::sync::Arc;

use model::{Category, Exchange, Location, NotTested, Rule, Severity, Tag};

use super::secret_guessing::{self, Token};
use crate::text::set_cookie::{SetCookie, cookies_set};
use crate::{Check, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "signed-cookie-weak-key",
    aliases: &[],
    title: "Weak signing key: signed cookies can be forged",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[326, 798, 1391],
    tags: &[Tag::Crypto],
    risk: "Anyone who guesses the key can forge a cookie for any user and any role.",
    fix: "Set the signing key to at least 32 random bytes from the environment.",
    references: &[
        "https://www.starlette.io/middleware/#sessionmiddleware",
        "https://docs.djangoproject.com/en/stable/topics/signing/",
        "https://expressjs.com/en/resources/middleware/session.html",
        "https://itsdangerous.palletsprojects.com/en/stable/signer/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// What others than Flask's own session are signed by; that one has rules of its own.
const KINDS: [crack::Kind; 7] = [
    crack::Kind::StarletteSession,
    crack::Kind::SignedToken,
    crack::Kind::SignedText,
    crack::Kind::DjangoSigned,
    crack::Kind::ExpressCookie,
    crack::Kind::TornadoCookie,
    crack::Kind::BottleCookie,
];

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let guessed = secret_guessing::secrets(probe, tokens(probe), "signed cookie").await?;
    for guessed in guessed {
        let kind = guessed.token.readings.first().map_or("signed cookie", |reading| reading.kind().name());
        secret_guessing::report(&RULE, kind, vec![guessed], found);
    }
    Ok(())
}

/// The signed cookies that responses set, each once, with all readings of it.
fn tokens(probe: &TargetProbe<'_>) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for exchange in probe.observations.exchanges.iter().filter(|e| e.request.is_clean()) {
        let cookies = cookies_set(exchange, probe.target.now);
        for cookie in &cookies {
            let readings = readings(cookie, &cookies);
            let location = Location::host().parameter("cookie", &cookie.name);
            if !readings.is_empty() && tokens.iter().all(|known| known.location != location) {
                tokens.push(token(cookie, readings, location, exchange));
            }
        }
    }
    tokens
}

fn token(cookie: &SetCookie, readings: Vec<crack::Target>, location: Location, exchange: &Arc<Exchange>) -> Token {
    Token { text: cookie.value.clone(), readings, location, exchange: Arc::clone(exchange) }
}

/// What may have been signed: by the cookie's own value, or with its signature in a cookie beside it.
fn readings(cookie: &SetCookie, all: &[SetCookie]) -> Vec<crack::Target> {
    let signature = all.iter().find(|other| other.name.strip_suffix(".sig") == Some(&cookie.name));
    if let Some(signature) = signature {
        return crack::Target::signed_beside(&cookie.name, &cookie.value, &signature.value).into_iter().collect();
    }
    let readings = crack::Target::guesses(&cookie.value).unwrap_or_default();
    // The first is the likeliest by the layout: what may be Flask's own session is guessed by its rule.
    match readings.first().map(crack::Target::kind) {
        Some(crack::Kind::StarletteSession) => readings.into_iter().take(1).collect(),
        Some(kind) if KINDS.contains(&kind) => readings,
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(name: &str, value: &str) -> SetCookie {
        SetCookie { name: name.to_owned(), value: value.to_owned(), ..SetCookie::default() }
    }

    fn guessed(cookies: &[SetCookie], secret: &[u8]) -> bool {
        readings(&cookies[0], cookies).iter().any(|reading| reading.verify(secret))
    }

    #[test]
    fn cookies_of_other_frameworks_are_read() {
        let starlette = "eyJ2aXNpdG9yIjogImtpbSIsICJuIjogWzEsIDJdfQ==.aw3ivg.yNxxz5AcIqMM_2YOLYhaxlDKO48";
        assert!(guessed(&[cookie("session", starlette)], b"secret"));
        let plain = "user-7._ZZ1Te5MvkB2Xvb5JTL6Eq_Cnww";
        assert!(guessed(&[cookie("who", plain)], b"changeme") && !guessed(&[cookie("who", plain)], b"other"));
        let salted = "user-7.P9SOClb7KHPm_pxpyGPO2U_3xQQ";
        assert!(guessed(&[cookie("who", salted)], b"changeme"), "with a salt of a tutorial");
        let beside = [cookie("session", "eyJ2aWV3cyI6MX0="), cookie("session.sig", "x-C3NH9bM5O4ofBO-GACcofuXXc")];
        assert!(guessed(&beside, b"keyboard cat"));
    }

    #[test]
    fn what_has_a_rule_of_its_own_or_no_signature_is_left() {
        let flask = crack::flask_session(b"dev", r#"{"user_id":7}"#, 1_700_000_000);
        for value in [flask.as_str(), "dark", "GA1.2.1234567890.1234567890", "9f86d081884c7d65", "a%3Ab"] {
            assert!(readings(&cookie("c", value), &[]).is_empty(), "{value}");
        }
    }
}
