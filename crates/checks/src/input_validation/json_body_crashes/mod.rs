use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, NotTested, Operation, Rule, Severity, Tag,
};

use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

mod targets;

pub(crate) static RULE: Rule = Rule {
    id: "json-body-crashes",
    aliases: &[],
    title: "Unhandled error: an unexpected JSON body",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[20, 754, 755],
    tags: &[Tag::Flask],
    risk: "An attacker can fill the logs with errors, and finds where a body is used before it is validated.",
    fix: "Validate that the body is an object with the expected fields, and respond with 400 or 422.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Input_Validation_Cheat_Sheet.html",
        "https://flask.palletsprojects.com/en/stable/api/#flask.Request.get_json",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(MOST as u32 * EACH).more_when_deep((MOST_WHEN_DEEP - MOST) as u32 * EACH),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Operations that are asked: the bodies reach handlers that could change something.
const MOST: usize = 6;
const MOST_WHEN_DEEP: usize = 18;

/// Requests for each: three, and [`AGAIN`] where the server fails on ordinary requests, too.
const EACH: u32 = 3 + AGAIN;

/// Further failures asked for from a server that fails on ordinary requests.
const AGAIN: u32 = 2;

/// JSON that has no fields and is not empty: `["name"]`, `.get("name")` and `"name" in` fail on it, as they do on `null`, and what lets
/// `null` and `[]` pass (`or {}`, `if not`) does not let it pass.
const SCALAR: &str = "7";
const OBJECT: &str = "{}";
/// No JSON: refused before the handler sees it.
const BROKEN: &str = "{";

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let most = if probe.target.depth == Depth::Deep { MOST_WHEN_DEEP } else { MOST };
    let all: Vec<&Operation> =
        probe.surface.operations.iter().map(Arc::as_ref).filter(|o| targets::needs_fields(o)).collect();
    if all.is_empty() {
        return Err(NotTested::not_applicable("no operation is declared to need the fields of a JSON object"));
    }
    let mut held = false;
    let mut why = None;
    for operation in all.iter().take(most) {
        match probe_operation(probe, operation).await {
            Ok(finding) => {
                held = true;
                found.extend(finding);
            }
            Err(
                reason @ (NotTested::NoCredentials
                | NotTested::ForeignObject
                | NotTested::Inconclusive(_)
                | NotTested::OutOfScope),
            ) => {
                why = why.or(Some(reason));
            }
            Err(reason) => return Err(reason),
        }
    }
    match why {
        Some(reason) if !held => Err(reason),
        _ if all.len() > most => Err(NotTested::Sampled),
        _ => Ok(()),
    }
}

/// What a body was answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// 500.
    Crashed,
    /// Taken, or refused for what it is.
    Handled,
    /// Refused before anybody looked at it.
    Refused,
    /// The object of the path, or the operation, is not there; the server is overloaded.
    Unclear,
}

fn response(exchange: &Exchange) -> Answer {
    match exchange.status() {
        500 => Answer::Crashed,
        200..=299 | 400 | 409 | 411..=415 | 422 => Answer::Handled,
        401 | 403 | 407 => Answer::Refused,
        _ => Answer::Unclear,
    }
}

/// A number; an object without fields if that was refused, or as its control; and what failed again.
async fn probe_operation(probe: &TargetProbe<'_>, operation: &Operation) -> Result<Option<Finding>, NotTested> {
    let nobody = |like: &str| probe.nobody(like, &operation.name());
    let send = async |body: &'static str| {
        let request = targets::request(operation, probe.surface, probe.target, &nobody, body);
        probe.response_to(request).await.map(|exchange| Sent { body, exchange })
    };
    let scalar = send(SCALAR).await?;
    match response(&scalar.exchange) {
        Answer::Refused => return Err(NotTested::NoCredentials),
        Answer::Unclear => return Err(NotTested::inconclusive("nothing is there that would look at the body")),
        // Taken: it needs no fields, so that an empty object might be taken as well.
        Answer::Handled if scalar.exchange.is_success() => return Ok(None),
        Answer::Handled | Answer::Crashed => {}
    }
    let object = send(OBJECT).await?;
    let (mut failed, control) = match (response(&scalar.exchange), response(&object.exchange)) {
        (Answer::Crashed, Answer::Crashed) => (vec![scalar, object], send(BROKEN).await?),
        (Answer::Crashed, _) => (vec![scalar, send(SCALAR).await?], object),
        (_, Answer::Crashed) => (vec![object, send(OBJECT).await?], scalar),
        _ => return Ok(None),
    };
    if let Some(body) = failed.first().map(|first| first.body)
        && fails_ordinarily(&probe.observations.exchanges)
    {
        for _ in 0..AGAIN {
            failed.push(send(body).await?);
        }
    }
    Ok(judge(&failed, &control, Location::of(operation)))
}

