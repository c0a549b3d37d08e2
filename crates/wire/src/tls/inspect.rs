use std::io;
use std::time::Duration;

use futures::StreamExt;
use model::{CertificateFault, TlsFacts, TlsFailure, TlsReport, TlsVersion};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::answer::Answer;
use super::ledger::{Ledger, Question};
use super::roots::Roots;
use super::verifier::client_config;
use super::{certificate_facts, hello, judge_chain, probe};

/// How much an inspection may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For one handshake, connecting included.
    pub handshake: Duration,
    /// For everything.
    pub total: Duration,
    /// Connections in all.
    pub handshakes: u32,
    /// Connections at once.
    pub concurrency: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { handshake: Duration::from_secs(4), total: Duration::from_secs(10), handshakes: 24, concurrency: 6 }
    }
}

/// Finds out which protocol versions and which classes of cipher suites a server accepts, and reads its chain.
///
/// Each question is a `ClientHello` of our own on a connection of its own; the server's first flight answers it, so that no weak
/// cryptography needs to be linked or run. All questions of a wave go out together: five versions first, then the classes within
/// the accepted versions, then what is still open. A modern server takes two waves and nine or ten connections. Errors are
/// part of the report.
///
/// `connect` opens a connection to the server; `host` is the name or address to ask for, without a port. Runs inside a Tokio runtime with time
/// and input/output.
pub async fn inspect<C, F, S>(connect: C, host: &str, roots: &Roots, limits: Limits) -> TlsReport
where
    C: Fn() -> F,
    F: Future<Output = io::Result<S>>,
    S: AsyncRead + AsyncWrite + Unpin,
{
    let deadline = Instant::now() + limits.total;
    let left = || limits.handshake.min(deadline.saturating_duration_since(Instant::now()));
    let mut ledger = Ledger::default();
    let mut handshakes = 0;
    loop {
        let mut wave = ledger.open_questions();
        wave.truncate((limits.handshakes - handshakes) as usize);
        if wave.is_empty() || left().is_zero() {
            break;
        }
        handshakes += wave.len() as u32;
        let answers: Vec<(Question, Answer, Option<TlsFailure>)> = futures::stream::iter(wave)
            .map(|question| {
                let connecting = connect();
                async move {
                    let hello = hello::client_hello(question.version, &question.suites(), host);
                    let (answer, failure) = probe::ask(connecting, &hello, left()).await;
                    (question, answer, failure)
                }
            })
            .buffered(limits.concurrency.max(1))
            .collect()
            .await;
        for (question, answer, failure) in answers {
            ledger.enter(&question, answer, failure);
        }
    }
    let (mut report, chain) = ledger.close();
    report.handshakes = handshakes;
    if !chain.is_empty() {
        let der: Vec<_> = chain.iter().map(|certificate| CertificateDer::from(certificate.as_slice())).collect();
        report.faults = faults(&der, host, roots);
        report.chain = certificate_facts(&chain);
    } else if report.accepts(TlsVersion::Tls13) && handshakes < limits.handshakes {
        report.handshakes += 1;
        match timeout(left(), ordinary(connect(), host, roots)).await.unwrap_or(Err(TlsFailure::TimedOut)) {
            Ok(facts) => (report.chain, report.faults) = (facts.chain, facts.faults),
            Err(failure) => report.failures.push((TlsVersion::Tls13, failure)),
        }
    }
    report
}

fn faults(chain: &[CertificateDer<'_>], host: &str, roots: &Roots) -> Vec<CertificateFault> {
    match ServerName::try_from(host) {
        Ok(name) => judge_chain(chain, &name, roots, UnixTime::now()),
        Err(error) => vec![CertificateFault::Other(error.to_string())],
    }
}

/// An ordinary handshake, for a server that speaks nothing below TLS 1.3, where certificates are encrypted.
async fn ordinary<S, F>(connecting: F, host: &str, roots: &Roots) -> Result<TlsFacts, TlsFailure>
where
    F: Future<Output = io::Result<S>>,
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (config, verifier) = client_config(roots, None, &[]).map_err(|error| malformed(&error))?;
    let name = ServerName::try_from(host.to_owned()).map_err(|error| malformed(&error))?;
    let stream = connecting.await.map_err(|error| TlsFailure::Unreachable(error.to_string()))?;
    let stream = TlsConnector::from(config).connect(name, stream).await.map_err(|error| malformed(&error))?;
    Ok(verifier.facts(stream.get_ref().1))
}

fn malformed(error: &dyn std::error::Error) -> TlsFailure {
    TlsFailure::Malformed(error.to_string())
}
