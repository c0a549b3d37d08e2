use model::{Origin, PathPattern, Request};
use percent_encoding::percent_decode_str;

/// Where a scan may send to: its own origin, and hosts that the user named; not the paths that the user excluded.
#[derive(Debug, Clone)]
pub struct Scope {
    origin: Origin,
    hosts: Vec<String>,
    excluded: Vec<PathPattern>,
}

impl Scope {
    /// The target's origin and further hosts, without the paths that match one of these globs or path templates.
    pub fn new(origin: Origin, hosts: Vec<String>, excluded: &[String]) -> Scope {
        let hosts = hosts.into_iter().map(|h| h.to_ascii_lowercase()).collect();
        Scope { origin, hosts, excluded: excluded.iter().map(PathPattern::new).collect() }
    }

    /// Whether a request may be sent.
    pub fn permits(&self, request: &Request) -> bool {
        self.holds(&request.origin) && !self.excludes(request.path())
    }

    /// Whether the user excluded a path, however it is spelled.
    fn excludes(&self, path: &str) -> bool {
        if self.excluded.is_empty() {
            return false;
        }
        let decoded = percent_decode_str(path).decode_utf8_lossy().into_owned();
        let merged = decoded
            .split('/')
            .filter(|segment| !segment.is_empty())
            .fold(String::new(), |path, segment| path + "/" + segment);
        self.excluded.iter().any(|pattern| [path, &decoded, &merged].iter().any(|spelling| pattern.matches(spelling)))
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

#[cfg(test)]
mod tests {
    use model::Scheme;

    use super::*;

    #[test]
    fn excluded_paths_are_out_of_scope_however_they_are_spelled() {
        let origin = Origin { scheme: Scheme::Http, host: "api.example".to_owned(), port: 80 };
        let excluded = ["/reset".to_owned(), "/users/{id}/close".to_owned(), "/internal/*".to_owned()];
        let scope = Scope::new(origin.clone(), Vec::new(), &excluded);
        let permits = |target: &str| scope.permits(&Request::get(&origin, target));
        for target in ["/reset", "/reset?now=1", "//reset", "/%72eset", "/users/7/close", "/internal/a/b"] {
            assert!(!permits(target), "{target}");
        }
        for target in ["/", "/resets", "/users/7", "/users/7/closed", "/internal"] {
            assert!(permits(target), "{target}");
        }
    }
}
