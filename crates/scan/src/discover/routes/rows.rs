//! Rows and lines of methods and paths.

use model::Method;
use scraper::{ElementRef, Html, Selector};

use super::notation;
use super::route::{MOST, Route, methods};

/// Names of the columns of a list of routes.
const METHOD_COLUMNS: [&str; 5] = ["method", "methods", "verb", "http verb", "http method"];
const PATH_COLUMNS: [&str; 9] =
    ["path", "route", "rule", "uri", "url", "endpoint", "pattern", "template", "uri pattern"];

/// Fewest lines that make a list of a text: one is an example.
const LINES: usize = 2;

/// The routes in tables, lists and preformatted text. `is_error`: an error page lists nothing else in this form.
pub(super) fn html(page: &Html, is_error: bool) -> Vec<Route> {
    let all = |selector: &str| Selector::parse(selector).map_or_else(|_| Vec::new(), |s| page.select(&s).collect());
    let mut routes: Vec<Route> = Vec::new();
    for table in all("table").into_iter().take(10) {
        routes.extend(self::table(table, is_error));
    }
    for text in all("pre").into_iter().take(40) {
        // Where each route has an element, they are one line each.
        let lines = text.text().collect::<String>();
        let parts = text.text().collect::<Vec<_>>().join(" ");
        routes.extend(if lines.trim().contains('\n') {
            self::lines(&lines)
        } else {
            line(&parts).filter(|_| is_error).into_iter().collect()
        });
    }
    if is_error {
        let item = |item: ElementRef<'_>| line(&item.text().collect::<Vec<_>>().join(" "));
        routes.extend(all("li").into_iter().take(MOST).filter_map(item));
    }
    routes
}

fn table(table: ElementRef<'_>, is_error: bool) -> Vec<Route> {
    let select = |within: ElementRef<'_>, selector: &str| -> Vec<String> {
        let Ok(selector) = Selector::parse(selector) else { return Vec::new() };
        within.select(&selector).map(|cell| cell.text().collect::<String>().trim().to_owned()).collect()
    };
    let names: Vec<String> = select(table, "th").iter().map(|name| name.to_ascii_lowercase()).collect();
    let has = |columns: &[&str]| names.iter().any(|name| columns.contains(&name.as_str()));
    let called = ["id", "class"].iter().any(|a| table.value().attr(a).is_some_and(|v| v.contains("route")));
    if !called && !(has(&PATH_COLUMNS) && (is_error || has(&METHOD_COLUMNS))) {
        return Vec::new();
    }
    let Ok(rows) = Selector::parse("tr") else { return Vec::new() };
    let row = |row: ElementRef<'_>| {
        let cells = select(row, "td");
        let path = cells.iter().find_map(|cell| cell.split_whitespace().next().filter(|word| is_route(word)))?;
        let methods = cells.iter().find_map(|cell| methods(cell)).unwrap_or_default();
        Some(Route::new(methods, path))
    };
    table.select(&rows).take(MOST).filter_map(row).collect()
}

/// The lines of a text, where several name a method and a path.
pub(super) fn lines(text: &str) -> Vec<Route> {
    let routes: Vec<Route> = text.lines().take(MOST).filter_map(line).collect();
    if routes.len() < LINES { Vec::new() } else { routes }
}

/// `boat_path  GET, HEAD  /boats/:id  Boats.show`: methods, and the path behind them or before.
fn line(text: &str) -> Option<Route> {
    /// More words than a route, its name and its handler are a sentence.
    const WORDS: usize = 10;
    let words: Vec<&str> = text.split_whitespace().take(WORDS + 1).collect();
    let named: Vec<Method> = words
        .iter()
        .filter(|word| word.bytes().any(|b| b.is_ascii_uppercase()))
        .filter(|word| **word == word.to_ascii_uppercase())
        .filter_map(|word| methods(word))
        .flatten()
        .collect();
    let mut paths = words.iter().map(|word| word.trim_end_matches([',', ';'])).filter(|word| is_route(word));
    let path = paths.next().filter(|_| paths.next().is_none() && words.len() <= WORDS)?;
    (!named.is_empty()).then(|| Route::new(named, path))
}

fn is_route(word: &str) -> bool {
    word.starts_with('/') && !word.starts_with("//") && notation::operation(word).is_some()
}
