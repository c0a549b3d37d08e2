use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-origin-reflected-with-credentials",
    aliases: &[],
    title: "CORS misconfiguration: any origin is allowed with credentials",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "A website that a signed-in user visits can read everything this API returns to that user.",
    fix: "Allow a fixed list of origins only, and send Access-Control-Allow-Credentials to those alone.",
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

/// The origin is a random word: who allows it allows everyone. Where no credentials are known, the weaker rule reports it.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let known = cors::knows_credentials(probe);
    for asked in cors::foreign(probe).await? {
        if asked.allows_it() && asked.with_credentials() {
            if !known {
                return Err(NotTested::not_applicable("no cookie, login or credential was seen"));
            }
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
    use crate::scripted::{Ran, Said, Scripted};

    #[tokio::test]
    async fn the_origin_has_to_be_the_one_that_was_sent() {
        assert_eq!(run(|sent| Some(sent.to_owned()), true).await.found.len(), 1);
        assert!(run(|_| Some("https://partner.example".to_owned()), true).await.found.is_empty());
        assert!(run(|_| Some("*".to_owned()), true).await.found.is_empty());
        assert!(run(|_| None, true).await.found.is_empty());
    }

    #[tokio::test]
    async fn an_api_without_credentials_has_none_to_lend() {
        let run = run(|sent| Some(sent.to_owned()), false).await;
        assert!(run.found.is_empty());
        assert!(matches!(run.end(), Err(NotTested::NotApplicable(_))), "{:?}", run.end());
    }

    /// Allows what `origin` makes of the origin that is sent, always with credentials; a document may declare some.
    async fn run(origin: fn(&str) -> Option<String>, declares: bool) -> Ran {
        let script = Scripted::new(move |request, _| {
            let allowed = request.header_value("origin").and_then(origin);
            let allowed = allowed.into_iter().map(|origin| ("Access-Control-Allow-Origin", origin));
            let headers = allowed.chain([("Access-Control-Allow-Credentials", "true".to_owned())]).collect();
            Said::With(headers, 200, "application/json", "[1]".to_owned())
        });
        let mut surface = crate::samples::surface(vec![crate::samples::operation(model::Method::GET, "/items")]);
        surface.specification = surface.specification.filter(|_| declares);
        script.run(&CHECK, &surface).await
    }
}
