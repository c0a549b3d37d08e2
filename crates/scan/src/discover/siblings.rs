//! Pages of one kind whose paths differ in the last segment alone, which each of them repeats: `/tables/ann` and `/tables/bo`. The segment
//! is a value, whatever it looks like.

use std::collections::BTreeMap;

use checks::calling::harvested::singular;
use checks::calling::request;
use checks::judging::soft_404;
use checks::text::percent;
use model::{Exchange, Method, Operation, ParameterIn, Source, Surface};
use serde_json::Value;

use super::asker::Asker;
use super::found::{Found, key};
use super::link;

/// Most directories that are looked at.
const DIRECTORIES: usize = 12;

/// Pages of a directory that are compared with each other.
const PAGES: usize = 4;

/// Puts one operation with a parameter in the place of such pages. Only pages that were read are looked at, so that nothing is sent.
pub(super) async fn discover(asker: &Asker<'_>, surface: &Surface, found: &mut Found) {
    for (directory, pages) in directories(found) {
        let mut read = Vec::new();
        for operation in pages.into_iter().take(PAGES) {
            let request = request::build(&operation, surface, asker.target, &[]);
            if let Some(exchange) = asker.ask(request).await.filter(|exchange| repeats_its_name(exchange)) {
                read.push((operation, exchange));
            }
        }
        let Some((first, example)) = read.first() else { continue };
        let alike: Vec<&Operation> =
            read[1..].iter().filter(|(_, other)| are_of_one_kind(example, other)).map(|(o, _)| o).collect();
        if alike.is_empty() {
            continue;
        }
        let template = templated(&directory, first);
        for operation in alike.into_iter().chain([first]) {
            found.operations.remove(&key(operation));
        }
        found.read.insert(template.path.to_string());
        found.add(template);
    }
}

/// The pages below each directory that were read: links to a path without a parameter that does not end like a file.
fn directories(found: &Found) -> Vec<(String, Vec<Operation>)> {
    let mut directories: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    let is_page = |o: &&Operation| {
        o.method == Method::GET && o.source != Source::Specification && found.read.contains(o.path.as_str())
    };
    for operation in found.operations().filter(is_page) {
        match operation.path.rsplit_once('/') {
            Some((directory, name)) if !directory.is_empty() && is_a_name(name) && !directory.contains('{') => {
                directories.entry(directory).or_default().push(operation);
            }
            _ => {}
        }
    }
    let several = directories.into_iter().filter(|(_, pages)| pages.len() > 1).take(DIRECTORIES);
    several.map(|(directory, pages)| (directory.to_owned(), pages.into_iter().cloned().collect())).collect()
}

fn is_a_name(segment: &str) -> bool {
    const LEAST: usize = 2;
    segment.len() >= LEAST && !segment.contains(['{', '.'])
}

/// The operation that stands for all of them. Its parameter is called after the directory.
fn templated(directory: &str, page: &Operation) -> Operation {
    let (collection, value) = (directory.rsplit('/').next().unwrap_or(""), page.path.rsplit('/').next().unwrap_or(""));
    let name = singular(&collection.to_ascii_lowercase());
    let name = if name.is_empty() { "name".to_owned() } else { name };
    let parameter = link::parameter(&name, ParameterIn::Path, &percent::decode(value));
    let parameters = [parameter].into_iter().chain(page.parameters.iter().cloned()).collect();
    let path = format!("{directory}/{{{name}}}");
    Operation { parameters, labels: page.labels.clone(), ..Operation::undeclared(Method::GET, path, page.source) }
}

/// The last segment of the path that was asked for.
fn name_of(exchange: &Exchange) -> String {
    percent::decode(exchange.request.path().rsplit('/').next().unwrap_or(""))
}

/// Whether a page says the last segment of its path elsewhere than in a path, or JSON has it for a value.
fn repeats_its_name(exchange: &Exchange) -> bool {
    if !exchange.is_success() {
        return false;
    }
    let name = name_of(exchange);
    match exchange.json().as_deref() {
        Some(Value::Object(object)) => object.values().any(|value| value.as_str() == Some(&name)),
        Some(_) => false,
        None => exchange.is_html() && exchange.text().replace(&format!("/{name}"), "").contains(&name),
    }
}

/// Whether two pages say the same but for their names, or two objects have the same fields.
fn are_of_one_kind(one: &Exchange, other: &Exchange) -> bool {
    const ALIKE: f64 = 0.85;
    match (one.json().as_deref(), other.json().as_deref()) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => a.len() > 1 && a.keys().eq(b.keys()),
        (None, None) => {
            let without = |page: &Exchange| page.text().replace(&name_of(page), "");
            soft_404::similarity(&without(one), &without(other)) >= ALIKE
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Origin, Outcome, Request, Response, Scheme};

    use super::*;

    fn page(path: &str, body: &str) -> Arc<Exchange> {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 9 };
        let media = if body.starts_with('{') { "application/json" } else { "text/html" };
        let headers = vec![("content-type".to_owned(), media.to_owned())];
        let outcome = Outcome::Answered(Response::new(200, headers, body.as_bytes().to_vec()));
        Arc::new(Exchange { serial: 0, request: Request::get(&origin, path), outcome, elapsed_us: 0, hops: Vec::new() })
    }

    fn is_value(one: (&str, &str), other: (&str, &str)) -> bool {
        let [one, other] = [one, other].map(|(path, body)| page(path, body));
        repeats_its_name(&one) && repeats_its_name(&other) && are_of_one_kind(&one, &other)
    }

    #[test]
    fn pages_that_repeat_a_value_are_of_one_kind() {
        assert!(is_value(
            ("/desks/Ann%20B", "<p>The desk of Ann B</p><a href=/desks/Bo>next</a>"),
            ("/desks/Bo", "<p>The desk of Bo</p><a href=/desks/Bo>next</a>"),
        ));
        assert!(is_value(("/u/ann", r#"{"login": "ann", "age": 4}"#), ("/u/bo", r#"{"login": "bo", "age": 7}"#)));
    }

    #[test]
    fn pages_of_a_manual_are_not() {
        let pages = [
            "<h1>install</h1><p>Unpack the archive and run the script</p>",
            "<h1>usage</h1><p>Choose a file in the menu, then press start</p>",
        ];
        assert!(!is_value(("/docs/install", pages[0]), ("/docs/usage", pages[1])), "they say different things");
        let shell = "<div id=app></div><a href=/docs/install>i</a><a href=/docs/usage>u</a>";
        assert!(!is_value(("/docs/install", shell), ("/docs/usage", shell)), "named in links only");
        let one = r#"{"title": "install"}"#;
        assert!(!is_value(("/docs/install", one), ("/docs/usage", r#"{"title": "usage", "steps": 3}"#)));
    }

    #[test]
    fn one_operation_stands_for_all() {
        let page = link::operation("/desks/Ann%20B?wide=1", Source::Link);
        let operation = templated("/desks", &page);
        assert_eq!(operation.path, "/desks/{desk}");
        let examples: Vec<_> = operation.parameters.iter().map(|p| (p.name.as_str(), p.example.as_deref())).collect();
        assert_eq!(examples, [("desk", Some("Ann B")), ("wide", Some("1"))]);
    }
}
