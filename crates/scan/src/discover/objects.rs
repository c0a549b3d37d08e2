//! Paths that follow from those that were found: the objects of a collection, and in a deep scan the administration of what the
//! target is about.

use std::collections::BTreeSet;

use checks::calling::harvested::singular;
use checks::vocabulary::looks_destructive;
use model::{Depth, Exchange, Method, Operation, Source, Surface};

use super::asker::Asker;
use super::found::{Found, is_wanted};
use super::{page, well_known};

/// A standard scan derives nothing where so much was found: links lead to objects there.
const SMALL: usize = 10;

/// What stands at the end of paths and is no collection of objects.
const NO_COLLECTIONS: [&str; 28] = [
    "login",
    "logout",
    "signin",
    "signup",
    "register",
    "auth",
    "token",
    "search",
    "query",
    "health",
    "status",
    "docs",
    "admin",
    "static",
    "dashboard",
    "settings",
    "about",
    "contact",
    "help",
    "home",
    "index",
    "upload",
    "download",
    "ping",
    "metrics",
    "version",
    "assets",
    "news",
];

/// Words of administration in paths.
const ADMIN: [&str; 6] = ["admin", "administration", "administrator", "backoffice", "manage", "staff"];

/// Most collections that are asked for an object.
fn collections_asked(depth: Depth) -> usize {
    if depth == Depth::Deep { 8 } else { 3 }
}

/// What is administered nearly everywhere, linked or not.
const USUAL: [&str; 4] = ["users", "products", "orders", "posts"];

/// Most pages of administration that are asked for.
const PAGES: usize = 10;

/// Asks for the first object of each collection, where no object of it is known and no document says what there is.
pub(super) async fn discover(asker: &Asker<'_>, surface: &Surface, found: &mut Found, missing: Option<&Exchange>) {
    let depth = asker.target.depth;
    // Where what does not exist says anything but 404, guesses tell nothing.
    if surface.specification.is_some() || depth == Depth::Quick || missing.is_none_or(|m| m.status() != 404) {
        return;
    }
    let known: Vec<Operation> = found.operations().cloned().collect();
    if depth == Depth::Deep || known.len() <= SMALL {
        for collection in above(&known).into_iter().take(collections_asked(depth)) {
            let answer = asker.guess(std::slice::from_ref(&collection)).await.pop();
            if let Some((path, exchange)) = answer.filter(|(path, _)| is_wanted(path, asker.target))
                && well_known::exists(&exchange, missing)
                && !answers_for_all(asker, &path, &exchange).await
            {
                found.add(page::operation_at(&path));
            }
        }
        for collection in collections(&known, found).into_iter().take(collections_asked(depth)) {
            for path in objects(&collection, depth) {
                for path in well_known::there(asker, &[path]).await {
                    found.add(page::operation_at(&path));
                }
            }
        }
    }
    if depth == Depth::Deep {
        administration(asker, &known, found).await;
    }
}

/// The collections that paths lie below and that are not known themselves: `/members` of `/members/login` and of `/members/{id}`.
fn above(known: &[Operation]) -> Vec<String> {
    let paths: BTreeSet<&str> = known.iter().map(|o| o.path.as_str().trim_end_matches('/')).collect();
    let parents = paths.iter().filter_map(|path| path.rsplit_once('/')).map(|(parent, _)| parent);
    let parents: BTreeSet<&str> = parents.filter(|parent| !paths.contains(parent)).collect();
    parents.into_iter().filter(|parent| noun(parent).is_some_and(is_plural)).map(str::to_owned).collect()
}

/// Whether a name beside this one that does not exist is answered alike.
async fn answers_for_all(asker: &Asker<'_>, path: &str, exchange: &Exchange) -> bool {
    let control = asker.get(&checks::judging::soft_404::sibling(asker.target.seed, path)).await;
    control.is_none_or(|control| !well_known::exists(exchange, Some(&control)))
}

/// The collections of which no object is known: a plural, or what takes anything but GET.
fn collections(known: &[Operation], found: &Found) -> Vec<String> {
    let paths: BTreeSet<&str> = known.iter().map(|o| o.path.as_str()).collect();
    let is_asked = |path: &str| known.iter().any(|o| o.path == path && o.method == Method::GET);
    paths
        .iter()
        .filter(|path| noun(path).is_some_and(|noun| is_plural(noun) || !is_asked(path)) && !found.holds_object(path))
        .map(|path| (*path).to_owned())
        .collect()
}

