//! Finding Werkzeug's console. Only its page is asked for: no code, no PIN, no `cmd`.

use std::sync::{Arc, LazyLock};

use model::{Exchange, NotTested, Operation};
use regex::Regex;

use crate::{Shares, TargetProbe};

/// Requests that [`find`] may send.
pub(super) const REQUESTS: u32 = 6;

/// The requests are the same for every rule.
pub(super) const SHARES: Shares = Shares { with: "console", requests: REQUESTS };

/// Where the console is below its application, unless that moved it.
const PATH: &str = "/console";

/// The console's page as an anonymous visitor gets it. Since 3.0.3 Werkzeug refuses host names it does not trust with 400 but
/// trusts whoever writes `localhost` into the header.
pub(super) async fn find(probe: &TargetProbe<'_>) -> Result<Option<Arc<Exchange>>, NotTested> {
    for mount in mounts(probe) {
        let path = format!("{mount}{PATH}");
        let plain = probe.response_to(probe.get(&path)).await?;
        if is_console(&plain) {
            return Ok(Some(plain));
        }
        if plain.status() != 400 {
            continue;
        }
        for host in ["localhost", "127.0.0.1"] {
            let request = probe.get(&path).header("Host", host).altered("header", "Host", host);
            let response = probe.response_to(request).await?;
            if is_console(&response) {
                return Ok(Some(response));
            }
        }
    }
    Ok(None)
}

/// Where an application may stand: at the root, where the scan was asked to begin, or where all operations lie; the outermost first.
pub(super) fn mounts(probe: &TargetProbe<'_>) -> Vec<String> {
    probe.mounts().map(str::to_owned).chain(inner(probe)).collect()
}

/// Where an application stands that another one mounts, if the scan was not asked for a directory itself.
fn inner(probe: &TargetProbe<'_>) -> Option<String> {
    probe.target.directory().is_empty().then(|| common(&probe.surface.operations)).flatten()
}

/// The first segment that the paths of all operations share; the root may be a page of the outer application.
fn common(operations: &[Arc<Operation>]) -> Option<String> {
    const FEW: usize = 2;
    let paths = || operations.iter().map(|o| o.path.as_str()).filter(|path| *path != "/");
    let first = |path: &'_ str| path.split('/').nth(1).unwrap_or("").to_owned();
    let mount = paths().next().map(first).filter(|segment| !segment.is_empty() && !segment.starts_with('{'))?;
    (paths().count() >= FEW && paths().all(|path| first(path) == mount)).then(|| format!("/{mount}"))
}

/// Whether this is the page of the console, with the secret that its commands need.
pub(super) fn is_console(exchange: &Exchange) -> bool {
    static SECRET: LazyLock<Regex> = LazyLock::new(|| regex(r#"SECRET = "[A-Za-z0-9]{20}""#));
    let text = exchange.text();
    exchange.status() == 200
        && exchange.is_html()
        && text.contains("<title>Console // Werkzeug Debugger</title>")
        && text.contains("CONSOLE_MODE = true")
        && SECRET.is_match(&text)
}

/// Whether this is any page of the debugger: what its scripts carry is its own, and rules of its own report it.
pub(super) fn is_debugger(exchange: &Exchange) -> bool {
    exchange.is_html() && exchange.text().contains(" // Werkzeug Debugger</title>")
}

/// Whether a page of the debugger says that it takes commands.
pub(super) fn takes_commands(exchange: &Exchange) -> bool {
    exchange.is_html() && exchange.text().contains("EVALEX = true,")
}

/// Whether a page of the debugger says that it runs code without asking for the PIN.
pub(super) fn runs_without_pin(exchange: &Exchange) -> bool {
    static TRUSTED: LazyLock<Regex> =
        LazyLock::new(|| regex(r#"EVALEX = true,\s+EVALEX_TRUSTED = true,\s+SECRET = "[A-Za-z0-9]{20}""#));
    exchange.is_html() && TRUSTED.is_match(&exchange.text())
}

fn regex(shape: &str) -> Regex {
    #[allow(clippy::expect_used)] // constants, compiled by a test
    Regex::new(shape).expect("the shape is valid")
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples::{exchange, operation};

    #[test]
    fn a_mount_is_shared_by_all_operations() {
        let of = |paths: &[&str]| {
            common(&paths.iter().map(|path| Arc::new(operation(Method::GET, path))).collect::<Vec<_>>())
        };
        assert_eq!(of(&["/", "/api/users", "/api/orders/{id}"]).as_deref(), Some("/api"));
        for paths in [&["/", "/api/users"][..], &["/api/users", "/login"], &["/{id}", "/{id}/x"], &[]] {
            assert_eq!(of(paths), None, "{paths:?}");
        }
    }

    fn page(title: &str, trusted: bool) -> String {
        format!(
            "<!doctype html><html><title>{title} // Werkzeug Debugger</title><script>var CONSOLE_MODE = true,\n  EVALEX = true,\n  \
             EVALEX_TRUSTED = {trusted},\n  SECRET = \"abcdefghij0123456789\";</script>"
        )
    }

    #[test]
    fn only_the_real_console_counts() {
        assert!(is_console(&exchange("/console", 200, &page("Console", false))));
        assert!(!is_console(&exchange("/console", 400, &page("Console", false))));
        assert!(
            is_debugger(&exchange("/console", 400, &page("Console", false)))
                && !is_debugger(&exchange("/", 200, "<title>Debugger</title>"))
        );
        assert!(!is_console(&exchange("/console", 200, "<title>Console</title> a single-page application")));
    }

    #[test]
    fn the_script_of_the_debugger_is_not_a_trusted_page() {
        assert!(runs_without_pin(&exchange("/", 500, &page("KeyError", true))));
        assert!(!runs_without_pin(&exchange("/", 500, &page("KeyError", false))));
        assert!(!runs_without_pin(&exchange("/", 200, "<script>if (!EVALEX_TRUSTED) { initPinBox(); }</script>")));
    }
}
