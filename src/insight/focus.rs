//! 重点关注: customers and waybills with repeated complaints.
//!
//! A complaint is a ticket of that kind, as in the figures `complaints` and `complaint_repeat_rate`; `again` counts
//! those that the latter counts, by the same flag. The list is wider in one way: a customer who complains about two
//! parcels has complained twice.

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashSet;
use chrono::{Days, NaiveDate};

use crate::error::{Error, Result};
use crate::kpi::query::Source;

use super::rows::{ASKED, Columns, Wanted, newest};

#[cfg(test)]
mod tests;

/// Days looked at unless the scope says otherwise: four whole weeks.
const DAYS: u64 = 28;

/// Complaints from which somebody is on the list unless the scope says otherwise.
pub const LEAST: u64 = 2;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Scope {
    /// First local date; without one, four weeks back from the last.
    pub from: Option<NaiveDate>,
    /// Last local date; without one, the newest with tickets.
    pub to: Option<NaiveDate>,
    /// Row-level SQL condition over `ticket_facts`.
    pub condition: Option<String>,
    /// Complaints from which somebody is on the list, 2 or more.
    pub least: u64,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            from: None,
            to: None,
            condition: None,
            least: LEAST,
        }
    }
}

/// The list.
#[derive(Debug, Clone, PartialEq)]
pub struct Focus {
    /// Those on it, the costliest first.
    pub rows: Vec<Case>,
    /// First and last day.
    pub days: (NaiveDate, NaiveDate),
    /// Complaints of these days.
    pub complaints: u64,
    /// Of them, those whose customer and waybill are both unknown.
    pub unknown: u64,
}

/// Whom or what the complaints have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A customer, by pseudonym.
    Customer(String),
    /// A parcel about which several customers complain, by its number with the middle left out.
    Waybill(String),
}

impl Who {
    /// The pseudonym, or the shortened number.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Customer(name) | Self::Waybill(name) => name,
        }
    }

    /// `customer` or `waybill`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Waybill(_) => "waybill",
        }
    }
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Whom or what it is about.
    pub who: Who,
    /// Complaints.
    pub complaints: u64,
    /// Of them, those that followed one about the same issue within 30 days: what `complaint_repeat_rate` counts.
    pub again: u64,
    /// Of them, those still open.
    pub open: u64,
    /// Day of the first and of the last.
    pub days: (NaiveDate, NaiveDate),
    /// Their problem types, the most frequent first; complaints without one are left out.
    pub problems: Vec<(String, u64)>,
    /// Their outlets, the same.
    pub outlets: Vec<(String, u64)>,
    /// Parcels they are about, as far as known.
    pub waybills: u64,
    /// Their tickets, the newest first.
    pub tickets: Vec<String>,
    /// Of them, the open ones.
    pub open_tickets: Vec<String>,
    /// Contacts of the customer, or about the waybill, in these days.
    pub contacts: u64,
    /// Minutes of handling those.
    pub minutes: f64,
    /// Yuan paid on the complaints.
    pub compensation: f64,
    /// Yuan of both.
    pub cost: f64,
}

/// A complaint.
#[derive(Debug, Clone)]
struct Complaint {
    id: String,
    created: i64,
    day: NaiveDate,
    customer: Option<String>,
    waybill: Option<String>,
    problem: Option<String>,
    outlet: Option<String>,
    compensation: f64,
    open: bool,
    again: bool,
}

/// Contacts and handling in microseconds, by customer and by waybill.
#[derive(Default)]
struct Contacts {
    customers: BTreeMap<String, (u64, i64)>,
    waybills: BTreeMap<String, (u64, i64)>,
}

