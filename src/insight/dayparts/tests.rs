use super::*;

/// Two queues over four weeks, 18 callers an evening and 18 a morning; `slow` days last `factor` times as long in the
/// evening of the first, and callers give up after a minute and a half.
fn weeks(slow: &[u64], factor: f64) -> (Calls, NaiveDate) {
    let first: NaiveDate = "2026-03-02".parse().unwrap();
    let mut calls = Vec::new();
    for day in 0..28_u64 {
        for queue in 0..2 {
            for at in 0..36_u64 {
                let evening = at >= 18;
                let late = queue == 0 && evening && slow.contains(&day);
                // Spread over 5 to 44 seconds, another order every day.
                let wait = 5.0 + ((at * 17 + day * 13 + queue as u64 * 7) % 40) as f64;
                let wait = wait * if late { factor } else { 1.0 };
                calls.push(Call {
                    date: first + Days::new(day),
                    hour: if evening { 18 } else { 8 } + (at % 4) as u8,
                    queue,
                    wait_s: whole(wait.min(90.0)),
                    answered: wait <= 90.0,
                });
            }
        }
    }
    let queues = vec![Some("a".to_owned()), None];
    (Calls { queues, calls }, first + Days::new(27))
}

const NONE: fn(NaiveDate) -> bool = |_| false;

#[test]
fn one_slow_evening_of_one_queue_is_found_and_nothing_else() {
    let (calls, date) = weeks(&[27], 3.0);
    let found = judge(&calls, date, &NONE);
    assert_eq!(found.stretches.len(), 4);
    let slow: Vec<&Stretch> = found.slow().collect();
    assert_eq!(slow.len(), 1, "{found:?}");
    assert_eq!(
        (slow[0].queue.as_deref(), slow[0].part),
        (Some("a"), Part::Evening)
    );
    assert_eq!((slow[0].callers, slow[0].days), (18, 27));
    assert!(slow[0].gave_up > 0 && slow[0].mean > 1.8 * slow[0].usual);
    assert!(found.false_alarms <= LEVEL);
    let (low, high) = slow[0].interval.unwrap();
    assert!(low < slow[0].mean && slow[0].mean < high && low > slow[0].usual);
}

#[test]
fn calm_days_and_quicker_ones_are_no_finding() {
    for factor in [1.0, 0.3] {
        let (calls, date) = weeks(&[27], factor);
        assert_eq!(judge(&calls, date, &NONE).slow().count(), 0, "{factor}");
    }
}

#[test]
fn evenings_that_are_often_slow_are_no_news_unless_their_days_are_left_out() {
    let often: Vec<u64> = (0..28).filter(|day| day % 3 == 0).collect();
    let (calls, date) = weeks(&often, 3.0);
    assert_eq!(judge(&calls, date, &NONE).slow().count(), 0);
    let first = date - Days::new(27);
    let campaign = move |day: NaiveDate| (day - first).num_days() % 3 == 0;
    let found = judge(&calls, date, &campaign);
    assert_eq!(found.slow().count(), 1, "{found:?}");
    assert_eq!(found.slow().next().unwrap().days, 18);
}

#[test]
fn little_history_and_few_callers_are_not_judged() {
    let (mut calls, date) = weeks(&[27], 3.0);
    calls.calls.retain(|call| call.date + Days::new(13) >= date);
    assert!(judge(&calls, date, &NONE).stretches.is_empty());
    let (mut calls, date) = weeks(&[27], 3.0);
    let mut kept = 0;
    calls.calls.retain(|call| {
        let here = call.date == date && call.queue == 0 && call.hour >= 18;
        kept += u32::from(here);
        !here || kept <= 4
    });
    assert_eq!(judge(&calls, date, &NONE).stretches.len(), 3);
}

#[test]
fn parts_cover_the_day() {
    for hour in 0..24 {
        let (from, until) = Part::of(hour).hours();
        assert!(from <= hour && hour < until);
    }
}
