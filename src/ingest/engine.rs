//! The rows of one file, typed in parallel and handed over in file order, in memory that does not depend on
//! the size of the file.

use std::path::PathBuf;

use arrow::array::RecordBatch;
use rayon::prelude::*;

use crate::error::{Error, Result};

use super::blanks::Blanks;
use super::block::Block;
use super::delimited::{self, Dialect, Piece, Pieces};
use super::formats::RowSource;
use super::reason::{Reason, Reject};
use super::typing::{Notes, Typed, Typer};

/// Pieces of a file in flight per thread: enough that no thread waits for the slowest.
const PIECES_PER_THREAD: usize = 4;

/// Where the rows of a file come from.
pub enum Feed {
    /// Delimited text, cut into pieces that are taken apart in parallel.
    Text(Pieces, Dialect, PathBuf),
    /// A format that gives rows one after another.
    Rows(Box<dyn RowSource>),
}

enum Load {
    Piece(Piece),
    Block(Block<'static>),
}

impl Feed {
    const fn dialect(&self) -> Option<Dialect> {
        match self {
            Self::Text(_, dialect, _) => Some(*dialect),
            Self::Rows(_) => None,
        }
    }

    /// The next block, taken apart here and now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_block(&mut self) -> Result<Option<Block<'static>>> {
        let dialect = self.dialect();
        Ok(self
            .next_load()?
            .map(|mut load| block_of(&mut load, dialect).into_owned()))
    }

    fn next_load(&mut self) -> Result<Option<Load>> {
        match self {
            Self::Text(pieces, _, path) => match pieces.next_piece() {
                Ok(piece) => Ok(piece.map(Load::Piece)),
                Err(error) => Err(Error::io("read", path, error)),
            },
            Self::Rows(rows) => Ok(rows.next_block()?.map(Load::Block)),
        }
    }
}

/// What takes the rows of a file.
///
/// `part` and `work` run in many threads at once, `take` and `done` in one, in file order.
pub trait Sink: Sync {
    /// Typed rows made ready for being taken.
    type Part: Send;
    /// Work that need not be done before the next rows are read.
    type Job: Send;
    /// What came of it.
    type Done: Send;

    /// Makes the good rows of a block ready.
    ///
    /// # Errors
    /// When they cannot be prepared.
    fn part(&self, rows: RecordBatch) -> Result<Self::Part>;

    /// Takes the rows of a block and the rejects before and among them.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn take(&mut self, part: Self::Part, rejects: Vec<Reject>) -> Result<()>;

    /// Work that has become due; `last` when no more rows come.
    fn jobs(&mut self, last: bool) -> Vec<Self::Job>;

    /// Does such work.
    ///
    /// # Errors
    /// When it cannot be done.
    fn work(&self, job: Self::Job) -> Result<Self::Done>;

    /// Hears of work that is done.
    fn done(&mut self, done: Self::Done);
}

/// A block typed and made ready for the sink.
type Ready<S> = (<S as Sink>::Part, Typed);

/// What reading a file to its end found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records in the file: good and bad together.
    pub read: u64,
    /// Findings about rows that were kept.
    pub notes: Notes,
    /// Blank lines at the end, which are no records.
    pub blank_tail: u64,
}

impl Totals {
    /// Counts a finding about the file.
    fn note(&mut self, what: &'static str, rows: u64) {
        if rows > 0 {
            let key = (what, String::new(), String::new());
            *self.notes.entry(key).or_default() += rows;
        }
    }
}

/// Types the rows of `feed` with `typer` and gives them to `sink`.
///
/// # Errors
/// When the file cannot be read or the sink refuses.
pub fn read<S: Sink>(
    mut feed: Feed,
    typer: &Typer<'_>,
    name: &str,
    sink: &mut S,
) -> Result<Totals> {
    let mut totals = Totals::default();
    let mut blanks = Blanks::default();
    let mut loads = next_wave(&mut feed)?;
    let mut jobs: Vec<S::Job> = Vec::new();
    while !loads.is_empty() {
        let dialect = feed.dialect();
        let shared: &S = sink;
        let mut parts: Vec<Option<Result<Ready<S>>>> = Vec::new();
        parts.resize_with(loads.len(), || None);
        let mut finished: Vec<Option<Result<S::Done>>> = Vec::new();
        finished.resize_with(jobs.len(), || None);
        // While the others work on this wave, this thread reads the next one.
        let next = rayon::in_place_scope(|scope| {
            for (job, place) in jobs.drain(..).zip(&mut finished) {
                scope.spawn(move |_| *place = Some(shared.work(job)));
            }
            for (load, place) in loads.drain(..).zip(&mut parts) {
                scope.spawn(move |_| *place = Some(one(load, dialect, typer, name, shared)));
            }
            next_wave(&mut feed)
        })?;
        for done in finished.into_iter().flatten() {
            sink.done(done?);
        }
        for part in parts.into_iter().flatten() {
            let (part, typed) = part?;
            hand_over(sink, part, typed, &mut totals, &mut blanks)?;
        }
        loads = next;
        jobs = sink.jobs(false);
    }
    totals.blank_tail = blanks.count();
    jobs.extend(sink.jobs(true));
    finish(sink, jobs)?;
    Ok(totals)
}

