//! Opening a connection: resolve once, connect, through a proxy if there is one, shake hands.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use model::{CertificateFault, Failure, Origin, Phase, Scheme, TlsFacts, TlsReport};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::http1::Http1;
use crate::proxy::Proxy;
use crate::resolve::Resolver;
use crate::stream::Stream;
use crate::tls::{
    ClientCertificate, Limits as InspectionLimits, ObservingVerifier, Roots, TlsSetupError, client_config, inspect,
};
use crate::{Limits, Settings, WireError};

/// Opens connections for one scan.
#[derive(Debug)]
pub(crate) struct Dialer {
    limits: Limits,
    resolver: Resolver,
    proxy: Option<Proxy>,
    roots: Roots,
    certificate: Option<ClientCertificate>,
    insecure: bool,
    facts: Mutex<BTreeMap<Origin, TlsFacts>>,
}

/// A connection ready for requests.
pub(crate) struct Dialed {
    pub(crate) stream: Stream,
    /// Whether HTTP/2 was agreed on.
    pub(crate) http2: bool,
    /// Why credentials may not be sent, if so.
    pub(crate) doubt: Option<Arc<str>>,
    /// The proxy that passes the requests on, if it reads them.
    pub(crate) proxy: Option<Proxy>,
    /// What it means if the server ends the connection at once: it asked for a client certificate. With TLS 1.3 it says only afterwards
    /// that it wants one, or another one.
    pub(crate) if_ended: Option<Failure>,
}

impl Dialer {
    pub(crate) fn new(settings: &Settings) -> Result<Dialer, WireError> {
        let tls = |argument: &str, error: TlsSetupError| WireError(format!("{argument}: {error}"));
        let roots =
            Roots::new(settings.cacert.as_deref().unwrap_or_default()).map_err(|error| tls("--cacert", error))?;
        let pem = settings.client_cert.as_deref();
        let certificate = pem.map(|pem| ClientCertificate::from_pem(pem, pem)).transpose();
        let certificate = certificate.map_err(|error| tls("--client-cert", error))?;
        client_config(&roots, certificate.as_ref(), &[]).map_err(|error| tls("--client-cert", error))?;
        let proxy = settings.proxy.as_deref().map(Proxy::parse).transpose();
        Ok(Dialer {
            limits: settings.limits.clone(),
            resolver: Resolver::new(&settings.resolve),
            proxy: proxy.map_err(|why| WireError(format!("--proxy: {why}")))?,
            roots,
            certificate,
            insecure: settings.insecure,
            facts: Mutex::default(),
        })
    }

    /// What the first TLS connection to the origin showed.
    pub(crate) fn facts(&self, origin: &Origin) -> Option<TlsFacts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).get(origin).cloned()
    }

    /// A connection to the origin's port, through the proxy's tunnel if there is a proxy.
    pub(crate) async fn tunnel(&self, origin: &Origin) -> Result<Stream, Failure> {
        let Some(proxy) = &self.proxy else {
            return Ok(Box::new(self.resolver.connect(&origin.host, origin.port, &self.limits).await?));
        };
        let connection = Http1::new(Box::new(self.to_proxy(proxy).await?), None, None);
        connection.tunnel(proxy, origin, &self.limits).await
    }

    async fn to_proxy(&self, proxy: &Proxy) -> Result<TcpStream, Failure> {
        let connected = self.resolver.connect(&proxy.host, proxy.port, &self.limits).await;
        connected.map_err(|failure| proxy.unreachable(&failure))
    }

    /// What the origin's TLS accepts.
    pub(crate) async fn inspect(&self, origin: &Origin, limits: InspectionLimits) -> TlsReport {
        let connect = async || self.tunnel(origin).await.map_err(|failure| io::Error::other(failure.to_string()));
        let mut report = inspect(connect, &origin.host, &self.roots, limits).await;
        if self.insecure {
            report.faults.clear();
        }
        report
    }

    /// A connection ready for requests; `http2` says whether HTTP/2 may be agreed on.
    pub(crate) async fn dial(&self, origin: &Origin, http2: bool) -> Result<Dialed, Failure> {
        match (origin.scheme, &self.proxy) {
            (Scheme::Https, _) => self.shake_hands(origin, self.tunnel(origin).await?, http2).await,
            (Scheme::Http, None) => {
                let stream = self.tunnel(origin).await?;
                Ok(Dialed { stream, http2: false, doubt: None, proxy: None, if_ended: None })
            }
            (Scheme::Http, Some(proxy)) => {
                let stream = Box::new(self.to_proxy(proxy).await?);
                Ok(Dialed { stream, http2: false, doubt: None, proxy: Some(proxy.clone()), if_ended: None })
            }
        }
    }

    async fn shake_hands(&self, origin: &Origin, stream: Stream, http2: bool) -> Result<Dialed, Failure> {
        let failed = |why: String| Failure::Tls(why);
        let alpn: &[&[u8]] = if http2 { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
        let (config, verifier) =
            client_config(&self.roots, self.certificate.as_ref(), alpn).map_err(|error| failed(error.to_string()))?;
        let name = ServerName::try_from(origin.host.trim_end_matches('.').to_owned())
            .map_err(|_| failed("the host is not a name that TLS can request".to_owned()))?;
        let stream = match timeout(self.limits.tls, TlsConnector::from(config).connect(name, stream)).await {
            Err(_) => return Err(Failure::TimedOut(Phase::Tls)),
            Ok(Err(error)) => return Err(about_certificate(&verifier).unwrap_or_else(|| broken(&error))),
            Ok(Ok(stream)) => stream,
        };
        let connection = stream.get_ref().1;
        let if_ended = about_certificate(&verifier);
        let mut facts = verifier.facts(connection);
        let http2 = connection.alpn_protocol() == Some(b"h2");
        let doubts: Vec<_> = facts.faults.iter().filter(|f| is_of_trust(f)).map(ToString::to_string).collect();
        let trusted = self.insecure || origin.is_loopback() || doubts.is_empty();
        let doubt = (!trusted).then(|| Arc::from(doubts.join("; ")));
        if self.insecure {
            facts.faults.clear();
            facts.verify_error = None;
        }
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).entry(origin.clone()).or_insert(facts);
        Ok(Dialed { stream: Box::new(stream), http2, doubt, proxy: None, if_ended })
    }
}

/// What it means that the server ends the connection, if it asked for a client certificate.
fn about_certificate(verifier: &ObservingVerifier) -> Option<Failure> {
    if verifier.wants_certificate() {
        Some(Failure::ClientCertificateWanted)
    } else {
        verifier.showed_certificate().then_some(Failure::ClientCertificateRefused)
    }
}

/// Why a handshake failed.
fn broken(error: &io::Error) -> Failure {
    if is_other_protocol(error) {
        Failure::NotTls
    } else if error.kind() == io::ErrorKind::InvalidData {
        Failure::Tls(error.to_string())
    } else {
        Failure::Closed(Phase::Tls)
    }
}

/// Whether what came back begins as no record of TLS does.
fn is_other_protocol(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType)))
}

/// Whether the fault means that somebody else may be at the other end.
fn is_of_trust(fault: &CertificateFault) -> bool {
    matches!(
        fault,
        CertificateFault::SelfSigned
            | CertificateFault::UntrustedIssuer
            | CertificateFault::IssuerMissing
            | CertificateFault::CaAsLeaf
            | CertificateFault::WrongName
            | CertificateFault::Other(_)
    )
}
