use std::sync::Arc;

use model::{
    Category, CertificateFault, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag,
    TlsReport,
};

use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "certificate-untrusted",
    aliases: &[],
    title: "TLS certificate is not trusted",
    category: Category::Encryption,
    severity: Severity::High,
    cwe: &[295, 297, 298],
    tags: &[Tag::Crypto, Tag::Misconfiguration],
    risk: "An attacker on the network path can impersonate the server, because users get used to ignoring warnings.",
    fix: "Install a certificate for this hostname from a public authority, with its chain, and automate the renewal.",
    references: &["https://www.rfc-editor.org/rfc/rfc5280#section-6", "https://letsencrypt.org/getting-started/"],
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
    let faults: Vec<String> =
        report.faults.iter().filter(|fault| breaks_trust(fault)).map(ToString::to_string).collect();
    if faults.is_empty() {
        return None;
    }
    let origin = &witness.request.origin;
    let confidence = if origin.is_loopback() { Confidence::Tentative } else { Confidence::Confirmed };
    let subject = report.chain.first().map_or("", |leaf| leaf.subject.as_str());
    let evidence = Evidence::new(witness, format!("the certificate of {subject}: {}", faults.join(", ")));
    let detail = format!("The certificate is {}.", faults.join(", "));
    Some(Finding::new(&RULE, confidence, Location::host(), evidence).detail(detail))
}

/// Whether a client that checks would refuse the chain for it.
fn breaks_trust(fault: &CertificateFault) -> bool {
    match fault {
        CertificateFault::Expired
        | CertificateFault::NotYetValid
        | CertificateFault::WrongName
        | CertificateFault::SelfSigned
        | CertificateFault::UntrustedIssuer
        | CertificateFault::IssuerMissing
        | CertificateFault::CaAsLeaf
        | CertificateFault::Other(_) => true,
        CertificateFault::WeakSignature | CertificateFault::WeakKey => false,
    }
}

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;
    use crate::samples::over;

    #[test]
    fn what_clients_refuse() {
        let verdict = |fault: Option<CertificateFault>| {
            let report = TlsReport { faults: fault.into_iter().collect(), ..TlsReport::default() };
            judge(&report, &over(Scheme::Https, 200, &[], "")).map(|finding| finding.confidence)
        };
        assert_eq!(verdict(Some(CertificateFault::Expired)), Some(Confidence::Confirmed));
        assert_eq!(verdict(Some(CertificateFault::SelfSigned)), Some(Confidence::Confirmed));
        assert_eq!(verdict(Some(CertificateFault::IssuerMissing)), Some(Confidence::Confirmed));
        assert_eq!(verdict(Some(CertificateFault::CaAsLeaf)), Some(Confidence::Confirmed));
        assert_eq!(verdict(Some(CertificateFault::WeakKey)), None);
        assert_eq!(verdict(None), None);
    }
}
