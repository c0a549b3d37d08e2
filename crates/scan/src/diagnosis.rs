//! Why a target cannot be spoken to as its URL says, or only answers that it cannot, and what to do about it.

use model::{Exchange, Failure, Phase, Scheme, Target, TlsReport, TlsVersion};
use wire::Wire;

/// What is known of a target that answered nothing, or nothing but how it was spoken to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    /// What is wrong and what to do instead, a sentence; `None` where there is nothing to say besides what came back.
    pub(crate) says: Option<String>,
    /// Whether the target shakes hands with somebody, so that its TLS can be judged though no request could be sent.
    pub(crate) shakes_hands: bool,
}

/// Tells by what came back, and by speaking to the port once more, otherwise.
pub(crate) async fn diagnose<'a>(
    target: &Target,
    wire: &Wire,
    exchanges: impl Iterator<Item = &'a Exchange> + Clone,
) -> Diagnosis {
    let own = exchanges.filter(|exchange| exchange.request.origin == target.origin);
    let failure = own.clone().find_map(Exchange::failure);
    let mut statuses: Vec<u16> = own.filter(|e| e.response().is_some()).map(Exchange::status).collect();
    let count = statuses.len();
    statuses.dedup();
    let says = |says: String| Diagnosis { says: Some(says), shakes_hands: false };
    let wants_certificate = wire.tls_facts(&target.origin).is_some_and(|facts| facts.wants_certificate);
    match (target.origin.scheme, statuses.as_slice()) {
        // How servers answer in plain HTTP on a port that speaks TLS.
        (Scheme::Http, [400]) if speaks_other(wire).await => says(speaks_tls(target)),
        (Scheme::Http, []) if failure.is_some_and(is_no_http) && speaks_other(wire).await => says(speaks_tls(target)),
        (Scheme::Https, [status @ (400 | 401 | 403)]) if wants_certificate => says(format!(
            "the server requests a client certificate, and responded to {} with {status} without one; give one and its key with \
             --client-cert",
            model::counted(count, "request")
        )),
        (Scheme::Https, []) if failure.is_some_and(is_no_handshake) => {
            if speaks_other(wire).await {
                return says(speaks_plainly(target));
            }
            let report = wire.inspect_tls().await;
            let shakes_hands = report.as_ref().is_ok_and(|report| accepted(report).next().is_some());
            Diagnosis { says: report.ok().and_then(|report| old_only(&report)), shakes_hands }
        }
        _ => Diagnosis::default(),
    }
}

async fn speaks_other(wire: &Wire) -> bool {
    wire.speaks_other_scheme().await.unwrap_or(false)
}

/// What a server does that is spoken to in plain HTTP and expects TLS: it hangs up, sends an alert, or waits for more.
fn is_no_http(failure: &Failure) -> bool {
    matches!(failure, Failure::Closed(_) | Failure::Malformed(_) | Failure::TimedOut(Phase::Head))
}

/// What comes of a handshake with a server that does not speak TLS, or not as we do.
fn is_no_handshake(failure: &Failure) -> bool {
    matches!(failure, Failure::NotTls | Failure::Tls(_) | Failure::Closed(Phase::Tls) | Failure::TimedOut(Phase::Tls))
}

fn speaks_tls(target: &Target) -> String {
    format!("port {} speaks TLS and not plain HTTP; scan {}", target.origin.port, with_scheme(target, Scheme::Https))
}

fn speaks_plainly(target: &Target) -> String {
    let plain = with_scheme(target, Scheme::Http);
    format!("port {} speaks plain HTTP and no TLS; scan {plain}, or the port that speaks TLS", target.origin.port)
}

/// The target's URL with the other scheme.
fn with_scheme(target: &Target, scheme: Scheme) -> String {
    let origin = model::Origin { scheme, ..target.origin.clone() };
    format!("{origin}{}", target.path)
}

fn accepted(report: &TlsReport) -> impl Iterator<Item = TlsVersion> {
    report.versions.iter().filter(|facts| facts.accepted == Some(true)).map(|facts| facts.version)
}

/// What a server accepts that shakes hands with somebody, though not with us: only what is out of date. One that takes what current
/// clients offer failed for another reason, such as being slow.
fn old_only(report: &TlsReport) -> Option<String> {
    let versions: Vec<&str> = accepted(report).map(TlsVersion::name).collect();
    let newest = accepted(report).max().filter(|newest| *newest < TlsVersion::Tls13)?;
    let suites: Vec<&str> = report.version(newest)?.suites.iter().map(|suite| suite.name.as_str()).take(4).collect();
    let what = if newest < TlsVersion::Tls12 {
        format!("the server accepts {} only", versions.join(" and "))
    } else {
        format!(
            "with {} the server accepts only cipher suites that are out of use ({})",
            versions.join(" and "),
            suites.join(", ")
        )
    };
    Some(format!("{what}, which current clients refuse, so that no request could be sent; its TLS alone was judged"))
}

#[cfg(test)]
mod tests {
    use model::{AcceptedSuite, CipherClass, Origin, VersionFacts};

    use super::*;

    fn report(accepted: &[TlsVersion], suite: &str) -> TlsReport {
        let facts = |version: TlsVersion| VersionFacts {
            version,
            accepted: Some(accepted.contains(&version)),
            suites: vec![AcceptedSuite { name: suite.to_owned(), classes: vec![CipherClass::Cbc] }],
            untested: Vec::new(),
            dh_bits: None,
        };
        TlsReport { versions: TlsVersion::ALL.into_iter().map(facts).collect(), ..TlsReport::default() }
    }

    #[test]
    fn what_is_out_of_date_is_named() {
        let suite = "TLS_RSA_WITH_AES_128_CBC_SHA";
        let old = old_only(&report(&[TlsVersion::Tls10, TlsVersion::Tls11], suite)).unwrap();
        assert!(old.starts_with("the server accepts TLSv1.0 and TLSv1.1 only"), "{old}");
        let suites = old_only(&report(&[TlsVersion::Tls12], suite)).unwrap();
        assert!(suites.contains("with TLSv1.2") && suites.contains(suite), "{suites}");
        assert_eq!(old_only(&report(&[], suite)), None);
        assert_eq!(old_only(&report(&[TlsVersion::Tls13], "TLS_AES_256_GCM_SHA384")), None);
    }

    #[test]
    fn the_url_to_use_instead_keeps_port_and_path() {
        let origin = Origin { scheme: Scheme::Https, host: "api.example".to_owned(), port: 8080 };
        let target = Target { path: "/v2".to_owned(), ..Target::of(origin) };
        assert!(speaks_plainly(&target).contains("scan http://api.example:8080/v2,"));
        assert!(speaks_tls(&target).ends_with("scan https://api.example:8080/v2"));
    }
}
