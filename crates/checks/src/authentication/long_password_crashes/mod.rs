use std::sync::Arc;

use model::{
    Category, Confidence, Consent, Depth, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag,
};

use crate::calling::login;
use crate::experiments::basic_attempts::{self, Attempts, LONG, Who};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "long-password-crashes",
    aliases: &[],
    title: "Unhandled error: a long password crashes the login",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[755, 248],
    tags: &[Tag::Flask],
    risk: "An unauthenticated client makes the login fail; users with long passwords are locked out.",
    fix: "Limit the length before hashing, or hash with argon2.",
    references: &[
        "https://github.com/pyca/bcrypt",
        "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(12),
    read_only: Some(basic_attempts::TERMS),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Places to log in that are asked.
const PLACES: usize = 2;

/// How often each is tried.
const TIMES: usize = 3;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if probe.target.consent == Consent::ReadOnly {
        return judge_attempts(&basic_attempts::run(probe).await?, found);
    }
    let places = login::places(probe);
    if places.is_empty() {
        return Err(NotTested::not_applicable("no place to log in was found"));
    }
    let mut steady = true;
    for place in places.iter().take(PLACES) {
        let name = probe.canary("nobody");
        let password = probe.canary("password");
        let (mut shorts, mut longs) = (Vec::new(), Vec::new());
        // A server that fails at random fails the short one too, or not each long one.
        for _ in 0..TIMES {
            longs.push(probe.response_to(place.attempt(probe.origin(), &name, &"a".repeat(LONG)).fresh()).await?);
            if longs.iter().any(|long| long.status() != 500) {
                break;
            }
            shorts.push(probe.response_to(place.attempt(probe.origin(), &name, &password).fresh()).await?);
        }
        if shorts.len() == TIMES && longs.len() == TIMES {
            found.extend(judge(Location::at(place.method(), place.path()), &shorts, &longs));
        }
        steady &= longs.first().is_some_and(|long| long.status() < 500);
    }
    if steady || !found.is_empty() { Ok(()) } else { Err(NotTested::inconclusive("the login fails for other reasons")) }
}

/// Judges what a scan without consent may send: the long passwords stand between short ones of the same user.
fn judge_attempts(attempts: &Attempts, found: &mut Findings) -> Result<(), NotTested> {
    let of = |who| attempts.of(who).map(|attempt| Arc::clone(&attempt.exchange)).collect::<Vec<_>>();
    let (shorts, longs) = (of(Who::Nobody), of(Who::Long));
    let enough = shorts.len() > longs.len() && longs.len() > 1;
    let location = Location::at(attempts.place.method(), attempts.place.path());
    found.extend(if enough { judge(location, &shorts, &longs) } else { None });
    match longs.first() {
        Some(long) if long.status() < 500 || !found.is_empty() => Ok(()),
        Some(_) => {
            Err(attempts.cut.clone().unwrap_or_else(|| NotTested::inconclusive("the login fails for other reasons")))
        }
        None => Err(attempts.too_few()),
    }
}

/// A failure of each long password and of no short one.
fn judge(location: Location, shorts: &[Arc<Exchange>], longs: &[Arc<Exchange>]) -> Option<Finding> {
    let refused = |exchange: &Arc<Exchange>| matches!(exchange.status(), 200 | 302 | 303 | 400..=499);
    if longs.is_empty() || !longs.iter().all(|long| long.status() == 500) || !shorts.iter().all(refused) {
        return None;
    }
    let (long, again) = (longs.first()?, shorts.first()?);
    let evidence = Evidence::new(long, format!("500 for a password of {LONG} characters"));
    let control = Evidence::new(again, format!("{} for a short wrong one", again.status()));
    Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn a_login_that_always_fails_is_another_matter() {
        let verdict = |short, long, again| {
            let response = |status| exchange("/login", status, "{}");
            let (shorts, longs) =
                ([response(short), response(short), response(again)], [response(long), response(long), response(long)]);
            judge(Location::host(), &shorts, &longs).is_some()
        };
        assert!(verdict(401, 500, 401));
        assert!(
            !verdict(401, 401, 401) && !verdict(500, 500, 500) && !verdict(401, 500, 500) && !verdict(401, 413, 401)
        );
    }
}
