//! Whatever a file says, reading it neither panics nor hangs. `MIDDLEBRICK_FUZZ_SECONDS` says for how long it is tried.

use std::path::Path;

#[test]
fn imports() {
    const TOKENS: &[&str] = &[
        "{{",
        "}}",
        ":id",
        "\"item\":[",
        "\"request\":{",
        "\"url\":",
        "\"raw\":",
        "\"query\":[",
        "<![CDATA[",
        "]]>",
        "<item>",
        "</items>",
        "&amp;",
        "curl ",
        "-X",
        "--data",
        "$'\\u",
        "\\\n",
        "'",
        "\"",
        "<int:",
        "  ",
        "://",
        "[",
        "]",
        "null",
        "#",
        "\u{202e}",
    ];
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/imports");
    fuzz::run(&corpus, TOKENS, |bytes| {
        if let Ok(imported) = import::read(bytes) {
            assert!(
                imported.requests.iter().all(|r| r.target.starts_with('/') && !r.target.contains(['\r', '\n', ' ']))
            );
        }
    });
}
