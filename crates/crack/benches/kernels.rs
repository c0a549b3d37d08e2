//! Candidates per second and core of every kernel that this CPU has: `cargo bench -p middlebrick-crack`.
//!
//! Each figure is the best of ten slices of about 0.2 seconds, in time on the CPU where the system tells it (Linux), so that a busy
//! machine does not count.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for people")]

use std::time::Instant;

use crack::{Algorithm, Kernel, Target, crack_with, kernels};

const SLICES: usize = 10;
const SLICE: f64 = 0.2;

fn main() {
    let words: Vec<String> = (0..65_536_u32).map(|n| format!("word{}", n.wrapping_mul(2_654_435_761))).collect();
    let cookies: Vec<Target> =
        (0..9).map(|n| parse(&crack::flask_session(b"?", &format!("{{\"user_id\":1234567890{n}}}"), NOW))).collect();
    let tokens: Vec<Target> = (0..9)
        .map(|n| {
            let claims = format!("{{\"sub\":\"123456789{n}\",\"name\":\"John Doe\",\"iat\":1516239022}}");
            parse(&crack::jwt_hs(Algorithm::Hs256, b"?", "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", &claims))
        })
        .collect();
    println!("{:<10} {:>5}  {:<13} {:>12} {:>20}", "kernel", "lanes", "token", "M words/s", "further token, ns");
    for kernel in kernels() {
        for (name, targets) in [("Flask cookie", &cookies), ("JWT HS256", &tokens)] {
            let one = seconds_per_word(kernel, &targets[..1], &words);
            let nine = seconds_per_word(kernel, targets, &words);
            let further = (nine - one) / 8.0 * 1e9;
            println!("{:<10} {:>5}  {name:<13} {:>12.2} {further:>20.1}", kernel.name(), kernel.lanes(), 1e-6 / one);
        }
    }
}

const NOW: u64 = 1_790_000_000;

fn parse(text: &str) -> Target {
    Target::parse(text).unwrap()
}

/// The best slice's time for one word, in seconds on the CPU.
fn seconds_per_word(kernel: &Kernel, targets: &[Target], words: &[String]) -> f64 {
    let slice = || {
        let (start, wall) = (clock(), Instant::now());
        let mut tried = 0.0;
        while wall.elapsed().as_secs_f64() < SLICE {
            assert!(crack_with(kernel, targets, words).iter().all(Option::is_none));
            tried += words.len() as f64;
        }
        let used = match (start, clock()) {
            (Some(start), Some(end)) => end - start,
            _ => wall.elapsed().as_secs_f64(),
        };
        used / tried
    };
    (0..SLICES).map(|_| slice()).fold(f64::INFINITY, f64::min)
}

/// Seconds this thread has spent on a CPU, where Linux tells it.
fn clock() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}
