//! What the kernels compute, prepared once: everything that does not depend on the word.
//!
//! A plan holds all the targets of one [`Signer`]: they share the derived key, so a further target costs only its own message and one
//! outer block.

use crate::{Derivation, Digest, Signer, Target};

/// A hash function over 64-byte blocks whose state is `N` words of 32 bits: SHA-1 (5) or SHA-256 (8).
pub(crate) struct Function<const N: usize> {
    pub(super) digest: Digest,
    /// The initial state.
    pub(super) iv: [u32; N],
    /// The words added in each round for a block: the message schedule plus the round constant (SHA-256 uses the first 64).
    pub(super) schedule: fn(&[u32; 16]) -> [u32; 80],
    /// The compression function, by `RustCrypto`.
    pub(super) compress: fn(&mut [u32; N], &[[u8; 64]]),
}

/// A block that is the same for every word.
pub(super) struct Block {
    pub(super) bytes: [u8; 64],
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "the portable kernel takes the bytes"))]
    pub(super) rounds: [u32; 80],
}

/// How a word becomes the signing key.
pub(super) enum Key<const N: usize> {
    /// The word itself.
    Word,
    /// HMAC of these blocks (the salt) under the word.
    Hmac(Vec<Block>),
    /// The hash of a prefix and the word; the prefix's whole blocks are in the state, the rest is the tail.
    Hash { state: [u32; N], tail: Vec<u8>, prefix: Vec<u8> },
}

/// One target of a plan.
pub(super) struct Member {
    /// The signed message as HMAC's inner blocks after the key's.
    pub(super) blocks: Vec<Block>,
    /// The first word of the signature. Whoever is told of a hit confirms it by the whole signature.
    pub(super) first: u32,
}

/// The targets of one signer, ready for a kernel.
pub(crate) struct Plan<const N: usize> {
    pub(super) function: &'static Function<N>,
    pub(super) key: Key<N>,
    pub(super) members: Vec<Member>,
}

impl<const N: usize> Plan<N> {
    /// The targets must be signed by `signer`, whose digest is that of `function`.
    pub(crate) fn new<'a>(
        function: &'static Function<N>,
        signer: &Signer,
        targets: impl Iterator<Item = &'a Target>,
    ) -> Self {
        let key = match (signer.derivation, signer.prefix()) {
            (_, Some(prefix)) => function.prefixed(prefix),
            (Derivation::Hmac, _) => Key::Hmac(function.blocks(signer.salt.as_bytes())),
            _ => Key::Word,
        };
        let member = |target: &Target| Member {
            blocks: function.blocks(target.message()),
            first: target.signature().iter().take(4).fold(0, |word, byte| word << 8 | u32::from(*byte)),
        };
        Self { function, key, members: targets.map(member).collect() }
    }
}

impl<const N: usize> Function<N> {
    /// The message padded as the second part of an HMAC half, that is after one block of key.
    fn blocks(&self, message: &[u8]) -> Vec<Block> {
        let mut bytes = message.to_vec();
        bytes.push(0x80);
        while bytes.len() % 64 != 56 {
            bytes.push(0);
        }
        bytes.extend_from_slice(&((64 + message.len() as u64) * 8).to_be_bytes());
        let block = |bytes: &[u8; 64]| Block { bytes: *bytes, rounds: (self.schedule)(&words(bytes)) };
        bytes.as_chunks().0.iter().map(block).collect()
    }

    fn prefixed(&self, prefix: Vec<u8>) -> Key<N> {
        let mut state = self.iv;
        let (whole, tail) = prefix.as_chunks();
        (self.compress)(&mut state, whole);
        Key::Hash { state, tail: tail.to_vec(), prefix }
    }
}

/// A block as big-endian words.
pub(super) fn words(block: &[u8; 64]) -> [u32; 16] {
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    words
}

/// SHA-1 (FIPS 180-4).
pub(crate) static SHA1: Function<5> = Function {
    digest: Digest::Sha1,
    iv: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0],
    schedule: sha1_schedule,
    compress: sha1::block_api::compress,
};

/// SHA-256 (FIPS 180-4).
pub(crate) static SHA256: Function<8> = Function {
    digest: Digest::Sha256,
    iv: [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19],
    schedule: sha256_schedule,
    compress: sha2::block_api::compress256,
};

/// The round constants of SHA-1, each for twenty rounds.
pub(super) const K1: [u32; 4] = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6];

/// The round constants of SHA-256.
#[rustfmt::skip]
pub(super) const K256: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

fn sha1_schedule(block: &[u32; 16]) -> [u32; 80] {
    let mut w = [0; 80];
    w[..16].copy_from_slice(block);
    for i in 16..80 {
        w[i] = (w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]).rotate_left(1);
    }
    for (i, word) in w.iter_mut().enumerate() {
        *word = word.wrapping_add(K1[i / 20]);
    }
    w
}

fn sha256_schedule(block: &[u32; 16]) -> [u32; 80] {
    let mut w = [0_u32; 80];
    w[..16].copy_from_slice(block);
    for i in 16..64 {
        let s0 = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ w[i - 15] >> 3;
        let s1 = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1);
    }
    for (word, k) in w.iter_mut().zip(K256) {
        *word = word.wrapping_add(k);
    }
    w
}
