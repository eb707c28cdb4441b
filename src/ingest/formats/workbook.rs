//! XLSX, XLSM, XLSB, XLS and ODS: the rows of one sheet as text.
//!
//! The library that reads them resolves only the five entities of XML, reads nothing but the file it is given
//! and keeps links to other workbooks as text: nothing outside the file is ever opened.

mod biff;
mod book;
mod compound;
mod extent;
mod grid;
mod parts;
mod rows;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use self::book::{Book, Parts};
use super::RowSource;
use super::guard::guarded;
use crate::error::{Error, Result};
use crate::ingest::block::Block;

/// Names of the visible sheets with content, in order. `name` is how messages call the file.
///
/// # Errors
/// The workbook is damaged, protected by a password, or unpacks to absurdity.
pub fn sheets(path: &Path, name: &Path) -> Result<Vec<String>> {
    let file = File::open(path).map_err(|e| Error::io("open", name, e))?;
    // The readers of the binary formats trust lengths in the file and may panic on a damaged one.
    guarded(|| Book::open(file, name, Parts::Unknown)?.sheets(name))
        .unwrap_or_else(|| Err(damaged(name)))
}

/// Opens one sheet of those that [`sheets`] has named. `name` is how messages call the file.
///
/// # Errors
/// The file cannot be opened; what is wrong inside comes with the blocks.
pub fn open(path: &Path, name: &Path, sheet: &str) -> Result<Sheet> {
    let file = File::open(path).map_err(|e| Error::io("open", name, e))?;
    let (sender, receiver) = sync_channel(2);
    let (label, sheet) = (name.to_owned(), sheet.to_owned());
    // A thread of its own: the reader of cells borrows the workbook.
    let worker = thread::Builder::new()
        .name("sheet".to_owned())
        .spawn(move || {
            let mut rows = rows::Rows::new(sender);
            let read = || {
                Book::open(file, &label, Parts::Checked)
                    .and_then(|b| b.read(&label, &sheet, &mut rows))
            };
            let result = guarded(read).unwrap_or_else(|| Err(damaged(&label)));
            rows.end(result);
        })
        .map_err(|e| Error::io("start reading", name, e))?;
    Ok(Sheet {
        receiver,
        worker: Some(worker),
        name: name.to_owned(),
    })
}

/// The rows of a sheet. The line of a row is its number in the sheet.
#[derive(Debug)]
pub struct Sheet {
    receiver: Receiver<Result<Block<'static>>>,
    worker: Option<JoinHandle<()>>,
    name: PathBuf,
}

impl RowSource for Sheet {
    fn names(&self) -> Option<&[String]> {
        None
    }

    fn next_block(&mut self) -> Result<Option<Block<'static>>> {
        if let Ok(block) = self.receiver.recv() {
            return block.map(Some);
        }
        // The sender is gone: at the end of the sheet, or because the thread is.
        match self.worker.take().map(JoinHandle::join) {
            Some(Err(_)) => Err(damaged(&self.name)),
            Some(Ok(())) | None => Ok(None),
        }
    }
}

fn damaged(name: &Path) -> Error {
    Error::input(
        name,
        "is a damaged workbook",
        "open it in a spreadsheet program and save it again as .xlsx or .csv",
    )
}

#[cfg(test)]
mod tests;
