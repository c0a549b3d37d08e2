//! A small HTTP listener that a target may be talked into calling: the proof that it makes requests for its callers.
//!
//! It starts when it is first asked for, listens on loopback unless a host is given under which the target reaches this machine,
//! answers every path with a word that only this listener can know, and keeps who asked for which path. Everything is bounded.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::join_all;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OnceCell, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Connections served at once.
const AT_ONCE: usize = 32;

/// Calls remembered.
const CALLS: usize = 1_000;

/// Longest request head that is read, in bytes.
const HEAD: usize = 8 * 1024;

/// How long one connection may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Somebody asked the listener for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The path as asked for.
    pub path: String,
    /// Who asked.
    pub peer: IpAddr,
    /// The `User-Agent`, empty when there was none.
    pub user_agent: String,
}

/// The listener of one scan, or the reason that there is none: a target that cannot reach this machine.
#[derive(Debug)]
pub struct Callback {
    host: Option<String>,
    target_is_here: bool,
    seed: u64,
    running: OnceCell<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    base: String,
    calls: Arc<Calls>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug, Default)]
struct Calls {
    /// By the first segment of the path.
    seen: Mutex<BTreeMap<String, Call>>,
    news: Notify,
}

impl Callback {
    /// `host` is how the target reaches this machine, `name` or `name:port`; without it only a target on this machine is called
    /// back from. The seed chooses the first port that is tried, so that equal scans send equal addresses when they can.
    pub fn new(host: Option<String>, target_is_here: bool, seed: u64) -> Callback {
        Callback { host, target_is_here, seed, running: OnceCell::new() }
    }

    /// The address to be called, such as `http://127.0.0.1:40123`, once the listener runs; `None` when the target could not reach it
    /// or no port could be had.
    pub async fn address(&self) -> Option<&str> {
        self.running().await.map(|running| running.base.as_str())
    }

    /// The call for this word, which is the first segment of the path, waiting a little for it.
    pub async fn call(&self, word: &str, within: Duration) -> Option<Call> {
        let running = self.running().await?;
        let wait = async {
            loop {
                let news = running.calls.news.notified();
                if let Some(call) = running.calls.of(word) {
                    return call;
                }
                news.await;
            }
        };
        timeout(within, wait).await.ok()
    }

    /// The calls for these words. When some have not come yet, `others` goes first, and the wait for them ends when so much time
    /// has passed since they were asked for.
    pub async fn calls(&self, words: &[&str], others: impl Future<Output = ()>, within: Duration) -> Vec<Option<Call>> {
        let asked = Instant::now();
        let come = async |within| join_all(words.iter().map(|word| self.call(word, within))).await;
        let calls = come(Duration::ZERO).await;
        if calls.iter().all(Option::is_some) {
            return calls;
        }
        others.await;
        come(within.saturating_sub(asked.elapsed())).await
    }

    /// What the listener answers for this word: another word, so that an echo of the address does not contain it.
    pub fn answer(word: &str) -> String {
        let digest = Sha256::new().chain_update(b"call-back answer\0").chain_update(word.as_bytes()).finalize();
        digest.iter().take(8).map(|byte| char::from(b'a' + byte % 26)).collect()
    }

    async fn running(&self) -> Option<&Running> {
        self.running.get_or_init(|| self.start()).await.as_ref()
    }

    async fn start(&self) -> Option<Running> {
        let (name, port) = match &self.host {
            Some(host) => {
                match host.rsplit_once(':').and_then(|(name, port)| Some((name, port.parse::<u16>().ok()?))) {
                    Some((name, port)) => (name.to_owned(), Some(port)),
                    None => (host.clone(), None),
                }
            }
            None if self.target_is_here => ("127.0.0.1".to_owned(), None),
            None => return None,
        };
        let interface = if self.host.is_some() { "0.0.0.0" } else { "127.0.0.1" };
        let listener = listen(interface, port, self.seed).await?;
        let port = listener.local_addr().ok()?.port();
        let base = format!("http://{name}:{port}");
        let calls = Arc::new(Calls::default());
        let task = tokio::spawn(serve(listener, base.clone(), Arc::clone(&calls)));
        Some(Running { base, calls, task })
    }
}

/// The given port, or one that the seed chooses, or any.
async fn listen(interface: &str, port: Option<u16>, seed: u64) -> Option<TcpListener> {
    const FIRST: u16 = 20_000;
    const SPAN: u64 = 10_000;
    const TRIES: u16 = 8;
    if let Some(port) = port {
        return TcpListener::bind((interface, port)).await.ok();
    }
    let start = FIRST + (seed % SPAN) as u16;
    for port in (start..start + TRIES).chain([0]) {
        if let Ok(listener) = TcpListener::bind((interface, port)).await {
            return Some(listener);
        }
    }
    None
}

