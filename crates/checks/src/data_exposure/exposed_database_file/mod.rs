use model::{Category, Depth, Rule, Severity, Tag};

use super::files;
use crate::{Check, Cost, Detectors, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "exposed-database-file",
    aliases: &[],
    title: "Database file exposed",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[538, 552],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated client downloads the whole database with one request.",
    fix: "Keep the database outside the served directory.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.Flask",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3).more_when_deep(16),
    schedule: Schedule { depth: Depth::Standard, guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        on_exchange: Some(|observed, found| files::judge(observed, found, &RULE, files::responses::database)),
        on_surface: Some(|probe, found| Box::pin(files::probe(probe, found, &RULE, "database", files::database))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};
