//! Random draws that are the same on every machine for the same seed.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Streams of one seed, so that a change in one part of the centre leaves the others' draws alone.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    World = 1,
    Arrivals = 2,
    Contacts = 3,
    Tickets = 4,
    Quality = 5,
    Faults = 6,
    Traffic = 7,
}

/// The place that a uniform draw in [0, 1) has among `0..n`; 0 when `n` is 0.
pub(super) fn place(unit: f64, n: usize) -> usize {
    ((unit * n as f64) as usize).min(n.saturating_sub(1))
}

/// A seeded source of draws. Every sampler is built on [`Dice::unit`], which is exact arithmetic.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64, stream: Stream) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream as u64);
        Self(rng)
    }

    /// Uniform in [0, 1), with 53 random bits.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Uniform in `0..n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        place(self.unit(), n)
    }

    /// Uniform in `low..=high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).max(0) + 1;
        low + (self.unit() * width as f64) as i64
    }

    /// One of the texts; empty when there are none.
    pub(super) fn text<'a>(&mut self, texts: &'a [String]) -> &'a str {
        let chosen = self.below(texts.len());
        texts.get(chosen).map_or("", String::as_str)
    }

    /// An index drawn in proportion to its weight; 0 when there are none.
    pub(super) fn weighted(&mut self, weights: impl IntoIterator<Item = f64> + Clone) -> usize {
        let total: f64 = weights.clone().into_iter().sum();
        let mut left = self.unit() * total;
        let mut last = 0;
        for (index, weight) in weights.into_iter().enumerate() {
            if weight > 0.0 {
                last = index;
                if left < weight {
                    return index;
                }
            }
            left -= weight;
        }
        last
    }

    /// Exponential with the given mean.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Lognormal with the given median; `sigma` is the standard deviation of its logarithm.
    pub(super) fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// Standard normal (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Poisson with the given mean, by Knuth's product of uniforms in pieces of mean 30.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        let mut left = mean;
        let mut count = 0;
        while left > 0.0 {
            let limit = (-left.min(30.0)).exp();
            let mut product = self.unit();
            while product > limit {
                count += 1;
                product *= self.unit();
            }
            left -= 30.0;
        }
        count
    }

    /// A number of `n` decimal digits, the first drawn first; at most 19.
    pub(super) fn number(&mut self, n: usize) -> u64 {
        (0..n).fold(0, |number, _| number * 10 + self.below(10) as u64)
    }

    /// A string of `n` decimal digits.
    pub(super) fn digits(&mut self, n: usize) -> String {
        (0..n)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }
}
