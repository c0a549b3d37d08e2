use std::cmp::Ordering;

/// Compares dotted numbers; a missing part is zero, letters end the number.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    let parts = |text: &str| -> Vec<u64> {
        let number =
            |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
        let mut parts: Vec<u64> = text.split('.').take(6).map(number).collect();
        parts.resize(6, 0);
        parts
    };
    parts(one).cmp(&parts(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_numbers() {
        assert_eq!(compare("2.10", "2.9.1"), Ordering::Greater);
        assert_eq!(compare("2.0", "2.0.0"), Ordering::Equal);
        assert_eq!(compare("2.0.0rc1", "2.0.1"), Ordering::Less);
    }
}
