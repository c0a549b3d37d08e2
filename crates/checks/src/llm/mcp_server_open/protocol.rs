//! The Model Context Protocol over Streamable HTTP: JSON-RPC messages by POST, responses as JSON or as an event stream
//! (<https://modelcontextprotocol.io/specification/2025-06-18/basic/transports>).

use std::sync::Arc;

use model::{Exchange, Method, NotTested, Request};
use serde_json::{Value, json};

use crate::TargetProbe;

/// The revision that is offered; servers respond with the one they speak.
const REVISION: &str = "2025-03-26";

/// A server that responded to `initialize`.
#[derive(Debug)]
pub(super) struct Session<'a> {
    probe: &'a TargetProbe<'a>,
    path: String,
    /// What the server wants to see in each further request.
    id: Option<String>,
    revision: String,
}

/// What came of introducing oneself.
#[derive(Debug)]
pub(super) enum Greeting<'a> {
    /// A server of the protocol, and its response.
    Server(Session<'a>, Arc<Exchange>),
    /// Credentials are wanted first.
    Refused,
    /// Anything else.
    Other,
}

/// Introduces the scan to whatever is at this path.
///
/// # Errors
/// As [`TargetProbe::response_to`].
pub(super) async fn initialize<'a>(probe: &'a TargetProbe<'a>, path: &str) -> Result<Greeting<'a>, NotTested> {
    let client = json!({"name": "middlebrick", "version": env!("CARGO_PKG_VERSION")});
    let parameters = json!({"protocolVersion": REVISION, "capabilities": {}, "clientInfo": client});
    let request =
        request(probe, path, &json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": parameters}));
    let exchange = probe.response_to(request).await?;
    if matches!(exchange.status(), 401 | 403) {
        return Ok(Greeting::Refused);
    }
    let Some(result) = result(&exchange) else { return Ok(Greeting::Other) };
    let is_one = result.get("serverInfo").is_some_and(Value::is_object) && result.get("capabilities").is_some();
    let revision = result.get("protocolVersion").and_then(Value::as_str).filter(|_| is_one);
    let Some(revision) = revision.map(str::to_owned) else { return Ok(Greeting::Other) };
    let id = exchange.header("mcp-session-id").map(str::to_owned);
    Ok(Greeting::Server(Session { probe, path: path.to_owned(), id, revision }, exchange))
}

impl Session<'_> {
    /// Says that the scan is ready, as the protocol wants before anything else is asked for.
    ///
    /// # Errors
    /// As [`TargetProbe::response_to`].
    pub(super) async fn ready(&self) -> Result<(), NotTested> {
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await.map(drop)
    }

    /// Calls a method.
    ///
    /// # Errors
    /// As [`TargetProbe::response_to`].
    pub(super) async fn call(&self, id: u32, method: &str, parameters: &Value) -> Result<Arc<Exchange>, NotTested> {
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters})).await
    }

    async fn send(&self, message: &Value) -> Result<Arc<Exchange>, NotTested> {
        let request = request(self.probe, &self.path, message).header("MCP-Protocol-Version", self.revision.as_str());
        let request = self.id.iter().fold(request, |request, id| request.header("Mcp-Session-Id", id.as_str()));
        self.probe.response_to(request).await
    }
}

fn request(probe: &TargetProbe<'_>, path: &str, message: &Value) -> Request {
    Request::new(Method::POST, probe.origin(), path)
        .header("Accept", "application/json, text/event-stream")
        .body("application/json", message.to_string())
}

/// The message of a response: the body, or the first event that is a response.
pub(super) fn message(exchange: &Exchange) -> Option<Value> {
    let is_response =
        |json: &Value| json.get("jsonrpc").is_some() && (json.get("result").is_some() || json.get("error").is_some());
    if let Some(json) = exchange.json().as_deref() {
        return Some(json.clone()).filter(is_response);
    }
    let text = exchange.text();
    let events = text.lines().filter_map(|line| line.strip_prefix("data:"));
    events.filter_map(|data| serde_json::from_str::<Value>(data.trim()).ok()).find(is_response)
}

/// The result of a response that succeeded.
pub(super) fn result(exchange: &Exchange) -> Option<Value> {
    exchange.is_success().then(|| message(exchange)).flatten()?.get("result").cloned()
}
