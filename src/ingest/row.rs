//! One record → one typed row, or the reason why not.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::calendar;
use crate::schema::codes::canonical;
use crate::schema::{Kind, half_width};
use crate::settings::source::Negative;
use crate::settings::taxonomy::Lookup;

use super::columns::Value;
use super::plan::{Cell, Origin, Plan};
use super::privacy::{Customer, Key, mask};
use super::value;
use super::{Reason, Refusal};

/// Findings about rows that were kept: what, column, value → how often.
pub type Notes = BTreeMap<(&'static str, String, String), u64>;

/// Everything needed to type the rows of one file.
pub struct Typer<'p> {
    /// Where the columns come from.
    pub plan: &'p Plan,
    /// The secret of the pseudonyms.
    pub key: &'p Key,
    /// Problem types.
    pub taxonomy: &'p Lookup,
    places: Places,
}

/// Positions of the columns that rows are completed from.
struct Places {
    id: Option<usize>,
    started: Option<usize>,
    queued: Option<usize>,
    answered: Option<usize>,
    ended: Option<usize>,
    wait: Option<usize>,
    talk: Option<usize>,
    hold: Option<usize>,
    outcome: Option<usize>,
    direction: Option<usize>,
    contact: Option<usize>,
    problem: Option<usize>,
    description: Option<usize>,
    weight: Option<usize>,
    /// Pairs that must be in order, the earlier first.
    ordered: Vec<(usize, usize)>,
}

impl<'p> Typer<'p> {
    /// A typer for this plan.
    #[must_use]
    pub fn new(plan: &'p Plan, key: &'p Key, taxonomy: &'p Lookup) -> Self {
        let at = |name: &str| plan.table.position(name);
        let calls = plan.table.name == "calls";
        let ordered = [
            ("started_at", "ended_at"),
            ("answered_at", "ended_at"),
            ("created_at", "resolved_at"),
            ("created_at", "closed_at"),
            ("created_at", "first_reply_at"),
        ];
        let places = Places {
            id: at("call_id"),
            started: at("started_at"),
            queued: at("queued_at"),
            answered: at("answered_at").filter(|_| calls),
            ended: at("ended_at"),
            wait: at("wait_s"),
            talk: at("talk_s"),
            hold: at("hold_s"),
            outcome: at("outcome"),
            direction: at("direction"),
            contact: at("contact_id"),
            problem: at("problem_type"),
            description: at("description"),
            weight: at("weight"),
            ordered: ordered
                .iter()
                .filter_map(|(a, b)| Some((at(a)?, at(b)?)))
                .collect(),
        };
        Self {
            plan,
            key,
            taxonomy,
            places,
        }
    }

