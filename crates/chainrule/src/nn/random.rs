//! Random numbers that repeat those of Python's `random` from the same seed.
//!
//! Source: Matsumoto and Nishimura, *Mersenne Twister*, ACM TOMACS 8 (1998), and their
//! initialisation of 2002 by an array; the seed's 32-bit words are that array in Python's own C code.

/// Words of state.
const N: usize = 624;
/// Distance to the word that is mixed in.
const M: usize = 397;

/// The generator MT19937, seeded as Python's `random.seed(n)` does.
///
/// For reproducible starts, not for secrets.
///
/// ```
/// use chainrule::nn::MersenneTwister;
/// // >>> random.seed(1337); random.uniform(-1, 1)
/// assert_eq!(MersenneTwister::new(1337).uniform(-1.0, 1.0), 0.23550571390294128);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MersenneTwister {
    state: [u32; N],
    /// Words handed out since the state was last renewed.
    used: usize,
}

impl MersenneTwister {
    /// The generator after `random.seed(seed)`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        if high == 0 { Self::from_array(&[low]) } else { Self::from_array(&[low, high]) }
    }

    /// The authors' `init_genrand`.
    fn from_word(seed: u32) -> Self {
        let mut state = [seed; N];
        for i in 1..N {
            state[i] = spread(state[i - 1], 1812433253).wrapping_add(i as u32);
        }
        MersenneTwister { state, used: N }
    }

    /// The authors' `init_by_array`, of at least one and at most 624 words.
    fn from_array(key: &[u32]) -> Self {
        let mut generator = Self::from_word(19650218);
        let state = &mut generator.state;
        let mut i = 1;
        for (j, word) in key.iter().enumerate().cycle().take(N) {
            state[i] = (state[i] ^ spread(state[i - 1], 1664525))
                .wrapping_add(*word)
                .wrapping_add(j as u32);
            i = next_place(state, i);
        }
        for _ in 1..N {
            state[i] = (state[i] ^ spread(state[i - 1], 1566083941)).wrapping_sub(i as u32);
            i = next_place(state, i);
        }
        state[0] = 0x8000_0000;
        generator
    }

    /// The next 32 random bits.
    pub fn bits(&mut self) -> u32 {
        if self.used == N {
            self.renew();
        }
        let mut y = self.state[self.used];
        self.used += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// The next number of `[0, 1)`, a multiple of 2⁻⁵³: Python's `random.random()`.
    pub fn random(&mut self) -> f64 {
        let (high, low) = (self.bits() >> 5, self.bits() >> 6);
        (f64::from(high) * 67108864.0 + f64::from(low)) / 9007199254740992.0
    }

    /// The next number between `low` and `high`: Python's `random.uniform(low, high)`.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.random()
    }

    fn renew(&mut self) {
        for i in 0..N {
            let joined = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ (joined >> 1) ^ odd;
        }
        self.used = 0;
    }
}

/// The step of both initialisations: the word before, mixed with itself and multiplied.
fn spread(before: u32, factor: u32) -> u32 {
    (before ^ (before >> 30)).wrapping_mul(factor)
}

/// The place after `i`; past the end the last word goes to the front.
fn next_place(state: &mut [u32; N], i: usize) -> usize {
    if i + 1 < N {
        return i + 1;
    }
    state[0] = state[N - 1];
    1
}

#[cfg(test)]
mod tests {
    use super::MersenneTwister;

    /// First words printed by the authors' `mt19937ar.out` for their test key.
    #[test]
    fn words_are_those_of_the_authors() {
        let mut generator = MersenneTwister::from_array(&[0x123, 0x234, 0x345, 0x456]);
        let words: Vec<u32> = (0..5).map(|_| generator.bits()).collect();
        assert_eq!(words, [1067595299, 955945823, 477289528, 4107218783, 4228976476]);
    }

    /// The C++ standard, [rand.predef], states the 10,000th word of the default seed.
    #[test]
    fn the_ten_thousandth_word_is_that_of_the_standard() {
        let mut generator = MersenneTwister::from_word(5489);
        let last = (0..10_000).map(|_| generator.bits()).last();
        assert_eq!(last, Some(4123659995));
    }
}
