//! Paths that exist by convention: robots.txt, the sitemap, the usual names of APIs, and where little is found, of what they are about.

use std::sync::LazyLock;

use model::{Depth, Exchange, Operation, Source, Surface};
use serde::Deserialize;

use super::asker::Asker;
use super::found::{Found, is_wanted};
use super::{fingerprint, link, page, sitemap};

#[derive(Deserialize)]
struct Table {
    usual: Vec<String>,
    bare: Vec<String>,
    deep: Vec<String>,
    sparse: Vec<String>,
    tools: Vec<String>,
    words: Vec<String>,
    objects: Vec<String>,
}

fn table() -> &'static Table {
    #[allow(clippy::expect_used)] // compiled in; a test parses it
    static TABLE: LazyLock<Table> =
        LazyLock::new(|| toml::from_str(include_str!("data/well_known.toml")).expect("valid"));
    &TABLE
}

/// Asks for them. A path counts only when it answers other than a path that does not exist.
pub(crate) async fn discover(asker: &Asker<'_>, surface: &mut Surface, found: &mut Found, missing: Option<&Exchange>) {
    let table = table();
    let depth = asker.target.depth;
    if depth == Depth::Quick {
        return;
    }
    let robots = asker.get("/robots.txt").await;
    let named = robots.map_or_else(Vec::new, |robots| robots_txt(&robots, found));
    // What serves pages may map them; an API does not. Where links lead on, the rules need the request.
    let maps = depth == Depth::Deep || is_sparse(surface, found, depth) && !found.shells.is_empty();
    sitemap::read(named, maps, asker, found).await;
    let mut paths: Vec<String> = Vec::new();
    // A document says better what there is, and so do links.
    let deep = depth == Depth::Deep;
    if surface.specification.is_none() || deep {
        paths.extend(table.usual.iter().cloned());
    }
    if surface.specification.is_none() && found.is_bare() || deep {
        paths.extend(table.bare.iter().cloned());
    }
    if deep {
        paths.extend(table.deep.iter().cloned());
    }
    paths.retain(|path| is_wanted(path, asker.target));
    for (path, exchange) in asker.guess(&paths).await {
        fingerprint::read(&exchange, &mut surface.technologies);
        if exists(&exchange, missing) {
            found.add(page::operation_at(&path));
        }
    }
}

/// Fewest operations that make further guesses needless in a standard scan; pages of HTML are none.
const ENOUGH: usize = 3;

/// Pages with a form among them that are a site, and no part of one that hides the rest.
const PAGES: usize = 6;

/// The kinds of objects and the names before one that a standard scan tries.
const FEW_OBJECTS: usize = 4;
const FEW_WORDS: usize = 3;

/// Where objects are looked for.
const ROOTS: [&str; 2] = ["", "/api"];

/// Asks for further names where links and a document lead to next to nothing, and in a deep scan: tools, and single objects. Where
/// what does not exist says anything but 404, guesses tell nothing.
pub(super) async fn search(asker: &Asker<'_>, found: &mut Found, missing: Option<&Exchange>) {
    let Some(missing) = missing.filter(|m| m.status() == 404) else { return };
    let table = table();
    let deep = asker.target.depth == Depth::Deep;
    let most = |names: &[String], few: usize| if deep { names.len() } else { few };
    let mut paths: Vec<String> = if deep { table.tools.clone() } else { table.sparse.clone() };
    paths.retain(|path| is_wanted(path, asker.target));
    for (path, exchange) in asker.guess(&paths).await {
        if exists(&exchange, Some(missing)) {
            found.add(page::operation_at(&path));
        }
    }
    for root in ROOTS {
        let names = table.objects.iter().take(most(&table.objects, FEW_OBJECTS));
        let paths: Vec<String> = names.map(|name| format!("{root}/{name}/1")).collect();
        for path in there(asker, &paths).await {
            found.add(page::operation_at(&path));
        }
    }
    let names = table.words.iter().take(most(&table.words, FEW_WORDS));
    let paths = names.filter(|name| !found.holds_object(&format!("/{name}")));
    let paths: Vec<String> = paths.map(|name| format!("/{name}/x")).collect();
    for path in there(asker, &paths).await {
        let value = link::parameter("name", model::ParameterIn::Path, "x");
        let template = format!("{}{{name}}", path.trim_end_matches('x'));
        found.add(Operation { parameters: vec![value], ..page::operation_at(&template) });
    }
}

