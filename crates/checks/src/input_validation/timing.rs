//! Whether a target obeys a command to wait, or to count, told from a target that is slow.

use std::sync::Arc;

use model::{
    Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Parameter, ParameterIn, Request, Rule,
};

use crate::TargetProbe;
use crate::calling::{inputs, request};

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
    pub(super) plain: &'a Exchange,
    pub(super) value: String,
}

impl Candidate<'_> {
    /// The operation with this payload in the parameter.
    pub(super) fn with(&self, probe: &TargetProbe<'_>, payload: &str) -> Request {
        let value = request::Value::of(self.parameter, payload);
        request::build(self.operation, probe.surface, probe.target, &[value])
    }

    /// The finding that the parameter obeyed, as its answers tell.
    pub(super) fn finding(&self, rule: &'static Rule, told: Vec<Evidence>) -> Option<Finding> {
        let location = Location::of(self.operation).parameter(self.parameter.place.id(), &self.parameter.name);
        let mut told = told.into_iter();
        let first = told.next()?;
        Some(told.fold(Finding::new(rule, Confidence::Confirmed, location, first), Finding::also))
    }
}

/// The text parameters of operations that were called and let us in, those of operations that answered well first.
pub(super) fn candidates<'a>(
    probe: &TargetProbe<'a>,
    fits: impl Fn(&Operation, &Parameter) -> bool,
) -> Vec<Candidate<'a>> {
    let surface = probe.surface;
    let mut called: Vec<_> = probe
        .observations
        .called(surface)
        .filter(|(operation, plain)| {
            inputs::takes_any_text(operation) && !matches!(plain.status(), 0 | 401 | 403 | 407 | 429 | 503)
        })
        .collect();
    called.sort_by_key(|(_, plain)| !plain.is_success());
    called
        .into_iter()
        .flat_map(|(operation, plain)| inputs::texts(operation).map(move |parameter| (operation, plain, parameter)))
        .filter(|(operation, _, parameter)| parameter.place != ParameterIn::Header && fits(operation, parameter))
        .map(|(operation, plain, parameter)| {
            let value = request::ordinary(parameter, operation, surface);
            Candidate { operation, parameter, plain, value }
        })
        .collect()
}

/// Sends a command to wait for some seconds, and where the answer is late the same with no wait and with another wait.
///
/// # Errors
/// As [`TargetProbe::send`].
pub(super) async fn obeys(probe: &TargetProbe<'_>, asked: impl Fn(u32) -> Request) -> Result<Outcome, NotTested> {
    let mut responses: Vec<(u32, Arc<Exchange>)> = Vec::new();
    for seconds in SECONDS {
        let exchange = probe.send(asked(seconds).fresh()).await?;
        responses.push((seconds, exchange));
        let timed: Vec<Timed> = responses.iter().map(|(seconds, e)| Timed::of(*seconds, e)).collect();
        if !follows(&timed) {
            return Ok(if responses.len() == 1 { Outcome::Unmoved } else { Outcome::Slow });
        }
    }
    let told = |(seconds, exchange): &(u32, Arc<Exchange>)| {
        let took = exchange.elapsed_us as f64 / 1e6;
        Evidence::new(exchange, format!("told to wait {seconds} s: answered after {took:.2} s"))
    };
    Ok(Outcome::Obeyed(TOLD.iter().filter_map(|at| responses.get(*at)).map(told).collect()))
}

/// Sends a command to count some rows, which takes a time that nobody knows, and where the answer is late the same with none and with
/// other numbers.
///
/// # Errors
/// As [`TargetProbe::send`].
pub(super) async fn counts(probe: &TargetProbe<'_>, asked: impl Fn(u32) -> Request) -> Result<Outcome, NotTested> {
    let mut responses: Vec<(u32, Arc<Exchange>)> = Vec::new();
    for rows in ROWS {
        let exchange = probe.send(asked(rows).fresh()).await?;
        responses.push((rows, exchange));
        let counted: Vec<Counted> = responses.iter().map(|(rows, e)| Counted::of(*rows, e)).collect();
        if !in_proportion(&counted) {
            return Ok(if is_unmoved(&counted) { Outcome::Unmoved } else { Outcome::Slow });
        }
    }
    let told = |(rows, exchange): &(u32, Arc<Exchange>)| {
        let took = exchange.elapsed_us as f64 / 1e6;
        Evidence::new(exchange, format!("told to count {rows} rows: answered after {took:.2} s"))
    };
    Ok(Outcome::Obeyed(TOLD_ROWS.iter().filter_map(|at| responses.get(*at)).map(told).collect()))
}

/// The rows to count, in the order in which they are sent. A database does some millions in a second.
const ROWS: [u32; 12] = [1_500_000, 0, 4_500_000, 0, 3_000_000, 0, 4_500_000, 0, 1_500_000, 0, 3_000_000, 0];

/// The order in which they are told.
const TOLD_ROWS: [usize; 12] = [2, 1, 4, 0, 3, 5, 6, 7, 8, 9, 10, 11];

