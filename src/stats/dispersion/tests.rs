use super::*;

fn close(found: f64, published: f64, tolerance: f64) {
    assert!((found - published).abs() < tolerance, "{found} {published}");
}

fn samples(values: &[(usize, bool, f64)], variance: f64) -> Vec<Sample> {
    let of = |&(stratum, after, value)| Sample {
        stratum,
        after,
        value,
        variance,
    };
    values.iter().map(of).collect()
}

/// R's `sleep` (Cushny & Peebles 1905, as given by Student 1908): `summary(aov(extra ~ group + ID))` has a residual
/// mean square of 0.7564 with 9 degrees of freedom; the differences have the standard deviation 1.229995 (t −4.0621).
#[test]
fn pairs_give_the_residual_mean_square_of_the_two_way_layout() {
    let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    let of = |values: &[f64], after| {
        let rows = values.iter().enumerate();
        rows.map(|(patient, value)| (patient, after, *value))
            .collect::<Vec<_>>()
    };
    let all = [of(&first, false), of(&second, true)].concat();
    let found = about_change(&samples(&all, 1.0)).unwrap();
    close(found, 0.7564, 5e-5);
    close(found, 1.229_995_f64.powi(2) / 2.0, 1e-6);
    // Twice the variance by chance, half the excess.
    close(
        about_change(&samples(&all, 2.0)).unwrap(),
        found / 2.0,
        1e-12,
    );
}

#[test]
fn a_weekly_cycle_and_the_change_itself_are_no_scatter() {
    let week = [100.0, 80.0, 81.0, 79.0, 90.0, 60.0, 40.0];
    let mut all = Vec::new();
    for (weekday, value) in week.into_iter().enumerate() {
        all.push((weekday, false, value));
        all.push((weekday, true, value + 25.0));
    }
    assert!(about_change(&samples(&all, 80.0)).unwrap() < 1e-20);
    // Another stratum of one period alone says nothing, and does no harm.
    all.push((9, true, 500.0));
    assert!(about_change(&samples(&all, 80.0)).unwrap() < 1e-20);
}

#[test]
fn too_few_days_say_nothing() {
    let all: Vec<_> = (0..8).map(|at| (at % 4, at >= 4, 1.0)).collect();
    assert_eq!(about_change(&samples(&all, 1.0)), None);
    assert_eq!(about_change(&[]), None);
    // One period alone: the scatter about the strata.
    let one: Vec<_> = (0..14)
        .map(|at| (at % 7, false, f64::from(u8::from(at < 7))))
        .collect();
    close(
        about_change(&samples(&one, 1.0)).unwrap(),
        14.0 * 0.25 / 6.0,
        1e-12,
    );
}
