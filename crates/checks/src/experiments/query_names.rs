//! A made-up credential in the address under all the usual names at once: whether it is read, and whether it is repeated, shows in one
//! response.

use model::Request;

use crate::TargetProbe;
use crate::canary::canary;

/// What parameters that take credentials are called.
pub const NAMES: [&str; 8] = ["access_token", "token", "api_key", "apikey", "api-key", "key", "auth_token", "jwt"];

/// A credential that nobody issued, the same for every rule.
pub fn made_up(probe: &TargetProbe<'_>) -> String {
    canary(probe.target.seed, &["credential in the address"])
}

/// The request with the value under these names. The value is not noted as payload, which is shown in reports; that there is one is.
pub fn with(request: &Request, names: &[&str], value: &str) -> Request {
    let mut request = request.clone();
    for name in names {
        let mut pair = url::form_urlencoded::Serializer::new(String::new());
        pair.append_pair(name, value);
        let mark = if request.target.contains('?') { '&' } else { '?' };
        request.target = format!("{}{mark}{}", request.target, pair.finish());
        request = request.altered("query", name, "a credential");
    }
    request
}
