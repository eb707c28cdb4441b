use proptest::prelude::*;

use super::*;

/// Second computation in `NumPy`: for each week `q = poisson.sf(floor(e), e)` and
/// `law = convolve(law, [1 - q, q])`; probability of 4 or more.
#[test]
fn the_law_of_the_weeks_agrees_with_numpy() {
    let weeks = [(5., 3.2), (2., 2.), (9., 4.), (1., 3.), (7., 5.5), (8., 6.)];
    let found = persistence(&weeks).expect("a result");
    assert_eq!(found.above, [true, false, true, false, true, true]);
    assert_eq!((found.weeks_above, found.longest, found.current), (4, 2, 2));
    assert!((found.p - 0.157_761_686_077_225_68).abs() < 1e-12);
    assert!((found.share() - 4.0 / 6.0).abs() < 1e-15);
}

#[test]
fn weeks_without_events_are_not_above() {
    let quiet = persistence(&[(0.0, 0.0), (0.0, 1.5), (0.0, 0.2)]).expect("a result");
    assert_eq!((quiet.weeks_above, quiet.longest, quiet.current), (0, 0, 0));
    assert!((quiet.p - 1.0).abs() < 1e-12);
    let ended = persistence(&[(4.0, 1.0), (3.0, 1.0), (0.0, 1.0)]).expect("a result");
    assert_eq!((ended.longest, ended.current), (2, 0));
    assert_eq!(persistence(&[]), None);
    assert_eq!(persistence(&[(-1.0, 2.0)]), None);
    assert_eq!(persistence(&[(1.0, f64::NAN)]), None);
}

proptest! {
    /// With equal expectations the number of weeks is binomial.
    #[test]
    fn equal_expectations_give_the_binomial(weeks in 1_usize..60, expected in 0.05..30.0_f64, above in 0_usize..60) {
        use statrs::distribution::{Binomial, DiscreteCDF};
        let above = above.min(weeks);
        let series: Vec<(f64, f64)> = (0..weeks)
            .map(|week| (if week < above { expected.floor() + 1.0 } else { 0.0 }, expected))
            .collect();
        let found = persistence(&series).expect("a result");
        let chance = at_least(expected.floor() + 1.0, expected).expect("p");
        let law = Binomial::new(chance, weeks as u64).expect("a law");
        let tail = if above == 0 { 1.0 } else { law.sf(above as u64 - 1) };
        prop_assert!((found.p - tail).abs() < 1e-10);
        prop_assert_eq!(found.longest, above);
    }
}
