//! One route of a list.

use model::{Exchange, Method, Operation, Source, Target};

use super::super::{asset, calls, link};
use super::notation;

/// Most routes that one response gives.
pub(super) const MOST: usize = 200;

/// What a list says of one route.
#[derive(Debug, PartialEq)]
pub(super) struct Route {
    /// GET where it says none.
    pub(super) methods: Vec<Method>,
    /// As the list writes it.
    pub(super) path: String,
    /// The names of what is sent, where it says them.
    pub(super) fields: Vec<String>,
}

impl Route {
    pub(super) fn new(methods: Vec<Method>, path: &str) -> Route {
        Route { methods, path: path.to_owned(), fields: Vec::new() }
    }

    pub(super) fn operations(self, from: &Exchange, target: &Target) -> Vec<Operation> {
        let operation = if self.path.starts_with('/') && !self.path.contains('?') || notation::is_open(&self.path) {
            notation::operation(&self.path)
        } else {
            link::resolve(&self.path, &from.request, target, Source::Link)
        };
        let Some(operation) = operation.filter(|o| !asset::is_asset(&o.path)) else { return Vec::new() };
        let methods = if self.methods.is_empty() { vec![Method::GET] } else { self.methods };
        let sends = |method| calls::with_fields(Operation { method, ..operation.clone() }, &self.fields);
        methods.into_iter().map(sends).collect()
    }
}

/// The methods that a text consists of: `GET`, `GET|POST`, `PUT, DELETE`; `None` where it says anything else. What asks only for
/// headers or for methods is no operation of its own.
pub(super) fn methods(text: &str) -> Option<Vec<Method>> {
    const OTHERS: [&str; 6] = ["HEAD", "OPTIONS", "TRACE", "CONNECT", "ANY", "ALL"];
    let mut all = Vec::new();
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).peekable();
    words.peek()?;
    for word in words {
        let upper = word.to_ascii_uppercase();
        match upper.as_str() {
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE" => all.push(Method::new(&upper)),
            other if OTHERS.contains(&other) => {}
            _ => return None,
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_methods() {
        assert_eq!(methods("GET|HEAD"), Some(vec![Method::GET]));
        assert_eq!(methods("get, POST"), Some(vec![Method::GET, Method::POST]));
        assert!(methods("GET it").is_none() && methods("").is_none() && methods("-").is_none());
    }
}
