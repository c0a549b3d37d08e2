use std::sync::Arc;

use model::{
    Category, CertificateFault, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag,
    TlsReport,
};

use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "certificate-weak",
    aliases: &[],
    title: "Weak TLS certificate key or signature",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[326, 327],
    tags: &[Tag::Crypto, Tag::Misconfiguration],
    risk: "An attacker with enough resources can forge a certificate for this hostname.",
    fix: "Use a key of RSA 2048 or P-256 and a signature with SHA-256.",
    references: &[
        "https://cabforum.org/working-groups/server/baseline-requirements/",
        "https://csrc.nist.gov/pubs/sp/800/57/pt1/r5/final",
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
    twins: Twins::None("a certificate belongs to the deployment: no two Flask applications differ by it"),
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let report = probe.tls_report().await?;
    transport::leaf(&report)?;
    let witness = transport::witness(probe).await?;
    found.extend(judge(&report, &witness));
    Ok(())
}

fn judge(report: &TlsReport, witness: &Arc<Exchange>) -> Option<Finding> {
    let is_weak =
        |fault: &&CertificateFault| matches!(fault, CertificateFault::WeakSignature | CertificateFault::WeakKey);
    let faults: Vec<String> = report.faults.iter().filter(is_weak).map(ToString::to_string).collect();
    if faults.is_empty() {
        return None;
    }
    let leaf = report.chain.first().map(|leaf| format!("{} {} bits, {}", leaf.key_kind, leaf.key_bits, leaf.signature));
    let evidence =
        Evidence::new(witness, format!("{} (server certificate: {})", faults.join(", "), leaf.unwrap_or_default()));
    Some(
        Finding::new(&RULE, Confidence::Confirmed, Location::host(), evidence)
            .detail(format!("Found: {}.", faults.join(", "))),
    )
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::over;

    #[test]
    fn strength_and_not_trust() {
        let verdict = |fault| {
            let report = TlsReport { faults: vec![fault], ..TlsReport::default() };
            judge(&report, &over(Scheme::Https, 200, &[], "")).is_some()
        };
        assert!(verdict(CertificateFault::WeakKey) && verdict(CertificateFault::WeakSignature));
        assert!(!verdict(CertificateFault::Expired) && !verdict(CertificateFault::SelfSigned));
        assert!(!verdict(CertificateFault::CaAsLeaf), "what it may do is not how strong it is");
    }
}
