//! Anomalies that are differences between members or hours, and what the program finds of them in a store: the
//! coaching list, promises by outlet, waits by part of the day, changes in parts.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use kefu::generate::{Anomalies, Anomaly, Plan, Taxonomy, Traits};
use kefu::insight::coaching::{Coaching, Scope, coaching};
use kefu::insight::compare::{Comparison, Question, compare_all};
use kefu::insight::dayparts::{self, Part};
use kefu::insight::measures::{self, Measure, Wanted};
use kefu::insight::outlets::{Outlets, outlets};
use kefu::insight::period::Period;
use kefu::insight::promises::promises;
use kefu::kpi::query::Row;
use kefu::stats::funnel::{Flag, LEAST};

use super::score::{FIRST, False, Found, NAIVE, Score, note};
use super::stored::{Stored, day_of};

/// Days at whose end the lists of four weeks are made: once a week.
const WEEKLY: [usize; 4] = [7, 14, 21, 28];

/// Share beyond the 99.8 % limits on the worse side, and beyond an interval of 95 % on both.
const TAIL: f64 = 0.001;
const BEYOND: f64 = 0.05;

/// Figures that are compared week by week.
const COMPARED: [&str; 6] = [
    "answer_rate",
    "aht",
    "fcr",
    "satisfaction",
    "frt",
    "contacts",
];

/// Values of a member by day; `None` on a day without rows.
type Daily = BTreeMap<usize, f64>;

/// What calm centres list, beside the alarms that are counted.
#[derive(Debug, Default)]
pub struct Calm {
    /// Changes of a week called real, by figure.
    pub weeks: BTreeMap<String, False>,
    /// Coaching lists.
    pub lists: u32,
    /// Comparisons behind them, and how many rows the page leads to expect by chance.
    pub checked: usize,
    pub by_chance: f64,
    /// Their rows: figure, and by how much the agent is truly worse than the mean.
    pub listed: Vec<(String, f64)>,
}

impl False {
    /// Counts one that was looked at, with the chance of an alarm that the page leads to expect.
    fn count(&mut self, alarm: bool, promised: f64) {
        self.looked += 1;
        self.alarms += u32::from(alarm);
        self.promised += promised;
    }
}

/// Adds one seed: the planted centre and the calm one.
pub fn add(
    score: &mut Score,
    calm: &mut Calm,
    plan: impl Fn(Anomalies) -> Plan,
    taxonomy: &Taxonomy,
) {
    let planted = Anomalies::builtin().unwrap();
    let troubled = Centre::of(&plan(planted.clone()), taxonomy);
    for anomaly in &planted.anomaly {
        troubled.look(score, anomaly);
    }
    Centre::of(&plan(Anomalies::default()), taxonomy).quiet(score, calm);
}

struct Centre {
    stored: Stored,
    start: NaiveDate,
    days: usize,
}

impl Centre {
    fn of(plan: &Plan, taxonomy: &Taxonomy) -> Self {
        Self {
            stored: Stored::of(plan, taxonomy),
            start: plan.start,
            days: plan.days as usize,
        }
    }

    fn date(&self, day: usize) -> NaiveDate {
        self.start
            .checked_add_days(Days::new(day as u64 - 1))
            .unwrap()
    }

    /// The four weeks that end with a day.
    fn weeks(&self, day: usize) -> (NaiveDate, NaiveDate) {
        let to = self.date(day);
        (to.checked_sub_days(Days::new(27)).unwrap(), to)
    }

    fn coaching(&self, day: usize) -> Coaching {
        let (from, to) = self.weeks(day);
        let scope = Scope {
            team: None,
            from: Some(from),
            to: Some(to),
        };
        coaching(&scope, &self.stored.catalogue, &self.stored.source()).unwrap()
    }

    fn outlets(&self, day: usize) -> Outlets {
        outlets(
            self.weeks(day),
            &self.stored.catalogue,
            &self.stored.source(),
        )
        .unwrap()
    }

