//! Whether a target obeys a command to wait, or to count, told from a target that is slow, and from one whose machine is busy: noise
//! only adds time, so what comes later than it should is measured again and the quicker of both counts, while what comes too soon
//! refutes.

use model::{
    Confidence, Evidence, Exchange, Finding, Location, NotTested, Operation, Parameter, ParameterIn, Request, Rule,
};

use crate::TargetProbe;
use crate::calling::{inputs, request};

mod judge;
mod outcome;

pub(super) use outcome::Outcome;

use judge::{Judged, Measured, ROWS};
use outcome::{Sent, Series};

/// The seconds of the command, in the order in which they are sent. Short ones, because a server that obeys may serve nobody else
/// meanwhile; the first alone decides whether the others are sent at all.
const SECONDS: [u32; 6] = [2, 0, 0, 3, 0, 2];

/// The order in which they are told: the longest wait, none, and the other wait come first, since a report shows few.
const TOLD: [usize; 6] = [3, 1, 0, 2, 4, 5];

/// The order in which they are told.
const TOLD_ROWS: [usize; 12] = [2, 1, 4, 0, 3, 5, 6, 7, 8, 9, 10, 11];

/// How many measurements of a series may be repeated. Of 2,000 simulated databases whose counting takes twice as long by load, and every
/// other response 80 ms longer (both on average, exponentially), one comes out unclear; without repetitions two in three did.
const REPEATED: usize = 6;

/// How many before there is a wait and a response without one to compare: most targets are simply slow.
const REPEATED_EARLY: usize = 1;

/// A series with repetitions has to be shown twice: of 20,000 simulated targets that answer after 0, 0.3 or 0.6 s by chance about ten
/// pass one, and none of 120,000 with six distributions of times passed both.
const SHOWN: u32 = 2;

/// Most series, for those that are too uneven to tell.
const SERIES: u32 = 3;

/// How many times fewer rows are asked for where the first ones took too long.
const FEWER: u32 = 8;

/// What [`obeys`] sends at most.
pub(super) const REQUESTS: u32 = (SECONDS.len() + REPEATED) as u32 * SERIES;

/// What [`counts`] sends at most.
pub(super) const REQUESTS_OF_ROWS: u32 = (ROWS.len() + REPEATED) as u32 * SERIES;

/// How often a target may look slow before no more is asked of it.
const SLOW: u32 = 2;

/// How slow the target looked so far.
#[derive(Default)]
pub(super) struct Patience {
    slow: u32,
    unclear: bool,
}

impl Patience {
    /// Notes an outcome; returns whether the next command may be sent.
    pub(super) fn note(&mut self, outcome: &Outcome) -> bool {
        self.slow += u32::from(matches!(outcome, Outcome::Refuted | Outcome::Unclear));
        self.unclear |= matches!(outcome, Outcome::Unclear);
        !self.is_over()
    }

    /// Whether no more is to be asked.
    pub(super) fn is_over(&self) -> bool {
        self.slow >= SLOW
    }

    /// What nothing found means.
    ///
    /// # Errors
    /// [`NotTested::Inconclusive`] when the target was too slow or too busy to tell.
    pub(super) fn verdict(&self) -> Result<(), NotTested> {
        if self.is_over() || self.unclear {
            return Err(NotTested::inconclusive("the target is too slow to tell a wait from its own time"));
        }
        Ok(())
    }
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
pub(super) async fn obeys(probe: &TargetProbe<'_>, request: impl Fn(u32) -> Request) -> Result<Outcome, NotTested> {
    let command = Command { amounts: &SECONDS, told: &TOLD, judge: judge::waits, say: |n| format!("wait {n} s") };
    command.prove(probe, &request).await
}

/// Sends a command to count some rows, which takes a time that nobody knows, and where the answer is late the same with none and with
/// other numbers.
///
/// # Errors
/// As [`TargetProbe::send`].
pub(super) async fn counts(probe: &TargetProbe<'_>, request: impl Fn(u32) -> Request) -> Result<Outcome, NotTested> {
    let command = Command { amounts: &ROWS, told: &TOLD_ROWS, judge: judge::rows, say: |n| format!("count {n} rows") };
    command.prove(probe, &request).await
}

/// A command whose amount shows in the time of the response.
struct Command {
    amounts: &'static [u32],
    told: &'static [usize],
    judge: fn(&[Measured]) -> Judged,
    say: fn(u32) -> String,
}

impl Command {
    async fn prove(&self, probe: &TargetProbe<'_>, request: &impl Fn(u32) -> Request) -> Result<Outcome, NotTested> {
        let (mut shown, mut fewer) = (0, 1);
        for _ in 0..SERIES {
            match self.series(probe, request, fewer).await? {
                Series::Shown { sent, repeated } => {
                    shown += 1;
                    if !repeated || shown >= SHOWN {
                        return Ok(Outcome::Obeyed(self.evidence(&sent)));
                    }
                }
                Series::TooUneven => {}
                Series::TooLong => fewer *= FEWER,
                Series::Ended(outcome) => return Ok(outcome),
            }
        }
        Ok(Outcome::Unclear)
    }

    fn evidence(&self, sent: &[Sent]) -> Vec<Evidence> {
        let told = |(amount, exchange): &Sent| {
            let took = exchange.elapsed_us as f64 / 1e6;
            Evidence::new(exchange, format!("payload to {}: response after {took:.2} s", (self.say)(*amount)))
        };
        self.told.iter().filter_map(|at| sent.get(*at)).map(told).collect()
    }

    /// Sends the amounts, or fewer: an eighth of them, for one.
    async fn series(
        &self,
        probe: &TargetProbe<'_>,
        request: &impl Fn(u32) -> Request,
        fewer: u32,
    ) -> Result<Series, NotTested> {
        let mut sent: Vec<Sent> = Vec::new();
        let (mut repeated, mut slowest_of_none) = (0, 0);
        for amount in self.amounts.iter().map(|amount| amount / fewer) {
            let exchange = probe.send(request(amount).fresh()).await?;
            slowest_of_none = slowest_of_none.max(if amount == 0 { exchange.elapsed_us } else { 0 });
            sent.push((amount, exchange));
            loop {
                let measured: Vec<Measured> = sent.iter().map(|(amount, e)| Measured::of(*amount, e)).collect();
                let at = match (self.judge)(&measured) {
                    Judged::Fits => break,
                    Judged::Unmoved => return Ok(Series::Ended(Outcome::Unmoved)),
                    Judged::Refuted => return Ok(Series::Ended(Outcome::Refuted)),
                    Judged::Unclear => return Ok(Series::Ended(Outcome::Unclear)),
                    Judged::TooLong => return Ok(Series::TooLong),
                    Judged::Late(at) => at,
                };
                if repeated >= if sent.len() <= 2 { REPEATED_EARLY } else { REPEATED } {
                    return Ok(judge::given_up(&measured, slowest_of_none));
                }
                repeated += 1;
                let again = probe.send(request(sent[at].0).fresh()).await?;
                if again.elapsed_us < sent[at].1.elapsed_us || again.status() != sent[at].1.status() {
                    sent[at].1 = again;
                }
            }
        }
        Ok(Series::Shown { sent, repeated: repeated > 0 })
    }
}
