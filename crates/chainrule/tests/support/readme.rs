//! The expression of two variables in micrograd's README, shared by the benches. Inlined, so that what is counted does not
//! hang on what the compiler thinks of it.

use chainrule::Value;

#[expect(clippy::misrefactored_assign_op, reason = "written as in its source")]
#[inline(always)]
pub(crate) fn readme<'g>(a: Value<'g>, b: Value<'g>) -> Value<'g> {
    let mut c = a + b;
    let mut d = a * b + b.powi(3);
    c += c + 1.0;
    c += 1.0 + c + (-a);
    d += d * 2.0 + (b + a).relu();
    d += 3.0 * d + (b - a).relu();
    let e = c - d;
    let f = e.powi(2);
    f / 2.0 + 10.0 / f
}
