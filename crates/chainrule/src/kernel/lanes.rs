//! Eight numbers at once: the sums that must stay in registers for the length of a list.
//!
//! The other instructions are loops over a block, which the compiler turns into vector code. All
//! implementations do the same roundings in the same order.

/// Eight numbers, one for each lane.
pub(super) trait Lanes: Copy {
    /// Sums that run side by side. A fused product waits four turns for the one before it, and two
    /// begin in each: with eight sums a processor just keeps up, if it never has to wait.
    const AT_ONCE: usize = 8;
    /// Pairs of sums that do, by the registers that there are.
    const PAIRS_AT_ONCE: usize = 4;

    fn load(from: &[f64; 8]) -> Self;
    fn store(self, to: &mut [f64; 8]);
    fn splat(x: f64) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// `−self`, which the compiler joins with what takes it.
    #[inline(always)]
    fn neg(self) -> Self {
        Self::splat(-0.0).sub(self)
    }
    /// `self·b + c`.
    fn mul_add(self, b: Self, c: Self) -> Self;

    /// The first `count` lanes in place of those of `other`. Not a copy of so many numbers: reading
    /// all eight would wait for it.
    #[inline(always)]
    fn instead_of(self, other: Self, count: usize) -> Self {
        let (mut ours, mut all) = ([0.0; 8], [0.0; 8]);
        self.store(&mut ours);
        other.store(&mut all);
        for (i, (x, ours)) in all.iter_mut().zip(ours).enumerate() {
            *x = if i < count { ours } else { *x };
        }
        Self::load(&all)
    }
}

impl Lanes for [f64; 8] {
    #[inline(always)]
    fn load(from: &[f64; 8]) -> Self {
        *from
    }
    #[inline(always)]
    fn store(self, to: &mut [f64; 8]) {
        *to = self;
    }
    #[inline(always)]
    fn splat(x: f64) -> Self {
        [x; 8]
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] + other[i])
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] - other[i])
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] * other[i])
    }
    #[inline(always)]
    fn mul_add(self, b: Self, c: Self) -> Self {
        std::array::from_fn(|i| self[i].mul_add(b[i], c[i]))
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "intrinsics of the instruction sets that `dispatch` looked for")]
mod x86 {
    use super::Lanes;
    use std::arch::x86_64::{
        __m256d, __m512d, _mm256_add_pd, _mm256_fmadd_pd, _mm256_loadu_pd, _mm256_mul_pd,
        _mm256_set1_pd, _mm256_storeu_pd, _mm256_sub_pd, _mm512_add_pd, _mm512_fmadd_pd,
        _mm512_loadu_pd, _mm512_mask_blend_pd, _mm512_mul_pd, _mm512_set1_pd, _mm512_storeu_pd,
        _mm512_sub_pd,
    };

    /// One register. Used only in functions that enable AVX-512.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Avx512(__m512d);

    impl Lanes for Avx512 {
        const AT_ONCE: usize = 16;
        const PAIRS_AT_ONCE: usize = 8;

