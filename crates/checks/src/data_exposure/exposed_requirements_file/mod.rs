use model::{Category, Depth, Rule, Severity, Tag};

use super::files;
use crate::{Check, Cost, Detectors, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "exposed-requirements-file",
    aliases: &[],
    title: "Dependency manifest exposed",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[538, 200],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker reads every package and version, and looks up their published vulnerabilities.",
    fix: "Serve only a directory that is made for public files.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.Flask",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3).more_when_deep(4),
    schedule: Schedule { depth: Depth::Standard, guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        on_surface: Some(|probe, found| {
            Box::pin(files::probe(probe, found, &RULE, "requirements", files::requirements))
        }),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};