/// The last segment of a path without placeholders, if it names things.
fn noun(path: &str) -> Option<&str> {
    let last = path.rsplit('/').next().filter(|_| !path.contains('{'))?;
    let word = (3..=20).contains(&last.len()) && last.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_');
    let acts = looks_destructive(&page::operation_at(path));
    (word && !acts && !NO_COLLECTIONS.contains(&last)).then_some(last)
}

fn is_plural(word: &str) -> bool {
    word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us")
}

/// Where the first object of a collection may be: below it, and in a deep scan below its singular (`/orders`: `/order/1`).
fn objects(collection: &str, depth: Depth) -> Vec<String> {
    let (directory, name) = collection.rsplit_once('/').unwrap_or(("", collection));
    let mut paths = vec![format!("{collection}/1")];
    if depth == Depth::Deep && is_plural(name) {
        paths.push(format!("{directory}/{}/1", singular(name)));
    }
    paths
}

/// Asks for pages of administration of the things that the target is about.
async fn administration(asker: &Asker<'_>, known: &[Operation], found: &mut Found) {
    let paths = administered(known);
    let Some(first) = paths.first() else { return };
    let Some(control) = asker.get(&checks::judging::soft_404::sibling(asker.target.seed, first)).await else { return };
    for (path, exchange) in asker.guess(&paths).await {
        if is_wanted(&path, asker.target) && well_known::exists(&exchange, Some(&control)) {
            found.add(page::operation_at(&path));
        }
    }
}

/// `/admin/products` of a target with products, below the administration that was found or else the usual one.
fn administered(known: &[Operation]) -> Vec<String> {
    let prefix = known
        .iter()
        .filter_map(|o| {
            let at = o.path.split('/').position(|segment| ADMIN.contains(&segment))?;
            Some(o.path.split('/').take(at + 1).collect::<Vec<&str>>().join("/"))
        })
        .min_by_key(String::len)
        .unwrap_or_else(|| "/admin".to_owned());
    let linked = known.iter().filter(|o| o.source != Source::WellKnown);
    let nouns: BTreeSet<String> = linked
        .filter_map(|o| noun(o.path.split("/{").next().unwrap_or("")))
        .filter(|noun| !ADMIN.contains(noun))
        .map(|noun| if is_plural(noun) { noun.to_owned() } else { format!("{noun}s") })
        .collect();
    let usual = USUAL.iter().map(|noun| (*noun).to_owned()).filter(|noun| !nouns.contains(noun));
    let paths = nouns.iter().cloned().chain(usual.collect::<Vec<String>>()).map(|noun| format!("{prefix}/{noun}"));
    paths.filter(|path| !known.iter().any(|o| o.path == *path)).take(PAGES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations(lines: &[&str]) -> Vec<Operation> {
        let parsed = lines.iter().filter_map(|line| line.split_once(' '));
        parsed.map(|(method, path)| Operation::undeclared(Method::new(method), path, Source::Link)).collect()
    }

    #[test]
    fn collections_without_known_objects() {
        let known = operations(&[
            "GET /users",
            "GET /books",
            "GET /books/{id}",
            "POST /user",
            "GET /about",
            "POST /login",
            "GET /news",
            "GET /address",
            "GET /shop/{id}/parts",
            "GET /style.css",
            "POST /delete-users",
        ]);
        let mut found = Found::default();
        known.iter().cloned().for_each(|operation| found.add(operation));
        assert_eq!(collections(&known, &found), ["/user", "/users"]);
        assert_eq!(objects("/api/orders", Depth::Deep), ["/api/orders/1", "/api/order/1"]);
        assert_eq!(objects("/api/orders", Depth::Standard), ["/api/orders/1"]);
    }

    #[test]
    fn collections_above_known_paths() {
        let known = operations(&[
            "POST /api/members/login",
            "GET /orders/{id}",
            "GET /users",
            "GET /users/{id}",
            "GET /shop/{id}/parts/{id2}",
            "GET /static/app/x",
            "GET /delete-users/x/",
        ]);
        assert_eq!(above(&known), ["/api/members", "/orders"]);
    }

    #[test]
    fn what_there_is_may_be_administered() {
        let known = operations(&["GET /product/{name}", "GET /carts", "GET /", "GET /login"]);
        assert_eq!(
            administered(&known),
            ["carts", "products", "users", "orders", "posts"].map(|n| format!("/admin/{n}"))
        );
        let known = operations(&["GET /app/admin/login", "GET /app/orders", "GET /app/admin/orders"]);
        let rest = ["users", "products", "posts"].map(|n| format!("/app/admin/{n}"));
        assert_eq!(administered(&known), rest, "orders are known already");
        let many: Vec<String> = ('a'..='z').map(|c| format!("GET /things{c}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(administered(&operations(&many)).len(), PAGES);
    }
}
