//! No answer of a target keeps the scan busy for longer than its size: whatever reads it does twice the work for twice the input.
//!
//! What counts is the processor time of this thread, which other programs lengthen only by what they take of the caches.

mod inputs;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use checks::judging::{response_fingerprint, soft_404};
use checks::{Check, Findings, Observations, ObservedExchange, RequestCounts};
use model::{Confidence, Evidence, Finding, Location, Operation, Redactor, Surface, Target};
use rustix::time::{ClockId, clock_gettime};

use self::inputs::{HTML, Input, JSON, Kind, TEXT, WHOLE};
use wire::ledger::Undone;

use crate::correlate;
use crate::discover::{self, Found};
use crate::ended::Ended;
use crate::rounds::{Outcome, Part, observe};

/// For twice the units at most so many times the work. Quadratic is four.
const MOST: f64 = 2.5;

/// The smaller input is a quarter of the larger, two doublings away: linear is 4 of at most 6.25, quadratic 16. One doubling left room for
/// 25 % of noise, and on a machine that builds beside the tests there was more.
const DOUBLINGS: u32 = 2;

/// Less work than this is no matter, and too little to be measured.
const FLOOR: Duration = Duration::from_millis(50);

/// Measurements of which the least counts, since caches and page faults only add; or one of both inputs in a row, which met the same
/// noise. The first that is within bounds ends them.
const TRIES: usize = 24;

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap())
}

fn time(work: impl FnOnce()) -> Duration {
    let before = processor_time();
    work();
    processor_time().saturating_sub(before)
}

/// An input as everything that reads it gets it.
struct Seeing {
    input: Input,
    observations: Observations,
    target: Target,
}

impl Seeing {
    fn of(input: Input) -> Seeing {
        let plain = if input.surface.operations.len() == input.exchanges.len() {
            input.exchanges.iter().cloned().map(Some).collect()
        } else {
            vec![None; input.surface.operations.len()]
        };
        let observations = Observations::plainly(plain, input.exchanges.clone());
        let target = Target::of(input.surface.origin.clone().unwrap());
        // It is parsed once for all.
        input.exchanges.iter().for_each(|e| _ = e.json());
        Seeing { input, observations, target }
    }

    fn judge(&self, check: &Check) {
        let mut found = Findings::default();
        for (at, exchange) in self.observations.exchanges.iter().enumerate() {
            let operation = self.observations.plain(at).and(self.input.surface.operations.get(at)).map(AsRef::as_ref);
            let seen = ObservedExchange { exchange, operation, surface: &self.input.surface, target: &self.target };
            let _ = check.detectors.on_exchange.map(|judge| judge(&seen, &mut found));
        }
        let _ = check.detectors.on_end.map(|judge| judge(&self.input.surface, &self.observations, &mut found));
    }

    fn plan(&self, check: &Check) {
        for (at, operation) in self.input.surface.operations.iter().enumerate() {
            (check.detectors.applies)(operation, &self.input.surface);
            let plain = self.observations.plain(at).map(AsRef::as_ref);
            (check.schedule.has_hint)(operation, plain);
        }
    }

    fn discover(&self) {
        let (mut surface, mut found) = (Surface::default(), Found::default());
        if self.input.document {
            let body = self.input.exchanges[0].body();
            let target = Target { specification: Some(("x.json".to_owned(), body.to_vec())), ..self.target.clone() };
            discover::specification::given(&target, &mut surface, &mut found);
        }
        for exchange in &self.input.exchanges {
            discover::fingerprint::read(exchange, &mut surface.technologies);
            discover::page::read(exchange, &self.target, &mut surface, &mut found);
        }
        self.input.surface.operations.iter().for_each(|operation| found.add(operation.as_ref().clone()));
        found.selected(&self.target);
    }

    fn harvest(&self) {
        observe::harvest(&mut self.input.surface.clone(), &self.observations);
    }

    fn redact(&self) {
        let redactor = Redactor::new();
        for exchange in &self.input.exchanges {
            redactor.text(&exchange.text());
            for (name, value) in &exchange.response().unwrap().headers {
                redactor.header(name, value);
            }
            redactor.text(&exchange.request.target);
        }
    }

