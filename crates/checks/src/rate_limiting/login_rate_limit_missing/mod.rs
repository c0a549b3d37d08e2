use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity};

use crate::shared::login::{self, Login};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, Survey, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "login-rate-limit-missing",
    aliases: &[],
    title: "Passwords can be tried without a limit",
    category: Category::RateLimiting,
    severity: Severity::Medium,
    cwe: &[307, 770],
    tags: &[],
    risk: "An attacker tries leaked passwords against every account as fast as the server answers.",
    fix: "Limit attempts by client and by user name, and slow down or ask for more after a few failures.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/",
        "https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#protect-against-automated-attacks",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(ATTEMPTS),
    schedule: Schedule { depth: model::Depth::Standard, burst: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|survey, found| Box::pin(ask(survey, found))), ..Detectors::NONE },
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
async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(login) = login::places(survey).into_iter().next() else {
        return Err(NotTested::not_applicable("no place to log in was found"));
    };
    let user = user(survey, &login);
    let mut answers: Vec<Arc<Exchange>> = Vec::new();
    for attempt in 0..ATTEMPTS {
        let password = survey.canary(&format!("attempt {attempt}"));
        answers.push(survey.ask(login.attempt(survey, &user, &password).fresh()).await?);
        if answers.len() == 1 && answers[0].status() == 429 {
            return Ok(());
        }
        if answers.len() == 1 && !login::is_rejection(&answers[0]) {
            return Err(NotTested::inconclusive("the answer to a wrong password does not say that it is wrong"));
        }
        if !is_like_the_first(&answers) {
            return Ok(());
        }
    }
    found.extend(judge(&answers, Location::at(login.method(), login.path())));
    Ok(())
}

fn user(survey: &Survey<'_>, login: &Login) -> String {
    let name = survey.canary("user");
    let by_mail = matches!(login, Login::Body { user, .. } if user.to_ascii_lowercase().contains("mail"));
    if by_mail { format!("{name}@example.invalid") } else { name }
}

/// Whether the last answer is like the first; otherwise something counts.
fn is_like_the_first(answers: &[Arc<Exchange>]) -> bool {
    answers.first().zip(answers.last()).is_some_and(|(first, last)| login::is_as_before(first, last))
}

fn judge(answers: &[Arc<Exchange>], location: Location) -> Option<Finding> {
    let last = answers.last()?;
    let steady = (1..=answers.len()).all(|count| is_like_the_first(&answers[..count]));
    (steady && answers.len() >= ATTEMPTS as usize).then(|| {
        let said = format!(
            "{} wrong passwords for one user, one right after the other, were all refused alike",
            answers.len()
        );
        let evidence = Evidence::new(last, format!("{said}; this is the last answer"));
        Finding::new(&RULE, Confidence::Firm, location, evidence).detail(said)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::exchange;

    fn found(last: (u16, &str)) -> bool {
        let mut answers: Vec<_> =
            (1..ATTEMPTS).map(|_| exchange("/login", 401, r#"{"error":"wrong password"}"#)).collect();
        answers.push(exchange("/login", last.0, last.1));
        judge(&answers, Location::host()).is_some()
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
