use std::time::Duration;

use model::Response;
use time::PrimitiveDateTime;
use time::format_description::FormatItem;
use time::macros::format_description;

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
const HTTP_DATE: &[FormatItem<'static>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// When a quota begins anew, in seconds or as Unix time: the IETF draft `RateLimit` headers and their forerunners.
const RESETS: [&str; 3] = ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"];
/// Numbers from here on are no seconds but times.
const TIMES: u64 = 1_000_000_000;

/// Whether a response puts the client off: 429, and 503 that says when to come back.
pub(crate) fn puts_off(response: &Response) -> bool {
    response.status == 429 || response.status == 503 && response.header("retry-after").is_some()
}

/// The pause that a response asks for at this Unix time. When a quota begins anew says it as well as long as that is soon (`most`): a
/// limiter that counts otherwise lets something in before.
pub(crate) fn asked(response: &Response, now: i64, most: Duration) -> Option<Duration> {
    let reset = |name: &&str| {
        let seconds = response.header(name)?.trim().parse::<u64>().ok()?;
        let seconds = if seconds < TIMES { seconds } else { seconds.saturating_sub(u64::try_from(now).unwrap_or(0)) };
        Some(Duration::from_secs(seconds)).filter(|pause| *pause <= most)
    };
    match response.header("retry-after") {
        Some(value) => pause(value, now),
        None => RESETS.iter().find_map(reset),
    }
}

/// What `Retry-After` asks for (RFC 9110, section 10.2.3): seconds, or a date, of which the difference to now (Unix seconds) is taken.
/// `None` for what is neither; a date in the past asks for nothing.
fn pause(value: &str, now: i64) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = PrimitiveDateTime::parse(value, HTTP_DATE).ok()?.assume_utc().unix_timestamp();
    Some(Duration::from_secs(u64::try_from(date.saturating_sub(now)).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_that_begins_anew_soon_asks_for_a_pause() {
        let asked = |headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let response = Response::new(429, headers, Vec::new());
            super::asked(&response, 1_790_000_000, Duration::from_secs(30)).map(|pause| pause.as_secs())
        };
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&[("RateLimit-Reset", "7")]), Some(7));
        assert_eq!(asked(&[("X-RateLimit-Reset", "1790000009")]), Some(9));
        assert_eq!(asked(&[("X-RateLimit-Reset", "3600")]), None, "before that a limiter may let something in");
        assert_eq!(asked(&[("X-RateLimit-Reset", "1790009999")]), None);
        assert_eq!(asked(&[("Retry-After", "3600"), ("RateLimit-Reset", "7")]), Some(3_600));
    }

    #[test]
    fn what_puts_off_says_so() {
        let response = |status, headers: Vec<(String, String)>| Response::new(status, headers, Vec::new());
        let later = || vec![("Retry-After".to_owned(), "1".to_owned())];
        assert!(puts_off(&response(429, Vec::new())) && puts_off(&response(503, later())));
        assert!(!puts_off(&response(503, Vec::new())), "a server that fails says no more by being asked again");
        assert!(!puts_off(&response(200, later())) && !puts_off(&response(403, later())));
    }

    #[test]
    fn seconds_dates_and_nonsense() {
        let seconds = |value| pause(value, 784_111_777).map(|pause| pause.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("99999999"), Some(99_999_999));
        assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:47 GMT"), Some(10));
        assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        for nonsense in ["", "-5", "soon", "1.5", "Sun, 99 Nov 1994 08:49:37 GMT"] {
            assert_eq!(seconds(nonsense), None, "{nonsense:?}");
        }
    }
}
