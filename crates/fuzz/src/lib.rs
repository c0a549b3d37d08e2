//! What the fuzz tests of all crates share: inputs from a corpus, mutations of them, and a bound on time.
//!
//! A target must take any bytes without a panic and come to an end. Without `MIDDLEBRICK_FUZZ_SECONDS` a target gets its corpus and
//! the same 256 mutations each time; with it, new ones until the time is over. Input that fails is shrunk, printed, and kept in the
//! corpus as `found-…`, so that it is tried first from then on.

// A harness of tests ends a test as the tests themselves do.
#![allow(clippy::panic)]

mod edit;

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// One input may take this long, on a busy machine too; what takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// Mutations that are drawn at once.
const ROUND: u32 = 256;

/// Gives the target every file of the corpus, then mutations of them, spiced with these tokens.
///
/// # Panics
/// The corpus is empty; the target panics on an input, or does not come to an end.
pub fn run(corpus: &Path, tokens: &'static [&'static str], target: fn(&[u8])) {
    let seeds = Arc::new(seeds(corpus));
    let seconds = std::env::var("MIDDLEBRICK_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let (alive, heard) = channel();
    let inputs = Arc::clone(&seeds);
    let worker = std::thread::spawn(move || {
        let guarded = |bytes: &[u8]| {
            let _ = alive.send(bytes.to_vec());
            catch_unwind(AssertUnwindSafe(|| target(bytes)))
        };
        if let Some(seed) = inputs.iter().find(|seed| guarded(seed).is_err()) {
            return Some(seed.clone());
        }
        let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let strategy = edit::mutated(inputs.to_vec(), tokens);
        loop {
            // A new one each time: it counts its cases over all its runs.
            let result = runner(until.is_some())
                .run(&strategy, |bytes| guarded(&bytes).map_err(|_| TestCaseError::fail("it panics")));
            if let Err(TestError::Fail(_, bytes)) = result {
                return Some(bytes);
            }
            if until.is_none_or(|until| Instant::now() >= until) {
                return None;
            }
        }
    });
    let mut last = Vec::new();
    loop {
        match heard.recv_timeout(PATIENCE) {
            Ok(bytes) => last = bytes,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                panic!("it hangs on the input kept as {}:\n{}", keep(corpus, &last), shown(&last))
            }
        }
    }
    let failed = worker.join().unwrap_or(None);
    if let Some(bytes) = failed {
        panic!("it panics on the input kept as {}:\n{}", keep(corpus, &bytes), shown(&bytes));
    }
}

/// Draws the same inputs each time, or others each time.
fn runner(at_random: bool) -> TestRunner {
    let config = Config { cases: ROUND, failure_persistence: None, max_shrink_iters: 4_096, ..Config::default() };
    if at_random {
        TestRunner::new(config)
    } else {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        TestRunner::new_with_rng(config, rng)
    }
}

/// The files of the corpus, by name.
fn seeds(corpus: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(corpus).unwrap_or_else(|error| panic!("{}: {error}", corpus.display()));
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().filter_map(|path| fs::read(path).ok()).collect();
    assert!(!seeds.is_empty(), "{} holds no input", corpus.display());
    seeds
}

/// Keeps an input in the corpus and says where.
fn keep(corpus: &Path, bytes: &[u8]) -> String {
    let mut hash = DefaultHasher::new();
    bytes.hash(&mut hash);
    let path = corpus.join(format!("found-{:016x}", hash.finish()));
    match fs::write(&path, bytes) {
        Ok(()) => path.display().to_string(),
        Err(error) => format!("nothing ({error})"),
    }
}

fn shown(bytes: &[u8]) -> String {
    bytes.iter().take(2_000).map(|byte| std::ascii::escape_default(*byte).to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("middlebrick-fuzz-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("seed"), "name=value; Path=/").unwrap();
        folder
    }

    #[test]
    fn what_panics_is_found_shrunk_and_kept() {
        fn panics_at_two_bangs(bytes: &[u8]) {
            assert!(!bytes.windows(2).any(|pair| pair == b"!!"), "two");
        }
        let folder = corpus("panic");
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let result = catch_unwind(|| run(&folder, &["!!"], panics_at_two_bangs));
        std::panic::set_hook(hook);
        assert!(result.is_err());
        let kept = seeds(&folder).into_iter().find(|seed| seed.contains(&b'!')).unwrap();
        assert!(kept.len() <= "name=value; Path=/!!".len() + 2, "{}", shown(&kept));
        fs::remove_dir_all(folder).unwrap();
    }
}
