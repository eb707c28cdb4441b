//! Sums that lose no digits.

/// Sum with the rounding errors carried along, as exact as one computed with twice the digits.
///
/// 0 without values. Source: Neumaier (1974), *Rundungsfehleranalyse einiger Verfahren zur
/// Summation endlicher Summen*, Zeitschrift für Angewandte Mathematik und Mechanik 54.
#[must_use]
pub fn compensated(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, lost) = values
        .into_iter()
        .fold((0.0_f64, 0.0_f64), |(sum, lost), value| {
            let next = sum + value;
            let rounding = if sum.abs() >= value.abs() {
                (sum - next) + value
            } else {
                (value - next) + sum
            };
            (next, lost + rounding)
        });
    sum + lost
}

#[cfg(test)]
mod tests {
    use super::*;

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
