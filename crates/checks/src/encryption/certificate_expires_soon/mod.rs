use std::sync::Arc;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Tag, TlsReport};

use crate::judging::transport;
use crate::{Check, Cost, Detectors, Findings, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "certificate-expires-soon",
    aliases: &[],
    title: "TLS certificate expires soon",
    category: Category::Encryption,
    severity: Severity::Low,
    cwe: &[298],
    tags: &[Tag::Crypto, Tag::Misconfiguration],
    risk: "Clients reject every connection after that day.",
    fix: "Renew it now, and automate the renewal.",
    references: &["https://letsencrypt.org/getting-started/", "https://www.rfc-editor.org/rfc/rfc8555"],
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
    found.extend(judge(&report, probe.target.now, &witness));
    Ok(())
}

const DAY: i64 = 86_400;

fn judge(report: &TlsReport, now: i64, witness: &Arc<Exchange>) -> Option<Finding> {
    let leaf = report.chain.first()?;
    let left = leaf.not_after.saturating_sub(now);
    let soon = (14 * DAY).min(leaf.not_after.saturating_sub(leaf.not_before) / 3);
    if left <= 0 || left >= soon {
        return None;
    }
    let evidence = Evidence::new(
        witness,
        format!("the certificate of {} expires in {}", leaf.subject, model::counted(left / DAY, "day")),
    );
    Some(
        Finding::new(&RULE, Confidence::Confirmed, Location::host(), evidence)
            .detail(format!("It expires in {}.", model::counted(left / DAY, "day"))),
    )
}

#[cfg(test)]
mod tests {
    use model::{Certificate, Scheme};

    use super::*;
    use crate::samples::over;

    #[test]
    fn soon_depends_on_the_lifetime() {
        let verdict = |days, left: i64| {
            let leaf = Certificate { not_before: (left - days) * DAY, not_after: left * DAY, ..Certificate::default() };
            let report = TlsReport { chain: vec![leaf], ..TlsReport::default() };
            judge(&report, 0, &over(Scheme::Https, 200, &[], "")).is_some()
        };
        assert!(verdict(90, 13) && !verdict(90, 20) && !verdict(90, -1));
        assert!(verdict(6, 1) && !verdict(6, 3));
        assert!(judge(&TlsReport::default(), 0, &over(Scheme::Https, 200, &[], "")).is_none());
    }
}
