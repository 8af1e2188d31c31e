//! Where the outputs of a program stand among the values of its machine.

/// Outputs that stand next to each other are taken as slices where these have so many or more on average.
const LONG: usize = 6;

/// A place for each output.
#[derive(Debug, Default)]
pub(crate) struct Places {
    places: Vec<u32>,
    /// From each output on, how many stand next to each other; empty if these are few.
    stretches: Vec<u32>,
}

impl Places {
    pub(super) fn new(places: Vec<u32>) -> Self {
        let mut stretches = vec![1; places.len()];
        for i in (1..places.len()).rev() {
            if places[i] == places[i - 1] + 1 {
                stretches[i - 1] = stretches[i] + 1;
            }
        }
        let begins = |&i: &usize| i == 0 || places[i] != places[i - 1] + 1;
        let is_worth = (0..places.len()).filter(begins).count() * LONG <= places.len();
        Places { places, stretches: if is_worth { stretches } else { Vec::new() } }
    }

    #[inline]
    pub(crate) fn all(&self) -> &[u32] {
        &self.places
    }

    /// Calls `each` with the slots of `into` and the outputs from `first` on.
    #[inline]
    pub(crate) fn each(
        &self,
        first: usize,
        values: &[f64],
        into: &mut [f64],
        each: impl Fn(&mut f64, f64),
    ) {
        if !self.stretches.is_empty() {
            return self.each_stretch(first, values, into, each);
        }
        for (slot, &at) in into.iter_mut().zip(&self.places[first..]) {
            each(slot, values[at as usize]);
        }
    }

    #[inline(never)]
    fn each_stretch(
        &self,
        first: usize,
        values: &[f64],
        into: &mut [f64],
        each: impl Fn(&mut f64, f64),
    ) {
        let places = &self.places[first..][..into.len()];
        let mut i = 0;
        while i < into.len() {
            let (at, n) = (places[i] as usize, self.stretches[first + i] as usize);
            let n = n.min(places.len() - i);
            for (slot, &value) in into[i..][..n].iter_mut().zip(&values[at..][..n]) {
                each(slot, value);
            }
            i += n;
        }
    }
}
