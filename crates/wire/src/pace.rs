use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The pause after the first refusal that asks for none; each further one in a row doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
/// Refusals in a row after which there is no hope: a limiter would have let something through in the twelve seconds of those pauses.
const HOPELESS: u32 = 6;
/// The time between two requests after the first refusal; each further one makes it longer by a third, each answer a little shorter.
const FIRST_SPACING: Duration = Duration::from_millis(100);
/// The least and the longest time between two requests to a target that has refused some: half a second leaves the default deadline
/// room for what a small API is asked.
const SPACING: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));
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
    /// Whether waiting is of no use: too many refusals in a row, or a longer pause than there is time for.
    hopeless: bool,
    /// When the scan ends.
    ends: Option<Instant>,
    /// The time between two requests, once the target has refused some.
    refusing: Option<Duration>,
    /// How long the first answers took.
    first: Vec<Duration>,
    /// How long the last ones took.
    last: VecDeque<Duration>,
    /// The time between two requests, once the target is under strain.
    spacing: Option<Duration>,
    went: Instant,
}

/// What follows from a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Nothing: the request was under way before the last pause.
    Before,
    /// Everybody pauses for so long.
    Paused(Duration),
    /// Nothing can be waited for: the target asks for a longer pause than there is time for, or refuses after every pause.
    Hopeless,
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
            hopeless: false,
            ends: None,
            refusing: None,
            first: Vec::new(),
            last: VecDeque::new(),
            spacing: None,
            went: now,
        };
        Pace { rate: rate.map(|r| f64::from(r.max(1))), burst, longest_pause, state: Mutex::new(state) }
    }

    /// When the scan ends: no pause that a target asks for is longer than what is left.
    pub(crate) fn ends_at(&self, when: Instant) {
        self.state().ends = Some(when);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a request may go. A burst keeps to pauses and to the user's rate, and else goes as fast as it can.
    pub(crate) async fn wait(&self, burst: bool) {
        loop {
            let Some(pause) = self.try_take(burst) else { return };
            tokio::time::sleep(pause).await;
        }
    }

    fn try_take(&self, burst: bool) -> Option<Duration> {
        let mut state = self.state();
        let now = Instant::now();
        let spacing = state.spacing.max(state.refusing).filter(|_| !burst);
        let until = state.paused_until.max(spacing.map(|spacing| state.went + spacing));
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

    /// The target refused a request that was sent then and asked for this pause. Everybody pauses for it, or for a time that doubles
    /// with each refusal in a row, and goes on more slowly.
    pub(crate) fn refused(&self, sent: Instant, asked: Option<Duration>) -> Refused {
        let mut state = self.state();
        if state.paused_at.is_some_and(|at| sent <= at) {
            return Refused::Before;
        }
        let now = Instant::now();
        state.pauses += 1;
        state.paused_at = Some(now);
        let slower = state.refusing.map_or(FIRST_SPACING, |spacing| spacing * 4 / 3);
        state.refusing = Some(slower.clamp(SPACING.0, SPACING.1).min(self.longest_pause));
        let left = state.ends.map_or(Duration::MAX, |ends| ends.saturating_duration_since(now));
        if state.pauses >= HOPELESS || asked.is_some_and(|asked| asked > self.longest_pause.min(left)) {
            state.hopeless = true;
            return Refused::Hopeless;
        }
        let own = FIRST_PAUSE * 2_u32.pow(state.pauses - 1);
        // Refused again right after the pause that it asked for, it gets a longer one.
        let pause = asked.map_or(own, |asked| if state.pauses > 1 { asked.max(own) } else { asked });
        let pause = pause.min(self.longest_pause);
        state.paused_until = Some(now + pause);
        Refused::Paused(pause)
    }

    /// Whether it is of use to send again what was refused.
    pub(crate) fn has_hope(&self) -> bool {
        !self.state().hopeless
    }

    /// The target answered a request, after this time. Says so when it has just come under strain: the new time between requests.
    pub(crate) fn answered(&self, took: Duration) -> Option<Duration> {
        let mut state = self.state();
        state.pauses = 0;
        state.hopeless = false;
        state.refusing = state.refusing.map(|spacing| (spacing * 98 / 100).max(SPACING.0.min(self.longest_pause)));
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
            pace.wait(false).await;
        }
        assert_eq!(started.elapsed(), Duration::ZERO);
        for _ in 0..10 {
            pace.wait(false).await;
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
                pace.wait(false).await;
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
        assert_eq!(pace.refused(sent, None), Refused::Paused(FIRST_PAUSE));
        assert_eq!(pace.refused(sent, None), Refused::Before);
        pace.wait(false).await;
        assert_eq!(pace.refused(Instant::now(), Some(LONGEST_PAUSE)), Refused::Paused(LONGEST_PAUSE));
        let paused = Instant::now();
        pace.wait(true).await;
        assert!(paused.elapsed() >= LONGEST_PAUSE, "also before a burst");
        assert!(pace.has_hope());
        tokio::time::advance(Duration::from_millis(5)).await;
        assert_eq!(pace.refused(Instant::now(), Some(LONGEST_PAUSE + Duration::from_secs(1))), Refused::Hopeless);
        assert!(!pace.has_hope());
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_that_refuses_after_every_pause_is_hopeless_until_it_answers() {
        let pace = Pace::new(None, 1, LONGEST_PAUSE);
        let mut waited = Duration::ZERO;
        let mut refusals = 1;
        while let Refused::Paused(pause) = pace.refused(Instant::now(), None) {
            waited += pause;
            refusals += 1;
            pace.wait(false).await;
        }
        assert_eq!((refusals, waited.as_secs()), (HOPELESS, 12));
        pace.answered(Duration::ZERO);
        tokio::time::advance(Duration::from_millis(5)).await;
        assert_eq!((pace.has_hope(), pace.refused(Instant::now(), None)), (true, Refused::Paused(FIRST_PAUSE)));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_waited_for_that_comes_after_the_end() {
        let pace = Pace::new(None, 1, LONGEST_PAUSE);
        pace.ends_at(Instant::now() + Duration::from_secs(8));
        assert_eq!(pace.refused(Instant::now(), Some(Duration::from_secs(9))), Refused::Hopeless);
    }

    /// A limiter that lets so many through at once, and then so many a second, each of one request.
    #[tokio::test(start_paused = true)]
    async fn the_rate_comes_near_to_that_of_a_limiter() {
        for rate in [4.0, 8.0, 40.0] {
            let pace = Pace::new(None, 1, LONGEST_PAUSE);
            let (started, mut last, mut tokens) = (Instant::now(), Instant::now(), 10.0_f64);
            let (mut let_in, mut refused) = (0, 0);
            while let_in < 200 {
                pace.wait(false).await;
                tokio::time::advance(Duration::from_millis(1)).await;
                tokens = (tokens + last.elapsed().as_secs_f64() * rate).min(10.0);
                last = Instant::now();
                if tokens < 1.0 {
                    refused += 1;
                    assert_ne!(pace.refused(Instant::now(), None), Refused::Hopeless);
                } else {
                    tokens -= 1.0;
                    let_in += 1;
                    pace.answered(Duration::from_millis(1));
                }
            }
            let reached = 200.0 / started.elapsed().as_secs_f64();
            assert!(reached > rate / 2.0, "{reached} of {rate} a second");
            assert!(refused < 40, "{refused} refused at {rate} a second");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_target_under_strain_is_asked_more_slowly_until_it_recovers() {
        let pace = Pace::new(None, 1, LONGEST_PAUSE);
        let answer = |millis, times| (0..times).filter_map(|_| pace.answered(Duration::from_millis(millis))).count();
        assert_eq!(answer(20, 40), 0);
        assert_eq!(answer(500, 40), 0, "slow, but not under strain");
        assert_eq!(answer(2_000, 40), 1);
        pace.wait(false).await;
        let first = Instant::now();
        pace.wait(false).await;
        assert!(first.elapsed() >= LONGEST_SPACING);
        assert_eq!(answer(20, 40), 0);
        let first = Instant::now();
        pace.wait(false).await;
        assert_eq!(first.elapsed(), Duration::ZERO);
    }
}
