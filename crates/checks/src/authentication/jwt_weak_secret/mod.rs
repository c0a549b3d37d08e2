use std::sync::Arc;

use model::{Category, Location, NotTested, Rule, Severity, Tag};

use super::secret_guessing::{self, Token};
use crate::text::jwt;
use crate::{Check, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-weak-secret",
    aliases: &[],
    title: "Weak JWT signing secret: tokens can be forged",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[326, 798, 1391],
    tags: &[Tag::Crypto],
    risk: "Anyone who guesses the secret can sign a token for any user and any role.",
    fix: "Sign with at least 32 random bytes from the environment.",
    references: &["https://www.rfc-editor.org/rfc/rfc8725", "https://www.rfc-editor.org/rfc/rfc7518#section-3.2"],
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
    let guessed = secret_guessing::secrets(probe, tokens(probe), "JWT signed with a secret").await?;
    secret_guessing::report(&RULE, "token", guessed, found);
    Ok(())
}

/// One token for each place that hands them out: the tokens of one place have one secret.
fn tokens(probe: &TargetProbe<'_>) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for exchange in probe.observations.exchanges.iter().filter(|e| e.request.is_clean()) {
        let given = exchange.request.identity.as_ref().map(|_| jwt::given(probe.target)).unwrap_or_default();
        let given = given.into_iter().map(|jwt| (jwt, Location::host().parameter("header", "Authorization")));
        let at = Location::at(exchange.request.method.clone(), exchange.request.path());
        for (jwt, location) in jwt::issued(exchange).into_iter().map(|jwt| (jwt, at.clone())).chain(given) {
            let Ok(reading) = crack::Target::parse(&jwt.token) else { continue };
            if tokens.iter().all(|known| known.location != location) {
                tokens.push(Token {
                    text: jwt.token,
                    readings: vec![reading],
                    location,
                    exchange: Arc::clone(exchange),
                });
            }
        }
    }
    tokens
}