/// Shows every block to `see`, in parallel, and gives what it makes of them to `merge`, in file order; only
/// the first `waves` when given.
///
/// # Errors
/// When the file cannot be read.
pub fn scan<T: Send>(
    mut feed: Feed,
    waves: Option<usize>,
    see: impl Fn(&Block<'_>) -> T + Sync,
    mut merge: impl FnMut(T),
) -> Result<()> {
    let mut done = 0;
    loop {
        let loads = next_wave(&mut feed)?;
        if loads.is_empty() || waves.is_some_and(|waves| done >= waves) {
            return Ok(());
        }
        let dialect = feed.dialect();
        let seen: Vec<T> = loads
            .into_par_iter()
            .map(|mut load| see(&block_of(&mut load, dialect)))
            .collect();
        seen.into_iter().for_each(&mut merge);
        done += 1;
    }
}

/// Does what work is left when all rows are read.
fn finish<S: Sink>(sink: &mut S, jobs: Vec<S::Job>) -> Result<()> {
    let shared: &S = sink;
    let done: Vec<S::Done> = jobs
        .into_par_iter()
        .map(|job| shared.work(job))
        .collect::<Result<_>>()?;
    for done in done {
        sink.done(done);
    }
    Ok(())
}

fn next_wave(feed: &mut Feed) -> Result<Vec<Load>> {
    let size = rayon::current_num_threads().max(1) * PIECES_PER_THREAD;
    let mut loads = Vec::with_capacity(size);
    while loads.len() < size {
        match feed.next_load()? {
            Some(load) => loads.push(load),
            None => break,
        }
    }
    Ok(loads)
}

fn one<S: Sink>(
    mut load: Load,
    dialect: Option<Dialect>,
    typer: &Typer<'_>,
    name: &str,
    sink: &S,
) -> Result<Ready<S>> {
    let mut typed = typer
        .block(block_of(&mut load, dialect))
        .map_err(|source| Error::Arrow {
            what: name.to_owned(),
            source,
        })?;
    let empty = RecordBatch::new_empty(typed.rows.schema());
    let rows = std::mem::replace(&mut typed.rows, empty);
    Ok((sink.part(rows)?, typed))
}

fn block_of(load: &mut Load, dialect: Option<Dialect>) -> Block<'_> {
    match (load, dialect) {
        (Load::Piece(piece), Some(dialect)) => delimited::parse(piece, &dialect),
        (Load::Block(block), _) => std::mem::take(block),
        (Load::Piece(_), None) => Block::default(),
    }
}

/// Gives a block to the sink. Blank lines are a fault only when rows follow them: at the end of a file they
/// are how editors and spreadsheets end it. Long gaps and blank rows of sheets are counted only (`blank_rows`).
fn hand_over<S: Sink>(
    sink: &mut S,
    part: S::Part,
    typed: Typed,
    totals: &mut Totals,
    blanks: &mut Blanks,
) -> Result<()> {
    let mut rejects = typed.rejects;
    blanks.merge(typed.blanks);
    let inside = blanks.take_before(typed.last_line);
    totals.note("blank_rows", inside.in_gaps + typed.gaps);
    if !inside.faults.is_empty() {
        let blank = |line| Reject::whole(line, Reason::Blank, String::new(), String::new());
        rejects.extend(inside.faults.into_iter().map(blank));
        rejects.sort_by_key(|reject| reject.line);
    }
    totals.read += typed.good + rejects.len() as u64;
    for (what, times) in typed.notes {
        *totals.notes.entry(what).or_default() += times;
    }
    sink.take(part, rejects)
}
