use model::{Category, Rule, Severity, Tag};

use super::files;
use crate::{Check, Cost, Detectors, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "exposed-git-repository",
    aliases: &[],
    title: "Version control directory exposed (.git, .hg, .svn)",
    category: Category::DataExposure,
    severity: Severity::High,
    cwe: &[527, 538],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated client rebuilds the whole source history, with every secret ever committed.",
    fix: "Keep the repository outside the served directory.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.Flask",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(3).more_when_deep(7),
    schedule: Schedule { guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        on_surface: Some(|probe, found| Box::pin(files::probe(probe, found, &RULE, "repository", files::repository))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};
