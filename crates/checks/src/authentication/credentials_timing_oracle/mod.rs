use std::sync::Arc;

use model::{Category, Confidence, Depth, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity};

use crate::calling::login::{self, Login};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

mod judge;
mod names;

use judge::{Difference, EARLY, ROUNDS, Times, Verdict};
use names::Known;

pub(crate) static RULE: Rule = Rule {
    id: "credentials-timing-oracle",
    aliases: &[],
    title: "User enumeration through login timing",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[208, 203],
    tags: &[],
    risk: "An attacker collects valid usernames by measuring response times and then only has to guess passwords.",
    fix: "Compute one password hash for unknown usernames as well.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html",
        "https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/03-Identity_Management_Testing/04-Testing_for_Account_Enumeration_and_Guessable_User_Account",
        "https://cwe.mitre.org/data/definitions/208.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(1 + 3 * ROUNDS as u32),
    schedule: Schedule { depth: Depth::Standard, exclusive: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Who is tried in which order in each round: 0 is the name that likely exists. Every name stands in every place as often, so that
/// neither drift nor servers that take turns favour one.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [2, 0, 1], [1, 2, 0], [0, 2, 1], [1, 0, 2], [2, 1, 0]];

/// Tries three names in turn, each with the same wrong password and really sent each time. What all answered is dropped as soon as
/// one is answered otherwise.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let places = login::places(probe);
    if places.is_empty() {
        return Err(NotTested::not_applicable("no place to log in was found"));
    }
    let known = |place| names::known(place, probe.surface, probe.target).map(|known| (place, known));
    let Some((place, known)) = places.iter().find_map(known) else {
        return Err(NotTested::inconclusive(
            "no username that may exist was seen in responses, in an example of the document or in Basic credentials",
        ));
    };
    let made_up = |purpose: &str| names::made_up(&known.name, &probe.canary(purpose));
    let all = [known.name.clone(), made_up("nobody"), made_up("nobody else")];
    let password = probe.canary("password");
    let attempt = |name: &str| probe.response_to(place.attempt(probe.origin(), name, &password).fresh());
    // Not counted: the first request may open a connection or wake a worker.
    let usual = attempt(&made_up("somebody else")).await?;
    if !login::is_rejection(&usual) || usual.status() == 403 {
        return Err(NotTested::inconclusive("the response to a wrong password does not say that it is wrong"));
    }
    let mut responses: [Vec<Arc<Exchange>>; 3] = Default::default();
    for round in 0..ROUNDS {
        for who in ORDERS[round % ORDERS.len()] {
            let response = attempt(&all[who]).await?;
            if !login::is_as_before(responses[who].first().unwrap_or(&usual), &response) {
                return Err(NotTested::inconclusive("the login began to answer otherwise, so that it was left alone"));
            }
            responses[who].push(response);
        }
        // A user whose name makes no difference is spared the rest.
        if round + 1 == EARLY && !times(&responses).may_differ() {
            break;
        }
    }
    match times(&responses).verdict() {
        Verdict::Slower(difference) => found.extend(finding(place, &known, &responses, difference)),
        Verdict::Alike if known.exists => {}
        Verdict::Alike => return Err(NotTested::inconclusive("whether the name of the example exists is not known")),
        Verdict::Unclear => {
            return Err(NotTested::inconclusive("the times differ, but not enough to tell the name from the network"));
        }
    }
    Ok(())
}

fn times(responses: &[Vec<Arc<Exchange>>; 3]) -> Times {
    let [existing, one, other] = responses.each_ref().map(|group| group.iter().map(|e| e.elapsed_us).collect());
    Times { existing, one, other }
}

fn finding(
    place: &Login,
    known: &Known,
    responses: &[Vec<Arc<Exchange>>; 3],
    difference: Difference,
) -> Option<Finding> {
    let Difference { existing, made_up, ordered } = difference;
    let [of_known, of_one, of_other] = responses;
    // The attempts nearest to the medians stand for all.
    let nearest = |group: &mut dyn Iterator<Item = &Arc<Exchange>>, median: u64| {
        group.min_by_key(|e| e.elapsed_us.abs_diff(median)).map(Arc::clone)
    };
    let slow = nearest(&mut of_known.iter(), existing.median)?;
    let fast = nearest(&mut of_one.iter().chain(of_other), made_up.median)?;
    let evidence = Evidence::new(&slow, format!("{existing}: failed logins with the name {}", known.from));
    let control =
        Evidence::new(&fast, format!("{made_up}: with two random usernames of the same shape, in turn with it"));
    let said = format!(
        "Failed logins took {existing} with the username {}, and {made_up} with two random ones that do not differ; it was slower in \
         {ordered} of 100 pairs.",
        known.from
    );
    let location = Location::at(place.method(), place.path());
    Some(Finding::new(&RULE, Confidence::Firm, location, evidence).also(control).detail(said))
}
