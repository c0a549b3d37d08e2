//! Whether a target obeys a command to wait, told from a target that is slow.

use std::sync::Arc;

use model::{Evidence, Exchange, NotTested, Operation, Parameter, ParameterIn, Request};

use crate::Survey;
use crate::shared::{fill, inputs};

/// The seconds of the command, in the order in which they are sent. Short ones, because a server that obeys may serve nobody else
/// meanwhile; the first alone decides whether the others are sent at all.
const SECONDS: [u32; 6] = [2, 0, 0, 3, 0, 2];

/// The order in which they are told: the longest wait, none, and the other wait come first, since a report shows few.
const TOLD: [usize; 6] = [3, 1, 0, 2, 4, 5];

/// What [`obeys`] sends at most.
pub(super) const REQUESTS: u32 = SECONDS.len() as u32;

/// Longest time that an answer without a wait may take, in microseconds: a target slower than that is too slow to tell.
const QUICK: u64 = 1_000_000;

/// How far the waits may be apart, in seconds for each second that was asked for.
const STEADY: f64 = 0.25;

/// Most times that one payload may be obeyed: it may stand in several commands or statements.
const OFTEN: f64 = 4.3;

/// How often a target may look slow before no more is asked of it.
pub(super) const SLOW: u32 = 2;

/// What came of a command to wait.
pub(super) enum Outcome {
    /// Answered at once.
    Unmoved,
    /// Answered late, but not as the command said.
    Slow,
    /// Each answer came as late as the command said.
    Obeyed(Vec<Evidence>),
}

/// A parameter that may take a command, of an operation that was called.
pub(super) struct Candidate<'a> {
    pub(super) operation: &'a Operation,
    pub(super) parameter: &'a Parameter,
    pub(super) value: String,
}

impl Candidate<'_> {
    /// The operation with this payload in the parameter.
    pub(super) fn with(&self, survey: &Survey<'_>, payload: &str) -> Request {
        let value = fill::Value::of(self.parameter, payload);
        fill::request(self.operation, survey.surface, survey.target, &[value])
    }
}

/// The text parameters of operations that were called and let us in, those of operations that answered well first.
pub(super) fn candidates<'a>(survey: &Survey<'a>, fits: impl Fn(&Operation, &Parameter) -> bool) -> Vec<Candidate<'a>> {
    let surface = survey.surface;
    let mut called: Vec<_> = survey
        .observations
        .called(surface)
        .filter(|(operation, plain)| {
            inputs::takes_any_text(operation) && !matches!(plain.status(), 0 | 401 | 403 | 407 | 429 | 503)
        })
        .collect();
    called.sort_by_key(|(_, plain)| !plain.is_success());
    called
        .into_iter()
        .flat_map(|(operation, _)| inputs::texts(operation).map(move |parameter| (operation, parameter)))
        .filter(|(operation, parameter)| parameter.place != ParameterIn::Header && fits(operation, parameter))
        .map(|(operation, parameter)| {
            let value = fill::ordinary(parameter, operation, surface);
            Candidate { operation, parameter, value }
        })
        .collect()
}

/// Sends a command to wait for some seconds, and where the answer is late the same with no wait and with another wait.
///
/// # Errors
/// As [`Survey::send`].
pub(super) async fn obeys(survey: &Survey<'_>, asked: impl Fn(u32) -> Request) -> Result<Outcome, NotTested> {
    let mut answers: Vec<(u32, Arc<Exchange>)> = Vec::new();
    for seconds in SECONDS {
        let exchange = survey.send(asked(seconds).fresh()).await?;
        answers.push((seconds, exchange));
        let timed: Vec<Timed> = answers.iter().map(|(seconds, e)| Timed::of(*seconds, e)).collect();
        if !follows(&timed) {
            return Ok(if answers.len() == 1 { Outcome::Unmoved } else { Outcome::Slow });
        }
    }
    let told = |(seconds, exchange): &(u32, Arc<Exchange>)| {
        let took = exchange.elapsed_us as f64 / 1e6;
        Evidence::new(exchange, format!("told to wait {seconds} s: answered after {took:.2} s"))
    };
    Ok(Outcome::Obeyed(TOLD.iter().filter_map(|at| answers.get(*at)).map(told).collect()))
}

