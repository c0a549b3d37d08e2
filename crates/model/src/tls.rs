use std::fmt;

use serde::{Deserialize, Serialize};

/// One certificate of the chain as presented.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Subject distinguished name.
    pub subject: String,
    /// Issuer distinguished name.
    pub issuer: String,
    /// Subject alternative names.
    pub names: Vec<String>,
    /// Start of validity, Unix seconds.
    pub not_before: i64,
    /// End of validity, Unix seconds.
    pub not_after: i64,
    /// `RSA`, `EC`, `Ed25519` or an object identifier.
    pub key_kind: String,
    /// Key size in bits.
    pub key_bits: u32,
    /// Signature algorithm, such as `sha256WithRSAEncryption`.
    pub signature: String,
    /// Whether subject and issuer are the same.
    pub self_issued: bool,
}

/// What one ordinary handshake showed. A bad certificate does not fail the scan; it is a fact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsFacts {
    /// `TLSv1.3`, `TLSv1.2`.
    pub protocol: String,
    /// IANA cipher suite name.
    pub cipher: String,
    /// The chain as presented, leaf first.
    pub chain: Vec<Certificate>,
    /// Why the chain was not trusted for this name, if it was not.
    pub verify_error: Option<String>,
    /// What is wrong with the chain, each fault once; empty when it is trusted and strong.
    pub faults: Vec<CertificateFault>,
    /// Whether the server asked for a client certificate, and none was given.
    pub wants_certificate: bool,
}

/// What is wrong with a certificate chain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "detail")]
pub enum CertificateFault {
    /// The leaf, or a certificate between it and a root, is past its `notAfter`.
    Expired,
    /// The leaf, or a certificate between it and a root, is before its `notBefore`.
    NotYetValid,
    /// The leaf does not name the host.
    WrongName,
    /// The leaf is its own issuer and is not one of the roots.
    SelfSigned,
    /// No path from the leaf leads to one of the roots, though certificates of issuers were sent.
    UntrustedIssuer,
    /// The leaf was sent without a certificate of its issuer, which is none of the roots.
    IssuerMissing,
    /// A certificate of the path is signed with MD2, MD5 or SHA-1.
    WeakSignature,
    /// A certificate has an RSA or DSA key below 2048 bits or an elliptic-curve key below 224 bits.
    WeakKey,
    /// The leaf is a certification authority that another one certified: clients refuse it as a server's.
    CaAsLeaf,
    /// Anything else, in the verifier's words.
    Other(String),
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CertificateFault::Expired => "expired",
            CertificateFault::NotYetValid => "not yet valid",
            CertificateFault::WrongName => "not valid for this name",
            CertificateFault::SelfSigned => "self-signed",
            CertificateFault::UntrustedIssuer => "issuer not trusted",
            CertificateFault::IssuerMissing => {
                "sent without its issuer's (an intermediate certificate is missing, or its authority is not trusted)"
            }
            CertificateFault::WeakSignature => "weak signature algorithm",
            CertificateFault::WeakKey => "weak key",
            CertificateFault::CaAsLeaf => "a certification authority used as a server certificate",
            CertificateFault::Other(why) => why,
        })
    }
}

/// A version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum TlsVersion {
    #[serde(rename = "SSLv3")]
    Ssl3,
    #[serde(rename = "TLSv1.0")]
    Tls10,
    #[serde(rename = "TLSv1.1")]
    Tls11,
    #[serde(rename = "TLSv1.2")]
    Tls12,
    #[serde(rename = "TLSv1.3")]
    Tls13,
}

impl TlsVersion {
    /// All versions, the oldest first.
    pub const ALL: [TlsVersion; 5] =
        [TlsVersion::Ssl3, TlsVersion::Tls10, TlsVersion::Tls11, TlsVersion::Tls12, TlsVersion::Tls13];

