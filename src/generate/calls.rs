//! Telephone: the menu, the queue, the conversation.

use super::Clock;
use super::arrivals::Channel;
use super::centre::{Centre, Contact};
use super::records::Call;
use super::world::{DAY, HOUR};

impl Centre<'_> {
    /// An inbound call; the contact when an agent answered it.
    pub(super) fn take_call(&mut self, at: Clock, issue: usize) -> Option<Contact> {
        let mut call = self.ring(at, issue);
        let scene = &self.world.problems[self.issues[issue].problem()].scene;
        if scene.kind == "enquiry" && self.dice.chance(0.06) {
            call.outcome = "ivr";
            (call.queued, call.queue) = (None, String::new());
            self.records.call(call);
            return None;
        }
        let queued = call.ended;
        let hour = at.rem_euclid(DAY) / HOUR;
        let night = !(7..22).contains(&hour);
        if self.dice.chance(if night { 0.05 } else { 0.004 }) {
            return self.leave(call, if night { "voicemail" } else { "overflow" });
        }
        let wait = self.wait(&call.queue, queued);
        let impatient = self.dice.chance(0.012);
        let patience = if impatient {
            1.0 + 3.0 * self.dice.unit()
        } else {
            5.0 + self.dice.lognormal(100.0, 0.8)
        };
        let queue = call.queue.clone();
        let agent = self.phone_agent(&queue, queued + wait as Clock)?;
        let wait = wait.max((self.busy[agent] - queued).max(0) as f64);
        if wait > patience {
            call.outcome = "abandoned";
            call.wait_s = Some(patience as i64);
            call.ended = queued + patience as Clock;
            let again = call.ended;
            self.records.call(call);
            self.try_again(again, issue, Channel::Call);
            return None;
        }
        call.wait_s = Some(wait as i64);
        call.answered = Some(queued + wait as Clock);
        Some(self.converse(call, agent, issue))
    }

    /// A call that has just come out of the menu, with nothing decided yet.
    fn ring(&mut self, at: Clock, issue: usize) -> Call {
        let world = self.world;
        let (problem, customer) = (
            &world.problems[self.issues[issue].problem()],
            self.issues[issue].customer as usize,
        );
        let ivr = self.dice.lognormal(26.0, 0.45) as i64 + 4;
        let vip = self.customers[customer].vip && self.dice.chance(0.8);
        let waybill = if self.dice.chance(0.84) {
            self.issues[issue].waybill()
        } else {
            String::new()
        };
        Call {
            call_id: format!(
                "C{}{:05}",
                world.compact_date(at),
                self.records.numbers.calls + 1
            ),
            contact_id: None,
            started: at,
            queued: Some(at + ivr),
            answered: None,
            ended: at + ivr,
            outbound: false,
            queue: if vip {
                "VIP".into()
            } else {
                problem.scene.queue.clone()
            },
            customer: self.shown_phone(customer),
            waybill,
            agent: None,
            outcome: "answered",
            ivr_s: Some(ivr),
            wait_s: None,
            talk_s: None,
            hold_s: None,
            acw_s: None,
            transferred: false,
            transferred_in: false,
            ended_by: "customer",
            problem: None,
            resolved: None,
            score: None,
        }
    }

    /// The number as the exchange shows it: bare, or with a country or trunk prefix.
    fn shown_phone(&mut self, customer: usize) -> String {
        let customer = &self.customers[customer];
        let prefix = match self.dice.unit() {
            _ if customer.masked => "",
            draw if draw < 0.03 => "+86",
            draw if draw < 0.05 => "0",
            _ => "",
        };
        format!("{prefix}{}", self.world.phone(customer))
    }

    /// A call that ends in the mailbox or at another centre.
    fn leave(&mut self, mut call: Call, outcome: &'static str) -> Option<Contact> {
        let wait = self.dice.lognormal(45.0, 0.4) as i64;
        (call.outcome, call.wait_s, call.ended_by) = (outcome, Some(wait), "system");
        call.ended += wait + if outcome == "voicemail" { 25 } else { 0 };
        self.records.call(call);
        None
    }

    /// Seconds until somebody would answer: ringing, and at busy times a queue.
    fn wait(&mut self, queue: &str, at: Clock) -> f64 {
        let load = self.load(at);
        let ring = 2.0 + self.dice.exponential(4.5);
        let queues = self.dice.chance(0.05 + 0.27 * load);
        let queued = self.dice.exponential(20.0 + 42.0 * load);
        let wait = if queues { ring + queued } else { ring };
        wait * self.anomalies.wait_factor(queue, at)
    }

    fn phone_agent(&mut self, queue: &str, at: Clock) -> Option<usize> {
        let world = self.world;
        let roster = &world.roster;
        self.assign(at, roster.of_queue(queue), &roster.telephone)
    }

    /// The conversation of an answered call, with a second segment when it is passed on.
    fn converse(&mut self, mut call: Call, agent: usize, issue: usize) -> Contact {
        let passed_on = self.dice.chance(0.045);
        if !passed_on {
            return self.settle(call, agent, issue);
        }
        let root = call.call_id.clone();
        self.talk(&mut call, agent, issue, 0.4);
        call.contact_id = Some(root.clone());
        (call.transferred, call.ended_by) = (true, "agent");
        let mut next = call.clone();
        self.records.call(call);
        next.call_id = format!(
            "C{}{:05}",
            self.world.compact_date(next.started),
            self.records.numbers.calls + 1
        );
        (next.started, next.queued) = (next.ended, Some(next.ended));
        (next.transferred, next.transferred_in, next.ended_by) = (false, true, "customer");
        next.ivr_s = None;
        next.queue = if next.queue == "投诉" {
            "理赔".into()
        } else {
            "投诉".into()
        };
        let queue = next.queue.clone();
        let wait = self.wait(&queue, next.ended) as i64;
        let colleague = self.phone_agent(&queue, next.ended + wait).unwrap_or(agent);
        let wait = wait.max(self.busy[colleague] - next.ended);
        (next.wait_s, next.answered) = (Some(wait), Some(next.ended + wait));
        Contact {
            reference: root,
            ..self.settle(next, colleague, issue)
        }
    }

    /// The last segment of a call: what was said, what came of it, how it was rated.
    fn settle(&mut self, mut call: Call, agent: usize, issue: usize) -> Contact {
        let solved = self.solves(agent, issue);
        self.talk(&mut call, agent, issue, 1.0);
        call.resolved = self.claims_solved(solved);
        if self.dice.chance(0.3) {
            call.score = Some(Self::rating(
                &mut self.dice,
                solved,
                call.wait_s.unwrap_or(0),
            ));
        }
        let contact = Contact {
            reference: call.call_id.clone(),
            channel: Channel::Call,
            issue,
            agent,
            answered: call.answered.unwrap_or(call.ended),
            ended: call.ended,
            solved,
        };
        self.records.call(call);
        contact
    }

    /// Fills in who talked for how long; `share` of the usual time.
    fn talk(&mut self, call: &mut Call, agent: usize, issue: usize, share: f64) {
        let problem = self.issues[issue].problem();
        let median =
            self.world.problems[problem].scene.talk * self.world.agents[agent].speed * share;
        let talk = self.dice.lognormal(median, 0.5).max(8.0) as i64;
        let hold = if self.dice.chance(0.12) {
            self.dice.lognormal(35.0, 0.6) as i64
        } else {
            0
        };
        let acw = (self.dice.lognormal(33.0, 0.6) * self.world.agents[agent].speed) as i64;
        (call.talk_s, call.hold_s, call.acw_s) = (Some(talk), Some(hold), Some(acw));
        call.ended = call.answered.unwrap_or(call.ended) + talk + hold;
        call.agent = Some(agent);
        call.problem = self.dice.chance(0.95).then_some(problem);
        if self.dice.chance(0.2) {
            call.ended_by = "agent";
        }
        self.busy[agent] = call.ended + acw;
    }

    /// A call that an agent makes to a customer who has been here before.
    pub(super) fn call_out(&mut self, at: Clock, issue: usize) {
        let Some(agent) = self
            .assign(at, &self.world.roster.everyone, &self.world.roster.everyone)
            .filter(|&agent| self.busy[agent] <= at)
        else {
            return;
        };
        let (reached, ringing) = (self.dice.chance(0.8), self.dice.between(6, 28));
        let mut call = self.ring(at, issue);
        (call.outbound, call.queued, call.ivr_s) = (true, None, None);
        (call.agent, call.queue) = (Some(agent), String::new());
        (call.wait_s, call.ended) = (Some(ringing), at + ringing);
        if reached {
            let (talk, acw) = (
                self.dice.lognormal(70.0, 0.6) as i64,
                self.dice.between(5, 40),
            );
            (call.answered, call.ended) = (Some(at + ringing), at + ringing + talk);
            (call.talk_s, call.hold_s, call.acw_s) = (Some(talk), Some(0), Some(acw));
            self.busy[agent] = call.ended + acw;
        } else {
            (call.outcome, call.ended_by) = ("abandoned", "agent");
        }
        self.records.call(call);
    }
}
