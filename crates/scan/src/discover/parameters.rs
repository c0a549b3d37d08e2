//! Query parameters that nothing declares: those that an answer says are missing, and usual names that a page turns out to read,
//! be it that their value comes back or that the page answers with another status or redirect.

use std::sync::{Arc, LazyLock};

use checks::calling::request;
use checks::canary;
use checks::judging::documentation;
use checks::judging::known_file::up;
use model::{Depth, Exchange, Method, Operation, Parameter, ParameterIn, Schema, SchemaType, Surface};
use regex::Regex;
use serde::Deserialize;

use super::asker::Asker;
use super::found::{Found, is_wanted};

#[derive(Deserialize)]
struct Table {
    usual: Vec<String>,
    files: Vec<String>,
    asking: Vec<String>,
    missing: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    regex: String,
    #[cfg(test)]
    what: String,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

fn table() -> &'static Table {
    #[allow(clippy::expect_used)] // compiled in; a test parses it
    static TABLE: LazyLock<Table> =
        LazyLock::new(|| toml::from_str(include_str!("data/parameters.toml")).expect("valid"));
    &TABLE
}

/// Most pages that are asked with the usual names because of what they are called.
fn most_asking(depth: Depth) -> usize {
    match depth {
        Depth::Quick => 0,
        Depth::Standard => 4,
        Depth::Deep => 30,
    }
}

/// Most of the others that are asked with the usual names.
fn most(depth: Depth) -> usize {
    match depth {
        Depth::Quick => 0,
        Depth::Standard => 2,
        Depth::Deep => 30,
    }
}

/// Most pages that are asked so though they do not succeed without a parameter.
fn most_refusing(depth: Depth) -> usize {
    match depth {
        Depth::Quick => 0,
        Depth::Standard => 3,
        Depth::Deep => 15,
    }
}

/// Most parameters that one page is believed to read: whoever repeats more repeats the whole query.
const READ: usize = 3;

/// The parameters that a refusal says are missing.
pub(super) fn missing(exchange: &Exchange) -> Vec<Parameter> {
    #[allow(clippy::expect_used)] // compiled in; a test compiles every row
    static SHAPES: LazyLock<Vec<Regex>> =
        LazyLock::new(|| table().missing.iter().map(|row| Regex::new(&row.regex).expect("valid")).collect());
    if !matches!(exchange.status(), 400 | 422 | 500) {
        return Vec::new();
    }
    let text = exchange.text();
    let mut names: Vec<String> = Vec::new();
    for name in SHAPES.iter().flat_map(|shape| shape.captures_iter(&text)).filter_map(|c| c.get(1)).take(8) {
        if !names.iter().any(|known| known == name.as_str()) {
            names.push(name.as_str().to_owned());
        }
    }
    names.into_iter().map(|name| Parameter { required: true, ..optional(&name) }).collect()
}

/// A parameter that is read though nothing declares it, with a value of its kind: a number would say that it names no file.
fn read_as(name: &str) -> Parameter {
    let value = if table().files.iter().any(|file| file == name) { "test" } else { "1" };
    Parameter { example: Some(value.to_owned()), ..optional(name) }
}

fn optional(name: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        place: ParameterIn::Query,
        required: false,
        schema: Schema::of(SchemaType::String),
        example: None,
        repeated: false,
    }
}

/// Asks pages without known parameters once with all the usual names, each with a word of its own. A word that comes back shows that
/// its parameter is read; so does a page that refused and now does not, or refuses otherwise.
pub(super) async fn discover(asker: &Asker<'_>, surface: &Surface, found: &mut Found, missing: Option<&Exchange>) {
    let mut bare: Vec<Operation> =
        found.operations().filter(|o| is_bare(o) && is_wanted(&o.path, asker.target)).cloned().collect();
    bare.sort_by_key(|o| (!asks_by_name(&o.path), o.path.segments(), o.path.clone()));
    let documented = surface.specification.is_some() && asker.target.depth < Depth::Deep;
    let (mut succeeding, mut refusing) = (most(asker.target.depth), most_refusing(asker.target.depth));
    let mut asking = most_asking(asker.target.depth);
    if documented {
        // What is beside a document are pages, as a rule, and its own parameters are known.
        (asking, succeeding) = (0, succeeding.min(1));
    }
    for operation in bare {
        if asking == 0 && succeeding == 0 && refusing == 0 {
            return;
        }
        // A page that was read before is not asked again for this.
        let Some(plain) = asker.ask(request::build(&operation, surface, asker.target, &[])).await else { continue };
        // What a page of documentation takes is read by its script.
        if documentation::is_page(&plain) {
            continue;
        }
        let left = if plain.is_success() && asking > 0 && asks_by_name(&operation.path) {
            &mut asking
        } else if plain.is_success() {
            &mut succeeding
        } else if refuses(&plain, missing) {
            &mut refusing
        } else {
            continue;
        };
        if *left == 0 {
            continue;
        }
        *left -= 1;
        let page = Page { asker, surface, operation: &operation, plain: &plain };
        let parameters = page.read().await;
        found.add(Operation { parameters, ..operation });
    }
}

