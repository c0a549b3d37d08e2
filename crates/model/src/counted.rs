use std::fmt::Display;

/// A number and its noun, which agree: `1 operation`, `0 operations`, `3 categories`. The last word of the noun takes the plural.
pub fn counted(number: impl Display, noun: &str) -> String {
    let number = number.to_string();
    match noun.strip_suffix('y') {
        _ if number == "1" => format!("1 {noun}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{number} {stem}ies"),
        _ if noun.ends_with(['s', 'x']) || noun.ends_with("ch") => format!("{number} {noun}es"),
        _ => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noun_and_number_agree() {
        for (number, noun, text) in [
            (1, "operation", "1 operation"),
            (0, "operation", "0 operations"),
            (2, "category", "2 categories"),
            (1, "category", "1 category"),
            (12, "further fault", "12 further faults"),
            (3, "day", "3 days"),
            (2, "address", "2 addresses"),
            (21, "request", "21 requests"),
        ] {
            assert_eq!(counted(number, noun), text);
        }
        assert_eq!(counted("1,000", "word"), "1,000 words");
    }
}
