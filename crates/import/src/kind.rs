//! What a file is, by its content.

use std::fmt;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::{ImportError, flask_routes, lines, text};

/// The kinds of files that list requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Postman collection, version 2.
    Postman,
    /// An HTTP archive (HAR 1.2).
    Har,
    /// Burp's export of items, XML.
    Burp,
    /// curl commands.
    Curl,
    /// The table that `flask routes` prints.
    FlaskRoutes,
    /// A URL or a path on each line, with a method before it or without.
    Lines,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Postman => "Postman collection",
            Kind::Har => "HAR file",
            Kind::Burp => "Burp export",
            Kind::Curl => "list of curl commands",
            Kind::FlaskRoutes => "output of flask routes",
            Kind::Lines => "list of URLs",
        })
    }
}

/// What is read.
const READ: &str = "a Postman collection (v2.1), HAR, a Burp export (XML), curl commands, a list of URLs or the output of `flask routes`";

/// The kind of a file.
///
/// # Errors
/// It is of none of these, is known for something else, or is broken before that shows.
pub(crate) fn of(bytes: &[u8]) -> Result<Kind, ImportError> {
    let start = bytes.trim_ascii_start();
    match start.first() {
        None => Err(ImportError::new(format!("the file is empty; it has to be {READ}"))),
        Some(b'{' | b'[') => of_json(bytes),
        Some(b'<') => of_markup(start),
        Some(_) => of_text(bytes),
    }
}

/// Keys that say what a document is; whatever they hold.
#[derive(Deserialize)]
struct Keys {
    log: Option<IgnoredAny>,
    info: Option<IgnoredAny>,
    item: Option<IgnoredAny>,
    requests: Option<IgnoredAny>,
    openapi: Option<IgnoredAny>,
    swagger: Option<IgnoredAny>,
    asyncapi: Option<IgnoredAny>,
    resources: Option<IgnoredAny>,
}

fn of_json(bytes: &[u8]) -> Result<Kind, ImportError> {
    let keys: Keys = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => ImportError::new(format!("this JSON is not {READ}")),
        _ => ImportError::json(&error),
    })?;
    let other = |what: &str| Err(ImportError::new(what.to_owned()));
    match keys {
        Keys { openapi: Some(_), .. } | Keys { swagger: Some(_), .. } => {
            other("this is an OpenAPI document; give it with --spec")
        }
        Keys { asyncapi: Some(_), .. } => {
            other("this is an AsyncAPI document: it describes messages, not HTTP requests")
        }
        Keys { log: Some(_), .. } => Ok(Kind::Har),
        Keys { info: Some(_), item: Some(_), .. } => Ok(Kind::Postman),
        Keys { requests: Some(_), .. } => {
            other("this is a Postman collection of version 1; export it as Collection v2.1")
        }
        Keys { resources: Some(_), .. } => other("this is an Insomnia export; export it as HAR"),
        _ => Err(ImportError::new(format!("this JSON is not {READ}"))),
    }
}

fn of_markup(start: &[u8]) -> Result<Kind, ImportError> {
    let head = String::from_utf8_lossy(&start[..start.len().min(4_096)]).into_owned();
    let has = |word: &str| head.contains(word);
    if has("<items") {
        return Ok(Kind::Burp);
    }
    let what = match () {
        () if has("wsdl") || has("definitions") => "this is a WSDL document: SOAP services are not imported",
        () if has("<html") || has("<!DOCTYPE html") || has("<!doctype html") => "this is an HTML page",
        () => "this XML is not a Burp export of items",
    };
    Err(ImportError::new(format!("{what}; the file has to be {READ}")))
}

fn of_text(bytes: &[u8]) -> Result<Kind, ImportError> {
    let text = text::of(bytes)?;
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or("");
    let begins = |word: &str| text.lines().any(|line| line.trim_start().starts_with(word));
    match () {
        () if flask_routes::is_header(first) => Ok(Kind::FlaskRoutes),
        () if first.split_whitespace().find(|word| *word != "$").is_some_and(|word| word == "curl") => Ok(Kind::Curl),
        () if lines::request(first).is_some() => Ok(Kind::Lines),
        () if begins("asyncapi:") => {
            Err(ImportError::new("this is an AsyncAPI document: it describes messages, not HTTP requests"))
        }
        () if begins("openapi:") || begins("swagger:") => {
            Err(ImportError::new("this is an OpenAPI document; give it with --spec"))
        }
        () if begins("type Query") || begins("schema {") => {
            Err(ImportError::new("this is a GraphQL schema: the scan reads it from the endpoint; scan that URL"))
        }
        () => Err(ImportError::at(
            line_of(text, first),
            format!("'{}' is not a request; the file has to be {READ}", cut(first)),
        )),
    }
}

fn line_of(text: &str, line: &str) -> usize {
    text.lines().position(|l| l.trim() == line).map_or(1, |at| at + 1)
}

fn cut(line: &str) -> &str {
    &line[..line.floor_char_boundary(60)]
}
