//! Where objects are created, and which operations read them. Pure.

use model::{Method, Operation, Parameter, ParameterIn, PathTemplate, Surface};

use crate::calling::harvested::singular;
use crate::vocabulary::{self, List, Meaning, says};

/// An operation that creates objects, with those that read them.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// `POST` of a collection.
    pub create: &'a Operation,
    /// Reads one object, and the parameter that names it.
    pub read: (&'a Operation, &'a Parameter),
    /// Lists the collection.
    pub list: Option<&'a Operation>,
}

/// The places where a caller may create an object and read it back. Users are no objects of users: they register.
pub fn places(surface: &Surface) -> Vec<Place<'_>> {
    surface.operations.iter().filter(|o| creates(o)).filter_map(|create| place(create, surface)).collect()
}

/// A list, and the operation that reads one of its objects.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// Lists the collection.
    pub list: &'a Operation,
    /// Reads one object.
    pub read: &'a Operation,
    /// The parameter that names it.
    pub parameter: &'a Parameter,
}

/// The lists of which single objects can be read.
pub fn listed(surface: &Surface) -> Vec<Listed<'_>> {
    let gets = || surface.operations.iter().map(AsRef::as_ref).filter(|o: &&Operation| o.method == Method::GET);
    let lists = gets().filter(|o| !o.path.has_parameters() && !o.parameters.iter().any(|p| p.required));
    lists
        .filter_map(|list| {
            let base = stem(&list.path);
            let (read, parameter) = gets().find_map(|read| in_path(read, &base).map(|parameter| (read, parameter)))?;
            Some(Listed { list, read, parameter })
        })
        .collect()
}

fn creates(operation: &Operation) -> bool {
    operation.method == Method::POST
        && operation.body.is_some()
        && !operation.path.has_parameters()
        && !vocabulary::says_registration(&operation.path)
        && ![Meaning::Entrance, Meaning::Login, Meaning::Users].iter().any(|meaning| says(&operation.path, *meaning))
}

fn place<'a>(create: &'a Operation, surface: &'a Surface) -> Option<Place<'a>> {
    let base = base(&create.path);
    let gets = || surface.operations.iter().filter(|o| o.method == Method::GET);
    let by_path = gets().find_map(|o| in_path(o, &base).map(|parameter| (o.as_ref(), parameter)));
    let by_query = || gets().find_map(|o| in_query(o, &base).map(|parameter| (o.as_ref(), parameter)));
    let read = by_path.or_else(by_query)?;
    let lists = |o: &&Operation| {
        stem(&o.path) == base && o.name() != read.0.name() && !o.parameters.iter().any(|parameter| parameter.required)
    };
    Some(Place { create, read, list: gets().map(AsRef::as_ref).find(lists) })
}

/// The collection's path in the singular, without what says that something new is made: `/notes/new`, `/note`.
fn base(path: &str) -> Vec<String> {
    let mut segments = stem(path);
    let makes = |segment: &String| vocabulary::words(segment).all(|word| List::Creation.has(&word));
    segments.pop_if(|segment| makes(segment));
    segments
}

fn stem(path: &str) -> Vec<String> {
    path.split('/').filter(|s| !s.is_empty()).map(|segment| singular(&segment.to_ascii_lowercase())).collect()
}

/// The parameter of a path that ends in an object of the collection.
fn in_path<'a>(operation: &'a Operation, base: &[String]) -> Option<&'a Parameter> {
    let (before, last) = operation.path.trim_end_matches('/').rsplit_once('/')?;
    if !PathTemplate::is_parameter(last) || stem(before) != base {
        return None;
    }
    operation.parameters_in(ParameterIn::Path).next()
}

/// The one that names an object in the query: `/note?id=7`.
fn in_query<'a>(operation: &'a Operation, base: &[String]) -> Option<&'a Parameter> {
    let collection = base.last()?;
    let names_it = |p: &&Parameter| {
        let name = p.name.to_ascii_lowercase();
        let plain = name.strip_prefix(collection.as_str()).unwrap_or(&name).trim_start_matches(['_', '-']);
        ["id", "uuid", "uid"].contains(&plain)
    };
    (stem(&operation.path) == base).then(|| operation.parameters_in(ParameterIn::Query).find(names_it)).flatten()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Body, Schema};

    use super::*;
    use crate::samples;

    fn found(create: &str, reads: &[&str]) -> Option<(String, String, Option<String>)> {
        let body = Some(Body { media_type: String::new(), schema: Schema::default(), required: true });
        let post = Operation { body, ..samples::operation(Method::POST, create) };
        let mut operations = vec![Arc::new(post)];
        for read in reads {
            let mut operation = samples::operation(Method::GET, read.split('?').next().unwrap());
            let query = read.split_once('?').map(|(_, name)| samples::link(name, "1").parameters);
            operation.parameters.extend(query.into_iter().flatten());
            operations.push(Arc::new(operation));
        }
        let surface = Surface { operations: operations.into(), ..Surface::default() };
        places(&surface).first().map(|place| {
            let (read, parameter) = place.read;
            (read.path.to_string(), parameter.name.clone(), place.list.map(|list| list.path.to_string()))
        })
    }

    #[test]
    fn objects_are_read_where_they_are_created() {
        let of = |read: &str, name: &str, list: Option<&str>| {
            Some((read.to_owned(), name.to_owned(), list.map(str::to_owned)))
        };
        assert_eq!(found("/notes", &["/notes", "/notes/{id}"]), of("/notes/{id}", "id", Some("/notes")));
        assert_eq!(found("/note/new", &["/notes/{title}"]), of("/notes/{title}", "title", None));
        assert_eq!(found("/notes/", &["/note?note_id"]), of("/note", "note_id", None));
        assert_eq!(found("/notes", &["/notes/{id}/likes", "/notes?page", "/other/{id}"]), None);
        assert_eq!(found("/users/register", &["/users/{id}"]), None, "who registers is no object of somebody's");
        assert_eq!(found("/users", &["/users/{id}"]), None);
        assert_eq!(found("/login", &["/login/{id}"]), None);
    }
}
