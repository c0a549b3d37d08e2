mod protocol;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Operation, Rule, Severity,
};
use serde_json::{Value, json};

use self::protocol::Greeting;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "mcp-server-open",
    aliases: &[],
    title: "Missing authentication: an MCP server lists and runs tools for anyone",
    category: Category::Llm,
    severity: Severity::High,
    cwe: &[306],
    tags: &[],
    risk: "An unauthenticated client can call every tool of the server with any argument, and reach what the tools reach.",
    fix: "Require an access token for the MCP endpoint, and check in each tool what its caller may do.",
    references: &[
        "https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization",
        "https://genai.owasp.org/llmrisk/llm062025-excessive-agency/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::queries(MOST as u32 * REQUESTS),
    schedule: Schedule { depth: Depth::Standard, has_hint: is_hinted, ..Schedule::ANY },
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Most paths that are asked.
const MOST: usize = 2;

/// What one server is asked: its greeting, the notification, its tools, a tool that does not exist.
const REQUESTS: u32 = 4;

fn is_hinted(operation: &Operation, plain: Option<&Exchange>) -> bool {
    is_named_so(&operation.path) || plain.is_some_and(speaks)
}

/// Introduces the scan, has the tools listed, and calls one that does not exist, which runs nothing.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let paths = paths(probe);
    if paths.is_empty() {
        return Err(NotTested::not_applicable("no MCP server was recognised"));
    }
    let mut any = false;
    for path in paths.iter().take(MOST) {
        let (session, greeting) = match protocol::initialize(probe, path).await? {
            Greeting::Server(session, greeting) => (session, greeting),
            Greeting::Refused => {
                any = true;
                continue;
            }
            Greeting::Other => continue,
        };
        any = true;
        session.ready().await?;
        let listed = session.call(2, "tools/list", &json!({})).await?;
        let Some(tools) = tools(&listed).filter(|tools| !tools.is_empty()) else { continue };
        let unknown = json!({"name": probe.canary("no such tool"), "arguments": {}});
        let called = session.call(3, "tools/call", &unknown).await?;
        if !matches!(called.status(), 401 | 403) {
            found.push(finding(path, &greeting, &listed, &tools, &called));
        }
    }
    if any { Ok(()) } else { Err(NotTested::not_applicable("no MCP server was recognised")) }
}

/// A call that reaches the server's own dispatch shows that calls are open as well as the list.
fn finding(
    path: &str,
    greeting: &Arc<Exchange>,
    listed: &Arc<Exchange>,
    tools: &[String],
    called: &Arc<Exchange>,
) -> Finding {
    let shown = tools.iter().take(8).cloned().collect::<Vec<String>>().join(", ");
    let evidence =
        Evidence::new(listed, format!("{} listed without credentials: {shown}", model::counted(tools.len(), "tool")));
    let dispatched = called.is_success() && protocol::message(called).is_some();
    let confidence = match (dispatched, tools_only_read(listed)) {
        (_, true) => Confidence::Tentative,
        (true, false) => Confidence::Confirmed,
        (false, false) => Confidence::Firm,
    };
    let finding = Finding::new(&RULE, confidence, Location::at(Method::POST, path), evidence)
        .also(Evidence::new(greeting, "the server introduces itself as one of the Model Context Protocol"));
    if dispatched {
        finding.also(Evidence::new(called, "a call of a tool that does not exist is dispatched, not refused"))
    } else {
        finding
    }
}

/// The names of the tools in a response to `tools/list`.
fn tools(exchange: &Exchange) -> Option<Vec<String>> {
    let result = protocol::result(exchange)?;
    let name = |tool: &Value| Some(tool.get("name")?.as_str()?.chars().take(60).collect::<String>());
    Some(result.get("tools")?.as_array()?.iter().filter_map(name).collect())
}

/// Whether every tool is declared to read and nothing else, as those of a server may be that is meant for everyone.
fn tools_only_read(exchange: &Exchange) -> bool {
    let result = protocol::result(exchange);
    let tools = result.as_ref().and_then(|result| result.get("tools")).and_then(Value::as_array);
    let reads = |tool: &Value| tool.pointer("/annotations/readOnlyHint").and_then(Value::as_bool) == Some(true);
    tools.is_some_and(|tools| tools.iter().all(reads))
}

/// Paths that are named like such a server or respond like one, the shortest first.
fn paths(probe: &TargetProbe<'_>) -> Vec<String> {
    let named = probe
        .surface
        .operations
        .iter()
        .map(|o| o.path.to_string())
        .filter(|path| !path.contains('{') && is_named_so(path));
    let is_own = |e: &&Arc<Exchange>| e.request.is_clean() && e.request.origin == *probe.origin();
    let seen = probe.observations.exchanges.iter().filter(is_own);
    let speaking = seen
        .filter(|e| speaks(e) || is_named_so(e.request.path()) && matches!(e.status(), 200 | 400 | 401 | 405 | 406))
        .map(|e| e.request.path().to_owned());
    let all: BTreeSet<String> = named.chain(speaking).collect();
    let mut all: Vec<String> = all.into_iter().collect();
    all.sort_by_key(String::len);
    all
}

