//! What only old releases of Werkzeug send, for targets whose `Server` header does not name it. Each sign was compared with the
//! releases themselves; it ends with the newest release that still shows it.

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use model::{Confidence, Exchange};
use regex::Regex;

use super::adler32::adler32;
use super::dotted_version::compare;
use crate::experiments::flask_session::is_flask_session;
use crate::text::set_cookie::SetCookie;

/// A sign of an old release.
#[derive(Debug)]
pub(super) struct Sign<'a> {
    /// The oldest release that shows it; `0` for every one up to the newest.
    pub(super) oldest: &'static str,
    /// The newest release that shows it.
    pub(super) newest: &'static str,
    /// The exchange that shows it.
    pub(super) exchange: &'a Arc<Exchange>,
    /// What it is.
    pub(super) how: String,
    /// How sure it is.
    pub(super) confidence: Confidence,
}

/// The sign that allows the fewest releases. A hint is as sure as the surest sign beside it: what could imitate the one does not send
/// the other.
pub(super) fn oldest(exchanges: &[Arc<Exchange>]) -> Option<Sign<'_>> {
    let signs =
        exchanges.iter().flat_map(|exchange| [debugger_script(exchange), error_page(exchange), cookie_date(exchange)]);
    signs.flatten().reduce(|one, other| {
        let confidence = one.confidence.max(other.confidence);
        // The first of equals, so that equal scans show the same exchange.
        let narrower = if compare(other.newest, one.newest) == Ordering::Less { other } else { one };
        Sign { confidence, ..narrower }
    })
}

/// The debugger's script by its size and checksum.
fn debugger_script(exchange: &Arc<Exchange>) -> Option<Sign<'_>> {
    const BANDS: [(usize, u32, &str, &str); 6] = [
        (6_264, 698_556_359, "0", "0.14.1"),
        (6_400, 4_174_596_272, "0.15.0", "1.0.1"),
        (10_524, 4_252_892_819, "2.0.0", "2.0.1"),
        (10_521, 2_800_811_429, "2.0.2", "2.3.6"),
        (10_562, 3_752_528_389, "2.3.7", "3.0.2"),
        (10_544, 459_408_141, "3.0.3", "3.0.3"),
    ];
    if exchange.status() != 200 || !exchange.request.target.ends_with("__debugger__=yes&cmd=resource&f=debugger.js") {
        return None;
    }
    let body = exchange.body();
    let (_, _, oldest, newest) =
        BANDS.iter().find(|(size, sum, _, _)| body.len() == *size && adler32(&body) == *sum)?;
    let how = format!("the size and checksum of the debugger's script are those of versions up to {newest}");
    Some(Sign { oldest, newest, exchange, how, confidence: Confidence::Firm })
}

/// The whole page for a path that does not exist, byte for byte: others copied the sentence, nobody the page with its doctype of 1997.
fn error_page(exchange: &Arc<Exchange>) -> Option<Sign<'_>> {
    const PAGES: [(&str, &str, &str); 2] = [
        (
            "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n\
             <p>The requested URL was not found on the server.  If you entered the URL manually please check your spelling and try \
             again.</p>\n",
            "0",
            "0.14.1",
        ),
        (
            "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n\
             <p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try \
             again.</p>\n",
            "0.15.0",
            "2.1.1",
        ),
    ];
    if exchange.status() != 404 || !exchange.is_html() {
        return None;
    }
    let (_, oldest, newest) = PAGES.iter().find(|(page, _, _)| *exchange.body() == *page.as_bytes())?;
    let how = format!("the 404 page is that of versions up to {newest}, which begins with the doctype of HTML 3.2");
    Some(Sign { oldest, newest, exchange, how, confidence: Confidence::Firm })
}

