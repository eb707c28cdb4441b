//! Where and when callers waited longer than usual: each queue in each part of a day, held against the same hours of
//! the weeks before. A chart of daily means does not see one slow evening of one queue.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::error::Result;
use crate::kpi::query::Source;
use crate::schema::DATE;
use crate::stats::discovery::benjamini_hochberg;
use crate::stats::logrank::{
    LEAST, Longer, Place, Score, Wait, interval_of_test, longer, peto_prentice,
};

use super::rows::{ASKED, Columns, Wanted};

#[cfg(test)]
mod tests;

/// Share of false alarms accepted among what is found.
pub const LEVEL: f64 = 0.05;

/// Days before the one judged that are read, the eight weeks that emerging problems are held against.
pub const LOOKBACK: u64 = 56;

/// Callers in a part of a day below which it is neither judged nor held against: as the guard of emerging problems.
const CALLERS: u64 = 5;

/// Hours of a part of the day.
const HOURS: u8 = 6;

/// Those who waited: answered, or gave up.
const WAITED: &str = "direction = 'inbound' AND offered AND wait_s IS NOT NULL \
                      AND (answered OR outcome = 'abandoned')";

/// The parts of a day that people speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// 00:00 to 05:59.
    Night,
    /// 06:00 to 11:59.
    Morning,
    /// 12:00 to 17:59.
    Afternoon,
    /// 18:00 to 23:59.
    Evening,
}

impl Part {
    /// The part an hour from 0 to 23 lies in.
    #[must_use]
    pub const fn of(hour: u8) -> Self {
        match hour / HOURS {
            0 => Self::Night,
            1 => Self::Morning,
            2 => Self::Afternoon,
            _ => Self::Evening,
        }
    }

    /// First hour, and the hour after the last.
    #[must_use]
    pub const fn hours(self) -> (u8, u8) {
        let from = self as u8 * HOURS;
        (from, from + HOURS)
    }

    /// The code in outputs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Night => "night",
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
            Self::Evening => "evening",
        }
    }
}

/// A caller who waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Local date.
    pub date: NaiveDate,
    /// Local hour, 0 to 23.
    pub hour: u8,
    /// Position of the queue in [`Calls::queues`].
    pub queue: usize,
    /// Whole seconds until answered or given up.
    pub wait_s: u32,
    /// Whether answered.
    pub answered: bool,
}

/// Callers of some weeks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calls {
    /// The queues; `None` for calls without one.
    pub queues: Vec<Option<String>>,
    /// The callers, in any order.
    pub calls: Vec<Call>,
}

/// One queue in one part of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// The queue; `None` for calls without one.
    pub queue: Option<String>,
    /// The part of the day.
    pub part: Part,
    /// Callers, and those of them who gave up.
    pub callers: u64,
    /// Those who gave up.
    pub gave_up: u64,
    /// Mean seconds they waited, until answered or given up.
    pub mean: f64,
    /// Its 95 % interval, which leaves the usual out where the test does.
    pub interval: Option<(f64, f64)>,
    /// The mean of the earlier days in the same hours, weighted by the callers of the day.
    pub usual: f64,
    /// Earlier days it is held against.
    pub days: usize,
    /// How sure it is that waits were longer.
    pub longer: Longer,
    /// The smallest level at which it is found among all that were judged.
    pub q: f64,
    /// Whether callers waited longer than usual.
    pub slow: bool,
}

/// All queues in all parts of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayParts {
    /// The day.
    pub date: NaiveDate,
    /// What could be judged: slow ones first, then by probability.
    pub stretches: Vec<Stretch>,
    /// False alarms to expect among the slow ones; an upper bound.
    pub false_alarms: f64,
}

impl DayParts {
    /// Those in which callers waited longer than usual.
    pub fn slow(&self) -> impl Iterator<Item = &Stretch> {
        self.stretches.iter().filter(|stretch| stretch.slow)
    }
}

