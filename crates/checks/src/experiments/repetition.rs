//! Telling what a request causes from what a server does anyway. A server that responds now so and now so (a banner by chance, two
//! workers in turn, a job that fails every now and then) shows the same differences as an injection, as long as few requests are compared.

/// Which of the two requests is sent, one after the other, before a difference between them counts: the Thue-Morse sequence. It is
/// no one's turn in it, so neither two nor three workers in turn keep to it, and chance keeps to all of it once in 4,096 times.
pub const ORDER: [bool; 12] = [true, false, false, true, false, true, true, false, false, true, true, false];

/// How much of the order is sent: half of it where a failure that only the payload causes has shown already that it has an effect.
pub fn order(has_effect: bool) -> &'static [bool] {
    if has_effect { &ORDER[..ORDER.len() / 2] } else { &ORDER }
}

/// How much of the order is sent after four requests that differed as they should, in turns: together chance keeps to them as rarely.
pub fn after_four() -> &'static [bool] {
    &ORDER[..ORDER.len() - 4]
}

/// What a proof in this order sends.
pub const REQUESTS: u32 = ORDER.len() as u32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_period_keeps_to_the_order() {
        for period in 1..=8 {
            let repeats = |at: usize| ORDER[at] == ORDER[at % period];
            assert!((0..ORDER.len()).any(|at| !repeats(at)), "period {period}");
        }
    }

    #[test]
    fn no_period_keeps_to_four_turns_and_what_comes_after() {
        let all = [&[true, false, true, false], after_four()].concat();
        for period in 1..=8 {
            assert!((0..all.len()).any(|at| all[at] != all[at % period]), "period {period}");
        }
    }
}
