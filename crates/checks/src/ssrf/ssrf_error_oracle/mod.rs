use std::sync::{Arc, LazyLock};

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag};

use super::fetches;
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::text::patterns::{self, Pattern};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "ssrf-error-oracle",
    aliases: &[],
    title: "SSRF: error messages reveal which internal hosts respond",
    category: Category::Ssrf,
    severity: Severity::High,
    cwe: &[918, 209],
    tags: &[Tag::Injection],
    risk: "An attacker maps hosts and ports of the network behind the server by its error messages.",
    fix: "Return one constant text for every failure to fetch, and fetch only from a fixed list of hosts.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(fetches::MOST as u32 * 2 + payload_refusal::REQUESTS),
    detectors: Detectors {
        applies: fetches::takes_a_url,
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    subsumed_by: &["ssrf"],
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

static ERRORS: LazyLock<Vec<Pattern>> = LazyLock::new(|| patterns::load(include_str!("../data/fetch_errors.toml")));

/// A port of the server's own machine where nobody listens, and a scheme that nobody knows.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    for parameter in fetches::parameters(probe.operation).take(fetches::MOST) {
        let word = fetches::word(probe, parameter, "oracle");
        let closed = probe.send(inputs::with(probe, parameter, &format!("http://127.0.0.1:1/{word}"))).await?;
        if error(&closed, "refused").is_none() {
            continue;
        }
        let scheme = probe.send(inputs::with(probe, parameter, &format!("x-{word}://127.0.0.1:1/{word}"))).await?;
        found.extend(judge(&closed, &scheme, probe.location().parameter(parameter.place.id(), &parameter.name)));
    }
    payload_refusal::end(probe, found).await
}

fn error(exchange: &Exchange, kind: &str) -> Option<String> {
    let text = exchange.text();
    ERRORS.iter().filter(|pattern| pattern.name == kind).find_map(|pattern| pattern.excerpt(&text))
}

/// The refused connection must be told for the closed port and not for the unknown scheme.
fn judge(closed: &Arc<Exchange>, scheme: &Arc<Exchange>, location: Location) -> Option<Finding> {
    let refused = error(closed, "refused")?;
    if error(scheme, "refused").is_some() {
        return None;
    }
    let told = error(scheme, "scheme");
    let confidence = if told.is_some() { Confidence::Confirmed } else { Confidence::Firm };
    let evidence = Evidence::new(closed, format!("a closed port of the server's own machine: {refused}"));
    let other = Evidence::new(
        scheme,
        told.map_or("an unknown scheme: another answer".to_owned(), |t| format!("an unknown scheme: {t}")),
    );
    Some(Finding::new(&RULE, confidence, location, evidence).also(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn every_error_hits_and_misses_its_samples() {
        patterns::verify(&ERRORS);
    }

    #[test]
    fn one_answer_to_both_tells_nothing() {
        let judge = |closed: &str, scheme: &str| {
            judge(&exchange("/", 502, closed), &exchange("/", 502, scheme), Location::host()).map(|f| f.confidence)
        };
        assert_eq!(judge("Connection refused", "unknown url type: x"), Some(Confidence::Confirmed));
        assert_eq!(judge("Connection refused", "bad address"), Some(Confidence::Firm));
        assert_eq!(judge("Connection refused", "Connection refused"), None);
        assert_eq!(judge("cannot fetch", "unknown url type: x"), None);
    }
}