/// Judges a day; days of which `left_out` is true are not held against.
///
/// # Errors
/// When the table cannot be read.
pub fn day_parts(
    date: NaiveDate,
    left_out: &dyn Fn(NaiveDate) -> bool,
    source: &Source<'_>,
) -> Result<DayParts> {
    let first = date.checked_sub_days(Days::new(LOOKBACK)).unwrap_or(date);
    Ok(judge(&read((first, date), source)?, date, left_out))
}

/// The callers of a stretch of days, both ends included.
///
/// # Errors
/// When the table cannot be read.
pub fn read((from, to): (NaiveDate, NaiveDate), source: &Source<'_>) -> Result<Calls> {
    let wanted = Wanted {
        fact: "call_facts",
        columns: &["queue", "hour", "wait_s", "answered", DATE],
        dims: &[],
        from: Some(from),
        to: Some(to),
        condition: Some(WAITED),
    };
    let mut places: BTreeMap<Option<String>, usize> = BTreeMap::new();
    let mut found = Calls::default();
    wanted.each(source, &mut |frame| {
        let columns = Columns(frame);
        let (asked, answered) = (columns.flags(ASKED)?, columns.flags("answered")?);
        let (dates, hours) = (columns.dates()?, columns.instants("hour")?);
        let (queues, waits) = (columns.texts("queue")?, columns.numbers("wait_s")?);
        for (row, queue) in queues.into_iter().enumerate() {
            let hour = hours[row].and_then(|hour| u8::try_from(hour).ok());
            let (Some(date), Some(hour), Some(wait), true) =
                (dates[row], hour, waits[row], asked[row])
            else {
                continue;
            };
            let next = places.len();
            let queue = *places.entry(queue).or_insert(next);
            found.calls.push(Call {
                date,
                hour,
                queue,
                wait_s: whole(wait),
                answered: answered[row],
            });
        }
        Ok(())
    })?;
    found.queues = vec![None; places.len()];
    for (queue, at) in places {
        found.queues[at] = queue;
    }
    Ok(found)
}

/// Whole seconds, as most systems record them: ties keep the number of instants small.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cut to what an hour-long wait can be, many times over"
)]
fn whole(wait: f64) -> u32 {
    wait.round().clamp(0.0, 1e9) as u32
}

/// Callers of one queue in one part of the day, by hour, each with the position of the day.
type Hours = BTreeMap<u8, Vec<Wait>>;

/// Judges the last day of callers of some weeks; see [`day_parts`].
///
/// Hours are strata: a part of the day is judged by its callers against those of the same hours. Nothing is judged
/// with fewer than five callers, or fewer than 14 earlier days that have as many.
#[must_use]
pub fn judge(calls: &Calls, date: NaiveDate, left_out: &dyn Fn(NaiveDate) -> bool) -> DayParts {
    let first = date.checked_sub_days(Days::new(LOOKBACK)).unwrap_or(date);
    let days: Vec<NaiveDate> = first
        .iter_days()
        .take_while(|day| *day <= date)
        .filter(|day| *day == date || !left_out(*day))
        .collect();
    let mut cells: BTreeMap<(&Option<String>, Part), Hours> = BTreeMap::new();
    for call in &calls.calls {
        let Ok(group) = days.binary_search(&call.date) else {
            continue;
        };
        let cell = (&calls.queues[call.queue], Part::of(call.hour));
        let hours = cells.entry(cell).or_default();
        hours.entry(call.hour).or_default().push(Wait {
            length: call.wait_s,
            ended: call.answered,
            group,
        });
    }
    let (mut stretches, mut places) = (Vec::new(), Vec::new());
    for ((queue, part), mut hours) in cells {
        if let Some((stretch, place)) = stretch(&mut hours, days.len()) {
            stretches.push(Stretch {
                queue: queue.clone(),
                part,
                ..stretch
            });
            places.push(place);
        }
    }
    decide(date, stretches, &places)
}

