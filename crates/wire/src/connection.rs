//! Opening one connection: resolve once, connect to what was resolved, shake hands.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use model::{Failure, Origin, Phase, Scheme};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Settings;

/// An open connection that takes one request after the other.
pub(crate) type Sender = http1::SendRequest<Full<Bytes>>;

/// Addresses by host and port, resolved once for the whole scan so that a name cannot be moved under it.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    addresses: Mutex<BTreeMap<(String, u16), Vec<SocketAddr>>>,
}

impl Resolved {
    async fn of(&self, origin: &Origin, settings: &Settings) -> Result<Vec<SocketAddr>, Failure> {
        let key = (origin.host.clone(), origin.port);
        if let Some(known) = self.addresses.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(known.clone());
        }
        let found = resolve(origin, settings).await?;
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert_with(|| found.clone());
        Ok(found)
    }
}

async fn resolve(origin: &Origin, settings: &Settings) -> Result<Vec<SocketAddr>, Failure> {
    let pinned = settings.resolve.iter().find(|(host, port, _)| *host == origin.host && *port == origin.port);
    if let Some((_, port, address)) = pinned {
        return Ok(vec![SocketAddr::new(*address, *port)]);
    }
    if let Ok(address) = origin.host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, origin.port)]);
    }
    let lookup = tokio::net::lookup_host((origin.host.as_str(), origin.port));
    let found: Vec<SocketAddr> = match timeout(settings.limits.resolve, lookup).await {
        Err(_) => return Err(Failure::TimedOut(Phase::Resolve)),
        Ok(Err(error)) => return Err(Failure::Unresolvable(error.to_string())),
        Ok(Ok(addresses)) => addresses.collect(),
    };
    if found.is_empty() { Err(Failure::Unresolvable("no address".to_owned())) } else { Ok(found) }
}

/// Opens a TCP connection to the first address that answers.
pub(crate) async fn tcp(origin: &Origin, settings: &Settings, resolved: &Resolved) -> Result<TcpStream, Failure> {
    let mut failure = Failure::Unresolvable("no address".to_owned());
    for address in resolved.of(origin, settings).await?.into_iter().take(4) {
        match timeout(settings.limits.connect, TcpStream::connect(address)).await {
            Err(_) => failure = Failure::TimedOut(Phase::Connect),
            Ok(Err(error)) => failure = Failure::Unreachable(error.to_string()),
            Ok(Ok(stream)) => {
                // Small requests should not wait for one another; a failure to set it costs only time.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
        }
    }
    Err(failure)
}

/// Opens a connection ready for requests.
pub(crate) async fn open(origin: &Origin, settings: &Settings, resolved: &Resolved) -> Result<Sender, Failure> {
    let stream = tcp(origin, settings, resolved).await?;
    match origin.scheme {
        Scheme::Https => Err(Failure::Tls("https is not wired yet".to_owned())),
        Scheme::Http => handshake(stream, settings).await,
    }
}

async fn handshake(stream: TcpStream, settings: &Settings) -> Result<Sender, Failure> {
    let (sender, connection) = http1::Builder::new()
        .title_case_headers(true)
        .max_headers(settings.limits.headers)
        .max_buf_size(settings.limits.head_bytes)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| Failure::Malformed(error.to_string()))?;
    tokio::spawn(async move {
        // How the connection ended shows in the exchange that it carried.
        let _ = connection.await;
    });
    Ok(sender)
}
