use model::{Category, Confidence, Evidence, Finding, Location, NotTested, Rule, Severity, Surface, Tag};

use crate::{Check, Detectors, Findings, Observations, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "development-server",
    aliases: &[],
    title: "Development server exposed",
    category: Category::Inventory,
    severity: Severity::Medium,
    cwe: &[489, 1188],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker can exhaust the server easily, because it is slow, not hardened, and one setting away from the debugger.",
    fix: "Serve with a production server behind a proxy.",
    references: &[
        "https://flask.palletsprojects.com/en/stable/deploying/",
        "https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::None("the server is chosen by how the application is started, not by its source"),
    ..Check::of(&RULE)
};

fn judge(_: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let answered = observations.exchanges.iter().filter(|e| e.response().is_some());
    let mut servers = answered.filter_map(|e| e.header("server").map(|server| (e, server))).peekable();
    if servers.peek().is_none() {
        return Err(NotTested::inconclusive("no response names its server"));
    }
    if let Some((exchange, server)) = servers.find(|(_, server)| is_for_development(server)) {
        let evidence = Evidence::new(exchange, format!("Server: {server}"));
        found.push(Finding::new(&RULE, Confidence::Confirmed, Location::host(), evidence));
    }
    Ok(())
}

fn is_for_development(server: &str) -> bool {
    let names = ["Werkzeug/", "WSGIServer/", "SimpleHTTP/", "BaseHTTP/", "WEBrick/"];
    names.iter().any(|name| server.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    fn count(server: &[(&str, &str)]) -> usize {
        let observations = Observations::plainly(Vec::new(), vec![answered("/", 200, server, "{}")]);
        let mut found = Findings::default();
        let _ = judge(&Surface::default(), &observations, &mut found);
        found.into_vec().len()
    }

    #[test]
    fn only_development_servers_count() {
        assert_eq!(count(&[("Server", "Werkzeug/3.1.9 Python/3.11.7")]), 1);
        assert_eq!(count(&[("Server", "WSGIServer/0.2 CPython/3.11.7")]), 1);
        assert_eq!(count(&[("Server", "gunicorn")]), 0);
        assert_eq!(count(&[("Server", "nginx"), ("X-Powered-By", "Werkzeug/1")]), 0);
        assert_eq!(count(&[]), 0);
    }
}