/// What is known of a part of a day, the last of `days`, and its scores; `None` where it cannot be judged.
fn stretch(hours: &mut Hours, days: usize) -> Option<(Stretch, Place)> {
    let today = days.checked_sub(1)?;
    let mut callers = vec![0_u64; days];
    for wait in hours.values().flatten() {
        callers[wait.group] += 1;
    }
    let enough = |group: usize| callers[group] >= CALLERS;
    let usable = (0..today).filter(|day| enough(*day)).count();
    if !enough(today) || usable < LEAST {
        return None;
    }
    let newest = scores(hours, days)[today];
    let (sums, usual) = sums(hours, today)?;
    for waits in hours.values_mut() {
        waits.retain(|wait| wait.group != today);
    }
    // Without the day that is judged: were it slow, it would make the others look quick.
    let earlier = scores(hours, today);
    let earlier = earlier.into_iter().enumerate();
    let earlier = earlier
        .filter(|(day, _)| enough(*day))
        .map(|(_, score)| score);
    let n = callers[today] as f64;
    Some((
        Stretch {
            queue: None,
            part: Part::Night,
            callers: callers[today],
            gave_up: sums.gave_up,
            mean: sums.sum / n,
            interval: None,
            usual,
            days: usable,
            longer: Longer {
                z: 0.0,
                p: 1.0,
                scatter: 1.0,
            },
            q: 1.0,
            slow: false,
        },
        Place {
            newest,
            earlier: earlier.collect(),
        },
    ))
}

/// Scores of all days, added up over the hours.
fn scores(hours: &mut Hours, days: usize) -> Vec<Score> {
    let mut all = vec![Score::default(); days];
    for waits in hours.values_mut() {
        for (sum, score) in all.iter_mut().zip(peto_prentice(waits, days)) {
            sum.add(score);
        }
    }
    all
}

/// The waits of a day.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sum: f64,
    gave_up: u64,
}

/// The waits of the day, and the mean of the other days in its hours; `None` where no hour has other days.
fn sums(hours: &Hours, today: usize) -> Option<(Sums, f64)> {
    let mut own = Sums::default();
    let (mut expected, mut comparable) = (0.0, 0.0);
    for waits in hours.values() {
        let (mut n, mut others, mut sum) = (0.0, 0.0, 0.0);
        for wait in waits {
            let length = f64::from(wait.length);
            if wait.group == today {
                n += 1.0;
                own.sum += length;
                own.gave_up += u64::from(!wait.ended);
            } else {
                others += 1.0;
                sum += length;
            }
        }
        if others > 0.0 {
            expected += n * sum / others;
            comparable += n;
        }
    }
    (comparable > 0.0).then(|| (own, expected / comparable))
}

/// Takes all that was judged together: Benjamini and Hochberg's procedure.
fn decide(date: NaiveDate, stretches: Vec<Stretch>, places: &[Place]) -> DayParts {
    let mut judged: Vec<Stretch> = stretches
        .into_iter()
        .zip(longer(places))
        .filter_map(|(stretch, longer)| {
            let longer = longer?;
            Some(Stretch {
                interval: interval_of_test(stretch.mean, stretch.usual, longer.z),
                longer,
                ..stretch
            })
        })
        .collect();
    let p: Vec<f64> = judged.iter().map(|stretch| stretch.longer.p).collect();
    let discoveries = benjamini_hochberg(&p, LEVEL);
    if let Some(found) = &discoveries {
        for (stretch, q) in judged.iter_mut().zip(&found.q) {
            stretch.q = *q;
            stretch.slow = *q <= LEVEL && stretch.mean > stretch.usual;
        }
    }
    judged.sort_by(|a, b| {
        b.slow
            .cmp(&a.slow)
            .then(a.longer.p.total_cmp(&b.longer.p))
            .then_with(|| (&a.queue, a.part).cmp(&(&b.queue, b.part)))
    });
    DayParts {
        date,
        stretches: judged,
        false_alarms: discoveries.map_or(0.0, |found| found.false_alarms),
    }
}
