//! Reads OpenAPI documents (Swagger 2.0, OpenAPI 3.0, 3.1 and 3.2, as JSON or YAML) into operations and facts.
//!
//! Pure: bytes in, values out. Documents come from strangers, so that nothing here panics, recurses without a limit or grows
//! without one, and a fault of a document is a sentence in [`model::SpecFacts::faults`], not an error, as long as anything can be
//! read at all.

mod build;
mod document;
mod error;
mod example;
mod fault;
mod files;
mod lint;
mod media;
mod operation;
mod parameter;
mod parse;
mod pattern;
mod reference;
mod schema;
mod security;
mod server;
mod style;
mod tree;
mod view;
mod walk;

pub use document::{Document, external_references, parse};
pub use error::ParseError;
pub use example::{example, example_text};
pub use lint::undeclared_security_schemes;
pub use server::Base;
