use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How fast the scan goes: a token bucket, and slower when the target asks for it.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: Option<f64>,
    burst: f64,
    state: Mutex<State>,
    refusals: AtomicU32,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    refilled: Instant,
    paused_until: Option<Instant>,
}

/// The longest pause a target can ask for with `Retry-After`.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// After so many refusals in a row the target is taken to have blocked the scan.
const BAN_AFTER: u32 = 8;

impl Pace {
    pub(crate) fn new(rate: Option<u32>, burst: u32) -> Pace {
        let burst = f64::from(burst.max(1));
        Pace {
            rate: rate.map(|r| f64::from(r.max(1))),
            burst,
            state: Mutex::new(State { tokens: burst, refilled: Instant::now(), paused_until: None }),
            refusals: AtomicU32::new(0),
        }
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
        if let Some(until) = state.paused_until {
            if until > now {
                return Some(until - now);
            }
            state.paused_until = None;
        }
        let rate = self.rate?;
        let passed = now.duration_since(state.refilled).as_secs_f64();
        state.tokens = (state.tokens + passed * rate).min(self.burst);
        state.refilled = now;
        if state.tokens >= 1.0 {
            state.tokens -= 1.0;
            return None;
        }
        Some(Duration::from_secs_f64((1.0 - state.tokens) / rate))
    }

    /// Learns from a status: 429 and 503 pause everybody for `Retry-After` (RFC 9110 section 10.2.3), capped. Returns the pause.
    pub(crate) fn learn(&self, status: u16, retry_after: Option<&str>) -> Option<Duration> {
        if !matches!(status, 429 | 503) {
            self.refusals.store(0, Ordering::Relaxed);
            return None;
        }
        let count = self.refusals.fetch_add(1, Ordering::Relaxed) + 1;
        let asked = retry_after.and_then(|v| v.trim().parse::<u64>().ok()).map(Duration::from_secs);
        let pause = asked.unwrap_or(Duration::from_millis(250) * count.min(8)).min(LONGEST_PAUSE);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.paused_until = Some(Instant::now() + pause);
        Some(pause)
    }

    /// Whether the target has refused so often in a row that asking on is pointless.
    pub(crate) fn is_banned(&self) -> bool {
        self.refusals.load(Ordering::Relaxed) >= BAN_AFTER
    }
}
