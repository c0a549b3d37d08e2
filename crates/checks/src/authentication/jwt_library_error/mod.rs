use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity};

use super::authorization;
use crate::text::patterns::{self, Pattern};
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "jwt-library-error",
    aliases: &[],
    title: "JWT library revealed by the error for an invalid token",
    category: Category::Authentication,
    severity: Severity::Info,
    cwe: &[209],
    tags: &[],
    risk: "An attacker learns which library verifies tokens, and looks for its known weaknesses.",
    fix: "Respond alike to every invalid token, and log the reason.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc6750#section-3.1",
        "https://pyjwt.readthedocs.io/en/stable/api.html#exceptions",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(authorization::REQUESTS),
    schedule: Schedule::sharing(authorization::SHARES),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

static ERRORS: LazyLock<Vec<Pattern>> = LazyLock::new(|| patterns::load(include_str!("../data/jwt_errors.toml")));

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    for guarded in authorization::responses(probe).await? {
        let said_anyway = patterns::first(&ERRORS, &guarded.anonymous.text()).is_some();
        let Some((library, excerpt)) = patterns::first(&ERRORS, &guarded.nonsense.text()).filter(|_| !said_anyway)
        else {
            continue;
        };
        let location = crate::place(probe.surface, &guarded.anonymous);
        let evidence = Evidence::new(&guarded.nonsense, excerpt);
        let detail = format!("This is the message of {}.", library.name);
        found.push(Finding::new(&RULE, Confidence::Firm, location, evidence).detail(detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_hit_and_others_miss() {
        patterns::verify(&ERRORS);
    }
}