/// An answer with the wait that was asked for.
#[derive(Debug, Clone, Copy)]
struct Timed {
    seconds: u32,
    took_us: u64,
    status: u16,
}

impl Timed {
    fn of(seconds: u32, exchange: &Exchange) -> Timed {
        Timed { seconds, took_us: exchange.elapsed_us, status: exchange.status() }
    }
}

/// Whether the answers so far came as late as they were told: at once without a wait, late in proportion with one, and all with one
/// status, since a command that is cut off by a time limit is no proof.
fn follows(timed: &[Timed]) -> bool {
    let usual = timed.iter().filter(|t| t.seconds == 0).map(|t| t.took_us).min().unwrap_or(0);
    let alike = timed.iter().all(|t| t.status != 0 && timed.first().is_some_and(|first| first.status == t.status));
    let refused = timed.iter().any(|t| matches!(t.status, 429 | 503));
    let quick = timed.iter().filter(|t| t.seconds == 0).all(|t| t.took_us < QUICK);
    // How long each second took; nothing sleeps shorter than it was told.
    let each: Vec<f64> = timed
        .iter()
        .filter(|t| t.seconds > 0)
        .map(|t| t.took_us.saturating_sub(usual) as f64 / 1e6 / f64::from(t.seconds))
        .collect();
    let late = timed.iter().all(|t| t.took_us >= u64::from(t.seconds) * 1_000_000);
    let least = each.iter().copied().fold(f64::INFINITY, f64::min);
    let most = each.iter().copied().fold(0.0, f64::max);
    // A single answer says nothing about how steady the target is.
    let steady = each.len() < 2 || most - least <= STEADY;
    alike && !refused && quick && late && steady && most <= OFTEN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(took_ms: [u64; 6], status: [u16; 6]) -> bool {
        let timed: Vec<Timed> = SECONDS
            .iter()
            .zip(took_ms)
            .zip(status)
            .map(|((seconds, ms), status)| Timed { seconds: *seconds, took_us: ms * 1_000, status })
            .collect();
        (1..=timed.len()).all(|n| follows(&timed[..n]))
    }

    #[test]
    fn only_who_waits_as_told_obeys() {
        for (took, expected, what) in [
            ([2_010, 8, 9, 3_011, 9, 2_012], true, "sleeps"),
            ([2_310, 308, 320, 3_311, 309, 2_312], true, "sleeps after its own work"),
            ([4_010, 8, 9, 6_011, 9, 4_012], true, "sleeps twice"),
            ([10, 8, 9, 11, 9, 12], false, "takes no notice"),
            ([2_500, 2_400, 2_600, 3_100, 2_500, 2_400], false, "is slow"),
            ([2_500, 8, 9, 2_500, 9, 2_500], false, "holds up what is odd for a fixed time"),
            ([2_010, 8, 9, 4_900, 9, 2_012], false, "is slow at times"),
            ([2_010, 8, 1_200, 3_010, 9, 2_012], false, "is loaded"),
            ([2_010, 900, 950, 3_010, 980, 3_900], false, "gets slower"),
            ([2_010, 8, 9, 2_990, 9, 2_012], false, "answers before the time"),
        ] {
            assert_eq!(all(took, [200; 6]), expected, "{what}");
        }
        let sleeps = [2_010, 8, 9, 3_011, 9, 2_012];
        assert!(all(sleeps, [500; 6]), "a failure after the wait is a wait");
        assert!(!all(sleeps, [504, 200, 200, 504, 200, 504]), "a time limit");
        assert!(!all(sleeps, [429; 6]), "a rate limit");
        assert!(!all(sleeps, [0; 6]), "no answer");
    }
}
