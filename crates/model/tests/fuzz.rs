//! Whatever a text says, masking it neither panics nor hangs. `MIDDLEBRICK_FUZZ_SECONDS` says for how long it is tried.

use std::path::Path;

use model::Redactor;

#[test]
fn texts() {
    const TOKENS: &[&str] =
        &["password=", "\"token\": \"", "Basic ", "://", ":", "@", "\"", "<password>", "eyJ", "\n", "  - ", "%3D", "&"];
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/texts");
    fuzz::run(&corpus, TOKENS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let redactor = Redactor::new();
        let _ = (redactor.text(&text), redactor.header("Cookie", &text), redactor.header("Authorization", &text));
    });
}