    /// The outlets with enough promises due in the four weeks, and whether they are outside their limits.
    fn promises(&self, day: usize) -> Vec<bool> {
        let (from, to) = self.weeks(day);
        let found = promises(from, to, &self.stored.source()).unwrap();
        let outlets = found.outlets.into_iter();
        outlets
            .filter(|outlet| outlet.all.due() as f64 >= LEAST)
            .map(|outlet| outlet.flag == Flag::Alarm { above: true })
            .collect()
    }

    fn compared(&self, week: usize) -> Vec<(Question, Comparison)> {
        let period = |last: usize| Period {
            from: self.date(last - 6),
            to: self.date(last),
        };
        let kpis: Vec<usize> = COMPARED
            .iter()
            .map(|id| self.stored.catalogue.position(id).unwrap())
            .collect();
        let periods = (period(week - 7), period(week));
        compare_all(
            &kpis,
            periods,
            &self.stored.catalogue,
            &self.stored.source(),
        )
        .unwrap()
    }

    /// Daily values by member of a figure of the catalogue.
    fn daily(&self, kpi: &str, by: &[&str]) -> BTreeMap<Vec<String>, Daily> {
        let at = self.stored.catalogue.position(kpi).unwrap();
        let rows = self.stored.by_day(&self.stored.catalogue, &[at], by);
        self.values(&rows, |row| row.estimate.value)
    }

    fn values(
        &self,
        rows: &[Row],
        value: impl Fn(&Row) -> Option<f64>,
    ) -> BTreeMap<Vec<String>, Daily> {
        let mut all: BTreeMap<Vec<String>, Daily> = BTreeMap::new();
        for row in rows {
            let members: Option<Vec<String>> = row.group.members.iter().cloned().collect();
            if let (Some(members), Some(value)) = (members, value(row)) {
                let day = day_of(self.start, &row.group.period);
                all.entry(members).or_default().insert(day, value);
            }
        }
        all
    }

    /// Share of judgements that failed, by team and item.
    fn failed(&self) -> BTreeMap<Vec<String>, Daily> {
        let of = |condition| Wanted {
            fact: "evaluation_facts",
            condition,
            measure: Measure::Rows,
        };
        let asked = [of("passed IS NOT NULL"), of("NOT passed")];
        let catalogue = measures::catalogue(&asked).unwrap();
        let rows = self.stored.by_day(&catalogue, &[0, 1], &["team", "item"]);
        let count = |kpi: usize| {
            let rows: Vec<Row> = rows.iter().filter(|row| row.kpi == kpi).cloned().collect();
            self.values(&rows, |row| Some(row.estimate.n as f64))
        };
        let (judged, failed) = (count(0), count(1));
        let share = |members: &Vec<String>, day: &usize, n: f64| {
            let failed = failed.get(members).and_then(|days| days.get(day));
            (*day, failed.copied().unwrap_or(0.0) / n)
        };
        judged
            .iter()
            .map(|(members, days)| {
                let days = days.iter().map(|(day, n)| share(members, day, *n));
                (members.clone(), days.collect())
            })
            .collect()
    }

