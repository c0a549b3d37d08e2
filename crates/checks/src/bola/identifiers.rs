//! Ids of objects: neighbours, and ids of the same shape that nothing has.

use model::{NotTested, Operation, Parameter, ParameterIn, PathTemplate};

use crate::canary::canary;
use crate::vocabulary::{self, words};

/// The parameter in the last segment of a path that names one object.
pub(super) fn parameter(operation: &Operation) -> Option<&Parameter> {
    let last = operation.path.trim_end_matches('/').rsplit('/').next()?;
    let segment = PathTemplate::from(last);
    let name = segment.parameters().next().filter(|_| PathTemplate::is_parameter(last))?;
    operation.parameters_in(ParameterIn::Path).find(|p| p.name == name)
}

/// The parameter that names one object where no path ends in it: `/user/{id}/profile`, `/orders?id=5`.
pub(super) fn elsewhere(operation: &Operation) -> Option<&Parameter> {
    let in_path = operation.parameters_in(ParameterIn::Path).last();
    in_path.or_else(|| {
        let names = |p: &&Parameter| words(&p.name).last().is_some_and(|word| word == "id" || word == "uid");
        operation.parameters_in(ParameterIn::Query).find(names)
    })
}

/// The collection that a parameter picks from: the segment before it, or the last one for a parameter of the query.
pub(super) fn collection<'a>(operation: &'a Operation, parameter: &Parameter) -> &'a str {
    let placeholder = format!("{{{}}}", parameter.name);
    let before = operation.path.split(&placeholder).next().unwrap_or("");
    vocabulary::collection(before)
}

/// Why there is nothing to count.
pub(super) fn none() -> NotTested {
    NotTested::not_applicable("the path names no object")
}

/// The numbers beside this one; nothing for what is no number.
pub(super) fn neighbours(id: &str) -> Vec<String> {
    let Ok(number) = id.parse::<u64>() else { return Vec::new() };
    [number.checked_add(1), number.checked_sub(1).filter(|n| *n > 0)]
        .into_iter()
        .flatten()
        .map(|n| n.to_string())
        .collect()
}

/// An id of the same shape (number, UUID, word) that nothing can be expected to have; another for each purpose.
pub(super) fn absent(id: &str, seed: u64, purpose: &str) -> String {
    let word = canary(seed, &["absent", purpose]);
    let digits: String = word.bytes().map(|b| char::from(b'1' + b % 9)).collect();
    if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) {
        // Nine digits fit every integer type, and tables are rarely that long.
        return format!("9{}", &digits[..8]);
    }
    if id.len() == 36 && id.matches('-').count() == 4 {
        return format!("{}-{}-4{}-8{}-{digits}", &digits[..8], &digits[1..5], &digits[2..5], &digits[3..6]);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_beside() {
        assert_eq!(neighbours("7"), ["8", "6"]);
        assert_eq!(neighbours("1"), ["2"]);
        assert!(neighbours("x7").is_empty() && neighbours("99999999999999999999").is_empty());
    }

    #[test]
    fn objects_are_named_in_many_ways() {
        use model::{Method, Schema, SchemaType, Source};
        let operation = |path: &str, names: &[(ParameterIn, &str)]| Operation {
            parameters: names
                .iter()
                .map(|(place, name)| Parameter {
                    name: (*name).to_owned(),
                    place: *place,
                    required: false,
                    schema: Schema::of(SchemaType::Integer),
                    example: None,
                    repeated: false,
                })
                .collect(),
            ..Operation::undeclared(Method::GET, path, Source::Link)
        };
        let picks = |o: &Operation| elsewhere(o).map(|p| (p.name.clone(), collection(o, p).to_owned()));
        let pair = |name: &str, of: &str| Some((name.to_owned(), of.to_owned()));
        assert_eq!(picks(&operation("/user/{id}/profile", &[(ParameterIn::Path, "id")])), pair("id", "user"));
        assert_eq!(picks(&operation("/orders", &[(ParameterIn::Query, "orderId")])), pair("orderId", "orders"));
        assert_eq!(picks(&operation("/orders", &[(ParameterIn::Query, "page")])), None);
    }

    #[test]
    fn an_absent_id_has_the_same_shape() {
        let number = absent("7", 1, "a");
        assert!(number.len() == 9 && number.parse::<i32>().is_ok() && number != absent("7", 1, "b"));
        assert_eq!(absent("6fa459ea-ee8a-3ca4-894e-db77e160355e", 1, "a").len(), 36);
        assert_eq!(absent("maria", 1, "a").len(), 12);
    }
}
