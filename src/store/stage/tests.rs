use super::*;
use arrow::array::ArrayRef;
use std::sync::Arc;

/// Rows of these days with so many bytes in all.
fn part(days: &[i32], bytes: usize) -> Part {
    let one = || {
        let rows = Arc::new(UInt32Array::from(vec![0]));
        RecordBatch::try_from_iter([("a", rows as ArrayRef)]).unwrap()
    };
    Part {
        days: days.iter().map(|day| (Some(*day), one())).collect(),
        bytes,
    }
}

fn days(jobs: &[Job]) -> Vec<i32> {
    jobs.iter().filter_map(|job| job.day).collect()
}

#[test]
fn a_day_of_a_sorted_export_is_written_when_others_came_for_a_while() {
    let mut stage = Stage::default();
    let mut written = Vec::new();
    for day in 0..6 {
        for _ in 0..10 {
            stage.take(part(&[day], HELD_WHEN_COMPLETE / 20));
            written.extend(days(&stage.jobs(false)));
        }
    }
    assert_eq!(written, [0, 1, 2, 3]);
    assert!(stage.bytes <= HELD_WHEN_COMPLETE);
    assert_eq!(days(&stage.jobs(true)), [4, 5]);
    assert_eq!(stage.bytes, 0);
}

#[test]
fn days_that_go_on_are_held_as_long_as_there_is_memory() {
    let mut stage = Stage::default();
    for _ in 0..100 {
        stage.take(part(&[3, 1, 2], HELD / 100));
        assert!(stage.jobs(false).is_empty());
    }
    stage.take(part(&[3, 1], HELD / 100));
    // The one that got no rows last goes first; half of the memory is enough.
    assert_eq!(days(&stage.jobs(false)), [2, 1]);
    assert_eq!(days(&stage.jobs(true)), [3]);
}
