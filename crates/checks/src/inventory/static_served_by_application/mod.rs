use model::{Category, Confidence, Depth, Evidence, Finding, Location, Method, NotTested, Rule, Severity, Tag};

use super::etag::path_checksum;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

pub(crate) static RULE: Rule = Rule {
    id: "static-served-by-application",
    aliases: &[],
    title: "Static files served by Flask itself",
    category: Category::Inventory,
    severity: Severity::Info,
    cwe: &[400],
    tags: &[Tag::Flask],
    risk: "Any client that requests files occupies workers of the application, and can reach flaws of the file handler.",
    fix: "Let the proxy or a CDN serve static files.",
    references: &["https://flask.palletsprojects.com/en/stable/deploying/nginx/"],
    page: include_str!("page.md"),
};

pub(crate) static CHECK: Check = Check {
    cost: Cost::reads(1),
    schedule: Schedule::from(Depth::Standard),
    detectors: Detectors { on_surface: Some(|probe, found| Box::pin(probe_target(probe, found))), ..Detectors::NONE },
    twins: Twins::Flask {
        vulnerable: include_str!("vulnerable.py"),
        fixed: include_str!("fixed.py"),
        runs_on: RunsOn::EVERYWHERE,
    },
    ..Check::of(&RULE)
};

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(path) = probe.surface.assets.iter().find(|path| is_file(path)) else {
        return Err(NotTested::not_applicable("no asset of the target's own was found"));
    };
    let asset = probe.response_to(probe.get(path)).await?;
    if !asset.is_success() {
        return Err(NotTested::inconclusive(format!("the asset returns {}", asset.status())));
    }
    let tag = asset.header("etag").unwrap_or("");
    if path_checksum(tag).is_some() {
        let location = Location::at(Method::GET, asset.request.path());
        found.push(Finding::new(&RULE, Confidence::Firm, location, Evidence::new(&asset, format!("ETag: {tag}"))));
    }
    Ok(())
}

/// An image with a query comes from a view, unless the query only tells the version of a file: `/static/main.css?v=3`.
fn is_file(path: &str) -> bool {
    let (file, query) = path.split_once('?').unwrap_or((path, ""));
    query.is_empty() || file.rsplit('/').next().is_some_and(|name| name.contains('.')) && !query.contains('.')
}

#[cfg(test)]
mod tests {
    use super::is_file;

    #[test]
    fn views_are_no_files() {
        assert!(is_file("/static/main.css") && is_file("/static/main.css?v=3") && is_file("/static/logo"));
        assert!(!is_file("/img?name=x.jpg") && !is_file("/thumb.cgi?file=a.png"));
    }
}