/// Whether a page may refuse for want of a parameter: it is there, and neither credentials nor another method would help.
fn refuses(plain: &Exchange, missing: Option<&Exchange>) -> bool {
    let refused =
        matches!(plain.status(), 400 | 404 | 422 | 500) || plain.response().is_some_and(model::Response::is_redirect);
    let like_nothing =
        missing.is_none_or(|m| m.status() == plain.status() && checks::judging::soft_404::alike(m, plain));
    // Where every path is redirected to one place, or fails, no parameter of this page does that.
    let wall = missing.is_some_and(|m| m.status() == plain.status() && plain.status() != 404);
    refused && !like_nothing && !wall
}

/// What tells one refusal from another, and from success: the status, and where to. `None` of what a firewall, a limit, or a server
/// that does not like long addresses says.
fn outcome(exchange: &Exchange) -> Option<(u16, String)> {
    let place = exchange.header("location").unwrap_or("").split(['?', '#']).next().unwrap_or("").to_owned();
    matches!(exchange.status(), 200..=399 | 400 | 404 | 422 | 500).then(|| (exchange.status(), place))
}

/// A page that is asked for what it reads.
struct Page<'a> {
    asker: &'a Asker<'a>,
    surface: &'a Surface,
    operation: &'a Operation,
    plain: &'a Exchange,
}

impl Page<'_> {
    /// The parameters that the page turns out to read.
    async fn read(&self) -> Vec<Parameter> {
        let words: Vec<(&str, String)> = table().usual.iter().map(|name| (name.as_str(), self.word(name))).collect();
        let Some(answer) = self.ask(&words).await else { return Vec::new() };
        let back = read(self.plain, &answer, &words);
        if !back.is_empty() {
            return back;
        }
        if self.differs(&answer) {
            return self.narrowed(words).await;
        }
        // A page that fails without a name of a file fails with one that is not there as well. This one is there, and empty.
        if self.plain.status() == 500 {
            let files: Vec<(&str, String)> = table().files.iter().map(|name| (name.as_str(), empty_file())).collect();
            if self.ask(&files).await.is_some_and(|answer| self.differs(&answer)) {
                return self.narrowed(files).await;
            }
        }
        Vec::new()
    }

    /// A word for a parameter. To a page that succeeds whatever it is asked, a quotation mark in it may make a difference.
    fn word(&self, name: &str) -> String {
        let word = canary(self.asker.target.seed, &["parameter", &self.operation.path, name]);
        if self.plain.is_success() { format!("{word}{QUOTE}") } else { word }
    }

    async fn ask(&self, words: &[(&str, String)]) -> Option<Arc<Exchange>> {
        let value = |(name, word): &'_ (&'_ str, String)| (ParameterIn::Query, (*name).to_owned(), word.clone());
        let held: Vec<(ParameterIn, String, String)> = words.iter().map(value).collect();
        let values: Vec<request::Value<'_>> =
            held.iter().map(|(place, name, value)| request::Value { place: *place, name, value, raw: false }).collect();
        self.asker.ask(request::build(self.operation, self.surface, self.asker.target, &values)).await
    }

    /// Whether the page now answers otherwise.
    fn differs(&self, answer: &Exchange) -> bool {
        outcome(answer).is_some_and(|now| outcome(self.plain).is_some_and(|before| before != now))
    }

    /// The one name of these that makes the page answer otherwise, by halves: about seven requests.
    async fn narrowed(&self, mut words: Vec<(&str, String)>) -> Vec<Parameter> {
        // A page that answers otherwise to any query, or from one time to the next, reads none of these.
        let other = self.word("another");
        let Some((_, value)) = words.first() else { return Vec::new() };
        let any = [(other.trim_end_matches(QUOTE), value.clone())];
        if self.ask(&any).await.is_none_or(|answer| outcome(&answer) != outcome(self.plain)) {
            return Vec::new();
        }
        while words.len() > 1 {
            let second = words.split_off(words.len() / 2);
            if !self.ask(&words).await.is_some_and(|answer| self.differs(&answer)) {
                words = second;
            }
        }
        // The last half was taken because the first was not it, and one name has to do what all did, with another value as well.
        let (name, value) = &words[0];
        let another = if *value == empty_file() { format!("/..{value}") } else { format!("{value}2") };
        let alone = [(*name, another)];
        if !self.ask(&alone).await.is_some_and(|answer| self.differs(&answer)) {
            return Vec::new();
        }
        vec![read_as(name)]
    }
}

