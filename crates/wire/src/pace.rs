use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The pause after the first refusal that asks for none; it grows with each, up to eight times.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Answers whose median says how fast the target is.
const WINDOW: usize = 12;
/// A target that takes this much longer than at first, and this long, is under strain.
const STRAIN: (u32, Duration) = (8, Duration::from_secs(1));
/// The longest time between two requests to a target under strain.
const LONGEST_SPACING: Duration = Duration::from_millis(250);

/// How fast the scan goes: a token bucket, and slower when the target asks for it or answers more slowly.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: Option<f64>,
    burst: f64,
    longest_pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    refilled: Instant,
    paused_until: Option<Instant>,
    /// When the target last asked for a pause, and how often in a row.
    paused_at: Option<Instant>,
    pauses: u32,
    /// How long the first answers took.
    first: Vec<Duration>,
    /// How long the last ones took.
    last: VecDeque<Duration>,
    /// The time between two requests, once the target is under strain.
    spacing: Option<Duration>,
    went: Instant,
}

impl Pace {
    /// `longest_pause`: what a target can ask for at most with `Retry-After`.
    pub(crate) fn new(rate: Option<u32>, burst: u32, longest_pause: Duration) -> Pace {
        let burst = f64::from(burst.max(1));
        let now = Instant::now();
        let state = State {
            tokens: burst,
            refilled: now,
            paused_until: None,
            paused_at: None,
            pauses: 0,
            first: Vec::new(),
            last: VecDeque::new(),
            spacing: None,
            went: now,
        };
        Pace { rate: rate.map(|r| f64::from(r.max(1))), burst, longest_pause, state: Mutex::new(state) }
    }

    /// Waits until a request may go.
    pub(crate) async fn wait(&self) {
        loop {
            let Some(pause) = self.try_take() else { return };
            tokio::time::sleep(pause).await;
        }
    }

    fn try_take(&self) -> Option<Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let until = state.paused_until.max(state.spacing.map(|spacing| state.went + spacing));
        if let Some(until) = until.filter(|until| *until > now) {
            return Some(until - now);
        }
        state.paused_until = None;
        if let Some(rate) = self.rate {
            let passed = now.duration_since(state.refilled).as_secs_f64();
            state.tokens = (state.tokens + passed * rate).min(self.burst);
            state.refilled = now;
            if state.tokens < 1.0 {
                return Some(Duration::from_secs_f64((1.0 - state.tokens) / rate));
            }
            state.tokens -= 1.0;
        }
        state.went = now;
        None
    }

    /// The target refused a request that was sent then and asked for this pause. Everybody pauses for it, capped, or for a time
    /// that grows with each refusal. `None` when the request was under way before the last pause: its refusal says nothing new.
    pub(crate) fn refused(&self, sent: Instant, asked: Option<Duration>) -> Option<Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.paused_at.is_some_and(|at| sent <= at) {
            return None;
        }
        let now = Instant::now();
        state.pauses += 1;
        state.paused_at = Some(now);
        let pause = asked.unwrap_or(FIRST_PAUSE * state.pauses.min(8)).min(self.longest_pause);
        state.paused_until = Some(now + pause);
        Some(pause)
    }

    /// The target answered a request, after this time. Says so when it has just come under strain: the new time between requests.
    pub(crate) fn answered(&self, took: Duration) -> Option<Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.pauses = 0;
        if state.first.len() < WINDOW {
            state.first.push(took);
            return None;
        }
        state.last.push_back(took);
        if state.last.len() < WINDOW {
            return None;
        }
        if state.last.len() > WINDOW {
            state.last.pop_front();
        }
        let usual = median(state.first.iter());
        let recent = median(state.last.iter());
        let strained = recent > (usual * STRAIN.0).max(STRAIN.1);
        let before = state.spacing;
        state.spacing = match before {
            None if strained => Some((recent / 4).min(LONGEST_SPACING)),
            Some(spacing) if strained || recent > usual * 2 => Some(spacing),
            _ => None,
        };
        state.spacing.filter(|_| before.is_none())
    }
}

fn median<'a>(times: impl Iterator<Item = &'a Duration>) -> Duration {
    let mut sorted: Vec<_> = times.copied().collect();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST_PAUSE: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn a_burst_then_the_rate() {
        let pace = Pace::new(Some(10), 20, LONGEST_PAUSE);
        let started = Instant::now();
        for _ in 0..20 {
            pace.wait().await;
        }
        assert_eq!(started.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            pace.wait().await;
        }
        let passed = started.elapsed();
        assert!(
            (Duration::from_millis(990)..Duration::from_millis(1100)).contains(&passed),
            "{passed:?} of paused time"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_burst_no_second_has_more_than_the_rate() {
        for rate in [1, 3, 7, 50] {
            let pace = Pace::new(Some(rate), 1, LONGEST_PAUSE);
            let mut sent = Vec::new();
            for _ in 0..4 * rate {
                pace.wait().await;
                sent.push(Instant::now());
            }
            let apart = sent.windows(rate as usize + 1).map(|window| window[rate as usize] - window[0]);
            assert!(apart.min() >= Some(Duration::from_secs(1)), "{rate}");
            assert!(sent[rate as usize] - sent[0] < Duration::from_millis(1_300), "{rate}: no slower than asked");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_volley_of_refusals_is_one_refusal() {
        let pace = Pace::new(None, 1, LONGEST_PAUSE);
        let sent = Instant::now();
        tokio::time::advance(Duration::from_millis(5)).await;
        assert_eq!(pace.refused(sent, None), Some(FIRST_PAUSE));
        assert_eq!(pace.refused(sent, None), None);
        pace.wait().await;
        assert_eq!(pace.refused(Instant::now(), Some(Duration::from_secs(99_999_999))), Some(LONGEST_PAUSE));
        let paused = Instant::now();
        pace.wait().await;
        assert!(paused.elapsed() >= LONGEST_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_under_strain_is_asked_more_slowly_until_it_recovers() {
        let pace = Pace::new(None, 1, LONGEST_PAUSE);
        let answer = |millis, times| (0..times).filter_map(|_| pace.answered(Duration::from_millis(millis))).count();
        assert_eq!(answer(20, 40), 0);
        assert_eq!(answer(500, 40), 0, "slow, but not under strain");
        assert_eq!(answer(2_000, 40), 1);
        pace.wait().await;
        let first = Instant::now();
        pace.wait().await;
        assert!(first.elapsed() >= LONGEST_SPACING);
        assert_eq!(answer(20, 40), 0);
        let first = Instant::now();
        pace.wait().await;
        assert_eq!(first.elapsed(), Duration::ZERO);
    }
}
