//! Telling what a target says from what it repeats.

use model::{Credential, Identity, Request};
use percent_encoding::percent_decode;

/// Whether the text stands in what was sent, as sent or percent-decoded.
pub fn was_sent(request: &Request, text: &str) -> bool {
    let holds = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes).contains(text) || percent_decode(bytes).decode_utf8_lossy().contains(text)
    };
    holds(request.target.as_bytes())
        || holds(&request.body)
        || request.headers.iter().any(|(_, value)| holds(value))
        || request.altered.iter().any(|altered| altered.value.contains(text))
}

/// Whether the text is part of what an identity proves itself with. Exchanges keep requests without it.
pub fn is_credential_of(identity: &Identity, text: &str) -> bool {
    let secret = identity.credential.as_ref().map(|credential| match credential {
        Credential::Bearer(secret)
        | Credential::Basic { password: secret, .. }
        | Credential::ApiKey { value: secret, .. }
        | Credential::Cookie(secret) => secret,
    });
    secret.into_iter().chain(identity.headers.iter().map(|(_, value)| value)).any(|s| s.expose().contains(text))
}

#[cfg(test)]
mod tests {
    use model::{Origin, Scheme, Secret};

    use super::*;

    #[test]
    fn every_part_of_a_request_counts() {
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let get = |target: &str| Request::get(&origin, target);
        assert!(was_sent(&get("/?q=a%3A%2F%2Fb"), "a://b") && was_sent(&get("/?q=%2F"), "%2F"));
        assert!(was_sent(&get("/").header("X-Key", "k1"), "k1"));
        assert!(was_sent(&get("/").body("text/plain", "some words"), "words"));
        assert!(was_sent(&get("/").altered("path", "id", "{x}"), "{x}"));
        assert!(!was_sent(&get("/items?q=a"), "b"));
    }

    #[test]
    fn credentials_are_known() {
        let identity = Identity {
            name: "ada".to_owned(),
            credential: Some(Credential::Bearer(Secret::new("sk_live_1"))),
            headers: vec![("X-Tenant".to_owned(), Secret::new("t7"))],
        };
        assert!(is_credential_of(&identity, "sk_live_1") && is_credential_of(&identity, "t7"));
        assert!(!is_credential_of(&identity, "sk_live_2"));
    }
}
