//! What the times of a series say. Pure; all times in microseconds.

use model::Exchange;

use super::outcome::{Outcome, Series};

/// Longest time that an answer without a wait may take: a target slower than that is too slow to tell.
const QUICK: u64 = 1_000_000;

/// How far the waits may be apart, in seconds for each second that was asked for.
const STEADY: f64 = 0.25;

/// Most times that one payload may be obeyed: it may stand in several commands or statements.
const OFTEN: f64 = 4.3;

/// The rows to count, in the order in which they are sent. A database does some millions in a second.
pub(super) const ROWS: [u32; 12] = [1_500_000, 0, 4_500_000, 0, 3_000_000, 0, 4_500_000, 0, 1_500_000, 0, 3_000_000, 0];

/// No database counts the fewest rows in a shorter time, and more of them in proportion.
const AT_LEAST: u64 = 50_000;

/// Longest time that the fewest rows may take: more of them would keep the server busy for too long.
const AT_MOST: u64 = 2_000_000;

/// How many times longer a row may take than another: other work on the machine slows the counting down. Less than the rows differ,
/// so that no more of them are counted sooner than the fewest.
const EVEN: f64 = 2.5;

/// An answer with what was asked for: seconds to wait, or rows to count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) amount: u32,
    pub(super) took_us: u64,
    pub(super) status: u16,
}

impl Measured {
    pub(super) fn of(amount: u32, exchange: &Exchange) -> Measured {
        Measured { amount, took_us: exchange.elapsed_us, status: exchange.status() }
    }
}

/// What the answers so far say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// They came as late as they were told.
    Fits,
    /// The first came at once.
    Unmoved,
    /// One came sooner than it could have, had it been obeyed.
    Refuted,
    /// The first took so long that no more should be asked for.
    TooLong,
    /// One has another status, or is a refusal: a command that is cut off by a time limit is no proof.
    Unclear,
    /// The one at this place is the first to doubt: it came later than it should, which noise may do.
    Late(usize),
}

/// Whether the answers so far came as late as they were told: at once without a wait, and in proportion with one.
pub(super) fn waits(measured: &[Measured]) -> Judged {
    if !is_alike(measured) {
        return Judged::Unclear;
    }
    // Nothing sleeps shorter than it was told.
    if measured.iter().any(|m| m.took_us < u64::from(m.amount) * 1_000_000) {
        return if measured.len() == 1 { Judged::Unmoved } else { Judged::Refuted };
    }
    let controls = Controls::of(measured);
    if controls.slowest >= QUICK {
        return Judged::Late(controls.slowest_at);
    }
    let Some(rate) = Rate::of(measured, controls.usual, 1e6) else { return Judged::Fits };
    let is_steady = rate.most - rate.least <= STEADY && rate.most <= OFTEN;
    if is_steady { Judged::Fits } else { Judged::Late(rate.most_at) }
}

/// Whether the answers so far came late in proportion to what was to be counted, and much sooner when it was nothing.
pub(super) fn rows(measured: &[Measured]) -> Judged {
    if !is_alike(measured) {
        return Judged::Unclear;
    }
    let least = |rows: u32| AT_LEAST * u64::from(rows) / u64::from(ROWS[0]);
    if measured.iter().any(|m| m.took_us < least(m.amount)) {
        return if measured.len() == 1 { Judged::Unmoved } else { Judged::Refuted };
    }
    let controls = Controls::of(measured);
    let counted = measured.iter().filter(|m| m.amount > 0).map(|m| m.took_us.saturating_sub(controls.usual));
    let shortest = counted.min().unwrap_or(0);
    if controls.slowest >= QUICK || (controls.slowest - controls.usual) * 2 >= shortest.max(1) {
        return Judged::Late(controls.slowest_at);
    }
    let Some(rate) = Rate::of(measured, controls.usual, 1.0) else { return Judged::Fits };
    match measured.first() {
        Some(first) if first.took_us.saturating_sub(controls.usual) < least(first.amount) => {
            Judged::Late(controls.slowest_at)
        }
        Some(first) if first.took_us.saturating_sub(controls.usual) > AT_MOST => Judged::TooLong,
        _ if rate.most > EVEN * rate.least => Judged::Late(rate.most_at),
        _ => Judged::Fits,
    }
}

