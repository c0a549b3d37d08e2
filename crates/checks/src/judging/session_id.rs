//! Ids of sessions that are kept on the server: their shape, and whether they can be predicted.

use std::sync::Arc;

use md5::Md5;
use model::Exchange;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::TargetProbe;
use crate::text::set_cookie::{self, Role, SetCookie, cookies_set};

/// The first cookie with a session id that an ordinary anonymous answer set. Signed sessions and tokens are no ids.
pub fn seen<'a>(probe: &TargetProbe<'a>) -> Option<(&'a Arc<Exchange>, SetCookie)> {
    let anonymous =
        probe.observations.exchanges.iter().filter(|e| e.request.is_clean() && e.request.identity.is_none());
    anonymous.into_iter().filter(|e| e.request.header_value("cookie").is_none()).find_map(|exchange| {
        let cookies = cookies_set(exchange, probe.target.now);
        let is_id = |cookie: &SetCookie| {
            cookie.role() == Role::Session
                && cookie.value.len() <= 128
                && !crate::experiments::flask_session::is_flask_session(&cookie.value)
                && !is_contents(&cookie.value)
        };
        cookies.into_iter().find(is_id).map(|cookie| (exchange, cookie))
    })
}

/// The first cookie that an ordinary anonymous response set and that could be a session id by its value alone: neither contents nor a
/// token, nor named for something else.
pub fn candidate<'a>(probe: &TargetProbe<'a>) -> Option<(&'a Arc<Exchange>, SetCookie)> {
    let anonymous = probe.observations.exchanges.iter().filter(|e| {
        let is_first =
            e.request.is_clean() && e.request.identity.is_none() && e.request.header_value("cookie").is_none();
        is_first && e.is_success()
    });
    let could_be = |cookie: &SetCookie| {
        let is_id = (1..=128).contains(&cookie.value.len())
            && cookie.value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.=+/%:".contains(&b))
            && cookie.value.bytes().any(|b| b.is_ascii_digit());
        cookie.role() == Role::Other && is_id && !is_contents(&cookie.value)
    };
    anonymous.into_iter().find_map(|exchange| {
        let cookies = cookies_set(exchange, probe.target.now);
        cookies.into_iter().find(could_be).map(|cookie| (exchange, cookie))
    })
}

/// Whether a cookie of any name is a session id by what the application does with it: its own value it knows, and gives no other; another
/// of the same shape it does not know, and gives a fresh one for it. Trackers take any value, load balancers give back their own.
pub fn is_known_by(cookie: &SetCookie, own: &Exchange, fabricated: &Exchange, now: i64) -> bool {
    let given = |exchange: &Exchange| {
        cookies_set(exchange, now).into_iter().find(|set| set.name == cookie.name).map(|set| set.value)
    };
    let fresh = given(fabricated).is_some_and(|value| value != cookie.value);
    own.is_success() && fabricated.is_success() && given(own).is_none() && fresh
}

/// Whether the value is the session itself, as Express's `cookie-session`, Starlette and Django's signed cookies write it: JSON in
/// Base64, with or without a signature behind it. It is alike for everybody who is new, and not what the session is known by.
fn is_contents(value: &str) -> bool {
    let first = value.split(['.', ':']).next().unwrap_or(value);
    set_cookie::object(value).is_some() || set_cookie::object(first).is_some()
}

/// A value of the same shape as `sample`, made of `source`: digits for digits, letters for letters of the same case, the rest kept.
pub fn like(sample: &str, source: &str) -> String {
    let mut bytes = source.bytes().cycle();
    let hex = sample.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    sample
        .chars()
        .map(|c| {
            let from = bytes.next().unwrap_or(b'7');
            let letters = if hex { 6 } else { 26 };
            match c {
                '0'..='9' => char::from(b'0' + from % 10),
                'a'..='z' => char::from(b'a' + from % letters),
                'A'..='Z' => char::from(b'A' + from % letters),
                other => other,
            }
        })
        .collect()
}

/// Bits below which an id can be found by trying (OWASP asks for 64).
const ENOUGH_BITS: f64 = 64.0;

/// What makes ids predictable, as what follows "the ids"; `now` in Unix seconds.
pub fn weakness(ids: &[String], now: i64) -> Option<String> {
    if ids.len() < 3 {
        return None;
    }
    if counts_up(ids) {
        return Some("count up".to_owned());
    }
    if let Some(hash) = hash_of_a_number(&ids[0], now) {
        return Some(format!("are the {hash} of a small number or of the time"));
    }
    let bits = most_bits(ids);
    (bits < ENOUGH_BITS).then(|| format!("vary in at most {bits:.0} bits"))
}

/// Whether the ids are numbers, decimal or hexadecimal, each at most 1,000 above the one before.
fn counts_up(ids: &[String]) -> bool {
    let numbers = |radix| ids.iter().map(|id| u128::from_str_radix(id, radix).ok()).collect::<Option<Vec<u128>>>();
    [10, 16]
        .into_iter()
        .filter_map(numbers)
        .any(|numbers| numbers.windows(2).all(|pair| pair[1] > pair[0] && pair[1] - pair[0] <= 1_000))
}

