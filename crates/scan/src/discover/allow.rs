//! Which methods a path has, by the `Allow` header of its answer to OPTIONS (RFC 9110 section 10.2.1), where no document says it.

use model::{Depth, Exchange, Method, Operation, Request, Source, Surface};

use super::asker::Asker;
use super::found::{Found, is_wanted};

/// Most paths that are asked.
fn most(depth: Depth) -> usize {
    match depth {
        Depth::Quick => 0,
        Depth::Standard => 4,
        Depth::Deep => 30,
    }
}

/// Asks the paths found so far. A server that says the same of a path that does not exist says nothing.
pub(crate) async fn discover(asker: &Asker<'_>, surface: &Surface, found: &mut Found, missing: Option<&Exchange>) {
    let most = most(asker.target.depth);
    if surface.specification.is_some() || most == 0 {
        return;
    }
    let mut known: Vec<Operation> =
        found.operations.values().filter(|o| o.method == Method::GET && o.source != Source::Script).cloned().collect();
    known.retain(|o| is_wanted(&o.path, asker.target));
    known.sort_by_key(|o| (o.path.segments(), o.path.clone()));
    known.truncate(most);
    if known.is_empty() {
        return;
    }
    let options = |path: &str| Request::new(Method::OPTIONS, &asker.target.origin, path);
    let Some(missing) = missing else { return };
    let mut told: Vec<(Operation, Vec<Method>)> = Vec::new();
    for operation in known {
        let request = checks::calling::request::build(&operation, surface, asker.target, &[]);
        let Some(answer) = asker.ask(options(request.path())).await else { continue };
        let Some(methods) = allowed(&answer).filter(|methods| methods.iter().any(|m| *m != Method::GET)) else {
            continue;
        };
        told.push((operation, methods));
    }
    if told.is_empty() {
        return;
    }
    let everywhere = asker.ask(options(missing.request.path())).await.and_then(|e| allowed(&e));
    for (operation, methods) in told.into_iter().filter(|(_, methods)| everywhere.as_ref() != Some(methods)) {
        add(&operation, methods, found);
    }
}

/// The methods that a refusal of the method names, as RFC 9110 (section 15.5.6) demands.
pub(super) fn told(exchange: &Exchange, operation: &Operation, found: &mut Found) {
    if let Some(allow) = exchange.header("allow") {
        add(operation, named(allow), found);
    }
}

/// The same path with other methods.
fn add(operation: &Operation, methods: Vec<Method>, found: &mut Found) {
    for method in methods.into_iter().filter(|method| *method != operation.method) {
        let in_path = operation.parameters.iter().filter(|p| p.place == model::ParameterIn::Path);
        found.add(Operation {
            method,
            parameters: in_path.cloned().collect(),
            ..Operation::undeclared(Method::GET, operation.path.clone(), Source::Allow)
        });
    }
}

/// The methods worth knowing that a successful answer allows.
fn allowed(exchange: &Exchange) -> Option<Vec<Method>> {
    exchange.header("allow").filter(|_| exchange.is_success()).map(named)
}

/// The methods worth knowing in an `Allow` header.
fn named(allow: &str) -> Vec<Method> {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let is_named = |method: &Method| allow.split(',').any(|name| name.trim() == method.as_str());
    known.into_iter().filter(is_named).collect()
}
