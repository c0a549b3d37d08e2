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
    if is_weakly_signed(&parsed) || issuers.iter().any(is_weakly_signed) {
        faults.push(CertificateFault::WeakSignature);
    }
    if has_weak_key(&parsed) || issuers.iter().any(has_weak_key) {
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
                    path_faults(&error, &parsed, &mut faults);
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
    if leaf.is_ca() {
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

fn path_faults(error: &Error, leaf: &X509Certificate<'_>, faults: &mut Vec<CertificateFault>) {
    let untrusted = || {
        if is_self_issued(leaf) { CertificateFault::SelfSigned } else { CertificateFault::UntrustedIssuer }
    };
    let Error::InvalidCertificate(error) = error else {
        faults.push(other(error));
        return;
    };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => faults.push(CertificateFault::Expired),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            faults.push(CertificateFault::NotYetValid);
        }
        CertificateError::UnknownIssuer => faults.push(untrusted()),
        // An authority as leaf stops the verifier before it looks for a path; its own signature then tells what it is.
        _ if is_authority_error(error) && faults.contains(&CertificateFault::CaAsLeaf) => faults.push(untrusted()),
        // A path with a weak signature or key is refused for that, and that is in the list already.
        _ if faults.iter().any(|f| matches!(f, CertificateFault::WeakSignature | CertificateFault::WeakKey)) => {}
        _ => faults.push(CertificateFault::Other(error.to_string())),
    }
}

fn is_authority_error(error: &CertificateError) -> bool {
    matches!(error, CertificateError::Other(_))
}

fn other(error: &Error) -> CertificateFault {
    CertificateFault::Other(error.to_string())
}
