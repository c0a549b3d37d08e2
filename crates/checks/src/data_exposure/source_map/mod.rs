use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity, Tag,
};
use url::Url;

use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "source-map",
    aliases: &[],
    title: "Source map exposed",
    category: Category::DataExposure,
    severity: Severity::Low,
    cwe: &[540],
    tags: &[Tag::Misconfiguration],
    risk: "Anyone can read the original front-end source, with comments and unused routes.",
    fix: "Build without source maps for production, or keep them where only your error tracker reads them.",
    references: &["https://tc39.es/ecma426/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(MOST as u32).more_when_deep(MOST as u32),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

/// Scripts looked at for their map.
const MOST: usize = 2;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let scripts: Vec<&String> =
        probe.surface.assets.iter().filter(|p| p.split('?').next().is_some_and(is_script)).take(MOST).collect();
    if scripts.is_empty() {
        return Err(NotTested::not_applicable("no script of the target's own was found"));
    }
    for path in scripts {
        // Discovery reads scripts, so this answer is there already.
        let script = probe.response_to(probe.get(path)).await?;
        let beside = (probe.target.depth == Depth::Deep).then(|| format!("{}.map", script.request.path()));
        let Some(map) = named_map(&script).or(beside) else { continue };
        let response = probe.response_to(probe.get(&map)).await?;
        if let Some(sources) = sources(&response) {
            let evidence = Evidence::new(&response, format!("a source map with {sources} source(s)"));
            let location = Location::at(Method::GET, script.request.path());
            found.push(Finding::new(&RULE, Confidence::Confirmed, location, evidence));
        }
    }
    Ok(())
}

fn is_script(path: &str) -> bool {
    std::path::Path::new(path)
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("js") || e.eq_ignore_ascii_case("mjs"))
}

/// The path of the map that the last lines of a script name, if it is on the same origin.
fn named_map(script: &Exchange) -> Option<String> {
    let text = script.text();
    let last = text.rsplit_once("sourceMappingURL=").and_then(|(_, rest)| rest.split_whitespace().next());
    let named = script.header("sourcemap").or(last)?;
    if named.starts_with("data:") {
        return None;
    }
    let base = Url::parse(&script.request.url()).ok()?;
    let url = base.join(named).ok()?;
    (url.origin() == base.origin()).then(|| url.path().to_owned())
}

/// How many sources a source map (ECMA-426) holds in full.
fn sources(exchange: &Exchange) -> Option<usize> {
    let json = exchange.json();
    let json = json.as_deref().filter(|_| exchange.is_success())?;
    json.get("mappings")?.as_str()?;
    let held =
        json.get("sourcesContent")?.as_array()?.iter().filter(|s| s.as_str().is_some_and(|s| !s.is_empty())).count();
    (held > 0).then_some(held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{answered, exchange};

    #[test]
    fn a_map_is_named_relative_to_its_script() {
        let script = |body: &str| answered("/static/app.js", 200, &[("Content-Type", "text/javascript")], body);
        assert_eq!(named_map(&script("a()\n//# sourceMappingURL=app.js.map\n")).as_deref(), Some("/static/app.js.map"));
        assert_eq!(named_map(&script("//# sourceMappingURL=data:application/json;base64,e30=")), None);
        assert_eq!(named_map(&script("//# sourceMappingURL=https://cdn.example/app.js.map")), None);
        assert_eq!(named_map(&script("a()")), None);
    }

    #[test]
    fn only_maps_with_sources_count() {
        assert_eq!(
            sources(&exchange("/a.map", 200, r#"{"version":3,"sourcesContent":["let a"],"mappings":"AAAA"}"#)),
            Some(1)
        );
        assert_eq!(sources(&exchange("/a.map", 200, r#"{"version":3,"sources":["a"],"mappings":"AAAA"}"#)), None);
        assert_eq!(sources(&exchange("/a.map", 200, "<!doctype html>")), None);
    }
}