/// The expiry date of a Flask session with dashes, the form of Netscape's cookies. Other servers write dates so too, but they do
/// not sign sessions like itsdangerous; only something in between could do both, so this alone is a hint.
fn cookie_date(exchange: &Arc<Exchange>) -> Option<Sign<'_>> {
    static DASHES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i);\s*expires=[a-z]{3}, [0-9]{2}-[a-z]{3}-[0-9]{4} [0-9:]{8} GMT\s*(?:;|$)").ok()
    });
    let dashes = DASHES.as_ref()?;
    let is_sign = |header: &&str| {
        dashes.is_match(header) && SetCookie::parse(header, 0).is_some_and(|cookie| is_flask_session(&cookie.value))
    };
    exchange.response()?.header_all("set-cookie").find(is_sign)?;
    let how = "the session's Expires is written with dashes, as versions before 2.0 did".to_owned();
    Some(Sign { oldest: "0", newest: "1.0.1", exchange, how, confidence: Confidence::Tentative })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    const SENTENCE: &str = "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.";

    fn page(doctype: &str, sentence: &str) -> String {
        format!("{doctype}\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>{sentence}</p>\n")
    }

    fn band(exchanges: &[Arc<Exchange>]) -> Option<&'static str> {
        oldest(exchanges).map(|sign| sign.newest)
    }

    #[test]
    fn the_page_of_html_3_2_is_old() {
        let old = page("<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">", SENTENCE);
        assert_eq!(old.len(), 232, "as measured on 0.15.0 to 2.1.1");
        assert_eq!(band(&[answered("/x", 404, &[], &old)]), Some("2.1.1"));
        let older = old.replace("server. If", "server.  If");
        assert_eq!(band(&[answered("/x", 404, &[], &older)]), Some("0.14.1"));
        assert_eq!(band(&[answered("/x", 404, &[], &old), answered("/y", 404, &[], &older)]), Some("0.14.1"));
    }

    #[test]
    fn pages_that_only_look_like_it_are_not() {
        let old = page("<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">", SENTENCE);
        for (status, headers, body) in [
            (404, vec![], page("<!doctype html>\n<html lang=en>", SENTENCE)),
            (404, vec![], page("<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">", SENTENCE)),
            (404, vec![], page("<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">", "Nothing here.")),
            (404, vec![], format!("{old}<address>Apache</address>")),
            (200, vec![], old.clone()),
            (404, vec![("Content-Type", "application/json")], format!("{{\"error\":\"{SENTENCE}\"}}")),
        ] {
            assert_eq!(band(&[answered("/x", status, &headers, &body)]), None, "{body}");
        }
    }

    #[test]
    fn dashes_count_on_a_session_of_itsdangerous_only() {
        let session = crack::flask_session(b"k", r#"{"_permanent":true}"#, 1_700_000_000);
        let set = |value: &str, date: &str| {
            let header = format!("session={value}; Expires={date}; HttpOnly; Path=/");
            oldest(&[answered("/", 200, &[("Set-Cookie", &header)], "{}")]).map(|sign| (sign.newest, sign.confidence))
        };
        assert_eq!(set(&session, "Tue, 22-Dec-2026 00:00:00 GMT"), Some(("1.0.1", Confidence::Tentative)));
        assert_eq!(set(&session, "Tue, 22 Dec 2026 00:00:00 GMT"), None);
        assert_eq!(set("0a1b2c3d4e5f", "Tue, 22-Dec-2026 00:00:00 GMT"), None, "PHP and others write dashes");
        assert_eq!(set("", "Thu, 01-Jan-1970 00:00:00 GMT"), None);
    }

    #[test]
    fn a_hint_beside_a_sure_sign_is_sure() {
        let session = crack::flask_session(b"k", r#"{"_permanent":true}"#, 1_700_000_000);
        let cookie = format!("session={session}; Expires=Tue, 22-Dec-2026 00:00:00 GMT; Path=/");
        let old = page("<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">", SENTENCE);
        let exchanges = [answered("/", 200, &[("Set-Cookie", &cookie)], "{}"), answered("/x", 404, &[], &old)];
        let sign = oldest(&exchanges).unwrap();
        assert_eq!((sign.newest, sign.confidence), ("1.0.1", Confidence::Firm));
    }
}