    fn look(&self, score: &mut Score, anomaly: &Anomaly) {
        match anomaly {
            Anomaly::LowFcr { agents, .. } => {
                let naive = self.daily("fcr", &["agent_id"]);
                for agent in agents {
                    let listed = |day: &usize| {
                        let rows = self.coaching(*day).rows;
                        rows.iter()
                            .any(|row| row.agent == *agent && row.kpi == "fcr")
                    };
                    let [ours, theirs] = score.found.entry("low_fcr").or_default();
                    weekly(ours, 1, listed);
                    by_day(theirs, naive.get(&vec![agent.clone()]), 1, self.days, false);
                }
            }
            Anomaly::SkippedItem { team, item, .. } => {
                let listed = |day: &usize| {
                    let rows = self.coaching(*day).skipped;
                    rows.iter()
                        .any(|row| row.team == *team && row.item == *item)
                };
                let members = vec![team.clone(), item.clone()];
                let [ours, theirs] = score.found.entry("skipped_item").or_default();
                weekly(ours, 1, listed);
                by_day(theirs, self.failed().get(&members), 1, self.days, true);
            }
            Anomaly::SlowOutlet {
                outlet, from_day, ..
            } => {
                let from = *from_day as usize;
                let listed = |day: &usize| {
                    let rows = self.outlets(*day).rows;
                    rows.iter()
                        .any(|row| row.outlet == *outlet && row.kpi == "outlet_reply")
                };
                let naive = self.daily("outlet_reply", &["outlet"]);
                let [ours, theirs] = score.found.entry("slow_outlet").or_default();
                weekly(ours, from, listed);
                let own = naive.get(&vec![outlet.clone()]);
                by_day(theirs, own, from, self.days, true);
            }
            Anomaly::SlowQueue {
                queue,
                day,
                from_hour,
                to_hour,
                ..
            } => {
                let day = *day as usize;
                let hits = |part: Part| {
                    let (from, until) = part.hours();
                    u32::from(from) < *to_hour && u32::from(until) > *from_hour
                };
                let found = self.slow(day);
                let hit = found
                    .iter()
                    .any(|(name, part)| name.as_deref() == Some(queue) && hits(*part));
                let naive = self.daily("asa", &["queue"]);
                let [ours, theirs] = score.found.entry("slow_queue").or_default();
                note(ours, day, day, |_| hit);
                by_day(theirs, naive.get(&vec![queue.clone()]), day, day, true);
            }
            Anomaly::SlowPlatform { platform, .. } => {
                // The week that begins with it against the week before.
                let compared = self.compared(21);
                let frt = self.stored.catalogue.position("frt").unwrap();
                let named = compared.iter().any(|(question, found)| {
                    question.kpi == frt && real(found) && first_named(found, "platform", platform)
                });
                let naive = self.daily("frt", &["platform"]);
                let [ours, theirs] = score.found.entry("slow_platform, in parts").or_default();
                note(ours, 21, 21, |_| named);
                by_day(theirs, naive.get(&vec![platform.clone()]), 15, 21, true);
            }
            // A change of one series: in `score`.
            Anomaly::DamagedOutlet { .. } => {}
        }
    }

    fn slow(&self, day: usize) -> Vec<(Option<String>, Part)> {
        let (first, date) = (self.start, self.date(day));
        let calls = dayparts::read((first, date), &self.stored.source()).unwrap();
        let found = dayparts::judge(&calls, date, &|_| false);
        found
            .slow()
            .map(|stretch| (stretch.queue.clone(), stretch.part))
            .collect()
    }

    /// What is listed although nothing is planted.
    fn quiet(&self, score: &mut Score, calm: &mut Calm) {
        let last = self.days;
        let calls = dayparts::read((self.start, self.date(last)), &self.stored.source()).unwrap();
        let asa = self.daily("asa", &["queue"]);
        let [ours, theirs] = score
            .false_alarms
            .entry("waits by part, per day")
            .or_default();
        for day in FIRST..=last {
            let found = dayparts::judge(&calls, self.date(day), &|_| false);
            ours.count(found.slow().count() > 0, dayparts::LEVEL);
            theirs.count(asa.values().any(|days| naive(days, day, true)), 0.0);
        }
        self.quiet_lists(score, calm);
        for week in [21, 28] {
            for (question, found) in self.compared(week) {
                let id = &self.stored.catalogue.kpis[question.kpi].id;
                let of = score
                    .false_alarms
                    .entry("change of a week, per figure")
                    .or_default();
                of[0].count(real(&found), BEYOND);
                let (before, after) = found.values;
                of[1].count((after - before).abs() > NAIVE * before.abs(), 0.0);
                let alarms = calm.weeks.entry(id.clone()).or_default();
                alarms.count(real(&found), BEYOND);
            }
        }
    }

