//! Receivers of web hooks as a specification declares them: operations that other servers call.

use model::{Method, Operation, ParameterIn, Source, Surface};

use crate::vocabulary::words;

/// Path words of a receiver, and of what only sounds like one: the return from a login elsewhere.
const RECEIVES: [&str; 8] = ["webhook", "webhooks", "hook", "hooks", "callback", "callbacks", "ipn", "postback"];
const LOGIN: [&str; 9] = ["oauth", "oauth2", "auth", "login", "sso", "oidc", "saml", "openid", "authorize"];

/// Fields by which a client registers a web hook of its own; such an operation is no receiver.
const REGISTERS: [&str; 9] = [
    "url",
    "callback_url",
    "callbackurl",
    "target_url",
    "targeturl",
    "webhook_url",
    "webhookurl",
    "endpoint",
    "events",
];

/// Parts of the names under which signatures and shared secrets are sent.
const SIGNATURE: [&str; 9] =
    ["signature", "hmac", "x-hub-", "svix-", "digest", "x-signed", "secret", "gitlab-token", "verification"];

/// Parts of the names of what makes a delivery unique or dates it.
const UNIQUE: [&str; 9] =
    ["timestamp", "nonce", "delivery", "event-id", "event_id", "request-id", "idempotency", "webhook-id", "svix-id"];

/// Signature headers that hold the time themselves.
const DATED_SIGNATURES: [&str; 4] = ["stripe-signature", "paddle-signature", "x-zm-signature", "t-signature"];

/// Body fields that make a delivery unique or date it.
const UNIQUE_FIELDS: [&str; 12] = [
    "id",
    "event_id",
    "eventid",
    "delivery_id",
    "timestamp",
    "created",
    "created_at",
    "occurred_at",
    "nonce",
    "time",
    "sent_at",
    "webhook_id",
];

/// The receivers that the specification declares.
pub(super) fn receivers(surface: &Surface) -> impl Iterator<Item = &Operation> {
    surface.operations.iter().map(AsRef::as_ref).filter(|operation| is_receiver(operation, surface))
}

/// Whether the operation is a receiver: a declared POST whose path says so, that registers nothing and lists nothing.
pub(super) fn is_receiver(operation: &Operation, surface: &Surface) -> bool {
    receives(operation) && !is_listed(operation, surface)
}

/// Whether the path can be read as well. The operations of a surface are sorted by path; there may be very many.
fn is_listed(operation: &Operation, surface: &Surface) -> bool {
    let from = surface.operations.partition_point(|o| o.path < operation.path);
    surface.operations[from..].iter().take_while(|o| o.path == operation.path).any(|o| o.method == Method::GET)
}

/// Whether what is declared of the operation itself is a receiver's.
fn receives(operation: &Operation) -> bool {
    let path: Vec<String> = words(&operation.path).collect();
    let says = |list: &[&str]| path.iter().any(|word| list.contains(&word.as_str()));
    operation.method == Method::POST
        && operation.source == Source::Specification
        && says(&RECEIVES)
        && !says(&LOGIN)
        && !fields(operation).any(|field| REGISTERS.contains(&field.as_str()))
}

fn fields(operation: &Operation) -> impl Iterator<Item = String> {
    operation.body.iter().flat_map(|body| body.schema.properties.keys()).map(|name| name.to_ascii_lowercase())
}

fn parameters(operation: &Operation) -> impl Iterator<Item = String> {
    let sent = operation.parameters.iter().filter(|p| matches!(p.place, ParameterIn::Header | ParameterIn::Query));
    sent.map(|p| p.name.to_ascii_lowercase())
}

/// Whether a signature or shared secret is declared, as a parameter, a field or in words.
pub(super) fn declares_signature(operation: &Operation) -> bool {
    let named = |name: String| SIGNATURE.iter().any(|part| name.contains(part));
    let said = operation.summary.to_ascii_lowercase();
    parameters(operation).any(named)
        || fields(operation).any(named)
        || ["signature", "signed", "hmac", "shared secret"].iter().any(|word| said.contains(word))
}

/// Whether a time or number that makes a delivery unique is declared, as a parameter, a field or in words.
pub(super) fn declares_uniqueness(operation: &Operation) -> bool {
    let said = operation.summary.to_ascii_lowercase();
    parameters(operation)
        .any(|name| UNIQUE.iter().any(|part| name.contains(part)) || DATED_SIGNATURES.contains(&name.as_str()))
        || fields(operation).any(|name| UNIQUE_FIELDS.contains(&name.as_str()))
        || ["replay", "timestamp", "idempoten", "only once"].iter().any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use model::{Body, Schema, SchemaType};

    use super::*;
    use crate::samples;

    fn is_one(method: Method, path: &str, names: &[&str]) -> bool {
        let mut schema = Schema::of(SchemaType::Object);
        for name in names {
            schema.properties.insert((*name).to_owned(), Schema::of(SchemaType::String));
        }
        let mut operation = samples::operation(method, path);
        operation.body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        receivers(&samples::surface(vec![operation])).next().is_some()
    }

    #[test]
    fn receivers_are_told_from_registrations_and_logins() {
        assert!(is_one(Method::POST, "/api/v2/webhooks/payments", &["event"]));
        assert!(is_one(Method::POST, "/hooks/{provider}", &[]));
        assert!(!is_one(Method::POST, "/webhooks", &["url", "events"]));
        assert!(!is_one(Method::POST, "/oauth/callback", &["code"]));
        assert!(!is_one(Method::GET, "/webhooks/payments", &[]));
        assert!(!is_one(Method::POST, "/fishing-hookups", &[]));
        let both = [samples::operation(Method::GET, "/hooks"), samples::operation(Method::POST, "/hooks")];
        assert_eq!(receivers(&samples::surface(both.to_vec())).count(), 0);
    }
}
