use model::{Category, Confidence, Evidence, Finding, Location, Rule, Severity, Tag};
use percent_encoding::percent_decode_str;

use crate::text::set_cookie::{self, SetCookie, cookies_set, is_signed_beside};
use crate::vocabulary::fields::{self, Holds};
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "unsigned-session-cookie",
    aliases: &[],
    title: "Unsigned session cookie names the user",
    category: Category::Authentication,
    severity: Severity::High,
    cwe: &[565, 345],
    tags: &[Tag::Crypto],
    risk: "A user becomes any other user by editing the cookie.",
    fix: "Keep identity in the signed session or behind a random ID.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/quickstart/#sessions",
        "https://cheatsheetseries.owasp.org/cheatsheets/Session_Management_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let cookies = cookies_set(observed.exchange, observed.target.now);
    for cookie in cookies.iter().filter(|cookie| !is_signed_beside(cookie, &cookies)) {
        let Some((confidence, what)) = identity(cookie) else { continue };
        let location = Location::host().parameter("cookie", &cookie.name);
        let evidence =
            Evidence::new(observed.exchange, format!("the cookie {} holds {what} and no signature", cookie.name));
        found.push(Finding::new(&RULE, confidence, location, evidence).hiding(&cookie.value));
    }
    !cookies.is_empty()
}

/// What a cookie says about its user without any proof.
fn identity(cookie: &SetCookie) -> Option<(Confidence, String)> {
    let value = percent_decode_str(&cookie.value).decode_utf8_lossy().into_owned();
    if let Some(object) = set_cookie::object(&value) {
        let names: Vec<&str> =
            object.iter().filter(|(n, v)| !fields::is_empty(v) && tells(n)).map(|(n, _)| n.as_str()).collect();
        let signed = object
            .keys()
            .any(|name| ["sig", "signature", "hmac", "mac", "hash"].contains(&name.to_ascii_lowercase().as_str()));
        return (!names.is_empty() && !signed).then(|| (Confidence::Firm, names.join(", ")));
    }
    // A flag or a short name is what the application itself wrote there; random identifiers are long.
    let plain =
        value.len() <= 24 && !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || "-_.@".contains(c));
    (plain && tells(&cookie.name) && !cookie.name.eq_ignore_ascii_case("user"))
        .then(|| (Confidence::Tentative, "a plain value".to_owned()))
}

/// Names that say who somebody is or what somebody may do.
fn tells(name: &str) -> bool {
    const WHO: [&str; 8] =
        ["userid", "username", "user", "uname", "loggedin", "isloggedin", "authenticated", "isauthenticated"];
    const NOT_RIGHTS: [&str; 8] =
        ["verified", "approved", "discount", "balance", "credit", "credits", "tier", "isactive"];
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    WHO.contains(&plain.as_str()) || fields::holds(name, Holds::Privileged) && !NOT_RIGHTS.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(name: &str, value: &str) -> Option<Confidence> {
        identity(&SetCookie { name: name.to_owned(), value: value.to_owned(), ..SetCookie::default() })
            .map(|found| found.0)
    }

    #[test]
    fn identities_without_proof() {
        assert_eq!(finds("account", "eyJ1c2VybmFtZSI6Imd1ZXN0Iiwicm9sZSI6InZpc2l0b3IifQ=="), Some(Confidence::Firm));
        assert_eq!(finds("u", "%7B%22user_id%22%3A7%7D"), Some(Confidence::Firm));
        assert_eq!(finds("is_admin", "0"), Some(Confidence::Tentative));
        assert_eq!(finds("prefs", "%7B%22theme%22%3A%22dark%22%7D"), None);
        assert_eq!(finds("theme", "dark"), None);
        assert_eq!(finds("session", "0c1f0a3b7f4d4f6f9d0e"), None);
        let signed = crack::flask_session(b"k", r#"{"user_id":7}"#, 1_700_000_000);
        assert_eq!(finds("session", &signed), None);
    }
}
