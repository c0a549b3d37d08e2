//! Origins that somebody else can have and that a loose comparison takes for a trusted one.

/// Suffixes of two labels under which anybody registers names, besides `co.uk` and its kind: places where applications are hosted.
/// A small part of the public suffix list; one that is missing here costs a finding and never makes a false one.
const HOSTING: &[&str] = &[
    "azurewebsites.net",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "onrender.com",
    "pages.dev",
    "pythonanywhere.com",
    "vercel.app",
    "web.app",
    "workers.dev",
];

/// Second labels under which countries register names: `co.uk`, `com.au`.
const KINDS: &[&str] = &["ac", "co", "com", "edu", "gov", "net", "org"];

/// Origins that pass a check for a beginning, an end, a part, or a pattern whose dots are not escaped. None of them is the trusted
/// host, one below it, or one beside it: a policy may well trust the owner's other names, so what comes before is put before the
/// part that is registered, and a dot is replaced where that makes another registered name.
pub(super) fn lookalikes(trusted: &str, word: &str) -> Vec<String> {
    let Some((scheme, rest)) = trusted.split_once("://") else { return Vec::new() };
    let host = rest.rsplit_once(':').filter(|(_, p)| p.bytes().all(|b| b.is_ascii_digit())).map_or(rest, |(h, _)| h);
    // No browser has an origin whose host ends in a bracket and goes on.
    if host.is_empty() || host.starts_with('[') {
        return Vec::new();
    }
    let mut all = vec![format!("{scheme}://{host}.{word}.example")];
    if scheme != "https" {
        all.push(format!("https://{host}.{word}.example"));
    }
    if let Some((below, registered, suffix)) = parts(host) {
        all.push(format!("{scheme}://{word}{registered}.{suffix}"));
        if !below.is_empty() {
            all.push(format!("{scheme}://{below}x{registered}.{suffix}"));
        }
    }
    all
}

/// What stands before the registered name, the registered name, and the suffix it is registered under. `None` for addresses and for
/// hosts of one label, beside which nobody registers anything.
fn parts(host: &str) -> Option<(&str, &str, &str)> {
    if host.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let dots: Vec<usize> = host.rmatch_indices('.').map(|(at, _)| at).collect();
    let last = *dots.first()?;
    let split = dots.get(1).filter(|_| is_suffix(host, &dots)).copied().unwrap_or(last);
    let (name, suffix) = (host.get(..split)?, host.get(split + 1..)?);
    let (below, registered) = name.rsplit_once('.').unwrap_or(("", name));
    (!registered.is_empty() && !suffix.is_empty()).then_some((below, registered, suffix))
}

/// Whether names are registered under the last two labels of a host of three or more.
fn is_suffix(host: &str, dots: &[usize]) -> bool {
    let Some(two) = dots.get(1).and_then(|at| host.get(at + 1..)) else { return false };
    let country = |(kind, tld): (&str, &str)| tld.len() == 2 && KINDS.contains(&kind);
    HOSTING.contains(&two) || two.split_once('.').is_some_and(country)
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn what_is_sent_for_each_shape_of_host() {
        let rows: [(&str, &[&str]); 10] = [
            ("https://example.test", &["https://example.test.w.example", "https://wexample.test"]),
            (
                "https://app.example.com:8443",
                &["https://app.example.com.w.example", "https://wexample.com", "https://appxexample.com"],
            ),
            (
                "http://a.b.example.com",
                &[
                    "http://a.b.example.com.w.example",
                    "https://a.b.example.com.w.example",
                    "http://wexample.com",
                    "http://a.bxexample.com",
                ],
            ),
            ("https://shop.co.uk", &["https://shop.co.uk.w.example", "https://wshop.co.uk"]),
            (
                "https://api.shop.co.uk",
                &["https://api.shop.co.uk.w.example", "https://wshop.co.uk", "https://apixshop.co.uk"],
            ),
            ("https://shop.herokuapp.com", &["https://shop.herokuapp.com.w.example", "https://wshop.herokuapp.com"]),
            ("https://127.0.0.1", &["https://127.0.0.1.w.example"]),
            ("http://localhost:5000", &["http://localhost.w.example", "https://localhost.w.example"]),
            ("http://[::1]:5000", &[]),
            ("null", &[]),
        ];
        for (trusted, expected) in rows {
            assert_eq!(lookalikes(trusted, "w"), expected, "{trusted}");
        }
    }

    /// Policies with the host they are for, and whether somebody else passes.
    #[test]
    fn only_loose_policies_let_one_pass() {
        let rows = [
            // The owner's other names are trusted, and nobody else's.
            (r"^https?://([a-z0-9-]+\.)?example\.test(:\d+)?$", "https://api.example.test", false),
            (r"^https?://([a-z0-9-]+\.)?example\.test(:\d+)?$", "http://example.test:8000", false),
            (r"^https://([a-z0-9-]+\.)*example\.co\.uk$", "https://api.example.co.uk", false),
            (r"^https://[a-z0-9.-]+\.example\.test$", "https://a.b.example.test", false),
            (r"^https://.+\.example\.test$", "https://a.b.example.test", false),
            (r"\.example\.test$", "https://api.example.test", false),
            (r"^https://api\.example\.test$", "https://api.example.test", false),
            (r"^https?://[a-z0-9-]*api\.example\.test$", "https://api.example.test", false),
            (r"^https?://127\.0\.0\.1(:\d+)?$", "http://127.0.0.1:5000", false),
            // A beginning, an end, a part, a dot that is any character.
            (r"^https://api\.example\.test", "https://api.example.test", true),
            (r"example\.test$", "https://api.example.test", true),
            (r"^https?://.*example\.co\.uk$", "https://api.example.co.uk", true),
            (r"example\.test", "http://example.test", true),
            (r"^https://api.example.test$", "https://api.example.test", true),
            (r"^https://[a-z.]+.example.test$", "https://a.b.example.test", true),
            (r"^https?://(127.0.0.1|localhost)", "http://127.0.0.1:5000", true),
        ];
        for (policy, trusted, loose) in rows {
            let policy = Regex::new(policy).unwrap();
            let passes = lookalikes(trusted, "word").iter().any(|origin| policy.is_match(origin));
            assert_eq!(passes, loose, "{policy} for {trusted}");
        }
    }
}