async fn serve(listener: TcpListener, base: String, calls: Arc<Calls>) {
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let base: Arc<str> = base.into();
    while let Ok(slot) = Arc::clone(&slots).acquire_owned().await {
        let Ok((stream, peer)) = listener.accept().await else { continue };
        let (base, calls) = (Arc::clone(&base), Arc::clone(&calls));
        tokio::spawn(async move {
            // A caller that is too slow or breaks off has nothing to tell.
            let _ = timeout(PATIENCE, answer(stream, peer.ip(), &base, &calls)).await;
            drop(slot);
        });
    }
}

async fn answer(mut stream: TcpStream, peer: IpAddr, base: &str, calls: &Calls) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut buffer = [0_u8; 1_024];
    while !head.windows(4).any(|w| w == b"\r\n\r\n") && head.len() < HEAD {
        match stream.read(&mut buffer).await? {
            0 => break,
            read => head.extend_from_slice(buffer.get(..read).unwrap_or_default()),
        }
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split_ascii_whitespace().nth(1).unwrap_or("").to_owned();
    let user_agent = head
        .lines()
        .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("user-agent")))
        .map_or_else(String::new, |(_, value)| value.trim().chars().take(200).collect());
    let reply = reply(&path, base);
    // Kept before it is answered: who waits for the answer of the target then finds the call.
    calls.keep(Call { path, peer, user_agent });
    stream.write_all(reply.as_bytes()).await?;
    stream.shutdown().await
}

/// `/{word}` is answered with its answer, `/{word}/to/{host}/{other}` with a redirect to `/{other}` of this listener under another
/// name for its host.
fn reply(path: &str, base: &str) -> String {
    let mut segments = path.trim_start_matches('/').split('/');
    let word = segments.next().unwrap_or("");
    if let (Some("to"), Some(host), Some(other)) = (segments.next(), segments.next(), segments.next()) {
        let port = base.rsplit(':').next().unwrap_or("80");
        let clean =
            |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).collect::<String>();
        let location = format!("http://{}:{port}/{}", clean(host), clean(other));
        return format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let body = Callback::answer(word);
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

impl Calls {
    fn of(&self, word: &str) -> Option<Call> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(word).cloned()
    }

    fn keep(&self, call: Call) {
        let word = call.path.trim_start_matches('/').split(['/', '?']).next().unwrap_or("").to_owned();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < CALLS && word.len() <= 64 {
            seen.entry(word).or_insert(call);
        }
        drop(seen);
        self.news.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    async fn get(address: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nUser-Agent: probe/1\r\n\r\n").as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn a_call_is_kept_and_answered_with_another_word() {
        let callback = Callback::new(None, true, 1);
        let address = callback.address().await.unwrap().to_owned();
        let text = get(&address, "/abcdef").await;
        assert!(text.ends_with(&Callback::answer("abcdef")) && !Callback::answer("abcdef").contains("abcdef"));
        let call = callback.call("abcdef", LONG).await.unwrap();
        assert_eq!((call.path.as_str(), call.user_agent.as_str()), ("/abcdef", "probe/1"));
        assert!(callback.call("never", Duration::ZERO).await.is_none());
    }

    #[tokio::test]
    async fn redirects_stay_with_the_listener() {
        let callback = Callback::new(None, true, 1);
        let address = callback.address().await.unwrap().to_owned();
        let port = address.rsplit(':').next().unwrap();
        let text = get(&address, "/first/to/localhost/second").await;
        assert!(text.contains(&format!("Location: http://localhost:{port}/second\r\n")), "{text}");
        assert!(!reply("/a/to/x\ry/z", "http://h:1").contains("x\ry"));
    }

    #[tokio::test]
    async fn a_target_elsewhere_is_not_called_back_from_without_a_host() {
        assert_eq!(Callback::new(None, false, 1).address().await, None);
    }

    #[tokio::test]
    async fn rubbish_is_survived() {
        let callback = Callback::new(None, true, 2);
        let address = callback.address().await.unwrap().to_owned();
        let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
        // The listener may close before all of it is taken.
        let _ = stream.write_all(&vec![0xff; 3 * HEAD]).await;
        drop(stream);
        assert!(get(&address, "/still").await.contains("200 OK"));
    }
}
