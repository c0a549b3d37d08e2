//! Numbers that belong to persons: payment cards, US social security numbers, bank accounts.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;

use super::published;
use crate::vocabulary::fields;

/// How many of each kind were met, with the texts themselves, to be masked.
pub(super) type Kinds = BTreeMap<&'static str, Vec<String>>;

/// What was met.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// Numbers that somebody may have.
    pub(super) real: Kinds,
    /// Published ones (test cards and the like) in the record of a person, where a real one would be shown alike.
    pub(super) published: Kinds,
}

pub(super) const CARD_NUMBER: &str = "payment card number";
pub(super) const SSN_NUMBER: &str = "US social security number";
pub(super) const IBAN_NUMBER: &str = "bank account number (IBAN)";

/// Payment cards, social security numbers and IBANs in an answer. Published ones count only in the record of a person: manuals quote
/// them, and lists of test data consist of them.
pub(super) fn numbers(exchange: &Exchange) -> Numbers {
    let mut found = Numbers::default();
    let mut add = |kind: &'static str, text: &str, person: bool| {
        let published = match kind {
            CARD_NUMBER => published::is_test_card(text),
            SSN_NUMBER => published::is_void_ssn(text),
            _ => published::is_example_iban(text),
        };
        if published && !person {
            return;
        }
        let list = if published { &mut found.published } else { &mut found.real }.entry(kind).or_default();
        if list.len() < 50 && !list.iter().any(|known| known == text) {
            list.push(text.to_owned());
        }
    };
    if let Some(json) = exchange.json().as_deref() {
        if fields::describes_an_api(json) {
            return Numbers::default();
        }
        fields::walk(json, &mut |field| {
            if fields::is_illustration(&field.path) {
                return;
            }
            let text = match field.value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Number(number) => number.to_string(),
                _ => return,
            };
            let name = field.name.to_ascii_lowercase();
            let card_name = ["card", "pan", "ccnum", "cc_num", "credit"].iter().any(|part| name.contains(part));
            let person = field.stands_in("a person", names_a_person);
            if is_card(&text) && (card_name || is_grouped(&text)) {
                add(CARD_NUMBER, &text, person);
            }
            if is_ssn(&text) && (name.contains("ssn") || name.contains("social")) {
                add(SSN_NUMBER, &text, person);
            }
            if is_iban(&text) {
                add(IBAN_NUMBER, &text, person);
            }
        });
        return found;
    }
    let text = exchange.text();
    let near = |at: usize, words: &[&str]| {
        let before = text.floor_char_boundary(at.saturating_sub(60));
        let context = text[before..at].to_ascii_lowercase();
        words.iter().any(|word| context.contains(word))
    };
    for m in CARD.find_iter(&text).take(200) {
        if is_card(m.as_str()) && is_grouped(m.as_str()) && near(m.start(), &["card", "visa", "credit", "pan"]) {
            add(CARD_NUMBER, m.as_str(), false);
        }
    }
    for m in SSN.find_iter(&text).take(200) {
        if is_ssn(m.as_str()) && near(m.start(), &["ssn", "social security"]) {
            add(SSN_NUMBER, m.as_str(), false);
        }
    }
    found
}

/// Whether an object tells whose it is: a user name, an owner, an e-mail or postal address.
fn names_a_person(object: &serde_json::Map<String, serde_json::Value>) -> bool {
    const PERSON: [&str; 8] = ["username", "user_id", "userid", "email", "e_mail", "phone", "address", "customer_id"];
    object.iter().any(|(name, value)| PERSON.contains(&name.to_ascii_lowercase().as_str()) && !fields::is_empty(value))
}

fn regex(shape: &str) -> Regex {
    #[allow(clippy::expect_used)] // constants, compiled by the tests
    Regex::new(shape).expect("the shape is valid")
}

static CARD: LazyLock<Regex> = LazyLock::new(|| regex(r"\b\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}\b"));
static SSN: LazyLock<Regex> = LazyLock::new(|| regex(r"\b\d{3}-\d{2}-\d{4}\b"));

fn digits(text: &str) -> Option<Vec<u32>> {
    let kept: Option<Vec<u32>> = text.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_digit(10)).collect();
    kept
}

/// 13 to 19 digits with the prefix of a card scheme and a right check digit (ISO/IEC 7812, Luhn).
pub(super) fn is_card(text: &str) -> bool {
    let Some(digits) = digits(text).filter(|d| (13..=19).contains(&d.len())) else { return false };
    let prefix = digits[..4].iter().fold(0, |number, digit| number * 10 + digit);
    let scheme = matches!(prefix, 2221..=2720 | 3400..=3499 | 3528..=3589 | 3600..=3699 | 3700..=3799 | 4000..=4999 | 5100..=5599 | 6011 | 6440..=6599);
    let varied = digits.iter().any(|d| *d != digits[0]);
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    scheme && varied && sum.is_multiple_of(10)
}

