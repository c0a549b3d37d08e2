use std::sync::{Arc, LazyLock};

use model::{
    Category, Confidence, Consent, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity,
};
use regex::Regex;

use crate::calling::login::{self, Login};
use crate::experiments::basic_attempts::{self, Attempt, Attempts, Who};
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::judging::session_id::like;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

mod recovery;

use recovery::Recovery;

pub(crate) static RULE: Rule = Rule {
    id: "credentials-oracle",
    aliases: &[],
    title: "User enumeration through login or password recovery",
    category: Category::Authentication,
    severity: Severity::Medium,
    cwe: &[204, 203],
    tags: &[],
    risk: "An attacker collects valid usernames and then only has to guess passwords.",
    fix: "Respond alike to unknown usernames and wrong passwords, and spend the same time on both.",
    references: &[
        "https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html",
        "https://owasp.org/www-project-web-security-testing-guide/stable/4-Web_Application_Security_Testing/03-Identity_Management_Testing/04-Testing_for_Account_Enumeration_and_Guessable_User_Account",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(3 * PLACES as u32 + RECOVERY).proof((REPEATS.len() * PLACES) as u32),
    read_only: Some(basic_attempts::TERMS),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Whether somebody's name is tried, or nobody's, before a difference counts. A lock that counts wrong passwords for one name has to
/// bear three in all.
const REPEATS: [bool; 7] = [false, true, false, false, true, false, false];

/// Requests to a place for forgotten passwords.
const RECOVERY: u32 = 3;

/// Places to log in that are asked.
const PLACES: usize = 2;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    if probe.target.consent == Consent::ReadOnly {
        return judge_attempts(&basic_attempts::run(probe).await?, found);
    }
    let places = login::places(probe);
    let recovery = Recovery::of(probe.surface);
    if let Some(recovery) = &recovery {
        found.extend(ask_recovery(probe, recovery).await?);
    }
    if places.is_empty() && recovery.is_some() {
        return Ok(());
    }
    if places.is_empty() {
        return Err(NotTested::not_applicable("no place to log in was found"));
    }
    let mut unclear = None;
    for place in places.iter().take(PLACES) {
        let password = probe.canary("password");
        let (name, exists) = login::likely_name(probe);
        // Names of one length and shape: an answer that only repeats the request is then alike for all three.
        let (one, other) = (like(&name, &probe.canary("nobody")), like(&name, &probe.canary("nobody else")));
        let first = probe.response_to(place.attempt(probe.origin(), &one, &password)).await?;
        let second = probe.response_to(place.attempt(probe.origin(), &other, &password)).await?;
        let third = probe.response_to(place.attempt(probe.origin(), &name, &password)).await?;
        let attempts = [(&first, &one), (&second, &other), (&third, &name)];
        let attempts = attempts.map(|(exchange, name)| Try { exchange, name, password: &password });
        if let Some(finding) = judge(place, attempts)
            && (finding.confidence < Confidence::Confirmed || is_steady(probe, place, &name, &first, &third).await?)
        {
            found.push(finding);
        }
        unclear = unclear.or(doubt([&first, &second, &third], exists));
    }
    match unclear.filter(|_| found.is_empty()) {
        Some(why) => Err(NotTested::inconclusive(why)),
        None => Ok(()),
    }
}

/// Says that somebody forgot their password: two who are nobody, then an account of the scan's own, whose letters nobody gets. Users of
/// the target are never named.
async fn ask_recovery(probe: &TargetProbe<'_>, place: &Recovery) -> Result<Option<Finding>, NotTested> {
    let address = if place.takes_an_address() { "@example.com" } else { "" };
    let own = probe.observations.accounts.last().map(|a| if address.is_empty() { &a.name } else { &a.email });
    let like_name = |word: &str| format!("mb{}{address}", probe.canary(word));
    let (one, other) = (like_name("nobody"), like_name("nobody else"));
    let first = probe.response_to(place.request(probe.origin(), &one)).await?;
    let second = probe.response_to(place.request(probe.origin(), &other)).await?;
    let alike = |exchange: &Exchange, name: &str| {
        let fingerprint = ResponseFingerprint::of(exchange, name, "~");
        (fingerprint.status, fingerprint.text().to_owned())
    };
    if !refuses(first.status()) || alike(&first, &one) != alike(&second, &other) {
        return Ok(None);
    }
    let location = Location::at(Method::POST, &place.path);
    if let Some(own) = own {
        let third = probe.response_to(place.request(probe.origin(), own)).await?;
        let differs = refuses(third.status()) && alike(&third, own) != alike(&first, &one);
        let evidence =
            Evidence::new(&third, format!("status {} for a registered user: another response", third.status()));
        let control = Evidence::new(&first, format!("status {} for a random username", first.status()));
        return Ok(differs.then(|| Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control)));
    }
    let excerpt = recovery::says_nobody(&first.text()).filter(|_| matches!(first.status(), 200 | 400..=499));
    Ok(excerpt.map(|words| Finding::new(&RULE, Confidence::Firm, location, Evidence::new(&first, words))))
}