/// Whether a scan has so little to go by that guesses are worth their requests.
pub(super) fn is_sparse(surface: &Surface, found: &Found, depth: Depth) -> bool {
    surface.specification.is_none()
        && match depth {
            Depth::Quick => false,
            Depth::Standard => found.calls() < ENOUGH && !(found.calls() > 0 && found.shells.len() >= PAGES),
            Depth::Deep => true,
        }
}

/// Those of the paths, `<directory>/<name>/<object>` with the same directory and object, that answer other than one with a name
/// that does not exist. That one is asked for only when there is something to compare with it.
pub(super) async fn there(asker: &Asker<'_>, paths: &[String]) -> Vec<String> {
    let wanted: Vec<String> = paths.iter().filter(|path| is_wanted(path, asker.target)).cloned().collect();
    let mut answers = asker.guess(&wanted).await;
    answers.retain(|(_, exchange)| !matches!(exchange.status(), 404 | 410));
    let Some((collection, object)) = answers.first().and_then(|(path, _)| path.rsplit_once('/')) else {
        return Vec::new();
    };
    let control = format!("{}/{object}", checks::judging::soft_404::sibling(asker.target.seed, collection));
    let Some(control) = asker.get(&control).await else { return Vec::new() };
    answers.retain(|(_, exchange)| exists(exchange, Some(&control)));
    let mut there = Vec::new();
    for (path, exchange) in answers {
        // A collection that answers for whatever is below it has no objects there.
        let collection = asker.get(path.rsplit_once('/').map_or("", |(collection, _)| collection)).await;
        if !collection.is_some_and(|all| all.is_success() && checks::judging::soft_404::alike(&all, &exchange)) {
            there.push(path);
        }
    }
    there
}

/// Whether something is there: not what a missing path answers, and not a mere refusal of the path.
pub(super) fn exists(exchange: &Exchange, missing: Option<&Exchange>) -> bool {
    let status = exchange.status();
    // A view that fails or wants more than it got is there all the same, if what is not there says 404.
    let absent = missing.is_some_and(|m| m.status() == 404);
    let refused = matches!(status, 404 | 410 | 421 | 501..) || matches!(status, 400 | 500) && !absent;
    let like_missing = missing.is_none_or(|m| m.status() == status && checks::judging::soft_404::alike(m, exchange));
    // Everything redirects or is refused alike: a login wall, not a page.
    let wall = missing.is_some_and(|m| m.status() == status && !exchange.is_success());
    !refused && !like_missing && !wall
}

/// Adds the paths that `robots.txt` names (RFC 9309), and returns the sitemaps that it names.
fn robots_txt(exchange: &Exchange, found: &mut Found) -> Vec<String> {
    let text = exchange.text();
    if !exchange.is_success() || exchange.is_html() {
        return Vec::new();
    }
    let lines = || text.lines().filter_map(|line| line.split_once(':')).map(|(n, v)| (n.trim(), v.trim()));
    let named = lines().filter(|(name, value)| {
        let rule = name.eq_ignore_ascii_case("allow") || name.eq_ignore_ascii_case("disallow");
        rule && value.starts_with('/') && value.len() > 1 && !value.contains(['*', '$'])
    });
    for (_, value) in named.take(20) {
        found.add(link::operation(value, Source::Link));
    }
    lines().filter(|(name, _)| name.eq_ignore_ascii_case("sitemap")).map(|(_, value)| value.to_owned()).collect()
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn the_table_parses() {
        let table = table();
        assert!(table.usual.iter().chain(&table.bare).chain(&table.deep).all(|p| p.starts_with('/')));
        let guessed = table.sparse.len() + FEW_WORDS + ROOTS.len() * FEW_OBJECTS;
        let controls = ROOTS.len() + 1;
        let documents = checks::vocabulary::specifications::rare_paths(&Surface::default(), Depth::Standard).len();
        assert!(documents + guessed + controls <= wire::Budget::GUESSES as usize, "{documents} {guessed}");
    }

    #[test]
    fn no_guess_names_an_act() {
        for path in table().tools.iter().chain(&table().sparse) {
            let operation = page::operation_at(path);
            assert!(!checks::vocabulary::looks_destructive(&operation), "{path}");
        }
    }
}
