//! Where an application may be installed: a table of places, filled in with usual names and with those that the target bears itself.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::Exchange;
use regex::Regex;
use serde::Deserialize;

use crate::table;

#[derive(Deserialize)]
pub(super) struct Table {
    pub(super) roots: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) users: Vec<String>,
}

pub(super) fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("../data/install_roots.toml")));
    &TABLE
}

/// Every place of the table with every name; a project may be called like its account.
pub(super) fn candidates(own: &BTreeSet<String>) -> BTreeSet<String> {
    let Table { roots, names, users } = table();
    let with = |usual: &'static [String]| usual.iter().chain(own);
    let fill = |roots: Vec<String>, hole: &str, words: &'static [String]| -> Vec<String> {
        let (holed, whole): (Vec<String>, Vec<String>) = roots.into_iter().partition(|root| root.contains(hole));
        let filled = holed.iter().flat_map(|root| with(words).map(|word| root.replace(hole, word)));
        filled.chain(whole).collect()
    };
    fill(fill(roots.clone(), "{name}", names), "{user}", users).into_iter().collect()
}

/// Most names that are taken from the target, so that the list, and with it the chance of a false match, stays small.
const MOST: usize = 8;

/// Names that the host and the titles suggest.
pub(super) fn own_names<'a>(host: &str, titles: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let is_address = host.contains(':') || labels.iter().all(|label| label.bytes().all(|b| b.is_ascii_digit()));
    let labels = if is_address { &[][..] } else { &labels[..labels.len().saturating_sub(1)] };
    let names = labels.iter().map(|label| label.to_ascii_lowercase()).chain(titles.flat_map(slugs));
    let mut own = BTreeSet::new();
    for name in names.filter(|name| name.len() > 2 && name != "www" && name != "localhost") {
        if own.len() < MOST {
            own.insert(name);
        }
    }
    own
}

/// A title as directories are called: each word as it stands, and the first two and three joined in the usual ways.
fn slugs(title: &str) -> Vec<String> {
    let title = title.to_ascii_lowercase();
    let is_joint = |c: char| c == '-' || c == '_';
    let mut slugs: Vec<String> = title
        .split(|c: char| !c.is_ascii_alphanumeric() && !is_joint(c))
        .map(|word| word.trim_matches(is_joint).to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    let words: Vec<String> = slugs.clone();
    for count in [2, 3] {
        if let Some(first) = words.get(..count) {
            slugs.extend(["", "-", "_"].map(|joint| first.join(joint)));
        }
    }
    slugs
}

/// The title of a page.
pub(super) fn title(exchange: &Exchange) -> Option<String> {
    static TITLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)<title[^>]{0,200}>([^<]{1,80})<").ok());
    if !exchange.is_success() || !exchange.is_html() {
        return None;
    }
    let text = exchange.text();
    TITLE.as_ref()?.captures(&text).map(|found| found[1].trim().to_owned())
}

/// Where in the application the file of a URL path may be: as the path says, or in the folder `static` when it is served under another
/// path or at the root.
pub(super) fn places(path: &str) -> Vec<String> {
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
    let mut places = vec![path.clone()];
    if !path.starts_with("/static/") {
        places.push(format!("/static{path}"));
        if let Some((_, rest)) = path.trim_start_matches('/').split_once('/') {
            places.push(format!("/static/{rest}"));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::adler32::adler32;
    use crate::samples::answered;

    #[test]
    fn the_table_is_honest() {
        for root in &table().roots {
            assert!(root.starts_with('/') && !root.ends_with('/'), "{root}");
            let rest = root.replace("{name}", "").replace("{user}", "");
            assert!(!rest.contains(['{', '}']), "{root} has an unknown hole");
        }
        let most = candidates(&(0..MOST).map(|n| format!("own{n}")).collect());
        assert!(most.len() < 3_200, "{} are too many for a checksum of so few real bits", most.len());
        assert!(most.contains("/app") && most.contains("/home/own1/own2") && most.contains("/srv/own3/own3"));
        assert!(most.iter().all(|root| !root.contains('{')));
        let sums: BTreeSet<u32> =
            most.iter().map(|root| adler32(format!("{root}/static/style.css").as_bytes())).collect();
        assert_eq!(sums.len(), most.len(), "two places share a checksum");
    }

    #[test]
    fn the_target_names_itself() {
        let names = own_names("shop.example.com", ["Acme Shop \u{2013} Home"].into_iter());
        for name in ["shop", "example", "acme", "acmeshop", "acme-shop", "acme_shop"] {
            assert!(names.contains(name), "{name} is not in {names:?}");
        }
        assert!(!names.contains("com") && names.len() == MOST);
        assert!(
            own_names("127.0.0.1", std::iter::empty()).is_empty() && own_names("::1", std::iter::empty()).is_empty()
        );
        assert!(own_names("www.localhost", std::iter::empty()).is_empty());
        assert!(own_names("10.0.0.7", ["shop_ab12"].into_iter()).contains("shop_ab12"));
    }

    #[test]
    fn titles_are_those_of_pages() {
        assert_eq!(title(&answered("/", 200, &[], "<title> Shop </title>")).as_deref(), Some("Shop"));
        assert_eq!(title(&answered("/", 404, &[], "<title>404 Not Found</title>")), None);
        assert_eq!(title(&answered("/", 200, &[], "{\"a\":\"<title>x<\"}")), None);
    }

    #[test]
    fn static_files_may_be_served_under_another_path() {
        assert_eq!(places("/static/a%20b.css"), ["/static/a b.css"]);
        assert_eq!(places("/assets/a.css"), ["/assets/a.css", "/static/assets/a.css", "/static/a.css"]);
        assert_eq!(places("/a.css"), ["/a.css", "/static/a.css"]);
    }
}
