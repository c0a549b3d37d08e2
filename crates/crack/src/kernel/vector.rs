//! SHA-1 and SHA-256 (FIPS 180-4) over vectors of 32-bit words, each lane a message of its own.

#![allow(clippy::many_single_char_names, reason = "the names of the standard")]

use super::plan::{K1, K256};
use super::search::MAX_LANES;

/// The instructions of one vector width. A value of an implementing type is the proof that this CPU has them.
pub(super) trait Simd: Copy {
    /// A vector of 32-bit words.
    type V: Copy;
    fn splat(self, word: u32) -> Self::V;
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// Rotates left by `LEFT` bits; `RIGHT` is 32 - `LEFT`.
    fn rotate<const LEFT: i32, const RIGHT: i32>(self, a: Self::V) -> Self::V;
    fn shift_right<const BITS: i32>(self, a: Self::V) -> Self::V;
    /// Bits of `b` where `a` is set, of `c` elsewhere.
    fn choose(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The bits set in at least two of three.
    fn majority(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// a xor b xor c.
    fn xor3(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    fn xor(self, a: Self::V, b: Self::V) -> Self::V;
    /// The first words of a row.
    fn load(self, row: &[u32; MAX_LANES]) -> Self::V;
    fn store(self, value: Self::V, row: &mut [u32; MAX_LANES]);
    /// One bit for each lane that equals the word, lane 0 lowest.
    fn equal(self, value: Self::V, word: u32) -> u32;
}

/// Where the word added in a round comes from (message schedule plus round constant); asked for the rounds in order.
pub(super) trait Words<S: Simd> {
    fn sha1(&mut self, simd: S, round: usize) -> S::V;
    fn sha256(&mut self, simd: S, round: usize) -> S::V;
}

/// A block of its own for each lane; the schedule is computed on the way.
pub(super) struct Own<V>(pub(super) [V; 16]);

impl<S: Simd> Words<S> for Own<S::V> {
    #[inline(always)]
    fn sha1(&mut self, simd: S, i: usize) -> S::V {
        let w = &mut self.0;
        if i >= 16 {
            let three = simd.xor3(w[(i + 13) & 15], w[(i + 8) & 15], w[(i + 2) & 15]);
            w[i & 15] = simd.rotate::<1, 31>(simd.xor(three, w[i & 15]));
        }
        simd.add(w[i & 15], simd.splat(K1[i / 20]))
    }

    #[inline(always)]
    fn sha256(&mut self, simd: S, i: usize) -> S::V {
        let w = &mut self.0;
        if i >= 16 {
            let (a, b) = (w[(i + 1) & 15], w[(i + 14) & 15]);
            let s0 = simd.xor3(simd.rotate::<25, 7>(a), simd.rotate::<14, 18>(a), simd.shift_right::<3>(a));
            let s1 = simd.xor3(simd.rotate::<15, 17>(b), simd.rotate::<13, 19>(b), simd.shift_right::<10>(b));
            w[i & 15] = simd.add(simd.add(w[i & 15], s0), simd.add(w[(i + 9) & 15], s1));
        }
        simd.add(w[i & 15], simd.splat(K256[i]))
    }
}

/// The same block in every lane, its schedule computed beforehand.
pub(super) struct Same<'a>(pub(super) &'a [u32; 80]);

impl<S: Simd> Words<S> for Same<'_> {
    #[inline(always)]
    fn sha1(&mut self, simd: S, round: usize) -> S::V {
        simd.splat(self.0[round])
    }

    #[inline(always)]
    fn sha256(&mut self, simd: S, round: usize) -> S::V {
        simd.splat(self.0[round])
    }
}

/// Five rounds of SHA-1 from round `$i`, after which the five names stand in their places again.
macro_rules! five {
    ($s:ident, $w:ident, $f:ident, $i:expr, $a:ident $b:ident $c:ident $d:ident $e:ident) => {
        five!(@ $s, $w, $f, $i, $a $b $c $d $e);
        five!(@ $s, $w, $f, $i + 1, $e $a $b $c $d);
        five!(@ $s, $w, $f, $i + 2, $d $e $a $b $c);
        five!(@ $s, $w, $f, $i + 3, $c $d $e $a $b);
        five!(@ $s, $w, $f, $i + 4, $b $c $d $e $a);
    };
    (@ $s:ident, $w:ident, $f:ident, $i:expr, $a:ident $b:ident $c:ident $d:ident $e:ident) => {
        let sum = $s.add($s.add($e, $w.sha1($s, $i)), $s.$f($b, $c, $d));
        $e = $s.add(sum, $s.rotate::<5, 27>($a));
        $b = $s.rotate::<30, 2>($b);
    };
}

/// SHA-1's compression function.
#[inline(always)]
pub(super) fn sha1<S: Simd>(s: S, state: &mut [S::V; 5], mut words: impl Words<S>) {
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    five!(s, words, choose, 0, a b c d e);
    five!(s, words, choose, 5, a b c d e);
    five!(s, words, choose, 10, a b c d e);
    five!(s, words, choose, 15, a b c d e);
    five!(s, words, xor3, 20, a b c d e);
    five!(s, words, xor3, 25, a b c d e);
    five!(s, words, xor3, 30, a b c d e);
    five!(s, words, xor3, 35, a b c d e);
    five!(s, words, majority, 40, a b c d e);
    five!(s, words, majority, 45, a b c d e);
    five!(s, words, majority, 50, a b c d e);
    five!(s, words, majority, 55, a b c d e);
    five!(s, words, xor3, 60, a b c d e);
    five!(s, words, xor3, 65, a b c d e);
    five!(s, words, xor3, 70, a b c d e);
    five!(s, words, xor3, 75, a b c d e);
    for (word, add) in state.iter_mut().zip([a, b, c, d, e]) {
        *word = s.add(*word, add);
    }
}

/// Eight rounds of SHA-256 from round `$i`, after which the eight names stand in their places again.
macro_rules! eight {
    ($s:ident, $w:ident, $i:expr, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident) => {
        eight!(@ $s, $w, $i, $a $b $c $d $e $f $g $h);
        eight!(@ $s, $w, $i + 1, $h $a $b $c $d $e $f $g);
        eight!(@ $s, $w, $i + 2, $g $h $a $b $c $d $e $f);
        eight!(@ $s, $w, $i + 3, $f $g $h $a $b $c $d $e);
        eight!(@ $s, $w, $i + 4, $e $f $g $h $a $b $c $d);
        eight!(@ $s, $w, $i + 5, $d $e $f $g $h $a $b $c);
        eight!(@ $s, $w, $i + 6, $c $d $e $f $g $h $a $b);
        eight!(@ $s, $w, $i + 7, $b $c $d $e $f $g $h $a);
    };
    (@ $s:ident, $w:ident, $i:expr, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident) => {
        let s1 = $s.xor3($s.rotate::<26, 6>($e), $s.rotate::<21, 11>($e), $s.rotate::<7, 25>($e));
        let sum = $s.add($s.add($h, $w.sha256($s, $i)), $s.add(s1, $s.choose($e, $f, $g)));
        $d = $s.add($d, sum);
        let s0 = $s.xor3($s.rotate::<30, 2>($a), $s.rotate::<19, 13>($a), $s.rotate::<10, 22>($a));
        $h = $s.add(sum, $s.add(s0, $s.majority($a, $b, $c)));
    };
}

/// SHA-256's compression function.
#[inline(always)]
pub(super) fn sha256<S: Simd>(s: S, state: &mut [S::V; 8], mut words: impl Words<S>) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    eight!(s, words, 0, a b c d e f g h);
    eight!(s, words, 8, a b c d e f g h);
    eight!(s, words, 16, a b c d e f g h);
    eight!(s, words, 24, a b c d e f g h);
    eight!(s, words, 32, a b c d e f g h);
    eight!(s, words, 40, a b c d e f g h);
    eight!(s, words, 48, a b c d e f g h);
    eight!(s, words, 56, a b c d e f g h);
    for (word, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = s.add(*word, add);
    }
}

