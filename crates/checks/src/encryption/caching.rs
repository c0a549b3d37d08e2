//! What an answer says about being stored (RFC 9111).

use model::Exchange;

/// Who may store an answer, by its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caching {
    /// Nobody: `no-store`; or nobody without asking again: `no-cache`.
    Forbidden,
    /// Only the client itself.
    Private,
    /// Shared caches too: `public`, `s-maxage`, or a `max-age` above zero.
    Shared,
    /// It says nothing.
    Unsaid,
}

impl Caching {
    /// Reads `Cache-Control` and the older `Pragma`.
    pub(super) fn of(exchange: &Exchange) -> Caching {
        let Some(response) = exchange.response() else { return Caching::Unsaid };
        let header = response.header_all("cache-control").collect::<Vec<_>>().join(",").to_ascii_lowercase();
        let directives: Vec<(&str, u64)> = header
            .split(',')
            .map(|directive| directive.split_once('=').unwrap_or((directive, "")))
            .map(|(name, value)| (name.trim(), value.trim().trim_matches('"').parse().unwrap_or(0)))
            .collect();
        let has = |wanted: &str| directives.iter().any(|(name, _)| *name == wanted);
        let lasts = |wanted: &str| directives.iter().any(|(name, seconds)| *name == wanted && *seconds > 0);
        if has("no-store") || has("no-cache") {
            Caching::Forbidden
        } else if has("private") {
            Caching::Private
        } else if has("public") || lasts("s-maxage") || lasts("max-age") {
            Caching::Shared
        } else if response.header("pragma").is_some_and(|value| value.eq_ignore_ascii_case("no-cache")) {
            Caching::Forbidden
        } else {
            Caching::Unsaid
        }
    }
}

/// Whether caches have to tell answers apart by the request's cookies.
pub(super) fn varies_by_cookie(exchange: &Exchange) -> bool {
    let Some(response) = exchange.response() else { return false };
    response.header_all("vary").flat_map(|header| header.split(',')).any(|name| {
        let name = name.trim();
        name == "*" || name.eq_ignore_ascii_case("cookie")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn directives_are_read_in_any_case() {
        let of = |value: &str| Caching::of(&answered("/", 200, &[("Cache-Control", value)], ""));
        assert_eq!(of("Public, Max-Age=60"), Caching::Shared);
        assert_eq!(of("max-age=0, must-revalidate"), Caching::Unsaid);
        assert_eq!(of("private, max-age=60"), Caching::Private);
        assert_eq!(of("no-cache"), Caching::Forbidden);
        assert!(varies_by_cookie(&answered("/", 200, &[("Vary", "Accept, COOKIE")], "")));
        assert!(!varies_by_cookie(&answered("/", 200, &[("Vary", "Accept")], "")));
    }
}
