use std::sync::Arc;

use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity};

use super::authorization::{self, Guarded};
use crate::judging::api_key;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "auth-status-inconsistent",
    aliases: &[],
    title: "Invalid token is not rejected with status 401",
    category: Category::Authentication,
    severity: Severity::Low,
    cwe: &[390],
    tags: &[],
    risk: "Clients do not notice that they have to sign in again, and the differing response shows an attacker where the check is.",
    fix: "Reject every failed authentication with 401 and the same body.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2",
        "https://www.rfc-editor.org/rfc/rfc6750#section-3.1",
        "https://flask-jwt-extended.readthedocs.io/en/stable/changing_default_behavior.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(authorization::REQUESTS + KEYS as u32).proof(2 * (authorization::MOST + KEYS) as u32),
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

/// Guarded operations that are asked with a key.
const KEYS: usize = 2;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let responses = authorization::responses(probe).await?;
    if responses.iter().all(|guarded| guarded.anonymous.status() != 401) {
        return Err(NotTested::not_applicable("no operation returns 401 to an unauthenticated client"));
    }
    for guarded in responses.iter().take(KEYS) {
        // A key is a credential like any other, where the refusal says in which header it goes.
        let Some(name) = api_key::header_named(&guarded.anonymous) else { continue };
        let key = probe.canary("key");
        let request = guarded.anonymous.request.clone().header(&name, key.as_str()).altered("header", &name, &key);
        let nonsense = probe.response_to(request).await?;
        let keyed = Guarded { anonymous: Arc::clone(&guarded.anonymous), nonsense };
        if differs(&keyed) && is_repeated(probe, &keyed).await? {
            let status = keyed.nonsense.status();
            let evidence = Evidence::new(&keyed.nonsense, format!("{status} for a random key in {name}"));
            let control = Evidence::new(&keyed.anonymous, "401 without credentials");
            let location = crate::place(probe.surface, &keyed.anonymous).parameter("header", &name);
            found.push(Finding::new(&RULE, Confidence::Firm, location, evidence).also(control));
        }
    }
    for guarded in responses.iter().filter(|guarded| differs(guarded)) {
        if !is_repeated(probe, guarded).await? {
            continue;
        }
        let status = guarded.nonsense.status();
        let evidence = Evidence::new(&guarded.nonsense, format!("{status} for a random bearer token"));
        let control = Evidence::new(&guarded.anonymous, "401 without credentials");
        let location = crate::place(probe.surface, &guarded.anonymous);
        found.push(Finding::new(&RULE, Confidence::Firm, location, evidence).also(control));
    }
    Ok(())
}

/// Whether both are answered the same way once more, the other way round: a server that fails now and then makes no difference.
async fn is_repeated(probe: &TargetProbe<'_>, guarded: &Guarded) -> Result<bool, NotTested> {
    for before in [&guarded.nonsense, &guarded.anonymous] {
        if probe.response_to(before.request.clone().fresh()).await?.status() != before.status() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn differs(guarded: &Guarded) -> bool {
    guarded.anonymous.status() == 401
        && matches!(guarded.nonsense.status(), 301 | 302 | 303 | 307 | 308 | 403 | 404 | 409 | 415 | 422)
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples::{exchange, operation, surface};
    use crate::scripted::{Said, Scripted};

    async fn found(with_key: u16) -> Vec<String> {
        let script = Scripted::new(move |request, _| match request.header_value("x-depot-key") {
            Some(_) => Said::json(with_key, "{}"),
            None => Said::json(401, r#"{"error": "X-Depot-Key is missing"}"#),
        });
        let surface = surface(vec![operation(Method::GET, "/crates")]);
        script.run(&CHECK, &surface).await.found.iter().map(|f| format!("{:?}", f.location)).collect()
    }

    #[tokio::test]
    async fn a_key_is_refused_like_no_key() {
        let told = found(404).await;
        assert!(told.len() == 1 && told[0].to_ascii_lowercase().contains("x-depot-key"), "{told:?}");
        assert!(found(401).await.is_empty());
    }

    #[test]
    fn only_other_client_errors() {
        let verdict = |anonymous, nonsense| {
            differs(&Guarded { anonymous: exchange("/", anonymous, "{}"), nonsense: exchange("/", nonsense, "{}") })
        };
        assert!(verdict(401, 422) && verdict(401, 403) && verdict(401, 302));
        assert!(
            !verdict(401, 401) && !verdict(401, 400) && !verdict(401, 500) && !verdict(401, 429) && !verdict(403, 401)
        );
    }
}
