//! What says that calling something does something: its address, what a document says about it, what a page shows for it.
//!
//! It is reason enough not to call an operation, and none to report it. What only reads is called: a noun is not a verb
//! (`/openings`, `/closed-lanes`), and a page about a deed is not the deed (`/order-history`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use model::{Operation, ParameterIn, Source};
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::fold::{folded_words, spellings};
use super::list::List;
use super::meaning::{Meaning, says};
use super::words::is_a_place;
use crate::table;

pub(super) mod deeds;
mod within;

use within::Within;

#[derive(Deserialize)]
struct File {
    language: Vec<Language>,
    homographs: Homographs,
    pages: Words,
    determiners: Words,
    within: Within,
    after_objects: Words,
    relations: Words,
    saving: Buttons,
}

/// What buttons of forms say.
#[derive(Deserialize)]
struct Buttons {
    words: BTreeSet<String>,
    sending: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Language {
    id: String,
    ends: Vec<String>,
    does: Vec<String>,
    #[serde(default)]
    shown: Vec<String>,
}

#[derive(Deserialize)]
struct Homographs {
    #[serde(rename = "verbs")]
    everywhere: BTreeSet<String>,
    in_addresses: BTreeSet<String>,
    forms: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Words {
    words: BTreeSet<String>,
}

/// Words in a row, as they are compared.
type Phrase = Vec<String>;

#[derive(Default)]
struct Table {
    /// Verbs of every language, by their first word.
    verbs: BTreeMap<String, Vec<Verb>>,
    /// English verbs that are nouns or adjectives too.
    homographs: BTreeSet<String>,
    /// Further ones that count in addresses only.
    in_addresses: BTreeSet<String>,
    /// Those of both that end the path of a page with a form.
    forms: BTreeSet<String>,
    pages: BTreeSet<String>,
    determiners: BTreeSet<String>,
    within: Within,
    /// Words that act at the end of a path behind an object.
    after_objects: BTreeSet<String>,
    relations: BTreeSet<String>,
    /// What the button of a form says that saves.
    saving: BTreeSet<String>,
    /// What it says that may only send what is looked for.
    sending: BTreeSet<String>,
}

struct Verb {
    phrase: Phrase,
    /// Counts as the text of a link.
    ends: bool,
    /// Counts in an address.
    in_address: bool,
    is_english: bool,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let file: File = table::read(include_str!("data/acting.toml"));
    let mut table = Table {
        homographs: file.homographs.everywhere,
        in_addresses: file.homographs.in_addresses,
        forms: file.homographs.forms,
        pages: file.pages.words,
        determiners: file.determiners.words,
        within: file.within,
        after_objects: spelled(&file.after_objects.words),
        relations: file.relations.words,
        saving: spelled(&file.saving.words),
        sending: spelled(&file.saving.sending),
        ..Table::default()
    };
    for language in &file.language {
        let kinds = [(&language.ends, true, true), (&language.does, false, true), (&language.shown, true, false)];
        for (entries, ends, in_address) in kinds {
            for phrase in entries.iter().flat_map(|entry| spellings(entry)) {
                let phrase: Phrase = phrase.split(' ').map(str::to_owned).collect();
                let first = phrase.first().cloned().unwrap_or_default();
                let is_english = language.id == "en";
                table.verbs.entry(first).or_default().push(Verb { phrase, ends, in_address, is_english });
            }
        }
    }
    table
});

/// The words in all their spellings.
fn spelled(words: &BTreeSet<String>) -> BTreeSet<String> {
    words.iter().flat_map(|word| spellings(word)).collect()
}

/// A verb at this place of some words, with the number of its words.
fn verb_at(said: &[String], at: usize) -> impl Iterator<Item = &'static Verb> {
    let rest = said.get(at..).unwrap_or_default();
    let verbs = rest.first().and_then(|word| TABLE.verbs.get(word)).into_iter().flatten();
    verbs.filter(move |verb| rest.starts_with(&verb.phrase))
}

/// Whether the path of an operation calls for a deed.
pub(super) fn path_acts(operation: &Operation) -> bool {
    let decoded = percent_decode_str(&operation.path).decode_utf8_lossy().into_owned();
    let segments: Vec<&str> = decoded.split('/').filter(|segment| !segment.is_empty()).collect();
    let said: Vec<Vec<String>> = segments.iter().map(|segment| folded_words(segment)).collect();
    let filled = |at: usize| segments[at].starts_with('{');
    let is_bare = !has_values(operation);
    (0..segments.len()).any(|at| {
        let before = at.checked_sub(1).map(|before| (segments[before], filled(before)));
        // A path of nothing but a verb that makes something is the page with the form.
        let is_form = is_bare && segments.len() == 1;
        !filled(at)
            && (segment_acts(&said[at], before, at + 1 == segments.len(), is_form)
                || TABLE.within.acts(segments[at], is_form))
    }) || acts_on_object(&segments, &said)
        || said.last().is_some_and(|last| makes_from_query(last, operation))
}

