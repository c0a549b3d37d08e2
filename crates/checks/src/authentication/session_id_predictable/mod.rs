use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Category, Confidence, Depth, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::experiments::burst;
use crate::judging::session_id::{self, weakness};
use crate::text::set_cookie::{SetCookie, cookies_set};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "session-id-predictable",
    aliases: &[],
    title: "Predictable session IDs",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[330, 340],
    tags: &[Tag::Crypto],
    risk: "An attacker finds valid sessions of other users by trying IDs.",
    fix: "Generate session IDs from at least 16 random bytes of a cryptographic generator.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
        "https://docs.python.org/3/library/secrets.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    // The burst of the rate limits hands out ids enough; where it goes to another page, a few more requests do.
    cost: Cost::reads(burst::REQUESTS + ENOUGH as u32 + BEHAVIOUR),
    schedule: Schedule { depth: Depth::Standard, burst: true, shares: Some(burst::SHARES), ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    subsumed_by: &["unsigned-session-cookie"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// What tells a session id of any name by what the application does with it.
const BEHAVIOUR: u32 = 2;

/// Ids from which the places that vary can be told: a random one stays the same in all of them once in millions of times.
const ENOUGH: usize = 7;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let named = session_id::seen(probe);
    let is_named = named.is_some();
    let (plain, cookie) = match named {
        Some(seen) => seen,
        None => by_behaviour(probe).await?,
    };
    let id = |response: &Arc<Exchange>| id_in(response, &cookie.name, probe.target.now);
    let burst = match burst::run(probe).await {
        Ok(burst) => burst.responses,
        Err(NotTested::NotApplicable(_)) => Vec::new(),
        Err(why) => return Err(why),
    };
    let mut ids: Vec<String> = burst.iter().filter_map(id).collect();
    let answered = burst.iter().filter(|response| response.is_success()).count();
    if !ids.is_empty() && ids.len() < answered {
        return Err(NotTested::inconclusive("a new visitor gets an id now and then only"));
    }
    if ids.len() < ENOUGH {
        ids.clear();
        for _ in 0..ENOUGH {
            ids.extend(id(&probe.response_to(plain.request.clone().fresh()).await?));
        }
    }
    // A few values in turn are those of servers or experiments, not of visitors.
    if !is_named && !are_different(&ids) {
        return Err(NotTested::not_applicable("no session id was set"));
    }
    if let Some(why) = judge(&ids, probe.target.now)? {
        let location = Location::host().parameter("cookie", &cookie.name);
        let evidence = Evidence::new(plain, format!("{} fresh ids of the cookie {}: {why}", ids.len(), cookie.name));
        found.push(Finding::new(&RULE, Confidence::Firm, location, evidence).detail(format!("The ids {why}.")));
    }
    Ok(())
}

/// The cookie that the application knows its visitors by, whatever it is called.
async fn by_behaviour<'a>(probe: &TargetProbe<'a>) -> Result<(&'a Arc<Exchange>, SetCookie), NotTested> {
    let none = || NotTested::not_applicable("no session id was set");
    let (plain, cookie) = session_id::candidate(probe).ok_or_else(none)?;
    let with = |value: &str| {
        let header = format!("{}={value}", cookie.name);
        let request = plain.request.clone().header("Cookie", header.into_bytes());
        request.altered_from("cookie", &cookie.name, value, &cookie.value)
    };
    let own = probe.response_to(with(&cookie.value)).await?;
    let fabricated = session_id::like(&cookie.value, &probe.canary("session"));
    let fabricated = probe.response_to(with(&fabricated)).await?;
    let is_known = session_id::is_known_by(&cookie, &own, &fabricated, probe.target.now);
    if is_known { Ok((plain, cookie)) } else { Err(none()) }
}

fn are_different(ids: &[String]) -> bool {
    ids.iter().collect::<BTreeSet<_>>().len() == ids.len()
}

/// What makes ids predictable that were handed out one after the other. A value that everybody gets tells nobody from another: it
/// says that there is no session yet, or is no id at all.
fn judge(ids: &[String], now: i64) -> Result<Option<String>, NotTested> {
    if ids.len() < ENOUGH {
        return Err(NotTested::inconclusive("not every response set a fresh session ID"));
    }
    if ids.windows(2).all(|pair| pair[0] == pair[1]) {
        return Err(NotTested::not_applicable("every client gets the same value, so it is not a session ID"));
    }
    Ok(weakness(ids, now))
}

fn id_in(response: &Arc<Exchange>, name: &str, now: i64) -> Option<String> {
    cookies_set(response, now).into_iter().find(|cookie| cookie.name == name).map(|cookie| cookie.value)
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples;
    use crate::scripted::{Said, Scripted};

    /// What becomes of a site that gives each visitor a cookie of no known name.
    async fn visited(value: fn(usize) -> String, knows: bool) -> crate::scripted::Ran {
        let script = Scripted::new(move |request, number| {
            // The plain call is the first request.
            let is_known = request.header_value("cookie") == Some(&format!("yard={}", value(0)));
            let set = if knows && is_known { vec![] } else { vec![("Set-Cookie", format!("yard={}", value(number)))] };
            Said::With(set, 200, "application/json", "{\"boats\": 3}".to_owned())
        });
        script.run(&CHECK, &samples::surface(vec![samples::operation(Method::GET, "/boats")])).await
    }

    #[tokio::test]
    async fn a_session_counts_under_any_name() {
        let ran = visited(|number| (73_000 + number).to_string(), true).await;
        assert_eq!(ran.found.len(), 1, "{:?}", ran.ended);
        assert!(visited(|number| (73_000 + number).to_string(), false).await.says_nothing(), "nobody is known by it");
        assert!(visited(|number| format!("s{}", number % 3), true).await.says_nothing(), "three servers in turn");
    }

    #[tokio::test]
    async fn a_cookie_that_comes_now_and_then_is_no_session() {
        let finds = |always: bool| async move {
            let script = Scripted::new(move |request, number| {
                let bursts = request.header_value(burst::COUNTER).is_some();
                let sets = always || !bursts || number % 2 == 0;
                let set = if sets { vec![("Set-Cookie", format!("sid={}", 73_000 + number))] } else { vec![] };
                Said::With(set, 200, "application/json", "{\"boats\": 3}".to_owned())
            });
            let ran = script.run(&CHECK, &samples::surface(vec![samples::operation(Method::GET, "/boats")])).await;
            ran.found.len()
        };
        assert_eq!((finds(true).await, finds(false).await), (1, 0));
    }

    #[test]
    fn ids_are_judged_when_there_are_enough_and_they_differ() {
        let ids = |make: fn(usize) -> String| (0..ENOUGH).map(make).collect::<Vec<_>>();
        let judge = |ids: &[String]| judge(ids, 1_800_000_000);
        assert_eq!(judge(&ids(|at| (1_000 + at).to_string())).unwrap().unwrap(), "count up");
        assert!(matches!(judge(&ids(|_| "guest".to_owned())), Err(NotTested::NotApplicable(_))));
        assert!(matches!(judge(&ids(|at| at.to_string())[1..]), Err(NotTested::Inconclusive(_))));
    }
}