/// What a series comes to that still does not fit after all repetitions. Where the largest amount came as soon as none once did,
/// there is nothing to tell apart; and a target that is slow without a wait is not worth another series.
pub(super) fn given_up(measured: &[Measured], slowest_of_none: u64) -> Series {
    let largest = measured.iter().max_by_key(|m| (m.amount, u64::MAX - m.took_us));
    let is_apart = largest.is_some_and(|m| m.took_us > slowest_of_none);
    let is_quick = measured.iter().all(|m| m.took_us < QUICK);
    match measured.len() {
        ..=2 if is_quick => Series::Ended(Outcome::Unmoved),
        ..=2 => Series::Ended(Outcome::Unclear),
        _ if is_apart => Series::TooUneven,
        _ => Series::Ended(Outcome::Refuted),
    }
}

/// All with one status, which is an answer.
fn is_alike(measured: &[Measured]) -> bool {
    let first = measured.first().map_or(0, |first| first.status);
    !matches!(first, 0 | 429 | 503) && measured.iter().all(|m| m.status == first)
}

/// The answers to no wait.
struct Controls {
    /// The quickest: the target's own time.
    usual: u64,
    slowest: u64,
    slowest_at: usize,
}

impl Controls {
    fn of(measured: &[Measured]) -> Controls {
        let none = || measured.iter().enumerate().filter(|(_, m)| m.amount == 0).map(|(at, m)| (m.took_us, at));
        let (slowest, slowest_at) = none().max().unwrap_or((0, 0));
        Controls { usual: none().min().map_or(0, |(took, _)| took), slowest, slowest_at }
    }
}

/// What one of the amount took beyond the target's own time, in these units.
struct Rate {
    least: f64,
    most: f64,
    most_at: usize,
}

impl Rate {
    fn of(measured: &[Measured], usual: u64, unit: f64) -> Option<Rate> {
        let rate = |m: &Measured| m.took_us.saturating_sub(usual) as f64 / unit / f64::from(m.amount);
        let rates = measured.iter().enumerate().filter(|(_, m)| m.amount > 0).map(|(at, m)| (rate(m), at));
        let (most, most_at) = rates.clone().max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(Rate { least: rates.map(|(rate, _)| rate).fold(f64::INFINITY, f64::min), most, most_at })
    }
}

#[cfg(test)]
mod tests {
    use super::super::SECONDS;
    use super::*;

    fn series(amounts: &[u32], took_ms: &[u64], status: u16) -> Vec<Measured> {
        let measured = amounts.iter().zip(took_ms);
        measured.map(|(amount, ms)| Measured { amount: *amount, took_us: ms * 1_000, status }).collect()
    }

    /// What the first of the answers say that do not fit.
    fn first_doubt(judge: fn(&[Measured]) -> Judged, measured: &[Measured]) -> Judged {
        let all = (1..=measured.len()).map(|n| judge(&measured[..n]));
        all.into_iter().find(|judged| *judged != Judged::Fits).unwrap_or(Judged::Fits)
    }