/// Makes a kernel of a [`Simd`] type: its compression functions are compiled for the CPU feature, and so is the search around them.
macro_rules! simd_kernel {
    ($simd:ident, $feature:literal, $lanes:literal) => {
        $crate::kernel::vector::simd_kernel!(@ $simd, $feature, $lanes, 5, sha1);
        $crate::kernel::vector::simd_kernel!(@ $simd, $feature, $lanes, 8, sha256);
    };
    (@ $simd:ident, $feature:literal, $lanes:literal, $width:literal, $function:ident) => {
        impl $crate::kernel::search::Engine<$width> for $simd {
            type V = <$simd as Simd>::V;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn load(self, row: &[u32; MAX_LANES]) -> Self::V {
                Simd::load(self, row)
            }

            #[inline(always)]
            fn store(self, value: Self::V, row: &mut [u32; MAX_LANES]) {
                Simd::store(self, value, row);
            }

            #[inline(always)]
            fn splat(self, word: u32) -> Self::V {
                Simd::splat(self, word)
            }

            #[inline(always)]
            fn xor(self, value: Self::V, word: u32) -> Self::V {
                Simd::xor(self, value, Simd::splat(self, word))
            }

            #[inline(always)]
            fn equal(self, value: Self::V, word: u32) -> u32 {
                Simd::equal(self, value, word)
            }

            #[inline(always)]
            fn compress(self, state: &mut [Self::V; $width], block: &[Self::V; 16]) {
                // Not inlined: eight copies of these rounds would not fit the instruction cache.
                #[target_feature(enable = $feature)]
                #[inline(never)]
                fn run(simd: $simd, state: &mut [<$simd as Simd>::V; $width], block: &[<$simd as Simd>::V; 16]) {
                    $crate::kernel::vector::$function(simd, state, $crate::kernel::vector::Own(*block));
                }
                // SAFETY: `self` exists only where the feature was detected.
                unsafe { run(self, state, block) }
            }

            #[inline(always)]
            fn compress_same(self, state: &mut [Self::V; $width], block: &$crate::kernel::plan::Block) {
                #[target_feature(enable = $feature)]
                #[inline(never)]
                fn run(simd: $simd, state: &mut [<$simd as Simd>::V; $width], rounds: &[u32; 80]) {
                    $crate::kernel::vector::$function(simd, state, $crate::kernel::vector::Same(rounds));
                }
                // SAFETY: `self` exists only where the feature was detected.
                unsafe { run(self, state, &block.rounds) }
            }
        }

        impl $crate::kernel::Search<$width> for $simd {
            fn search(
                &self,
                plan: &$crate::kernel::Plan<$width>,
                words: &[&[u8]],
                stop: &std::sync::atomic::AtomicBool,
                hit: &mut dyn FnMut(usize, usize),
            ) {
                #[target_feature(enable = $feature)]
                fn run(
                    simd: $simd,
                    plan: &$crate::kernel::Plan<$width>,
                    words: &[&[u8]],
                    stop: &std::sync::atomic::AtomicBool,
                    hit: &mut dyn FnMut(usize, usize),
                ) {
                    $crate::kernel::search::search(simd, plan, words, stop, hit);
                }
                // SAFETY: `self` exists only where the feature was detected.
                unsafe { run(*self, plan, words, stop, hit) }
            }
        }
    };
}
pub(super) use simd_kernel;
