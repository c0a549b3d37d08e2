use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity, Surface, Tag,
};

use super::files;
use crate::judging::known_file::up;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "static-traversal",
    aliases: &[],
    title: "Path traversal in the static file handler",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[22],
    tags: &[Tag::Injection, Tag::Flask],
    risk: "An unauthenticated client downloads any file that the server process can read: configuration, keys, source code.",
    fix: "Serve only files whose resolved path is inside the static directory, or let the proxy serve them.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.send_from_directory",
        "https://owasp.org/www-community/attacks/Path_Traversal",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(STANDARD.len() as u32 + 1).more_when_deep(DEEP.len() as u32),
    schedule: Schedule { depth: Depth::Standard, guesses: true, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// How `../` is written.
const STANDARD: [&str; 2] = ["..%2f", "../"];
const DEEP: [&str; 5] = ["%2e%2e/", "....//", "..%252f", "..%5c", "%2e%2e%2f"];

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let directory = files::static_directory(probe.surface);
    if probe.surface.assets.is_empty() && !probe.surface.may_be_flask() && probe.target.depth < Depth::Deep {
        return Err(NotTested::not_applicable("no page loads files of its own from a directory"));
    }
    let deep = DEEP.iter().filter(|_| probe.target.depth == Depth::Deep);
    for step in STANDARD.iter().chain(deep) {
        let slash = if step.ends_with('/') { "/" } else { &step[step.find("..").map_or(0, |at| at + 2)..] };
        let file = if step.ends_with('/') { "etc/passwd".to_owned() } else { format!("etc{slash}passwd") };
        let path = format!("{directory}{}{file}", up(step));
        let response = probe.response_to(probe.get(&path).altered_from("path", "file", &path, &directory)).await?;
        if !is_passwd(&response) {
            continue;
        }
        let missing = probe.missing_beside(&directory).await?;
        if !is_passwd(&missing) {
            let evidence = Evidence::new(&response, "root's line of /etc/passwd");
            let location = Location::at(Method::GET, &format!("{directory}{{file}}")).parameter("path", "file");
            let detail = format!("\"{step}\" in the path leads out of the directory.");
            let finding = Finding::new(&RULE, Confidence::Confirmed, location, evidence).detail(detail);
            found.push(finding.also(Evidence::new(&missing, "a name that does not exist, as the control")));
        }
        return Ok(());
    }
    if has_files(probe.surface, &directory) {
        Ok(())
    } else {
        Err(NotTested::not_applicable("no page loads files of its own from a directory"))
    }
}

/// Whether the directory is one that is known to serve files, and not just the usual name.
fn has_files(surface: &Surface, directory: &str) -> bool {
    surface.assets.iter().any(|asset| asset.starts_with(directory))
}

fn is_passwd(exchange: &Exchange) -> bool {
    exchange.is_success() && exchange.text().lines().any(|line| line.starts_with("root:") && line.contains(":0:0:"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::exchange;

    #[test]
    fn a_guessed_directory_holds_nothing() {
        let mut surface = Surface::default();
        assert!(!has_files(&surface, &files::static_directory(&surface)));
        surface.assets.insert("/assets/app.js".to_owned());
        assert!(has_files(&surface, &files::static_directory(&surface)));
    }

    #[test]
    fn only_the_files_content_counts() {
        assert!(is_passwd(&exchange("/", 200, "root:x:0:0:root:/root:/bin/sh\nx:x:1:1::/:\n")));
        assert!(!is_passwd(&exchange("/", 200, "{\"path\": \"/static/../../etc/passwd\"}")));
        assert!(!is_passwd(&exchange("/", 404, "root:x:0:0:root:/root:/bin/sh\n")));
    }
}
