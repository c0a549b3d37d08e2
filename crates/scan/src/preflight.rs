//! What is asked of an https target before anything else: its TLS, and whether plain HTTP leads to it.

use std::sync::Arc;

use model::{Exchange, Failure, OrderKey, Origin, Request, Round, Scheme, Surface, Target};
use wire::{Lease, Wire};

/// The plain origin beside an https target on its default port. On any other port there is no plain HTTP to expect.
fn plain_origin(origin: &Origin) -> Option<Origin> {
    (origin.scheme == Scheme::Https && origin.port == Scheme::Https.default_port()).then(|| Origin {
        scheme: Scheme::Http,
        port: Scheme::Http.default_port(),
        host: origin.host.clone(),
    })
}

/// Asks for the target's own path over plain HTTP, without credentials and without following where it leads.
pub(crate) async fn plain_http(target: &Target, wire: &Wire) -> Option<Arc<Exchange>> {
    let request = Request::get(&plain_origin(&target.origin)?, &target.path);
    let key = OrderKey { round: Round::Preflight, check: 0, operation: 0, step: 0 };
    wire.send(request, &Lease::reading(wire.budget(), 1), key).await.ok()
}

/// Whether there is a response to one anonymous request, be it that a certificate is wanted first.
pub(crate) async fn responds(target: &Target, wire: &Wire) -> bool {
    let request = Request::get(&target.origin, &target.path).anonymous();
    let key = OrderKey { round: Round::Preflight, check: 0, operation: 0, step: 0 };
    let exchange = wire.send(request, &Lease::reading(wire.budget(), 1), key).await;
    let is_there = |failure: &Failure| {
        matches!(failure, Failure::ClientCertificateWanted | Failure::ClientCertificateRefused | Failure::Untrusted(_))
    };
    exchange.is_ok_and(|exchange| exchange.failure().is_none_or(is_there))
}

/// Puts what the first connection showed on the surface.
pub(crate) fn tls(surface: &mut Surface, target: &Target, wire: &Wire) {
    surface.tls = wire.tls_facts(&target.origin);
    if surface.tls.as_ref().is_some_and(|facts| facts.wants_certificate) {
        surface.notes.push(WANTS_CERTIFICATE.to_owned());
    }
}

/// What is said of a server that asks for a certificate and may go on without one.
const WANTS_CERTIFICATE: &str =
    "the server asks for a client certificate, and the scan had none; what it opens was not seen (--client-cert)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_default_port_has_a_plain_one_beside_it() {
        let origin = |scheme, port| Origin { scheme, host: "api.example".to_owned(), port };
        assert_eq!(plain_origin(&origin(Scheme::Https, 443)), Some(origin(Scheme::Http, 80)));
        assert_eq!(plain_origin(&origin(Scheme::Https, 8443)), None);
        assert_eq!(plain_origin(&origin(Scheme::Http, 80)), None);
    }
}
