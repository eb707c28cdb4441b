//! Round numbers for an axis.

use crate::kpi::figure::Unit;

use super::control::inside;

/// Three to six round numbers inside the range.
pub(super) fn ticks((low, high): (f64, f64), unit: Unit) -> Vec<f64> {
    const TIME: [f64; 20] = [
        1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
        14_400.0, 21_600.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0,
    ];
    let least = (high - low) / 5.0;
    let fits = |step: &f64| *step >= least;
    let magnitude = 10_f64.powf(least.log10().floor());
    let decimal = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .find(fits);
    let timed = TIME
        .into_iter()
        .find(fits)
        .filter(|_| unit == Unit::Seconds && least > 0.5);
    let Some(step) = timed.or(decimal) else {
        return Vec::new();
    };
    // An end that is a tick itself stays one, whatever the last bit says.
    let (first, last) = (
        (low / step - 1e-9).ceil() as i64,
        (high / step + 1e-9).floor() as i64,
    );
    (first..=last)
        .map(|count| count as f64 * step)
        .filter(|tick| unit != Unit::Percent || inside(*tick, (0.0, 1.0)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let check = |range, unit, expected: &[f64]| {
            let ticks = ticks(range, unit);
            assert_eq!(ticks.len(), expected.len(), "{ticks:?}");
            assert!(
                ticks
                    .iter()
                    .zip(expected)
                    .all(|(a, b)| (a - b).abs() < 1e-9),
                "{ticks:?}"
            );
        };
        check((0.83, 0.96), Unit::Percent, &[0.85, 0.9, 0.95]);
        check((0.93, 1.02), Unit::Percent, &[0.94, 0.96, 0.98, 1.0]);
        check(
            (231.0, 322.0),
            Unit::Seconds,
            &[240.0, 260.0, 280.0, 300.0, 320.0],
        );
        check((3.9, 4.8), Unit::Score, &[4.0, 4.2, 4.4, 4.6, 4.8]);
    }
}
