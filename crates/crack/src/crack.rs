//! Trying words as the secret of several tokens at once, on several threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::group::Group;
use crate::{Kernel, Target};

/// How many words a thread takes at a time.
const CHUNK: usize = 4096;

/// The word that made a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its place among the words, from zero.
    pub index: u64,
    /// The word itself.
    pub word: Vec<u8>,
}

/// Tries every word as the secret of every target, and returns for each target the first word that verifies.
///
/// It stops when all are found, the words end, or `cancel` is set. Of several readings of one token only one can be found: the others end with
/// it. `progress` is told, from any thread, how many words are done; it is
/// called once for a few thousand words and must be quick. The answer does not depend on the number of threads (zero counts as one).
pub fn crack<I>(
    targets: &[Target],
    words: I,
    threads: usize,
    cancel: &AtomicBool,
    progress: &(impl Fn(u64) + Sync),
) -> Vec<Option<Found>>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]> + Send,
    I::IntoIter: Send,
{
    run(None, targets, words, threads, cancel, progress)
}

/// [`crack`] by one kernel instead of the fastest: for benchmarks and tests.
pub fn crack_with<I>(kernel: &Kernel, targets: &[Target], words: I) -> Vec<Option<Found>>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]> + Send,
    I::IntoIter: Send,
{
    run(Some(kernel), targets, words, 1, &AtomicBool::new(false), &|_| ())
}

fn run<I>(
    kernel: Option<&Kernel>,
    targets: &[Target],
    words: I,
    threads: usize,
    cancel: &AtomicBool,
    progress: &(impl Fn(u64) + Sync),
) -> Vec<Option<Found>>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]> + Send,
    I::IntoIter: Send,
{
    let source = Mutex::new(Source { words: words.into_iter(), next: 0 });
    let found = Mutex::new(vec![None; targets.len()]);
    let done = AtomicU64::new(0);
    let worker = || {
        let mut open: Vec<usize> = (0..targets.len()).collect();
        let mut groups = Group::all(kernel, targets, &open);
        let mut chunk = Vec::with_capacity(CHUNK);
        // Chunks are handed out in order and each one taken is finished, so every word before the last hit has been tried.
        while !cancel.load(Ordering::Relaxed) && !open.is_empty() {
            let Some(first) = lock(&source).take(&mut chunk) else { break };
            let words: Vec<&[u8]> = chunk.iter().map(AsRef::as_ref).collect();
            for group in &groups {
                group.search(&words, cancel, &mut |word, target| {
                    // A kernel compares 32 bits of the signature; this compares all.
                    if targets[target].verify(words[word]) {
                        report(&mut lock(&found)[target], first + word as u64, words[word]);
                    }
                });
            }
            let before = open.len();
            let settled = lock(&found).clone();
            open.retain(|target| !is_settled(&targets[*target], targets, &settled));
            if open.len() < before {
                groups = Group::all(kernel, targets, &open);
            }
            let count = words.len() as u64;
            progress(done.fetch_add(count, Ordering::Relaxed) + count);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
    found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Whether the secret of a token is known, by whichever reading of it: no other reading has one.
fn is_settled(target: &Target, targets: &[Target], found: &[Option<Found>]) -> bool {
    let same = |other: &Target| other.signature() == target.signature() && other.message() == target.message();
    targets.iter().zip(found).any(|(other, found)| found.is_some() && same(other))
}

/// The words not yet handed out.
struct Source<I> {
    words: I,
    next: u64,
}

impl<I: Iterator> Source<I> {
    /// Fills the chunk with the next words and returns the place of the first; `None` at the end.
    fn take(&mut self, chunk: &mut Vec<I::Item>) -> Option<u64> {
        chunk.clear();
        chunk.extend(self.words.by_ref().take(CHUNK));
        let first = self.next;
        self.next += chunk.len() as u64;
        (!chunk.is_empty()).then_some(first)
    }
}

/// Keeps the earlier of the hit known so far and this one.
fn report(slot: &mut Option<Found>, index: u64, word: &[u8]) {
    if slot.as_ref().is_none_or(|known| index < known.index) {
        *slot = Some(Found { index, word: word.to_vec() });
    }
}

/// A panic of a thread cannot leave the guarded values half-written, so a poisoned lock is used as it is.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
