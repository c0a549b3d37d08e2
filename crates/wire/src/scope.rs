use model::Origin;

/// Which origins a scan may send to: its own, and hosts that the user named.
#[derive(Debug, Clone)]
pub struct Scope {
    origin: Origin,
    hosts: Vec<String>,
}

impl Scope {
    /// The target's origin and further hosts.
    pub fn new(origin: Origin, hosts: Vec<String>) -> Scope {
        let hosts = hosts.into_iter().map(|h| h.to_ascii_lowercase()).collect();
        Scope { origin, hosts }
    }

    /// Whether requests may go there. The same host with the scheme's other default port is in scope: whether plain HTTP
    /// redirects to HTTPS is a question about the target itself.
    pub fn holds(&self, origin: &Origin) -> bool {
        let same_host = origin.host == self.origin.host;
        let default_port = origin.port == origin.scheme.default_port();
        (same_host
            && (origin.port == self.origin.port
                || default_port && self.origin.port == self.origin.scheme.default_port()))
            || self.hosts.contains(&origin.host)
            || self.hosts.contains(&format!("{}:{}", origin.host, origin.port))
    }
}