/// What [`counts`] sends at most.
pub(super) const REQUESTS_OF_ROWS: u32 = ROWS.len() as u32;

/// No database counts the fewest rows in a shorter time, in microseconds.
const AT_LEAST: u64 = 50_000;

/// Longest time that the fewest rows may take: more of them would keep the server busy for too long.
const AT_MOST: u64 = 2_000_000;

/// How many times longer a row may take than another: other work on the machine slows the counting down. Less than the rows differ,
/// so that no more of them are counted sooner than the fewest.
const EVEN: f64 = 2.5;

/// An answer with the rows that were to be counted.
#[derive(Debug, Clone, Copy)]
struct Counted {
    rows: u32,
    took_us: u64,
    status: u16,
}

impl Counted {
    fn of(rows: u32, exchange: &Exchange) -> Counted {
        Counted { rows, took_us: exchange.elapsed_us, status: exchange.status() }
    }
}

/// Whether nothing was counted: the answer came too soon, or as soon as with nothing to count.
fn is_unmoved(counted: &[Counted]) -> bool {
    match counted {
        [first] => first.took_us < AT_LEAST,
        [first, none] => first.took_us < QUICK && none.took_us < QUICK && none.took_us * 2 > first.took_us,
        _ => false,
    }
}

/// Whether the answers so far came late in proportion to what was to be counted, and much sooner when it was nothing; all with one
/// status.
fn in_proportion(counted: &[Counted]) -> bool {
    let of_none = || counted.iter().filter(|c| c.rows == 0).map(|c| c.took_us);
    let usual = of_none().min().unwrap_or(0);
    let waits: Vec<(u32, u64)> =
        counted.iter().filter(|c| c.rows > 0).map(|c| (c.rows, c.took_us.saturating_sub(usual))).collect();
    let shortest = waits.iter().map(|(_, wait)| *wait).min().unwrap_or(0);
    let alike = counted.iter().all(|c| c.status != 0 && counted.first().is_some_and(|first| first.status == c.status));
    let refused = counted.iter().any(|c| matches!(c.status, 429 | 503));
    let quick = of_none().all(|took| took < QUICK && (took - usual) * 2 < shortest);
    let each = || waits.iter().map(|(rows, wait)| *wait as f64 / f64::from(*rows));
    let (least, most) = (each().fold(f64::INFINITY, f64::min), each().fold(0.0, f64::max));
    let within = waits.first().is_none_or(|(_, first)| (AT_LEAST..=AT_MOST).contains(first));
    alike && !refused && quick && within && most <= EVEN * least
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

    #[test]
    fn only_who_counts_as_told_counts() {
        let all = |took_ms: [u64; 12], status: u16| {
            let counted: Vec<Counted> = ROWS
                .iter()
                .zip(took_ms)
                .map(|(rows, ms)| Counted { rows: *rows, took_us: ms * 1_000, status })
                .collect();
            (1..=counted.len()).all(|n| in_proportion(&counted[..n]))
        };
        for (took, expected, what) in [
            ([330, 5, 1_010, 6, 680, 5, 1_000, 6, 340, 6, 690, 6], true, "counts"),
            ([630, 305, 1_310, 310, 980, 306, 1_300, 306, 640, 310, 990, 306], true, "counts after its own work"),
            ([130, 5, 340, 29, 260, 5, 350, 5, 118, 29, 240, 5], true, "counts on a fast machine"),
            ([330, 5, 1_990, 6, 1_300, 90, 1_000, 6, 520, 6, 690, 6], true, "counts on a busy machine"),
            ([8, 5, 8, 6, 9, 5, 8, 7, 8, 6, 8, 7], false, "takes no notice"),
            ([450, 440, 460, 450, 430, 450, 455, 460, 450, 450, 450, 460], false, "is slow"),
            ([450, 5, 450, 6, 450, 5, 450, 6, 450, 6, 450, 6], false, "holds up what is odd for a fixed time"),
            ([330, 300, 1_010, 12, 680, 240, 1_000, 30, 340, 12, 690, 30], false, "has jitter"),
            ([330, 5, 1_010, 6, 680, 500, 1_000, 6, 340, 6, 690, 6], false, "is loaded"),
            ([900, 5, 6, 5, 5, 6, 5, 5, 6, 5, 5, 5], false, "was held up once"),
            ([2_500, 5, 7_500, 6, 5_000, 5, 7_500, 6, 2_500, 6, 5_000, 6], false, "takes too long"),
        ] {
            assert_eq!(all(took, 200), expected, "{what}");
        }
        assert!(!all([330, 5, 1_010, 6, 680, 5, 1_000, 6, 340, 6, 690, 6], 503), "refuses");
        let counted = |rows: u32, ms: u64| Counted { rows, took_us: ms * 1_000, status: 200 };
        assert!(is_unmoved(&[counted(ROWS[0], 8)]) && is_unmoved(&[counted(ROWS[0], 130), counted(0, 120)]));
        assert!(!is_unmoved(&[counted(ROWS[0], 130), counted(0, 20)]) && !is_unmoved(&[counted(ROWS[0], 3_000)]));
    }
}