const QUOTE: char = '\'';

/// An empty file of every Unix system, reached from any folder, be the value appended to its name or joined to it.
fn empty_file() -> String {
    format!("/{}dev/null", up("../"))
}

/// Whether a page is called by what it does with a value.
fn asks_by_name(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    checks::vocabulary::words(last).any(|word| table().asking.contains(&word))
}

/// A page or data that was found without a document, and that no query is known of.
fn is_bare(operation: &Operation) -> bool {
    operation.method == Method::GET
        && operation.source != model::Source::Specification
        && operation.parameters_in(ParameterIn::Query).next().is_none()
        && !checks::vocabulary::looks_destructive(operation)
        && !checks::calling::graphql::is_named_so(&operation.path)
}

/// The parameters whose word came back.
fn read(plain: &Exchange, answer: &Exchange, words: &[(&str, String)]) -> Vec<Parameter> {
    let all = |exchange: &Exchange| format!("{}\n{}", exchange.header("location").unwrap_or(""), exchange.text());
    let (before, text) = (all(plain), all(answer));
    // The quotation mark may come back escaped.
    let words = words.iter().map(|(name, word)| (name, word.trim_end_matches(QUOTE)));
    let back: Vec<Parameter> = words
        .filter(|(_, word)| text.contains(word) && !before.contains(word))
        .map(|(name, _)| read_as(name))
        .collect();
    if back.len() > READ { Vec::new() } else { back }
}

#[cfg(test)]
mod tests {
    use model::{Origin, Outcome, Request, Response, Scheme};

    use super::*;

    fn answer(status: u16, location: &str, body: &str) -> Exchange {
        let origin = Origin { scheme: Scheme::Http, host: "127.0.0.1".to_owned(), port: 80 };
        let headers = vec![("location".to_owned(), location.to_owned())];
        let headers = if location.is_empty() { Vec::new() } else { headers };
        let outcome = Outcome::Answered(Response::new(status, headers, body.as_bytes().to_vec()));
        Exchange { serial: 0, request: Request::get(&origin, "/x"), outcome, elapsed_us: 0, hops: Vec::new() }
    }

    #[test]
    fn a_page_may_refuse_for_want_of_a_parameter_where_nothing_does_the_same() {
        let missing = answer(404, "", "Not found");
        for plain in [answer(302, "/login", ""), answer(500, "", "Oops"), answer(404, "", "no such user here, sorry")] {
            assert!(refuses(&plain, Some(&missing)), "{}", plain.status());
        }
        for plain in [answer(404, "", "Not found"), answer(401, "", ""), answer(405, "", ""), answer(200, "", "x")] {
            assert!(!refuses(&plain, Some(&missing)), "{}", plain.status());
        }
        let wall = answer(302, "/login?next=/a", "to a");
        assert!(!refuses(&answer(302, "/login?next=/x", "to x"), Some(&wall)), "a login wall");
    }

    #[test]
    fn refusals_are_told_by_status_and_place() {
        let one = outcome(&answer(302, "/login?next=/x%3Fa", ""));
        assert_eq!(one, outcome(&answer(302, "/login?next=/x%3Fb", "")), "the query goes along");
        assert_ne!(one, outcome(&answer(302, "/home", "")));
        assert!([401, 403, 414, 429, 431, 502, 503].iter().all(|s| outcome(&answer(*s, "", "")).is_none()));
    }

    #[test]
    fn all_names_fit_into_one_address() {
        let length: usize = table().usual.iter().map(|name| name.len() + canary(1, &[name]).len() + 2).sum();
        assert!(length < 3_500, "{length}: gunicorn takes lines of 4,094 bytes");
        assert!(table().files.iter().all(|name| table().usual.contains(name)));
        let mut names = table().usual.clone();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), table().usual.len());
    }

    #[test]
    fn every_shape_matches_its_hit_and_not_its_miss() {
        for row in &table().missing {
            let shape = Regex::new(&row.regex).unwrap();
            let name = shape.captures(&row.hit).and_then(|c| c.get(1)).map(|n| n.as_str());
            assert_eq!(name, Some("city"), "{}", row.what);
            assert!(!shape.is_match(&row.miss), "{}", row.what);
        }
    }
}
