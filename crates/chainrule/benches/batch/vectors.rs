//! Eight numbers in an AVX-512 register, and the functions that the derivatives by hand need.
//!
//! Good for moderate arguments only, as code written for one purpose is.

#![expect(unsafe_code, reason = "intrinsics; the callers look for AVX-512 first")]

use std::arch::x86_64::{
    __m512d, _CMP_GT_OQ, _mm512_add_pd, _mm512_cmp_pd_mask, _mm512_div_pd, _mm512_fmadd_pd,
    _mm512_fnmadd_pd, _mm512_getexp_pd, _mm512_loadu_pd, _mm512_maskz_mov_pd, _mm512_max_pd,
    _mm512_mul_pd, _mm512_reduce_add_pd, _mm512_roundscale_pd, _mm512_scalef_pd, _mm512_set1_pd,
    _mm512_setzero_pd, _mm512_sqrt_pd, _mm512_storeu_pd, _mm512_sub_pd,
};

/// Eight numbers. Used only in functions that enable AVX-512.
#[derive(Clone, Copy)]
pub(crate) struct V(__m512d);

macro_rules! methods {
    ($($name:ident($($y:ident),*) = $intrinsic:ident;)+) => {
        $(#[inline(always)]
        pub(crate) fn $name(self $(, $y: V)*) -> V {
            // SAFETY: the machine has AVX-512: `packed` looked for it.
            V(unsafe { $intrinsic(self.0 $(, $y.0)*) })
        })+
    };
}

#[inline(always)]
pub(crate) fn splat(x: f64) -> V {
    // SAFETY: the machine has AVX-512: `packed` looked for it.
    V(unsafe { _mm512_set1_pd(x) })
}

impl V {
    /// The eight numbers from `at` on.
    #[inline(always)]
    pub(crate) fn load(from: &[f64], at: usize) -> V {
        // SAFETY: the slice holds the eight numbers.
        V(unsafe { _mm512_loadu_pd(from[at..at + 8].as_ptr()) })
    }

    #[inline(always)]
    pub(crate) fn store(self, to: &mut [f64], at: usize) {
        // SAFETY: the slice has room for eight numbers.
        unsafe { _mm512_storeu_pd(to[at..at + 8].as_mut_ptr(), self.0) }
    }

    #[inline(always)]
    pub(crate) fn sum(self) -> f64 {
        // SAFETY: the machine has AVX-512: `packed` looked for it.
        unsafe { _mm512_reduce_add_pd(self.0) }
    }

    methods! {
        add(y) = _mm512_add_pd;
        sub(y) = _mm512_sub_pd;
        mul(y) = _mm512_mul_pd;
        div(y) = _mm512_div_pd;
        max(y) = _mm512_max_pd;
        fma(y, z) = _mm512_fmadd_pd;
        fnma(y, z) = _mm512_fnmadd_pd;
        sqrt() = _mm512_sqrt_pd;
        scale(k) = _mm512_scalef_pd;
        exponent() = _mm512_getexp_pd;
    }

    #[inline(always)]
    fn round(self) -> V {
        // SAFETY: the machine has AVX-512: `packed` looked for it.
        V(unsafe { _mm512_roundscale_pd::<0>(self.0) })
    }

    #[inline(always)]
    pub(crate) fn neg(self) -> V {
        splat(0.0).sub(self)
    }

    /// `self` where `x` is above 0, otherwise 0.
    #[inline(always)]
    pub(crate) fn where_positive(self, x: V) -> V {
        // SAFETY: the machine has AVX-512: `packed` looked for it.
        unsafe {
            let mask = _mm512_cmp_pd_mask::<_CMP_GT_OQ>(x.0, _mm512_setzero_pd());
            V(_mm512_maskz_mov_pd(mask, self.0))
        }
    }

    /// `Σ cᵢ·selfⁱ`, as an even and an odd part side by side.
    #[inline(always)]
    fn polynomial<const N: usize>(self, c: &[f64; N]) -> V {
        let square = self.mul(self);
        let (mut even, mut odd) = (splat(0.0), splat(0.0));
        for i in (0..N).rev() {
            let part = if i % 2 == 0 { &mut even } else { &mut odd };
            *part = part.fma(square, splat(c[i]));
        }
        odd.fma(self, even)
    }

