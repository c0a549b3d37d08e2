//! Which parameters of an operation a payload may go into, and how it is put there.

use model::{NotTested, Operation, Parameter, ParameterIn, Request, SchemaType, Source};

use crate::OperationProbe;
use crate::calling::request;
use crate::vocabulary::List;

/// Most parameters of one operation that are asked about one by one.
pub const MOST: usize = 4;

/// The parameters that payloads may go into: everything but reserved headers, credentials and cookies.
pub fn all(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().filter(|p| match p.place {
        ParameterIn::Path | ParameterIn::Query => true,
        ParameterIn::Header => !List::ReservedHeader.has(&p.name.to_ascii_lowercase()),
        ParameterIn::Cookie => false,
    })
}

/// Those that may take any text. What a document declares as a number, a choice or a strict format does not.
pub fn texts(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    all(operation).filter(|p| takes_text(p, operation))
}

/// Whether a parameter may take any text.
pub fn takes_text(parameter: &Parameter, operation: &Operation) -> bool {
    let schema = &parameter.schema;
    // A kind or a choice that was only read off a link or a form says what a browser sends, not what is taken.
    let declared = operation.source == Source::Specification;
    let kind = matches!(schema.kind, SchemaType::String | SchemaType::Any | SchemaType::Array);
    let strict = schema.format.as_deref().is_some_and(|format| List::StrictFormat.has(format));
    (!declared || kind && schema.enumeration.is_empty()) && !strict
}

/// Whether the operation is one that can be asked with payloads at all: GET, and takes text somewhere.
pub fn takes_any_text(operation: &Operation) -> bool {
    operation.method == model::Method::GET && texts(operation).next().is_some()
}

/// Whether payloads can reach the operation at all.
///
/// # Errors
/// [`NotTested::NoCredentials`] when the ordinary call is refused without them, and as [`OperationProbe::plain`].
pub fn reachable(probe: &OperationProbe<'_>) -> Result<(), NotTested> {
    match probe.plain()?.status() {
        401 | 403 | 407 => Err(NotTested::NoCredentials),
        _ => Ok(()),
    }
}

/// The value that an ordinary client would send for a parameter.
pub fn ordinary(probe: &OperationProbe<'_>, parameter: &Parameter) -> String {
    request::ordinary(parameter, probe.operation, probe.surface)
}

/// The operation with one payload in one parameter.
pub fn with(probe: &OperationProbe<'_>, parameter: &Parameter, payload: &str) -> Request {
    probe.request_with(&[request::Value::of(parameter, payload)])
}

/// The same with a payload that is already encoded as it is to be sent.
pub fn with_raw(probe: &OperationProbe<'_>, parameter: &Parameter, payload: &str) -> Request {
    probe.request_with(&[request::Value { raw: true, ..request::Value::of(parameter, payload) }])
}

#[cfg(test)]
mod tests {
    use model::{Method, Schema};

    use super::*;

    #[test]
    fn a_declared_number_takes_no_text_but_a_seen_one_may() {
        let number = Parameter {
            name: "page".to_owned(),
            place: ParameterIn::Query,
            required: false,
            schema: Schema::of(SchemaType::Integer),
            example: None,
            repeated: false,
        };
        let mut operation = Operation::undeclared(Method::GET, "/", Source::Specification);
        assert!(!takes_text(&number, &operation));
        operation.source = Source::Link;
        assert!(takes_text(&number, &operation));
        let mut choice = number.clone();
        choice.schema.enumeration = vec!["a".into()];
        assert!(takes_text(&choice, &operation), "a choice of a form binds the browser only");
        operation.source = Source::Specification;
        choice.schema.kind = SchemaType::String;
        assert!(!takes_text(&choice, &operation));
        let host = Parameter { name: "Host".to_owned(), place: ParameterIn::Header, ..number };
        operation.parameters = vec![host];
        assert_eq!(all(&operation).count(), 0);
    }
}
