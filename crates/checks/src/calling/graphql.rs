//! Finding the GraphQL endpoint and asking it. Queries are sent by POST, which every server takes; they never are mutations.

use std::sync::Arc;

use model::{Exchange, Method, NotTested, Operation, Request};
use serde_json::{Value, json};

use crate::judging::soft_404;
use crate::{Shares, TargetProbe};

/// A recognised endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its path.
    pub path: String,
    /// Whose credentials it wants; `None` when it responds without.
    pub identity: Option<String>,
    /// The exchange that recognised it.
    pub recognised: Arc<Exchange>,
}

/// Requests that finding the endpoint may send; identical ones are shared by everybody who looks.
pub const REQUESTS: u32 = 8;

/// Whether an operation is what rules about GraphQL are about, by its path.
pub fn is_hinted(operation: &Operation, _: Option<&Exchange>) -> bool {
    let path = operation.path.to_ascii_lowercase();
    ["graphql", "gql"].iter().any(|name| path.contains(name))
}

/// The requests are the same for every rule.
pub const SHARES: Shares = Shares { with: "graphql", requests: REQUESTS };

/// Paths that are tried when the surface names none.
const USUAL: [&str; 2] = ["/graphql", "/api/graphql"];

/// Asks for the types with their fields, what each of them is, unwrapped, and takes; short enough for servers that limit the depth of
/// queries sensibly.
pub const SCHEMA: &str = "{__schema{queryType{name}types{name kind fields{name args{name defaultValue type{kind name}}\
                          type{name kind ofType{name kind ofType{name kind ofType{name kind}}}}}}}}";

/// Names go into a query: nothing else may.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Whether a query has to give this argument.
pub fn is_required(argument: &Value) -> bool {
    argument.pointer("/type/kind").and_then(Value::as_str) == Some("NON_NULL")
        && argument.get("defaultValue").is_none_or(Value::is_null)
}

/// The type inside lists and non-null marks, and whether there is a list.
pub fn unwrapped(kind: &Value) -> (&Value, bool) {
    let (mut kind, mut list) = (kind, false);
    while let Some(inner) = kind.get("ofType").filter(|v| v.is_object()) {
        list |= kind.get("kind").and_then(Value::as_str) == Some("LIST");
        kind = inner;
    }
    (kind, list)
}

/// Finds the endpoint: among the paths of the surface that are named so, or else the usual ones. Needs [`model::Effect::Queries`].
///
/// # Errors
/// [`NotTested::NotApplicable`] when there is none, or why nothing was sent.
pub async fn find(probe: &TargetProbe<'_>) -> Result<Endpoint, NotTested> {
    const MOST: usize = 2;
    let mut paths: Vec<String> = probe
        .surface
        .operations
        .iter()
        .map(|o| o.path.as_str())
        .filter(|path| !path.contains('{') && is_named_so(path))
        .map(str::to_owned)
        .collect();
    paths.dedup();
    let named = !paths.is_empty();
    paths.extend(USUAL.iter().filter(|_| !named).map(|path| (*path).to_owned()));
    for path in paths.into_iter().take(MOST) {
        if !shows_itself(probe, &path, named).await? {
            continue;
        }
        let smallest = json!({"query": "{__typename}"});
        let response = probe.send(request(probe, &path, None, &smallest)).await?;
        if is_graphql(&response) {
            return Ok(Endpoint { path, identity: None, recognised: response });
        }
        let identity = probe.target.identities.first().filter(|_| matches!(response.status(), 401 | 403));
        if let Some(name) = identity.map(|identity| identity.name.clone()) {
            let recognised = probe.send(request(probe, &path, Some(&name), &smallest)).await?;
            if is_graphql(&recognised) {
                return Ok(Endpoint { path, identity: Some(name), recognised });
            }
        }
    }
    Err(NotTested::not_applicable("no GraphQL endpoint was recognised"))
}

/// Whether a path is named like a GraphQL endpoint.
pub fn is_named_so(path: &str) -> bool {
    path.split('/').any(|segment| matches!(segment.to_ascii_lowercase().as_str(), "graphql" | "gql" | "graph"))
}

/// Whether a POST to this path may be a query: a document declares that it takes one, or a GET is answered as only GraphQL servers do.
/// A path whose name says GraphQL and nothing else may take queries by POST alone; one that merely contains `graph` may draw one.
async fn shows_itself(probe: &TargetProbe<'_>, path: &str, named: bool) -> Result<bool, NotTested> {
    let takes_query = |o: &model::Operation| {
        o.path == *path && o.body.as_ref().is_some_and(|body| body.schema.properties.contains_key("query"))
    };
    if probe.surface.operations.iter().any(|o| takes_query(o)) {
        return Ok(true);
    }
    let queried = probe.send(probe.get(format!("{path}?query=%7B__typename%7D"))).await?;
    if is_graphql(&queried) || speaks_graphql(&queried) {
        return Ok(true);
    }
    // A guess at what is not there ends here; so does one at what is no GraphQL server.
    if !named && (matches!(queried.status(), 0 | 404 | 410) || !says_graphql(path)) {
        return Ok(false);
    }
    let plain = probe.send(probe.get(path)).await?;
    if speaks_graphql(&plain) {
        return Ok(true);
    }
    if says_graphql(path) && matches!(plain.status(), 400 | 401 | 403 | 405 | 415 | 422) {
        return Ok(named || !is_absent(probe, path).await?);
    }
    Ok(says_graphql(path) && explains_queries(&plain, path))
}

