use super::*;
use crate::ingest::plan::{Part, plans};
use crate::ingest::privacy::Key;
use crate::settings::Settings;
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;

const BLOCKS: u64 = 60;

/// Blocks of one row each, line by line.
struct Numbered(u64);

impl RowSource for Numbered {
    fn names(&self) -> Option<&[String]> {
        None
    }

    fn next_block(&mut self) -> Result<Option<Block<'static>>> {
        self.0 += 1;
        Ok((self.0 <= BLOCKS).then(|| {
            let mut block = Block::new(2);
            block.push(self.0 + 1, ["c", "2026-03-02 09:00:00"]);
            block
        }))
    }
}

/// Makes later blocks ready before earlier ones, and panics at one of them when told to.
struct Uneven {
    panics_at: Option<i64>,
}

impl Worker for Uneven {
    type Part = i64;
    type Job = i64;
    type Done = i64;

    fn part(&self, rows: RecordBatch) -> Result<i64> {
        let lines = rows.column(rows.num_columns() - 1);
        let line = lines.as_primitive::<Int64Type>().value(0);
        assert_ne!(Some(line), self.panics_at);
        std::thread::sleep(Duration::from_millis(u64::from(line % 4 == 0) * 3));
        Ok(line)
    }

    fn work(&self, job: i64) -> Result<i64> {
        Ok(job)
    }
}

#[derive(Default)]
struct Lines {
    taken: Vec<i64>,
    done: Vec<i64>,
}

impl Sink for Lines {
    type Worker = Uneven;

    fn take(&mut self, line: i64, _rejects: Vec<Reject>) -> Result<()> {
        self.taken.push(line);
        Ok(())
    }

    fn jobs(&mut self, last: bool) -> Vec<i64> {
        let due = last || self.taken.len().is_multiple_of(7);
        self.taken
            .last()
            .filter(|_| due)
            .copied()
            .into_iter()
            .collect()
    }

    fn done(&mut self, line: i64) {
        self.done.push(line);
    }
}

fn lines(panics_at: Option<i64>) -> Lines {
    let settings = Settings::builtin().unwrap();
    let header = ["call_id", "started_at"].map(str::to_owned);
    let plan = plans(&header, &settings, Part::Whole).unwrap().remove(0);
    let (key, taxonomy) = (Key::from_bytes([1; 32]), settings.taxonomy.lookup());
    let typer = Typer::new(&plan, &key, &taxonomy, "f");
    let mut sink = Lines::default();
    let feed = Feed::Rows(Box::new(Numbered(0)));
    let totals = read(feed, &typer, "f", &Uneven { panics_at }, &mut sink).unwrap();
    assert_eq!(totals.read, BLOCKS);
    sink.done.sort_unstable();
    sink
}

fn assert_whole(lines: &Lines) {
    let all: Vec<i64> = (2..=61).collect();
    assert_eq!(lines.taken, all);
    // Every seventh, and the last one at the end.
    assert_eq!(lines.done, [8, 15, 22, 29, 36, 43, 50, 57, 61]);
}

#[test]
fn blocks_are_taken_in_file_order_and_all_work_is_done() {
    assert_whole(&lines(None));
}

#[test]
fn files_that_are_read_at_once_do_not_wait_for_each_other_for_ever() {
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let all: Vec<Lines> =
            pool.install(|| (0..5).into_par_iter().map(|_| lines(None)).collect());
        all.iter().for_each(assert_whole);
    }
}

#[test]
fn a_panic_is_passed_on_instead_of_being_waited_for() {
    assert!(std::panic::catch_unwind(|| lines(Some(30))).is_err());
}
