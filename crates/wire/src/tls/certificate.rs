use model::Certificate;
use x509_parser::oid_registry::{OID_PKCS1_RSASSAPSS, Oid};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::SignatureAlgorithm;

/// Alternative names kept of one certificate.
const MAX_NAMES: usize = 1000;
/// Characters kept of one text.
const MAX_TEXT: usize = 4096;

/// Signature algorithms whose hash is MD2, MD4, MD5 or SHA-1: with RSA (PKCS #1 and its OIW synonyms), DSA and ECDSA.
const WEAK_SIGNATURES: &[&str] = &[
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.3",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.3.14.3.2.3",
    "1.3.14.3.2.13",
    "1.3.14.3.2.27",
    "1.3.14.3.2.29",
    "1.2.840.10040.4.3",
    "1.2.840.10045.4.1",
];
const SHA1: &str = "1.3.14.3.2.26";

/// Named signature algorithms, for those that reports meet.
const SIGNATURE_NAMES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.10", "rsassaPss"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.10040.4.3", "dsa-with-sha1"),
    ("2.16.840.1.101.3.4.3.2", "dsa-with-sha256"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
];

/// Curves by identifier, with their size in bits.
const CURVES: &[(&str, u32)] = &[
    ("1.2.840.10045.3.1.1", 192),
    ("1.3.132.0.33", 224),
    ("1.2.840.10045.3.1.7", 256),
    ("1.3.132.0.10", 256),
    ("1.3.132.0.34", 384),
    ("1.3.132.0.35", 521),
];

/// Reads the certificates of a chain, DER, leaf first. One that cannot be read keeps its place with an empty subject and the key
/// kind `unreadable`.
pub fn certificate_facts<D: AsRef<[u8]>>(chain: &[D]) -> Vec<Certificate> {
    chain.iter().map(|der| read(der.as_ref()).map_or_else(unreadable, |parsed| facts(&parsed))).collect()
}

/// The certificate, if it is one.
pub(super) fn read(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der).ok().map(|(_, parsed)| parsed)
}

/// Whether the certificate's signature rests on MD2, MD4, MD5 or SHA-1.
pub(super) fn is_weakly_signed(certificate: &X509Certificate<'_>) -> bool {
    let algorithm = &certificate.signature_algorithm;
    if algorithm.algorithm == OID_PKCS1_RSASSAPSS {
        return matches!(SignatureAlgorithm::try_from(algorithm),
            Ok(SignatureAlgorithm::RSASSA_PSS(params)) if params.hash_algorithm_oid().to_id_string() == SHA1);
    }
    WEAK_SIGNATURES.contains(&algorithm.algorithm.to_id_string().as_str())
}

/// Whether the key is shorter than NIST SP 800-57 allows: 2048 bits for RSA and DSA, 224 on a curve. An unknown kind is not judged.
pub(super) fn has_weak_key(certificate: &X509Certificate<'_>) -> bool {
    let (kind, bits) = key(certificate);
    match kind.as_str() {
        "RSA" | "DSA" => bits < 2048,
        "EC" => bits < 224,
        _ => false,
    }
}

fn facts(parsed: &X509Certificate<'_>) -> Certificate {
    let (key_kind, key_bits) = key(parsed);
    Certificate {
        subject: bounded(&parsed.subject().to_string()),
        issuer: bounded(&parsed.issuer().to_string()),
        names: names(parsed),
        not_before: parsed.validity().not_before.timestamp(),
        not_after: parsed.validity().not_after.timestamp(),
        key_kind,
        key_bits,
        signature: signature_name(&parsed.signature_algorithm.algorithm),
        self_issued: is_self_issued(parsed),
    }
}

/// Whether subject and issuer are the same name.
pub(super) fn is_self_issued(certificate: &X509Certificate<'_>) -> bool {
    certificate.subject().as_raw() == certificate.issuer().as_raw()
}

fn unreadable() -> Certificate {
    Certificate { key_kind: "unreadable".to_owned(), ..Certificate::default() }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    extension.value.general_names.iter().take(MAX_NAMES).map(|name| bounded(&general_name(name))).collect()
}

fn general_name(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => (*text).to_owned(),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).map(|b| std::net::Ipv4Addr::from(b).to_string()).unwrap_or_default(),
            16 => <[u8; 16]>::try_from(*bytes).map(|b| std::net::Ipv6Addr::from(b).to_string()).unwrap_or_default(),
            _ => name.to_string(),
        },
        _ => name.to_string(),
    }
}

fn key(certificate: &X509Certificate<'_>) -> (String, u32) {
    let info = certificate.public_key();
    let identifier = info.algorithm.algorithm.to_id_string();
    match (identifier.as_str(), info.parsed()) {
        ("1.3.101.112", _) => ("Ed25519".to_owned(), 256),
        ("1.3.101.113", _) => ("Ed448".to_owned(), 456),
        (_, Ok(PublicKey::RSA(rsa))) => ("RSA".to_owned(), bits(rsa.modulus)),
        // The public value is as long as the prime but for leading zeros.
        (_, Ok(PublicKey::DSA(value))) => ("DSA".to_owned(), bits(value).next_multiple_of(64)),
        (_, Ok(PublicKey::EC(point))) => {
            let curve = info.algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok()).map(|oid| oid.to_id_string());
            let known = curve.and_then(|id| CURVES.iter().find(|(known, _)| *known == id)).map(|(_, bits)| *bits);
            ("EC".to_owned(), known.unwrap_or(point.key_size() as u32))
        }
        _ => (identifier, 0),
    }
}

/// The bit length of a big-endian number.
fn bits(number: &[u8]) -> u32 {
    let significant = number.iter().position(|byte| *byte != 0).map_or(&[][..], |at| &number[at..]);
    significant.len() as u32 * 8 - significant.first().map_or(0, |byte| byte.leading_zeros())
}

fn signature_name(algorithm: &Oid<'_>) -> String {
    let identifier = algorithm.to_id_string();
    SIGNATURE_NAMES.iter().find(|(known, _)| *known == identifier).map_or(identifier, |(_, name)| (*name).to_owned())
}

fn bounded(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leading_zeros_do_not_count() {
        assert_eq!(bits(&[0, 0x80, 0]), 16);
        assert_eq!(bits(&[1]), 1);
        assert_eq!(bits(&[]), 0);
    }

    proptest! {
        #[test]
        fn arbitrary_certificates_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            prop_assert_eq!(certificate_facts(&[bytes]).len(), 1);
        }
    }
}
