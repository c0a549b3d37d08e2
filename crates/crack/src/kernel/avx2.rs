//! Eight words side by side with AVX2.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_castsi256_ps, _mm256_cmpeq_epi32, _mm256_loadu_si256,
    _mm256_movemask_ps, _mm256_or_si256, _mm256_set1_epi32, _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_si256,
    _mm256_xor_si256,
};

use super::search::MAX_LANES;
use super::vector::Simd;

/// Proof that this CPU has AVX2.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx2").then_some(Self(()))
    }
}

impl Simd for Avx2 {
    type V = __m256i;

    #[inline(always)]
    fn splat(self, word: u32) -> __m256i {
        // SAFETY: `self` exists only where AVX2 was detected.
        unsafe { _mm256_set1_epi32(word.cast_signed()) }
    }

    #[inline(always)]
    fn add(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: `self` exists only where AVX2 was detected.
        unsafe { _mm256_add_epi32(a, b) }
    }

    #[inline(always)]
    fn rotate<const LEFT: i32, const RIGHT: i32>(self, a: __m256i) -> __m256i {
        // SAFETY: `self` exists only where AVX2 was detected.
        unsafe { _mm256_or_si256(_mm256_slli_epi32::<LEFT>(a), _mm256_srli_epi32::<RIGHT>(a)) }
    }

    #[inline(always)]
    fn shift_right<const BITS: i32>(self, a: __m256i) -> __m256i {
        // SAFETY: `self` exists only where AVX2 was detected.
        unsafe { _mm256_srli_epi32::<BITS>(a) }
    }

    #[inline(always)]
    fn choose(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        // SAFETY: `self` exists only where AVX2 was detected.
        unsafe { _mm256_xor_si256(c, _mm256_and_si256(a, _mm256_xor_si256(b, c))) }
    }

    #[inline(always)]
    fn majority(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        // SAFETY: `self` exists only where AVX2 was detected.
        unsafe { _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_or_si256(a, b))) }
    }

    #[inline(always)]
    fn xor3(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        self.xor(self.xor(a, b), c)
    }

    #[inline(always)]
    fn xor(self, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: `self` exists only where AVX2 was detected.
        unsafe { _mm256_xor_si256(a, b) }
    }

    #[inline(always)]
    fn load(self, row: &[u32; MAX_LANES]) -> __m256i {
        // SAFETY: `self` exists only where AVX2 was detected; the row is longer than 32 bytes and the load needs no alignment.
        unsafe { _mm256_loadu_si256(row.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store(self, value: __m256i, row: &mut [u32; MAX_LANES]) {
        // SAFETY: `self` exists only where AVX2 was detected; the row is longer than 32 bytes and the store needs no alignment.
        unsafe { _mm256_storeu_si256(row.as_mut_ptr().cast(), value) }
    }

    #[inline(always)]
    fn equal(self, value: __m256i, word: u32) -> u32 {
        // SAFETY: `self` exists only where AVX2 was detected.
        let mask = unsafe {
            _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(value, _mm256_set1_epi32(word.cast_signed()))))
        };
        mask.cast_unsigned()
    }
}

super::vector::simd_kernel!(Avx2, "avx2", 8);