/// Whether a link leads there with values of its own.
fn has_values(operation: &Operation) -> bool {
    operation.source != Source::Specification
        && operation.parameters_in(ParameterIn::Query).any(|p| p.example.is_some())
}

/// Whether a path ends with what is done to the object before it: `/rooms/7/book`, `/rooms/blue/book`.
fn acts_on_object(segments: &[&str], said: &[Vec<String>]) -> bool {
    let [.., last] = said else { return false };
    let is_object = match segments {
        [.., before, _] if before.starts_with('{') => true,
        [.., collection, name, _] => is_plural(collection) && is_a_thing(name) && !is_a_place(collection),
        _ => false,
    };
    is_object && TABLE.after_objects.contains(&last.join(" "))
}

fn is_plural(segment: &str) -> bool {
    let last = folded_words(segment).pop().unwrap_or_default();
    last.ends_with('s') && !last.ends_with("ss")
}

/// `is_form`: whether it is the page with the form if it makes something. `before`: the segment before, and whether an id stands there. `ends`: whether the path ends with this segment.
fn segment_acts(said: &[String], before: Option<(&str, bool)>, ends: bool, is_form: bool) -> bool {
    let is_page = said.len() > 1 && said.last().is_some_and(|last| TABLE.pages.contains(last));
    let verb = |at: usize| {
        verb_at(said, at).filter(|verb| verb.in_address).any(|verb| {
            let last = at + verb.phrase.len() == said.len();
            let alone = at == 0 && last && is_form;
            (at == 0 || last || !verb.is_english) && (verb.ends || !alone)
        })
    };
    if !is_page && (0..said.len()).any(verb) {
        return true;
    }
    let Some(first) =
        said.first().filter(|first| TABLE.homographs.contains(*first) || TABLE.in_addresses.contains(*first))
    else {
        return ends && is_switch(said) && before.is_some_and(|(before, filled)| filled || !is_a_place(before));
    };
    match said.get(1) {
        Some(next) => !TABLE.forms.contains(first) && !TABLE.pages.contains(next) && !is_page,
        None => {
            ends && !TABLE.forms.contains(first) && before.is_some_and(|(before, filled)| filled || is_a_thing(before))
        }
    }
}

/// The verb that a word or two are, as a value of a query: `?do=halt`.
pub(super) fn value_acts(value: &str) -> bool {
    let said = folded_words(value);
    said.len() <= 2 && verb_at(&said, 0).any(|verb| verb.in_address && verb.phrase.len() == said.len())
        || TABLE.within.acts_in_short(value, false)
}

/// `/light/9/off`.
fn is_switch(said: &[String]) -> bool {
    matches!(said, [word] if word == "on" || word == "off")
}

/// One thing and no collection, whose openings, closings and orders `/issues/open` lists, nor a place before a page.
fn is_a_thing(segment: &str) -> bool {
    let last = folded_words(segment).pop().unwrap_or_default();
    !segment.starts_with('{') && last.len() > 2 && !is_plural(segment) && !is_a_place(segment)
}

/// `/post/new?text=a`: the form has no values yet, and what is made of values is made.
fn makes_from_query(last: &[String], operation: &Operation) -> bool {
    let is_made = matches!(last, [word] if matches!(word.as_str(), "new" | "add" | "insert" | "save" | "update"));
    let mut queries = operation.parameters_in(ParameterIn::Query);
    is_made && operation.source == Source::Link && queries.any(|p| p.example.is_some())
}

/// Whether the identifier in a document calls for a deed: `chargeCard`, `end_session`, and not `get_close_dates`.
pub(super) fn id_acts(id: &str) -> bool {
    let said = folded_words(id);
    (segment_acts(&said, None, false, false) || TABLE.within.acts(id, false)) && said.len() < LONG_ID
}

/// `FastAPI` makes identifiers of the whole path, whose segments have been looked at.
const LONG_ID: usize = 6;

/// Whether a line of a summary or description says that something is done: a verb begins it, in the imperative or the third person.
pub(crate) fn text_acts(text: &str) -> bool {
    text.lines().take(3).any(|line| sentence_acts(&folded_words(line)) || TABLE.within.acts_in_short(line, false))
        || tells_of_effects(text)
}

