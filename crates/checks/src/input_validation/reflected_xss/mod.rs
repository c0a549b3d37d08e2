use model::{Category, Confidence, Evidence, Finding, Location, Method, NotTested, Rule, Severity, Tag};

use crate::shared::reflection::{self, Marked};
use crate::shared::{heard, inputs};
use crate::{Check, Cost, Findings, Probe, RunsOn, Survey, Touch, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "reflected-xss",
    aliases: &[],
    title: "A parameter becomes markup of the page",
    category: Category::InputValidation,
    severity: Severity::High,
    cwe: &[79],
    tags: &[Tag::Injection],
    risk: "A link to this site can run script in its visitors' sessions.",
    fix: "Let a template with autoescape write the page, or escape with markupsafe.escape and quote attributes.",
    references: &[
        "https://owasp.org/www-community/attacks/xss/",
        "https://flask.palletsprojects.com/en/stable/web-security/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost { requests: reflection::REQUESTS, touch: Touch::Reads },
    shares: Some(reflection::SHARES),
    applies: |operation, _| inputs::takes_any_text(operation),
    on_operation: Some(|probe, found| Box::pin(ask(probe, found))),
    on_surface: Some(|survey, found| Box::pin(ask_missing(survey, found))),
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Marks every parameter that takes text and reads the page as a browser does.
async fn ask(probe: &Probe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for marked in reflection::of(probe).await? {
        found.extend(judge(&marked, &probe.location()));
    }
    heard::end(probe, found).await
}

/// The same for the page that says that a path does not exist.
async fn ask_missing(survey: &Survey<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let marked = reflection::of_missing(survey).await?;
    found.extend(judge(&marked, &Location::at(Method::GET, "/")));
    Ok(())
}

/// A body that is JSON and only declared as HTML is another rule's.
fn judge(marked: &Marked, location: &Location) -> Vec<Finding> {
    if marked.exchange.json().is_some() {
        return Vec::new();
    }
    let finding = |(mark, echo): (&reflection::Mark, reflection::Echo)| {
        let context = echo.breaks_out?;
        let place = if mark.name.is_empty() {
            location.clone()
        } else {
            location.clone().parameter(mark.place.id(), &mark.name)
        };
        let evidence = Evidence::new(&marked.exchange, format!("the payload is parsed {context}: {}", echo.excerpt));
        Some(
            Finding::new(&RULE, Confidence::Confirmed, place, evidence)
                .detail(format!("The value comes back {context}.")),
        )
    };
    let mut findings: Vec<Finding> = marked.echoes().filter_map(finding).collect();
    findings.dedup_by(|a, b| a.location == b.location);
    findings
}
