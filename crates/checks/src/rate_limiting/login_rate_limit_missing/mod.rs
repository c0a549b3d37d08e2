use std::sync::Arc;

use model::{Category, Confidence, Consent, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity};

use crate::calling::login::{self, Login};
use crate::experiments::basic_attempts::{self, Attempts, Who};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "login-rate-limit-missing",
    aliases: &[],
    title: "Missing brute-force protection on the login",
    category: Category::RateLimiting,
    severity: Severity::Medium,
    cwe: &[307, 770],
    tags: &[],
    risk: "An attacker tries leaked passwords against every account as fast as the server responds.",
    fix: "Limit attempts by client and by username, and slow down or require more after a few failures.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#protect-against-automated-attacks",
        "https://flask-limiter.readthedocs.io/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(ATTEMPTS),
    read_only: Some(basic_attempts::TERMS),
    schedule: Schedule { depth: model::Depth::Standard, burst: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Common limits are three to ten a minute.
const ATTEMPTS: u32 = 16;

/// Tries to log in as a user that cannot exist, so that nobody is locked out.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if probe.target.consent == Consent::ReadOnly {
        return judge_attempts(&basic_attempts::run(probe).await?, found);
    }
    let Some(login) = login::places(probe).into_iter().next() else {
        return Err(NotTested::not_applicable("no place to log in was found"));
    };
    let user = user(probe, &login);
    let mut responses: Vec<Arc<Exchange>> = Vec::new();
    for attempt in 0..ATTEMPTS {
        let password = probe.canary(&format!("attempt {attempt}"));
        responses.push(probe.response_to(login.attempt(probe.origin(), &user, &password).fresh()).await?);
        if responses.len() == 1 && responses[0].status() == 429 {
            return Ok(());
        }
        if responses.len() == 1 && login::lacks_csrf_token(&login, &responses[0]) {
            return Err(NotTested::inconclusive("the login form refuses an attempt without its anti-CSRF token"));
        }
        if responses.len() == 1 && !login::is_rejection(&responses[0]) {
            return Err(NotTested::inconclusive("the response to a wrong password does not say that it is wrong"));
        }
        if !is_like_the_first(&responses) {
            return Ok(());
        }
    }
    found.extend(judge(&responses, Location::at(login.method(), login.path())));
    Ok(())
}

/// Judges what a scan without consent may send. A limit of ten a minute is not reached by it, so that it is a hint.
fn judge_attempts(attempts: &Attempts, found: &mut Findings) -> Result<(), NotTested> {
    let nobody: Vec<&Arc<Exchange>> = attempts.of(Who::Nobody).map(|attempt| &attempt.exchange).collect();
    let Some((first, last)) = nobody.first().zip(nobody.last()).filter(|_| !attempts.limited) else { return Ok(()) };
    if let Some(why) = &attempts.cut {
        return Err(why.clone());
    }
    if !login::is_rejection(first) {
        return Err(NotTested::inconclusive("the response to a wrong password does not say that it is wrong"));
    }
    let said = format!(
        "{} failed logins, {} of them for one user, were all refused without a limit",
        attempts.all.len(),
        nobody.len()
    );
    let evidence = Evidence::new(last, format!("{said}; this is the last response"));
    let location = Location::at(attempts.place.method(), attempts.place.path());
    found.push(Finding::new(&RULE, Confidence::Tentative, location, evidence).detail(said));
    Ok(())
}

fn user(probe: &TargetProbe<'_>, login: &Login) -> String {
    let name = probe.canary("user");
    let by_mail = matches!(login, Login::Body { user, .. } if user.to_ascii_lowercase().contains("mail"));
    if by_mail { format!("{name}@example.invalid") } else { name }
}

/// Whether the last answer is like the first; otherwise something counts.
fn is_like_the_first(responses: &[Arc<Exchange>]) -> bool {
    responses.first().zip(responses.last()).is_some_and(|(first, last)| login::is_as_before(first, last))
}

fn judge(responses: &[Arc<Exchange>], location: Location) -> Option<Finding> {
    let last = responses.last()?;
    let steady = (1..=responses.len()).all(|count| is_like_the_first(&responses[..count]));
    (steady && responses.len() >= ATTEMPTS as usize).then(|| {
        let said = format!(
            "{} wrong passwords for one user, one right after the other, were all refused alike",
            responses.len()
        );
        let evidence = Evidence::new(last, format!("{said}; this is the last answer"));
        Finding::new(&RULE, Confidence::Firm, location, evidence).detail(said)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    fn found(last: (u16, &str)) -> bool {
        let mut responses: Vec<_> =
            (1..ATTEMPTS).map(|_| exchange("/login", 401, r#"{"error":"wrong password"}"#)).collect();
        responses.push(exchange("/login", last.0, last.1));
        judge(&responses, Location::host()).is_some()
    }

    #[test]
    fn equal_refusals_are_found_and_any_reaction_is_not() {
        assert!(found((401, r#"{"error":"wrong password"}"#)));
        assert!(!found((429, "{}")));
        assert!(!found((403, "{}")));
        assert!(!found((401, r#"{"error":"too many attempts"}"#)));
        assert!(!found((401, "<p>Please solve the CAPTCHA</p>")));
    }
}
