use std::sync::{Arc, LazyLock};

use model::{
    Category, Confidence, Evidence, Exchange, Finding, NotTested, ParameterIn, Request, Rule, SecurityScheme, Severity,
    Surface, Tag,
};
use regex::Regex;

use crate::shared::authorization;
use crate::{Check, Cost, Findings, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "api-key-crashes",
    aliases: &[],
    title: "An API key with a character beyond ASCII crashes the operation",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[755, 248],
    tags: &[Tag::Misconfiguration],
    risk: "Anybody makes the server fail before the key is checked.",
    fix: "Encode both keys before compare_digest sees them.",
    references: &["https://docs.python.org/3/library/hmac.html#hmac.compare_digest"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: authorization::REQUESTS + 2 * MOST as u32 + 2, touch: Touch::Reads },
    shares: Some(authorization::SHARES),
    on_surface: Some(|survey, found| Box::pin(ask(survey, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Operations that are asked.
const MOST: usize = 2;

async fn ask(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let guarded = authorization::answers(survey).await?;
    let declared = declared(survey.surface);
    let wants = |e: &Exchange| declared.clone().or_else(|| named(&e.text()));
    let asked: Vec<_> = guarded.iter().filter_map(|g| wants(&g.anonymous).map(|name| (g, name))).take(MOST).collect();
    if asked.is_empty() {
        return Err(NotTested::not_applicable("no operation asks for an API key in a header"));
    }
    for (guarded, header) in asked {
        let key = survey.canary("key");
        let (plain, odd) = (key.clone(), format!("{key}é"));
        let bare = &guarded.anonymous.request;
        let known = survey.ask(with(bare, &header, &plain)).await?;
        let failed = survey.ask(with(bare, &header, &odd)).await?;
        if !crashes(&known, &failed) {
            continue;
        }
        let failed_again = survey.ask(with(bare, &header, &odd).fresh()).await?;
        let known_again = survey.ask(with(bare, &header, &plain).fresh()).await?;
        if crashes(&known_again, &failed_again) {
            let evidence =
                Evidence::new(&failed, format!("{} for a made-up key that ends in é, twice", failed.status()));
            let control = Evidence::new(&known, format!("{} for the same key without it", known.status()));
            let location = crate::place(survey.surface, &guarded.anonymous).parameter("header", &header);
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control));
        }
        break;
    }
    Ok(())
}

/// The request with this key. Its UTF-8 bytes go on the wire; WSGI servers read each as a character beyond ASCII.
fn with(request: &Request, header: &str, key: &str) -> Request {
    let mut request = request.clone();
    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header));
    request.header(header, key).altered("header", header, key)
}

/// The header in which the document says that the key goes.
fn declared(surface: &Surface) -> Option<String> {
    let schemes = surface.specification.iter().flat_map(|s| s.security_schemes.values());
    schemes
        .filter_map(|scheme| match scheme {
            SecurityScheme::ApiKey { place: ParameterIn::Header, name } => Some(name.clone()),
            _ => None,
        })
        // Documents of Swagger 2.0 declare bearer tokens so.
        .find(|name| !name.eq_ignore_ascii_case("authorization"))
}

/// The header that a refusal names, or the usual one when it asks for an API key without saying where.
fn named(text: &str) -> Option<String> {
    static HEADER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)(?:^|[^\w-])(api-key|x-(?:[a-z]+-){0,2}(?:apikey|key|token))\b").ok());
    static WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bapi[-_ ]?key\b").ok());
    let found = HEADER.as_ref().and_then(|regex| regex.captures(text)).map(|captures| captures[1].to_owned());
    found.or_else(|| WORDS.as_ref().is_some_and(|regex| regex.is_match(text)).then(|| "X-API-Key".to_owned()))
}

/// A failure of the program for the one key, where the other is refused as it should be. 502 to 504 are a proxy's word.
fn crashes(known: &Arc<Exchange>, odd: &Arc<Exchange>) -> bool {
    matches!(known.status(), 401 | 403) && matches!(odd.status(), 500 | 501)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::samples::exchange;

    #[test]
    fn the_header_is_read_from_the_refusal() {
        for (text, header) in [
            (r#"{"error": "missing X-API-Key"}"#, Some("X-API-Key")),
            ("send your key as x-auth-token", Some("x-auth-token")),
            (r#"{"message": "Invalid API key"}"#, Some("X-API-Key")),
            ("Api-Key header required", Some("Api-Key")),
            (r#"{"code": "invalid-api-key"}"#, Some("X-API-Key")),
            (r#"{"error": "unauthorized"}"#, None),
            ("the keyboard is on the table", None),
        ] {
            assert_eq!(named(text).as_deref(), header, "{text}");
        }
    }

    #[test]
    fn only_a_failure_beside_a_refusal_counts() {
        let crash = |known: u16, odd: u16| crashes(&exchange("/", known, "{}"), &exchange("/", odd, "{}"));
        assert!(crash(401, 500) && crash(403, 500));
        assert!(!crash(401, 401) && !crash(401, 400) && !crash(500, 500) && !crash(200, 500) && !crash(401, 502));
    }

    #[test]
    fn the_key_is_sent_as_it_is() {
        let request = with(&exchange("/", 401, "{}").request, "X-API-Key", "ké");
        assert_eq!(request.headers, [("X-API-Key".to_owned(), vec![b'k', 0xc3, 0xa9])]);
    }
}
