use model::{Category, Confidence, Depth, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity};

use crate::calling::login::{self, Login};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "any-password-accepted",
    aliases: &[],
    title: "Authentication bypass: any username and password are accepted",
    category: Category::Authentication,
    severity: Severity::Critical,
    cwe: &[287],
    tags: &[],
    risk: "An unauthenticated attacker signs in with a random username and password.",
    fix: "Compare the password with the hash stored for the username.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc7617",
        "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(3),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let places = login::places(probe);
    let Some(place @ Login::Basic { target }) = places.iter().find(|place| matches!(place, Login::Basic { .. })) else {
        return Err(NotTested::not_applicable("nothing asks for HTTP Basic credentials"));
    };
    let first =
        probe.response_to(place.attempt(probe.origin(), &probe.canary("name"), &probe.canary("password"))).await?;
    if !first.is_success() {
        return Ok(());
    }
    let second =
        probe.response_to(place.attempt(probe.origin(), &probe.canary("other"), &probe.canary("word"))).await?;
    let without = probe.response_to(probe.get(target).fresh()).await?;
    if without.is_success() {
        return Err(NotTested::OpenAnyway);
    }
    if opens(&first, &second, &without) {
        let evidence = Evidence::new(&first, format!("status {} for a random username and password", first.status()));
        let repeat = Evidence::new(&second, format!("status {} for another random pair", second.status()));
        let control = Evidence::new(&without, format!("status {} without credentials", without.status()));
        let location = Location::at(place.method(), place.path());
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(repeat).also(control));
    }
    Ok(())
}

fn opens(first: &Exchange, second: &Exchange, without: &Exchange) -> bool {
    first.is_success() && second.is_success() && without.status() == 401
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn a_door_that_opens_by_chance_is_none() {
        let response = |status| exchange("/", status, "{}");
        assert!(opens(&response(200), &response(200), &response(401)));
        assert!(
            !opens(&response(200), &response(401), &response(401))
                && !opens(&response(200), &response(200), &response(200))
        );
    }
}
