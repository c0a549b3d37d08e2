//! Logins by HTTP Basic that fail, as many as a scan without consent sends: GET requests with fabricated users and passwords, and one wrong
//! password for a name that may be somebody's. The requests are the same for every rule, and end at any sign of a lock.

use std::sync::Arc;

use model::{Exchange, NotTested};

use crate::calling::login::{self, Login};
use crate::canary::canary;
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::judging::session_id::like;
use crate::vocabulary::List;
use crate::{Shares, TargetProbe, Terms};

/// Who tries to log in, in this order. One user that cannot exist comes again and again, since a limit may count by name.
const ORDER: [Who; 10] = [
    Who::Nobody,
    Who::AnotherNobody,
    Who::Somebody,
    Who::Nobody,
    Who::Long,
    Who::Nobody,
    Who::Long,
    Who::Nobody,
    Who::Nobody,
    Who::Nobody,
];

/// Attempts of a scan, at most.
pub const REQUESTS: u32 = ORDER.len() as u32;

/// The requests are the same for every rule.
pub const SHARES: Shares = Shares { with: "basic attempts", requests: REQUESTS };

/// What a rule about logins costs in a scan without consent.
pub const TERMS: Terms = Terms { cost: crate::Cost::reads(REQUESTS), shares: Some(SHARES) };

/// Characters of a long password: more than the 72 bytes of bcrypt.
pub const LONG: usize = 100;

/// Whose name and which password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A fabricated user, the same each time.
    Nobody,
    /// Another one.
    AnotherNobody,
    /// A name that responses showed, else the commonest. Once: no lock counts one.
    Somebody,
    /// The fabricated user with a long password.
    Long,
}

/// One attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Who it was.
    pub who: Who,
    /// The name that was tried.
    pub name: String,
    /// The password that was tried.
    pub password: String,
    /// What it was answered.
    pub exchange: Arc<Exchange>,
}

impl Attempt {
    /// What the response says, whatever name and password it repeats.
    pub fn says(&self) -> (u16, String) {
        let fingerprint = ResponseFingerprint::of(&self.exchange, &self.name, "~");
        (fingerprint.status, fingerprint.text().replace(&self.password, "~"))
    }
}

/// What came of them.
#[derive(Debug)]
pub struct Attempts {
    /// Where they went.
    pub place: Login,
    /// The attempts in their order.
    pub all: Vec<Attempt>,
    /// Whether something counted them: none was sent after that.
    pub limited: bool,
    /// Why the last of them were not sent or had no response.
    pub cut: Option<NotTested>,
    /// Whether the name that was tried as somebody's was shown by the target.
    pub exists: bool,
}

impl Attempts {
    /// The attempts of one.
    pub fn of(&self, who: Who) -> impl Iterator<Item = &Attempt> {
        self.all.iter().filter(move |attempt| attempt.who == who)
    }

    /// Why there are too few of them for what a rule asks.
    pub fn too_few(&self) -> NotTested {
        self.cut.clone().unwrap_or_else(|| NotTested::inconclusive("the attempts to log in are limited"))
    }
}

/// Sends them, or joins those under way.
///
/// # Errors
/// As [`TargetProbe::response_to`]; [`NotTested::NoConsent`] where logins take a body and nothing asks for Basic credentials,
/// [`NotTested::NotApplicable`] where there is no login at all, and [`NotTested::Inconclusive`] when the first attempt is not refused.
pub async fn run(probe: &TargetProbe<'_>) -> Result<Attempts, NotTested> {
    let places = login::places(probe);
    let Some(place) = places.iter().find(|place| matches!(place, Login::Basic { .. })) else {
        let none = || NotTested::not_applicable("no place to log in was found");
        return Err(if places.is_empty() { none() } else { NotTested::NoConsent });
    };
    let (name, exists) = login::likely_name(probe);
    // The same for every rule.
    let fabricated = |word: &str| canary(probe.target.seed, &["basic attempts", word]);
    let mut attempts = Attempts { place: place.clone(), all: Vec::new(), limited: false, cut: None, exists };
    for (number, who) in ORDER.into_iter().enumerate() {
        // Names of one length and shape: a response that only repeats the request is then alike for all.
        let tried = match who {
            Who::Somebody => name.clone(),
            Who::AnotherNobody => like(&name, &fabricated("somebody else")),
            Who::Nobody | Who::Long => like(&name, &fabricated("nobody")),
        };
        let word = fabricated(&number.to_string());
        let password = if who == Who::Long { word.chars().cycle().take(LONG).collect() } else { word };
        let exchange = match probe.response_to(place.attempt(probe.origin(), &tried, &password)).await {
            Ok(exchange) => exchange,
            // What was sent can be judged.
            Err(why) if number > 0 => {
                attempts.cut = Some(why);
                break;
            }
            Err(why) => return Err(why),
        };
        attempts.all.push(Attempt { who, name: tried, password, exchange });
        if number == 0 && !login::is_rejection(&attempts.all[0].exchange) && !is_limit(&attempts.all[0].exchange) {
            return Err(NotTested::inconclusive("a fabricated user and password are not refused"));
        }
        if shows_a_lock(&attempts.all) {
            attempts.limited = true;
            break;
        }
    }
    Ok(attempts)
}

/// Whether the last attempt shows that something counts: it is refused as too many, or otherwise than the first of the same user.
fn shows_a_lock(all: &[Attempt]) -> bool {
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return false };
    let mentions = |exchange: &Exchange| List::AttemptLimit.is_in(&exchange.text().to_ascii_lowercase());
    is_limit(&last.exchange)
        || mentions(&last.exchange) && !mentions(&first.exchange)
        || last.who == Who::Nobody && !login::is_as_before(&first.exchange, &last.exchange)
}

