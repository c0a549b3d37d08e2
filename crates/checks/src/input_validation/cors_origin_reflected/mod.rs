use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "cors-origin-reflected",
    aliases: &[],
    title: "CORS misconfiguration: any origin is reflected",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[942],
    tags: &[Tag::Misconfiguration],
    risk: "Any website can read what this API returns without cookies, also inside networks that only the visitor can reach.",
    fix: "Allow a fixed list of origins, or the constant * for public data.",
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

/// The same without credentials: they are not permitted, or there are none to be seen.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let known = cors::knows_credentials(probe);
    for asked in cors::foreign(probe).await? {
        let permits = asked.with_credentials();
        if asked.allows_it() && !(permits && known) {
            let evidence = Evidence::new(&asked.exchange, format!("Access-Control-Allow-Origin: {}", asked.origin));
            let finding = Finding::new(&RULE, Confidence::Confirmed, asked.location(), evidence);
            found.push(if permits { finding.detail(PERMITTED) } else { finding });
        }
    }
    Ok(())
}

/// Why what permits credentials is no worse than what does not.
const PERMITTED: &str = "The response permits credentials as well (Access-Control-Allow-Credentials: true). No cookie, login or other \
                         credential was seen; once there is one, any website can read what it opens.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{Said, Scripted};

    #[tokio::test]
    async fn what_permits_credentials_where_there_are_none_is_reported_here() {
        let script = Scripted::new(|request, _| {
            let origin = request.header_value("origin").unwrap_or_default().to_owned();
            let headers =
                vec![("Access-Control-Allow-Origin", origin), ("Access-Control-Allow-Credentials", "true".to_owned())];
            Said::With(headers, 200, "application/json", "[1]".to_owned())
        });
        let mut surface = crate::samples::surface(vec![crate::samples::operation(model::Method::GET, "/items")]);
        assert!(script.run(&CHECK, &surface).await.found.is_empty(), "the other rule reports it");
        surface.specification = None;
        let open = script.run(&CHECK, &surface).await.found;
        assert_eq!(open.iter().map(|f| f.detail.as_str()).collect::<Vec<_>>(), [PERMITTED]);
    }
}
