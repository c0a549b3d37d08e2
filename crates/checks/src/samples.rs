//! Exchanges and operations for the tests of judges.

use std::sync::Arc;

use model::{
    Exchange, Method, Operation, Origin, Outcome, Parameter, ParameterIn, PathTemplate, Request, Response, Scheme,
    Source,
};
use model::{Schema, SchemaType, SpecFacts, Surface, Target};

/// `GET target` answered with this status and JSON or HTML body, by how it begins.
pub(crate) fn exchange(target: &str, status: u16, body: &str) -> Arc<Exchange> {
    answered(target, status, &[], body)
}

/// The same with headers; one of them may be another `Content-Type`.
pub(crate) fn answered(target: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Arc<Exchange> {
    let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
    let media = if body.starts_with('<') { "text/html" } else { "application/json" };
    let typed = headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type"));
    let mut all: Vec<(String, String)> = Vec::new();
    if !typed {
        all.push(("Content-Type".to_owned(), media.to_owned()));
    }
    all.extend(headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    let response = Response::new(status, all, body.as_bytes().to_vec());
    Arc::new(Exchange {
        serial: 1,
        request: Request::get(&origin, target),
        outcome: Outcome::Answered(response),
        elapsed_us: 1_000,
        hops: Vec::new(),
    })
}

/// A declared operation with a string parameter for each placeholder of the path.
pub(crate) fn operation(method: Method, path: &str) -> Operation {
    let path = PathTemplate::from(path);
    let parameters = path
        .parameters()
        .map(|name| Parameter {
            name: name.to_owned(),
            place: ParameterIn::Path,
            required: true,
            schema: Schema::of(SchemaType::Integer),
            example: None,
            repeated: false,
        })
        .collect();
    Operation { parameters, ..Operation::undeclared(method, path, Source::Specification) }
}

/// A GET by a link to `/` with one query parameter.
pub(crate) fn link(name: &str, value: &str) -> Operation {
    let parameter = Parameter {
        name: name.to_owned(),
        place: ParameterIn::Query,
        required: false,
        schema: Schema::of(SchemaType::String),
        example: Some(value.to_owned()),
        repeated: false,
    };
    Operation { parameters: vec![parameter], ..Operation::undeclared(Method::GET, "/", Source::Link) }
}

/// A surface of these operations with a document that declares one bearer scheme.
pub(crate) fn surface(operations: Vec<Operation>) -> Surface {
    let mut facts = SpecFacts::default();
    let scheme = model::SecurityScheme::Http { scheme: "bearer".to_owned() };
    facts.security_schemes.insert("token".to_owned(), scheme);
    Surface {
        operations: operations.into_iter().map(Arc::new).collect(),
        specification: Some(facts),
        ..Surface::default()
    }
}

/// An origin that is no loopback.
pub(crate) fn origin(scheme: Scheme) -> Origin {
    Origin { scheme, host: "api.example.com".to_owned(), port: scheme.default_port() }
}

/// `GET /thing` of a host that is no loopback, answered so.
pub(crate) fn over(scheme: Scheme, status: u16, headers: &[(&str, &str)], body: &str) -> Arc<Exchange> {
    asked(Request::new(Method::GET, &origin(scheme), "/thing"), status, headers, body)
}

/// This request, answered so.
pub(crate) fn asked(request: Request, status: u16, headers: &[(&str, &str)], body: &str) -> Arc<Exchange> {
    let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Arc::new(Exchange {
        serial: 0,
        request,
        outcome: Outcome::Answered(Response::new(status, headers, body.as_bytes().to_vec())),
        elapsed_us: 0,
        hops: Vec::new(),
    })
}

/// A target without credentials or consent at this origin, the clock at 1,800,000,000.
pub(crate) fn target(scheme: Scheme) -> Target {
    Target { now: 1_800_000_000, ..Target::of(origin(scheme)) }
}

/// What a passive detector finds on one exchange, and whether it took the exchange for its kind.
pub(crate) fn observed(detector: crate::OnExchange, exchange: &Arc<Exchange>) -> (bool, Vec<model::Finding>) {
    let surface = Surface { origin: Some(exchange.request.origin.clone()), ..Surface::default() };
    let target = target(exchange.request.origin.scheme);
    let mut found = crate::Findings::default();
    let looked = detector(
        &crate::ObservedExchange { exchange, operation: None, surface: &surface, target: &target },
        &mut found,
    );
    (looked, found.into_vec())
}
