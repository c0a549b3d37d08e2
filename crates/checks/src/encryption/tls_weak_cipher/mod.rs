use std::sync::Arc;

use model::{
    Category, CipherClass, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag,
    TlsReport, TlsVersion,
};

use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, RunsOn, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "tls-weak-cipher",
    aliases: &[],
    title: "Weak TLS cipher suites accepted",
    category: Category::Encryption,
    severity: Severity::Medium,
    cwe: &[327, 326],
    tags: &[Tag::Crypto, Tag::Misconfiguration],
    risk: "An attacker on the network path may decrypt or change connections that negotiate such a suite.",
    fix: "Accept suites with forward secrecy and authenticated encryption only.",
    references: &["https://www.rfc-editor.org/rfc/rfc9325", "https://wiki.mozilla.org/Security/Server_Side_TLS"],
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
    let accepted = || report.versions.iter().filter(|facts| facts.accepted == Some(true));
    let weak = |class: &CipherClass| WEAK.iter().any(|(weak, _)| weak == class);
    if found.is_empty() && (accepted().next().is_none() || accepted().any(|facts| facts.untested.iter().any(weak))) {
        return Err(NotTested::inconclusive("not every weak class could be tried"));
    }
    Ok(())
}

/// Classes that no server needs, with what is said of them.
const WEAK: [(CipherClass, &str); 6] = [
    (CipherClass::Null, "no encryption"),
    (CipherClass::Anonymous, "no authentication"),
    (CipherClass::Export, "export keys"),
    (CipherClass::Des, "DES"),
    (CipherClass::Rc4, "RC4"),
    (CipherClass::TripleDes, "64-bit blocks"),
];

/// What the server accepts at best, where that is out of date: block chaining (Lucky 13) or RSA key exchange (ROBOT), which are harmless only
/// beside something better. Said of TLS 1.2 alone: older versions have nothing better, and are another rule's.
fn nothing_better(report: &TlsReport) -> Option<String> {
    let facts = report.version(TlsVersion::Tls12).filter(|facts| facts.accepted == Some(true))?;
    let unknown = facts.untested.contains(&CipherClass::Modern);
    if report.accepts(TlsVersion::Tls13) || unknown || facts.suite_of(CipherClass::Modern).is_some() {
        return None;
    }
    let what = [(CipherClass::StaticRsa, "RSA key exchange, no forward secrecy"), (CipherClass::Cbc, "CBC")];
    let (suite, what) = what.iter().find_map(|(class, what)| Some((facts.suite_of(*class)?, what)))?;
    Some(format!("at best {} ({what})", suite.name))
}

/// The least size of a finite-field Diffie-Hellman group (RFC 9325 section 4.1).
const LEAST_DH_BITS: u32 = 2048;

fn judge(report: &TlsReport, witness: &Arc<Exchange>) -> Option<Finding> {
    let mut weak: Vec<String> = Vec::new();
    for facts in report.versions.iter().filter(|facts| facts.accepted == Some(true)) {
        for (class, what) in WEAK {
            if let Some(suite) = facts.suite_of(class) {
                let line = format!("{} ({what})", suite.name);
                if !weak.contains(&line) {
                    weak.push(line);
                }
            }
        }
        if let Some(bits) = facts.dh_bits.filter(|bits| *bits < LEAST_DH_BITS) {
            weak.push(format!("Diffie-Hellman of {bits} bits in {}", facts.version));
        }
    }
    weak.extend(nothing_better(report));
    if weak.is_empty() {
        return None;
    }
    let evidence = Evidence::new(witness, format!("chosen by the server: {}", weak.join(", ")));
    let detail = format!("Accepted: {}.", weak.join(", "));
    Some(Finding::new(&RULE, Confidence::Confirmed, Location::host(), evidence).detail(detail))
}

#[cfg(test)]
mod tests {
    use model::{AcceptedSuite, VersionFacts};

    use super::*;
    use crate::samples::exchange;

    #[test]
    fn weak_classes_and_small_groups() {
        let verdict = |class, dh_bits| {
            let suites = vec![AcceptedSuite { name: "X".to_owned(), classes: vec![class] }];
            let facts = VersionFacts {
                version: TlsVersion::Tls12,
                accepted: Some(true),
                suites,
                untested: Vec::new(),
                dh_bits,
            };
            judge(&TlsReport { versions: vec![facts], ..TlsReport::default() }, &exchange("/", 200, "")).is_some()
        };
        assert!(verdict(CipherClass::Null, None) && verdict(CipherClass::TripleDes, None));
        assert!(verdict(CipherClass::Dhe, Some(1024)) && !verdict(CipherClass::Dhe, Some(2048)));
        assert!(!verdict(CipherClass::Modern, None) && !verdict(CipherClass::Dhe, None));
    }

    #[test]
    fn what_is_out_of_date_counts_where_there_is_nothing_better() {
        use CipherClass::{Cbc, Modern, StaticRsa};
        use TlsVersion::{Tls10, Tls12, Tls13};

        let verdict = |accepted: &[(TlsVersion, &[CipherClass])], untested: &[CipherClass]| {
            let suite = |class: &CipherClass| AcceptedSuite { name: format!("{class:?}"), classes: vec![*class] };
            let facts = |(version, classes): &(TlsVersion, &[CipherClass])| VersionFacts {
                version: *version,
                accepted: Some(true),
                suites: classes.iter().map(suite).collect(),
                untested: untested.to_vec(),
                dh_bits: None,
            };
            let report = TlsReport { versions: accepted.iter().map(facts).collect(), ..TlsReport::default() };
            judge(&report, &exchange("/", 200, "")).map(|finding| finding.detail)
        };
        assert_eq!(verdict(&[(Tls12, &[Cbc])], &[]).as_deref(), Some("Accepted: at best Cbc (CBC)."));
        assert!(verdict(&[(Tls12, &[Cbc, StaticRsa])], &[]).is_some_and(|detail| detail.contains("RSA key exchange")));
        assert_eq!(verdict(&[(Tls12, &[Cbc, Modern])], &[]), None, "old clients may have it");
        assert_eq!(verdict(&[(Tls12, &[Cbc]), (Tls13, &[Modern])], &[]), None);
        assert_eq!(verdict(&[(Tls12, &[Cbc])], &[Modern]), None, "not asked");
        assert_eq!(verdict(&[(Tls10, &[Cbc])], &[]), None, "another rule's");
    }
}
