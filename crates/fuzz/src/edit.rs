//! Mutations of inputs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The longest input.
const LONGEST: usize = 64 << 10;

/// One change. Places are drawn without knowing the input's length.
#[derive(Debug, Clone)]
enum Edit {
    /// Takes bytes out.
    Delete(Index, usize),
    /// Puts bytes in.
    Insert(Index, Vec<u8>),
    /// Changes one byte.
    Replace(Index, u8),
    /// Says a part of the input again, so many times.
    Repeat(Index, usize, usize),
    /// Goes on with another input from somewhere in it.
    Splice(Index, Vec<u8>, Index),
}

/// One of the seeds, changed a few times.
pub(crate) fn mutated(seeds: Vec<Vec<u8>>, tokens: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let edits = vec(edit(seeds.clone(), tokens), 0..8);
    (select(seeds), edits).prop_map(|(seed, edits)| edits.into_iter().fold(seed, apply))
}

fn edit(seeds: Vec<Vec<u8>>, tokens: &'static [&'static str]) -> impl Strategy<Value = Edit> {
    let place = any::<Index>;
    let token = select(tokens.to_vec()).prop_map(|token| token.as_bytes().to_vec());
    prop_oneof![
        (place(), 1_usize..40).prop_map(|(at, length)| Edit::Delete(at, length)),
        (place(), prop_oneof![token, vec(any::<u8>(), 1..8)]).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        (place(), any::<u8>()).prop_map(|(at, byte)| Edit::Replace(at, byte)),
        (place(), 1_usize..60, 1_usize..300).prop_map(|(at, length, times)| Edit::Repeat(at, length, times)),
        (place(), select(seeds), place()).prop_map(|(at, other, from)| Edit::Splice(at, other, from)),
    ]
}

fn apply(mut input: Vec<u8>, edit: Edit) -> Vec<u8> {
    let within = |at: Index, bytes: &[u8]| at.index(bytes.len() + 1);
    match edit {
        Edit::Delete(at, length) => {
            let at = within(at, &input);
            let end = (at + length).min(input.len());
            input.drain(at..end);
        }
        Edit::Insert(at, bytes) => {
            let at = within(at, &input);
            input.splice(at..at, bytes);
        }
        Edit::Replace(at, byte) => {
            let at = within(at, &input);
            if let Some(old) = input.get_mut(at) {
                *old = byte;
            }
        }
        Edit::Repeat(at, length, times) => {
            let at = within(at, &input);
            let part = input[at..(at + length).min(input.len())].to_vec();
            input.splice(at..at, part.repeat(times));
        }
        Edit::Splice(at, other, from) => {
            input.truncate(within(at, &input));
            input.extend_from_slice(&other[within(from, &other)..]);
        }
    }
    input.truncate(LONGEST);
    input
}
