use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity};

use crate::judging::session_id::{self, like};
use crate::text::set_cookie::cookies_set;
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "session-fixation",
    aliases: &[],
    title: "Session fixation: client-supplied session IDs are accepted",
    category: Category::Authentication,
    severity: Severity::High,
    cwe: &[384],
    tags: &[],
    risk: "An attacker gives a victim a session ID and shares the session once the victim has signed in.",
    fix: "Generate a new random session ID for every unknown one, and again at login.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
        "https://flask-session.readthedocs.io/en/latest/config_guide.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(1),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some((plain, cookie)) = session_id::seen(probe).filter(|(e, _)| e.request.method == Method::GET) else {
        return Err(NotTested::not_applicable("no session id was set"));
    };
    let chosen = like(&cookie.value, &[probe.canary("chosen"), probe.canary("id")].concat());
    let control = probe.canary("control");
    let header = format!("{}={chosen}; {control}={chosen}", cookie.name);
    let request = plain.request.clone().header("Cookie", header.into_bytes()).altered("cookie", &cookie.name, &chosen);
    let response = probe.response_to(request).await?;
    found.extend(judge(&response, &cookie.name, &chosen, &control, probe.target.now));
    // A server that takes up any id may have no reason to set it again.
    let set = cookies_set(&response, probe.target.now);
    let is_fresh = set.iter().any(|set| set.name == cookie.name && set.value != chosen);
    if is_fresh || !found.is_empty() {
        Ok(())
    } else {
        Err(NotTested::inconclusive("the response to a random session ID sets none of its own"))
    }
}

/// Set again exactly as sent, and not because the server sets every cookie again.
fn judge(response: &Arc<Exchange>, name: &str, chosen: &str, control: &str, now: i64) -> Option<Finding> {
    let set = cookies_set(response, now);
    let echoed = |name: &str| set.iter().any(|cookie| cookie.name == name && cookie.value == chosen);
    if !echoed(name) || echoed(control) {
        return None;
    }
    let evidence = Evidence::new(response, format!("the cookie {name} is set to the ID that the request supplied"));
    Some(Finding::new(&RULE, Confidence::Confirmed, Location::host().parameter("cookie", name), evidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn only_the_chosen_id_and_no_echo_of_everything() {
        let verdict =
            |cookies: &[(&str, &str)]| judge(&answered("/", 200, cookies, "{}"), "sid", "chosen", "ctl", 0).is_some();
        assert!(verdict(&[("Set-Cookie", "sid=chosen; Path=/")]));
        assert!(!verdict(&[("Set-Cookie", "sid=other")]));
        assert!(!verdict(&[("Set-Cookie", "sid=chosen"), ("Set-Cookie", "ctl=chosen")]));
        assert!(!verdict(&[]));
    }
}
