use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use crate::shared::session_id::{self, weakness};
use crate::shared::set_cookie::cookies_set;
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "session-id-predictable",
    aliases: &[],
    title: "Session ids can be predicted",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[330, 340],
    tags: &[Tag::Crypto],
    risk: "An attacker finds valid sessions of others by trying ids.",
    fix: "Make session ids with secrets.token_urlsafe(32).",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
        "https://docs.python.org/3/library/secrets.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: 6, touch: Touch::Reads },
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Further ids that are asked for.
const FURTHER: usize = 6;

async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some((plain, cookie)) = session_id::seen(survey) else {
        return Err(NotTested::not_applicable("no session id was set"));
    };
    let mut ids = vec![cookie.value.clone()];
    for _ in 0..FURTHER {
        let answer = survey.ask(plain.request.clone().fresh()).await?;
        ids.extend(id_in(&answer, &cookie.name, survey.target.now));
    }
    if ids.len() <= FURTHER {
        return Err(NotTested::inconclusive("not every answer set a fresh session id"));
    }
    if let Some(why) = weakness(&ids, survey.target.now) {
        let location = Location::host().parameter("cookie", &cookie.name);
        let evidence = Evidence::new(plain, format!("{} fresh ids of the cookie {}: {why}", ids.len(), cookie.name));
        found.push(Finding::new(&RULE, Confidence::Firm, location, evidence).detail(format!("The ids {why}.")));
    }
    Ok(())
}

fn id_in(answer: &Arc<Exchange>, name: &str, now: i64) -> Option<String> {
    cookies_set(answer, now).into_iter().find(|cookie| cookie.name == name).map(|cookie| cookie.value)
}