    #[test]
    fn only_who_waits_as_told_obeys() {
        use Judged::{Fits, Late, Refuted, Unmoved};
        for (took, expected, what) in [
            ([2_010, 8, 9, 3_011, 9, 2_012], Fits, "sleeps"),
            ([2_310, 308, 320, 3_311, 309, 2_312], Fits, "sleeps after its own work"),
            ([4_010, 8, 9, 6_011, 9, 4_012], Fits, "sleeps twice"),
            ([10, 8, 9, 11, 9, 12], Unmoved, "takes no notice"),
            ([2_500, 2_400, 2_600, 3_100, 2_500, 2_400], Late(1), "is slow"),
            ([2_500, 8, 9, 2_500, 9, 2_500], Refuted, "holds up what is odd for a fixed time"),
            ([2_010, 8, 9, 4_900, 9, 2_012], Late(3), "is slow at times"),
            ([2_010, 8, 1_200, 3_010, 9, 2_012], Late(2), "is loaded"),
            ([2_010, 900, 950, 3_010, 980, 3_900], Late(5), "gets slower"),
            ([2_900, 8, 9, 3_010, 9, 2_012], Late(0), "was held up at first"),
            ([2_010, 8, 9, 2_990, 9, 2_012], Refuted, "answers before the time"),
        ] {
            assert_eq!(first_doubt(waits, &series(&SECONDS, &took, 200)), expected, "{what}");
        }
        let sleeps = [2_010, 8, 9, 3_011, 9, 2_012];
        let with = |status| first_doubt(waits, &series(&SECONDS, &sleeps, status));
        assert_eq!(with(500), Fits, "a failure after the wait is a wait");
        assert_eq!([with(429), with(503), with(0)], [Judged::Unclear; 3], "a rate limit, no answer");
        let mut cut = series(&SECONDS, &sleeps, 200);
        cut[3].status = 504;
        assert_eq!(first_doubt(waits, &cut), Judged::Unclear, "a time limit");
    }

    #[test]
    fn only_who_counts_as_told_counts() {
        use Judged::{Fits, Late, Refuted, TooLong, Unmoved};
        for (took, expected, what) in [
            ([330, 5, 1_010, 6, 680, 5, 1_000, 6, 340, 6, 690, 6], Fits, "counts"),
            ([630, 305, 1_310, 310, 980, 306, 1_300, 306, 640, 310, 990, 306], Fits, "counts after its own work"),
            ([130, 5, 340, 29, 260, 5, 350, 5, 118, 29, 240, 5], Fits, "counts on a fast machine"),
            ([330, 5, 1_990, 6, 1_300, 90, 1_000, 6, 520, 6, 690, 6], Fits, "counts on a busy machine"),
            ([8, 5, 8, 6, 9, 5, 8, 7, 8, 6, 8, 7], Unmoved, "takes no notice"),
            ([450, 440, 460, 450, 430, 450, 455, 460, 450, 450, 450, 460], Late(1), "is slow"),
            ([450, 5, 450, 6, 450, 5, 450, 6, 450, 6, 450, 6], Late(0), "holds up what is odd for a fixed time"),
            ([330, 300, 1_010, 12, 680, 240, 1_000, 30, 340, 12, 690, 30], Late(1), "has jitter"),
            ([330, 5, 1_010, 6, 680, 500, 1_000, 6, 340, 6, 690, 6], Late(5), "is loaded"),
            ([900, 5, 6, 5, 5, 6, 5, 5, 6, 5, 5, 5], Refuted, "was held up once"),
            ([2_500, 5, 7_500, 6, 5_000, 5, 7_500, 6, 2_500, 6, 5_000, 6], TooLong, "takes too long"),
        ] {
            assert_eq!(first_doubt(rows, &series(&ROWS, &took, 200)), expected, "{what}");
        }
        let counts = [330, 5, 1_010, 6, 680, 5, 1_000, 6, 340, 6, 690, 6];
        assert_eq!(first_doubt(rows, &series(&ROWS, &counts, 503)), Judged::Unclear, "refuses");
        let fewer = ROWS.map(|rows| rows / 8);
        let quick = [83, 5, 250, 6, 170, 5, 250, 6, 85, 6, 172, 6];
        assert_eq!(first_doubt(rows, &series(&fewer, &quick, 200)), Judged::Fits, "fewer rows");
    }

    #[test]
    fn what_never_fits_is_unclear_only_where_it_is_apart() {
        let given_up = |took: &[u64], slowest: u64| given_up(&series(&ROWS, took, 200), slowest * 1_000);
        assert!(matches!(given_up(&[450, 440], 460), Series::Ended(Outcome::Unmoved)), "slow, but quick enough");
        assert!(matches!(given_up(&[2_450, 2_440], 2_460), Series::Ended(Outcome::Unclear)));
        assert!(matches!(given_up(&[330, 5, 450, 6], 460), Series::Ended(Outcome::Refuted)), "as soon as without rows");
        assert!(matches!(given_up(&[330, 5, 1_900, 6], 460), Series::TooUneven));
    }
}
