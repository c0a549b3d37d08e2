//! Numbers that look like somebody's and are nobody's: test cards, voided social security numbers, the examples of the IBAN registry.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::table;

#[derive(Deserialize)]
struct Table {
    cards: BTreeSet<String>,
    #[cfg(test)]
    cards_by_rule: Vec<String>,
    #[cfg(test)]
    cards_miss: Vec<String>,
    social_security: BTreeSet<String>,
    ibans: BTreeSet<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("data/published_numbers.toml")));

fn compact(number: &str) -> String {
    number.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A card number that payment providers give out for tests. No issuer draws three different digits only, or six equal ones in a row
/// but once in thousands of numbers.
pub(super) fn is_test_card(number: &str) -> bool {
    const FEW: usize = 3;
    const RUN: usize = 6;
    let number = compact(number);
    let different = number.bytes().collect::<BTreeSet<u8>>().len();
    let run = number.as_bytes().windows(RUN).any(|window| window.iter().all(|digit| *digit == window[0]));
    different <= FEW || run || TABLE.cards.contains(&number)
}

/// A social security number that was printed and voided.
pub(super) fn is_void_ssn(number: &str) -> bool {
    let number = compact(number);
    TABLE.social_security.iter().any(|void| compact(void) == number)
}

/// An example of the IBAN registry.
pub(super) fn is_example_iban(number: &str) -> bool {
    TABLE.ibans.contains(&compact(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_exposure::personal::{is_card, is_iban, is_ssn};

    #[test]
    fn the_table_holds_numbers_that_would_pass_otherwise() {
        for card in TABLE.cards.iter().chain(&TABLE.cards_by_rule) {
            assert!(is_card(card) || card.len() < 15, "{card} has a wrong check digit");
            assert!(is_test_card(card), "{card}");
        }
        assert!(TABLE.cards_miss.iter().all(|card| is_card(card) && !is_test_card(card)));
        assert!(TABLE.social_security.iter().all(|number| is_ssn(number) && is_void_ssn(number)));
        assert!(!is_void_ssn("123-45-6780"));
        assert!(TABLE.ibans.iter().all(|number| is_iban(number) && is_example_iban(number)));
        assert!(is_example_iban("DE89 3704 0044 0532 0130 00") && !is_example_iban("DE02120300000000202051"));
    }
}
