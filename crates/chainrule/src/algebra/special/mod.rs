//! Special functions whose error is at most two units in the last place over their whole domain.
//!
//! What the standard library and `libm` do well enough is used as it is; the rest is written here,
//! and measured in `docs/decisions/002-accuracy-of-operations.md`.

mod circle;
mod digamma;
mod double;
mod erfcx_table;
mod exponential;
mod gamma;
mod gamma_tables;
mod hyperbolic;
mod logistic;
mod norm;
mod normal;
mod straight;

pub(crate) use digamma::{digamma, polygamma};
pub(crate) use exponential::{gauss, logaddexp, logsumexp, xlogy};
pub(crate) use gamma::{gamma, lgamma};
pub(crate) use hyperbolic::{acosh, asinh, atanh, cosh, sech, sinh};
pub(crate) use logistic::{log_sigmoid, logit, sigmoid, silu, softplus};
pub(crate) use norm::{hypot, norm2};
pub(crate) use normal::{erf, erfc, gelu, normal_cdf, normal_pdf};
pub(crate) use straight::{common_sech, common_sigmoids, sech_is_rare, sigmoid_is_rare, tanh};

#[cfg(test)]
mod tests {
    #[test]
    fn silu_and_gelu_reach_their_limits() {
        for f in [super::silu, super::gelu] {
            assert_eq!(f(f64::INFINITY), f64::INFINITY);
            assert_eq!(f(f64::NEG_INFINITY), 0.0);
        }
    }
}
