use model::{Category, Depth, Rule, Severity, Tag};

use super::files;
use crate::{Check, Cost, Detectors, RunsOn, Schedule, Sees, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "exposed-source-file",
    aliases: &[],
    title: "Source code or configuration file exposed",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[538, 540],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated client reads the code and, in configuration files, the keys.",
    fix: "Serve only a directory that is made for public files, and replace every secret in the others.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.Flask",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(4).more_when_deep(15),
    schedule: Schedule { depth: Depth::Standard, guesses: true, has_hint: files::loads_files, ..Schedule::ANY },
    detectors: Detectors {
        // The answers to the rule on build files too.
        on_exchange: Some(|observed, found| files::judge(observed, found, &RULE, files::build_with_secret)),
        sees: Sees::All,
        on_surface: Some(|probe, found| Box::pin(files::probe(probe, found, &RULE, "source", files::source))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};
