//! Which parts of the history tickets of a window have events in.

use std::collections::BTreeSet;

use ahash::AHashMap;
use rayon::prelude::*;

use super::Records;
use super::sought::Sought;
use super::windows::{Window, hash};
use crate::error::Result;
use crate::store::delta::Part;
use crate::store::parquet_io;

/// For every window the parts of `ticket_events` in which its tickets have events, whenever they happened: perhaps long
/// after, or before by a clock that went wrong. The ids of all events are looked at once. With `only`, no other tickets are
/// asked for.
///
/// # Errors
/// When a part cannot be read.
pub fn by_window(
    records: &Records,
    windows: &[Window],
    tickets: &[Part],
    only: Option<&Sought>,
) -> Result<Vec<Vec<Part>>> {
    let mut owners: AHashMap<u64, usize> = AHashMap::new();
    for (at, window) in windows.iter().enumerate() {
        let own = |id: &str| only.is_none_or(|only| only.has(id)).then(|| hash(id));
        for ids in each(&window.parts(tickets), "ticket_id", own)? {
            owners.extend(ids.into_iter().map(|id| (id, at)));
        }
    }
    let mut found = vec![Vec::new(); windows.len()];
    if owners.is_empty() {
        return Ok(found);
    }
    let events = records.parts("ticket_events");
    let of_parts = each(events, "ticket_id", |id| owners.get(&hash(id)).copied())?;
    for (part, windows) in events.iter().zip(of_parts) {
        let windows: BTreeSet<usize> = windows.into_iter().collect();
        for window in windows {
            found[window].push(part.clone());
        }
    }
    Ok(found)
}

/// What `of` makes of the texts in a column of each part, every text once or a few times.
///
/// # Errors
/// When a part cannot be read.
pub fn each<T: Send>(
    parts: &[Part],
    column: &str,
    of: impl Fn(&str) -> Option<T> + Sync,
) -> Result<Vec<Vec<T>>> {
    parts
        .par_iter()
        .map(|part| {
            let mut found = Vec::new();
            parquet_io::texts(&part.path, column, &mut |text| found.extend(of(text)))?;
            Ok(found)
        })
        .collect()
}
