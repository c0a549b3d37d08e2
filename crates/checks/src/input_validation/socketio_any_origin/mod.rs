use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Request, Rule, Severity, Tag,
};

use super::cors;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "socketio-any-origin",
    aliases: &[],
    title: "Cross-site WebSocket hijacking: Socket.IO accepts any origin",
    category: Category::InputValidation,
    severity: Severity::Medium,
    cwe: &[1385],
    tags: &[Tag::Misconfiguration],
    risk: "A page that a user visits can receive and send events in that user's name.",
    fix: "Accept connections from your own origin and a fixed list of others only.",
    references: &[
        "https://flask-socketio.readthedocs.io/en/latest/api.html",
        "https://cheatsheetseries.owasp.org/cheatsheets/WebSocket_Security_Cheat_Sheet.html",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(PROTOCOLS.len() as u32),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Versions of the Engine.IO protocol, the current one first. A server that does not speak the first says so.
const PROTOCOLS: [&str; 2] = ["4", "3"];

/// Where Socket.IO answers unless the application moved it.
const USUAL: &str = "/socket.io/";

/// A handshake as a page of an origin sends it that nobody can have allowed by name. No code of the application runs before the
/// first event, and the server forgets a session that nobody uses.
async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(path) = place(probe) else {
        return Err(NotTested::not_applicable("nothing mentions Socket.IO"));
    };
    let origin = format!("https://{}.example", probe.canary("origin"));
    for protocol in PROTOCOLS {
        let exchange = probe.response_to(handshake(probe, &path, protocol, &origin)).await?;
        match read(&exchange) {
            Said::OtherProtocol => {}
            Said::Refused => return Ok(()),
            Said::Nothing => return Err(nothing(&exchange, &path)),
            Said::Open => {
                let finding = judge(&exchange, &origin).ok_or_else(unreadable)?;
                found.push(finding);
                return Ok(());
            }
        }
    }
    Err(NotTested::inconclusive("the Socket.IO server speaks no version of the protocol that was tried"))
}

/// Why there is no answer of Socket.IO: it is not there, or something stands before it.
fn nothing(exchange: &Exchange, path: &str) -> NotTested {
    match exchange.status() {
        401 | 403 | 407 => NotTested::NoCredentials,
        status @ (429 | 500..) => NotTested::inconclusive(format!("the handshake returns {status}")),
        _ => NotTested::not_applicable(format!("no Socket.IO server responds at {path}")),
    }
}

/// Open to the origin, but not by the headers that let its page read the answer: whether the WebSocket transport, to which those
/// headers mean nothing, looks at the origin cannot be told from this.
fn unreadable() -> NotTested {
    NotTested::inconclusive("the handshake succeeds, but is not readable by other sites; WebSocket was not tried")
}

/// Where to ask: where a path of the API says so; else the usual place, if something speaks for Socket.IO or for a server that is
/// often used with it, or if the scan is deep.
fn place(probe: &TargetProbe<'_>) -> Option<String> {
    let is_named = |path: &str| path.split('/').any(|segment| segment.eq_ignore_ascii_case("socket.io"));
    if let Some(named) = probe.surface.operations.iter().map(|o| o.path.as_str()).find(|path| is_named(path)) {
        return Some(format!("{}/", named.trim_end_matches('/')));
    }
    let mentions = |text: &str| text.to_ascii_lowercase().contains("socket.io");
    let surface = probe.surface;
    let mentioned = || {
        surface.assets.iter().chain(&surface.foreign_scripts).any(|src| mentions(src))
            || probe.observations.exchanges.iter().any(|e| e.request.is_clean() && mentions(&e.text()))
    };
    let likely = ["Flask", "Werkzeug", "Express"].iter().any(|product| surface.has(product));
    (probe.target.depth == Depth::Deep || likely || mentioned()).then(|| USUAL.to_owned())
}

fn handshake(probe: &TargetProbe<'_>, path: &str, protocol: &str, origin: &str) -> Request {
    probe
        .get(format!("{path}?EIO={protocol}&transport=polling"))
        .header("Origin", origin)
        .altered("header", "Origin", origin)
}

/// What an answer to a handshake says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// The connection is open.
    Open,
    /// The origin is not accepted.
    Refused,
    /// The server speaks Engine.IO, but not this version.
    OtherProtocol,
    /// Nothing that Engine.IO says.
    Nothing,
}

/// The words of python-engineio and the codes of engine.io for Node.
fn read(exchange: &Exchange) -> Said {
    let text = exchange.text();
    let code = |number: u64| {
        exchange.json().as_deref().is_some_and(|j| {
            j.get("code").and_then(serde_json::Value::as_u64) == Some(number) && j.get("message").is_some()
        })
    };
    match exchange.status() {
        200 if is_open_packet(&text) => Said::Open,
        400 if text.contains("Not an accepted origin") => Said::Refused,
        400 if text.contains("unsupported version of the Socket.IO") || code(5) => Said::OtherProtocol,
        403 if code(4) => Said::Refused,
        _ => Said::Nothing,
    }
}

