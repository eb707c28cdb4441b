use std::fmt::Write as _;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};

use crate::calendar::Grain;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::mart;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Source};
use crate::store::figures::FOLDER;
use crate::store::runs::Run;
use crate::testing::{Small, feed, parquet_rows};

/// Four months of calls; the seventh of each has a call that waits `wait` seconds.
fn calls(wait: u32) -> String {
    let mut text = String::from("call_id,started_at,queue,agent_id,outcome,wait_s,talk_s\n");
    for month in 1..5 {
        for day in 1..29 {
            let seconds = if day == 7 { wait } else { day % 9 };
            let queue = ["查询", "投诉", ""][day as usize % 3];
            let _ = writeln!(
                text,
                "{month}-{day},2026-0{month}-{day:02} 09:00:00,{queue},A{},answered,{seconds},{}.7",
                day % 4,
                10 + day
            );
        }
    }
    text
}

struct Centre {
    small: Small,
    catalogue: Catalogue,
}

impl Centre {
    fn new() -> Self {
        let small = Small::of(&[&calls(5)]);
        let catalogue = Catalogue::compile(&small.settings).unwrap();
        Self { small, catalogue }
    }

    fn run(&self) -> Run {
        self.small.run("2026-05-30 00:00:00")
    }

    fn mart(&self, run: &Run, keep: bool) -> Vec<u8> {
        let source = Source {
            store: &self.small.store,
            run,
        };
        let mart = mart::compute(&self.catalogue, &source, keep).unwrap();
        mart.parquet("r0001", Vec::new()).unwrap()
    }

    /// Name and content of every file that is kept.
    fn kept(&self) -> Vec<(String, Vec<u8>)> {
        let Ok(entries) = std::fs::read_dir(self.small.store.root().join(FOLDER)) else {
            return Vec::new();
        };
        let mut files: Vec<_> = entries
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, std::fs::read(path).unwrap())
            })
            .collect();
        files.sort();
        files
    }
}

#[test]
fn a_mart_of_kept_months_is_the_one_computed_anew() {
    let centre = Centre::new();
    let run = centre.run();
    let anew = centre.mart(&run, false);
    assert_eq!(centre.kept(), [], "who only reads keeps nothing");
    assert_eq!(centre.mart(&run, true), anew);
    let first = centre.kept();
    assert_eq!(
        first.len(),
        14,
        "three files for each month, two for the first month alone"
    );
    assert_eq!(centre.mart(&run, true), anew);
    assert_eq!(centre.kept(), first);

    let corrected = |day: &str, wait: u32| {
        let text = calls(wait);
        let header = text.lines().next().unwrap();
        let line = text.lines().find(|line| line.starts_with(day)).unwrap();
        let (store, settings) = (&centre.small.store, &centre.small.settings);
        feed(store, settings, &format!("{header}\n{line}\n"));
        centre.run()
    };
    let of = |month: &str, files: &[(String, Vec<u8>)]| {
        let files = files.iter().filter(|(name, _)| name.starts_with(month));
        files.cloned().collect::<Vec<_>>()
    };
    let stems = ["first-1", "2026-01", "2026-02", "2026-03", "2026-04"];
    let mut before = (anew, first);
    for (day, wait, changed) in [("2-7,", 90, &stems[2..3]), ("1-7,", 91, &stems[..2])] {
        let run = corrected(day, wait);
        let after = (centre.mart(&run, true), centre.kept());
        assert_ne!(after.0, before.0);
        assert_eq!(centre.mart(&run, false), after.0);
        assert_eq!(after.1.len(), 14, "what the month was is gone");
        for stem in stems {
            let same = of(stem, &after.1) == of(stem, &before.1);
            assert_eq!(same, !changed.contains(&stem), "{stem} after {day}");
        }
        for (name, _) in &after.1 {
            std::fs::remove_file(centre.small.store.root().join(FOLDER).join(name)).unwrap();
        }
        assert_eq!(centre.mart(&run, true), after.0);
        assert_eq!(centre.kept(), after.1);
        before = after;
    }
}

#[test]
fn first_months_are_kept_together_by_quarters_and_up_to_the_last_three() {
    for (months, starts) in [
        (0, &[][..]),
        (3, &[]),
        (4, &[1]),
        (6, &[3]),
        (9, &[3, 6]),
        (13, &[3, 6, 9, 10]),
    ] {
        assert_eq!(super::starts(months), starts, "{months}");
    }
}

#[test]
fn damaged_months_are_computed_again() {
    let centre = Centre::new();
    let run = centre.run();
    let anew = centre.mart(&run, true);
    let whole = centre.kept();
    for (name, bytes) in &whole {
        let path = centre.small.store.root().join(FOLDER).join(name);
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert_eq!(centre.mart(&run, true), anew, "{name}");
        assert_eq!(centre.kept(), whole);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(centre.mart(&run, true), anew, "{name}");
    }
}

#[test]
fn members_by_day_are_those_of_the_query() {
    let centre = Centre::new();
    let run = centre.run();
    let mart = parquet_rows(centre.mart(&run, true));
    let source = Source {
        store: &centre.small.store,
        run: &run,
    };
    let text = |name: &str| {
        let column = cast(mart.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
        let texts: Vec<_> = column
            .as_string::<i32>()
            .iter()
            .map(|text| text.unwrap_or_default().to_owned())
            .collect();
        texts
    };
    let values = mart.column_by_name("value").unwrap();
    let values = values.as_primitive::<Float64Type>();
    let [kpis, grains, periods, dimensions, members] =
        ["kpi", "grain", "period", "dimension", "member"].map(text);
    for id in ["asa", "wait_p90", "offered", "answer_rate"] {
        let query = Query {
            kpis: vec![centre.catalogue.position(id).unwrap()],
            groupings: vec![Grouping {
                grain: Grain::Day,
                by: vec!["agent_id".to_owned()],
            }],
            from: None,
            to: None,
            condition: None,
        };
        let answer = query.answer(&centre.catalogue, &source).unwrap().remove(0);
        let of_mart: Vec<_> = (0..mart.num_rows())
            .filter(|at| kpis[*at] == id && grains[*at] == "day" && dimensions[*at] == "agent_id")
            .map(|at| (periods[at].clone(), members[at].clone(), values.value(at)))
            .collect();
        let asked: Vec<_> = answer
            .into_iter()
            .map(|row| {
                let member = row.group.members[0].clone().unwrap_or_default();
                (
                    row.group.period.clone(),
                    member,
                    row.estimate.value.unwrap(),
                )
            })
            .collect();
        assert_eq!(of_mart, asked, "{id}");
        assert_eq!(of_mart.len(), 112, "a call on each of the days");
    }
}