/// Makes the list; `minute` is what a minute of handling costs in yuan.
///
/// # Errors
/// When fewer than two complaints are asked for, there are no tickets in the range, the condition does not fit them,
/// or a table cannot be read.
pub fn focus(scope: &Scope, minute: f64, source: &Source<'_>) -> Result<Focus> {
    if scope.least < LEAST {
        return Err(Error::usage(
            format!("--least {}: one complaint is not repeated", scope.least),
            "ask for 2 or more",
        ));
    }
    let Some(last) = newest("ticket_facts", scope.from, scope.to, source)? else {
        return Err(Error::Nothing {
            message: "there are no tickets in the range".to_owned(),
            hint: "`kefu kpi --kpi tickets --grain day` lists the days that have some".to_owned(),
        });
    };
    let last = scope.to.unwrap_or(last);
    let back = last
        .checked_sub_days(Days::new(DAYS - 1))
        .unwrap_or(NaiveDate::MIN);
    let days = (scope.from.unwrap_or(back), last);
    let complaints = complaints(scope, days, source)?;
    let contacts = contacts(&complaints, days, source)?;
    Ok(list(&complaints, &contacts, days, scope.least, minute))
}

fn complaints(
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
    source: &Source<'_>,
) -> Result<Vec<Complaint>> {
    let wanted = Wanted {
        fact: "ticket_facts",
        columns: &[
            "ticket_id",
            "created_at",
            "kind",
            "customer",
            "waybill",
            "problem_type",
            "outlet",
            "compensation",
            "open",
            "repeat_complaint",
            "date",
        ],
        dims: &[],
        from: Some(from),
        to: Some(to),
        condition: scope.condition.as_deref(),
    };
    let mut all = Vec::new();
    wanted.each(source, &mut |frame| {
        let columns = Columns(frame);
        let (ids, kinds) = (columns.texts("ticket_id")?, columns.texts("kind")?);
        let (created, days) = (columns.instants("created_at")?, columns.dates()?);
        let [mut customers, mut waybills, mut problems, mut outlets] = [
            columns.texts("customer")?,
            columns.texts("waybill")?,
            columns.texts("problem_type")?,
            columns.texts("outlet")?,
        ];
        let paid = columns.numbers("compensation")?;
        let (open, again) = (columns.flags("open")?, columns.flags("repeat_complaint")?);
        let asked = columns.flags(ASKED)?;
        for (row, id) in ids.into_iter().enumerate() {
            let (Some(id), Some(day)) = (id, days[row]) else {
                continue;
            };
            if !asked[row] || kinds[row].as_deref() != Some("complaint") {
                continue;
            }
            all.push(Complaint {
                id,
                created: created[row].unwrap_or_default(),
                day,
                customer: customers[row].take(),
                waybill: waybills[row].take(),
                problem: problems[row].take(),
                outlet: outlets[row].take(),
                compensation: paid[row].unwrap_or(0.0),
                open: open[row],
                again: again[row],
            });
        }
        Ok(())
    })?;
    all.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
    Ok(all)
}

/// The contacts of those who complained.
fn contacts(
    complaints: &[Complaint],
    (from, to): (NaiveDate, NaiveDate),
    source: &Source<'_>,
) -> Result<Contacts> {
    let known = |of: fn(&Complaint) -> Option<&String>| -> AHashSet<&str> {
        let names = complaints.iter().filter_map(of);
        names.map(String::as_str).collect()
    };
    let customers = known(|complaint| complaint.customer.as_ref());
    let waybills = known(|complaint| complaint.waybill.as_ref());
    let wanted = Wanted {
        fact: "contact_facts",
        columns: &["customer", "waybill", "handle_s"],
        dims: &[],
        from: Some(from),
        to: Some(to),
        condition: None,
    };
    let mut found = Contacts::default();
    wanted.each(source, &mut |frame| {
        let columns = Columns(frame);
        let handled = columns.numbers("handle_s")?;
        let ways = [
            ("customer", &customers, &mut found.customers),
            ("waybill", &waybills, &mut found.waybills),
        ];
        for (name, known, sums) in ways {
            let keys = columns.text_column(name)?;
            for (key, handled) in keys.iter().zip(&handled) {
                let Some(key) = key.filter(|key| known.contains(key)) else {
                    continue;
                };
                let sums = sums.entry(key.to_owned()).or_default();
                sums.0 += 1;
                sums.1 += handled.map_or(0, super::repeats::micros);
            }
        }
        Ok(())
    })?;
    Ok(found)
}

