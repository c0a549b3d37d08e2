use model::{
    Category, Confidence, Evidence, Finding, Location, NotTested, ParameterIn, Rule, SecurityScheme, Severity, Surface,
};

use crate::text::set_cookie::cookies_set;
use crate::{Check, Detectors, Findings, Observations, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "api-key-in-cookie",
    aliases: &[],
    title: "API key transmitted in a cookie",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[522],
    tags: &[],
    risk: "Browsers send the key with every request, cross-site ones included, and keep it on disk.",
    fix: "Send API keys in a header, and give browsers a session.",
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(look), on_end: Some(read), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn look(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let cookies = cookies_set(observed.exchange, observed.target.now);
    for cookie in cookies.iter().filter(|cookie| is_key(&cookie.name) && crack::Target::parse(&cookie.value).is_err()) {
        let location = Location::host().parameter("cookie", &cookie.name);
        let evidence =
            Evidence::new(observed.exchange, format!("the cookie {} is set to an unsigned value", cookie.name));
        found.push(Finding::new(&RULE, Confidence::Firm, location, evidence).hiding(&cookie.value));
    }
    !cookies.is_empty()
}

fn read(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let Some(facts) = &surface.specification else { return Err(NotTested::NoSpecification) };
    let exchange = observations.exchanges.iter().find(|e| e.response().is_some()).ok_or(NotTested::NoAnswer)?;
    for (called, scheme) in &facts.security_schemes {
        if let SecurityScheme::ApiKey { place: ParameterIn::Cookie, name } = scheme
            && (is_key(name) || !is_session(name, called))
        {
            let evidence =
                Evidence::new(exchange, format!("the API description declares an API key in the cookie {name}"));
            found.push(Finding::new(&RULE, Confidence::Firm, Location::host().parameter("cookie", name), evidence));
        }
    }
    Ok(())
}

/// Whether the name says API key; OpenAPI also declares session cookies as keys.
fn is_key(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ["apikey", "xapikey", "apitoken", "apisecret", "accesskey"].contains(&plain.as_str())
}

/// Whether a declared key is a session by its name or by what the document calls it.
fn is_session(name: &str, called: &str) -> bool {
    const WORDS: [&str; 14] = [
        "sess", "sid", "cookie", "login", "jwt", "token", "auth", "user", "remember", "csrf", "xsrf", "access",
        "refresh", "identity",
    ];
    let says = |text: &str| WORDS.iter().any(|word| text.to_ascii_lowercase().contains(word));
    says(name) || says(called)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, observed};

    #[test]
    fn only_keys() {
        let finds = |cookie: &str| observed(look, &answered("/", 200, &[("Set-Cookie", cookie)], "{}")).1.len();
        assert_eq!(finds("api_key=0123456789abcdef"), 1);
        assert_eq!(finds("X-API-Key=abc"), 1);
        assert_eq!(finds("session=0123456789abcdef"), 0);
    }

    #[test]
    fn a_declared_key_is_one_unless_it_is_a_session() {
        for (name, called) in
            [("JSESSIONID", "Key"), ("connect.sid", "Key"), ("berth", "cookieAuth"), ("access_token", "Key")]
        {
            assert!(is_session(name, called), "{name}");
        }
        assert!(!is_session("berth", "BoatKey"));
    }
}
