use model::{
    Category, Confidence, Evidence, Exchange, Finding, NotTested, ParameterIn, Request, Rule, SecurityScheme, Severity,
    Surface, Tag,
};

use super::authorization;
use crate::judging::api_key;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "api-key-crashes",
    aliases: &[],
    title: "Unhandled error: a non-ASCII API key crashes the operation",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[755, 248],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated client makes the server fail before the key is checked.",
    fix: "Compare keys as bytes, in constant time.",
    references: &[
        "https://docs.python.org/3/library/hmac.html#hmac.compare_digest",
        "https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(authorization::REQUESTS + OWN),
    schedule: Schedule {
        has_hint: |_, plain| plain.and_then(api_key::header_named).is_some(),
        shares: Some(authorization::SHARES),
        ..Schedule::ANY
    },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// A failing key is asked about twice, with one that is refused in between.
const OWN: u32 = 3;

/// One operation: the code that compares keys is the same for all.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let guarded = authorization::responses(probe).await?;
    let declared = declared(probe.surface);
    let wants = |e: &Exchange| declared.clone().or_else(|| api_key::header_named(e));
    let Some((guarded, header)) = guarded.iter().find_map(|g| wants(&g.anonymous).map(|name| (g, name))) else {
        return Err(NotTested::not_applicable("no operation asks for an API key in a header"));
    };
    let key = probe.canary("key");
    let odd = with(&guarded.anonymous.request, &header, &format!("{key}é"));
    let failed = probe.response_to(odd.clone()).await?;
    if !is_failure(&failed) {
        return Ok(());
    }
    let known = probe.response_to(with(&guarded.anonymous.request, &header, &key)).await?;
    let again = probe.response_to(odd.fresh()).await?;
    if crashes(&known, &failed) && crashes(&known, &again) {
        let evidence = Evidence::new(&failed, format!("{} for a random key that ends in é, twice", failed.status()));
        let control = Evidence::new(&known, format!("{} for the same key without it", known.status()));
        let location = crate::place(probe.surface, &guarded.anonymous).parameter("header", &header);
        found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(control));
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

/// A failure of the program. 502 to 504 are a proxy's word.
fn is_failure(exchange: &Exchange) -> bool {
    matches!(exchange.status(), 500 | 501)
}

/// A failure for the one key, where the other is refused as it should be.
fn crashes(known: &Exchange, odd: &Exchange) -> bool {
    matches!(known.status(), 401 | 403) && is_failure(odd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

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
