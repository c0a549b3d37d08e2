use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Request, Rule, Severity, Source,
    Tag,
};

use crate::calling::request;
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "method-override",
    aliases: &[],
    title: "HTTP method override accepted on GET",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[650, 436],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker who gets a user to open a crafted link can write or delete, past everything that treats GET as safe.",
    fix: "Accept an override on POST only, and only to PUT, PATCH and DELETE.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html",
        "https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(4),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

const HEADERS: [&str; 3] = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];

/// A GET that claims to be OPTIONS, beside a true OPTIONS. Nothing is changed by either.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let called = probe.observations.called(probe.surface);
    let with_body = called.filter(|(o, e)| o.method == Method::GET && e.is_success() && e.body_len() > 0);
    // Paths of a document are asked which methods they have anyway.
    let Some((operation, plain)) = with_body.min_by_key(|(o, _)| o.source != Source::Specification) else {
        return Err(NotTested::not_applicable("no GET returned a body"));
    };
    let request = request::build(operation, probe.surface, probe.target, &[]);
    let mut options = request.clone().altered("method", "OPTIONS", "OPTIONS");
    options.method = Method::OPTIONS;
    let options = probe.response_to(options).await?;
    if ResponseFingerprint::plain(&options) == ResponseFingerprint::plain(plain) || options.header("allow").is_none() {
        return Err(NotTested::inconclusive("OPTIONS returns the same as GET, or nothing"));
    }
    let claiming = |request: Request| {
        HEADERS.iter().fold(request, |r, name| r.header(name, "OPTIONS").altered("header", name, "OPTIONS"))
    };
    let joint = if request.target.contains('?') { '&' } else { '?' };
    let mut in_query = request.clone().altered("query", "_method", "OPTIONS");
    in_query.target = format!("{}{joint}_method=OPTIONS", request.target);
    // All claims in one request first: where it is answered as a GET, none of them is believed.
    let all = probe.response_to(claiming(in_query.clone())).await?;
    if ResponseFingerprint::plain(&all) == ResponseFingerprint::plain(plain) {
        return Ok(());
    }
    let claims = claiming(request);
    for (place, name, request) in [("header", HEADERS[0], claims), ("query", "_method", in_query)] {
        let exchange = probe.response_to(request).await?;
        let location = Location::of(operation).parameter(place, name);
        found.extend(judge(plain, &options, &exchange, location));
    }
    Ok(())
}

/// The claim must give what OPTIONS gives and GET does not.
fn judge(plain: &Arc<Exchange>, options: &Arc<Exchange>, claim: &Arc<Exchange>, location: Location) -> Option<Finding> {
    let is_options =
        ResponseFingerprint::plain(claim) == ResponseFingerprint::plain(options) && claim.header("allow").is_some();
    if !is_options || plain.header("allow").is_some() {
        return None;
    }
    let evidence = Evidence::new(claim, "a GET that claims to be OPTIONS returns Allow and no body");
    let control = Evidence::new(options, "as a true OPTIONS is");
    Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn only_the_answer_to_options_counts() {
        let plain = exchange("/", 200, "<p>hello</p>");
        let options = answered("/", 200, &[("Allow", "GET, OPTIONS")], "");
        let judge = |claim: &Arc<Exchange>| judge(&plain, &options, claim, Location::host());
        assert!(judge(&answered("/", 200, &[("Allow", "OPTIONS, GET")], "")).is_some());
        assert!(judge(&exchange("/", 200, "<p>hello</p>")).is_none());
        assert!(judge(&exchange("/", 200, "")).is_none());
    }
}
