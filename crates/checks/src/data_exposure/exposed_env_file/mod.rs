use model::{Category, Rule, Severity, Tag};

use super::files;
use crate::{Check, Cost, Detectors, RunsOn, Schedule, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "exposed-env-file",
    aliases: &[],
    title: "Environment file exposed (.env)",
    category: Category::DataExposure,
    severity: Severity::Critical,
    cwe: &[538, 312],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated client reads the keys and passwords that the application runs with.",
    fix: "Move the file out of the served directory and replace every secret in it.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/api/#flask.Flask",
        "https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/02-Configuration_and_Deployment_Management_Testing/04-Review_Old_Backup_and_Unreferenced_Files_for_Sensitive_Information",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(4).more_when_deep(12),
    schedule: Schedule { guesses: true, has_hint: files::loads_files, ..Schedule::ANY },
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scripted::{Said, Scripted};

    async fn run(script: impl Fn(&str) -> Said + Send + Sync + 'static) -> crate::scripted::Ran {
        let script = Scripted::new(move |request, _| script(request.path()));
        script.run(&CHECK, &model::Surface::default()).await
    }

    #[tokio::test]
    async fn a_file_that_is_everywhere_or_cut_short_is_none() {
        const FILE: &str = "SECRET_KEY=6f1b0c2d9e8a7f53\nDATABASE_URL=postgresql://app:s3cr3t-pw@db/app\n";
        let text = |status| Said::Response(status, "text/plain", FILE.to_owned());
        let only =
            run(move |path| if path == "/.env" { text(200) } else { Said::html(404, "<h1>Not Found</h1>") }).await;
        assert_eq!(only.found.len(), 1);
        assert!(run(move |_| text(200)).await.found.is_empty(), "whatever is asked for");
        let control = run(move |path| if path == "/.env" { text(200) } else { Said::json(429, "{}") }).await;
        assert!(control.says_nothing(), "the control is refused");
        assert!(run(|_| Said::Nothing).await.says_nothing());
        assert!(run(|_| Said::html(200, "<html>SECRET_KEY=</html>")).await.found.is_empty());
    }
}