        #[inline(always)]
        fn load(from: &[f64; 8]) -> Self {
            // SAFETY: the array holds the eight numbers; `dispatch` found AVX-512.
            Avx512(unsafe { _mm512_loadu_pd(from.as_ptr()) })
        }
        #[inline(always)]
        fn store(self, to: &mut [f64; 8]) {
            // SAFETY: the array holds eight numbers; `dispatch` found AVX-512.
            unsafe { _mm512_storeu_pd(to.as_mut_ptr(), self.0) }
        }
        #[inline(always)]
        fn splat(x: f64) -> Self {
            // SAFETY: `dispatch` found AVX-512.
            Avx512(unsafe { _mm512_set1_pd(x) })
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: `dispatch` found AVX-512.
            Avx512(unsafe { _mm512_add_pd(self.0, other.0) })
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            // SAFETY: `dispatch` found AVX-512.
            Avx512(unsafe { _mm512_sub_pd(self.0, other.0) })
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            // SAFETY: `dispatch` found AVX-512.
            Avx512(unsafe { _mm512_mul_pd(self.0, other.0) })
        }
        #[inline(always)]
        fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: `dispatch` found AVX-512.
            Avx512(unsafe { _mm512_fmadd_pd(self.0, b.0, c.0) })
        }
        #[inline(always)]
        fn instead_of(self, other: Self, count: usize) -> Self {
            debug_assert!(count < 8);
            let ours = ((1_u32 << count) - 1) as u8;
            // SAFETY: `dispatch` found AVX-512.
            Avx512(unsafe { _mm512_mask_blend_pd(ours, other.0, self.0) })
        }
    }

    /// Two registers. Used only in functions that enable AVX2 and FMA.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Avx2(__m256d, __m256d);

    impl Lanes for Avx2 {
        const PAIRS_AT_ONCE: usize = 2;

        #[inline(always)]
        fn load(from: &[f64; 8]) -> Self {
            let p = from.as_ptr();
            // SAFETY: the array holds the eight numbers; `dispatch` found AVX2.
            unsafe { Avx2(_mm256_loadu_pd(p), _mm256_loadu_pd(p.add(4))) }
        }
        #[inline(always)]
        fn store(self, to: &mut [f64; 8]) {
            let p = to.as_mut_ptr();
            // SAFETY: the array holds eight numbers; `dispatch` found AVX2.
            unsafe {
                _mm256_storeu_pd(p, self.0);
                _mm256_storeu_pd(p.add(4), self.1);
            }
        }
        #[inline(always)]
        fn splat(x: f64) -> Self {
            // SAFETY: `dispatch` found AVX2.
            let x = unsafe { _mm256_set1_pd(x) };
            Avx2(x, x)
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: `dispatch` found AVX2.
            unsafe { Avx2(_mm256_add_pd(self.0, other.0), _mm256_add_pd(self.1, other.1)) }
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            // SAFETY: `dispatch` found AVX2.
            unsafe { Avx2(_mm256_sub_pd(self.0, other.0), _mm256_sub_pd(self.1, other.1)) }
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            // SAFETY: `dispatch` found AVX2.
            unsafe { Avx2(_mm256_mul_pd(self.0, other.0), _mm256_mul_pd(self.1, other.1)) }
        }
        #[inline(always)]
        fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: `dispatch` found AVX2 and FMA.
            unsafe { Avx2(_mm256_fmadd_pd(self.0, b.0, c.0), _mm256_fmadd_pd(self.1, b.1, c.1)) }
        }
    }
}

#[cfg(target_arch = "aarch64")]
pub(super) use arm::Neon;

#[cfg(target_arch = "aarch64")]
#[expect(unsafe_code, reason = "intrinsics that read and write where a pointer says")]
mod arm {
    use super::Lanes;
    use std::arch::aarch64::{
        float64x2_t, vaddq_f64, vdupq_n_f64, vfmaq_f64, vld1q_f64, vmulq_f64, vst1q_f64, vsubq_f64,
    };

    /// Four registers.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Neon([float64x2_t; 4]);

    impl Neon {
        #[inline(always)]
        fn zip(self, other: Self, f: impl Fn(float64x2_t, float64x2_t) -> float64x2_t) -> Self {
            Neon(std::array::from_fn(|i| f(self.0[i], other.0[i])))
        }
    }

    impl Lanes for Neon {
        #[inline(always)]
        fn load(from: &[f64; 8]) -> Self {
            // SAFETY: the array holds the eight numbers.
            Neon(std::array::from_fn(|i| unsafe { vld1q_f64(from.as_ptr().add(2 * i)) }))
        }
        #[inline(always)]
        fn store(self, to: &mut [f64; 8]) {
            for (i, pair) in self.0.into_iter().enumerate() {
                // SAFETY: the array holds eight numbers.
                unsafe { vst1q_f64(to.as_mut_ptr().add(2 * i), pair) }
            }
        }
        #[inline(always)]
        fn splat(x: f64) -> Self {
            // SAFETY: every 64-bit ARM has NEON.
            Neon([unsafe { vdupq_n_f64(x) }; 4])
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            // SAFETY: every 64-bit ARM has NEON.
            self.zip(other, |x, y| unsafe { vaddq_f64(x, y) })
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            // SAFETY: every 64-bit ARM has NEON.
            self.zip(other, |x, y| unsafe { vsubq_f64(x, y) })
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            // SAFETY: every 64-bit ARM has NEON.
            self.zip(other, |x, y| unsafe { vmulq_f64(x, y) })
        }
        #[inline(always)]
        fn mul_add(self, b: Self, c: Self) -> Self {
            // SAFETY: every 64-bit ARM has NEON.
            Neon(std::array::from_fn(|i| unsafe { vfmaq_f64(c.0[i], self.0[i], b.0[i]) }))
        }
    }
}
