use super::*;
use crate::expr::Type;
use crate::expr::parse;

#[test]
fn the_promise_stands_in_the_service_level() {
    let fact = Fact::by_name("call_facts").unwrap();
    let read = |text| longest(&parse::expression(text, fact, Type::Flag).unwrap());
    assert_eq!(
        read("answered AND coalesce(wait_s <= 20, FALSE)"),
        Some(20.0)
    );
    assert_eq!(read("answered AND wait_s <= 30"), Some(30.0));
    assert_eq!(read("answered AND talk_s <= 30"), None);
}

/// Cumulative counts of exponential waits with a mean in steps.
fn exponential(mean: f64) -> Vec<f64> {
    (1..=FINE)
        .map(|step| (1000.0 * (1.0 - (-(step as f64) / mean).exp())).round())
        .collect()
}

#[test]
fn classes_add_up_and_keep_the_promise_as_an_end() {
    for mean in [0.1, 0.5, 2.0, 5.0, 9.0, 30.0] {
        let found = classes(&exponential(mean), 1000.0, 10.0);
        assert!(found.len() <= SHOWN + 1, "{mean}: {}", found.len());
        assert_eq!(found.iter().map(|class| class.count).sum::<u64>(), 1000);
        assert!(
            found.iter().any(|class| class.to == Some(20.0)),
            "{mean}: {found:?}"
        );
        for pair in found.windows(2) {
            assert_eq!(pair[0].to, Some(pair[1].from));
        }
    }
}