/// The hash function whose value for a small number or a recent time the id is.
fn hash_of_a_number(id: &str, now: i64) -> Option<&'static str> {
    const NUMBERS: i64 = 20_000;
    let id = id.to_ascii_lowercase();
    let hash: fn(&str) -> String = match id.len() {
        32 => |text| hex(&Md5::digest(text)),
        40 => |text| hex(&Sha1::digest(text)),
        64 => |text| hex(&Sha256::digest(text)),
        _ => return None,
    };
    let name = ["MD5", "SHA-1", "SHA-256"][usize::from(id.len() > 32) + usize::from(id.len() > 40)];
    let times = now.saturating_sub(300)..=now.saturating_add(300);
    (0..=NUMBERS).chain(times).any(|number| hash(&number.to_string()) == id).then_some(name)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// An upper bound of what varies: the places that are not the same in all ids, times the size of the alphabet they are from.
fn most_bits(ids: &[String]) -> f64 {
    let longest = ids.iter().map(String::len).max().unwrap_or(0);
    let place = |at: usize| ids.iter().map(move |id| id.as_bytes().get(at));
    let varying = (0..longest).filter(|at| place(*at).any(|byte| byte != ids[0].as_bytes().get(*at))).count();
    let all = || ids.iter().flat_map(|id| id.bytes());
    let alphabet: f64 = if all().all(|b| b.is_ascii_digit()) {
        10.0
    } else if all().all(|b| b.is_ascii_hexdigit() || b == b'-') {
        16.0
    } else if all().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        36.0
    } else {
        64.0
    };
    varying as f64 * alphabet.log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ids: &[&str]) -> Option<String> {
        weakness(&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>(), 1_800_000_000)
    }

    #[test]
    fn counters_hashes_and_short_ids_are_weak() {
        assert_eq!(of(&["1000", "1001", "1003"]).unwrap(), "count up");
        assert_eq!(of(&["00ff", "0100", "0101"]).unwrap(), "count up");
        // MD5 of "7".
        let md5 = "8f14e45fceea167a5a36dedd4bea2543";
        assert!(
            of(&[md5, "c9f0f895fb98ab9159f51fd0297e236d", "45c48cce2e2d7fbdea1afc51c7c6ad26"]).unwrap().contains("MD5")
        );
        assert!(of(&["a81f3c", "77b0d2", "0c9e1f"]).unwrap().contains("bits"));
        assert!(of(&["user-session-prefix-8d1f", "user-session-prefix-77ac", "user-session-prefix-0b3e"]).is_some());
    }

    #[test]
    fn random_ids_are_not() {
        let ids = [
            "QmFzZTY0LXJhbmRvbS12YWx1ZS1mb3ItdGVzdA",
            "x8Kq2mNv7Lp0TzRbWcYdEfGhIjKlMnOpQrStUv",
            "Zy9Xw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0Fe-Dc_Ba",
        ];
        assert_eq!(of(&ids), None);
        let hex = ["9f86d081884c7d65", "2c26b46b68ffc68f", "fcde2b2edba56bf4", "a5e7d1b09c3f8246"];
        assert_eq!(of(&hex), None);
    }

    #[test]
    fn a_session_kept_in_its_cookie_is_no_id() {
        for value in ["eyJjb3VudCI6MX0=", "eyJjb3VudCI6MX0=.aWx3bg.wJtG3UGtsf3AcwO55", "eyJjb3VudCI6MX0:1tX:pcCmSK5rdi"]
        {
            assert!(is_contents(value), "{value}");
        }
        assert!(!is_contents("QmFzZTY0LXJhbmRvbS12YWx1ZS1mb3ItdGVzdA") && !is_contents("9f86d081884c7d65"));
        assert!(!is_contents("1000"));
    }

    #[test]
    fn a_session_is_what_the_application_knows_its_visitors_by() {
        use crate::samples::answered;
        let cookie = SetCookie { name: "yard".to_owned(), value: "7301".to_owned(), ..SetCookie::default() };
        let nothing = answered("/", 200, &[], "{}");
        let set = |value: &str| answered("/", 200, &[("Set-Cookie", value)], "{}");
        let known = |own: &Exchange, fabricated: &Exchange| is_known_by(&cookie, own, fabricated, 0);
        assert!(known(&nothing, &set("yard=7302; Path=/")));
        assert!(!known(&nothing, &nothing), "a tracker takes any value");
        assert!(!known(&set("yard=7303"), &set("yard=7304")), "a new one each time is none that anybody is known by");
        assert!(!known(&nothing, &set("yard=7301")), "the same for everybody");
        assert!(!known(&nothing, &set("theme=dark")));
        assert!(!known(&answered("/", 500, &[], ""), &set("yard=7302")));
    }

    #[test]
    fn a_likeness_keeps_the_shape() {
        let made = like("9f86d081-AB.c", "abcdefghijk");
        assert_eq!(made.len(), 13);
        assert_eq!(&made[8..9], "-");
        assert_ne!(made, "9f86d081-AB.c");
    }
}
