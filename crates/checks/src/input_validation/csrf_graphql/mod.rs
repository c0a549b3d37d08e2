use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Request, Rule, Severity, Tag,
};

use super::cookie_session;
use crate::calling::graphql;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "csrf-graphql",
    aliases: &[],
    title: "CSRF in GraphQL: queries accepted from HTML forms",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[352],
    tags: &[Tag::Misconfiguration],
    risk: "Another site can run mutations in the name of a signed-in visitor.",
    fix: "Accept application/json only, or require a header that forms cannot send.",
    references: &["https://owasp.org/www-community/attacks/csrf", "https://graphql.org/learn/serving-over-http/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::queries(graphql::REQUESTS + 2),
    schedule: Schedule::sharing(graphql::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// The query for a type's name, as a form sends it, and a form without one.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(confidence) = cookie_session::carried(probe) else {
        return Err(NotTested::not_applicable("no cookie that other sites' forms would carry was seen"));
    };
    let endpoint = graphql::find(probe).await?;
    let form = |body: &str| {
        let request = Request::new(Method::POST, probe.origin(), endpoint.path.as_str())
            .altered("body", "query", body)
            .body("application/x-www-form-urlencoded", body);
        Request { identity: endpoint.identity.clone(), ..request }
    };
    let query = probe.send(form("query=%7B__typename%7D")).await?;
    if !graphql::is_graphql(&query) {
        return Ok(());
    }
    let without = probe.send(form("other=1")).await?;
    found.extend(judge(&query, &without, confidence, &endpoint.path));
    Ok(())
}

/// The form's own query must have been answered, not just any request.
fn judge(query: &Arc<Exchange>, without: &Arc<Exchange>, confidence: Confidence, path: &str) -> Option<Finding> {
    if !graphql::is_graphql(query) || graphql::is_graphql(without) {
        return None;
    }
    let evidence = Evidence::new(query, "a query as application/x-www-form-urlencoded is executed");
    let control = Evidence::new(without, "a form without a query is not");
    Some(Finding::new(&RULE, confidence, Location::at(Method::POST, path), evidence).also(control))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn a_server_that_answers_any_body_is_no_proof() {
        let data = exchange("/graphql", 200, r#"{"data":{"__typename":"Query"}}"#);
        let refused = exchange("/graphql", 400, r#"{"errors":[{"message":"no query"}]}"#);
        assert!(judge(&data, &refused, Confidence::Firm, "/graphql").is_some());
        assert!(judge(&data, &data, Confidence::Firm, "/graphql").is_none());
        assert!(judge(&refused, &refused, Confidence::Firm, "/graphql").is_none());
    }
}
