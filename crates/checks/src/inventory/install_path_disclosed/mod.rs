use std::collections::BTreeSet;
use std::sync::Arc;

use model::{
    Category, Confidence, Depth, Evidence, Exchange, Finding, Location, Method, NotTested, Rule, Severity, Tag,
};

use super::adler32::adler32;
use super::etag::path_checksum;
use crate::{Check, Cost, Detectors, Findings, RunsOn, Schedule, TargetProbe, Twins};

mod roots;

pub(crate) static RULE: Rule = Rule {
    id: "install-path-disclosed",
    aliases: &[],
    title: "Installation path disclosed by an ETag",
    category: Category::Inventory,
    severity: Severity::Low,
    cwe: &[497],
    tags: &[Tag::Flask],
    risk: "An attacker learns the path, often with the account name, that a file read or the debugger's PIN requires.",
    fix: "Let the proxy serve static files, or set an ETag of your own.",
    references: &[
        "https://werkzeug.palletsprojects.com/en/stable/utils/#werkzeug.utils.send_file",
        "https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3",
        "https://cwe.mitre.org/data/definitions/497.html",
    ],
    page: include_str!("page.md"),
};

/// The request is that of `static-served-by-application`, so it is sent once for both.
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

/// Pages whose titles are read.
const PAGES: usize = 3;

async fn probe_target(probe: &TargetProbe<'_>, found: &mut Findings) -> Result<(), NotTested> {
    let Some(path) = probe.surface.assets.first() else {
        return Err(NotTested::not_applicable("no asset of the target's own was found"));
    };
    let asset = probe.response_to(probe.get(path)).await?;
    let pages = probe.observations.exchanges.iter().filter_map(|exchange| roots::title(exchange)).take(PAGES);
    let document = probe.surface.specification.as_ref().map(|facts| facts.title.clone());
    let titles: Vec<String> = document.into_iter().chain(pages).collect();
    let own = roots::own_names(&probe.origin().host, titles.iter().map(String::as_str));
    found.extend(judge(&asset, &own));
    Ok(())
}

/// The one path whose checksum is that of the tag. Adler-32 of short texts has some twenty real bits: among the usual places no two share
/// one, and should the target's own names make two, neither is proved.
fn judge(asset: &Arc<Exchange>, own: &BTreeSet<String>) -> Option<Finding> {
    let tag = asset.header("etag").filter(|_| asset.is_success())?;
    let sum = path_checksum(tag)?;
    let places = roots::places(asset.request.path());
    let candidates = roots::candidates(own);
    let paths = candidates.iter().flat_map(|root| places.iter().map(move |place| (root, format!("{root}{place}"))));
    let mut matching = paths.filter(|(_, path)| adler32(path.as_bytes()) == sum);
    let (root, path) = matching.next()?;
    if matching.any(|(_, other)| other != path) {
        return None;
    }
    let evidence = Evidence::new(asset, format!("ETag: {tag}, whose end is the Adler-32 checksum of {path}"));
    let finding = Finding::new(&RULE, Confidence::Firm, Location::at(Method::GET, asset.request.path()), evidence);
    Some(finding.detail(format!("The application is in {root}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::answered;

    fn verdict(path: &str, tag: &str, own: &[&str]) -> Option<String> {
        let asset = answered(path, 200, &[("Content-Type", "text/css"), ("ETag", tag)], "body {}");
        judge(&asset, &own.iter().map(|name| (*name).to_owned()).collect()).map(|finding| finding.detail)
    }

    /// The sums are those of Python's `zlib.adler32`.
    #[test]
    fn usual_places_are_recognised() {
        for (path, sum, own, root) in VECTORS {
            let tag = format!("\"1700000000.25-8-{sum}\"");
            assert_eq!(verdict(path, &tag, own), Some(format!("The application is in {root}.")), "{path}");
        }
    }

    #[test]
    fn other_places_and_tags_are_silent() {
        let (path, sum, _, _) = VECTORS[0];
        assert_eq!(verdict(path, &format!("\"1700000000.25-8-{}\"", sum + 1), &[]), None, "another place");
        assert_eq!(verdict("/static/other.css", &format!("\"1700000000.25-8-{sum}\""), &[]), None, "another file");
        assert_eq!(verdict(path, &format!("\"65539f00-8-{sum}\""), &[]), None, "not Werkzeug's form");
        assert_eq!(verdict(path, "W/\"5f3c-1a2b\"", &[]), None);
        let (path, sum, _, _) = VECTORS[3];
        assert_eq!(verdict(path, &format!("\"1700000000.25-8-{sum}\""), &[]), None, "a name that nothing suggests");
    }

    #[test]
    fn an_error_page_is_no_file() {
        let (path, sum, _, _) = VECTORS[0];
        let page = answered(path, 404, &[("ETag", &format!("\"1700000000.25-8-{sum}\""))], "<p>");
        assert!(judge(&page, &BTreeSet::new()).is_none());
    }

    const VECTORS: [(&str, u32, &[&str], &str); 6] = [
        ("/static/main.css", 1_284_638_579, &[], "/app"),
        ("/static/css/site.css?v=3", 1_216_745_398, &[], "/home/ubuntu/flaskapp"),
        ("/assets/main.css", 2_509_048_435, &[], "/usr/src/app"),
        ("/static/main.css", 760_942_309, &["acme-shop"], "/srv/acme-shop/acme-shop"),
        ("/favicon.ico", 3_328_445_478, &[], "/var/www/html"),
        ("/static/a%20b.css", 369_036_815, &[], "/opt/render/project/src"),
    ];
}
