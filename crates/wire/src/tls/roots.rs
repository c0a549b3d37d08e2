use std::fmt;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What cannot be used of what the user gave for TLS. The text is one line without the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSetupError(pub String);

impl fmt::Display for TlsSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TlsSetupError {}

/// The certification authorities that are trusted: Mozilla's list as compiled in, and the user's own.
#[derive(Debug, Clone)]
pub struct Roots {
    store: Arc<RootCertStore>,
    own: Arc<[CertificateDer<'static>]>,
    provider: Arc<CryptoProvider>,
}

impl Roots {
    /// Mozilla's list and the certificates of `pem` (empty for none). Text in which no certificate is found is an error.
    pub fn new(pem: &[u8]) -> Result<Roots, TlsSetupError> {
        let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let own = if pem.is_empty() { Vec::new() } else { certificates(pem)? };
        for certificate in &own {
            store
                .add(certificate.clone())
                .map_err(|error| TlsSetupError(format!("a CA certificate cannot be used: {error}")))?;
        }
        Ok(Roots { store: Arc::new(store), own: own.into(), provider: Arc::new(aws_lc_rs::default_provider()) })
    }

    /// Whether this very certificate is one of the user's own: then it is trusted whatever it is, as with curl's `--cacert`.
    pub(super) fn holds(&self, certificate: &CertificateDer<'_>) -> bool {
        self.own.iter().any(|own| own.as_ref() == certificate.as_ref())
    }

    pub(super) fn store(&self) -> &RootCertStore {
        &self.store
    }

    pub(super) fn provider(&self) -> &Arc<CryptoProvider> {
        &self.provider
    }

    pub(super) fn supported(&self) -> WebPkiSupportedAlgorithms {
        self.provider.signature_verification_algorithms
    }

    pub(super) fn algorithms(&self) -> &'static [&'static dyn rustls::pki_types::SignatureVerificationAlgorithm] {
        self.provider.signature_verification_algorithms.all
    }
}

/// A certificate and its key to authenticate ourselves with.
#[derive(Debug)]
pub struct ClientCertificate {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl ClientCertificate {
    /// Reads the chain, leaf first, and the unencrypted key (PKCS #8, PKCS #1 or SEC 1) from PEM texts, which may be the same one.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<ClientCertificate, TlsSetupError> {
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| TlsSetupError(format!("no private key can be read: {error}")))?;
        Ok(ClientCertificate { chain: certificates(chain)?, key })
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| TlsSetupError(format!("not a PEM certificate: {error}")))?;
    if found.is_empty() { Err(TlsSetupError("no PEM certificate in it".to_owned())) } else { Ok(found) }
}
