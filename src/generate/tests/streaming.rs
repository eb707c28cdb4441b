//! Files are handed out while the plan runs.

use super::super::{GenerateError, Output, Plan, Split, write};
use super::{Taxonomy, plan};

/// Names of the files, each with the number of days that were over when it came.
fn handed_out(plan: &Plan) -> Vec<(String, u32)> {
    let (mut days, mut files) = (0, Vec::new());
    write(plan, &Taxonomy::builtin(), &mut |output| {
        match output {
            Output::File(file) => files.push((file.name, days)),
            Output::Day(date) => {
                assert_eq!(date, plan.start + chrono::Days::new(u64::from(days)));
                days += 1;
            }
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(days, plan.days);
    files
}

#[test]
fn a_file_comes_when_its_period_is_over() {
    let daily = Plan {
        split: Split::Day,
        ..plan(9, 200)
    };
    let files = handed_out(&daily);
    for table in ["calls", "chats", "tickets", "ticket_events", "messages"] {
        for day in 0..9 {
            let date = daily.start + chrono::Days::new(u64::from(day));
            let file = (format!("{table}_{date}.csv"), day);
            assert!(files.contains(&file), "{file:?} in {files:?}");
        }
    }
    assert_eq!(files.last().unwrap().0, super::GROUND_TRUTH);

    let files = handed_out(&plan(16, 100));
    for (week, over) in [("W10", 6), ("W11", 13), ("W12", 15)] {
        for table in ["calls", "chats", "ticket_events"] {
            let file = (format!("{table}_2026-{week}.csv"), over);
            assert!(files.contains(&file), "{file:?} in {files:?}");
        }
    }
}

#[test]
fn a_week_of_tickets_comes_when_all_of_them_are_closed() {
    let files = handed_out(&plan(90, 30));
    let came = |week: u32| {
        let name = format!("tickets_2026-W{week}.csv");
        files.iter().find(|(file, _)| *file == name).unwrap().1
    };
    assert!((30..67).contains(&came(10)), "{}", came(10));
    let weeks: Vec<u32> = (10..23).map(came).collect();
    assert!(weeks.is_sorted(), "{weeks:?}");
}

#[test]
fn a_file_that_cannot_be_written_ends_the_plan() {
    let mut taken = 0;
    let result = write(
        &plan(9, 40),
        &Taxonomy::builtin(),
        &mut |output| match output {
            Output::File(_) if taken == 2 => Err(std::io::Error::other("full")),
            Output::File(_) => {
                taken += 1;
                Ok(())
            }
            Output::Day(_) => Ok(()),
        },
    );
    match result {
        Err(GenerateError::Write { name, error }) => {
            assert!(name.contains("_2026-W10"), "{name}");
            assert_eq!(error.to_string(), "full");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(taken, 2);
}
