//! One line for each exchange.

use model::{Exchange, Redacted, Redactor};

/// `GET http://127.0.0.1:5000/users?page=1 as default: 200, 1234 bytes, 12 ms`; the reason in the place of the status where there is no response.
pub(crate) fn line(exchange: &Exchange, redactor: &Redactor) -> Redacted {
    let request = &exchange.request;
    let outcome = match (exchange.response(), exchange.failure()) {
        (Some(response), _) => format!("{}, {} bytes", response.status, response.body_len()),
        (None, Some(failure)) => failure.to_string(),
        (None, None) => String::new(),
    };
    let identity = request.identity.as_deref().map_or_else(String::new, |name| format!(" as {name}"));
    let milliseconds = exchange.elapsed_us / 1000;
    redactor.text(&format!(
        "{} {}{}{identity}: {outcome}, {milliseconds} ms",
        request.method, request.origin, request.target
    ))
}