/// A body with its answer.
struct Sent {
    body: &'static str,
    exchange: Arc<Exchange>,
}

/// Whether ordinary requests failed: then this one may have failed by chance.
fn fails_ordinarily(exchanges: &[Arc<Exchange>]) -> bool {
    exchanges.iter().any(|e| e.request.is_clean() && e.status() >= 500)
}

/// All of these have to have failed, and the control not.
fn judge(failed: &[Sent], control: &Sent, location: Location) -> Option<Finding> {
    let steady = failed.len() > 1 && failed.iter().all(|sent| response(&sent.exchange) == Answer::Crashed);
    if !steady || response(&control.exchange) != Answer::Handled {
        return None;
    }
    let first = failed.first()?;
    // An object reaches the handler, so that the operation is in order; what is refused for its syntax, or by a parser that takes no
    // numbers, does not say so.
    let confidence = if control.body == OBJECT { Confidence::Firm } else { Confidence::Tentative };
    let bodies = if failed.iter().all(|sent| sent.body == first.body) {
        format!("the JSON body {}", first.body)
    } else {
        format!("the JSON bodies {SCALAR} and {OBJECT}")
    };
    let evidence = Evidence::new(&first.exchange, format!("500 for {bodies}, {} times of {0}", failed.len()));
    let control = Evidence::new(&control.exchange, format!("{} for {}", control.exchange.status(), control.body));
    Some(Finding::new(&RULE, confidence, location, evidence).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    fn sent((body, status): (&'static str, u16)) -> Sent {
        Sent { body, exchange: exchange("/authors", status, "{}") }
    }

    fn verdict(failed: &[(&'static str, u16)], control: (&'static str, u16)) -> Option<Confidence> {
        let failed: Vec<Sent> = failed.iter().copied().map(sent).collect();
        judge(&failed, &sent(control), Location::host()).map(|finding| finding.confidence)
    }

    #[test]
    fn a_crash_that_the_control_does_not_share_is_found() {
        assert_eq!(verdict(&[(SCALAR, 500), (SCALAR, 500)], (OBJECT, 422)), Some(Confidence::Firm));
        assert_eq!(verdict(&[(OBJECT, 500), (OBJECT, 500)], (SCALAR, 400)), Some(Confidence::Tentative));
        assert_eq!(verdict(&[(SCALAR, 500), (OBJECT, 500)], (BROKEN, 400)), Some(Confidence::Tentative));
    }

    #[test]
    fn servers_that_fail_anyhow_or_refuse_are_not() {
        for (failed, control, why) in [
            ([500, 500], 500, "fails on everything, or turns every error into 500"),
            ([500, 400], 400, "failed once"),
            ([500, 503], 400, "overloaded"),
            ([502, 502], 400, "the proxy finds nobody behind it"),
            ([500, 500], 401, "the control was not let in"),
            ([500, 500], 404, "the control met nothing"),
            ([500, 500], 429, "the control was too much"),
            ([400, 400], 400, "refused"),
        ] {
            assert_eq!(verdict(&failed.map(|status| (SCALAR, status)), (OBJECT, control)), None, "{why}");
        }
        assert_eq!(verdict(&[(SCALAR, 500)], (OBJECT, 400)), None, "not repeated");
        assert_eq!(verdict(&[(SCALAR, 500), (SCALAR, 500), (SCALAR, 500), (SCALAR, 400)], (OBJECT, 400)), None);
    }

    #[test]
    fn a_server_that_fails_on_ordinary_requests_is_asked_more_often() {
        assert!(fails_ordinarily(&[exchange("/", 200, "{}"), exchange("/a", 500, "{}")]));
        assert!(!fails_ordinarily(&[exchange("/", 200, "{}"), exchange("/a", 404, "{}")]));
    }
}
