//! Who comes back: repeat contacts by their first reason, and repeated complaints.

use crate::insight::focus::{Case, Focus, Who};
use crate::insight::repeats::Reason;
use crate::kpi::figure::Unit;
use crate::report::document::{Block, Column, Section, Table};
use crate::report::format;

use super::Page;

/// Reasons and cases listed.
const REASONS: usize = 10;
const CASES: usize = 12;

/// Characters of a pseudonym that are printed.
const PSEUDONYM: usize = 10;

/// Members named in a cell.
const NAMED: usize = 2;

pub(super) fn repeats(page: Page) -> Section {
    let t = page.t;
    let found = &page.input.repeats;
    let first = found.rows.first().filter(|row| row.repeats > 0);
    let Some(first) = first else {
        let none = vec![t.training_repeats_none().to_owned()];
        return super::section(
            "repeats",
            t.training_repeats_title(),
            None,
            vec![super::prose("", none)],
        );
    };
    let heading = t.repeats_finding(
        &page.reason(first),
        &page.percent(first.share),
        &format::count(first.repeats),
    );
    let note = t.repeats_note(&format::count(found.immature));
    let blocks = vec![
        super::prose(&heading, vec![note]),
        Block::Table(page.reasons(&found.rows)),
    ];
    super::section("repeats", t.training_repeats_title(), None, blocks)
}

pub(super) fn focus(page: Page) -> Option<Section> {
    let t = page.t;
    let found = page.input.focus.as_ref()?;
    let mut blocks = vec![if found.rows.is_empty() {
        super::prose("", vec![t.training_focus_none().to_owned()])
    } else {
        let heading = t.focus_finding(&format::count(found.rows.len() as u64));
        super::prose(&heading, vec![t.training_focus_note().to_owned()])
    }];
    if !found.rows.is_empty() {
        blocks.push(Block::Table(page.cases(found)));
    }
    Some(super::section(
        "focus",
        t.training_focus_title(),
        None,
        blocks,
    ))
}

impl Page<'_> {
    fn percent(self, share: f64) -> String {
        format::value(share, Unit::Percent, self.lang)
    }

    fn reason(self, reason: &Reason) -> String {
        self.problem(reason.members.first().map_or("", String::as_str))
    }

    fn reasons(self, rows: &[Reason]) -> Table {
        let Self { lang, t, .. } = self;
        let naming = self.naming();
        let cells = rows
            .iter()
            .filter(|row| row.repeats > 0)
            .take(REASONS)
            .map(|row| {
                let (low, high) = row.interval;
                let interval = t.low_to_high(&self.percent(low), &self.percent(high));
                let channels: Vec<String> = row
                    .channels
                    .iter()
                    .take(NAMED)
                    .map(|(channel, count)| {
                        let name = naming.member("channel", Some(channel));
                        t.phrase_is(&name, &format::count(*count))
                    })
                    .collect();
                vec![
                    self.reason(row),
                    format::count(row.first),
                    format::count(row.followed),
                    t.of_n(&self.percent(row.share), &interval),
                    format::count(row.repeats),
                    format::value(row.minutes * 60.0, Unit::Seconds, lang),
                    format::maybe(row.gap_s, Unit::Seconds, lang),
                    channels.join(t.list()),
                    format::count(row.switched),
                ]
            });
        Table {
            id: "repeat-reasons".to_owned(),
            caption: t.repeats_caption().to_owned(),
            columns: vec![
                Column::text(t.col_problem()),
                Column::number(t.col_first()),
                Column::number(t.training_col_followed()),
                Column::number(t.col_share()),
                Column::number(t.col_repeat_contacts()),
                Column::number(t.col_minutes()),
                Column::number(t.training_col_gap_median()),
                Column::text(t.training_col_channels()),
                Column::number(t.col_switched()),
            ],
            rows: cells.collect(),
            total: false,
            empty: t.training_repeats_none().to_owned(),
        }
    }

    fn cases(self, found: &Focus) -> Table {
        let t = self.t;
        let shown = &found.rows[..found.rows.len().min(CASES)];
        Table {
            id: "focus-cases".to_owned(),
            caption: t.focus_caption(&shown.len().to_string()),
            columns: vec![
                Column::text(t.training_col_who()),
                Column::number(t.training_col_complaints()),
                Column::number(t.training_col_again()),
                Column::number(t.training_col_open()),
                Column::number(t.col_last()),
                Column::text(t.col_about()),
                Column::text(t.col_outlet()),
                Column::number(format::headed(t.col_cost())),
                Column::text(t.col_tickets()),
            ],
            rows: shown.iter().map(|case| self.case(case)).collect(),
            total: false,
            empty: t.training_focus_none().to_owned(),
        }
    }

    fn case(self, case: &Case) -> Vec<String> {
        let Self { lang, t, .. } = self;
        let who = match &case.who {
            Who::Customer(name) => t.kind_customer(&shortened(name)),
            Who::Waybill(name) => t.kind_waybill(name),
        };
        let named = |rows: &[(String, u64)], name: &dyn Fn(&str) -> String| {
            let shown: Vec<String> = rows
                .iter()
                .take(NAMED)
                .map(|(code, _)| name(code))
                .collect();
            if shown.is_empty() {
                format::NONE.to_owned()
            } else {
                shown.join(t.list())
            }
        };
        vec![
            who,
            format::count(case.complaints),
            format::count(case.again),
            format::count(case.open),
            format::day(case.days.1, lang),
            named(&case.problems, &|code| self.problem(code)),
            named(&case.outlets, &str::to_owned),
            format::value(case.cost, Unit::Yuan, lang),
            case.tickets
                .iter()
                .take(NAMED + 1)
                .cloned()
                .collect::<Vec<_>>()
                .join(" "),
        ]
    }
}

/// The beginning of a pseudonym: enough to tell those of a list apart; their tickets stand beside them.
fn shortened(pseudonym: &str) -> String {
    let start: String = pseudonym.chars().take(PSEUDONYM).collect();
    if start.len() < pseudonym.len() {
        format!("{start}…")
    } else {
        start
    }
}
