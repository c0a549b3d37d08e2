use std::collections::BTreeSet;

use model::{Category, Evidence, Finding, Location, NotTested, Rule, Severity, Surface, Tag};

use super::versions;
use crate::{Check, Detectors, Findings, Observations, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "vulnerable-version",
    aliases: &[],
    title: "Component version with known vulnerabilities",
    category: Category::Inventory,
    severity: Severity::Medium,
    cwe: &[1395, 1104],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker tries the published vulnerabilities of the version.",
    fix: "Upgrade the component to a version without them.",
    references: &[
        "https://github.com/pypa/advisory-database",
        "CVE-2023-25577",
        "CVE-2023-46136",
        "CVE-2024-34069",
        "CVE-2024-49767",
        "CVE-2024-1135",
        "https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/",
    ],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_end: Some(judge), ..Detectors::NONE },
    twins: Twins::None("the twins would differ by what is installed, not by their source"),
    ..Check::of(&RULE)
};

fn judge(_surface: &Surface, observations: &Observations, found: &mut Findings) -> Result<(), NotTested> {
    let shown = versions::shown(&observations.exchanges);
    if shown.is_empty() {
        return Err(NotTested::not_applicable("no response shows a version"));
    }
    for (product, seen) in shown {
        let faults = versions::faults(&product, seen.oldest.unwrap_or(&seen.version), &seen.version);
        let Some(last) = faults.last() else { continue };
        let ids: BTreeSet<&str> = faults.iter().map(|fault| fault.id.as_str()).collect();
        let ids = ids.into_iter().collect::<Vec<_>>().join(", ");
        let or_older = if seen.oldest.is_some() { " or older" } else { "" };
        let detail = format!("{product} {}{or_older}: {ids} (such as: {}).", seen.version, last.what);
        let location = Location::component(&product, Some(seen.version.clone()));
        let evidence = Evidence::new(seen.exchange, &seen.how);
        found.push(Finding::new(&RULE, seen.confidence, location, evidence).detail(detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    #[test]
    fn a_product_has_one_finding() {
        let exchanges = vec![
            answered("/", 200, &[("Server", "Werkzeug/2.2.2 Python/3.11.7")], "{}"),
            answered("/a", 200, &[("Server", "Werkzeug/2.2.2 Python/3.11.7")], "{}"),
        ];
        let mut found = Findings::default();
        judge(&Surface::default(), &Observations::plainly(Vec::new(), exchanges), &mut found).unwrap();
        let found = found.into_vec();
        assert_eq!(found.len(), 1);
        assert!(found[0].detail.contains("CVE-2023-25577") && !found[0].detail.contains("CVE-2019-14806"));
    }

    #[test]
    fn a_sign_of_an_old_release_counts_unless_the_version_is_shown() {
        let page = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The \
                    requested URL was not found on the server. If you entered the URL manually please check your spelling and try \
                    again.</p>\n";
        let details = |headers: &[(&str, &str)]| {
            let exchanges = vec![answered("/x", 404, headers, page)];
            let mut found = Findings::default();
            let _ = judge(&Surface::default(), &Observations::plainly(Vec::new(), exchanges), &mut found);
            found.into_vec().into_iter().map(|finding| finding.detail).collect::<Vec<_>>()
        };
        let hidden = details(&[("Server", "nginx")]);
        assert!(
            hidden[0].starts_with("Werkzeug 2.1.1 or older: ") && hidden[0].contains("CVE-2023-25577"),
            "{hidden:?}"
        );
        assert!(
            !hidden[0].contains("CVE-2022-29361") && !hidden[0].contains("CVE-2024-49767"),
            "not in the whole band"
        );
        assert!(details(&[("Server", "Werkzeug/3.1.9 Python/3.13.0")]).is_empty());
    }

    #[test]
    fn present_versions_are_silent() {
        let exchanges = vec![answered("/", 200, &[("Server", "Werkzeug/3.1.9 Python/3.13.0")], "{}")];
        let mut found = Findings::default();
        judge(&Surface::default(), &Observations::plainly(Vec::new(), exchanges), &mut found).unwrap();
        assert!(found.is_empty());
    }
}
