//! What can only be asked of a console or database that showed itself: a query by POST, and what wants back the token that it hands to
//! everybody.

use std::collections::BTreeSet;

use model::{Exchange, Method, NotTested, Request};

use crate::TargetProbe;
use crate::vocabulary::consoles::{self, Console};

/// Most requests.
pub(super) const MOST: u32 = 6;

/// Sends the queries of what showed itself. What comes is judged with all other responses.
pub(super) async fn send(probe: &TargetProbe<'_>) -> Result<(), NotTested> {
    let mut shown: Vec<&Console> = probe.surface.unknown_path.iter().flat_map(|e| consoles::shown_by(e)).collect();
    if probe.surface.operations.iter().any(|o| o.path == *VERSION) {
        shown.extend(consoles::shown_by(&*probe.response_to(probe.get(VERSION)).await?));
    }
    // What these list was asked for when they were found; what is left is what only a check may send.
    let called = probe.observations.plain_calls().take(CALLED).flat_map(|e| consoles::shown_by(e));
    let options: BTreeSet<&String> = shown.iter().copied().chain(called).flat_map(|c| &c.options).collect();
    if shown.is_empty() && options.is_empty() {
        return Err(NotTested::not_applicable("no console or database showed itself"));
    }
    for path in options {
        probe.send(Request::new(Method::OPTIONS, probe.origin(), path.as_str())).await?;
    }
    for console in shown {
        for (path, body) in &console.queries {
            let request = Request::new(Method::POST, probe.origin(), path.as_str());
            probe.send(request.body("application/json", body.as_str())).await?;
        }
        for path in &console.paths {
            let plain = probe.send(probe.get(path.as_str())).await?;
            if plain.status() == 403
                // A new one: servers keep only the latest.
                && let Some((name, value)) = token(&*probe.send(probe.get("/").header("Cache-Control", "no-cache")).await?)
            {
                let request = probe.get(path.as_str()).header("Cookie", format!("{name}={value}"));
                probe.send(request.header(&format!("X-{name}"), value)).await?;
            }
        }
    }
    Ok(())
}

/// Most operations whose responses may show a console.
const CALLED: usize = 12;

/// Where many services say which one they are.
const VERSION: &str = "/version";

/// The cookie against forged requests that every visitor gets, and that a script would send back as a header.
fn token(exchange: &Exchange) -> Option<(String, String)> {
    let cookies = exchange.response()?.header_all("set-cookie");
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    let (name, value) =
        pairs.find(|(name, _)| ["csrf", "xsrf"].iter().any(|word| name.to_ascii_lowercase().contains(word)))?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}
