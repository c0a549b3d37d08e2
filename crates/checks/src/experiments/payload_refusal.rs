//! What "nothing found" means when payloads were sent: that it holds, or that nobody heard them.

use std::sync::Arc;

use model::{Exchange, NotTested};

use crate::judging::access;
use crate::judging::response_fingerprint::ResponseFingerprint;
use crate::text::percent;
use crate::{Findings, OperationProbe};

/// What [`heard`] sends at most.
pub const REQUESTS: u32 = 1;

/// How firewalls refuse a request for what is in it: by RFC 9110, and by habit.
const REFUSALS: [u16; 5] = [403, 406, 418, 444, 999];

/// The end of a detector that sends payloads. An operation that fails with them exactly as it does without has not got as far as to
/// use its parameters; and where half of the payloads or more were refused, the last of these is sent once more in a parameter that the operation does
/// not have: whoever refuses it there too is not the application.
///
/// # Errors
/// Why nothing was learned, if nothing was found.
pub async fn end(probe: &OperationProbe<'_>, found: &Findings) -> Result<(), NotTested> {
    unless(probe, !found.is_empty()).await
}

/// The same, unless something is known to have come of the payloads.
///
/// # Errors
/// Why nothing was learned.
pub async fn unless(probe: &OperationProbe<'_>, effective: bool) -> Result<(), NotTested> {
    if effective {
        return Ok(());
    }
    let plain = probe.plain()?;
    let payloads = probe.payloads();
    if payloads.iter().all(|response| works(response).is_err() && is_unmoved(plain, response)) {
        works(plain)?;
    }
    filtered(probe).await
}

/// The second half of [`end`]: whether something before the application refused every payload.
///
/// # Errors
/// [`NotTested::Inconclusive`] when it did.
pub async fn filtered(probe: &OperationProbe<'_>) -> Result<(), NotTested> {
    let plain = probe.plain()?;
    let payloads = probe.payloads();
    // What slips through beside them are the controls: the half without a quotation mark or a path in it.
    let refused: Vec<_> = payloads.iter().filter(|response| is_refusal(plain, response)).collect();
    let Some(last) = refused.last().filter(|_| refused.len() * 2 >= payloads.len()) else { return Ok(()) };
    let payload = last.request.altered.first().map_or("", |altered| altered.value.as_str());
    let name = probe.canary("no parameter");
    let mut request = probe.request().altered("query", &name, payload);
    let joint = if request.target.contains('?') { '&' } else { '?' };
    request.target = format!("{}{joint}{name}={}", request.target, percent::encode(payload));
    let control: Arc<Exchange> = probe.response_to(request).await?;
    if control.status() == last.status() {
        return Err(NotTested::inconclusive(format!(
            "something before the application refuses what was sent ({})",
            last.status()
        )));
    }
    Ok(())
}

/// Whether a call gets as far as to use its parameters.
///
/// # Errors
/// [`NotTested::NoCredentials`] when it ends at a login, [`NotTested::Inconclusive`] when it fails.
pub fn works(call: &Exchange) -> Result<(), NotTested> {
    match call.status() {
        _ if access::is_refused(call) => Err(NotTested::NoCredentials),
        status @ 400.. => Err(NotTested::inconclusive(format!("the ordinary call returns {status}"))),
        _ => Ok(()),
    }
}

/// Whether the answer is that of the ordinary call, word for word.
fn is_unmoved(plain: &Exchange, response: &Exchange) -> bool {
    let sent: Vec<&str> = response.request.altered.iter().map(|altered| altered.value.as_str()).collect();
    ResponseFingerprint::of_all(response, &sent, "") == ResponseFingerprint::plain(plain)
}

fn is_refusal(plain: &Exchange, response: &Exchange) -> bool {
    REFUSALS.contains(&response.status()) && response.status() != plain.status()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn failing_calls_use_no_parameters() {
        assert_eq!(works(&exchange("/", 200, "{}")), Ok(()));
        assert_eq!(works(&answered("/", 302, &[("Location", "/start")], "")), Ok(()));
        assert_eq!(works(&exchange("/", 401, "{}")), Err(NotTested::NoCredentials));
        assert_eq!(works(&answered("/", 302, &[("Location", "/login?next=/")], "")), Err(NotTested::NoCredentials));
        for status in [400, 404, 405, 422, 500] {
            assert!(matches!(works(&exchange("/", status, "{}")), Err(NotTested::Inconclusive(_))), "{status}");
        }
    }

    #[test]
    fn another_failure_is_an_answer() {
        let plain = exchange("/", 500, r#"{"error":"invalid URL"}"#);
        assert!(is_unmoved(&plain, &exchange("/", 500, r#"{"error":"invalid URL"}"#)));
        assert!(!is_unmoved(&plain, &exchange("/", 500, r#"{"error":"no such scheme"}"#)));
        assert!(!is_unmoved(&plain, &exchange("/", 400, r#"{"error":"invalid URL"}"#)));
    }

    #[test]
    fn a_firewall_refuses_what_the_ordinary_call_is_not_refused() {
        let plain = exchange("/", 200, "{}");
        assert!(is_refusal(&plain, &exchange("/", 403, "<h1>blocked</h1>")));
        assert!(!is_refusal(&plain, &exchange("/", 400, "{}")), "the application's own");
        assert!(!is_refusal(&exchange("/", 403, "{}"), &exchange("/", 403, "{}")));
    }
}