/// Written as people write cards.
fn is_grouped(text: &str) -> bool {
    CARD.find(text).is_some_and(|m| m.as_str().len() == text.trim().len())
}

/// `AAA-GG-SSSS` within the ranges that were ever given out.
pub(super) fn is_ssn(text: &str) -> bool {
    let Some(digits) = digits(text).filter(|d| d.len() == 9) else { return false };
    let number = |range: &[u32]| range.iter().fold(0, |number, digit| number * 10 + digit);
    let (area, group, serial) = (number(&digits[..3]), number(&digits[3..5]), number(&digits[5..]));
    area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
}

/// Country, length and checksum of an IBAN (ISO 13616).
pub(super) fn is_iban(text: &str) -> bool {
    const LENGTHS: [(&str, usize); 36] = [
        ("AD", 24),
        ("AE", 23),
        ("AT", 20),
        ("BE", 16),
        ("BG", 22),
        ("CH", 21),
        ("CY", 28),
        ("CZ", 24),
        ("DE", 22),
        ("DK", 18),
        ("EE", 20),
        ("ES", 24),
        ("FI", 18),
        ("FR", 27),
        ("GB", 22),
        ("GI", 23),
        ("GR", 27),
        ("HR", 21),
        ("HU", 28),
        ("IE", 22),
        ("IL", 23),
        ("IS", 26),
        ("IT", 27),
        ("LI", 21),
        ("LT", 20),
        ("LU", 20),
        ("LV", 21),
        ("MC", 27),
        ("MT", 31),
        ("NL", 18),
        ("NO", 15),
        ("PL", 28),
        ("PT", 25),
        ("RO", 24),
        ("SE", 24),
        ("SI", 19),
    ];
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    if !compact.is_ascii()
        || compact.len() < 15
        || !compact.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    {
        return false;
    }
    if !LENGTHS.contains(&(&compact[..2], compact.len())) {
        return false;
    }
    let turned = compact[4..].chars().chain(compact[..4].chars());
    let remainder = turned.fold(0_u32, |rest, c| match c.to_digit(36) {
        Some(value) if value < 10 => (rest * 10 + value) % 97,
        Some(value) => (rest * 100 + value) % 97,
        None => rest,
    });
    remainder == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn check_digits_decide() {
        assert!(is_card("4111 1111 1111 1111") && is_card("5555555555554444") && !is_card("4111111111111112"));
        assert!(!is_card("4444444444444444") && !is_card("1234567890123456"));
        assert!(is_ssn("123-45-6789") && !is_ssn("000-12-3456") && !is_ssn("900-12-3456"));
        assert!(is_iban("DE89 3704 0044 0532 0130 00") && is_iban("GB82WEST12345698765432"));
        assert!(!is_iban("DE89370400440532013001") && !is_iban("ABCDEFGHIJKLMNOP"));
    }

    #[test]
    fn a_number_needs_its_context() {
        let kinds = |body: &str| numbers(&exchange("/", 200, body)).real.into_keys().collect::<Vec<_>>();
        assert_eq!(kinds(r#"{"card_number": "4539319503436467", "ssn": "123-45-6789"}"#).len(), 2);
        assert!(kinds(r#"{"id": 4539319503436467, "order": "123-45-6789", "card": "************1111"}"#).is_empty());
        assert!(kinds(r#"{"openapi": "3.0.0", "example": {"card": "4539319503436467"}}"#).is_empty());
        assert_eq!(kinds("<p>Card: 4539 3195 0343 6467</p>").len(), 1);
        assert!(kinds("<p>tracking 4539 3195 0343 6467</p>").is_empty());
    }

    #[test]
    fn published_numbers_count_only_as_somebodys() {
        let of = |body: &str| numbers(&exchange("/", 200, body));
        for nobodys in [
            "<p>card 4111 1111 1111 1111, SSN 078-05-1120.</p>",
            r#"{"cards": [{"brand": "Visa", "card": "4111111111111111"}, {"brand": "Amex", "card": "378282246310005"}]}"#,
            r#"{"country": "Germany", "example": "DE89 3704 0044 0532 0130 00"}"#,
            r#"{"ssn": "987-65-4321", "username": "ann"}"#,
        ] {
            assert_eq!(of(nobodys), Numbers::default(), "{nobodys}");
        }
        let record = of(r#"{"username": "ann", "card_number": "4111111111111111"}"#);
        assert!(record.real.is_empty() && record.published.len() == 1);
    }
}
