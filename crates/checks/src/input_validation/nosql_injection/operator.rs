//! How a query operator gets into a parameter, and what a response says apart from it.

use model::{Exchange, ParameterIn};

use crate::OperationProbe;
use crate::judging::response_fingerprint::ResponseFingerprint;

/// How an operator is written into a query string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// `name={"$ne":"x"}`, for applications that parse JSON in values.
    Json,
    /// `name[$ne]=x`, which PHP and Express make an object of.
    Brackets,
    /// An object in the place of a text, in a body that is JSON.
    Member,
}

/// Whether the body that payloads go into is JSON.
pub(super) fn takes_json(probe: &OperationProbe<'_>) -> bool {
    let in_body = probe.operation.parameters_in(ParameterIn::Body).next().is_some();
    in_body && probe.operation.body.as_ref().is_some_and(|body| body.media_type.ends_with("json"))
}

/// What an answer says, without an echo of what was asked.
pub(super) fn fingerprint(exchange: &Exchange, word: &str) -> ResponseFingerprint {
    ResponseFingerprint::of_all(exchange, &[word, "$ne", "$eq", "$zz", "$qq"], "")
}