    fn quiet_lists(&self, score: &mut Score, calm: &mut Calm) {
        let last = self.days;
        let found = self.coaching(last);
        calm.lists += 1;
        calm.by_chance += found.by_chance;
        calm.checked += found.checked;
        for row in &found.rows {
            let worse = worse(&self.stored.truth.agent, &row.agent, &row.kpi);
            calm.listed.push((row.kpi.clone(), worse));
            println!(
                "listed: {} {} {:?} n {:.0} z {:.2} value {:.3} expected {:.3}; truth {:.3} worse",
                row.agent, row.kpi, row.problem, row.n, row.z, row.value, row.expected, worse
            );
        }
        let fcr = self.daily("fcr", &["agent_id"]);
        let [ours, theirs] = score
            .false_alarms
            .entry("coaching, per comparison")
            .or_default();
        ours.looked += u32::try_from(found.checked).unwrap();
        ours.promised += found.checked as f64 * TAIL;
        let false_rows = found
            .rows
            .iter()
            .filter(|row| worse(&self.stored.truth.agent, &row.agent, &row.kpi) <= 0.0)
            .count();
        ours.alarms += u32::try_from(false_rows + found.skipped.len()).unwrap();
        each_day(theirs, fcr.values(), last, false);
        let outlets = self.outlets(last);
        let replies = self.daily("outlet_reply", &["outlet"]);
        let [ours, theirs] = score
            .false_alarms
            .entry("outlets, per comparison")
            .or_default();
        ours.looked += u32::try_from(outlets.checked).unwrap();
        ours.alarms += u32::try_from(outlets.rows.len()).unwrap();
        ours.promised += outlets.by_chance;
        each_day(theirs, replies.values(), last, true);
        let [ours, _] = score
            .false_alarms
            .entry("promises, per outlet")
            .or_default();
        for outside in self.promises(last) {
            ours.count(outside, TAIL);
        }
    }
}

/// By how much an agent is truly worse than the mean of all at what a figure shows; negative for better.
fn worse(agents: &[Traits], id: &str, kpi: &str) -> f64 {
    let of = |agent: &Traits| match kpi {
        "aht" => agent.speed,
        "compliance" => -agent.care,
        _ => -agent.skill,
    };
    let mean = agents.iter().map(of).sum::<f64>() / agents.len() as f64;
    let own = agents.iter().find(|agent| agent.id == id);
    own.map_or(0.0, |agent| of(agent) - mean)
}

/// Whether the interval of the change leaves zero out.
fn real(found: &Comparison) -> bool {
    found
        .interval
        .is_some_and(|(low, high)| low > 0.0 || high < 0.0)
}

/// Whether the first dimension that explains the change is this one, with the member.
fn first_named(found: &Comparison, dimension: &str, member: &str) -> bool {
    let first = found
        .dimensions
        .iter()
        .find_map(|dimension| Some((dimension, dimension.explained.as_ref()?)));
    first.is_some_and(|(of, few)| {
        let members = few.members.iter();
        let mut names = members.map(|at| of.parts[*at].member.as_deref());
        of.name == dimension && names.any(|name| name == Some(member))
    })
}

/// A list that is made at the end of each week.
fn weekly(found: &mut Found, from: usize, listed: impl Fn(&usize) -> bool) {
    found.planted += 1;
    if let Some(day) = WEEKLY
        .iter()
        .filter(|day| **day >= from)
        .find(|day| listed(day))
    {
        found.found += 1;
        found.days += u32::try_from(day - from).unwrap();
    }
}

/// The naive rule from a day on: more than 10 % to the worse side since the day before that has a value.
fn by_day(found: &mut Found, daily: Option<&Daily>, from: usize, last: usize, above: bool) {
    let none = Daily::new();
    let daily = daily.unwrap_or(&none);
    note(found, from, last, |day| naive(daily, day, above));
}

fn naive(daily: &Daily, day: usize, above: bool) -> bool {
    let (Some(now), Some((_, before))) = (daily.get(&day), daily.range(..day).next_back()) else {
        return false;
    };
    let change = now - before;
    change.abs() > NAIVE * before.abs() && (change > 0.0) == above
}

/// The naive rule on every member and day.
fn each_day<'d>(
    found: &mut False,
    members: impl Iterator<Item = &'d Daily>,
    last: usize,
    above: bool,
) {
    for daily in members {
        for day in 2..=last {
            if daily.contains_key(&day) {
                found.count(naive(daily, day, above), 0.0);
            }
        }
    }
}
