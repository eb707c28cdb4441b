use super::*;

/// Weeks of remission of 42 children with leukaemia, treated and not; a minus sign marks those still in remission.
/// Freireich et al. (1963), *The effect of 6-mercaptopurine on the duration of steroid-induced remissions in acute
/// leukemia*, Blood 21; printed in Kalbfleisch & Prentice (2002).
const TREATED: [i32; 21] = [
    6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35,
];
const UNTREATED: [i32; 21] = [
    1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
];

fn remissions() -> Vec<Wait> {
    let groups = [&TREATED[..], &UNTREATED[..]];
    let groups = groups.iter().enumerate();
    groups
        .flat_map(|(group, weeks)| {
            weeks.iter().map(move |weeks| Wait {
                length: weeks.unsigned_abs(),
                ended: *weeks > 0,
                group,
            })
        })
        .collect()
}

#[test]
fn the_published_log_rank_test_is_reproduced() {
    // 9 and 21 relapses seen, 19.25 and 10.75 expected, χ² = 16.79: `survdiff` of R's package survival, and
    // Kleinbaum & Klein (2012), Survival Analysis, 3rd ed., ch. 2.
    let scores = weighted(&mut remissions(), 2, |_| 1.0);
    assert!((scores[0].observed - 9.0).abs() < 1e-12 && (scores[1].observed - 21.0).abs() < 1e-12);
    assert!((scores[0].expected - 19.25).abs() < 0.005, "{scores:?}");
    assert!((scores[1].expected - 10.75).abs() < 0.005, "{scores:?}");
    for score in scores {
        assert!(
            (score.squared().unwrap() - 16.79).abs() < 0.005,
            "{score:?}"
        );
    }
}

#[test]
fn the_weighted_test_agrees_with_a_second_computation() {
    // peto_prentice.py beside this file: exact fractions.
    let scores = peto_prentice(&mut remissions(), 2);
    let expected = (
        4.763_222_648_764_264,
        11.125_432_104_374_372,
        2.873_992_273_557_911_8,
    );
    let score = scores[0];
    assert!((score.observed - expected.0).abs() < 1e-12, "{score:?}");
    assert!((score.expected - expected.1).abs() < 1e-12, "{score:?}");
    assert!((score.variance - expected.2).abs() < 1e-12, "{score:?}");
    // What one group has too few of, the other has too many of.
    let sum: f64 = scores.iter().map(|s| s.observed - s.expected).sum();
    assert!(sum.abs() < 1e-12);
}

#[test]
fn longer_waits_are_found_also_when_callers_give_up_before_they_end() {
    let calm: Vec<Wait> = (0..20_u32)
        .flat_map(|group| {
            (0..30).map(move |at| Wait {
                length: 5 + (at * 7 + group * 11) % 40,
                ended: true,
                group: group as usize,
            })
        })
        .collect();
    let place = |mut waits: Vec<Wait>| {
        let mut scores = peto_prentice(&mut waits, 20);
        let newest = scores.pop().unwrap();
        Place {
            newest,
            earlier: scores,
        }
    };
    let quiet = longer(&[place(calm.clone())])[0].unwrap();
    assert!(quiet.p > 0.05, "{quiet:?}");
    // The newest group waits three times as long, and everybody gives up at 45: what is on record is hardly longer.
    let slow = calm.into_iter().map(|wait| {
        let length = if wait.group == 19 {
            wait.length * 3
        } else {
            wait.length
        };
        Wait {
            length: length.min(45),
            ended: length <= 45,
            ..wait
        }
    });
    let slow = longer(&[place(slow.collect())])[0].unwrap();
    assert!(slow.p < 1e-6 && slow.z > 5.0, "{slow:?}");
}

#[test]
fn places_that_always_scatter_are_held_against_their_own_scatter() {
    let score = |far: f64| Score {
        observed: 100.0 - far,
        expected: 100.0,
        variance: 1.0,
    };
    let calm: Vec<Score> = (0..28)
        .map(|day| score([-1.0, 0.5, 1.0, -0.5][day % 4]))
        .collect();
    let wild: Vec<Score> = (0..28)
        .map(|day| score([-6.0, 5.0, 6.0, -5.0][day % 4]))
        .collect();
    let places = [
        Place {
            newest: score(6.0),
            earlier: wild,
        },
        Place {
            newest: score(6.0),
            earlier: calm.clone(),
        },
        Place {
            newest: score(6.0),
            earlier: calm.clone(),
        },
        Place {
            newest: score(6.0),
            earlier: calm.clone(),
        },
        Place {
            newest: score(6.0),
            earlier: Vec::new(),
        },
    ];
    let found = longer(&places);
    let (wild, calm) = (found[0].unwrap(), found[1].unwrap());
    assert!(
        wild.p > 0.1 && (wild.scatter - 30.5).abs() < 1e-9,
        "{wild:?}"
    );
    assert!(calm.p < 0.05 && calm.z > wild.z, "{calm:?}");
    assert_eq!(found[4], None);
}

#[test]
fn the_interval_touches_the_usual_where_the_test_is_on_the_edge() {
    let (low, high) = interval_of_test(26.0, 13.0, Z_95).unwrap();
    assert!((low - 13.0).abs() < 1e-9 && (high - 52.0).abs() < 1e-9);
    assert!(interval_of_test(26.0, 13.0, 3.0).unwrap().0 > 13.0);
    assert!(interval_of_test(26.0, 13.0, 1.0).unwrap().0 < 13.0);
    for (figure, usual, z) in [
        (0.0, 13.0, 3.0),
        (26.0, 0.0, 3.0),
        (26.0, 13.0, 0.0),
        (26.0, f64::NAN, 3.0),
    ] {
        assert_eq!(interval_of_test(figure, usual, z), None);
    }
}
