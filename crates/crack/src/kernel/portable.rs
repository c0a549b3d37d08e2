//! One word at a time through `RustCrypto`, which uses the SHA instructions of x86-64 and ARM where there are any.

use std::sync::atomic::AtomicBool;

use super::plan::{Block, Plan, SHA1, SHA256};
use super::search::{Engine, MAX_LANES, Search, search};

/// Needs nothing of the CPU.
#[derive(Clone, Copy)]
pub(super) struct Portable;

macro_rules! engine {
    ($width:literal, $function:ident) => {
        impl Engine<$width> for Portable {
            type V = u32;
            const LANES: usize = 1;

            fn load(self, row: &[u32; MAX_LANES]) -> u32 {
                row[0]
            }

            fn store(self, value: u32, row: &mut [u32; MAX_LANES]) {
                row[0] = value;
            }

            fn splat(self, word: u32) -> u32 {
                word
            }

            fn xor(self, value: u32, word: u32) -> u32 {
                value ^ word
            }

            fn equal(self, value: u32, word: u32) -> u32 {
                u32::from(value == word)
            }

            fn compress(self, state: &mut [u32; $width], block: &[u32; 16]) {
                let mut bytes = [0; 64];
                for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(block) {
                    *bytes = word.to_be_bytes();
                }
                ($function.compress)(state, &[bytes]);
            }

            fn compress_same(self, state: &mut [u32; $width], block: &Block) {
                ($function.compress)(state, &[block.bytes]);
            }
        }

        impl Search<$width> for Portable {
            fn search(
                &self,
                plan: &Plan<$width>,
                words: &[&[u8]],
                stop: &AtomicBool,
                hit: &mut dyn FnMut(usize, usize),
            ) {
                search(*self, plan, words, stop, hit);
            }
        }
    };
}

engine!(5, SHA1);
engine!(8, SHA256);
