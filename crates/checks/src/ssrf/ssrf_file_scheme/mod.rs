use model::{Category, Confidence, Evidence, Finding, NotTested, Rule, Severity, Tag};

use super::fetches;
use crate::calling::inputs;
use crate::experiments::payload_refusal;
use crate::judging::known_file::{ACCOUNTS, is_account_list};
use crate::{Check, Cost, Detectors, Findings, OperationProbe, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "ssrf-file-scheme",
    aliases: &[],
    title: "SSRF: file:// URLs read local files",
    category: Category::Ssrf,
    severity: Severity::Critical,
    cwe: &[918, 73],
    tags: &[Tag::Injection],
    risk: "An attacker reads configuration, keys and source code of the server.",
    fix: "Reject every URL whose scheme is not https before fetching it.",
    references: &[
        "https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(fetches::MOST as u32 * 2 + payload_refusal::REQUESTS),
    detectors: Detectors {
        applies: fetches::takes_a_url,
        on_operation: Some(|probe, found| Box::pin(probe_operation(probe, found))),
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// A file that everybody may read, and one beside it that does not exist.
async fn probe_operation(probe: &OperationProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    inputs::reachable(probe)?;
    for parameter in fetches::parameters(probe.operation).take(fetches::MOST) {
        let hit = probe.send(inputs::with(probe, parameter, &format!("file:///{ACCOUNTS}"))).await?;
        if !is_account_list(&hit) {
            continue;
        }
        let missing = format!("file:///etc/{}", probe.canary("missing"));
        let control = probe.send(inputs::with(probe, parameter, &missing)).await?;
        if !is_account_list(&control) {
            let evidence = Evidence::new(&hit, "the response holds the line of root in /etc/passwd");
            let other = Evidence::new(&control, "a file beside it that does not exist: not in the response");
            let location = probe.location().parameter(parameter.place.id(), &parameter.name);
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence).also(other));
        }
    }
    payload_refusal::end(probe, found).await
}
