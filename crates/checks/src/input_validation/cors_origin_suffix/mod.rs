mod lookalikes;
mod stated;

use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-origin-suffix",
    aliases: &[],
    title: "CORS misconfiguration: lookalike origins are allowed",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker who registers a matching domain can read the responses of this API.",
    fix: "Compare the whole origin with a fixed list instead of a substring or a loose pattern.",
    references: &["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://portswigger.net/web-security/cors"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(cors::REQUESTS + LOOKALIKES),
    schedule: Schedule::sharing(cors::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Most origins that are tried: those built around two addresses.
const LOOKALIKES: u32 = 8;

/// Where a foreign origin is refused: origins built around those that a policy is likely to trust. The one that the server names in its
/// response comes first, then those that the service calls its own, then the one that the scan was asked for.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let asked = cors::foreign(probe).await?;
    let Some(first) = asked.iter().find(|a| !a.allows_it() && cors::allowed(&a.exchange) != Some("*")) else {
        return Err(NotTested::not_applicable("every origin is allowed"));
    };
    let known = cors::allowed(&first.exchange).filter(|o| o.contains("://")).map(str::to_owned);
    let mut trusted: Vec<String> = known.into_iter().collect();
    if trusted.is_empty() {
        trusted = stated::stated(probe);
        trusted.push(probe.origin().to_string());
    }
    let word = probe.canary("name");
    let mut origins: Vec<String> = Vec::new();
    for origin in trusted.iter().flat_map(|trusted| lookalikes::lookalikes(trusted, &word)) {
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    for origin in origins.into_iter().take(LOOKALIKES as usize) {
        let exchange = probe.send(cors::request(probe, first.operation, &origin)).await?;
        if cors::allowed(&exchange) == Some(origin.as_str()) {
            let evidence =
                Evidence::new(&exchange, format!("`Access-Control-Allow-Origin: {origin}`: the lookalike is allowed"));
            let control =
                Evidence::new(&first.exchange, format!("{} is not in `Access-Control-Allow-Origin`", first.origin));
            found.push(Finding::new(&RULE, Confidence::Confirmed, first.location(), evidence).also(control));
            return Ok(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{Said, Scripted};

    /// What is found where `policy` says which origins are allowed, on a service whose document names this server.
    async fn run(server: &str, policy: fn(&str) -> bool) -> usize {
        let script = Scripted::new(move |request, _| {
            let allowed = request.header_value("origin").filter(|origin| policy(origin));
            let headers =
                allowed.map(|origin| ("Access-Control-Allow-Origin", origin.to_owned())).into_iter().collect();
            Said::With(headers, 200, "application/json", "[1]".to_owned())
        });
        let mut surface = crate::samples::surface(vec![crate::samples::operation(model::Method::GET, "/crossings")]);
        if let Some(facts) = &mut surface.specification {
            facts.servers = vec!["/".to_owned(), server.to_owned()];
        }
        script.run(&CHECK, &surface).await.found.len()
    }

    #[tokio::test]
    async fn a_name_that_the_document_states_is_tried() {
        let loose = |origin: &str| origin.starts_with("https://") && origin.ends_with("islandferry.example");
        assert_eq!(run("https://islandferry.example/api", loose).await, 1);
        let strict = |origin: &str| origin == "https://islandferry.example";
        assert_eq!(run("https://islandferry.example/api", strict).await, 0);
        let below = |origin: &str| origin.ends_with(".islandferry.example");
        assert_eq!(run("https://islandferry.example/api", below).await, 0, "the owner's own names");
    }
}
