use model::{Category, NotTested, Rule, Severity, Tag};

use super::secret_guessing;
use crate::{Check, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "remember-token-weak-key",
    aliases: &[],
    title: "Weak signing key: remember-me cookies can be forged",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[326, 798, 1391],
    tags: &[Tag::Crypto, Tag::Flask],
    risk: "Anyone who guesses the key can sign in as any user without a password.",
    fix: "Set SECRET_KEY to at least 32 random bytes from the environment.",
    references: &[
        "https://flask-login.readthedocs.io/en/latest/#remember-me",
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
    let tokens = secret_guessing::in_cookies(probe, &[crack::Kind::RememberToken]);
    let guessed = secret_guessing::secrets(probe, tokens, "remember-me cookie").await?;
    secret_guessing::report(&RULE, "remember-me cookie", guessed, found);
    Ok(())
}
