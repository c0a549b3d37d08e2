use std::sync::Arc;

use model::{
    Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag, TlsReport, TlsVersion,
};

use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "tls-old-protocol",
    aliases: &[],
    title: "Deprecated TLS version accepted (before TLS 1.2)",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[326, 327],
    tags: &[Tag::Crypto, Tag::Misconfiguration],
    risk: "An attacker on the network path can try to downgrade a connection to a version with known weaknesses.",
    fix: "Accept TLS 1.2 and 1.3 only.",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc8996",
        "https://www.rfc-editor.org/rfc/rfc9325",
        "https://wiki.mozilla.org/Security/Server_Side_TLS",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(1),
    detectors: Detectors {
        on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))),
        of_handshakes: true,
        ..Detectors::NONE
    },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::DEVELOPMENT,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let report = probe.tls_report().await?;
    let witness = transport::witness(probe).await?;
    found.extend(judge(&report, &witness));
    if found.is_empty() && !was_asked(&report) {
        return Err(NotTested::inconclusive("not every old version could be tried"));
    }
    Ok(())
}

const OLD: [TlsVersion; 3] = [TlsVersion::Ssl3, TlsVersion::Tls10, TlsVersion::Tls11];

/// Whether the server said yes or no to each.
fn was_asked(report: &TlsReport) -> bool {
    OLD.iter().all(|old| report.versions.iter().any(|facts| facts.version == *old && facts.accepted.is_some()))
}

fn judge(report: &TlsReport, witness: &Arc<Exchange>) -> Option<Finding> {
    let accepted: Vec<&str> =
        OLD.into_iter().filter(|version| report.accepts(*version)).map(TlsVersion::name).collect();
    if accepted.is_empty() {
        return None;
    }
    let evidence = Evidence::new(witness, format!("a handshake offering only it succeeds: {}", accepted.join(", ")));
    let detail = format!("Accepted: {}.", accepted.join(", "));
    Some(Finding::new(&RULE, Confidence::Confirmed, Location::host(), evidence).detail(detail))
}

#[cfg(test)]
mod tests {
    use model::VersionFacts;

    use super::*;
    use crate::samples::exchange;

    #[test]
    fn only_accepted_old_versions() {
        let verdict = |version, accepted| {
            let facts = VersionFacts { version, accepted, suites: Vec::new(), untested: Vec::new(), dh_bits: None };
            judge(&TlsReport { versions: vec![facts], ..TlsReport::default() }, &exchange("/", 200, "")).is_some()
        };
        assert!(verdict(TlsVersion::Tls10, Some(true)) && verdict(TlsVersion::Tls11, Some(true)));
        assert!(!verdict(TlsVersion::Tls10, Some(false)) && !verdict(TlsVersion::Tls10, None));
        assert!(!verdict(TlsVersion::Tls12, Some(true)));
    }
}
