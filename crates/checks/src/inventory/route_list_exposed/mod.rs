use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{Category, Confidence, Evidence, Exchange, Finding, Location, NotTested, Rule, Severity, Surface, Tag};
use regex::Regex;

use crate::{Check, Detectors, Findings, Observations, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "route-list-exposed",
    aliases: &[],
    title: "Route table disclosure: a response lists all routes of the application",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[200, 497],
    tags: &[Tag::Misconfiguration],
    risk: "An unauthenticated attacker reads which operations there are, internal and forgotten ones included.",
    fix: "List the operations that are meant for clients only, and print the router's own table on the server.",
    references: &["https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Largest response that is looked at.
const LARGEST: usize = 512 * 1024;

/// The dump of a router that lists paths which really are there: a manual that quotes one lists those of another application.
fn judge(surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let there: BTreeSet<&str> = observations
        .called(surface)
        .filter(|(o, e)| o.path != "/" && !matches!(e.status(), 0 | 404 | 410))
        .map(|(o, _)| o.path.as_str())
        .collect();
    let mut any = false;
    for (operation, exchange) in observations.called(surface) {
        if !exchange.is_success()
            || exchange.request.identity.is_some()
            || exchange.response().is_none_or(|r| r.body_len() > LARGEST)
        {
            continue;
        }
        any = true;
        let Some(listed) = listed(exchange) else { continue };
        let real = listed.iter().any(|path| there.contains(path.as_str()) && operation.path != path.as_str());
        if real {
            let shown = listed.iter().take(6).cloned().collect::<Vec<String>>().join(", ");
            let evidence = Evidence::new(
                exchange,
                format!("{} listed, among them {shown}", model::counted(listed.len(), "route")),
            );
            found.push(Finding::new(&RULE, Confidence::Firm, Location::of(operation), evidence));
        }
    }
    if any { Ok(()) } else { Err(NotTested::inconclusive("no operation responded with success")) }
}

/// The paths that a response lists, if it is the dump of a router.
fn listed(exchange: &Exchange) -> Option<BTreeSet<String>> {
    const FEWEST: usize = 3;
    #[allow(clippy::expect_used)] // a constant; the test below compiles it
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?:^|[\s"'(=,>])(/(?:[\w.~-]+|<[\w:. ()=]+>|\{[\w:]+\})?(?:/[\w.~-]*|/<[\w:. ()=]+>|/\{[\w:]+\})*)"#,
        )
        .expect("valid")
    });
    let text =
        exchange.text().replace("&lt;", "<").replace("&gt;", ">").replace("\\u003c", "<").replace("\\u003e", ">");
    if !is_dump(&text, exchange) {
        return None;
    }
    let paths: BTreeSet<String> = PATH.captures_iter(&text).map(|c| c[1].to_owned()).collect();
    (paths.len() >= FEWEST).then_some(paths)
}

/// Whether a text has a route that a framework adds by itself and that nobody writes for clients to read.
fn is_dump(text: &str, exchange: &Exchange) -> bool {
    // Werkzeug's converter of the static route, and the form in which it prints a rule.
    let of_flask = text.contains("/static/<path:filename>") || text.contains("<Rule '/");
    // The page of Swagger UI names this one as well, in a script.
    let of_fastapi = exchange.json().is_some() && text.contains("\"/docs/oauth2-redirect\"");
    let of_others = ["/rails/info/properties", "_ignition/health-check"].iter().any(|route| text.contains(route));
    // The toolbar has a rule of its own.
    (of_flask || of_fastapi || of_others) && !text.contains("id=\"flDebug\"")
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples::{self, answered};

    /// What a page at `/` with this text comes to beside an operation `/drivers` with this status.
    fn found(media: &str, page: &str, status: u16) -> usize {
        let surface =
            samples::surface(vec![samples::operation(Method::GET, "/"), samples::operation(Method::GET, "/drivers")]);
        let plain = vec![
            Some(answered("/", 200, &[("Content-Type", media)], page)),
            Some(samples::exchange("/drivers", status, "[]")),
        ];
        let mut found = Findings::default();
        judge(&surface, &Observations::plainly(plain, Vec::new()), &mut found).unwrap();
        found.into_vec().len()
    }

    #[test]
    fn dumps_of_routers_are_told_from_lists_for_readers() {
        let rows = "GET /static/&lt;path:filename&gt; -> static\nGET / -> index\nGET /drivers -> drivers\nPOST /empty -> empty";
        let html = format!("<pre>{rows}</pre>");
        assert_eq!(found("text/html", &html, 200), 1);
        assert_eq!(found("text/html", &html, 404), 0, "the routes of another application");
        let map = "Map([<Rule '/drivers' (HEAD, OPTIONS, GET) -> drivers>,\n <Rule '/' (GET) -> index>, <Rule '/x/<id>' (GET) -> x>])";
        assert_eq!(found("text/plain", map, 200), 1);
        let json = r#"[{"path": "/openapi.json"}, {"path": "/docs/oauth2-redirect"}, {"path": "/drivers"}]"#;
        assert_eq!(found("application/json", json, 200), 1);
        for page in [
            "<h1>API</h1><ul><li>GET /drivers: all drivers<li>GET /drivers/&lt;id&gt;<li>GET /ferries",
            "<p>Flask serves files at /static/&lt;path:filename&gt;.</p>",
            "<script>SwaggerUIBundle({url: '/openapi.json', oauth2RedirectUrl: origin + '/docs/oauth2-redirect'}) // /drivers</script>",
        ] {
            assert_eq!(found("text/html", page, 200), 0, "{page}");
        }
    }
}
