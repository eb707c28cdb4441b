//! Sums that lose no digits.

use serde::{Deserialize, Serialize};

/// A sum with the rounding errors carried along, as exact as one computed with twice the digits: its error does
/// not grow with n.
///
/// Source: Neumaier (1974), *Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen*,
/// Zeitschrift für Angewandte Mathematik und Mechanik 54.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// Adds a number.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let next = self.total + value;
        self.lost += if self.total.abs() >= value.abs() {
            (self.total - next) + value
        } else {
            (value - next) + self.total
        };
        self.total = next;
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: Self) {
        self.add(other.total);
        self.lost += other.lost;
    }

    /// The sum.
    #[must_use]
    pub fn value(self) -> f64 {
        self.total + self.lost
    }
}

/// A count that came as a figure.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of rows"
)]
pub fn whole(count: f64) -> u64 {
    count.max(0.0).round() as u64
}

/// A count as a float; exact up to 2^53.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "row counts stay far below 2^53")]
pub const fn real(count: u64) -> f64 {
    count as f64
}

/// The compensated sum of values; 0 without any.
#[must_use]
pub fn compensated(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = Sum::default();
    for value in values {
        sum.add(value);
    }
    sum.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compensation_keeps_what_plain_addition_loses() {
        let mut sum = Sum::default();
        for value in [1e16, 1.0, -1e16] {
            sum.add(value);
        }
        assert!((sum.value() - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_cancels_leaves_the_small_parts() {
        // Neumaier's own example: a plain sum gives 0.
        let sum = compensated([1.0, 1e100, 1.0, -1e100]);
        assert!((sum - 2.0).abs() < f64::EPSILON, "{sum}");
        assert!(compensated([]).abs() < f64::EPSILON);
        let tenths = compensated(std::iter::repeat_n(0.1, 1_000_000));
        assert!((tenths - 100_000.0).abs() < 1e-10, "{tenths}");
    }
}
