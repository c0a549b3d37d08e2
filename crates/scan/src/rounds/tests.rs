use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use checks::{Check, Cost, Detectors, Findings, Observations, Schedule, TargetProbe};
use futures::future::BoxFuture;
use model::{Consent, Depth, Effect, Method, Operation, Origin, Request, Scheme, Source, Surface, Target};
use wire::{Budget, Callback, Listener, Mandate, Settings, Wire};

use super::*;
use crate::credentials::Credential;
use crate::halt::Halt;
use crate::plan::PlannedCheck;

static IDLE: Check = Check {
    detectors: Detectors { on_surface: Some(|_, _| Box::pin(async { Ok(()) })), ..Detectors::NONE },
    ..Check::of(checks::data_exposure::CHECKS[0].rule)
};

static BROKEN: Check = Check {
    detectors: Detectors { on_surface: Some(|_, _| Box::pin(async { panic!("a fault") })), ..Detectors::NONE },
    ..Check::of(checks::authentication::CHECKS[0].rule)
};

/// Sends this many requests of a method, one after the other.
fn sends<'a>(probe: &'a TargetProbe<'a>, method: Method, path: &'static str) -> BoxFuture<'a, Result<(), NotTested>> {
    Box::pin(async move {
        for number in 0..5 {
            let target = format!("/{path}?n={number}");
            probe.send(Request::new(method.clone(), probe.origin(), target).fresh()).await?;
            tokio::task::yield_now().await;
        }
        Ok(())
    })
}

static READS: Check = Check {
    cost: Cost::reads(5),
    detectors: Detectors { on_surface: Some(|p, _: &mut Findings| sends(p, Method::GET, "read")), ..Detectors::NONE },
    ..Check::of(checks::data_exposure::CHECKS[0].rule)
};
static WRITES: Check = Check {
    cost: Cost::writes(5),
    detectors: Detectors { on_surface: Some(|p, _: &mut Findings| sends(p, Method::POST, "write")), ..Detectors::NONE },
    ..Check::of(checks::data_exposure::CHECKS[0].rule)
};
static DESTROYS: Check = Check {
    cost: Cost { effect: Effect::Destroys, ..Cost::writes(5) },
    detectors: Detectors {
        on_surface: Some(|p, _: &mut Findings| sends(p, Method::POST, "destroy")),
        ..Detectors::NONE
    },
    ..Check::of(checks::data_exposure::CHECKS[0].rule)
};
static BURSTS: Check = Check {
    cost: Cost::reads(5),
    schedule: Schedule { burst: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|p, _: &mut Findings| sends(p, Method::GET, "burst")), ..Detectors::NONE },
    ..Check::of(checks::data_exposure::CHECKS[0].rule)
};

fn planned(index: u32, check: &'static Check) -> PlannedCheck {
    let terms = check.terms(Consent::ReadOnly);
    let depth = Depth::Standard;
    PlannedCheck { index, check, terms, operation: None, in_body: false, round_robin_index: 0, depth, has_hint: false }
}

/// A server that notes the paths that it is asked for, and answers each with an empty object.
fn server() -> (Origin, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin =
        Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port() };
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let noted = Arc::clone(&noted);
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
                while let Some(line) = lines.next() {
                    let path = line.split([' ', '?']).nth(1).unwrap_or("").to_owned();
                    while lines.next().is_some_and(|line| !line.is_empty()) {}
                    noted.lock().unwrap().push(path);
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
                }
            });
        }
    });
    (origin, asked)
}

async fn outcomes(origin: &Origin, plan: &Plan, budget: Budget) -> Vec<Outcome> {
    let listener: Listener = Arc::new(|_| {});
    let mandate = Mandate { consent: Consent::SafeWrites, ..Mandate::default() };
    let settings = Settings::polite(true);
    let wire = Wire::new(origin.clone(), mandate, settings, Arc::new(budget), Arc::clone(&listener)).unwrap();
    let operation = Operation::undeclared(Method::GET, "/read", Source::Given);
    let target = Target { consent: Consent::SafeWrites, ..Target::of(origin.clone()) };
    let context = RunContext {
        surface: &Surface { operations: vec![Arc::new(operation)].into(), ..Surface::default() },
        observed: &Observations::default(),
        target: &target,
        standard: &target,
        credential: &Credential::default(),
        wire: &wire,
        callback: &Callback::new(None, true, 1),
        listener: &listener,
        halt: &Halt::after(Duration::from_hours(1)),
    };
    run(plan, &context).await
}

#[tokio::test]
async fn a_detector_that_panics_leaves_the_others_alone() {
    let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 9 };
    let plan = Plan { asked: vec![planned(0, &BROKEN), planned(1, &IDLE)], ..Plan::default() };
    let results: Vec<_> = outcomes(&origin, &plan, Budget::new(9)).await.into_iter().map(|o| o.result).collect();
    assert_eq!(results, [Err(NotTested::inconclusive("an internal error of this rule")), Ok(())]);
}

#[tokio::test]
async fn a_round_is_over_before_the_next_begins() {
    let (origin, asked) = server();
    let checks = [&DESTROYS, &WRITES, &READS, &WRITES, &READS, &BURSTS, &READS];
    let all = checks.into_iter().enumerate().map(|(index, check)| planned(index as u32, check)).collect();
    outcomes(&origin, &Plan { asked: all, ..Plan::default() }, Budget::new(99)).await;
    let mut order = asked.lock().unwrap().clone();
    assert_eq!(order.len(), 7 * 5);
    order.dedup();
    assert_eq!(order, ["/read", "/write", "/destroy", "/burst"]);
}

#[tokio::test]
async fn reading_does_not_use_up_what_writing_needs() {
    let (origin, asked) = server();
    let checks = [&READS, &READS, &READS, &READS, &WRITES];
    let all = checks.into_iter().enumerate().map(|(index, check)| planned(index as u32, check)).collect();
    outcomes(&origin, &Plan { asked: all, ..Plan::default() }, Budget::strict(20)).await;
    let written = asked.lock().unwrap().iter().filter(|path| *path == "/write").count();
    assert_eq!(written, 5);
}
