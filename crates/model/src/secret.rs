use std::fmt;

/// Text that cannot be printed whole: `Display` and `Debug` show its mask.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The secret itself, for sending and comparing only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask(&self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

/// A secret's length and at most a quarter of its characters, none when it is shorter than 12: `sk_l…(32 characters)`.
pub fn mask(secret: &str) -> String {
    let length = secret.chars().count();
    if length < 12 {
        return format!("[{length} characters]");
    }
    let shown: String = secret.chars().take((length / 4).min(4)).filter(char::is_ascii_graphic).collect();
    format!("{shown}…[{length} characters]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_shows_nothing_and_a_long_one_a_quarter_at_most() {
        assert_eq!(mask("hunter2"), "[7 characters]");
        assert_eq!(mask("abcdefghijkl"), "abc…[12 characters]");
        assert_eq!(format!("{:?}", Secret::new("abcdefghijklmnopqrstuvwxyz")), "Secret(abcd…[26 characters])");
    }
}
