//! Which operations may be sent bodies that they do not expect, and how. Pure.

use model::{Method, Operation, Parameter, Request, Schema, SchemaType, Source, Surface, Target};

use crate::calling::request;
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

/// The operation with this body, on an object that does not exist where the path names one: `nobody` makes an id of the shape of
/// another.
pub(super) fn request(
    operation: &Operation,
    surface: &Surface,
    target: &Target,
    nobody: &dyn Fn(&str) -> String,
    body: &str,
) -> Request {
    let parameters: Vec<&Parameter> = operation.parameters_in(model::ParameterIn::Path).collect();
    let values: Vec<String> =
        parameters.iter().map(|parameter| nobody(&request::ordinary(parameter, operation, surface))).collect();
    let values: Vec<request::Value<'_>> =
        parameters.iter().zip(&values).map(|(parameter, value)| request::Value::of(parameter, value)).collect();
    request::build(operation, surface, target, &values).body("application/json", body).altered("body", "", body).fresh()
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
            let nobody = |like: &str| format!("nobody-like-{like}");
            request(operation, surface, &samples::target(Scheme::Http), &nobody, "7").target
        };
        let operation = taking(Method::PUT, "/authors/{id}", &["name"]);
        assert_eq!(path(&surface, &operation), "/authors/nobody-like-1");
        surface.harvested.insert("authors/id".to_owned(), vec!["ada".into()]);
        assert_eq!(path(&surface, &operation), "/authors/nobody-like-ada");
    }
}
