use model::{Category, Depth, Rule, Severity, Tag};

use super::files;
use crate::{Check, Cost, Detectors, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "exposed-build-file",
    aliases: &[],
    title: "Build file exposed (Dockerfile or Compose file)",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[538, 200],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated client reads the images, versions and services of the application from a directory that is not meant to be served.",
    fix: "Serve only a directory that is made for public files.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.Flask",
        "https://docs.docker.com/reference/compose-file/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(2).more_when_deep(4),
    schedule: Schedule { depth: Depth::Standard, guesses: true, ..Schedule::ANY },
    detectors: Detectors {
        on_exchange: Some(|observed, found| files::judge(observed, found, &RULE, files::build)),
        on_surface: Some(|probe, found| Box::pin(files::probe(probe, found, &RULE, "build", files::build))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};
