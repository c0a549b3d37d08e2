use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, ParameterIn,
    Request, Rule, SecurityScheme, Severity, Surface, Tag,
};

use crate::calling::request::{self, Value};
use crate::experiments::query_names;
use crate::judging::api_key;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "credential-echoed",
    aliases: &[],
    title: "Rejected credential echoed in the response",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[209, 532],
    tags: &[Tag::Misconfiguration],
    risk: "Anyone who sees logs, screenshots or support tickets obtains mistyped and expired credentials of real users.",
    fix: "Say that the credential is invalid, never which one it was.",
    references: &["https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(MOST as u32),
    schedule: Schedule {
        depth: Depth::Standard,
        has_hint: |_, plain| plain.and_then(api_key::header_named).is_some(),
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

/// The query parameter that takes an API key where no document names one.
const QUERY: &str = "api_key";

/// Operations asked.
const MOST: usize = 2;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let refused: Vec<&Operation> = probe
        .observations
        .called(probe.surface)
        .filter(|(o, e)| o.method == Method::GET && refuses(e.status()) && e.request.identity.is_none())
        .map(|(o, _)| o)
        .take(MOST)
        .collect();
    if refused.is_empty() {
        return Err(NotTested::not_applicable("no operation refuses anonymous requests"));
    }
    let (place, name) = key_place(probe.surface);
    for operation in refused {
        let keys = keys(probe, operation, place, &name);
        let response = probe.response_to(keys.request).await?;
        if !(400..600).contains(&response.status()) {
            continue;
        }
        for (place, name, key) in &keys.sent {
            if quotes(&response, key, &keys.names) {
                let what = format!("status {} with the random key that was sent", response.status());
                let location = Location::of(operation).parameter(place.id(), name);
                found.push(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(&response, what)));
            }
        }
    }
    Ok(())
}

/// Keys that nobody issued, and the request with them.
struct Keys {
    request: Request,
    sent: Vec<(ParameterIn, String, String)>,
    /// What they are called in the address.
    names: Vec<&'static str>,
}

/// A key where it belongs. One in the address is sent under all the usual names, as the rule about those does.
fn keys(probe: &TargetProbe<'_>, operation: &Operation, place: ParameterIn, name: &str) -> Keys {
    if place == ParameterIn::Query && query_names::NAMES.contains(&name) {
        let plain = request::build(operation, probe.surface, probe.target, &[]).anonymous();
        let key = query_names::made_up(probe);
        let request = query_names::with(&plain, &query_names::NAMES, &key);
        return Keys { request, sent: vec![(place, name.to_owned(), key)], names: query_names::NAMES.to_vec() };
    }
    let mut sent = vec![(place, name.to_owned(), probe.canary(&operation.path))];
    // Where keys go into a header, some code takes them from the query as well: one request asks for both.
    if place != ParameterIn::Query {
        sent.push((ParameterIn::Query, QUERY.to_owned(), probe.canary(&format!("{} {QUERY}", operation.path))));
    }
    let values: Vec<Value<'_>> =
        sent.iter().map(|(place, name, value)| Value { place: *place, name, value, raw: false }).collect();
    Keys { request: request::build(operation, probe.surface, probe.target, &values), names: vec![QUERY], sent }
}

fn refuses(status: u16) -> bool {
    matches!(status, 401 | 403)
}

/// Whether the body holds the key other than as part of the URL that was asked for.
fn quotes(response: &Exchange, key: &str, names: &[&str]) -> bool {
    let in_url = names.iter().flat_map(|name| [format!("{name}={key}"), format!("{name}%3D{key}")]);
    in_url.fold(response.text().into_owned(), |text, part| text.replace(&part, "")).contains(key)
}

/// Where the document says that the API key goes, `X-API-Key` otherwise.
fn key_place(surface: &Surface) -> (ParameterIn, String) {
    let schemes = surface.specification.iter().flat_map(|s| s.security_schemes.values());
    let mut keys = schemes.filter_map(|scheme| match scheme {
        SecurityScheme::ApiKey { place, name } if *place != ParameterIn::Cookie => Some((*place, name.clone())),
        _ => None,
    });
    keys.next().unwrap_or((ParameterIn::Header, "X-API-Key".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn an_echoed_url_is_not_an_echoed_key() {
        assert!(quotes(&exchange("/", 401, r#"{"error": "no such key: k2k3k4"}"#), "k2k3k4", &["api_key"]));
        assert!(!quotes(&exchange("/", 401, r#"{"url": "/rates?api_key=k2k3k4"}"#), "k2k3k4", &["api_key"]));
        assert!(!quotes(
            &exchange("/", 401, r#"<a href="/login?next=/rates%3Fapi_key%3Dk2k3k4">"#),
            "k2k3k4",
            &["api_key"]
        ));
        assert!(!quotes(&exchange("/", 401, r#"{"error": "invalid"}"#), "k2k3k4", &["api_key"]));
    }
}
