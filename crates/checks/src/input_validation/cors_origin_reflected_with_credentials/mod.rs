use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-origin-reflected-with-credentials",
    aliases: &[],
    title: "Any website may read answers with the visitor's cookies",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "A page that a logged-in user visits can read everything this API shows that user.",
    fix: "Answer only a fixed list of origins with Access-Control-Allow-Credentials.",
    references: &["https://fetch.spec.whatwg.org/#http-cors-protocol", "https://portswigger.net/web-security/cors"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(cors::REQUESTS),
    schedule: Schedule::sharing(cors::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// The origin is a random word: who allows it allows everybody.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for asked in cors::foreign(probe).await? {
        if asked.allows_it() && asked.with_credentials() {
            let evidence = Evidence::new(
                &asked.exchange,
                format!("Access-Control-Allow-Origin: {} with Access-Control-Allow-Credentials: true", asked.origin),
            );
            found.push(Finding::new(&RULE, Confidence::Confirmed, asked.location(), evidence));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{Said, Scripted};

    #[tokio::test]
    async fn the_origin_has_to_be_the_one_that_was_sent() {
        let run = async |origin: fn(&str) -> Option<String>| {
            let script = Scripted::new(move |request, _| {
                let allowed = request.header_value("origin").and_then(origin);
                let allowed = allowed.into_iter().map(|origin| ("Access-Control-Allow-Origin", origin));
                let headers = allowed.chain([("Access-Control-Allow-Credentials", "true".to_owned())]).collect();
                Said::With(headers, 200, "application/json", "[1]".to_owned())
            });
            let surface = crate::samples::surface(vec![crate::samples::operation(model::Method::GET, "/items")]);
            script.run(&CHECK, &surface).await
        };
        assert_eq!(run(|sent| Some(sent.to_owned())).await.found.len(), 1);
        assert!(run(|_| Some("https://partner.example".to_owned())).await.found.is_empty());
        assert!(run(|_| Some("*".to_owned())).await.found.is_empty());
        assert!(run(|_| None).await.found.is_empty());
    }
}
