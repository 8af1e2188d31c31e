//! Random numbers that are the same in every run.

#![allow(dead_code, reason = "each test uses its own part")]

/// A splittable generator (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number between 0 and 1.
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number below `n`.
    #[allow(clippy::cast_sign_loss, reason = "nothing is negative here")]
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }

    /// Numbers between `low` and `high`.
    pub(crate) fn column(&mut self, rows: usize, low: f64, high: f64) -> Vec<f64> {
        (0..rows).map(|_| low + (high - low) * self.next()).collect()
    }
}