fn is_limit(exchange: &Exchange) -> bool {
    matches!(exchange.status(), 423 | 429 | 503)
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples;
    use crate::scripted::{Ran, Said, Scripted};

    /// What a scan without consent makes of a Basic login that answers so to the name, the length of the password and the count of attempts.
    async fn attempted(check: &crate::Check, login: fn(&str, usize, usize) -> Said) -> Ran {
        use base64::Engine as _;
        let script = Scripted::new(move |request, number| {
            let pair = request.header_value("authorization").and_then(|value| value.strip_prefix("Basic "));
            let pair = pair.and_then(|pair| base64::engine::general_purpose::STANDARD.decode(pair).ok());
            let pair = pair.map(|pair| String::from_utf8_lossy(&pair).into_owned()).unwrap_or_default();
            match pair.split_once(':') {
                Some((name, password)) => login(name, password.len(), number),
                None => challenge("log in"),
            }
        });
        script.run(check, &samples::surface(vec![samples::operation(Method::GET, "/log")])).await
    }

    fn challenge(body: &str) -> Said {
        let header = vec![("WWW-Authenticate", "Basic realm=\"log\"".to_owned())];
        Said::With(header, 401, "application/json", format!("{{\"error\": \"{body}\"}}"))
    }

    /// The checks that send no more than these attempts without consent.
    fn checks() -> [&'static crate::Check; 3] {
        let wanted = ["credentials-oracle", "long-password-crashes", "login-rate-limit-missing"];
        wanted.map(|id| crate::all().into_iter().find(|check| check.rule.id == id).unwrap())
    }

    async fn found(login: fn(&str, usize, usize) -> Said) -> Vec<&'static str> {
        let mut found = Vec::new();
        for check in checks() {
            let ran = attempted(check, login).await;
            let failed = ran.sent.iter().filter(|r| r.header_value("authorization").is_some());
            assert!(failed.count() <= REQUESTS as usize, "{}", check.rule.id);
            assert!(ran.sent.iter().all(|r| r.method == Method::GET));
            found.extend((!ran.found.is_empty()).then_some(check.rule.id));
        }
        found
    }

    #[tokio::test]
    async fn failed_logins_are_judged_without_consent() {
        assert_eq!(found(|_, _, _| challenge("wrong")).await, ["login-rate-limit-missing"]);
        let oracle =
            found(|name, _, _| challenge(if name == "admin" { "wrong password" } else { "no such user" })).await;
        assert_eq!(oracle, ["credentials-oracle", "login-rate-limit-missing"]);
        let long = found(|_, length, _| if length > 72 { Said::json(500, "{}") } else { challenge("wrong") }).await;
        assert_eq!(long, ["long-password-crashes", "login-rate-limit-missing"]);
    }

    #[tokio::test]
    async fn rules_share_them_and_only_one_is_for_a_name_that_may_exist() {
        use base64::Engine as _;
        let mut all = std::collections::BTreeSet::new();
        for check in checks() {
            let ran = attempted(check, |_, _, _| challenge("wrong")).await;
            all.extend(ran.sent.iter().filter_map(|r| r.header_value("authorization").map(str::to_owned)));
        }
        assert_eq!(all.len(), REQUESTS as usize);
        let pairs = all.iter().filter_map(|value| base64::engine::general_purpose::STANDARD.decode(&value[6..]).ok());
        assert_eq!(pairs.filter(|pair| pair.starts_with(b"admin:")).count(), 1);
    }

    #[tokio::test]
    async fn a_sign_of_a_lock_ends_them() {
        for lock in [
            (|_, _, number| if number > 4 { Said::json(429, "{}") } else { challenge("wrong") })
                as fn(&str, usize, usize) -> Said,
            |_, _, number| if number > 5 { Said::json(403, "{}") } else { challenge("wrong") },
            |_, _, number| challenge(if number > 3 { "too many attempts" } else { "wrong" }),
        ] {
            assert_eq!(found(lock).await, [""; 0]);
            let ran = attempted(checks()[2], lock).await;
            assert!(ran.sent.len() < 9 && ran.end().is_ok(), "{} {:?}", ran.sent.len(), ran.ended);
        }
    }

    #[tokio::test]
    async fn what_fails_or_changes_by_itself_says_nothing() {
        let now_and_then =
            found(|_, _, number| if number % 2 == 0 { Said::json(500, "{}") } else { challenge("wrong") }).await;
        assert_eq!(now_and_then, [""; 0]);
        let open = found(|_, _, _| Said::json(200, "{}")).await;
        assert_eq!(open, [""; 0], "any credentials are taken: another rule's");
        let banner = found(|name, _, number| challenge(if number % 3 == 0 { "wrong" } else { name })).await;
        assert!(!banner.contains(&"credentials-oracle"), "{banner:?}");
    }

    #[tokio::test]
    async fn a_login_with_a_body_wants_consent() {
        let surface = samples::surface(vec![samples::operation(Method::POST, "/login")]);
        for check in checks() {
            let ran = Scripted::new(|_, _| Said::json(401, "{}")).run(check, &surface).await;
            assert_eq!(ran.end(), &Err(NotTested::NoConsent), "{}", check.rule.id);
            assert!(ran.sent.is_empty());
        }
    }
}
