use std::time::Duration;

use model::CertificateFault;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};
use x509_parser::prelude::X509Certificate;

use super::certificate::{has_weak_key, is_self_issued, is_weakly_signed, read};
use super::roots::Roots;

/// Everything that is wrong with a chain for this name at this time, each fault once, sorted.
///
/// The verifier stops at its first error, so dates, name, keys and signatures are read from the certificates, and the verifier is
/// asked about the path alone, at a time when the leaf was valid.
pub fn judge_chain(
    chain: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    roots: &Roots,
    now: UnixTime,
) -> Vec<CertificateFault> {
    let Some((leaf, others)) = chain.split_first() else {
        return vec![CertificateFault::Other("no certificate was sent".to_owned())];
    };
    let Some(parsed) = read(leaf) else {
        return vec![CertificateFault::Other("the certificate cannot be read".to_owned())];
    };
    let mut faults = own_faults(&parsed, now);
    let issuers: Vec<_> = others.iter().filter_map(|der| read(der)).filter(|issuer| !is_self_issued(issuer)).collect();
    let weakly_signed = is_weakly_signed(&parsed) || issuers.iter().any(is_weakly_signed);
    let weak_issuer = issuers.iter().any(has_weak_key);
    if weakly_signed {
        faults.push(CertificateFault::WeakSignature);
    }
    if weak_issuer || has_weak_key(&parsed) {
        faults.push(CertificateFault::WeakKey);
    }
    match ParsedCertificate::try_from(leaf) {
        Ok(end_entity) => {
            if verify_server_name(&end_entity, name).is_err() {
                faults.push(CertificateFault::WrongName);
            }
            if !roots.holds(leaf) {
                let at = within_validity(&parsed, now);
                let path = verify_server_cert_signed_by_trust_anchor(
                    &end_entity,
                    roots.store(),
                    others,
                    at,
                    roots.algorithms(),
                );
                if let Err(error) = path {
                    let untrusted = untrusted(&parsed, others);
                    faults.extend(path_fault(&error, &parsed, untrusted, weakly_signed || weak_issuer));
                }
            }
        }
        Err(error) => faults.push(other(&error)),
    }
    faults.sort();
    faults.dedup();
    faults
}

fn own_faults(leaf: &X509Certificate<'_>, now: UnixTime) -> Vec<CertificateFault> {
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let validity = leaf.validity();
    let mut faults = Vec::new();
    if now > validity.not_after.timestamp() {
        faults.push(CertificateFault::Expired);
    }
    if now < validity.not_before.timestamp() {
        faults.push(CertificateFault::NotYetValid);
    }
    // A self-signed certificate is its own authority, as `openssl req -x509` writes it into it: that says nothing besides.
    if leaf.is_ca() && !is_self_issued(leaf) {
        faults.push(CertificateFault::CaAsLeaf);
    }
    faults
}

/// The time nearest to now at which the leaf is valid.
fn within_validity(leaf: &X509Certificate<'_>, now: UnixTime) -> UnixTime {
    let clamp = |seconds: i64| u64::try_from(seconds).unwrap_or(0);
    let (from, until) = (clamp(leaf.validity().not_before.timestamp()), clamp(leaf.validity().not_after.timestamp()));
    UnixTime::since_unix_epoch(Duration::from_secs(now.as_secs().min(until).max(from)))
}

/// How a leaf is called that leads to none of the roots.
fn untrusted(leaf: &X509Certificate<'_>, others: &[CertificateDer<'_>]) -> CertificateFault {
    let issues = |der: &CertificateDer<'_>| read(der).is_some_and(|other| other.subject() == leaf.issuer());
    if is_self_issued(leaf) {
        CertificateFault::SelfSigned
    } else if others.iter().any(issues) {
        CertificateFault::UntrustedIssuer
    } else {
        CertificateFault::IssuerMissing
    }
}

/// What the verifier's refusal of the path means; none when the list has it already. The verifier does not compute signatures
/// with weak algorithms or keys, so on a `weak` path only the absence of an issuer is news.
fn path_fault(
    error: &Error,
    leaf: &X509Certificate<'_>,
    untrusted: CertificateFault,
    weak: bool,
) -> Option<CertificateFault> {
    let Error::InvalidCertificate(error) = error else { return Some(other(error)) };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Some(CertificateFault::Expired),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Some(CertificateFault::NotYetValid)
        }
        CertificateError::UnknownIssuer => Some(untrusted),
        // The verifier refuses an authority as leaf before it looks for a path.
        CertificateError::Other(_) if leaf.is_ca() => is_self_issued(leaf).then_some(untrusted),
        _ if weak => None,
        // Another authority of the same name.
        CertificateError::BadSignature => Some(untrusted),
        _ => Some(CertificateFault::Other(error.to_string())),
    }
}

fn other(error: &Error) -> CertificateFault {
    CertificateFault::Other(error.to_string())
}