fn list(
    complaints: &[Complaint],
    contacts: &Contacts,
    days: (NaiveDate, NaiveDate),
    least: u64,
    minute: f64,
) -> Focus {
    let unknown = complaints
        .iter()
        .filter(|complaint| complaint.customer.is_none() && complaint.waybill.is_none());
    let unknown = unknown.count() as u64;
    let by = |of: fn(&Complaint) -> Option<&String>| {
        let mut groups: BTreeMap<&str, Vec<&Complaint>> = BTreeMap::new();
        for complaint in complaints {
            if let Some(key) = of(complaint) {
                groups.entry(key).or_default().push(complaint);
            }
        }
        groups.retain(|_, of| of.len() as u64 >= least);
        groups
    };
    let mut rows = Vec::new();
    for (customer, of) in by(|complaint| complaint.customer.as_ref()) {
        let spent = contacts.customers.get(customer).copied();
        rows.push(case(Who::Customer(customer.to_owned()), &of, spent, minute));
    }
    for (waybill, of) in by(|complaint| complaint.waybill.as_ref()) {
        // What one listed customer says about a parcel stands there already.
        let customers: BTreeSet<Option<&String>> = of
            .iter()
            .map(|complaint| complaint.customer.as_ref())
            .collect();
        if customers.len() == 1 && !customers.contains(&None) {
            continue;
        }
        let spent = contacts.waybills.get(waybill).copied();
        rows.push(case(Who::Waybill(shortened(waybill)), &of, spent, minute));
    }
    rows.sort_by(|a, b| {
        b.cost
            .total_cmp(&a.cost)
            .then(b.complaints.cmp(&a.complaints))
            .then(b.days.1.cmp(&a.days.1))
            .then_with(|| a.who.cmp(&b.who))
    });
    Focus {
        rows,
        days,
        complaints: complaints.len() as u64,
        unknown,
    }
}

fn case(who: Who, of: &[&Complaint], spent: Option<(u64, i64)>, minute: f64) -> Case {
    let count = |flag: fn(&Complaint) -> bool| of.iter().filter(|one| flag(one)).count() as u64;
    let ids = |flag: fn(&Complaint) -> bool| -> Vec<String> {
        let newest = of.iter().rev().filter(|one| flag(one));
        newest.map(|one| one.id.clone()).collect()
    };
    let (contacts, handled) = spent.unwrap_or_default();
    let minutes = handled as f64 / 60e6;
    let compensation: f64 = of.iter().map(|one| one.compensation).sum();
    let day = |one: Option<&&Complaint>| one.map(|one| one.day).unwrap_or_default();
    let waybills: BTreeSet<&String> = of.iter().filter_map(|one| one.waybill.as_ref()).collect();
    Case {
        who,
        complaints: of.len() as u64,
        again: count(|one| one.again),
        open: count(|one| one.open),
        days: (day(of.first()), day(of.last())),
        problems: most(of.iter().filter_map(|one| one.problem.as_ref())),
        outlets: most(of.iter().filter_map(|one| one.outlet.as_ref())),
        waybills: waybills.len() as u64,
        tickets: ids(|_| true),
        open_tickets: ids(|one| one.open),
        contacts,
        minutes,
        compensation,
        cost: minutes * minute + compensation,
    }
}

/// Values and how often they occur, the most frequent first.
fn most<'a>(values: impl Iterator<Item = &'a String>) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&String, u64> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<(String, u64)> = counts
        .into_iter()
        .map(|(value, count)| (value.clone(), count))
        .collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

/// A waybill with its middle left out: enough to recognise it beside its tickets, not to look it up elsewhere.
fn shortened(waybill: &str) -> String {
    let chars: Vec<char> = waybill.chars().collect();
    let kept = (chars.len() / 4).min(4);
    let (head, tail) = (&chars[..kept], &chars[chars.len() - kept..]);
    head.iter().chain(&['…']).chain(tail).collect()
}