/// Judges what a scan without consent may send: the one attempt with somebody's name among those of nobody, which are all answered alike.
fn judge_attempts(attempts: &Attempts, found: &mut Findings) -> Result<(), NotTested> {
    let (first, second) = (attempts.of(Who::Nobody).next(), attempts.of(Who::AnotherNobody).next());
    let (Some(first), Some(second), Some(third)) = (first, second, attempts.of(Who::Somebody).next()) else {
        return Err(attempts.too_few());
    };
    let controls = attempts.of(Who::Nobody).filter(|_| !attempts.limited);
    let is_steady = controls.map(Attempt::says).all(|says| says == first.says());
    let finding = judge(&attempts.place, [first, second, third].map(Try::of));
    found.extend(finding.filter(|finding| is_steady || finding.confidence < Confidence::Confirmed));
    match doubt([first, second, third].map(|attempt| &attempt.exchange), attempts.exists) {
        Some(why) if found.is_empty() => Err(NotTested::inconclusive(why)),
        _ if !is_steady && found.is_empty() => Err(NotTested::inconclusive("the response changes by itself")),
        _ => Ok(()),
    }
}

/// Whether other attempts are answered as the first of their kind was.
async fn is_steady(
    probe: &TargetProbe<'_>,
    place: &Login,
    name: &str,
    nobody: &Arc<Exchange>,
    somebody: &Arc<Exchange>,
) -> Result<bool, NotTested> {
    let password = probe.canary("password");
    for (number, exists) in REPEATS.into_iter().enumerate() {
        let random = like(name, &probe.canary(&format!("nobody {number}")));
        let tried = if exists { name } else { random.as_str() };
        let response = probe.response_to(place.attempt(probe.origin(), tried, &password).fresh()).await?;
        // A limit that sets in says nothing against what was seen before.
        if response.status() == 429 {
            return Ok(true);
        }
        let text = |exchange: &Exchange, name: &str| {
            let fingerprint = ResponseFingerprint::of(exchange, name, "~");
            (fingerprint.status, fingerprint.text().to_owned())
        };
        let expected = if exists { text(somebody, name) } else { text(nobody, &first_name(nobody)) };
        if text(&response, tried) != expected {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The name that an attempt tried.
fn first_name(attempt: &Exchange) -> String {
    attempt.request.altered.iter().find(|a| a.name == "username").map(|a| a.payload.clone()).unwrap_or_default()
}

/// Why answers without a difference that tells may say nothing.
fn doubt(responses: [&Arc<Exchange>; 3], exists: bool) -> Option<&'static str> {
    if !responses.iter().all(|response| refuses(response.status())) {
        Some("the login fails for another reason than the password")
    } else if exists {
        None
    } else {
        Some("no name that exists was seen")
    }
}

/// A login that was tried.
#[derive(Clone, Copy)]
struct Try<'a> {
    exchange: &'a Arc<Exchange>,
    name: &'a str,
    password: &'a str,
}

impl<'a> Try<'a> {
    fn of(attempt: &'a Attempt) -> Try<'a> {
        Try { exchange: &attempt.exchange, name: &attempt.name, password: &attempt.password }
    }
}

/// The first two names are nobody's, the third may be somebody's.
fn judge(place: &Login, attempts: [Try<'_>; 3]) -> Option<Finding> {
    let fingerprint = |Try { exchange, name, password }: Try<'_>| {
        let fingerprint = ResponseFingerprint::of(exchange, name, "~");
        (exchange.status(), fingerprint.text().replace(password, "~"))
    };
    let [first, second, third] = attempts.map(fingerprint);
    let location = Location::at(place.method(), place.path());
    let exchange = attempts[0].exchange;
    if first == second && third != first && !is_that_of_nobody(attempts) && refuses(first.0) && refuses(third.0) {
        let evidence = Evidence::new(
            attempts[2].exchange,
            format!("status {} for an existing username: another response", third.0),
        );
        let control = Evidence::new(exchange, format!("status {} for a random username", first.0));
        let repeat = Evidence::new(attempts[1].exchange, "the same response for another random username");
        return Some(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control).also(repeat));
    }
    let excerpt = says_so(&exchange.text()).filter(|_| matches!(exchange.status(), 200 | 400..=499))?;
    Some(Finding::new(&RULE, Confidence::Firm, location, Evidence::new(exchange, excerpt)))
}

/// Whether the third response is the first word for word, with the name in the place of the random one. A page may have the name for
/// another reason, such as in an address to write to.
fn is_that_of_nobody([first, _, third]: [Try<'_>; 3]) -> bool {
    ResponseFingerprint::of(first.exchange, first.name, third.name) == ResponseFingerprint::plain(third.exchange)
}

/// An answer to the credentials, whatever it says.
fn refuses(status: u16) -> bool {
    !matches!(status, 0 | 429 | 500..)
}

/// The words that say there is no such user; "user or password" says neither.
fn says_so(text: &str) -> Option<String> {
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:user(?:name)?|account|e-?mail(?: address)?)\b(?: with [a-z ]{1,30})? (?:was |is )?(?:not found|not registered|unknown|does not exist|doesn't exist)|\bno (?:such )?(?:user|account)\b|\bunknown user(?:name)?\b").ok()
    });
    let hit = WORDS.as_ref()?.find(text)?;
    let before = &text[..hit.start()];
    let both = text[hit.end()..].chars().take(20).collect::<String>().to_lowercase().contains("password")
        || before.to_lowercase().ends_with("password or ");
    (!both).then(|| hit.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    fn verdict(first: (u16, &str), second: (u16, &str), third: (u16, &str)) -> Option<Confidence> {
        let place = Login::Basic { target: "/".to_owned() };
        let response = |(status, body): (u16, &str)| exchange("/", status, body);
        let (a, b, c) = (response(first), response(second), response(third));
        let attempts = [(&a, "nobody1"), (&b, "nobody2"), (&c, "admin")];
        let attempts = attempts.map(|(exchange, name)| Try { exchange, name, password: "random" });
        judge(&place, attempts).map(|finding| finding.confidence)
    }

    #[test]
    fn a_difference_that_nobody_else_shows() {
        let same = (401, r#"{"error":"wrong name or password"}"#);
        assert_eq!(verdict(same, same, same), None);
        assert_eq!(verdict((404, "{}"), (404, "{}"), (401, "{}")), Some(Confidence::Confirmed));
        assert_eq!(verdict((401, r#"{"u":"nobody1"}"#), (401, r#"{"u":"nobody2"}"#), (401, r#"{"u":"admin"}"#)), None);
        let contact = (401, r#"{"error":"wrong","help":"admin@skates.example"}"#);
        assert_eq!(verdict(contact, contact, contact), None, "the name stands in the response for another reason");
        assert_eq!(verdict(same, (401, "{}"), same), None);
        assert_eq!(verdict(same, same, (429, "{}")), None);
        let told = (404, r#"{"error":"User not found"}"#);
        assert_eq!(verdict(told, told, told), Some(Confidence::Firm));
        let responses = [401, 401, 500].map(|status| exchange("/", status, "{}"));
        assert!(doubt([&responses[0], &responses[1], &responses[0]], true).is_none());
        assert!(doubt([&responses[0], &responses[1], &responses[0]], false).is_some(), "nobody may be called so");
        assert!(doubt([&responses[0], &responses[1], &responses[2]], true).is_some());
        assert!(says_so("Specified user does not exist").is_some() && says_so("unknown user or password").is_none());
    }
}
