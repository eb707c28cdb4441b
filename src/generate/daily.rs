//! Figures of every day straight from what the systems recorded, without the way through files and a store: many
//! seeds in little time.

use std::collections::BTreeMap;

use super::centre::Centre;
use super::records::Records;
use super::world::{DAY, World};
use super::{Clock, GenerateError, Plan, Taxonomy};

/// What one day adds up to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// Rows.
    pub n: u64,
    /// Sum of the figure over them: seconds, or rows that count.
    pub sum: f64,
    /// Sum of its squares.
    pub squares: f64,
}

/// A figure of each day of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Id of the KPI: `tickets`, `offered` and `chats` are counts (n), `answer_rate` a rate, the others means.
    pub kpi: &'static str,
    /// The members it is of: problem type and outlet, a queue, a platform, an outlet; none for the whole centre.
    pub members: Vec<String>,
    /// One entry per day.
    pub days: Vec<Moments>,
}

/// The series of a plan, ordered by figure and members. Broken rows are never part of them.
///
/// # Errors
/// As [`super::generate`].
pub fn daily(plan: &Plan, taxonomy: &Taxonomy) -> Result<Vec<Series>, GenerateError> {
    let world = super::world_of(plan, taxonomy)?;
    let records = Centre::all(&world, &plan.anomalies);
    let mut sums = Sums {
        days: plan.days as usize,
        series: BTreeMap::new(),
    };
    sums.calls(&records);
    sums.chats(&records, &world);
    sums.tickets(&records, &world);
    let series = sums.series.into_iter();
    Ok(series
        .map(|((kpi, members), days)| Series { kpi, members, days })
        .collect())
}

struct Sums {
    days: usize,
    series: BTreeMap<(&'static str, Vec<String>), Vec<Moments>>,
}

impl Sums {
    fn add(&mut self, kpi: &'static str, members: Vec<String>, at: Clock, value: f64) {
        let days = self.days;
        let series = self.series.entry((kpi, members));
        let series = series.or_insert_with(|| vec![Moments::default(); days]);
        let day = usize::try_from(at.div_euclid(DAY)).ok();
        if let Some(day) = day.and_then(|day| series.get_mut(day)) {
            day.n += 1;
            day.sum += value;
            day.squares += value * value;
        }
    }

    /// For the whole centre and for a member.
    fn both(&mut self, kpi: &'static str, member: &str, at: Clock, value: f64) {
        self.add(kpi, Vec::new(), at, value);
        self.add(kpi, vec![member.to_owned()], at, value);
    }

    fn calls(&mut self, records: &Records) {
        let inbound = records.calls.iter().filter(|call| !call.outbound);
        for call in inbound {
            let answered = call.outcome == "answered";
            if let Some(wait) = call.wait_s.filter(|_| answered) {
                self.both("asa", &call.queue, call.started, wait as f64);
            }
            let handled = [call.talk_s, call.hold_s, call.acw_s].into_iter().flatten();
            if answered && call.talk_s.is_some() {
                self.both(
                    "aht",
                    &call.queue,
                    call.started,
                    handled.sum::<i64>() as f64,
                );
            }
            if !call.transferred_in && call.outcome != "ivr" {
                self.add("offered", Vec::new(), call.started, 1.0);
                self.both(
                    "answer_rate",
                    &call.queue,
                    call.started,
                    f64::from(u8::from(answered)),
                );
            }
        }
    }

    fn chats(&mut self, records: &Records, world: &World) {
        for chat in records.chats.iter().filter(|chat| chat.outcome != "bot") {
            self.add("chats", Vec::new(), chat.started, 1.0);
            if let Some(reply) = chat.first_reply.filter(|_| chat.outcome == "served") {
                let from = chat
                    .started
                    .max(chat.human_requested.unwrap_or(chat.started));
                let platform = world.words.platform.get(chat.platform);
                let code = platform.map_or("", |platform| platform.code.as_str());
                self.both("frt", code, chat.started, (reply - from) as f64);
            }
        }
    }

    fn tickets(&mut self, records: &Records, world: &World) {
        for ticket in records.tickets.values() {
            let outlet = world.words.outlet.get(ticket.outlet);
            let outlet = outlet.map_or("", |outlet| outlet.name.as_str());
            let problem = world.problems[ticket.problem].info.code.clone();
            self.add("tickets", Vec::new(), ticket.created, 1.0);
            self.add(
                "tickets",
                vec![problem, outlet.to_owned()],
                ticket.created,
                1.0,
            );
        }
    }
}