/// Whether a later clause says what is done besides: `Returns a fresh token and invalidates the old one`, `Side effects: ...`.
fn tells_of_effects(text: &str) -> bool {
    const CLAUSES: usize = 12;
    let lower = text.to_lowercase();
    if lower.contains("side effect:") || lower.contains("side effects:") {
        let after = lower.split("side effect").nth(1).unwrap_or_default();
        let said = after.trim_start_matches('s').trim_start_matches(':').trim_start();
        return !said.starts_with("none") && !said.starts_with("no ");
    }
    let clauses = lower.split(['.', ';', '(', ',', '\n', '\u{2014}']).flat_map(|sentence| sentence.split(" and "));
    clauses.skip(1).take(CLAUSES).any(|clause| {
        let mut said = folded_words(clause);
        if matches!(said.first().map(String::as_str), Some("then" | "also" | "it")) {
            said.remove(0);
        }
        let (Some(first), Some(next)) = (said.first().cloned(), said.get(1)) else { return false };
        let is_object = TABLE.determiners.contains(next)
            || matches!(next.as_str(), "it" | "them" | "old" | "previous" | "existing") && !is_preposition(next);
        let third = bases(&first).into_iter().skip(1).any(|base| {
            said[0] = base;
            verb_at(&said, 0).any(|verb| verb.ends && verb.is_english)
        });
        is_object && third
    })
}

fn sentence_acts(said: &[String]) -> bool {
    let Some(first) = said.first() else { return false };
    // `Creates and fills the table`: what two verbs act on.
    let are_two = said.get(1).is_some_and(|word| word == "and") && said.get(2).is_some_and(|word| word.ends_with('s'));
    let next = said.get(if are_two { 3 } else { 1 });
    let determined = next.is_some_and(|next| TABLE.determiners.contains(next));
    let short = said.len() <= 4;
    let is_page = said
        .iter()
        .skip(1)
        .any(|word| matches!(word.as_str(), "form" | "page" | "history" | "policy" | "preview" | "dry"))
        || short && said.len() > 1 && said.last().is_some_and(|last| TABLE.pages.contains(last));
    let foreign = |at: usize| verb_at(said, at).any(|verb| !verb.is_english && verb.in_address);
    if foreign(0) || short && (1..said.len()).any(foreign) {
        return true;
    }
    let bases = bases(first);
    let is_verb = |base: &String| {
        let mut said = said.to_vec();
        said[0].clone_from(base);
        verb_at(&said, 0).any(|verb| verb.in_address)
    };
    let in_third = |base: &String| base != first;
    bases.iter().any(|base| {
        if is_verb(base) {
            // `Transfers of an account`, `Refunds`: nouns.
            determined
                || if in_third(base) { next.is_some_and(|next| !is_preposition(next)) && !is_page } else { !is_page }
        } else {
            TABLE.homographs.contains(base) && determined
        }
    })
}

fn is_preposition(word: &str) -> bool {
    matches!(
        word,
        "of" | "for"
            | "from"
            | "in"
            | "by"
            | "per"
            | "and"
            | "or"
            | "with"
            | "since"
            | "to"
            | "made"
            | "on"
            | "at"
            | "are"
            | "is"
    )
}

/// A word and what it may be the third person of: `sends`, `finishes`, `applies`.
pub(super) fn bases(word: &str) -> Vec<String> {
    let mut all = vec![word.to_owned()];
    all.extend(word.strip_suffix("ies").map(|stem| format!("{stem}y")));
    all.extend(word.strip_suffix("es").map(str::to_owned));
    all.extend(word.strip_suffix('s').map(str::to_owned));
    all
}

/// Whether the text of a link or button says that following it takes away, ends or switches something. One that makes, sends or pays
/// leads to a form, and so does one word like `Cancel` or `Close`.
pub(crate) fn label_acts(label: &str) -> bool {
    const MOST: usize = 8;
    let said = folded_words(label);
    let is_page = said.len() > 1 && said.last().is_some_and(|last| TABLE.pages.contains(last));
    if said.is_empty() || said.len() > MOST || is_page {
        return false;
    }
    let verb = |at: usize| verb_at(&said, at).any(|verb| verb.ends && (at == 0 || !verb.is_english));
    let determined = said.get(1).is_some_and(|next| TABLE.determiners.contains(next));
    (0..said.len()).any(verb)
        || TABLE.within.acts_in_short(label, true)
        || determined
            && matches!(said[0].as_str(), "close" | "cancel" | "clear" | "empty" | "reset" | "stop" | "end" | "lock")
}

#[cfg(test)]
mod tests;
