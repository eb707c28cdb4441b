//! SLA ribbon: promises kept, running and broken, by the day or hour they were due.

use crate::kpi::figure::{Bound, Estimate, Status, Unit};
use crate::report::document::{Column, Tone};
use crate::report::format;
use crate::stats::funnel::LEAST;

use super::{About, Figure, Plot, SignalMark};

/// Promises by day or hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ribbon {
    /// Days or hours, oldest first.
    pub slots: Vec<Slot>,
    /// Promises.
    pub rows: Vec<RibbonRow>,
    /// Words of the key.
    pub key: RibbonKey,
}

/// A day or hour of the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Short name.
    pub label: String,
    /// Whether it is labelled when there is room.
    pub labelled: bool,
}

/// One promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RibbonRow {
    /// Name.
    pub name: String,
    /// Its limit, printed.
    pub limit: String,
    /// One cell for each slot.
    pub cells: Vec<RibbonCell>,
    /// Attainment with n.
    pub attained: String,
    /// Target, printed.
    pub target: String,
    /// Verdict in words.
    pub verdict: String,
    /// Mark of the verdict.
    pub mark: Option<SignalMark>,
    /// Whether there are too few cases to judge.
    pub sparse: bool,
}

/// The clocks due in one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RibbonCell {
    /// Kept.
    pub met: u64,
    /// Not due yet.
    pub running: u64,
    /// Broken, finished or not.
    pub breached: u64,
    /// Promise, slot and numbers in words.
    pub hint: String,
}

/// Words of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RibbonKey {
    /// Kept.
    pub met: String,
    /// Not due yet.
    pub running: String,
    /// Broken.
    pub breached: String,
    /// How heights compare.
    pub scale: String,
}

/// A promise as it comes from the marts.
#[derive(Debug, Clone, Copy)]
pub struct Promise<'a> {
    /// Name.
    pub name: &'a str,
    /// Its limit, printed.
    pub limit: &'a str,
    /// Met, running, breached in each slot.
    pub clocks: &'a [(u64, u64, u64)],
    /// Share met of those due.
    pub attainment: Estimate,
    /// Target of the attainment.
    pub target: Option<Bound>,
}

/// Draws up a ribbon; `slot` is the heading of days or hours.
///
/// `None` without promises or when one has another number of slots.
#[must_use]
pub fn figure(about: &About, slots: Vec<Slot>, promises: &[Promise], slot: &str) -> Option<Figure> {
    let fits = |promise: &Promise| promise.clocks.len() == slots.len();
    if promises.is_empty() || slots.is_empty() || !promises.iter().all(fits) {
        return None;
    }
    let t = about.text();
    let rows: Vec<RibbonRow> = promises
        .iter()
        .map(|promise| row(about, promise, &slots))
        .collect();
    let table = promises.iter().flat_map(|promise| {
        slots.iter().zip(promise.clocks).map(|(slot, clocks)| {
            vec![
                promise.name.to_owned(),
                slot.label.clone(),
                format::count(clocks.0),
                format::count(clocks.1),
                format::count(clocks.2),
            ]
        })
    });
    let totals = promises.iter().map(|promise| {
        let sum =
            |of: fn(&(u64, u64, u64)) -> u64| format::count(promise.clocks.iter().map(of).sum());
        vec![
            promise.name.to_owned(),
            t.total().to_owned(),
            sum(|clocks| clocks.0),
            sum(|clocks| clocks.1),
            sum(|clocks| clocks.2),
        ]
    });
    let table: Vec<Vec<String>> = totals.chain(table).collect();
    let mut notes = vec![t.ribbon_note().to_owned()];
    notes.extend(promises.iter().map(|promise| {
        let target = promise.target.map_or_else(
            || format::NONE.to_owned(),
            |bound| format::bound(bound, Unit::Percent, about.lang),
        );
        t.ribbon_interval(
            promise.name,
            &format::interval(promise.attainment.interval, Unit::Percent, about.lang),
            &target,
        )
    }));
    let description = t.ribbon_description(&promises.len().to_string(), about.title);
    let plot = Ribbon {
        slots,
        rows,
        key: RibbonKey {
            met: t.ribbon_met().to_owned(),
            running: t.ribbon_running().to_owned(),
            breached: t.ribbon_breached().to_owned(),
            scale: t.ribbon_scale().to_owned(),
        },
    };
    let columns = vec![
        Column::text(t.col_promise()),
        Column::text(slot),
        Column::number(t.ribbon_met()),
        Column::number(t.ribbon_running()),
        Column::number(t.ribbon_breached()),
    ];
    Some(about.figure(Plot::Ribbon(plot), description, notes, columns, table))
}

fn row(about: &About, promise: &Promise, slots: &[Slot]) -> RibbonRow {
    let t = about.text();
    let estimate = promise.attainment;
    let value = format::maybe(estimate.value, Unit::Percent, about.lang);
    let sparse = (estimate.n as f64) < LEAST;
    let status = estimate.status(promise.target);
    let doubtful = estimate.indistinguishable(promise.target);
    let (word, tone) = match status {
        _ if sparse => (t.sparse(), None),
        _ if doubtful => (t.indistinguishable(), None),
        Status::Met => (t.met(), Some(Tone::Improvement)),
        Status::Missed => (t.missed(), Some(Tone::Concern)),
        Status::None => ("", None),
    };
    let target = promise.target.map_or_else(String::new, |bound| {
        t.target_is(&format::bound(bound, Unit::Percent, about.lang))
    });
    RibbonRow {
        name: promise.name.to_owned(),
        limit: promise.limit.to_owned(),
        cells: promise
            .clocks
            .iter()
            .zip(slots)
            .map(|(&(met, running, breached), slot)| RibbonCell {
                met,
                running,
                breached,
                hint: t.ribbon_hint(
                    promise.name,
                    &slot.label,
                    &format::count(met),
                    &format::count(running),
                    &format::count(breached),
                ),
            })
            .collect(),
        attained: t.ribbon_attained(&value, &format::count(estimate.n)),
        target,
        verdict: word.to_owned(),
        mark: tone.map(|tone| SignalMark { tone, up: false }),
        sparse,
    }
}