    /// Two rules that tell the same find something in each operation.
    fn correlate(&self) {
        let exchange = &self.input.exchanges[0];
        let outcome = |id: &str| {
            let check = checks::find(id).unwrap();
            let evidence = Evidence::new(exchange, "seen");
            let finding = |operation: &Arc<Operation>| {
                Finding::new(check.rule, Confidence::Firm, Location::of(operation), evidence.clone())
            };
            let found = self.input.surface.operations.iter().map(finding).collect();
            Outcome {
                check,
                part: Part::Reads,
                operation: None,
                found,
                result: Ok(()),
                counts: RequestCounts::default(),
            }
        };
        let ended = Ended {
            target: Arc::new(self.target.clone()),
            surface: Arc::default(),
            observations: Arc::default(),
            outcomes: vec![outcome("input-reflection"), outcome("reflected-xss")],
            skipped: Vec::new(),
            undone: Undone::default(),
            looked_briefly: false,
            fault: None,
            diagnosis: None,
            unsteady: None,
            banned: false,
            silent: false,
            credential: None,
        };
        correlate::fold::fold(&mut correlate::outcome::by_rule(&ended));
    }

    fn compare(&self) {
        for exchange in self.input.exchanges.iter().take(8) {
            response_fingerprint::ResponseFingerprint::of(exchange, "'\"<x>", "1");
            soft_404::alike(exchange, &self.input.exchanges[0]);
        }
    }
}

type Reader = Box<dyn Fn(&Seeing)>;

/// Everything that reads what a target sent, with its name.
fn readers() -> BTreeMap<String, Reader> {
    let mut readers: BTreeMap<String, Reader> = BTreeMap::new();
    for check in checks::all() {
        if check.detectors.on_exchange.is_some() || check.detectors.on_end.is_some() {
            readers.insert(check.rule.id.to_owned(), Box::new(|seeing| seeing.judge(check)));
        }
        readers.insert(format!("planning of {}", check.rule.id), Box::new(|seeing| seeing.plan(check)));
    }
    readers.insert("discovery".to_owned(), Box::new(Seeing::discover));
    readers.insert("harvest".to_owned(), Box::new(Seeing::harvest));
    readers.insert("redaction".to_owned(), Box::new(Seeing::redact));
    readers.insert("correlation".to_owned(), Box::new(Seeing::correlate));
    readers.insert("comparison".to_owned(), Box::new(Seeing::compare));
    readers
}

/// The least times of the smaller and the larger input where the larger takes more than its share of the work.
fn more_than_its_share(small: impl Fn(), large: impl Fn()) -> Option<(Duration, Duration)> {
    let most = MOST.powi(DOUBLINGS.cast_signed());
    let (mut low, mut high) = (Duration::MAX, Duration::MAX);
    let is_within = (0..TRIES).any(|_| {
        let (less, more) = (time(&small), time(&large));
        (low, high) = (low.min(less), high.min(more));
        high < FLOOR || high <= low.mul_f64(most) || more <= less.mul_f64(most)
    });
    (!is_within).then_some((low, high))
}

/// The readers that take more than their share of work for so many units, with the times.
fn wasteful(kinds: &[Kind], units: usize) -> Vec<String> {
    let mut wasteful = Vec::new();
    let readers = readers();
    for (kind, make) in kinds {
        let (small, large) = (Seeing::of(make(units >> DOUBLINGS)), Seeing::of(make(units)));
        for (name, read) in &readers {
            if let Some((low, high)) = more_than_its_share(|| read(&small), || read(&large)) {
                wasteful.push(format!("{name}: {kind}: {low:?} for a quarter, {high:?} for all"));
            }
        }
    }
    wasteful
}

#[test]
fn the_measure_tells_square_work_from_linear_work() {
    let spin = |steps: u32| {
        std::hint::black_box((0..steps).fold(0_u64, |sum, step| std::hint::black_box(sum ^ u64::from(step))));
    };
    let steps = 32_000_000;
    assert_eq!(more_than_its_share(|| spin(steps / 4), || spin(steps)), None);
    assert!(more_than_its_share(|| spin(steps / 16), || spin(steps)).is_some());
}

#[test]
fn json_is_read_in_linear_time() {
    assert_eq!(wasteful(JSON, 8_000), Vec::<String>::new());
}

#[test]
fn pages_are_read_in_linear_time() {
    assert_eq!(wasteful(HTML, 4_000), Vec::<String>::new());
}

#[test]
fn texts_are_read_in_linear_time() {
    assert_eq!(wasteful(TEXT, 8_000), Vec::<String>::new());
}

#[test]
fn headers_operations_and_documents_are_read_in_linear_time() {
    assert_eq!(wasteful(WHOLE, 1_500), Vec::<String>::new());
}
