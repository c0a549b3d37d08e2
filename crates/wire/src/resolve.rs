//! Names to addresses, each asked once in a scan so that a name cannot be moved under it.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use model::{Failure, Phase};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::Limits;

/// Addresses tried for one name. A name with a thousand is a trap.
const MAX_ADDRESSES: usize = 6;

/// How long one address may keep the next waiting (RFC 8305, section 5).
const HEAD_START: Duration = Duration::from_millis(250);

type Addresses = Mutex<Vec<SocketAddr>>;

type Known = BTreeMap<(String, u16), Arc<OnceCell<Addresses>>>;

/// Every name of a scan with its addresses, the one that last answered first.
#[derive(Debug)]
pub(crate) struct Resolver {
    pinned: Vec<(String, u16, IpAddr)>,
    known: Mutex<Known>,
}

impl Resolver {
    /// `pinned`: addresses to use instead of asking.
    pub(crate) fn new(pinned: &[(String, u16, IpAddr)]) -> Resolver {
        let pinned = pinned.iter().map(|(host, port, address)| (host.to_ascii_lowercase(), *port, *address)).collect();
        Resolver { pinned, known: Mutex::default() }
    }

    /// A TCP connection to the first address that answers; the others start a little later each (RFC 8305).
    pub(crate) async fn connect(&self, host: &str, port: u16, limits: &Limits) -> Result<TcpStream, Failure> {
        let cell = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry((host.to_owned(), port)).or_default())
        };
        let addresses = cell.get_or_try_init(|| self.resolve(host, port, limits)).await?;
        let candidates = addresses.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (stream, answered) = race(&candidates, limits.connect).await?;
        let mut order = addresses.lock().unwrap_or_else(PoisonError::into_inner);
        order.sort_by_key(|address| *address != answered);
        // Small requests should not wait for one another; a failure to set it costs only time.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    async fn resolve(&self, host: &str, port: u16, limits: &Limits) -> Result<Addresses, Failure> {
        if let Some((_, _, address)) = self.pinned.iter().find(|(h, p, _)| h == host && *p == port) {
            return Ok(Mutex::new(vec![SocketAddr::new(*address, port)]));
        }
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(Mutex::new(vec![SocketAddr::new(address, port)]));
        }
        let found: Vec<SocketAddr> = match timeout(limits.resolve, tokio::net::lookup_host((host, port))).await {
            Err(_) => return Err(Failure::TimedOut(Phase::Resolve)),
            Ok(Err(error)) => return Err(Failure::Unresolvable(error.to_string())),
            Ok(Ok(addresses)) => addresses.collect(),
        };
        if found.is_empty() {
            Err(Failure::Unresolvable("no address".to_owned()))
        } else {
            Ok(Mutex::new(mixed(found)))
        }
    }
}

/// Both families in turn, the first one's first (RFC 8305, section 4).
fn mixed(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let six_first = found.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| address.is_ipv6() == six_first);
    let mut mixed = Vec::new();
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        match (first.next(), second.next()) {
            (None, None) => return mixed,
            (a, b) => mixed.extend(a.into_iter().chain(b)),
        }
        if mixed.len() >= MAX_ADDRESSES {
            mixed.truncate(MAX_ADDRESSES);
            return mixed;
        }
    }
}

async fn race(candidates: &[SocketAddr], limit: Duration) -> Result<(TcpStream, SocketAddr), Failure> {
    let mut failure = Failure::TimedOut(Phase::Connect);
    let mut waiting = candidates.iter().copied();
    let mut running = FuturesUnordered::new();
    let first = async |address| (address, TcpStream::connect(address).await);
    running.extend(waiting.next().map(first));
    let all = async {
        while !running.is_empty() {
            tokio::select! {
                Some((address, outcome)) = running.next() => match outcome {
                    Ok(stream) => return Ok((stream, address)),
                    Err(error) => {
                        failure = Failure::Unreachable(error.to_string());
                        running.extend(waiting.next().map(first));
                    }
                },
                () = tokio::time::sleep(HEAD_START), if waiting.len() > 0 => {
                    running.extend(waiting.next().map(first));
                }
            }
        }
        Err(failure)
    };
    timeout(limit, all).await.unwrap_or(Err(Failure::TimedOut(Phase::Connect)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_take_turns_and_there_is_an_end() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let found = ["[::1]:1", "[::2]:1", "127.0.0.1:1"].map(address).to_vec();
        assert_eq!(mixed(found), ["[::1]:1", "127.0.0.1:1", "[::2]:1"].map(address));
        assert_eq!(mixed(vec![address("127.0.0.1:1"); 1000]).len(), MAX_ADDRESSES);
    }
}
