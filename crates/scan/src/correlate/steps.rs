//! The whole proof of a finding: each cited request as a command, and what to look for in its response.

use std::sync::Arc;

use model::{Evidence, Exchange, StepView};

use super::curl;
use super::viewer::Viewer;

/// One step for each cited exchange, in the order in which they were sent.
pub(super) fn steps(cited: &[&Evidence], view: &Viewer<'_>) -> Vec<StepView> {
    let mut exchanges: Vec<(u32, &Arc<Exchange>, Vec<&str>)> = Vec::new();
    for evidence in cited {
        let Some(exchange) = evidence.exchange() else { continue };
        if let Some((_, _, excerpts)) = exchanges.iter_mut().find(|(_, known, _)| known.serial == exchange.serial) {
            excerpts.push(evidence.excerpt());
        } else {
            let number = view.numbers.get(&exchange.serial).copied().unwrap_or(u32::MAX);
            exchanges.push((number, exchange, vec![evidence.excerpt()]));
        }
    }
    exchanges.sort_by_key(|(number, ..)| *number);
    exchanges
        .into_iter()
        .map(|(_, exchange, excerpts)| StepView {
            command: curl::line(&exchange.request, view.identities, view.redactor),
            look_for: view.redactor.text(&look_for(exchange, &excerpts)),
        })
        .collect()
}

/// The status, unless the excerpt names it, and what the excerpts say.
fn look_for(exchange: &Exchange, excerpts: &[&str]) -> String {
    let mut said: Vec<&str> = Vec::new();
    for excerpt in excerpts.iter().map(|excerpt| excerpt.trim()).filter(|excerpt| !excerpt.is_empty()) {
        if !said.contains(&excerpt) {
            said.push(excerpt);
        }
    }
    let said = said.join("; ");
    let Some(response) = exchange.response() else {
        return if said.is_empty() { "no response".to_owned() } else { format!("no response: {said}") };
    };
    let status = response.status.to_string();
    if said.is_empty() {
        format!("status {status}")
    } else if said.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == status) {
        said
    } else {
        format!("status {status}: {said}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::{Failure, Origin, Outcome, Redactor, Request, Response, Scheme};

    use super::*;

    fn exchange(serial: u64, path: &str, status: Option<u16>) -> Arc<Exchange> {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let outcome = match status {
            Some(status) => Outcome::Answered(Response::new(status, Vec::new(), Vec::new())),
            None => Outcome::Failed(Failure::Unreachable(String::new())),
        };
        Arc::new(Exchange { serial, request: Request::get(&origin, path), outcome, elapsed_us: 1, hops: Vec::new() })
    }

    #[test]
    fn every_side_of_a_proof_is_a_step_in_the_order_of_the_transcript() {
        let (control, probe, repeat) =
            (exchange(7, "/a?id=1", Some(200)), exchange(3, "/a?id=1'", Some(500)), exchange(9, "/a?id=1'", Some(500)));
        let cited = [
            Evidence::new(&probe, "sqlite3.OperationalError"),
            Evidence::new(&control, "the ordinary order"),
            Evidence::new(&repeat, "status 500 again"),
            Evidence::new(&probe, "unrecognized token"),
            Evidence::in_source("app.py", 3, "cursor.execute(f\"...\")"),
        ];
        let numbers = BTreeMap::from([(7, 1), (3, 2), (9, 3)]);
        let view = Viewer { numbers: &numbers, identities: &[], technologies: &[], redactor: &Redactor::new() };
        let steps = steps(&cited.iter().collect::<Vec<_>>(), &view);
        let shown: Vec<(bool, &str)> = steps
            .iter()
            .map(|step| (step.command.contains("%27") || step.command.contains("\\'"), &*step.look_for))
            .collect();
        assert_eq!(
            shown,
            [
                (false, "status 200: the ordinary order"),
                (true, "status 500: sqlite3.OperationalError; unrecognized token"),
                (true, "status 500 again"),
            ]
        );
    }

    #[test]
    fn what_was_not_answered_says_so() {
        let look_for = |status, excerpts: &[&str]| look_for(&exchange(1, "/", status), excerpts);
        assert_eq!(look_for(None, &["2 s later"]), "no response: 2 s later");
        assert_eq!(look_for(None, &[" "]), "no response");
        assert_eq!(look_for(Some(204), &[""]), "status 204");
        assert_eq!(look_for(Some(200), &["the same", "the same"]), "status 200: the same");
        assert_eq!(look_for(Some(200), &["2001 items"]), "status 200: 2001 items");
    }
}
