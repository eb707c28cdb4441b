//! The tidy mart `marts/kpi.parquet`: every KPI by period and by one dimension at a time.

mod months;

use std::io::Write;

use crate::calendar::Grain;
use crate::error::Result;
use crate::store::parquet_io::Stream;

use super::batches::{self, Column, Columns};
pub use super::batches::{Charts, Judged};
use super::catalogue::Catalogue;
use super::pass::Grouping;
use super::query::{Answer, Query, Row, Source};
use months::{Days, Months};

/// The dimensions of the mart; a fact that lacks one has no rows for it.
const DIMENSIONS: &[&str] = &[
    "queue",
    "agent_id",
    "team",
    "channel",
    "platform",
    "outlet",
    "category",
    "problem_type",
    "kind",
    "item",
];

/// The figures of the mart: those of the members by day as Parquet files, the others by grouping.
pub struct Mart<'c> {
    answer: Answer<'c>,
    days: Vec<Days>,
    charts: Charts,
}

/// The groupings, and which of them are kept as rows: there are thousands of times as many members on days as others.
fn groupings() -> (Vec<Grouping>, Vec<bool>) {
    let whole = [Grain::All, Grain::Day, Grain::Week, Grain::Month].map(|grain| Grouping {
        grain,
        by: Vec::new(),
    });
    let split = DIMENSIONS.iter().flat_map(|name| {
        [Grain::All, Grain::Day].map(|grain| Grouping {
            grain,
            by: vec![(*name).to_owned()],
        })
    });
    let groupings: Vec<Grouping> = whole.into_iter().chain(split).collect();
    let as_rows = groupings
        .iter()
        .map(|grouping| grouping.grain == Grain::Day && !grouping.by.is_empty());
    let as_rows = as_rows.collect();
    (groupings, as_rows)
}

/// Computes the mart: all of time, days, weeks and months for the whole centre; all of time and days by each dimension.
/// Months whose facts are as they were are taken from what the store keeps of them; where `keep` says so, it keeps the
/// others from then on, which is for who holds its lock.
///
/// # Errors
/// When a fact table cannot be read, or the store not written.
pub fn compute<'c>(catalogue: &'c Catalogue, source: &Source<'_>, keep: bool) -> Result<Mart<'c>> {
    let (groupings, as_rows) = groupings();
    let query = Query {
        kpis: (0..catalogue.kpis.len()).collect(),
        groupings,
        from: None,
        to: None,
        condition: None,
    };
    let (found, days) = Months::of(&query, &as_rows, catalogue, source)?.all(keep)?;
    let scans = query.scans(catalogue)?;
    Ok(Mart {
        answer: query.put_together(catalogue, &scans, found)?,
        days,
        charts: Charts::default(),
    })
}

impl Mart<'_> {
    /// The rows of one KPI in one grouping; none when the mart does not have the grouping, or has members by day.
    #[must_use]
    pub fn of(&self, kpi: usize, grain: Grain, by: &[&str]) -> Vec<Row> {
        let same = |grouping: &Grouping| {
            let names = grouping.by.iter().map(String::as_str);
            grouping.grain == grain && names.eq(by.iter().copied())
        };
        let found = self.answer.groupings().iter().position(same);
        found.map_or_else(Vec::new, |at| self.answer.of(at, kpi).collect())
    }

    /// Adds what control charts say of the days of the whole centre.
    pub fn judge(&mut self, charts: Charts) {
        self.charts = charts;
    }

    /// Writes the mart as Parquet, one row per KPI, period and member, with where it came from in the metadata. Members
    /// by day come last, month by month.
    ///
    /// # Errors
    /// When Arrow or Parquet refuses the columns, or they cannot be written.
    pub fn parquet<W: Write + Send>(&self, run: &str, into: W) -> Result<W> {
        let groupings = self.answer.groupings();
        let kpis = &self.answer.catalogue().kpis;
        let ids: Vec<&str> = kpis.iter().map(|kpi| kpi.id.as_str()).collect();
        let metadata = [("kefu.run", run.to_owned()), ("kefu.kpis", ids.join(","))];
        let columns = |at: usize| columns(&groupings[at], &self.charts);
        let mut stream = Stream::new(into, batches::schema(&columns(0)), &metadata)?;
        batches::write(&self.answer, 0..groupings.len(), columns, &mut stream)?;
        let mut followed = stream.followed()?;
        for days in &self.days {
            days.follow(&mut followed)?;
        }
        followed.finish()
    }
}

/// The columns of the mart for the rows of a grouping.
fn columns<'n>(grouping: &'n Grouping, charts: &'n Charts) -> Columns<'n> {
    let of_centre = grouping.grain == Grain::Day && grouping.by.is_empty();
    let charts = of_centre.then_some(charts);
    vec![
        ("kpi", Column::Kpi),
        ("grain", Column::Constant(Some(grouping.grain.code()))),
        ("period", Column::Period),
        (
            "dimension",
            Column::Constant(grouping.by.first().map(String::as_str)),
        ),
        ("member", Column::Member(0)),
        ("numerator", Column::Numerator),
        ("denominator", Column::Denominator),
        ("n", Column::Rows),
        ("value", Column::Value),
        ("ci_low", Column::Low),
        ("ci_high", Column::High),
        ("limit_low", Column::LowerLimit(charts)),
        ("limit_high", Column::UpperLimit(charts)),
        ("signal", Column::Signal(charts)),
        ("target", Column::Target),
        ("status", Column::Status),
    ]
}