    /// Types one record into the columns of the table, `problem_source` behind them where the table has one.
    ///
    /// # Errors
    /// The first thing that makes the row unusable.
    pub fn row<'a>(
        &self,
        fields: &'a [Cow<'_, str>],
        notes: &mut Notes,
    ) -> Result<Vec<Value<'a>>, Box<Refusal>> {
        for (position, values, reason) in &self.plan.exclude {
            let cell = fields
                .get(*position)
                .map_or("", |field| value::clean(field));
            if values.iter().any(|excluded| excluded == cell) {
                return Err(Box::new(Refusal {
                    column: String::new(),
                    value: cell.to_owned(),
                    reason: Reason::Excluded(reason.clone()),
                }));
            }
        }
        let mut row = Vec::with_capacity(self.plan.cells.len() + 3);
        for (column, cell) in self.plan.table.columns.iter().zip(&self.plan.cells) {
            let typed = match cell {
                Some(cell) => self.cell(cell, fields, notes)?,
                None => Value::Null,
            };
            if typed.is_null() && column.required {
                return Err(refusal(cell.as_ref(), column.name, "", Reason::Missing));
            }
            row.push(typed);
        }
        self.check_order(&row, fields)?;
        self.complete(&mut row, notes);
        if self.plan.table.has_problem() {
            let source = self.resolve_problem(&mut row, notes);
            row.push(Value::Text(Cow::Borrowed(source)));
        }
        Ok(row)
    }

    fn cell<'a>(
        &self,
        cell: &Cell,
        fields: &'a [Cow<'_, str>],
        notes: &mut Notes,
    ) -> Result<Value<'a>, Box<Refusal>> {
        let raw = text_of(cell, fields);
        let clean: Cow<'a, str> = match raw {
            Cow::Borrowed(text) => Cow::Borrowed(value::clean(text)),
            Cow::Owned(text) => Cow::Owned(value::clean(&text).to_owned()),
        };
        if value::is_null(&clean) || cell.rule.null.iter().any(|null| *null == *clean) {
            return Ok(Value::Null);
        }
        let clean = match cell.rule.map.get(&*clean) {
            Some(mapped) => Cow::Owned(mapped.clone()),
            None => clean,
        };
        let fail = |reason| refusal(Some(cell), cell.column.name, &clean, reason);
        Ok(match cell.column.kind {
            Kind::Id => {
                value::id(&clean).map_err(fail)?;
                Value::Text(clean)
            }
            Kind::Text | Kind::Problem => Value::Text(clean),
            Kind::FreeText => Value::Text(Cow::Owned(mask(&clean).into_owned())),
            Kind::Customer => match self.key.customer(&clean) {
                Customer::Pseudonym(hex) => Value::Text(Cow::Owned(hex)),
                Customer::Masked => {
                    note(notes, "masked_customer", &cell.header, "");
                    Value::Null
                }
            },
            Kind::Instant => Value::Instant(
                value::instant(&clean, self.plan.zone, cell.rule.format.as_deref())
                    .map_err(fail)?,
            ),
            Kind::Date => Value::Date(calendar::epoch_days(value::day(&clean).map_err(fail)?)),
            Kind::Duration => duration(cell, &clean).map_err(fail)?,
            Kind::Number => Value::Float(value::number(&clean).map_err(fail)?),
            Kind::Integer => Value::Integer(value::integer(&clean).map_err(fail)?),
            Kind::Flag => Value::Flag(value::flag(&clean).map_err(fail)?),
            Kind::Score => Value::Float(score(cell, &clean).map_err(fail)?),
            Kind::Code(set) => {
                if let Some(code) = canonical(set, &clean) {
                    Value::Text(Cow::Borrowed(code))
                } else {
                    note(notes, "unknown_code", &cell.header, &clean);
                    Value::Text(clean)
                }
            }
        })
    }

    fn check_order(&self, row: &[Value<'_>], fields: &[Cow<'_, str>]) -> Result<(), Box<Refusal>> {
        for (earlier, later) in &self.places.ordered {
            if let (Some(first), Some(second)) = (row[*earlier].instant(), row[*later].instant())
                && second < first
            {
                let cell = self.plan.cells[*later].as_ref();
                let text = cell
                    .map(|cell| text_of(cell, fields).into_owned())
                    .unwrap_or_default();
                return Err(refusal(
                    cell,
                    self.plan.table.columns[*later].name,
                    &text,
                    Reason::Order,
                ));
            }
        }
        Ok(())
    }

    /// Fills what follows from the rest of the row: outcome, durations, chain root, defaults.
    fn complete(&self, row: &mut [Value<'_>], notes: &mut Notes) {
        let p = &self.places;
        if let Some(weight) = p.weight
            && row[weight].is_null()
        {
            row[weight] = Value::Float(1.0);
        }
        let (Some(id), Some(contact), Some(direction), Some(outcome)) =
            (p.id, p.contact, p.direction, p.outcome)
        else {
            return;
        };
        if row[contact].is_null() {
            row[contact] = row[id].clone();
        }
        if row[direction].is_null() {
            row[direction] = Value::Text(Cow::Borrowed("inbound"));
        }
        let instant =
            |place: Option<usize>, row: &[Value<'_>]| place.and_then(|at| row[at].instant());
        let answered_at = instant(p.answered, row);
        if row[outcome].is_null() {
            let talked = p
                .talk
                .and_then(|at| row[at].float())
                .is_some_and(|talk| talk > 0.0);
            let code = if answered_at.is_some() || talked {
                "answered"
            } else {
                "abandoned"
            };
            row[outcome] = Value::Text(Cow::Borrowed(code));
        }
        let answered = row[outcome].text() == Some("answered");
        let arrived = instant(p.queued, row).or_else(|| instant(p.started, row));
        let ended = instant(p.ended, row);
        if let Some(wait) = p.wait
            && row[wait].is_null()
        {
            let until = if answered { answered_at } else { ended };
            row[wait] = seconds_between(arrived, until, 0.0);
        }
        if let Some(talk) = p.talk {
            let hold = p.hold.and_then(|at| row[at].float()).unwrap_or(0.0);
            if row[talk].is_null() && answered {
                row[talk] = seconds_between(answered_at, ended, hold);
            }
            if !answered && row[talk].float().is_some_and(|talk| talk > 0.0) {
                note(notes, "unanswered_with_talk", "talk_s", "");
            }
        }
    }

    /// Resolves the problem type by name, else by keywords of the description; says which it was.
    fn resolve_problem(&self, row: &mut [Value<'_>], notes: &mut Notes) -> &'static str {
        let Some(problem) = self.places.problem else {
            return "none";
        };
        if let Some(given) = row[problem].text() {
            match self.taxonomy.by_name(given) {
                Some(code) => row[problem] = Value::Text(Cow::Owned(code.to_owned())),
                None => note(notes, "unknown_problem_type", "problem_type", given),
            }
            return "given";
        }
        let found = self
            .places
            .description
            .and_then(|at| row[at].text())
            .and_then(|description| self.taxonomy.by_keyword(description))
            .map(str::to_owned);
        match found {
            Some(code) => {
                row[problem] = Value::Text(Cow::Owned(code));
                "keyword"
            }
            None => "none",
        }
    }
}

/// The text of a cell: a field, several joined (nothing when one of them is missing), or a constant.
fn text_of<'a>(cell: &Cell, fields: &'a [Cow<'_, str>]) -> Cow<'a, str> {
    match &cell.origin {
        Origin::Field(at) => Cow::Borrowed(fields.get(*at).map_or("", |field| field.as_ref())),
        Origin::Join(parts, with) => {
            let parts: Vec<&str> = parts
                .iter()
                .map(|at| fields.get(*at).map_or("", |field| value::clean(field)))
                .collect();
            if parts.iter().any(|part| value::is_null(part)) {
                Cow::Borrowed("")
            } else {
                Cow::Owned(parts.join(with))
            }
        }
        Origin::Constant(text) => Cow::Owned(text.clone()),
    }
}

fn duration<'a>(cell: &Cell, text: &str) -> Result<Value<'a>, Reason> {
    let unit = cell
        .rule
        .unit
        .map_or(1.0, crate::settings::source::DurationUnit::seconds);
    // −1 is how telephone systems say that a duration does not apply.
    if text == "-1" {
        return Ok(Value::Null);
    }
    let seconds = value::duration(text, unit)?;
    match (seconds < 0.0, cell.rule.negative) {
        (false, _) => Ok(Value::Float(seconds)),
        (true, Some(Negative::Null)) => Ok(Value::Null),
        (true, _) => Err(Reason::NegativeDuration),
    }
}

/// A score on 1–5: through the stated scale, or as it is when it lies there, or by its Chinese label.
fn score(cell: &Cell, text: &str) -> Result<f64, Reason> {
    let folded: String = text.chars().map(half_width).collect();
    let labelled = match folded.as_str() {
        "非常满意" | "很满意" => Some(5.0),
        "满意" => Some(4.0),
        "一般" => Some(3.0),
        "不满意" => Some(2.0),
        "非常不满意" | "很不满意" => Some(1.0),
        _ => None,
    };
    if let (Some(label), None) = (labelled, cell.rule.scale) {
        return Ok(label);
    }
    let given = value::number(&folded)?;
    let mapped = match cell.rule.scale {
        Some(scale) => 1.0 + 4.0 * (given - scale.worst) / (scale.best - scale.worst),
        None => given,
    };
    if (1.0..=5.0).contains(&mapped) {
        Ok(mapped)
    } else {
        Err(Reason::ScoreScale)
    }
}

/// Seconds from one instant to another, less `minus`; null when one is missing or the result negative.
fn seconds_between<'a>(from: Option<i64>, until: Option<i64>, minus: f64) -> Value<'a> {
    match (from, until) {
        (Some(from), Some(until)) => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "microseconds of a call are far below 2^53"
            )]
            let seconds = (until - from) as f64 / 1e6 - minus;
            if seconds >= 0.0 {
                Value::Float(seconds)
            } else {
                Value::Null
            }
        }
        _ => Value::Null,
    }
}

fn note(notes: &mut Notes, what: &'static str, column: &str, value: &str) {
    *notes
        .entry((what, column.to_owned(), super::privacy::example(value)))
        .or_default() += 1;
}

// Boxed, so that the good path does not carry the size of the bad one.
#[expect(clippy::unnecessary_box_returns, reason = "every caller wants the box")]
fn refusal(cell: Option<&Cell>, column: &str, value: &str, reason: Reason) -> Box<Refusal> {
    let column = cell.map_or(column, |cell| &cell.header).to_owned();
    Box::new(Refusal {
        column,
        value: value.to_owned(),
        reason,
    })
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
