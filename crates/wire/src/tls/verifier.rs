use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::{CertificateFault, TlsFacts};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, ProtocolVersion, SignatureScheme};

use super::certificate::certificate_facts;
use super::roots::{ClientCertificate, Roots, TlsSetupError};
use super::verdict::judge_chain;

/// Judges the certificate chain of one connection, keeps the verdict and lets the handshake go on whatever it is: a bad
/// certificate is a fact about the target, not a reason to see no more of it.
///
/// One for each connection, from [`client_config`]. Whoever sends credentials asks [`ObservingVerifier::faults`] first.
#[derive(Debug)]
pub struct ObservingVerifier {
    roots: Roots,
    faults: Mutex<Vec<CertificateFault>>,
    own: Arc<Presented>,
}

/// The client certificate, if there is one; notes that one was asked for.
#[derive(Debug)]
struct Presented {
    own: Option<Arc<CertifiedKey>>,
    asked: AtomicBool,
}

impl ResolvesClientCert for Presented {
    fn resolve(&self, _authorities: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        self.own.clone()
    }

    fn has_certs(&self) -> bool {
        self.own.is_some()
    }
}

impl ObservingVerifier {
    /// What is wrong with the chain, sorted; empty when it is trusted, and before the handshake.
    pub fn faults(&self) -> Vec<CertificateFault> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the server asked for a client certificate, and there was none to give.
    pub fn wants_certificate(&self) -> bool {
        self.own.asked.load(Ordering::Relaxed) && self.own.own.is_none()
    }

    /// Whether the server asked for a client certificate and was shown the one that there is.
    pub fn showed_certificate(&self) -> bool {
        self.own.asked.load(Ordering::Relaxed) && self.own.own.is_some()
    }

    /// What the handshake of the connection showed.
    pub fn facts(&self, connection: &ClientConnection) -> TlsFacts {
        let faults = self.faults();
        let reasons: Vec<_> = faults.iter().map(ToString::to_string).collect();
        TlsFacts {
            protocol: protocol(connection.protocol_version()),
            cipher: connection.negotiated_cipher_suite().map(|suite| suite_name(suite.suite())).unwrap_or_default(),
            chain: certificate_facts(connection.peer_certificates().unwrap_or_default()),
            verify_error: (!reasons.is_empty()).then(|| reasons.join("; ")),
            faults,
            wants_certificate: self.wants_certificate(),
        }
    }

    fn add(&self, faults: Vec<CertificateFault>) {
        let mut known = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(faults);
        known.sort();
        known.dedup();
    }

    /// The handshake's signature proves that the server has the certificate's key.
    fn observe_signature(
        &self,
        result: Result<HandshakeSignatureValid, Error>,
        signed: &DigitallySignedStruct,
    ) -> HandshakeSignatureValid {
        if let Err(error) = result {
            let known = self.faults();
            if matches!(signed.scheme, SignatureScheme::RSA_PKCS1_SHA1 | SignatureScheme::ECDSA_SHA1_Legacy) {
                self.add(vec![CertificateFault::WeakSignature]);
            } else if !known.contains(&CertificateFault::WeakKey) {
                let why = format!("the server did not prove that it has the certificate's key ({error})");
                self.add(vec![CertificateFault::Other(why)]);
            }
        }
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for ObservingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain: Vec<_> = std::iter::once(end_entity.clone()).chain(intermediates.iter().cloned()).collect();
        self.add(judge_chain(&chain, server_name, &self.roots, now));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = verify_tls12_signature(message, certificate, signed, &self.roots.supported());
        Ok(self.observe_signature(result, signed))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = verify_tls13_signature(message, certificate, signed, &self.roots.supported());
        Ok(self.observe_signature(result, signed))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.roots.supported().supported_schemes();
        // Last, so that only servers with nothing better sign with them.
        schemes.extend([SignatureScheme::RSA_PKCS1_SHA1, SignatureScheme::ECDSA_SHA1_Legacy]);
        schemes
    }
}

/// A configuration for one connection, and the verifier to ask about it afterwards. There is no resumption: a resumed session
/// shows no certificate. `alpn` is in order of preference, such as `h2` and `http/1.1`.
pub fn client_config(
    roots: &Roots,
    client_certificate: Option<&ClientCertificate>,
    alpn: &[&[u8]],
) -> Result<(Arc<ClientConfig>, Arc<ObservingVerifier>), TlsSetupError> {
    let key = client_certificate.map(|own| {
        CertifiedKey::from_der(own.chain.clone(), own.key.clone_key(), roots.provider())
            .map_err(|error| TlsSetupError(format!("the client certificate cannot be used: {error}")))
    });
    let own = Arc::new(Presented { own: key.transpose()?.map(Arc::new), asked: AtomicBool::new(false) });
    let verifier =
        Arc::new(ObservingVerifier { roots: roots.clone(), faults: Mutex::default(), own: Arc::clone(&own) });
    let mut config = ClientConfig::builder_with_provider(Arc::clone(roots.provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsSetupError(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier.clone())
        .with_client_cert_resolver(own);
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    config.resumption = Resumption::disabled();
    Ok((Arc::new(config), verifier))
}

fn protocol(version: Option<ProtocolVersion>) -> String {
    match version {
        Some(ProtocolVersion::TLSv1_2) => "TLSv1.2".to_owned(),
        Some(ProtocolVersion::TLSv1_3) => "TLSv1.3".to_owned(),
        other => other.and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default(),
    }
}

/// The IANA name; rustls calls the suites of TLS 1.3 `TLS13_…`.
fn suite_name(suite: rustls::CipherSuite) -> String {
    suite.as_str().unwrap_or_default().replacen("TLS13_", "TLS_", 1)
}
