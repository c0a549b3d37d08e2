//! Whatever a document says, reading it neither panics nor hangs. `MIDDLEBRICK_FUZZ_SECONDS` says for how long it is tried.

use std::path::Path;

use model::{Origin, Scheme};
use openapi::Base;

#[test]
fn documents() {
    const TOKENS: &[&str] = &[
        "$ref",
        "'#/components/schemas/N'",
        "*pet",
        "&pet",
        "{",
        "}",
        "[",
        "]",
        ": ",
        "- ",
        "\n  ",
        "allOf",
        "type",
        "null",
        "1e999",
        "\"",
        "%",
        "~1",
        "pattern",
        "(a|b){999}",
        "<<: ",
        "!!binary",
        "---\n",
    ];
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/documents");
    fuzz::run(&corpus, TOKENS, |bytes| {
        if let Ok(document) = openapi::parse(bytes) {
            let base = Base::of(Origin { scheme: Scheme::Http, host: "localhost".to_owned(), port: 80 });
            let operations = document.operations(&base);
            let _ = (document.facts("fuzz", &base), openapi::external_references(&document));
            for body in operations.iter().filter_map(|operation| operation.body.as_ref()) {
                let _ = openapi::example(&body.schema);
            }
        }
    });
}