    /// `2^k` and `e^r − 1` whose product with it, plus it, is `e^self`; Taylor's series of degree 12.
    #[inline(always)]
    fn exp_parts(self) -> (V, V) {
        const SERIES: [f64; 11] = [
            1.0 / 2.0,
            1.0 / 6.0,
            1.0 / 24.0,
            1.0 / 120.0,
            1.0 / 720.0,
            1.0 / 5040.0,
            1.0 / 40320.0,
            1.0 / 362880.0,
            1.0 / 3628800.0,
            1.0 / 39916800.0,
            1.0 / 479001600.0,
        ];
        let k = self.mul(splat(std::f64::consts::LOG2_E)).round();
        let r = k.fnma(splat(std::f64::consts::LN_2), self);
        let r = k.fnma(splat(2.3190468138462996e-17), r);
        (k, r.polynomial(&SERIES).fma(r.mul(r), r))
    }

    #[inline(always)]
    pub(crate) fn exp(self) -> V {
        let (k, p) = self.exp_parts();
        p.add(splat(1.0)).scale(k)
    }

    /// `ln` by the series of `atanh`, about 1e-13 right.
    #[inline(always)]
    pub(crate) fn ln(self) -> V {
        const SERIES: [f64; 9] = [
            2.0 / 3.0,
            2.0 / 5.0,
            2.0 / 7.0,
            2.0 / 9.0,
            2.0 / 11.0,
            2.0 / 13.0,
            2.0 / 15.0,
            2.0 / 17.0,
            2.0 / 19.0,
        ];
        let k = self.mul(splat(4.0 / 3.0)).exponent();
        let m = self.scale(k.neg());
        let s = m.sub(splat(1.0)).div(m.add(splat(1.0)));
        let z = s.mul(s);
        let p = z.polynomial(&SERIES).mul(z).fma(s, s.add(s));
        k.fma(splat(std::f64::consts::LN_2), p)
    }

    /// `(e^2x − 1) / (e^2x + 1)`, for moderate `x`.
    #[inline(always)]
    pub(crate) fn tanh(self) -> V {
        let (k, p) = self.add(self).exp_parts();
        let s = splat(1.0).scale(k);
        let m = s.fma(p, s.sub(splat(1.0)));
        m.div(m.add(splat(2.0)))
    }

    /// Distribution function and density of the standard normal distribution, for |x| < 7; Hart's
    /// rational approximation as given by West, "Better approximations to cumulative normal
    /// functions", Wilmott, May 2005.
    #[inline(always)]
    pub(crate) fn normal(self) -> (V, V) {
        const ABOVE: [f64; 7] = [
            220.206867912376,
            221.213596169931,
            112.079291497871,
            33.912866078383,
            6.37396220353165,
            0.700383064443688,
            0.0352624965998911,
        ];
        const BELOW: [f64; 8] = [
            440.413735824752,
            793.826512519948,
            637.333633378831,
            296.564248779674,
            86.7807322029461,
            16.064177579207,
            1.75566716318264,
            0.0883883476483184,
        ];
        let a = self.max(self.neg());
        let e = self.mul(self).mul(splat(-0.5)).exp();
        let tail = e.mul(a.polynomial(&ABOVE)).div(a.polynomial(&BELOW));
        // ½ + sign·(½ − tail), the sign as x / |x| for what is not zero.
        let sign = self.div(a.max(splat(f64::MIN_POSITIVE)));
        let half = splat(0.5);
        (sign.fma(half.sub(tail), half), e.mul(splat(0.3989422804014327)))
    }
}

/// Rows packed by eights: for each eight, column by column. The last tile is filled with zeros.
pub(crate) fn pack(columns: &[Vec<f64>]) -> Vec<f64> {
    let tiles = columns[0].len().div_ceil(8);
    let number = |column: &Vec<f64>, i: usize| column.get(i).copied().unwrap_or(0.0);
    let mut packed = Vec::with_capacity(8 * tiles * columns.len());
    for t in 0..tiles {
        for column in columns {
            packed.extend((8 * t..8 * t + 8).map(|i| number(column, i)));
        }
    }
    packed
}