/// `0{"sid":"…","upgrades":[…],"pingInterval":…}`; version 3 writes the length before it (`96:0{…}`) and may add packets.
fn is_open_packet(text: &str) -> bool {
    let packet = match text.split_once(':') {
        Some((length, rest)) if !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => text,
    };
    let Some(body) = packet.strip_prefix('0') else { return false };
    let first = serde_json::Deserializer::from_str(body).into_iter::<serde_json::Value>().next();
    let Some(Ok(open)) = first else { return false };
    open.get("sid").is_some_and(serde_json::Value::is_string)
        && open.get("upgrades").is_some_and(serde_json::Value::is_array)
        && open.get("pingInterval").is_some_and(serde_json::Value::is_number)
}

/// Open to a page of this origin, which may read it and have the browser send cookies.
fn judge(exchange: &Arc<Exchange>, origin: &str) -> Option<Finding> {
    if read(exchange) != Said::Open || cors::allowed(exchange) != Some(origin) || !cors::with_credentials(exchange) {
        return None;
    }
    let shows = format!(
        "the handshake of {origin} returns an open connection, Access-Control-Allow-Origin: {origin} and \
         Access-Control-Allow-Credentials: true"
    );
    let location = Location::at(Method::GET, exchange.request.path()).parameter("header", "Origin");
    Some(Finding::new(&RULE, Confidence::Confirmed, location, Evidence::new(exchange, shows)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    const OPEN: &str =
        r#"0{"sid":"_ib_2lt6JBg7Kk2XAAAA","upgrades":["websocket"],"pingTimeout":20000,"pingInterval":25000}"#;
    const ORIGIN: &str = "https://x7.example";

    fn said(status: u16, headers: &[(&str, &str)], body: &str) -> (Said, bool) {
        let mut all = vec![("Content-Type", "text/plain; charset=UTF-8")];
        all.extend(headers);
        let exchange = answered("/socket.io/?EIO=4&transport=polling", status, &all, body);
        (read(&exchange), judge(&exchange, ORIGIN).is_some())
    }

    #[test]
    fn an_open_packet_for_any_origin_with_cookies_is_a_finding() {
        let echo = [("Access-Control-Allow-Origin", ORIGIN), ("Access-Control-Allow-Credentials", "true")];
        assert_eq!(said(200, &echo, OPEN), (Said::Open, true));
        let framed = format!("{}:{OPEN}2:40", OPEN.len());
        assert_eq!(said(200, &echo, &framed), (Said::Open, true), "version 3");
    }

    #[test]
    fn other_headers_are_not() {
        for headers in [
            &[][..],
            &[("Access-Control-Allow-Origin", ORIGIN)],
            &[("Access-Control-Allow-Credentials", "true")],
            &[("Access-Control-Allow-Origin", "*")],
            &[("Access-Control-Allow-Origin", "https://app.example.com"), ("Access-Control-Allow-Credentials", "true")],
        ] {
            assert_eq!(said(200, headers, OPEN), (Said::Open, false), "{headers:?}");
        }
    }

    #[test]
    fn servers_that_answer_everything_are_no_sockets() {
        let echo = [("Access-Control-Allow-Origin", ORIGIN), ("Access-Control-Allow-Credentials", "true")];
        for body in [
            "",
            "0",
            "{}",
            "0{}",
            r#"{"sid":"a","upgrades":[],"pingInterval":1}"#,
            r#"{"status":"ok"}"#,
            r#"0{"sid":7,"upgrades":[],"pingInterval":1}"#,
            "GET /socket.io/?EIO=4&transport=polling\norigin: https://x7.example",
            "<!doctype html><title>App</title>",
            "10:20{\"sid\"",
        ] {
            assert_eq!(said(200, &echo, body), (Said::Nothing, false), "{body}");
        }
        assert_eq!(said(404, &echo, OPEN), (Said::Nothing, false));
    }

    #[test]
    fn refusals_are_understood() {
        assert_eq!(said(400, &[], "\"Not an accepted origin.\"").0, Said::Refused);
        let old = "\"The client is using an unsupported version of the Socket.IO or Engine.IO protocols\"";
        assert_eq!(said(400, &[], old).0, Said::OtherProtocol);
        let json = [("Content-Type", "application/json")];
        let node = |status, body| read(&answered("/socket.io/", status, &json, body));
        assert_eq!(node(400, r#"{"code":5,"message":"Unsupported protocol version"}"#), Said::OtherProtocol);
        assert_eq!(node(403, r#"{"code":4,"message":"Forbidden"}"#), Said::Refused);
        assert_eq!(node(403, r#"{"error":"Forbidden"}"#), Said::Nothing);
        assert_eq!(said(400, &[], "Bad Request").0, Said::Nothing);
    }
}
