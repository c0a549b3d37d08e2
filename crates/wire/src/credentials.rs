use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Credential, Identity, ParameterIn, Request};

/// Adds an identity's credentials to what goes on the wire. The exchange keeps the request without them.
pub fn apply(identity: &Identity, request: &mut Request) {
    match &identity.credential {
        None => {}
        Some(Credential::Bearer(token)) => {
            request.headers.push(("Authorization".to_owned(), format!("Bearer {}", token.expose()).into_bytes()));
        }
        Some(Credential::Basic { username, password }) => {
            let pair = STANDARD.encode(format!("{username}:{}", password.expose()));
            request.headers.push(("Authorization".to_owned(), format!("Basic {pair}").into_bytes()));
        }
        Some(Credential::Cookie(cookie)) => add_cookie(request, cookie.expose()),
        Some(Credential::ApiKey { place, name, value }) => match place {
            // No credential is sent in a path or a body.
            ParameterIn::Query | ParameterIn::Path | ParameterIn::Body => {
                let joint = if request.target.contains('?') { '&' } else { '?' };
                request.target = format!("{}{joint}{name}={}", request.target, value.expose());
            }
            ParameterIn::Cookie => add_cookie(request, &format!("{name}={}", value.expose())),
            ParameterIn::Header => {
                request.headers.push((name.clone(), value.expose().as_bytes().to_vec()));
            }
        },
    }
    for (name, value) in &identity.headers {
        request.headers.push((name.clone(), value.expose().as_bytes().to_vec()));
    }
}

fn add_cookie(request: &mut Request, cookie: &str) {
    if let Some((_, value)) = request.headers.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case("cookie")) {
        value.extend_from_slice(b"; ");
        value.extend_from_slice(cookie.as_bytes());
    } else {
        request.headers.push(("Cookie".to_owned(), cookie.as_bytes().to_vec()));
    }
}

/// The secrets of an identity.
pub(crate) fn secrets(identity: &Identity) -> impl Iterator<Item = &str> {
    let secret = identity.credential.as_ref().map(|credential| match credential {
        Credential::Bearer(secret)
        | Credential::Basic { password: secret, .. }
        | Credential::ApiKey { value: secret, .. }
        | Credential::Cookie(secret) => secret.expose(),
    });
    secret.into_iter().chain(identity.headers.iter().map(|(_, value)| value.expose()))
}
