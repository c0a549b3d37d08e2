//! Sixteen words side by side with AVX-512: rotation and every three-input function are one instruction each.

use std::arch::x86_64::{
    __m512i, _mm_cvtsi32_si128, _mm512_add_epi32, _mm512_cmpeq_epi32_mask, _mm512_loadu_si512, _mm512_rol_epi32,
    _mm512_set1_epi32, _mm512_srl_epi32, _mm512_storeu_si512, _mm512_ternarylogic_epi32, _mm512_xor_si512,
};

use super::search::MAX_LANES;
use super::vector::Simd;

/// Proof that this CPU has AVX-512F.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        is_x86_feature_detected!("avx512f").then_some(Self(()))
    }
}

impl Simd for Avx512 {
    type V = __m512i;

    #[inline(always)]
    fn splat(self, word: u32) -> __m512i {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { _mm512_set1_epi32(word.cast_signed()) }
    }

    #[inline(always)]
    fn add(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { _mm512_add_epi32(a, b) }
    }

    #[inline(always)]
    fn rotate<const LEFT: i32, const RIGHT: i32>(self, a: __m512i) -> __m512i {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { _mm512_rol_epi32::<LEFT>(a) }
    }

    #[inline(always)]
    fn shift_right<const BITS: i32>(self, a: __m512i) -> __m512i {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { _mm512_srl_epi32(a, _mm_cvtsi32_si128(BITS)) }
    }

    #[inline(always)]
    fn choose(self, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { _mm512_ternarylogic_epi32::<0xca>(a, b, c) }
    }

    #[inline(always)]
    fn majority(self, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { _mm512_ternarylogic_epi32::<0xe8>(a, b, c) }
    }

    #[inline(always)]
    fn xor3(self, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { _mm512_ternarylogic_epi32::<0x96>(a, b, c) }
    }

    #[inline(always)]
    fn xor(self, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: `self` exists only where AVX-512F was detected.
        unsafe { _mm512_xor_si512(a, b) }
    }

    #[inline(always)]
    fn load(self, row: &[u32; MAX_LANES]) -> __m512i {
        // SAFETY: `self` exists only where AVX-512F was detected; the row is 64 bytes and the load needs no alignment.
        unsafe { _mm512_loadu_si512(row.as_ptr().cast()) }
    }

    #[inline(always)]
    fn store(self, value: __m512i, row: &mut [u32; MAX_LANES]) {
        // SAFETY: `self` exists only where AVX-512F was detected; the row is 64 bytes and the store needs no alignment.
        unsafe { _mm512_storeu_si512(row.as_mut_ptr().cast(), value) }
    }

    #[inline(always)]
    fn equal(self, value: __m512i, word: u32) -> u32 {
        // SAFETY: `self` exists only where AVX-512F was detected.
        u32::from(unsafe { _mm512_cmpeq_epi32_mask(value, _mm512_set1_epi32(word.cast_signed())) })
    }
}

super::vector::simd_kernel!(Avx512, "avx512f", 16);
