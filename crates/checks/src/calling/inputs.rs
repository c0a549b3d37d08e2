//! Which parameters of an operation a payload may go into, and how it is put there.

use model::{NotTested, Operation, Parameter, ParameterIn, Request, Schema, SchemaType, Source};

use crate::OperationProbe;
use crate::calling::request;
use crate::vocabulary::List;

/// Most parameters of one operation that are asked about one by one.
pub const MOST: usize = 4;

/// The parameters that payloads may go into: everything but reserved headers, credentials, cookies, and paths that name what would be
/// changed.
pub fn all(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().filter(|p| match p.place {
        ParameterIn::Query | ParameterIn::Body => true,
        ParameterIn::Path => operation.method.is_safe(),
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

/// The operation as rules see it that also put payloads into bodies: the fields of its body are parameters beside the others.
#[must_use]
pub fn with_fields_of_body(operation: &Operation) -> Operation {
    let mut all = operation.clone();
    all.parameters.extend(fields_of_body(operation));
    all
}

/// The fields of a body that a payload may stand in: texts and numbers of an object. What names the object that is meant, and what a form
/// carries to prove where it comes from, stays as it is.
pub fn fields_of_body(operation: &Operation) -> impl Iterator<Item = Parameter> {
    let is_form = operation.source == Source::Form;
    let takes = move |name: &str, schema: &Schema| {
        let kind =
            matches!(schema.kind, SchemaType::String | SchemaType::Any | SchemaType::Integer | SchemaType::Number);
        let names = ["id", "_id", "uuid", "guid", "_method"].iter().any(|id| name.eq_ignore_ascii_case(id));
        let is_token = is_form && List::FormToken.is_in(&name.to_ascii_lowercase());
        kind && !names && !is_token && !schema.read_only && schema.format.as_deref() != Some("binary")
    };
    let declared = operation.body.iter().filter(|body| is_of_fields(&body.media_type)).map(|body| &body.schema);
    declared.flat_map(move |object| {
        let fields = object.properties.iter().filter(move |(name, schema)| takes(name, schema));
        fields.map(|(name, schema)| Parameter {
            name: name.clone(),
            place: ParameterIn::Body,
            required: object.required.contains(name),
            schema: schema.clone(),
            example: schema.example.as_ref().and_then(|example| example.as_str().map(str::to_owned)),
            repeated: false,
        })
    })
}

/// JSON, and the two encodings of forms.
fn is_of_fields(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    essence.ends_with("json") || essence.ends_with("/*") || ["", FORM, "multipart/form-data"].contains(&&*essence)
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Whether a field of the operation's body may take any text.
pub fn body_takes_text(operation: &Operation) -> bool {
    fields_of_body(operation).any(|field| takes_text(&field, operation))
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
    fn fields_of_bodies_take_payloads_but_what_names_the_object_or_proves_the_page() {
        let fields = |source, media_type: &str, names: &[(&str, Schema)]| {
            let properties = names.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
            let schema = Schema { properties, ..Schema::of(SchemaType::Object) };
            let body = Some(model::Body { media_type: media_type.to_owned(), schema, required: true });
            let operation = Operation { body, ..Operation::undeclared(Method::POST, "/", source) };
            let operation = with_fields_of_body(&operation);
            all(&operation).map(|field| field.name.clone()).collect::<Vec<_>>()
        };
        let text = || Schema::of(SchemaType::String);
        let file = Schema { format: Some("binary".to_owned()), ..text() };
        let names = [("csrf_token", text()), ("entry", text()), ("ID", text()), ("n", Schema::of(SchemaType::Integer))];
        assert_eq!(fields(Source::Form, FORM, &names), ["entry", "n"]);
        assert_eq!(fields(Source::Specification, "application/problem+json", &names), ["csrf_token", "entry", "n"]);
        let others = [("flag", Schema::of(SchemaType::Boolean)), ("file", file), ("title", text())];
        assert_eq!(fields(Source::Specification, "multipart/form-data; boundary=x", &others), ["title"]);
        assert!(fields(Source::Specification, "text/plain", &names).is_empty());
    }

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
