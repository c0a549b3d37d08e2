use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, Method, NotTested, Request, Rule, Severity};

use crate::experiments::repetition;
use crate::judging::access;
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Sampled, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "method-swap",
    aliases: &[],
    title: "Authentication bypass by changing the HTTP method",
    category: Category::Bfla,
    severity: Severity::High,
    cwe: &[285, 650],
    tags: &[],
    risk: "An unauthenticated client that changes the method gets in where GET is refused.",
    fix: "Protect the view or the path, not single methods.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/06-Test_HTTP_Methods",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3).proof(repetition::REQUESTS),
    schedule: Schedule { sampled: Sampled::ByGuard, ..Schedule::ANY },
    detectors: Detectors {
        applies: |operation, _| operation.method == Method::GET,
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Where GET is refused, asks with HEAD, and with HEAD for what is not there.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let refused = probe.response_to(probe.request().anonymous()).await?;
    if !access::is_refused(&refused) {
        return Err(access::nothing_refused());
    }
    let head = |request: Request| Request { method: Method::HEAD, ..request }.altered("method", "HEAD", "");
    let swapped = probe.response_to(head(probe.request().anonymous())).await?;
    if !swapped.is_success() {
        return Ok(());
    }
    // A guard that lets in now and then does so for GET as well.
    for with_head in repetition::ORDER {
        let request = if with_head { head(probe.request().anonymous()) } else { probe.request().anonymous() };
        let response = probe.response_to(request.fresh()).await?;
        if response.is_success() != with_head || !with_head && !access::is_refused(&response) {
            return Err(NotTested::inconclusive("the same request is refused now and then"));
        }
    }
    let missing = crate::judging::soft_404::sibling(probe.target.seed, refused.request.path());
    let control = probe.response_to(head(probe.get(missing))).await?;
    found.extend(judge(&refused, &swapped, &control, probe.location()));
    if found.is_empty() {
        return Err(NotTested::inconclusive("HEAD succeeds, but nothing shows that it returns data"));
    }
    Ok(())
}

/// HEAD must announce a body, and not the one of the refusal: some servers answer every HEAD with an empty 200.
fn judge(refused: &Arc<Exchange>, swapped: &Arc<Exchange>, control: &Arc<Exchange>, at: Location) -> Option<Finding> {
    let length = |e: &Exchange| e.header("content-length").and_then(|v| v.trim().parse::<u64>().ok());
    let announced = length(swapped).filter(|n| *n > 0 && length(refused) != Some(*n))?;
    if !access::is_refused(refused) || !swapped.is_success() || control.is_success() {
        return None;
    }
    let evidence = Evidence::new(
        swapped,
        format!("status {} for HEAD, which announces {}", swapped.status(), model::counted(announced, "byte")),
    );
    let get = Evidence::new(refused, format!("status {} for GET", refused.status()));
    let missing = Evidence::new(control, format!("status {} for HEAD of a path that does not exist", control.status()));
    Some(Finding::new(&RULE, Confidence::Confirmed, at, evidence).also(get).also(missing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::samples::answered;
    use crate::scripted::{Said, Scripted};

    fn found(get: (u16, &str), head: (u16, &str), control: u16) -> bool {
        let [get, head, control] = [get, head, (control, "0")]
            .map(|(status, length)| answered("/reports", status, &[("Content-Length", length)], ""));
        judge(&get, &head, &control, Location::host()).is_some()
    }

    #[test]
    fn a_guard_that_looks_at_the_method_is_found() {
        assert!(found((401, "20"), (200, "512"), 404));
    }

    #[test]
    fn empty_answers_and_servers_that_answer_every_head_are_not() {
        assert!(!found((401, "20"), (200, "0"), 404));
        assert!(!found((401, "20"), (200, "20"), 404));
        assert!(!found((401, "20"), (200, "512"), 200));
        assert!(!found((401, "20"), (401, "20"), 404));
        assert!(!found((200, "20"), (200, "512"), 404));
    }

    /// GET is refused; HEAD of the operation and of anything else is answered so.
    async fn run(head: impl Fn(&str) -> Said + Send + Sync + 'static) -> crate::scripted::Ran {
        let script = Scripted::new(move |request, _| match request.method.as_str() {
            "HEAD" => head(request.path()),
            _ => Said::json(401, "{}"),
        });
        script.run(&CHECK, &samples::surface(vec![samples::operation(Method::GET, "/reports")])).await
    }

    fn announcing(status: u16) -> Said {
        Said::With(vec![("Content-Length", "912".to_owned())], status, "application/json", String::new())
    }

    #[tokio::test]
    async fn head_is_compared_with_what_is_not_there() {
        let found = |path: &str| if path == "/reports" { announcing(200) } else { announcing(404) };
        assert_eq!(run(found).await.found.len(), 1);
        let every = run(|_| announcing(200)).await;
        assert!(every.found.is_empty() && matches!(every.end(), Err(NotTested::Inconclusive(_))), "every HEAD is");
    }

    #[tokio::test]
    async fn a_head_that_never_ends_is_no_answer() {
        assert_eq!(run(|_| Said::Nothing).await.end(), &Err(NotTested::NoAnswer));
        let control = run(|path| if path == "/reports" { announcing(200) } else { Said::Nothing }).await;
        assert!(control.says_nothing());
    }
}
