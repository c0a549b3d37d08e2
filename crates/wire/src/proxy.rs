use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Failure, Origin};
use percent_encoding::percent_decode_str;

/// An HTTP proxy for everything: plain requests go to it in absolute form, TLS through a tunnel (RFC 9110, section 9.3.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The value of `Proxy-Authorization`, if its URL has credentials.
    pub(crate) authorization: Option<String>,
}

impl Proxy {
    /// Reads `http://[user:password@]host[:port]`; the text of an error is one line without the URL, which may hold a password.
    pub(crate) fn parse(url: &str) -> Result<Proxy, String> {
        let url = url::Url::parse(url).map_err(|error| format!("not a URL ({error})"))?;
        if url.scheme() != "http" {
            return Err(format!("only http:// proxies can be used, not {}://", url.scheme()));
        }
        let host = url.host_str().ok_or("it names no host")?.trim_matches(['[', ']']).to_owned();
        let authorization = (!url.username().is_empty()).then(|| {
            let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let pair = format!("{}:{}", plain(url.username()), plain(url.password().unwrap_or("")));
            format!("Basic {}", STANDARD.encode(pair))
        });
        Ok(Proxy { host, port: url.port_or_known_default().unwrap_or(80), authorization })
    }

    /// Why it did not pass on what it was asked. It is named, so that nobody looks for the fault at the target.
    pub(crate) fn failed(&self, why: &str) -> Failure {
        Failure::Proxy(format!("the proxy {} (--proxy) {why}", self.name()))
    }

    /// Why it cannot be reached.
    pub(crate) fn unreachable(&self, failure: &Failure) -> Failure {
        self.failed(&format!("cannot be reached: {failure}"))
    }

    /// What it means that it answers a request for a tunnel with this status.
    pub(crate) fn refused(&self, status: u16) -> Failure {
        self.failed(&match status {
            407 => "wants credentials (407); write them into its URL, http://user:password@host:port".to_owned(),
            500.. => format!("cannot reach the target (it returned {status})"),
            _ => format!("does not let the scan pass to the target (it returned {status})"),
        })
    }

    /// Host and port, never its credentials.
    fn name(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// What asks it for a tunnel to the origin.
    pub(crate) fn connect_head(&self, origin: &Origin) -> String {
        let host = if origin.host.contains(':') { format!("[{}]", origin.host) } else { origin.host.clone() };
        let authority = format!("{host}:{}", origin.port);
        let authorization =
            self.authorization.as_ref().map_or_else(String::new, |value| format!("Proxy-Authorization: {value}\r\n"));
        format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{authorization}\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxy_urls() {
        let proxy = |host: &str, port, authorization: Option<&str>| {
            Ok(Proxy { host: host.to_owned(), port, authorization: authorization.map(str::to_owned) })
        };
        assert_eq!(Proxy::parse("http://127.0.0.1:8080"), proxy("127.0.0.1", 8080, None));
        assert_eq!(Proxy::parse("http://[::1]:3128/"), proxy("::1", 3128, None));
        assert_eq!(Proxy::parse("http://me:a%40b@proxy"), proxy("proxy", 80, Some("Basic bWU6YUBi")));
        for wrong in ["", "proxy:8080", "socks5://proxy", "https://proxy"] {
            assert!(Proxy::parse(wrong).is_err(), "{wrong}");
        }
    }
}