/// Whether a segment says that and nothing else.
fn says_graphql(path: &str) -> bool {
    path.split('/').any(|segment| segment.eq_ignore_ascii_case("graphql"))
}

/// A short response that says how to send a query, other than by repeating the path.
fn explains_queries(response: &Exchange, path: &str) -> bool {
    const LONGEST: usize = 2_000;
    let text = response.text().replace(path, "");
    text.len() <= LONGEST && ["query", "GraphQL", "graphql"].iter().any(|word| text.contains(word))
}

/// An error of a GraphQL server, which asks for a query, or the page of one for developers.
fn speaks_graphql(response: &Exchange) -> bool {
    const PAGES: [&str; 5] = ["graphiql", "graphql-playground", "GraphQL Playground", "apollo-sandbox", "altair"];
    const ERRORS: [&str; 4] = ["query", "GraphQL", "graphql", "document"];
    let text = response.text();
    response.is_html() && PAGES.iter().any(|page| text.contains(page))
        || errors(response).iter().any(|message| ERRORS.iter().any(|error| message.contains(error)))
}

/// A GraphQL server does not answer 404 to a GET without a query, whatever else it says; nor does it answer like a path that is not there.
async fn is_absent(probe: &TargetProbe<'_>, path: &str) -> Result<bool, NotTested> {
    let plain = probe.send(probe.get(path)).await?;
    if matches!(plain.status(), 0 | 404 | 410) {
        return Ok(true);
    }
    let missing = probe.missing_beside(path).await?;
    Ok(soft_404::alike(&missing, &plain))
}

/// Whether an answer to `{__typename}` is that of a GraphQL server: an object type's name, under `data` alone.
pub fn is_graphql(exchange: &Exchange) -> bool {
    let json = exchange.json();
    let name = json.as_deref().and_then(|json| json.pointer("/data/__typename")).and_then(Value::as_str);
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// A POST with a JSON body to the endpoint, with the credentials that it wants.
pub fn post(probe: &TargetProbe<'_>, endpoint: &Endpoint, body: &Value) -> Request {
    request(probe, &endpoint.path, endpoint.identity.as_deref(), body)
}

fn request(probe: &TargetProbe<'_>, path: &str, identity: Option<&str>, body: &Value) -> Request {
    let text = body.to_string();
    let request = plain_post(probe, path, body).altered("body", "query", text.get(..200).unwrap_or(&text));
    match identity {
        Some(name) => request.identity(name),
        None => request,
    }
}

fn plain_post(probe: &TargetProbe<'_>, path: &str, body: &Value) -> Request {
    Request::new(Method::POST, probe.origin(), path).body("application/json", body.to_string())
}

/// The same with a query.
pub fn query(probe: &TargetProbe<'_>, endpoint: &Endpoint, text: &str) -> Request {
    post(probe, endpoint, &json!({ "query": text }))
}

/// An anonymous query as a client would send it: what it is answered with is the target's own, for the passive rules to read too.
pub fn plain_query(probe: &TargetProbe<'_>, path: &str, text: &str) -> Request {
    plain_post(probe, path, &json!({ "query": text }))
}

/// The messages of the `errors` of an answer.
pub fn errors(exchange: &Exchange) -> Vec<String> {
    let json = exchange.json();
    let list = json.as_deref().and_then(|json| json.get("errors")).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|error| error.get("message").and_then(Value::as_str).or(error.as_str()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Response, Scheme};

    use super::*;

    fn response(body: &str) -> Exchange {
        let origin = Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 };
        let response = Response::new(200, Vec::new(), body.as_bytes().to_vec());
        let request = Request::get(&origin, "/graphql");
        Exchange { serial: 1, request, outcome: Outcome::Answered(response), elapsed_us: 1, hops: Vec::new() }
    }

    #[test]
    fn an_echo_is_no_graphql_server() {
        assert!(is_graphql(&response(r#"{"data":{"__typename":"Query"}}"#)));
        assert!(!is_graphql(&response(r#"{"data":"{\"query\":\"{__typename}\"}"}"#)));
        assert!(!is_graphql(&response(r#"{"json":{"query":"{__typename}"},"data":{}}"#)));
        assert!(!is_graphql(&response("<html>__typename</html>")));
    }

    #[test]
    fn errors_are_read_in_both_shapes() {
        assert_eq!(errors(&response(r#"{"errors":[{"message":"too deep"},"no"]}"#)), ["too deep", "no"]);
    }

    #[test]
    fn servers_that_ask_for_a_query_show_themselves() {
        assert!(speaks_graphql(&response(r#"{"errors":[{"message":"Must provide query string."}]}"#)));
        assert!(
            !speaks_graphql(&response(r#"{"points":[3,5,8]}"#)) && !speaks_graphql(&response(r#"{"errors":["no"]}"#))
        );
        assert!(
            explains_queries(&response(r#"{"usage":"POST a query"}"#), "/graphql")
                && !explains_queries(&response(r#"{"points":[3]}"#), "/graphql")
                && !explains_queries(&response(r#"{"error":"no /graphql here"}"#), "/graphql")
        );
        assert!(says_graphql("/api/graphql") && !says_graphql("/graph") && !says_graphql("/graphql-charts"));
    }

    #[test]
    fn names_are_whole_segments() {
        assert!(is_named_so("/api/graphql") && is_named_so("/gql/"));
        assert!(!is_named_so("/graphics"));
    }
}
