//! The folder that the target serves its own files from, at any depth and under any name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::{Exchange, Operation, Surface};
use regex::Regex;

/// Names of folders that are served as they are.
const SERVED: [&str; 8] = ["static", "assets", "public", "media", "dist", "resources", "files", "_static"];

/// Names of folders within them, one for each kind of file.
#[rustfmt::skip]
const KINDS: [&str; 22] = [
    "css", "js", "img", "imgs", "image", "images", "icon", "icons", "font", "fonts", "style", "styles", "stylesheets", "script", "scripts",
    "javascript", "javascripts", "lib", "libs", "vendor", "theme", "themes",
];

/// The folder that most of the target's own assets are served from; `static/` where the scan was asked to begin, when none was seen.
pub(in crate::data_exposure) fn static_directory(surface: &Surface) -> String {
    let mut directories: BTreeMap<String, usize> = BTreeMap::new();
    for root in surface.assets.iter().filter_map(|path| root(path)) {
        *directories.entry(root).or_default() += 1;
    }
    // Of two that are used alike the shorter one holds more.
    let most = directories.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(name.clone())));
    let begin =
        surface.path.split('?').next().and_then(|path| path.rsplit_once('/')).map_or("", |(directory, _)| directory);
    most.map_or_else(|| format!("{begin}/static/"), |(name, _)| name)
}

/// The folder that an asset is served from: `/shop/static/` of `/shop/static/css/a.css`, `/assets/v7/` of `/assets/v7/a.js`, `/web/` of
/// `/web/css/a.css`. A file at the root tells nothing.
fn root(asset: &str) -> Option<String> {
    let path = asset.split('?').next().unwrap_or("");
    let (directory, _) = path.strip_prefix('/')?.rsplit_once('/')?;
    let segments: Vec<&str> = directory.split('/').collect();
    let lower = |at: usize| segments[at].to_ascii_lowercase();
    let mut end = segments.len();
    if let Some(at) = (0..segments.len()).find(|at| SERVED.contains(&lower(*at).as_str())) {
        end = at + 1;
    } else {
        while end > 1 && KINDS.contains(&lower(end - 1).as_str()) {
            end -= 1;
        }
    }
    if segments.get(end).is_some_and(|segment| is_version(segment)) {
        end += 1;
    }
    Some(format!("/{}/", segments[..end].join("/")))
}

/// `v7`, `2.1.0`, `20240131`.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix(['v', 'V']).unwrap_or(segment);
    number.starts_with(|c: char| c.is_ascii_digit()) && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Whether a page loads files of its own from a folder: a server that serves a folder serves everything in it.
pub(in crate::data_exposure) fn loads_files(_: &Operation, plain: Option<&Exchange>) -> bool {
    /// Most of a page that is looked at: what it loads stands at its beginning.
    const READ: usize = 64 * 1024;
    static FILE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i)<(?:script|link|img)\b[^<>]{0,300}?\s(?:src|href)\s{0,3}=\s{0,3}["']?(?:[\w.-]+/|/[\w.-]+/)[\w./-]+\.(?:css|js|png|jpe?g|svg|gif|ico|webp)\b"#).ok()
    });
    plain.filter(|page| page.is_success() && page.is_html()).is_some_and(|page| {
        let text = page.text();
        FILE.as_ref().is_some_and(|file| file.is_match(&text[..text.floor_char_boundary(READ)]))
    })
}

#[cfg(test)]
mod tests {
    use model::Method;

    use super::*;
    use crate::samples::{exchange, operation};

    #[test]
    fn the_folder_is_found_at_any_depth() {
        for (asset, expected) in [
            ("/static/a.css", "/static/"),
            ("/static/admin/css/base.css", "/static/"),
            ("/shop/static/css/a.css?v=3", "/shop/static/"),
            ("/assets/v7/a.js", "/assets/v7/"),
            ("/static/2.1.0/js/a.js", "/static/2.1.0/"),
            ("/x/web/js/a.js", "/x/web/"),
            ("/css/a.css", "/css/"),
            ("/ui/kit/a.css", "/ui/kit/"),
        ] {
            assert_eq!(root(asset).as_deref(), Some(expected), "{asset}");
        }
        assert_eq!(root("/favicon.ico"), None);
    }

    #[test]
    fn most_assets_decide_and_without_any_the_scans_beginning() {
        let mut surface = Surface { path: "/shop/index?x=/1".to_owned(), ..Surface::default() };
        assert_eq!(static_directory(&surface), "/shop/static/");
        surface.path = String::new();
        assert_eq!(static_directory(&surface), "/static/");
        surface.assets.extend(["/assets/a.js", "/assets/css/b.css", "/x/c.js"].map(str::to_owned));
        assert_eq!(static_directory(&surface), "/assets/");
    }

    #[test]
    fn only_pages_with_files_of_their_own_point_to_a_folder() {
        let points = |page: &str| loads_files(&operation(Method::GET, "/"), Some(&exchange("/", 200, page)));
        assert!(
            points("<link rel=stylesheet href=/kit/a.css>")
                && points("<!doctype html><script src='lib/a.js'></script>")
        );
        for page in
            ["<script src=https://cdn.example/kit/a.js></script>", "<img src=/a.png>", "<a href=/kit/a.css>a</a>"]
        {
            assert!(!points(page), "{page}");
        }
    }
}
