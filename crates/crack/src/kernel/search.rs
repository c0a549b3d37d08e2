//! The one search that every kernel runs: words in, HMAC keys derived, first words of signatures compared.

use std::sync::atomic::{AtomicBool, Ordering};

use super::plan::{Block, Function, Key, Plan};

/// The most words computed side by side by any kernel.
pub(super) const MAX_LANES: usize = 16;

const INNER_PAD: u32 = 0x3636_3636;
const OUTER_PAD: u32 = 0x5c5c_5c5c;

/// Searches words for the targets of one plan.
pub(crate) trait Search<const N: usize>: Send + Sync {
    /// Tells `hit` the place of the word and of the target in the plan where the first 32 bits of the signature fit; ends early when `stop`
    /// is set.
    fn search(&self, plan: &Plan<N>, words: &[&[u8]], stop: &AtomicBool, hit: &mut dyn FnMut(usize, usize));
}

/// A compression function over several words at once: `V` holds the same 32-bit word of each.
///
/// A value of an implementing type is the proof that this CPU has the instructions it uses.
pub(super) trait Engine<const N: usize>: Copy {
    /// One 32-bit word for each lane.
    type V: Copy;
    /// The number of lanes, at most [`MAX_LANES`].
    const LANES: usize;
    fn load(self, row: &[u32; MAX_LANES]) -> Self::V;
    fn store(self, value: Self::V, row: &mut [u32; MAX_LANES]);
    fn splat(self, word: u32) -> Self::V;
    fn xor(self, value: Self::V, word: u32) -> Self::V;
    /// One bit for each lane that equals the word, lane 0 lowest.
    fn equal(self, value: Self::V, word: u32) -> u32;
    fn compress(self, state: &mut [Self::V; N], block: &[Self::V; 16]);
    /// Compresses the same block in every lane.
    fn compress_same(self, state: &mut [Self::V; N], block: &Block);
}

/// A block for each lane, as rows of the same word of every lane.
#[derive(Clone)]
#[repr(align(64))]
struct Row([u32; MAX_LANES]);

/// Reports `(word, member)` for each signature whose first 32 bits fit; ends early when `stop` is set.
#[inline(always)]
pub(super) fn search<const N: usize, E: Engine<N>>(
    engine: E,
    plan: &Plan<N>,
    words: &[&[u8]],
    stop: &AtomicBool,
    hit: &mut dyn FnMut(usize, usize),
) {
    let mut rows = [const { Row([0; MAX_LANES]) }; 16];
    for (batch, words) in words.chunks(E::LANES).enumerate() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let key = derive(engine, plan, words, &mut rows);
        let (inner, outer) = pads(engine, plan.function, &key);
        for (number, member) in plan.members.iter().enumerate() {
            let digest = finish(engine, inner, outer, &member.blocks);
            let mut fits = engine.equal(digest[0], member.first);
            while fits != 0 {
                let lane = fits.trailing_zeros() as usize;
                if lane < words.len() {
                    hit(batch * E::LANES + lane, number);
                }
                fits &= fits - 1;
            }
        }
    }
}

/// The signing key of each word, as a block of HMAC key.
#[inline(always)]
fn derive<const N: usize, E: Engine<N>>(
    engine: E,
    plan: &Plan<N>,
    words: &[&[u8]],
    rows: &mut [Row; 16],
) -> [E::V; 16] {
    match &plan.key {
        Key::Word => {
            fill_keys(plan.function, words, rows);
            load(engine, rows)
        }
        Key::Hmac(salt) => {
            fill_keys(plan.function, words, rows);
            let (inner, outer) = pads(engine, plan.function, &load(engine, rows));
            as_key(engine, finish(engine, inner, outer, salt))
        }
        Key::Hash { state, tail, prefix } => {
            let long = fill_messages(words, tail, prefix.len(), rows);
            let mut lanes = splat(engine, state);
            engine.compress(&mut lanes, &load(engine, rows));
            if long != 0 {
                replace(engine, plan.function, &mut lanes, prefix, words, long);
            }
            as_key(engine, lanes)
        }
    }
}

/// The states after the padded key, inside and outside (RFC 2104).
#[inline(always)]
fn pads<const N: usize, E: Engine<N>>(engine: E, function: &Function<N>, key: &[E::V; 16]) -> ([E::V; N], [E::V; N]) {
    let (mut inner, mut outer) = (splat(engine, &function.iv), splat(engine, &function.iv));
    engine.compress(&mut inner, &xor(engine, key, INNER_PAD));
    engine.compress(&mut outer, &xor(engine, key, OUTER_PAD));
    (inner, outer)
}