/// Whether a path is named like an MCP endpoint: by its last segment.
fn is_named_so(path: &str) -> bool {
    path.trim_end_matches('/').rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case("mcp"))
}

/// Whether a response to a GET is the JSON-RPC error by which such a server says what it wants.
fn speaks(exchange: &Exchange) -> bool {
    let json = exchange.json();
    let Some(json) = json.as_deref().filter(|json| json.get("jsonrpc").is_some()) else { return false };
    let said = json.pointer("/error/message").and_then(Value::as_str).unwrap_or("");
    ["text/event-stream", "session", "Session", "Accept"].iter().any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use crate::scripted::{Ran, Said, Scripted};

    const HELLO: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-03-26","capabilities":{"tools":{}},"serverInfo":{"name":"a"}}}"#;
    const TOOLS: &str = r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"read_page"}]}}"#;
    const UNKNOWN: &str = r#"{"jsonrpc":"2.0","id":3,"error":{"code":-32602,"message":"Unknown tool"}}"#;

    async fn run(hello: fn() -> Said, tools: fn() -> Said, call: fn() -> Said) -> Ran {
        let script = Scripted::new(move |request, _| {
            let body = String::from_utf8_lossy(&request.body);
            if request.method == Method::GET {
                Said::json(405, "{}")
            } else if body.contains("notifications/") {
                Said::json(202, "")
            } else if body.contains("initialize") {
                hello()
            } else if body.contains("tools/list") {
                tools()
            } else {
                call()
            }
        });
        script.run(&CHECK, &samples::surface(vec![samples::operation(Method::GET, "/mcp")])).await
    }

    #[tokio::test]
    async fn tools_without_credentials_are_a_finding() {
        let [hello, tools, unknown] =
            [|| Said::json(200, HELLO), || Said::json(200, TOOLS), || Said::json(200, UNKNOWN)] as [fn() -> Said; 3];
        let ran = run(hello, tools, unknown).await;
        assert_eq!(ran.found.iter().map(|f| f.confidence).collect::<Vec<_>>(), [Confidence::Confirmed]);
        let stream = || Said::Response(200, "text/event-stream", format!("event: message\ndata: {TOOLS}\n\n"));
        assert_eq!(run(hello, stream, unknown).await.found.len(), 1);
        assert_eq!(run(hello, tools, || Said::json(400, "{}")).await.found[0].confidence, Confidence::Firm);
        let search = || {
            Said::json(
                200,
                r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"search","annotations":{"readOnlyHint":true}}]}}"#,
            )
        };
        assert_eq!(run(hello, search, unknown).await.found[0].confidence, Confidence::Tentative, "meant for everyone?");
    }

    #[tokio::test]
    async fn servers_that_check_their_callers_are_none() {
        let [hello, tools, unknown] =
            [|| Said::json(200, HELLO), || Said::json(200, TOOLS), || Said::json(200, UNKNOWN)] as [fn() -> Said; 3];
        let refused = || Said::json(401, "{}");
        let ran = run(refused, refused, refused).await;
        assert!(ran.found.is_empty() && ran.end().is_ok(), "refused from the first: {:?}", ran.end());
        assert!(run(hello, refused, refused).await.found.is_empty());
        assert!(run(hello, tools, refused).await.found.is_empty(), "the list is public, calls are not");
        let none = || Said::json(200, r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#);
        assert!(run(hello, none, unknown).await.found.is_empty());
    }

    #[tokio::test]
    async fn what_is_only_called_so_is_no_server() {
        for body in
            ["{}", r#"{"jsonrpc":"2.0","id":1,"result":{"name":"mcp"}}"#, r#"{"result": {"protocolVersion": "1"}}"#]
        {
            let body = body.to_owned();
            let script = Scripted::new(move |_, _| Said::json(200, body.clone()));
            let surface = samples::surface(vec![samples::operation(Method::GET, "/mcp")]);
            assert!(script.run(&CHECK, &surface).await.says_nothing());
        }
    }

    #[test]
    fn servers_are_told_by_name_or_by_what_they_say() {
        assert!(
            is_named_so("/mcp") && is_named_so("/api/MCP/") && !is_named_so("/mcp-docs") && !is_named_so("/mcp/list")
        );
        let says = |body: &str| speaks(&samples::exchange("/rpc", 406, body));
        assert!(says(
            r#"{"jsonrpc":"2.0","error":{"message":"Not Acceptable: Client must accept text/event-stream"}}"#
        ));
        assert!(!says(r#"{"jsonrpc":"2.0","error":{"message":"Parse error"}}"#) && !says(r#"{"error":"Accept"}"#));
    }
}
