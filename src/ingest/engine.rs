//! The rows of one file, typed in parallel and handed over in file order, in memory that does not depend on
//! the size of the file.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::Duration;

use arrow::array::RecordBatch;
use rayon::Yield;
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

/// What makes rows ready, in many threads at once.
pub trait Worker: Sync {
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

    /// Does work that has become due.
    ///
    /// # Errors
    /// When it cannot be done.
    fn work(&self, job: Self::Job) -> Result<Self::Done>;
}

/// Rows that are taken as they are, without further work.
pub struct AsTheyAre;

impl Worker for AsTheyAre {
    type Part = RecordBatch;
    type Job = Infallible;
    type Done = Infallible;

    fn part(&self, rows: RecordBatch) -> Result<RecordBatch> {
        Ok(rows)
    }

    fn work(&self, job: Infallible) -> Result<Infallible> {
        match job {}
    }
}

/// What takes the rows of a file, in one thread.
pub trait Sink {
    /// What made them ready.
    type Worker: Worker;

    /// Takes the rows of a block and the rejects before and among them, in file order.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn take(&mut self, part: PartOf<Self>, rejects: Vec<Reject>) -> Result<()>;

    /// Work that has become due; `last` when no more rows come.
    fn jobs(&mut self, _last: bool) -> Vec<JobOf<Self>> {
        Vec::new()
    }

    /// Hears of work that is done, in any order.
    fn done(&mut self, _done: DoneOf<Self>) {}
}

type PartOf<S> = <<S as Sink>::Worker as Worker>::Part;
type JobOf<S> = <<S as Sink>::Worker as Worker>::Job;
type DoneOf<S> = <<S as Sink>::Worker as Worker>::Done;

/// A block typed and made ready for the sink.
type Ready<S> = (PartOf<S>, Typed);

/// What a thread has to tell.
enum Told<S: Sink + ?Sized> {
    /// The block of this number.
    Block(u64, Result<Box<Ready<S>>>),
    Done(Result<DoneOf<S>>),
    /// It panicked: nothing more comes of it.
    Lost,
}

/// A thread's way to tell.
struct Teller<S: Sink + ?Sized>(Sender<Told<S>>);

impl<S: Sink + ?Sized> Teller<S> {
    fn tell(&self, news: Told<S>) {
        // Nobody listens any more when reading has failed.
        drop(self.0.send(news));
    }
}

impl<S: Sink + ?Sized> Drop for Teller<S> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.tell(Told::Lost);
        }
    }
}

/// The next news. A thread of the pool works meanwhile: what is waited for may need it.
fn awaited<T>(told: &Receiver<T>) -> Option<T> {
    loop {
        match told.try_recv() {
            Ok(news) => return Some(news),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => match rayon::yield_now() {
                Some(Yield::Executed) => {}
                Some(Yield::Idle) => std::thread::sleep(PAUSE),
                None => return told.recv().ok(),
            },
        }
    }
}

/// How long a thread of the pool that finds nothing to do waits before it looks again.
const PAUSE: Duration = Duration::from_micros(50);

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

/// Types the rows of `feed` with `typer`, has `worker` make them ready and gives them to `sink`, in file order. While
/// the threads work, this one reads and hands over; no thread waits for the slowest, and only so many blocks and so much
/// work are under way that memory does not depend on the size of the file.
///
/// # Errors
/// When the file cannot be read or the sink refuses.
pub fn read<S: Sink>(
    mut feed: Feed,
    typer: &Typer<'_>,
    name: &str,
    worker: &S::Worker,
    sink: &mut S,
) -> Result<Totals> {
    let mut totals = Totals::default();
    let mut blanks = Blanks::default();
    let dialect = feed.dialect();
    let room = in_flight();
    rayon::in_place_scope(|scope| {
        let (tell, told) = channel::<Told<S>>();
        let start_all = |jobs: Vec<JobOf<S>>| {
            let count = jobs.len();
            for job in jobs {
                let teller = Teller::<S>(tell.clone());
                scope.spawn(move |_| teller.tell(Told::Done(worker.work(job))));
            }
            count
        };
        // The blocks that were begun and not yet handed over; what is ready of them waits for those before.
        let mut blocks: VecDeque<Option<Ready<S>>> = VecDeque::new();
        let (mut first, mut jobs) = (0_u64, 0);
        let (mut ended, mut last) = (false, false);
        loop {
            while !ended && blocks.len() < room && jobs < room {
                let Some(load) = feed.next_load()? else {
                    ended = true;
                    break;
                };
                let teller = Teller::<S>(tell.clone());
                let number = first + blocks.len() as u64;
                blocks.push_back(None);
                scope.spawn(move |_| {
                    let ready = one::<S>(load, dialect, typer, name, worker).map(Box::new);
                    teller.tell(Told::Block(number, ready));
                });
            }
            if ended && blocks.is_empty() && !last {
                last = true;
                jobs += start_all(sink.jobs(true));
            }
            if blocks.is_empty() && jobs == 0 {
                break;
            }
            match awaited(&told) {
                Some(Told::Done(done)) => {
                    jobs -= 1;
                    sink.done(done?);
                }
                Some(Told::Block(number, ready)) => {
                    let place = usize::try_from(number - first).unwrap_or_default();
                    blocks[place] = Some(*ready?);
                }
                // The scope passes the panic on.
                Some(Told::Lost) | None => break,
            }
            while let Some((part, typed)) = blocks.front_mut().and_then(Option::take) {
                blocks.pop_front();
                first += 1;
                hand_over(sink, part, typed, &mut totals, &mut blanks)?;
                jobs += start_all(sink.jobs(false));
            }
        }
        Ok::<_, Error>(())
    })?;
    totals.blank_tail = blanks.count();
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

/// Blocks, or pieces of work, that may be under way: enough that no thread is idle.
fn in_flight() -> usize {
    rayon::current_num_threads().max(1) * PIECES_PER_THREAD
}

fn next_wave(feed: &mut Feed) -> Result<Vec<Load>> {
    let size = in_flight();
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
    worker: &S::Worker,
) -> Result<Ready<S>> {
    let mut typed = typer
        .block(block_of(&mut load, dialect))
        .map_err(|source| Error::Arrow {
            what: name.to_owned(),
            source,
        })?;
    let empty = RecordBatch::new_empty(typed.rows.schema());
    let rows = std::mem::replace(&mut typed.rows, empty);
    Ok((worker.part(rows)?, typed))
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
    part: PartOf<S>,
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

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
