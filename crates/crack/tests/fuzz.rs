//! Whatever stands in a token, reading it neither panics nor hangs. `MIDDLEBRICK_FUZZ_SECONDS` says for how long it is tried.

use std::path::Path;

use crack::Target;

#[test]
fn tokens_to_guess() {
    const TOKENS: &[&str] = &[".", "eyJ", "eJw", "=", "-_", ":", "\"", "session=", "ZxY1Ag"];
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/tokens");
    fuzz::run(&corpus, TOKENS, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let targets = Target::parse(&text).into_iter().chain(Target::guesses(&text).unwrap_or_default());
        for target in targets {
            let _ = (target.decode(), target.verify(b"secret"), target.kind().name());
        }
    });
}
