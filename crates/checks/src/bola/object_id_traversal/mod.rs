use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, ParameterIn,
    Rule, Severity, Surface, Tag,
};

use super::identifiers;
use crate::calling::request;
use crate::experiments::repetition;
use crate::judging::{access, soft_404};
use crate::text::percent;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "object-id-traversal",
    aliases: &[],
    title: "Path traversal through an object ID bypasses authorization",
    category: Category::Bola,
    severity: Severity::Medium,
    cwe: &[22, 639],
    tags: &[Tag::Injection],
    risk: "An attacker reads objects that their own operation refuses, with an ID such as ../invoices/7.",
    fix: "Validate IDs as what they are (a number, a UUID) and reject everything else.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
        "https://cwe.mitre.org/data/definitions/22.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3).proof(repetition::REQUESTS),
    schedule: Schedule::from(Depth::Deep),
    detectors: Detectors {
        applies: |operation, _| operation.method == Method::GET && identifiers::parameter(operation).is_some(),
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Asks through this operation's id for what another operation refuses to everybody, and for a name that is not there.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let parameter = identifiers::parameter(probe.operation).ok_or_else(identifiers::none)?;
    let Some((guarded, refusal)) = refused(probe.surface, probe) else {
        return Err(NotTested::not_applicable("no operation refuses an anonymous client"));
    };
    let directories = probe.operation.path.split('/').filter(|s| !s.is_empty()).count().saturating_sub(1);
    let absent = identifiers::absent("x", probe.target.seed, "traversal");
    let mut responses = Vec::new();
    for path in [guarded.trim_start_matches('/'), absent.as_str()] {
        let climbing = percent::encode(&format!("{}{path}", "../".repeat(directories)));
        let value = request::Value { place: ParameterIn::Path, name: &parameter.name, value: &climbing, raw: true };
        let response = probe.response_to(probe.request_with(&[value]).anonymous()).await?;
        if responses.is_empty() && !response.is_success() {
            return Ok(());
        }
        responses.push(response);
    }
    let [reached, control] = responses.as_slice() else { return Ok(()) };
    let plain = probe.plain().ok();
    let location = probe.location().parameter("path", &parameter.name);
    let Some(finding) = judge(&refusal, reached, control, plain, location) else { return Ok(()) };
    for reaches in repetition::ORDER {
        let again = if reaches { reached } else { control };
        if probe.response_to(again.request.clone().fresh()).await?.is_success() != reaches {
            return Err(NotTested::inconclusive("the same request is refused now and then"));
        }
    }
    found.push(finding);
    Ok(())
}

/// The path of a GET that an anonymous client was refused, with the refusal.
fn refused(surface: &Surface, probe: &OperationProbe<'_>) -> Option<(String, Arc<Exchange>)> {
    let candidates = probe.observations.called(surface).filter(|(o, e)| o.method == Method::GET && is_candidate(o, e));
    candidates.map(|(_, e)| (e.request.path().to_owned(), Arc::clone(e))).next()
}

fn is_candidate(operation: &Operation, exchange: &Exchange) -> bool {
    operation.path != "/" && exchange.request.identity.is_none() && access::is_refused(exchange)
}

/// What was refused is now answered, differently from a name that is not there and from the ordinary object.
fn judge(
    refusal: &Arc<Exchange>,
    reached: &Arc<Exchange>,
    control: &Arc<Exchange>,
    plain: Option<&Arc<Exchange>>,
    location: Location,
) -> Option<Finding> {
    let is_new = |other: &Exchange| !soft_404::alike(other, reached) && other.body() != reached.body();
    if !reached.is_success() || control.is_success() || !is_new(control) || plain.is_some_and(|p| !is_new(p)) {
        return None;
    }
    let evidence = Evidence::new(reached, format!("status {} through the ID", reached.status()));
    let direct = Evidence::new(refusal, format!("status {} when requested directly", refusal.status()));
    let absent = Evidence::new(control, format!("status {} for a name that does not exist", control.status()));
    Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(direct).also(absent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn found(reached: (u16, &str), control: (u16, &str)) -> bool {
        let refusal = samples::exchange("/private/1", 401, "{}");
        let [reached, control] = [reached, control].map(|(status, body)| samples::exchange("/notes/x", status, body));
        let plain = samples::exchange("/notes/1", 200, r#"{"id":1,"text":"milk"}"#);
        judge(&refusal, &reached, &control, Some(&plain), Location::host()).is_some()
    }

    #[test]
    fn only_what_the_control_does_not_show_is_found() {
        assert!(found((200, r#"{"id":1,"secret":"plan"}"#), (404, "{}")));
        assert!(
            !found((200, r#"{"id":1,"secret":"plan"}"#), (200, r#"{"id":1,"secret":"plan"}"#)),
            "answers everything"
        );
        assert!(!found((404, "{}"), (404, "{}")));
        assert!(!found((200, r#"{"id":1,"text":"milk"}"#), (404, "{}")), "the ordinary object");
    }
}
