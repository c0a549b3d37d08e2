use model::{Category, Rule, Severity, Tag};

use super::files;
use crate::{Check, Cost, Detectors, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "exposed-env-file",
    aliases: &[],
    title: "An environment file can be downloaded",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[538, 312],
    tags: &[Tag::Misconfiguration],
    risk: "It holds the keys and passwords that the application runs with.",
    fix: "Move the file out of the served directory and replace every secret in it.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.Flask",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(4).more_when_deep(12),
    schedule: Schedule { guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        on_surface: Some(|probe, found| Box::pin(files::probe(probe, found, &RULE, "environment", files::environment))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};
