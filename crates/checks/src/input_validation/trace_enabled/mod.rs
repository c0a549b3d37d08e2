use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Request, Rule, Severity, Tag,
};

use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "trace-enabled",
    aliases: &[],
    title: "HTTP TRACE method enabled",
    category: Category::InputValidation,
    severity: Severity::Low,
    cwe: &[693],
    tags: &[Tag::Misconfiguration],
    risk: "Any client sees headers that proxies add, and cookies that scripts may not read.",
    fix: "Reject TRACE at the server or the proxy.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.8",
        "https://owasp.org/www-community/attacks/Cross_Site_Tracing",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::refused(1),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// TRACE with a header of a random name.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let word = probe.canary("header");
    let request = Request::new(Method::TRACE, probe.origin(), probe.surface.path.as_str())
        .header(&format!("X-{word}"), word.as_str())
        .altered("method", "TRACE", "TRACE");
    let exchange = probe.response_to(request).await?;
    found.extend(judge(&exchange, &word));
    Ok(())
}

/// A server that repeats every request in its own pages does not trace: the answer has to be a message by its type.
fn judge(exchange: &Arc<Exchange>, word: &str) -> Option<Finding> {
    let text = exchange.text();
    let is_message = exchange.header("content-type").is_some_and(|t| t.starts_with("message/http"));
    if !exchange.is_success() || !is_message || !text.to_ascii_lowercase().contains(&format!("x-{word}: {word}")) {
        return None;
    }
    let evidence = Evidence::new(exchange, format!("the response repeats the header X-{word}"));
    Some(Finding::new(&RULE, Confidence::Confirmed, Location::at(Method::TRACE, exchange.request.path()), evidence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn an_echo_server_is_no_trace() {
        let message =
            |status: u16| answered("/", status, &[("Content-Type", "message/http")], "TRACE / HTTP/1.1\r\nX-w: w\r\n");
        assert!(judge(&message(200), "w").is_some() && judge(&message(405), "w").is_none());
        assert!(judge(&exchange("/", 200, "TRACE / HTTP/1.1\r\nX-w: w\r\n"), "w").is_none(), "text of the application");
        assert!(judge(&exchange("/", 200, r#"{"headers": {"X-w": "w"}}"#), "w").is_none());
    }
}
