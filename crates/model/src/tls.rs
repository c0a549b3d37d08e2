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
}
