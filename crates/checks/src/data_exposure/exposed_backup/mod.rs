use model::{Category, Depth, Rule, Severity, Tag};

use super::files;
use crate::{Check, Cost, Detectors, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "exposed-backup",
    aliases: &[],
    title: "Backup file exposed",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[530, 538],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated client downloads a dump or archive with data, source code and old passwords.",
    fix: "Write backups to storage that no web server can reach.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.Flask",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(8).more_when_deep(26),
    schedule: Schedule { depth: Depth::Standard, guesses: true, has_hint: files::loads_files, ..Schedule::ANY },
    detectors: Detectors {
        on_exchange: Some(|observed, found| files::judge(observed, found, &RULE, files::responses::backup)),
        on_surface: Some(|probe, found| Box::pin(files::probe(probe, found, &RULE, "backup", files::backup))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};
