//! Whatever a target says, reading it neither panics nor hangs. `MIDDLEBRICK_FUZZ_SECONDS` says for how long it is tried.

// Helpers of tests may end a test like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use checks::ObservedExchange;
use checks::experiments::flask_session;
use checks::text::jwt::Jwt;
use checks::text::set_cookie::{self, SetCookie};
use model::{Exchange, Origin, Outcome, Request, Response, Scheme, Surface, Target};

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

#[test]
fn cookies_that_are_set() {
    const TOKENS: &[&str] =
        &["; ", "=", "Max-Age=", "Expires=", "Domain=", "SameSite=", "\"", "99999999999999999999", "\u{0}"];
    fuzz::run(&corpus("set-cookie"), TOKENS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Some(cookie) = SetCookie::parse(&text, 1_790_000_000) {
            let _ = (cookie.role(), cookie.deletes(), set_cookie::object(&cookie.value));
        }
    });
}

#[test]
fn tokens() {
    const TOKENS: &[&str] = &[".", "eyJ", "e30", "bnVsbA", "=", "-_", "W10", "IjEi"];
    fuzz::run(&corpus("jwt"), TOKENS, |bytes| {
        if let Some(token) = Jwt::parse(&String::from_utf8_lossy(bytes)) {
            let _ = (token.date("exp"), token.is_refresh(), token.signed_again(&[("exp", "1")], b"key"));
        }
    });
}

#[test]
fn session_cookies() {
    const TOKENS: &[&str] = &[".", "eyJ", "eJw", "=", "-_", "ZxY1Ag", "fQ"];
    fuzz::run(&corpus("session"), TOKENS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = (flask_session::is_flask_session(&text), flask_session::contents(&text), set_cookie::object(&text));
    });
}

/// HTML, scripts, JSON and configuration, judged by every rule that reads responses.
#[test]
fn responses() {
    const TOKENS: &[&str] = &[
        "<",
        ">",
        "</script>",
        "<!--",
        "{",
        "}",
        "[",
        "\"",
        "'",
        "&quot;",
        "&#x27;",
        "password",
        "://",
        "@",
        "eyJ",
        "<input name=",
        "\\u",
        "function(",
        "/*",
        "//",
        "`${",
        "\u{0}",
        "\n",
        "SELECT",
    ];
    fuzz::run(&corpus("responses"), TOKENS, |bytes| {
        let html = bytes.first().is_some_and(|first| *first == b'<');
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        for media in [if html { "text/html" } else { "application/json" }, "application/javascript"] {
            let headers = vec![
                ("Content-Type".to_owned(), media.to_owned()),
                ("Set-Cookie".to_owned(), String::from_utf8_lossy(bytes).chars().take(300).collect()),
            ];
            let response = Response::new(200, headers, bytes.to_vec());
            let exchange = Arc::new(Exchange {
                serial: 1,
                request: Request::get(&origin, "/items"),
                outcome: Outcome::Answered(response),
                elapsed_us: 1,
                hops: Vec::new(),
            });
            judge(&exchange, &Target::of(origin.clone()));
        }
    });
}

fn judge(exchange: &Arc<Exchange>, target: &Target) {
    let surface = Surface::default();
    for check in checks::all() {
        if let Some(on_exchange) = check.detectors.on_exchange {
            let observed = ObservedExchange { exchange, operation: None, surface: &surface, target };
            on_exchange(&observed, &mut checks::Findings::default());
        }
    }
}
