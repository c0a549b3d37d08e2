//! Code whose value is never shown, told by where its evaluation fails.

use std::sync::Arc;

use model::{Confidence, Evidence, Exchange, Finding, NotTested, Parameter, Rule};

use super::language::Language;
use crate::OperationProbe;
use crate::calling::inputs;
use crate::experiments::repetition;
use crate::judging::response_fingerprint::ResponseFingerprint;

/// Statuses by which firewalls, logins and rate limits refuse: no failure of an evaluation.
const REFUSALS: [u16; 5] = [401, 403, 407, 429, 503];

/// Different numbers for each time the three expressions are sent.
const NUMBERS: [u32; 3] = [7, 3, 9];

/// How a failure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// By an error status.
    Status,
    /// By another text under the same kind of status.
    Text,
}

/// How an answer to the failing expression differs from the plain one, if it does.
fn failure(plain: &ResponseFingerprint, fails: &ResponseFingerprint) -> Option<Shows> {
    match fails.status {
        0 => None,
        status if REFUSALS.contains(&status) => None,
        400.. => Some(Shows::Status),
        _ => (fails != plain).then_some(Shows::Text),
    }
}

/// Whether an expression with the value of the plain one was answered as if it had been evaluated to it. Where a failure only shows
/// in the text, the texts have to be the same: otherwise every search would do.
fn alike(plain: &ResponseFingerprint, other: &ResponseFingerprint, shows: Shows) -> bool {
    match shows {
        Shows::Status => (1..400).contains(&other.status),
        Shows::Text => other == plain,
    }
}

struct Prober<'a, 'p> {
    probe: &'a OperationProbe<'p>,
    parameter: &'a Parameter,
    value: String,
}

impl Prober<'_, '_> {
    async fn send(&self, payload: &str) -> Result<(Arc<Exchange>, ResponseFingerprint), NotTested> {
        let exchange = self.probe.send(inputs::with(self.probe, self.parameter, payload)).await?;
        let fingerprint = ResponseFingerprint::of(&exchange, payload, &self.value);
        Ok((exchange, fingerprint))
    }
}

/// An expression that fails when it is evaluated, one that does not, and one that holds the first in a function that is never
/// called; again with other numbers, and the first two once more. Only what evaluates them answers the first otherwise each time.
pub(super) async fn prove(
    probe: &OperationProbe<'_>,
    parameter: &Parameter,
    language: &Language,
    rule: &'static Rule,
) -> Result<Option<Finding>, NotTested> {
    let prober = Prober { probe, parameter, value: inputs::ordinary(probe, parameter) };
    let v = prober.value.as_str();
    let plain = ResponseFingerprint::plain(probe.plain()?);
    if !(1..400).contains(&plain.status) {
        return Ok(None);
    }
    let [first, again, last] = NUMBERS;
    let (failed, fingerprint) = prober.send(&language.fails(v, first)).await?;
    let Some(shows) = failure(&plain, &fingerprint) else { return Ok(None) };
    let (held, fingerprint) = prober.send(&language.holds(v, first)).await?;
    if !alike(&plain, &fingerprint, shows) {
        return Ok(None);
    }
    let (uncalled, fingerprint) = prober.send(&language.uncalled(v, first)).await?;
    if !alike(&plain, &fingerprint, shows) {
        return Ok(None);
    }
    // In another order: a server that alternates or counts keeps to its own.
    for (payload, fails) in [
        (language.holds(v, again), false),
        (language.uncalled(v, again), false),
        (language.fails(v, again), true),
        (language.fails(v, last), true),
        (language.holds(v, last), false),
    ] {
        let (exchange, fingerprint) = prober.send(&payload).await?;
        let as_before = if fails {
            failure(&plain, &fingerprint) == Some(shows) && exchange.status() == failed.status()
        } else {
            alike(&plain, &fingerprint, shows)
        };
        if !as_before {
            return Ok(None);
        }
    }
    // Where a failure only shows in the text, chance may have drawn another one.
    let further = if shows == Shows::Text { &repetition::ORDER[..] } else { repetition::order(true) };
    for (number, fails) in further.iter().copied().enumerate() {
        let number = number as u32 + 10;
        let payload = if fails { language.fails(v, number) } else { language.holds(v, number) };
        let (exchange, fingerprint) = prober.send(&payload).await?;
        let as_before = if fails {
            failure(&plain, &fingerprint) == Some(shows) && exchange.status() == failed.status()
        } else {
            alike(&plain, &fingerprint, shows)
        };
        if !as_before {
            return Ok(None);
        }
    }
    let confidence = if shows == Shows::Status { Confidence::Confirmed } else { Confidence::Firm };
    let evidence = Evidence::new(
        &failed,
        format!("{}: {}, as an evaluation that fails", language.fails(v, first), failed.status()),
    );
    let control = Evidence::new(&held, format!("{}: {}", language.holds(v, first), held.status()));
    let text = Evidence::new(
        &uncalled,
        format!("{}: {}, the failing code is there but never called", language.uncalled(v, first), uncalled.status()),
    );
    let location = probe.location().parameter(parameter.place.id(), &parameter.name);
    let finding = Finding::new(rule, confidence, location, evidence).also(control).also(text);
    Ok(Some(finding.detail("The value of the expression is not shown.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    fn fingerprint(status: u16, body: &str) -> ResponseFingerprint {
        ResponseFingerprint::plain(&exchange("/", status, body))
    }

    #[test]
    fn a_failure_is_an_error_or_another_text() {
        let plain = fingerprint(200, r#"{"items":[1]}"#);
        for (status, body, expected) in [
            (500, r#"{"error":"x"}"#, Some(Shows::Status)),
            (400, r#"{"error":"x"}"#, Some(Shows::Status)),
            (200, r#"{"items":[1]}"#, None),
            (200, r#"{"error":"x"}"#, Some(Shows::Text)),
            (403, "<p>blocked</p>", None),
            (429, "{}", None),
            (503, "{}", None),
        ] {
            assert_eq!(failure(&plain, &fingerprint(status, body)), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_search_that_finds_nothing_is_not_alike() {
        let plain = fingerprint(200, r#"{"items":[1]}"#);
        let nothing = fingerprint(200, r#"{"items":[]}"#);
        assert!(!alike(&plain, &nothing, Shows::Text) && alike(&plain, &nothing, Shows::Status));
        assert!(!alike(&plain, &fingerprint(400, "{}"), Shows::Status));
    }
}
