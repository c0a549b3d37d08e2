use std::sync::{Arc, LazyLock};

use model::{Category, Location, NotTested, Rule, Severity, Tag};
use regex::Regex;

use super::secret_guessing::{self, Token};
use crate::{Check, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "flask-wtf-weak-key",
    aliases: &[],
    title: "Weak Flask-WTF signing key: CSRF tokens can be forged",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[326, 798, 1391],
    tags: &[Tag::Crypto, Tag::Flask],
    risk: "Anyone who guesses the key can forge CSRF tokens and, where the key is shared, sessions.",
    fix: "Set SECRET_KEY (or WTF_CSRF_SECRET_KEY) to at least 32 random bytes from the environment.",
    references: &[
        "https://flask-wtf.readthedocs.io/en/stable/csrf/",
        "https://flask.palletsprojects.com/en/stable/config/#SECRET_KEY",
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

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let guessed = secret_guessing::secrets(probe, tokens(probe), "Flask-WTF token").await?;
    secret_guessing::report(&RULE, "CSRF token", guessed, found);
    Ok(())
}

/// The first token of each page; they all have one key.
fn tokens(probe: &TargetProbe<'_>) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for exchange in probe.observations.exchanges.iter().filter(|e| e.request.is_clean()) {
        let Some((text, reading)) = first_token(&exchange.text()) else { continue };
        let location =
            Location::at(exchange.request.method.clone(), exchange.request.path()).parameter("body", "csrf_token");
        if tokens.iter().all(|known| known.location != location) {
            tokens.push(Token { text, readings: vec![reading], location, exchange: Arc::clone(exchange) });
        }
    }
    tokens
}

fn first_token(text: &str) -> Option<(String, crack::Target)> {
    static SHAPE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[A-Za-z0-9_-]{40,80}\.[A-Za-z0-9_-]{5,8}\.[A-Za-z0-9_-]{27,86}").ok());
    SHAPE.as_ref()?.find_iter(text).take(20).find_map(|hit| {
        let target =
            crack::Target::parse(hit.as_str()).ok().filter(|target| target.kind() == crack::Kind::CsrfToken)?;
        Some((hit.as_str().to_owned(), target))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_by_structure() {
        let payload = format!("\"{}\"", "a1".repeat(20));
        let token = crack::timed(&crack::Signer::csrf_token(), b"changeme", &payload, 1_700_000_000);
        let (_, target) = first_token(&format!("<input value='{token}'>")).unwrap();
        assert!(target.verify(b"changeme") && !target.verify(b"other"));
        let session =
            crack::flask_session(b"changeme", r#"{"a":"0123456789012345678901234567890123456789"}"#, 1_700_000_000);
        assert!(first_token(&session).is_none());
    }
}
