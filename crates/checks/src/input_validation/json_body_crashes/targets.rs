//! Which operations may be sent bodies that they do not expect, and how. Pure.

use model::{Method, Operation, Parameter, Request, Schema, SchemaType, Source, Surface, Target};

use crate::calling::request;
use crate::judging::session_id;
use crate::vocabulary;

/// Declared to need the fields of a JSON object, so that nothing can be made of a body without them, and of a harmless name. PUT without
/// an object in its path replaces the one thing there is.
pub(super) fn needs_fields(operation: &Operation) -> bool {
    let object = |schema: &Schema| {
        schema.kind == SchemaType::Object && !schema.required.is_empty() && !schema.one_of_several && !schema.cut
    };
    let alone = !vocabulary::names_an_object(&operation.path);
    operation.source == Source::Specification
        && (operation.method == Method::POST || operation.method == Method::PUT && !alone)
        && operation.body.as_ref().is_some_and(|body| body.media_type.ends_with("json") && object(&body.schema))
        && !vocabulary::looks_destructive(operation)
}

/// The operation with this body, on an object that does not exist where the path names one.
pub(super) fn request(operation: &Operation, surface: &Surface, target: &Target, nobody: &str, body: &str) -> Request {
    let parameters: Vec<&Parameter> = operation.parameters_in(model::ParameterIn::Path).collect();
    let values: Vec<String> = parameters.iter().map(|p| nothing(p, operation, surface, nobody)).collect();
    let values: Vec<request::Value<'_>> =
        parameters.iter().zip(&values).map(|(parameter, value)| request::Value::of(parameter, value)).collect();
    request::build(operation, surface, target, &values).body("application/json", body).altered("body", "", body).fresh()
}

/// A value that names nothing: of the shape of the ordinary one, and a number that few collections have reached.
fn nothing(parameter: &Parameter, operation: &Operation, surface: &Surface, nobody: &str) -> String {
    const NUMBER: &str = "2147483646";
    let ordinary = request::ordinary(parameter, operation, surface);
    if ordinary.parse::<i64>().is_ok() {
        return NUMBER.to_owned();
    }
    if ordinary.len() >= nobody.len() { session_id::like(&ordinary, nobody) } else { nobody.to_owned() }
}

#[cfg(test)]
mod tests {
    use model::{Body, Scheme};

    use super::*;
    use crate::samples;

    fn taking(method: Method, path: &str, required: &[&str]) -> Operation {
        let required = required.iter().map(|name| (*name).to_owned()).collect();
        let schema = Schema { required, ..Schema::of(SchemaType::Object) };
        let body = Some(Body { media_type: "application/json".to_owned(), schema, required: true });
        Operation { body, ..samples::operation(method, path) }
    }

    #[test]
    fn only_what_needs_fields_is_asked() {
        assert!(needs_fields(&taking(Method::POST, "/authors", &["name"])));
        assert!(needs_fields(&taking(Method::PUT, "/authors/{id}", &["name"])));
        for (operation, why) in [
            (taking(Method::POST, "/authors", &[]), "an empty object may be an author"),
            (taking(Method::PUT, "/settings", &["name"]), "the settings would be gone"),
            (taking(Method::DELETE, "/authors/{id}", &["name"]), "deletes"),
            (taking(Method::POST, "/cache/flush", &["name"]), "flushes"),
            (samples::operation(Method::POST, "/authors"), "no body is declared"),
            (Operation { source: Source::Script, ..taking(Method::POST, "/a", &["name"]) }, "not declared"),
        ] {
            assert!(!needs_fields(&operation), "{why}");
        }
        let mut list = taking(Method::POST, "/authors", &["name"]);
        list.body.iter_mut().for_each(|body| body.schema.kind = SchemaType::Array);
        assert!(!needs_fields(&list), "a list of none may be taken");
    }

    #[test]
    fn objects_in_the_path_do_not_exist() {
        let mut surface = Surface::default();
        let path = |surface: &Surface, operation: &Operation| {
            request(operation, surface, &samples::target(Scheme::Http), "nobodynobody", "7").target
        };
        let operation = taking(Method::PUT, "/authors/{id}", &["name"]);
        assert_eq!(path(&surface, &operation), "/authors/2147483646");
        surface.harvested.insert("authors/id".to_owned(), vec!["3fa85f64-5717-4562-b3fc-2c963f66afa6".to_owned()]);
        let made = path(&surface, &operation);
        assert!(made.len() == 45 && made.matches('-').count() == 4 && !made.contains("3fa85f64"), "{made}");
        surface.harvested.insert("authors/id".to_owned(), vec!["ada".to_owned()]);
        assert_eq!(path(&surface, &operation), "/authors/nobodynobody");
    }
}