/// HMAC of a message that is the same for every word.
#[inline(always)]
fn finish<const N: usize, E: Engine<N>>(
    engine: E,
    mut inner: [E::V; N],
    mut outer: [E::V; N],
    message: &[Block],
) -> [E::V; N] {
    for block in message {
        engine.compress_same(&mut inner, block);
    }
    let mut block = as_key(engine, inner);
    block[N] = engine.splat(0x8000_0000);
    block[15] = engine.splat((64 + 4 * N as u32) * 8);
    engine.compress(&mut outer, &block);
    outer
}

/// A digest followed by zeros.
#[inline(always)]
fn as_key<const N: usize, E: Engine<N>>(engine: E, digest: [E::V; N]) -> [E::V; 16] {
    let mut block = [engine.splat(0); 16];
    block[..N].copy_from_slice(&digest);
    block
}

// Loops, where `map` would read better: the closures it is given are compiled without the CPU feature of the kernel.

#[inline(always)]
fn load<const N: usize, E: Engine<N>>(engine: E, rows: &[Row; 16]) -> [E::V; 16] {
    let mut block = [engine.splat(0); 16];
    for (word, row) in block.iter_mut().zip(rows) {
        *word = engine.load(&row.0);
    }
    block
}

#[inline(always)]
fn splat<const N: usize, E: Engine<N>>(engine: E, words: &[u32; N]) -> [E::V; N] {
    let mut state = [engine.splat(0); N];
    for (lanes, word) in state.iter_mut().zip(words) {
        *lanes = engine.splat(*word);
    }
    state
}

#[inline(always)]
fn xor<const N: usize, E: Engine<N>>(engine: E, key: &[E::V; 16], pad: u32) -> [E::V; 16] {
    let mut block = *key;
    for word in &mut block {
        *word = engine.xor(*word, pad);
    }
    block
}

/// Writes each word as an HMAC key: padded with zeros, or hashed when longer than a block.
#[inline(always)]
fn fill_keys<const N: usize>(function: &Function<N>, words: &[&[u8]], rows: &mut [Row; 16]) {
    clear(rows);
    for (lane, word) in words.iter().enumerate() {
        if word.len() <= 64 {
            put(rows, lane, word);
        } else {
            put(rows, lane, &function.digest.hash(&[word]));
        }
    }
}

/// Writes each word as the last block of a message that begins with a prefix; returns the lanes whose word does not fit.
#[inline(always)]
fn fill_messages(words: &[&[u8]], tail: &[u8], prefix: usize, rows: &mut [Row; 16]) -> u32 {
    clear(rows);
    let mut long = 0;
    for (lane, word) in words.iter().enumerate() {
        let end = tail.len() + word.len();
        if end > 55 {
            long |= 1 << lane;
            continue;
        }
        let mut block = [0; 64];
        block[..tail.len()].copy_from_slice(tail);
        block[tail.len()..end].copy_from_slice(word);
        block[end] = 0x80;
        put(rows, lane, &block[..=end]);
        rows[15].0[lane] = ((prefix + word.len()) * 8) as u32;
    }
    long
}

/// Computes the hash of prefix and word by itself for the lanes in `long`.
#[cold]
fn replace<const N: usize, E: Engine<N>>(
    engine: E,
    function: &Function<N>,
    digest: &mut [E::V; N],
    prefix: &[u8],
    words: &[&[u8]],
    long: u32,
) {
    let mut rows = [const { Row([0; MAX_LANES]) }; N];
    for (row, value) in rows.iter_mut().zip(digest.iter()) {
        engine.store(*value, &mut row.0);
    }
    for (lane, word) in words.iter().enumerate().filter(|(lane, _)| long >> lane & 1 == 1) {
        let hash = function.digest.hash(&[prefix, word]);
        for (row, bytes) in rows.iter_mut().zip(hash.as_chunks().0) {
            row.0[lane] = u32::from_be_bytes(*bytes);
        }
    }
    for (value, row) in digest.iter_mut().zip(&rows) {
        *value = engine.load(&row.0);
    }
}

#[inline(always)]
fn clear(rows: &mut [Row; 16]) {
    rows.fill(const { Row([0; MAX_LANES]) });
}

/// Writes at most 64 bytes into a lane, big-endian, over zeros.
#[inline(always)]
fn put(rows: &mut [Row; 16], lane: usize, bytes: &[u8]) {
    let (whole, rest) = bytes.as_chunks();
    for (row, bytes) in rows.iter_mut().zip(whole) {
        row.0[lane] = u32::from_be_bytes(*bytes);
    }
    if !rest.is_empty() {
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        rows[whole.len()].0[lane] = u32::from_be_bytes(last);
    }
}
