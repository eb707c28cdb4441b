//! The control chart of any figure, of the whole centre or of each member of a dimension.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Grain;
use crate::error::{Error, Result};
use crate::kpi::catalogue::Catalogue;
use crate::kpi::pass::Grouping;
use crate::kpi::query::{Query, Row, Source};
use crate::report::Scope;
use crate::report::nightly::{Insight, KpiLine, NightlyInput, Restated};
use crate::settings::Settings;

use super::lines::line;

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

/// The charts of a figure, in the order of the members, judged as in the nightly report: limits rest on the
/// first days of the record, whichever day the chart begins with.
///
/// # Errors
/// When the dimension or the condition does not fit, when no day has rows, or a table cannot be read.
pub fn charts(
    ask: &Ask,
    settings: &Settings,
    catalogue: &Catalogue,
    source: &Source<'_>,
) -> Result<Vec<Charted>> {
    let grouping = Grouping {
        grain: Grain::Day,
        by: ask.by.iter().cloned().collect(),
    };
    let query = Query {
        kpis: vec![ask.kpi],
        groupings: vec![grouping],
        from: None,
        to: ask.to,
        condition: ask.condition.clone(),
    };
    let rows = query.answer(catalogue, source)?.pop().unwrap_or_default();
    let last = rows.iter().map(|row| row.group.period.clone()).max();
    let last = last.and_then(|day| day.parse::<NaiveDate>().ok());
    let Some(date) = last.filter(|last| ask.from.is_none_or(|from| from <= *last)) else {
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
        line: line(settings, catalogue, rows, ask.kpi, (ask.from, date)),
    });
    Ok(charted
        .filter(|charted| !charted.line.history.is_empty())
        .collect())
}

/// What a single chart says about where it comes from.
#[must_use]
pub fn frame(settings: &Settings, ask: &Ask, date: NaiveDate) -> NightlyInput {
    let condition = ask.condition.as_deref();
    let scope = condition.map_or_else(Scope::whole, Scope::rows);
    NightlyInput {
        centre: settings.centre.name.clone(),
        date,
        as_of: date.and_time(chrono::NaiveTime::MIN),
        zone: settings.centre.zone.name().to_owned(),
        scope,
        passed_over: Vec::new(),
        editions: None,
        ledger: Vec::new(),
        rejects: Vec::new(),
        unmapped: Vec::new(),
        notes: Vec::new(),
        restated: Restated::First,
        kpis: Vec::new(),
        waits: None,
        abandons: None,
        problems: None,
        linking: None,
        insight: Insight::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::Days;

    use super::*;
    use crate::kpi::figure::{Estimate, Status};
    use crate::kpi::pass::Group;
    use crate::settings::Loaded;

    /// 120 days of an answer rate that starts at 95 % and stays at 85 % from the 41st day on.
    fn rows(kpi: usize) -> Vec<Row> {
        let first = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        (0..120)
            .map(|day| {
                let share = if day < 40 { 0.95 } else { 0.85 };
                let count = (400.0 * share + f64::from(u32::try_from(day % 5).unwrap())).round();
                Row {
                    kpi,
                    group: Arc::new(Group {
                        period: (first + Days::new(day)).to_string(),
                        members: Vec::new(),
                    }),
                    estimate: Estimate {
                        value: Some(count / 400.0),
                        numerator: Some(count),
                        denominator: Some(400.0),
                        n: 400,
                        interval: None,
                    },
                    bound: None,
                    status: Status::None,
                }
            })
            .collect()
    }

    #[test]
    fn limits_rest_on_the_first_days_of_the_record_whatever_is_shown() {
        let settings = Loaded::builtin().unwrap().settings;
        let catalogue = Catalogue::compile(&settings).unwrap();
        let at = catalogue.position("answer_rate").unwrap();
        let last = NaiveDate::from_ymd_opt(2026, 6, 29).unwrap();
        let from = NaiveDate::from_ymd_opt(2026, 6, 1);
        let [all, part] =
            [None, from].map(|from| line(&settings, &catalogue, rows(at), at, (from, last)));
        assert_eq!((all.history.len(), part.history.len()), (60, 29));
        assert_eq!(all.movement, part.movement);
        let movement = all.movement.unwrap();
        assert!(movement.centre > 0.94, "{}", movement.centre);
        // The 60 days shown are all on the new level; the limits still tell.
        let (_, since) = movement.current().unwrap();
        assert_eq!(since, NaiveDate::from_ymd_opt(2026, 4, 11).unwrap());
        // 618 is marked: its days are known.
        assert!(movement.events.iter().any(|event| event.name.zh == "618"));
    }
}
