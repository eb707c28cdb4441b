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

/// Round sizes between two roots: even steps over a short stretch, else the squares of an even scale, rounded.
pub(super) fn size_ticks((low, high): (f64, f64)) -> Vec<f64> {
    const SHORT: f64 = 12.0;
    let (least, most) = (low * low, high * high);
    if most < least * SHORT {
        return ticks((least, most), Unit::Count);
    }
    let decades = (0..9).map(|power| 10_f64.powi(power));
    decades
        .flat_map(|decade| [1.0, 2.0, 5.0].map(|factor| factor * decade))
        .filter(|tick| *tick <= most && *tick >= least.max(most / 400.0))
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

    #[test]
    fn sizes_are_marked_along_short_and_long_stretches() {
        let short = size_ticks((700.0_f64.sqrt(), 2700.0_f64.sqrt()));
        assert!(short.len() >= 3, "{short:?}");
        assert!(short.iter().all(|tick| (700.0..=2700.0).contains(tick)));
        let long = size_ticks((30.0_f64.sqrt(), 20_000.0_f64.sqrt()));
        assert_eq!(long.first(), Some(&50.0));
        assert!(
            long.contains(&500.0) && long.contains(&20_000.0),
            "{long:?}"
        );
        // From zero on the crowd of small ticks at the left is left out.
        assert!(size_ticks((0.0, 20_000.0_f64.sqrt()))[0] >= 50.0);
    }
}
