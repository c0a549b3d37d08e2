use model::{Category, Confidence, Evidence, Finding, Rule, Severity, Tag};
use url::Url;

use super::scripts;
use crate::{Check, Detectors, Findings, ObservedExchange, RunsOn, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "unpinned-third-party-version",
    aliases: &[],
    title: "Third-party script without a pinned version",
    category: Category::UnsafeConsumption,
    severity: Severity::Info,
    cwe: &[1357, 829],
    tags: &[Tag::Misconfiguration],
    risk: "An attacker who publishes a bad release of the package runs code in every visitor's session.",
    fix: "Pin the exact version, and give the element its hash.",
    references: &["https://www.w3.org/TR/SRI/", "https://www.jsdelivr.com/documentation#id-npm"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    detectors: Detectors { on_exchange: Some(judge), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

fn judge(observed: &ObservedExchange<'_>, found: &mut Findings) -> bool {
    let Some(foreign) = scripts::foreign(observed.exchange) else { return false };
    let floating: Vec<String> =
        foreign.iter().filter(|f| !f.has_integrity && floats(&f.url)).map(|f| f.url.to_string()).collect();
    if !floating.is_empty() {
        let evidence = Evidence::new(observed.exchange, format!("no exact version: {}", floating.join(", ")));
        let detail = format!("The page loads {}.", floating.join(", "));
        found.push(Finding::new(&RULE, Confidence::Confirmed, observed.location(), evidence).detail(detail));
    }
    !foreign.is_empty()
}

/// Hosts that serve packages by name and version, with the path before the package.
const REGISTRIES: [(&str, &str); 4] =
    [("cdn.jsdelivr.net", "/npm/"), ("unpkg.com", "/"), ("esm.sh", "/"), ("cdn.skypack.dev", "/")];

/// Words that name a version which moves.
const MOVING: [&str; 7] = ["latest", "next", "master", "main", "canary", "nightly", "dev"];

/// Whether the URL names a version that moves, or on a registry of packages none, or only the first part of one.
fn floats(url: &Url) -> bool {
    let package = REGISTRIES
        .iter()
        .find(|(host, _)| url.host_str() == Some(*host))
        .and_then(|(_, before)| url.path().strip_prefix(before));
    if let Some(package) = package {
        let scoped = usize::from(package.starts_with('@'));
        let name: Vec<&str> = package.splitn(scoped + 2, '/').take(scoped + 1).collect();
        let version = name.last().and_then(|name| name.trim_start_matches('@').split_once('@')).map(|(_, v)| v);
        return version.is_none_or(|version| !is_exact(version));
    }
    url.path().split('/').any(|segment| {
        let moving = |version: &str| MOVING.contains(&version.to_ascii_lowercase().as_str());
        segment.rsplit_once('@').is_some_and(|(name, version)| !name.is_empty() && moving(version))
            || segment == "latest"
    })
}

/// `1.2.3`, perhaps with what follows a hyphen, or a commit.
fn is_exact(version: &str) -> bool {
    let number = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or("");
    let parts: Vec<&str> = number.split('.').collect();
    let numeric = parts.len() == 3 && parts.iter().all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    numeric || version.len() >= 20 && version.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_versions_stand_still() {
        let floats = |url: &str| floats(&Url::parse(url).unwrap());
        for url in [
            "https://cdn.jsdelivr.net/npm/vue",
            "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5/swagger-ui-bundle.js",
            "https://unpkg.com/htmx.org@latest",
            "https://unpkg.com/@scope/name/dist/a.js",
            "https://cdn.parts.example/htmx.org@latest/htmx.min.js",
            "https://cdn.parts.example/lib/latest/lib.js",
        ] {
            assert!(floats(url), "{url}");
        }
        for url in [
            "https://cdn.jsdelivr.net/npm/vue@3.5.13/dist/vue.global.js",
            "https://unpkg.com/@scope/name@1.2.3-beta.1/dist/a.js",
            "https://cdn.parts.example/htmx.org@1.9.12/dist/htmx.min.js",
            "https://cdnjs.cloudflare.com/ajax/libs/jquery/3.7.1/jquery.min.js",
            "https://cdn.parts.example/main/app.js",
        ] {
            assert!(!floats(url), "{url}");
        }
    }
}
