use super::*;
use crate::stats::decomposition;

fn close(actual: f64, expected: f64) {
    assert!(
        (actual - expected).abs() < 1e-12,
        "{actual} is not {expected}"
    );
}

/// Second computation in scipy: `0.5*(p*log(2*p/(p+q)) + q*log(2*q/(p+q)))`, whose sum is
/// `jensenshannon(p, q)**2` = 0.02348685293372416.
#[test]
fn power_and_surprise_agree_with_scipy() {
    let found = counts(&[(50.0, 52.0), (30.0, 31.0), (15.0, 40.0), (5.0, 2.0)]).expect("members");
    let power = [0.08, 0.04, 1.0, -0.12];
    let surprise = [
        0.001_928_472_415_594_014_6,
        0.001_235_434_572_556_658_9,
        0.015_726_410_560_345_412,
        0.004_596_535_385_228_053,
    ];
    for ((found, power), surprise) in found.iter().zip(power).zip(surprise) {
        close(found.power, power);
        close(found.surprise, surprise);
    }
    close(
        found.iter().map(|found| found.surprise).sum(),
        0.023_486_852_933_724_16,
    );
    let explanation = explain(&found).expect("an explanation");
    assert_eq!(explanation.members, [2]);
}

/// The point of the method: of two dimensions the one whose single member moved comes first, and one
/// where all moved alike explains nothing.
#[test]
fn the_dimension_with_few_surprising_members_comes_first() {
    let site = counts(&[(100.0, 160.0), (100.0, 101.0), (100.0, 99.0)]).expect("members");
    let channel = counts(&[(200.0, 250.0), (100.0, 110.0)]).expect("members");
    let even = counts(&[(60.0, 72.0); 5]).expect("members");
    let many: Vec<(f64, f64)> = vec![(15.0, 18.0); 20];
    let many = counts(&many).expect("members");
    assert_eq!(explain(&many), None, "nobody carries a tenth");
    let explanations = [
        explain(&channel),
        explain(&many),
        explain(&even),
        explain(&site),
    ];
    let order = rank(&explanations);
    assert_eq!(order[0], 3);
    assert!(!order.contains(&1));
    close(explain(&even).expect("all alike").surprise, 0.0);
}

#[test]
fn the_power_of_a_rate_adds_up_to_one() {
    let member = |n_before, sum_before, n_after, sum_after| Member {
        n_before,
        sum_before,
        n_after,
        sum_after,
    };
    let members = [
        member(100.0, 90.0, 110.0, 98.0),
        member(200.0, 170.0, 190.0, 120.0),
        member(50.0, 40.0, 0.0, 0.0),
        member(0.0, 0.0, 70.0, 60.0),
    ];
    let whole = decomposition::shares(&members).expect("parts");
    let found = shares(&members, &whole).expect("members");
    close(found.iter().map(|found| found.power).sum(), 1.0);
    assert_eq!(
        explain(&found).expect("an explanation").members.last(),
        Some(&1)
    );
    assert_eq!(shares(&members[..2], &whole), None);
}

#[test]
fn no_change_has_no_explanation() {
    assert_eq!(counts(&[(1.0, 2.0), (2.0, 1.0)]), None);
    assert_eq!(counts(&[(0.0, 2.0)]), None);
    assert_eq!(counts(&[(-1.0, 2.0), (3.0, 4.0)]), None);
    assert_eq!(explain(&[]), None);
}
