//! The online desk: the bot, the first reply, the turns, and what was typed.

use std::cmp::Reverse;

use super::Clock;
use super::arrivals::Channel;
use super::centre::{Centre, Contact};
use super::records::{Chat, Message};
use super::text::fill;
use super::world::{DAY, HOUR};

/// Chats one agent holds at a time before the next customer has to wait.
const MOST_OPEN: usize = 4;

/// Share of served chats whose lines are exported.
const TRANSCRIBED: f64 = 0.06;

impl Centre<'_> {
    /// An online session; the contact when a person served it.
    pub(super) fn take_chat(&mut self, at: Clock, issue: usize) -> Option<Contact> {
        let mut chat = self.enter(at, issue);
        if self.issues[issue].contacts == 1 && self.dice.chance(0.2) {
            chat.outcome = "bot";
            chat.ended = at + self.dice.lognormal(70.0, 0.6) as Clock;
            chat.customer_messages = 1 + self.dice.poisson(1.5);
            self.records.chat(chat);
            return None;
        }
        if self.dice.chance(0.6) {
            chat.human_requested = Some(at + 4 + self.dice.lognormal(22.0, 0.6) as Clock);
        }
        let asked = chat.human_requested.unwrap_or(at);
        let agent = self.chat_agent(asked)?;
        let reply = self.first_reply(&chat, agent, asked);
        let hasty = self.dice.chance(0.05);
        let patience = if hasty {
            3.0 + 12.0 * self.dice.unit()
        } else {
            20.0 + self.dice.lognormal(130.0, 0.7)
        };
        if reply > patience {
            chat.ended = asked + patience as Clock;
            chat.customer_messages = 1 + self.dice.poisson(1.0);
            let again = chat.ended;
            self.records.chat(chat);
            self.try_again(again, issue, Channel::Chat);
            return None;
        }
        chat.first_reply = Some(asked + reply.max(1.0) as Clock);
        Some(self.type_along(chat, agent, issue))
    }

    /// A session that has just begun, abandoned until somebody replies.
    fn enter(&mut self, at: Clock, issue: usize) -> Chat {
        let waybill = if self.dice.chance(0.86) {
            self.issues[issue].waybill()
        } else {
            String::new()
        };
        Chat {
            chat_id: format!(
                "S{}{:05}",
                self.world.compact_date(at),
                self.records.numbers.chats + 1
            ),
            started: at,
            human_requested: None,
            first_reply: None,
            ended: at,
            platform: usize::from(self.issues[issue].platform),
            customer: self.user(issue),
            waybill,
            agent: None,
            outcome: "abandoned",
            customer_messages: 0,
            agent_messages: 0,
            replies: 0,
            reply_s: None,
            problem: None,
            resolved: None,
            score: None,
        }
    }

    /// Who the platform says it is: a telephone number where people log in with one, else a name
    /// that is the same whenever the customer comes back to that platform.
    fn user(&self, issue: usize) -> String {
        let issue = &self.issues[issue];
        let code = self
            .world
            .words
            .platform
            .get(usize::from(issue.platform))
            .map_or("", |platform| platform.code.as_str());
        if matches!(code, "app" | "website") {
            return self.world.phone(&self.customers[issue.customer as usize]);
        }
        // The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
        let mut hash =
            self.world.plan.seed ^ (u64::from(issue.customer) << 8 | u64::from(issue.platform));
        hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        format!(
            "{}_{:010x}",
            code.get(..2).unwrap_or("u"),
            (hash ^ (hash >> 31)) >> 24
        )
    }

    /// The agent at the online desk with the fewest open chats.
    fn chat_agent(&mut self, at: Clock) -> Option<usize> {
        while let Some(Reverse((end, agent))) = self.chat_ends.peek().copied()
            && end <= at
        {
            self.chat_ends.pop();
            self.open_chats[agent] -= 1;
        }
        let world = self.world;
        let at_work = world.roster.desk.at_work(at);
        let candidates = if at_work.is_empty() {
            &world.roster.desk.members
        } else {
            at_work
        };
        let first = self.dice.below(candidates.len());
        let (before, after) = candidates.split_at_checked(first)?;
        // Those who also take calls chat when the others are busy, and sometimes anyway.
        let stand_by = self.dice.chance(0.7);
        let burden = |index: usize| {
            let takes_calls = !world.words.team[world.agents[index].team].queues.is_empty();
            let on_call = self.busy[index] > at;
            self.open_chats[index] + usize::from(takes_calls && stand_by) + 2 * usize::from(on_call)
        };
        let turned = after.iter().chain(before).copied();
        turned.min_by_key(|&index| burden(index))
    }

    /// Seconds from the request to the first words of a person.
    fn first_reply(&mut self, chat: &Chat, agent: usize, asked: Clock) -> f64 {
        let hour = asked.rem_euclid(DAY) / HOUR;
        let night = if (7..22).contains(&hour) { 1.0 } else { 1.6 };
        let crowd = if self.open_chats[agent] >= MOST_OPEN {
            self.dice.exponential(50.0)
        } else {
            0.0
        };
        let usual = self.dice.lognormal(11.5, 0.6) * (0.75 + 0.5 * self.load(asked)) * night;
        let platform = self
            .world
            .words
            .platform
            .get(chat.platform)
            .map_or("", |platform| platform.code.as_str());
        (usual + crowd)
            * self.world.agents[agent].speed
            * self.anomalies.first_reply_factor(platform, asked)
    }

    /// The turns of a served chat.
    fn type_along(&mut self, mut chat: Chat, agent: usize, issue: usize) -> Contact {
        let first_reply = chat.first_reply.unwrap_or(chat.started);
        let solved = self.solves(agent, issue);
        let replies = 2 + self.dice.poisson(3.0);
        let reply = self.dice.lognormal(22.0, 0.4)
            * self.world.agents[agent].speed
            * (0.8 + 0.4 * self.load(first_reply));
        let thinking = self.dice.lognormal(38.0, 0.5);
        chat.ended = first_reply + (f64::from(replies) * (reply + thinking)) as Clock;
        chat.agent = Some(agent);
        chat.outcome = "served";
        chat.replies = replies;
        chat.reply_s = Some((reply * 10.0).round() / 10.0);
        chat.customer_messages = replies + self.dice.poisson(1.5);
        chat.agent_messages = replies + self.dice.poisson(1.2);
        chat.problem = self
            .dice
            .chance(0.93)
            .then_some(self.issues[issue].problem());
        chat.resolved = self.claims_solved(solved);
        let patience = (first_reply - chat.human_requested.unwrap_or(chat.started)).max(0);
        if self.dice.chance(0.25) {
            chat.score = Some(Self::rating(&mut self.dice, solved, patience));
        }
        self.open_chats[agent] += 1;
        self.chat_ends.push(Reverse((chat.ended, agent)));
        if self.quality_dice.chance(TRANSCRIBED) {
            self.transcribe(&chat, issue);
        }
        let contact = Contact {
            reference: chat.chat_id.clone(),
            channel: Channel::Chat,
            issue,
            agent,
            answered: first_reply,
            ended: chat.ended,
            solved,
        };
        self.records.chat(chat);
        contact
    }

    /// The lines of a chat, spread over its turns.
    fn transcribe(&mut self, chat: &Chat, issue: usize) {
        let (texts, issue) = (&self.world.words.text, &self.issues[issue]);
        let customer = &self.customers[issue.customer as usize];
        let dice = &mut self.quality_dice;
        let mut lines: Vec<(Clock, &'static str, String)> = Vec::new();
        let opening = fill(
            dice.text(&self.world.problems[issue.problem()].scene.say),
            issue,
            customer,
            self.world,
        );
        lines.push((chat.started, "customer", opening.replace("客户", "我")));
        if let Some(asked) = chat.human_requested {
            lines.push((chat.started + 1, "bot", dice.text(&texts.bot).to_owned()));
            lines.push((asked, "system", "转人工".to_owned()));
        }
        let first_reply = chat.first_reply.unwrap_or(chat.started);
        lines.push((first_reply, "agent", dice.text(&texts.greet).to_owned()));
        let turns = i64::from(chat.replies).max(2);
        let step = (chat.ended - first_reply) / turns;
        for turn in 1..turns {
            let answer = match turn {
                1 => &texts.verify,
                _ if turn + 1 == turns => &texts.close,
                _ if turn + 2 == turns => &texts.confirm,
                _ => &texts.solve,
            };
            let said = fill(
                dice.text(&texts.reply_customer),
                issue,
                customer,
                self.world,
            );
            lines.push((first_reply + turn * step - step / 2, "customer", said));
            lines.push((
                first_reply + turn * step,
                "agent",
                dice.text(answer).to_owned(),
            ));
        }
        let reference = chat.chat_id.clone();
        let message = |(sent, sender, text)| Message {
            contact_ref: reference.clone(),
            sent,
            sender,
            text,
        };
        self.records.messages.extend(lines.into_iter().map(message));
    }
}
