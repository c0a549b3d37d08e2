//! Whether failed logins of one name take longer than those of two others. Pure; all times in microseconds.

use std::fmt;

/// Rounds of three attempts, one for each name.
pub(super) const ROUNDS: usize = 11;

/// After so many rounds it is seen whether to go on: fewer failed logins than most lock-outs count.
pub(super) const EARLY: usize = 4;

/// How much longer the median has to be: what stops at an unknown name answers in a fraction of the time of a hash.
const TIMES: u64 = 3;

/// By how much longer at least. Hashes meant for passwords take more; a query more or less takes less.
const LEAST_US: u64 = 10_000;

/// By how many median absolute deviations of either group.
const DEVIATIONS: u64 = 8;

/// How many in a hundred pairs of attempts have to be in this order (Mann-Whitney). The deviation is blind to noise with two modes:
/// when six of eleven are slow by chance it is that of the six. Noise that falls on all names alike orders one of 60,000 series so.
const ORDERED: u64 = 95;

/// The same where a busy machine spreads the times so far that no number of deviations is reached: a hash that takes 150 or 600 ms by
/// load is still never as fast as no hash. One of a million.
const STRICTLY_ORDERED: u64 = 98;

/// Times of failed logins.
#[derive(Debug, Clone, Default)]
pub(super) struct Times {
    /// Of the name that likely exists.
    pub(super) existing: Vec<u64>,
    /// Of a made-up name.
    pub(super) one: Vec<u64>,
    /// Of another made-up name: the control.
    pub(super) other: Vec<u64>,
}

/// What the times say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The existing name takes longer, and the made-up ones do not differ.
    Slower(Difference),
    /// No difference that could be told from noise.
    Alike,
    /// Some difference, but not the one looked for.
    Unclear,
}

/// Both groups in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) existing: Summary,
    pub(super) made_up: Summary,
    /// In how many of a hundred pairs of attempts the existing name takes longer.
    pub(super) ordered: u64,
}

/// A group in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) median: u64,
    /// Median absolute deviation from the median.
    deviation: u64,
    count: usize,
}

impl Times {
    /// The two made-up names together.
    fn made_up(&self) -> Vec<u64> {
        [self.one.as_slice(), &self.other].concat()
    }

    /// Whether going on could show anything: the fastest attempts, which noise spoils least, are apart.
    pub(super) fn may_differ(&self) -> bool {
        let least = |times: &[u64]| times.iter().min().copied().unwrap_or(0);
        least(&self.existing) >= least(&self.made_up()) + LEAST_US
    }

    pub(super) fn verdict(&self) -> Verdict {
        let made_up = self.made_up();
        let difference = Difference {
            existing: Summary::of(&self.existing),
            made_up: Summary::of(&made_up),
            ordered: ordered(&self.existing, &made_up),
        };
        let apart = difference.existing.median >= difference.made_up.median + LEAST_US;
        if !apart || difference.ordered < ORDERED {
            return Verdict::Alike;
        }
        let control = is_slower(&self.one, &self.other) || is_slower(&self.other, &self.one);
        let enough = [&self.existing, &self.one, &self.other].iter().all(|times| times.len() >= ROUNDS);
        if enough && !control && is_slower(&self.existing, &made_up) {
            Verdict::Slower(difference)
        } else {
            Verdict::Unclear
        }
    }
}

/// Whether one group is slower than the other beyond what noise explains.
fn is_slower(slow: &[u64], fast: &[u64]) -> bool {
    let (above, below) = (Summary::of(slow), Summary::of(fast));
    let difference = above.median.saturating_sub(below.median);
    let deviation = above.deviation.max(below.deviation);
    let needed = if difference >= DEVIATIONS.saturating_mul(deviation) { ORDERED } else { STRICTLY_ORDERED };
    above.median >= below.median.saturating_mul(TIMES) && difference >= LEAST_US && ordered(slow, fast) >= needed
}

/// In how many of a hundred pairs the first takes longer than the second.
fn ordered(slow: &[u64], fast: &[u64]) -> u64 {
    let longer: usize = slow.iter().map(|s| fast.iter().filter(|f| s > f).count()).sum();
    (longer as u64 * 100).checked_div(slow.len() as u64 * fast.len() as u64).unwrap_or(0)
}

impl Summary {
    fn of(times: &[u64]) -> Summary {
        let middle = median(times);
        let deviations: Vec<u64> = times.iter().map(|time| time.abs_diff(middle)).collect();
        Summary { median: middle, deviation: median(&deviations), count: times.len() }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |us: u64| us as f64 / 1000.0;
        let Summary { median, deviation, count } = *self;
        write!(f, "median {:.1} ms, MAD {:.1} ms, n = {count}", ms(median), ms(deviation))
    }
}

