use std::sync::Arc;

use model::{
    Body, Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Rule, Severity, Tag,
};

use super::cookie_session;
use crate::shared::compare::Face;
use crate::{Check, Cost, Findings, Probe, RunsOn, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "csrf-json",
    aliases: &[],
    title: "A JSON endpoint takes bodies that any form can send",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[352],
    tags: &[Tag::Flask, Tag::Misconfiguration],
    risk: "A page of another site can call this endpoint in the name of a logged-in visitor without a preflight.",
    fix: "Use get_json() without force=True, so that only application/json is read.",
    references: &[
        "https://owasp.org/www-community/attacks/csrf",
        "https://flask.palletsprojects.com/en/stable/api/#flask.Request.get_json",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: 2, touch: Touch::Refused },
    applies: |operation, _| takes_json(operation),
    on_operation: Some(|probe, found| Box::pin(ask(probe, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        // Werkzeug before 2.3 answers 400 to a wrong type and to a wrong body alike.
        runs_on: RunsOn { oldest: (2, 3), ..RunsOn::EVERYWHERE },
    },
    ..Check::of(&RULE)
};

fn takes_json(operation: &Operation) -> bool {
    let json = |body: &Body| body.media_type.ends_with("json");
    ["POST", "PUT", "PATCH"].contains(&operation.method.as_str()) && operation.body.as_ref().is_some_and(json)
}

/// A body that is no JSON, once as JSON and once as plain text: whoever looks at the type first refuses the second with 415.
async fn ask(probe: &Probe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(confidence) = cookie_session::carried(probe) else {
        return Err(NotTested::not_applicable("no cookie that other sites' forms would carry was seen"));
    };
    let broken = |media: &str| probe.request().body(media, "{").altered("body", "", "{");
    let json = probe.send(broken("application/json")).await?;
    if json.status() != 400 && json.status() != 422 {
        return Err(NotTested::inconclusive("a broken JSON body is not refused as such"));
    }
    let text = probe.send(broken("text/plain")).await?;
    // Without a version the server may be one that answers 400 to both for another reason.
    let known = probe.surface.version_of("Werkzeug").is_some_and(is_telling);
    if probe.surface.has("Werkzeug") && !known {
        return Err(NotTested::inconclusive("Werkzeug before 2.3 answers both alike"));
    }
    found.extend(judge(&json, &text, if known { confidence } else { Confidence::Tentative }, probe.location()));
    Ok(())
}

/// Werkzeug 2.3 and later.
fn is_telling(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (2, 3)
}

/// The plain text is parsed when it fails exactly as the JSON did.
fn judge(json: &Arc<Exchange>, text: &Arc<Exchange>, confidence: Confidence, location: Location) -> Option<Finding> {
    if Face::plain(json) != Face::plain(text) {
        return None;
    }
    let evidence = Evidence::new(text, format!("{} for a broken body as text/plain: it was parsed", text.status()));
    let control = Evidence::new(json, "the same answer as for the broken body as application/json");
    Some(Finding::new(&RULE, confidence, location, evidence).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::exchange;

    #[test]
    fn another_answer_to_another_type_is_a_refusal() {
        let json = exchange("/", 400, "<p>bad request</p>");
        let judge = |status: u16| {
            judge(&json, &exchange("/", status, "<p>bad request</p>"), Confidence::Firm, Location::host())
        };
        assert!(judge(400).is_some());
        assert!(judge(415).is_none() && judge(500).is_none());
        assert!(is_telling("3.1.9") && is_telling("2.3.0") && !is_telling("2.2.3"));
    }
}
