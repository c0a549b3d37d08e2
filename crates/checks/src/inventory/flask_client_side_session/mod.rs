use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Surface, Tag};

use crate::experiments::flask_session;
use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "flask-client-side-session",
    aliases: &[],
    title: "Flask client-side session in use",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[565],
    tags: &[Tag::Flask, Tag::Crypto],
    risk: "Anyone who sees the cookie can read the session contents, and its integrity depends on one key.",
    fix: "Keep sessions on the server when they hold more than an identifier.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/quickstart/#sessions",
        "https://flask-session.readthedocs.io/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(_: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let mut any = false;
    for exchange in &observations.exchanges {
        let Some(response) = exchange.response() else { continue };
        for header in response.header_all("set-cookie") {
            any = true;
            let Some((name, value)) = header.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            if flask_session::is_flask_session(value) {
                let what = format!("{name} is a signed cookie with its contents in it");
                let location = Location::host().parameter("cookie", name);
                found.push(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(exchange, what)));
                return Ok(());
            }
        }
    }
    if any { Ok(()) } else { Err(NotTested::not_applicable("no cookie is set")) }
}