/// The middle value, of an even number the upper one, so that it is a value that was measured; 0 of none.
fn median(times: &[u64]) -> u64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::ORDERS;
    use super::*;

    /// Milliseconds.
    fn times(existing: &[u64], one: &[u64], other: &[u64]) -> Times {
        let us = |ms: &[u64]| ms.iter().map(|ms| ms * 1000).collect();
        Times { existing: us(existing), one: us(one), other: us(other) }
    }

    fn found(existing: &[u64], one: &[u64], other: &[u64]) -> bool {
        matches!(times(existing, one, other).verdict(), Verdict::Slower(_))
    }

    const FAST: [u64; 11] = [12, 11, 13, 12, 12, 14, 11, 12, 13, 12, 12];
    const HASH: [u64; 11] = [145, 143, 150, 144, 146, 145, 147, 149, 144, 145, 151];
    /// Six of eleven slow, five fast.
    const MIXED: [u64; 11] = [12, 145, 146, 12, 145, 11, 144, 13, 145, 12, 145];

    #[test]
    fn a_hash_for_existing_names_only_is_found() {
        assert!(found(&HASH, &FAST, &FAST));
        // A machine so busy that the deviation of the hash is a third of it, and made-up names were held up, too.
        let busy = [60, 61, 75, 140, 90, 62, 130, 180, 66, 240, 110];
        assert!(found(&busy, &[3, 2, 9, 2, 4, 31, 2, 7, 3, 2, 5], &[2, 3, 2, 65, 4, 2, 12, 3, 5, 2, 2]));
        // One cold start and one pause of the collector.
        assert!(found(&HASH, &[400, 11, 13, 12, 12, 14, 11, 12, 13, 12, 12], &FAST));
    }

    #[test]
    fn the_numbers_are_in_the_verdict() {
        let Verdict::Slower(difference) = times(&HASH, &FAST, &FAST).verdict() else { panic!("not found") };
        assert_eq!(difference.existing.to_string(), "median 145.0 ms, MAD 1.0 ms, n = 11");
        assert_eq!(difference.made_up.to_string(), "median 12.0 ms, MAD 0.0 ms, n = 22");
        assert_eq!(difference.ordered, 100);
    }

    #[test]
    fn noise_of_a_safe_server_is_not() {
        let slow = HASH.map(|ms| ms + 30);
        for (existing, one, other, why) in [
            (HASH, HASH, HASH, "hashes for all"),
            (slow, HASH, HASH, "a fifth longer"),
            (FAST, HASH, HASH, "the other way round"),
            (MIXED, FAST, FAST, "two modes, the slow one six times by chance: the MAD alone would be 1 ms"),
            (MIXED, MIXED, FAST, "two modes"),
            (HASH, MIXED, FAST, "two modes, eleven times slow and six times slow"),
            (HASH, HASH, FAST, "the made-up names differ: names are served by different machines"),
            (HASH, FAST, HASH, "the same"),
            ([9, 9, 8, 9, 9, 9, 8, 9, 9, 9, 9], [1; 11], [1; 11], "a query more, but no hash"),
            ([12, 12, 12, 12, 12, 512, 512, 512, 512, 512, 512], FAST, FAST, "slowed from the sixth attempt on"),
            ([40, 11, 13, 90, 12, 200, 11, 12, 60, 70, 80], FAST, FAST, "a long tail"),
        ] {
            assert!(!found(&existing, &one, &other), "{why}");
        }
    }

    #[test]
    fn too_few_are_none_and_small_differences_are_unclear() {
        assert!(!found(&HASH[..4], &FAST[..4], &FAST[..4]));
        assert!(!found(&[], &[], &[]));
        // 100 ms of network on top: the hash is there, the ratio is not.
        let far = |ms: u64| ms + 100;
        assert_eq!(times(&HASH.map(far), &FAST.map(far), &FAST.map(far)).verdict(), Verdict::Unclear);
        assert_eq!(times(&HASH, &HASH, &HASH).verdict(), Verdict::Alike);
    }

    #[test]
    fn whether_to_go_on_is_told_by_the_fastest() {
        assert!(times(&HASH[..4], &FAST[..4], &FAST[..4]).may_differ());
        assert!(times(&HASH[..4], &[300, 12, 250, 190], &HASH[..4]).may_differ(), "one undisturbed attempt will do");
        assert!(!times(&HASH[..4], &HASH[..4], &HASH[..4]).may_differ());
        assert!(!times(&[12, 150, 150, 150], &FAST[..4], &FAST[..4]).may_differ());
    }

    /// A pseudo-random sequence: 64-bit LCG (Knuth's MMIX), its upper bits.
    fn chances(seed: u64) -> impl FnMut() -> u64 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        }
    }

    /// Series of a safe server whose `attempt` number (0, 1, 2, ... over all names) takes so long.
    fn series(mut takes: impl FnMut(usize) -> u64) -> Times {
        let mut times = Times::default();
        for round in 0..ROUNDS {
            for (at, who) in ORDERS[round % ORDERS.len()].iter().enumerate() {
                let took = takes(round * 3 + at) * 1000;
                [&mut times.existing, &mut times.one, &mut times.other][*who].push(took);
            }
        }
        times
    }

    #[test]
    fn chance_is_rarely_taken_for_a_difference() {
        for percent in [5, 10, 20, 30, 40, 50, 60, 70, 80, 90] {
            let mut next = chances(percent);
            let two_modes = (0..20_000).filter(|_| {
                let times = series(|_| if next() % 100 < percent { 200 + next() % 9 } else { 10 + next() % 3 });
                times.may_differ() && matches!(times.verdict(), Verdict::Slower(_))
            });
            let found = two_modes.count();
            assert!(found <= 1, "{found} of 20,000 at {percent} %");
        }
    }

    #[test]
    fn one_slow_server_among_several_is_no_difference_between_names() {
        for servers in 2..=12 {
            for slow in 0..servers {
                let times = series(|attempt| if attempt % servers == slow { 200 } else { 10 });
                assert_eq!(times.verdict(), Verdict::Alike, "server {slow} of {servers}");
            }
        }
        // Slower and slower, or a slow minute in between.
        assert_eq!(series(|attempt| 10 << (attempt / 4)).verdict(), Verdict::Alike);
        assert_eq!(series(|attempt| if (9..25).contains(&attempt) { 300 } else { 10 }).verdict(), Verdict::Alike);
    }
}
