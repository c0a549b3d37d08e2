//! Recognising the endpoint of a language model before anything is sent to it.
//!
//! Only what is declared or shown counts: path words, summary, fields of the request, fields of the declared answer.

use std::sync::LazyLock;

use model::{Method, Operation, ParameterIn, Source, Surface};
use serde::Deserialize;

use super::question;
use crate::table;
use crate::vocabulary::{self, Meaning};

/// Most endpoints that are asked.
pub(super) const MOST: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    Path,
    Text,
    Field,
    Answer,
}

#[derive(Debug, Deserialize)]
struct Row {
    place: Place,
    #[serde(default)]
    weight: u32,
    words: Vec<String>,
    #[cfg(test)]
    hit: String,
    #[cfg(test)]
    miss: String,
}

impl Row {
    fn says(&self, text: &str) -> bool {
        match self.place {
            Place::Path | Place::Text => vocabulary::words(text).any(|word| self.words.contains(&word)),
            Place::Field | Place::Answer => self.words.contains(&text.to_ascii_lowercase()),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Table {
    sign: Vec<Row>,
    never: Vec<Row>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| table::read(include_str!("data/endpoints.toml")));

/// The operation's place among the endpoints of language models, the most certain first, then as on the surface; `None` when it
/// is not one of the first [`MOST`].
pub(super) fn rank(operation: &Operation, surface: &Surface) -> Option<usize> {
    certainty(operation)?; // most operations are none, and ranking looks at all
    ranked(surface).iter().position(|o| **o == *operation)
}

/// How many endpoints are asked.
pub(super) fn count(surface: &Surface) -> usize {
    ranked(surface).len()
}

fn ranked(surface: &Surface) -> Vec<&Operation> {
    let mut all: Vec<(u32, &Operation)> =
        surface.operations.iter().filter_map(|o| certainty(o).map(|c| (c, o.as_ref()))).collect();
    all.sort_by_key(|(certainty, _)| std::cmp::Reverse(*certainty));
    all.into_iter().take(MOST).map(|(_, operation)| operation).collect()
}

/// The sum of the signs, when there are enough, one of them strong: a word that means little else, or a declared answer.
fn certainty(operation: &Operation) -> Option<u32> {
    const ENOUGH: u32 = 3;
    // By the path alone: `createChatCompletion` creates no more than text.
    let destructive = vocabulary::says(&operation.path, Meaning::Destructive);
    if destructive || operation.method != Method::POST && operation.method != Method::GET {
        return None;
    }
    let fields = fields(operation);
    let never = |place: Place, text: &str| TABLE.never.iter().any(|row| row.place == place && row.says(text));
    if never(Place::Path, &operation.path) || fields.iter().any(|f| never(Place::Field, f)) {
        return None;
    }
    let weight = |place: Place, text: &str| {
        TABLE.sign.iter().filter(|row| row.place == place && row.says(text)).map(|row| row.weight).max().unwrap_or(0)
    };
    let heaviest = |place: Place, texts: &[String]| texts.iter().map(|t| weight(place, t)).max().unwrap_or(0);
    let segments: Vec<String> = vocabulary::words(&operation.path).collect();
    let path = segments.iter().map(|word| weight(Place::Path, word)).sum::<u32>().min(3);
    let field = heaviest(Place::Field, &fields);
    let response = heaviest(Place::Answer, &responses(operation));
    // What the page says around a script is about its call if the script reads of the response what models respond with.
    let in_script = operation.source == Source::Script && response > 0;
    let shown = operation.labels.iter().filter(|_| in_script).map(String::as_str);
    let own = [operation.summary.as_str(), operation.id.as_deref().unwrap_or("")];
    let text = own.into_iter().chain(shown).map(|text| weight(Place::Text, text)).max().unwrap_or(0);
    let strong = response > 0 || text > 1 || field > 1 || heaviest(Place::Path, &segments) > 1;
    let any_field = || operation.body.as_ref().is_some_and(|body| question::carrying(body, operation).is_some());
    let without_body = operation.method == Method::POST && operation.body.is_none();
    let takes_prompt = field > 0 || without_body || in_script && any_field();
    let sum = path + text + field + response;
    (takes_prompt && strong && sum >= ENOUGH).then_some(sum)
}

/// Names of what a client may send.
fn fields(operation: &Operation) -> Vec<String> {
    let query = operation.parameters_in(ParameterIn::Query).map(|p| p.name.clone());
    let body = operation.body.iter().flat_map(|body| body.schema.properties.keys().cloned());
    query.chain(body).collect()
}

/// Names of what the declared good answers hold, two levels deep.
fn responses(operation: &Operation) -> Vec<String> {
    let good = operation.responses.iter().filter(|r| r.status.starts_with('2') || r.status == "default");
    let properties = good.filter_map(|r| r.schema.as_ref()).flat_map(|s| &s.properties);
    properties.flat_map(|(name, inner)| std::iter::once(name.clone()).chain(inner.properties.keys().cloned())).collect()
}

#[cfg(test)]
mod tests {
    use model::{Body, DeclaredResponse, Schema, SchemaType, Source};

    use super::*;

    fn object(names: &[&str]) -> Schema {
        let mut schema = Schema::of(SchemaType::Object);
        for name in names {
            schema.properties.insert((*name).to_owned(), Schema::of(SchemaType::String));
        }
        schema
    }

    fn post(path: &str, summary: &str, takes: &[&str], responses: &[&str]) -> Option<u32> {
        let mut operation = Operation::undeclared(Method::POST, path, Source::Specification);
        summary.clone_into(&mut operation.summary);
        operation.body = (!takes.is_empty()).then(|| Body {
            media_type: "application/json".to_owned(),
            schema: object(takes),
            required: true,
        });
        operation.responses = vec![DeclaredResponse {
            status: "200".to_owned(),
            media_type: Some("application/json".to_owned()),
            schema: Some(object(responses)),
        }];
        certainty(&operation)
    }

    #[test]
    fn the_table_is_honest() {
        for row in TABLE.sign.iter().chain(&TABLE.never) {
            assert!(row.says(&row.hit), "{:?} misses {}", row.place, row.hit);
            assert!(!row.says(&row.miss), "{:?} hits {}", row.place, row.miss);
        }
    }

    /// A call of a script on a page that shows this, with these fields, of whose response it reads that.
    fn scripted(shown: &str, takes: &[&str], reads: &[&str]) -> bool {
        let mut operation = Operation::undeclared(Method::POST, "/desk/inquire", Source::Script);
        operation.labels = vec![shown.to_owned()];
        let body = Body { media_type: "application/json".to_owned(), schema: object(takes), required: true };
        operation.body = Some(body);
        let schema = Some(object(reads));
        operation.responses = vec![DeclaredResponse { status: "default".to_owned(), media_type: None, schema }];
        certainty(&operation).is_some()
    }

    #[test]
    fn a_script_names_the_field_and_the_page_says_whom_it_asks() {
        assert!(scripted("Ask our assistant", &["wording"], &["reply"]));
        assert!(!scripted("Ask our assistant", &["wording"], &[]), "a contact form on the same page");
        assert!(!scripted("Write to us", &["wording"], &["reply"]));
        assert!(!scripted("Ask our assistant", &["wording", "topic"], &["reply"]), "which of the two?");
        assert!(!scripted("Ask our assistant", &["wording", "email"], &["reply"]), "read by people");
    }

    #[test]
    fn models_are_told_from_people() {
        assert!(post("/v1/chat/completions", "", &[], &[]).is_some());
        assert!(post("/api/chat", "Ask the shop assistant", &["messages"], &["choices"]).is_some());
        assert!(post("/ask", "", &["question"], &["answer"]).is_some());
        assert!(post("/api/generate", "", &["prompt"], &[]).is_some());
        assert!(post("/api/chat", "", &["message"], &["id", "created_at"]).is_none(), "a chat between people");
        assert!(post("/api/chat", "Send a message", &["message", "recipient"], &["reply"]).is_none());
        assert!(post("/ask", "Ask a question", &["question", "title"], &["id"]).is_none(), "a forum");
        assert!(post("/api/messages", "", &["message"], &["id"]).is_none());
        assert!(post("/v1/images/generations", "", &["prompt"], &[]).is_none());
        assert!(post("/chat", "", &[], &[]).is_none());
        assert!(post("/search", "", &["query"], &["results"]).is_none());
    }
}
