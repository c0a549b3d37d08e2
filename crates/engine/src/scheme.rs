//! URLs without a scheme, as people type them.

use crate::{RequestError, ScanBuilder};

/// The request with `https://` or `http://` before its URL, and what to say of that; as it is, where the URL has a scheme.
///
/// HTTPS is tried first, with one request that carries no credentials. Only where nothing responds to that, and no credentials are to be
/// sent, the scan goes over plain HTTP.
///
/// # Errors
/// Nothing responds over HTTPS, and credentials are not sent over plain HTTP unless the URL asks for it; or something in the request
/// cannot be used.
pub async fn complete(builder: ScanBuilder) -> Result<(ScanBuilder, Option<String>), RequestError> {
    let given = builder.request().url.clone();
    if !is_bare(&given) {
        return Ok((builder, None));
    }
    let with = |scheme: &str| {
        let url = format!("{scheme}://{given}");
        builder.clone().with(|request| request.url = url)
    };
    let has_credentials = !builder.request().identities.is_empty();
    let anonymous = with("https").with(|request| {
        request.identities.clear();
        request.act_as = None;
        request.spec = None;
    });
    if anonymous.responds().await? {
        return Ok((with("https"), Some(format!("the URL has no scheme: https://{given} is scanned"))));
    }
    if has_credentials {
        let why = "nothing responds over HTTPS, and credentials go over plain HTTP only if the URL begins with http://";
        return Err(RequestError::Url { given, why: why.to_owned() });
    }
    let said = format!("the URL has no scheme, and nothing responds over HTTPS: http://{given} is scanned");
    Ok((with("http"), Some(said)))
}

/// Whether a text is a host, with a port and a path or without. `mailto:somebody` and `/path` are not.
pub fn is_bare(text: &str) -> bool {
    let authority = text.split(['/', '?', '#']).next().unwrap_or("");
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_port = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    let is_name = host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b) || !b.is_ascii());
    let is_address = host.starts_with('[') && host.ends_with(']');
    !host.is_empty() && is_port && (is_name || is_address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_from_other_texts() {
        for text in ["api.example.com", "localhost:5000", "127.0.0.1:8000/v1?x=http://y", "[::1]:80/", "bücher.example"]
        {
            assert!(is_bare(text), "{text}");
        }
        for text in [
            "https://api.example.com",
            "ftp://x",
            "mailto:somebody",
            "/path",
            "",
            "user:password@host",
            "host:",
            "http:",
        ] {
            assert!(!is_bare(text), "{text}");
        }
    }
}