    /// The name as reports show it: `TLSv1.2`.
    pub const fn name(self) -> &'static str {
        match self {
            TlsVersion::Ssl3 => "SSLv3",
            TlsVersion::Tls10 => "TLSv1.0",
            TlsVersion::Tls11 => "TLSv1.1",
            TlsVersion::Tls12 => "TLSv1.2",
            TlsVersion::Tls13 => "TLSv1.3",
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A property of cipher suites that a server is asked about. A suite can have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CipherClass {
    /// No encryption at all.
    Null,
    /// No authentication: anybody can stand in the middle.
    Anonymous,
    /// Keys of 40 or 56 bits for export from the USA of the 1990s (FREAK, CVE-2015-0204; Logjam, CVE-2015-4000).
    Export,
    /// Single DES, 56 bits.
    Des,
    /// RC4, prohibited by RFC 7465.
    Rc4,
    /// Blocks of 64 bits: 3DES and IDEA (Sweet32, CVE-2016-2183).
    TripleDes,
    /// RSA key exchange without forward secrecy (ROBOT, CVE-2017-13099).
    StaticRsa,
    /// Ephemeral finite-field Diffie-Hellman; weak or not by the size of its group.
    Dhe,
    /// Block chaining with the MAC before encryption (Lucky 13, CVE-2013-0169).
    Cbc,
    /// Forward secrecy and authenticated encryption: what every server should have.
    Modern,
}

impl CipherClass {
    /// All classes, the worst first.
    pub const ALL: [CipherClass; 10] = [
        CipherClass::Null,
        CipherClass::Anonymous,
        CipherClass::Export,
        CipherClass::Des,
        CipherClass::Rc4,
        CipherClass::TripleDes,
        CipherClass::StaticRsa,
        CipherClass::Dhe,
        CipherClass::Cbc,
        CipherClass::Modern,
    ];
}

/// One cipher suite that the server chose from an offer, and so accepts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AcceptedSuite {
    /// IANA name.
    pub name: String,
    /// What it is an example of.
    pub classes: Vec<CipherClass>,
}

/// What a server answered to one version of the protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFacts {
    /// The version.
    pub version: TlsVersion,
    /// `Some(true)` accepted, `Some(false)` refused, `None` not established; the report's failures say why.
    pub accepted: Option<bool>,
    /// The suites that the server chose, one at least for each accepted class; the answer to the widest offer first.
    pub suites: Vec<AcceptedSuite>,
    /// Classes that were not asked about: the handshake limit was reached or an answer was missing.
    pub untested: Vec<CipherClass>,
    /// The size of the smallest finite-field Diffie-Hellman group that the server sent, in bits.
    pub dh_bits: Option<u32>,
}

impl VersionFacts {
    /// The suite that shows that the server accepts the class.
    pub fn suite_of(&self, class: CipherClass) -> Option<&AcceptedSuite> {
        self.suites.iter().find(|suite| suite.classes.contains(&class))
    }
}

/// Why a handshake showed nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "detail")]
pub enum TlsFailure {
    /// No connection.
    Unreachable(String),
    /// Connected, and no complete answer in time.
    TimedOut,
    /// The server closed or reset the connection in the middle of an answer.
    Closed,
    /// The answer is another protocol's; its first bytes, printable ones only.
    NotTls(String),
    /// Every offer was refused with this alert.
    Refused(String),
    /// The answer breaks the protocol.
    Malformed(String),
    /// More bytes than any honest handshake needs.
    TooLarge,
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsFailure::Unreachable(why) => write!(f, "cannot connect ({why})"),
            TlsFailure::TimedOut => f.write_str("no complete answer in time"),
            TlsFailure::Closed => f.write_str("the connection was closed in the middle of a response"),
            TlsFailure::NotTls(start) => write!(f, "the server does not speak TLS (it began with {start:?})"),
            TlsFailure::Refused(alert) => write!(f, "every offer was refused (alert {alert})"),
            TlsFailure::Malformed(why) => write!(f, "the response breaks the protocol ({why})"),
            TlsFailure::TooLarge => f.write_str("the response is larger than any handshake needs"),
        }
    }
}

/// What a server's TLS accepts, established by handshakes that are given up as soon as the server has answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TlsReport {
    /// One entry for each version, the oldest first.
    pub versions: Vec<VersionFacts>,
    /// The chain as presented, leaf first.
    pub chain: Vec<Certificate>,
    /// What is wrong with the chain, each fault once; empty when it is trusted and strong, and when none was seen.
    pub faults: Vec<CertificateFault>,
    /// Connections that were opened.
    pub handshakes: u32,
    /// What went wrong on the way, each kind once for each version.
    pub failures: Vec<(TlsVersion, TlsFailure)>,
}

impl TlsReport {
    /// What is known of this version.
    pub fn version(&self, version: TlsVersion) -> Option<&VersionFacts> {
        self.versions.iter().find(|facts| facts.version == version)
    }

    /// Whether the version is known to be accepted.
    pub fn accepts(&self, version: TlsVersion) -> bool {
        self.version(version).is_some_and(|facts| facts.accepted == Some(true))
    }
}
