//! A time as people write it: `5s`, `250ms`, `2m`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer};

/// Reads a time: a number of seconds, or one with `ms`, `s`, `m` or `h`, above zero and at most a day.
///
/// # Errors
/// It is none; the text says what would be one.
pub fn parse_time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("'{text}' is not a valid duration; write seconds or a number with ms, s or m, such as 5s");
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..split].parse().map_err(|_| wrong())?;
    let seconds = match &text[split..] {
        "ms" => number / 1000.0,
        "" | "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return Err(wrong()),
    };
    if seconds > 0.0 && seconds <= 86_400.0 { Ok(Duration::from_secs_f64(seconds)) } else { Err(wrong()) }
}

/// For `#[serde(with)]`: an optional time as its text.
pub(crate) mod optional {
    use super::{Deserialize, Deserializer, Duration, Serializer, parse_time};

    #[allow(clippy::ref_option)] // serde's shape
    pub(crate) fn serialize<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.serialize_str(&format!("{}ms", time.as_millis())),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| parse_time(&text).map_err(serde::de::Error::custom)).transpose()
    }
}
