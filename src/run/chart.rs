//! The control chart of any figure, of the whole centre or of each member of a dimension.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::i18n::Bilingual;
use crate::kpi::catalogue::Catalogue;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::report::nightly::{Insight, KpiLine, NightlyInput, Restated};
use crate::settings::Settings;

use super::night;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Position of the KPI.
    pub kpi: usize,
    /// A dimension, one chart per member.
    pub by: Option<String>,
    /// First local date.
    pub from: Option<NaiveDate>,
    /// Last local date.
    pub to: Option<NaiveDate>,
    /// Row-level SQL condition.
    pub condition: Option<String>,
}

/// One chart.
#[derive(Debug, Clone)]
pub struct Charted {
    /// The member, where a dimension was asked for; `None` within is the null member.
    pub member: Option<Option<String>>,
    /// The figure with its history and its movement.
    pub line: KpiLine,
}

/// The charts of a figure, in the order of the members, judged as in the nightly report.
///
/// # Errors
/// When the dimension or the condition does not fit, when no day has rows, or a table cannot be read.
pub fn charts(ask: &Ask, catalogue: &Catalogue, source: &Source<'_>) -> Result<Vec<Charted>> {
    let grouping = Grouping {
        grain: Grain::Day,
        by: ask.by.iter().cloned().collect(),
    };
    let query = Query {
        kpis: vec![ask.kpi],
        groupings: vec![grouping],
        from: ask.from,
        to: ask.to,
        condition: ask.condition.clone(),
    };
    let rows = query.answer(catalogue, source)?.pop().unwrap_or_default();
    let last = rows.iter().map(|row| row.group.period.clone()).max();
    let Some(date) = last.and_then(|day| day.parse::<NaiveDate>().ok()) else {
        return Err(Error::Nothing {
            message: format!("no day has rows for {}", catalogue.kpis[ask.kpi].id),
            hint: "widen --from, --to or --where".to_owned(),
        });
    };
    let mut members: BTreeMap<Option<String>, Vec<Row>> = BTreeMap::new();
    for row in rows {
        let member = row.group.members.first().cloned().flatten();
        members.entry(member).or_default().push(row);
    }
    let charted = members.into_iter().map(|(member, rows)| Charted {
        member: ask.by.is_some().then_some(member),
        line: night::line(catalogue, rows, ask.kpi, date),
    });
    Ok(charted.collect())
}

/// What a single chart says about where it comes from.
#[must_use]
pub fn frame(settings: &Settings, ask: &Ask, date: NaiveDate) -> NightlyInput {
    let scope = ask.condition.as_ref().map_or_else(
        || Bilingual::new("all queues and channels", "全部技能组与渠道"),
        |condition| Bilingual::new(condition.clone(), condition.clone()),
    );
    NightlyInput {
        centre: settings.centre.name.clone(),
        date,
        as_of: date.and_time(chrono::NaiveTime::MIN),
        zone: settings.centre.zone.name().to_owned(),
        scope,
        editions: None,
        ledger: Vec::new(),
        rejects: Vec::new(),
        unmapped: Vec::new(),
        notes: Vec::new(),
        restated: Restated::First,
        kpis: Vec::new(),
        waits: None,
        problems: None,
        linking: None,
        insight: Insight::default(),
    }
}
