//! Tickets: who writes them, about what, and with which words.

use super::Clock;
use super::arrivals::Channel;
use super::centre::{Centre, Contact};
use super::random::Dice;
use super::records::{Event, Ticket};
use super::story::{Case, lapse, write};
use super::text::{courier, description};
use super::words::TypeInfo;
use super::world::{HOUR, World};

/// Where the tickets that no contact opened come from, with weights.
const FORMS: [(&str, f64); 7] = [
    ("ecommerce", 30.0),
    ("app", 25.0),
    ("message", 13.0),
    ("outlet", 12.0),
    ("counter", 8.0),
    ("social", 7.0),
    ("courier", 5.0),
];

/// Share of tickets without a problem type.
const UNTYPED: f64 = 0.15;

impl Centre<'_> {
    /// Opens a ticket for a contact, or notes the contact on the one that is open.
    pub(super) fn ticket_for(&mut self, contact: &Contact) {
        let issue = &self.issues[contact.issue];
        let scene = &self.world.problems[issue.problem()].scene;
        let dice = &mut self.ticket_dice;
        let open = issue.ticket.is_some();
        let p =
            scene.ticket * if contact.solved { 0.7 } else { 1.5 } * if open { 0.3 } else { 1.0 };
        let created = dice.between(contact.answered, contact.ended);
        if dice.chance(p) {
            let channel = if contact.channel == Channel::Chat {
                "chat"
            } else {
                "phone"
            };
            self.open_ticket(
                created,
                channel,
                contact.issue,
                contact.agent,
                &contact.reference,
            );
        } else if let Some(ticket) = issue.ticket
            && dice.chance(0.6)
        {
            self.note(ticket, created, contact.agent);
        }
    }

    /// A ticket that somebody else writes; it counts as a contact of its own.
    pub(super) fn take_form(&mut self, at: Clock, issue: usize) -> Option<Contact> {
        let weights = FORMS.map(|(_, weight)| weight);
        let channel = FORMS
            .get(self.ticket_dice.weighted(weights))
            .map_or("app", |(channel, _)| channel);
        let everyone = &self.world.roster.everyone;
        let agent = self.assign(at, everyone, everyone)?;
        let solved = self.solves(agent, issue);
        self.open_ticket(at, channel, issue, agent, "");
        let (_, ticket) = self.records.tickets.last_key_value()?;
        let ended = ticket
            .events
            .iter()
            .find(|event| event.to == "resolved")
            .map_or(at + 24 * HOUR, |event| event.at);
        Some(Contact {
            reference: ticket.ticket_id.clone(),
            channel: Channel::Form,
            issue,
            agent,
            answered: at,
            ended,
            solved,
        })
    }

    /// Writes "the customer called again" into the history of a ticket that is still open.
    fn note(&mut self, ticket: u32, at: Clock, agent: usize) {
        let actor = self.world.agents[agent].id.clone();
        let Some(ticket) = self.records.tickets.get_mut(&ticket) else {
            return;
        };
        let standing = ticket.standing(at);
        if at <= ticket.created || matches!(standing.status, "resolved" | "closed") {
            return;
        }
        let note = Event {
            at,
            event: "note",
            from: "",
            to: "",
            actor,
            department: standing.department,
        };
        let lapses = match ticket.events.as_slice() {
            [.., before, last] => last.at == lapse(ticket.created, before.at),
            _ => false,
        };
        let place = ticket.events.partition_point(|event| event.at <= at);
        ticket.events.insert(place, note);
        // Silence is counted from the note on.
        if let [.., before, last] = ticket.events.as_mut_slice()
            && lapses
            && last.to == "closed"
        {
            last.at = lapse(ticket.created, before.at);
        }
    }

    /// Files a ticket with its whole history.
    fn open_ticket(
        &mut self,
        created: Clock,
        channel: &'static str,
        issue: usize,
        agent: usize,
        contact_ref: &str,
    ) {
        let (world, number) = (self.world, self.records.numbers.tickets);
        let subject = &self.issues[issue];
        let problem = &world.problems[subject.problem()];
        let customer = &self.customers[subject.customer as usize];
        let kind = world.kind(&problem.scene.kind);
        let dice = &mut self.ticket_dice;
        let typed = !dice.chance(UNTYPED);
        let mut ticket = Ticket {
            ticket_id: format!("T{}{:04}", world.compact_date(created), number + 1),
            created,
            channel,
            kind: kind.code.clone(),
            problem: subject.problem(),
            problem_name: if typed {
                spelling(&problem.info, dice)
            } else {
                String::new()
            },
            priority: priority(&kind.code, customer.vip, dice),
            customer: world.phone(customer),
            waybill: usually(0.95, &subject.waybill(), dice),
            contact_ref: contact_ref.to_owned(),
            owner: agent,
            outlet: usize::from(subject.outlet),
            courier: usually(0.7, courier(subject, world), dice),
            emotion: emotion(&kind.code, dice),
            responsibility: responsibility(&kind.code, problem.scene.fault, dice),
            demand: one_of(0.9, &kind.demands, dice),
            remedy: dice.text(&kind.remedies).to_owned(),
            resolution: one_of(0.96, &kind.resolutions, dice),
            compensation: compensation(&kind.code, &problem.info.code, dice),
            description: description(subject, customer, typed, world, dice),
            events: Vec::new(),
        };
        let outlet = &world.words.outlet[usize::from(subject.outlet)].name;
        ticket.events = write(&self.case(&ticket, outlet), &mut self.ticket_dice);
        self.issues[issue].ticket = Some(number);
        self.records.numbers.tickets += 1;
        self.records.tickets.insert(number, ticket);
    }

    /// What the history of a ticket depends on.
    fn case<'t>(&self, ticket: &'t Ticket, outlet: &'t str) -> Case<'t> {
        let world: &World = self.world;
        let code = world.problems[ticket.problem].info.code.as_str();
        Case {
            created: ticket.created,
            kind: &ticket.kind,
            department: world.kind(&ticket.kind).department.clone(),
            priority: ticket.priority,
            by_contact: !ticket.contact_ref.is_empty(),
            owner: world.agents[ticket.owner].id.clone(),
            outlet,
            outlet_factor: self.anomalies.outlet_factor(outlet, ticket.created),
            redelivers: ticket.remedy == "重新派送"
                || matches!(code, "delivery/urge" | "delivery/redelivery"),
            pays: ticket.compensation.is_some(),
        }
    }
}

/// The text with probability `p`; a field left empty otherwise.
fn usually(p: f64, text: &str, dice: &mut Dice) -> String {
    if dice.chance(p) {
        text.to_owned()
    } else {
        String::new()
    }
}

/// One of the texts with probability `p`; a field left empty otherwise.
fn one_of(p: f64, texts: &[String], dice: &mut Dice) -> String {
    let text = dice.text(texts);
    usually(p, text, dice)
}

/// Whose fault it turns out to be; empty where nobody judges.
fn responsibility(kind: &str, fault: [f64; 3], dice: &mut Dice) -> &'static str {
    let judged = dice.chance(0.93) && !matches!(kind, "enquiry" | "suggestion");
    let sides = ["company", "third_party", "customer"];
    let side = sides.get(dice.weighted(fault)).copied();
    side.filter(|_| judged).unwrap_or("")
}

/// How a form names a type: mostly its name, now and then an alias or 类-型.
fn spelling(info: &TypeInfo, dice: &mut Dice) -> String {
    match dice.unit() {
        draw if draw < 0.12 => format!("{}-{}", info.category_zh, info.zh),
        draw if draw < 0.27 && !info.aliases.is_empty() => dice.text(&info.aliases).to_owned(),
        _ => info.zh.clone(),
    }
}

fn priority(kind: &str, vip: bool, dice: &mut Dice) -> &'static str {
    let weights = match (vip, kind) {
        (true, _) => [0.6, 0.4, 0.0],
        (_, "complaint" | "claim") => [0.24, 0.68, 0.08],
        _ => [0.08, 0.74, 0.18],
    };
    ["high", "normal", "low"]
        .get(dice.weighted(weights))
        .copied()
        .unwrap_or("normal")
}

fn emotion(kind: &str, dice: &mut Dice) -> &'static str {
    let weights = match kind {
        "complaint" => [0.18, 0.34, 0.42, 0.06],
        "exception" | "claim" => [0.44, 0.38, 0.12, 0.06],
        _ => [0.74, 0.17, 0.03, 0.06],
    };
    ["calm", "anxious", "dissatisfied", ""]
        .get(dice.weighted(weights))
        .copied()
        .unwrap_or("")
}

/// What is paid in the end, in yuan, if anything.
fn compensation(kind: &str, code: &str, dice: &mut Dice) -> Option<f64> {
    let p = match (kind, code) {
        ("claim", _) => 0.8,
        (_, "exception/damaged" | "exception/lost" | "exception/shortage") => 0.55,
        ("complaint", _) => 0.07,
        _ => 0.0,
    };
    let amount = (dice.lognormal(80.0, 0.8) * 2.0).round() / 2.0;
    dice.chance(p).then_some(amount.clamp(5.0, 2_000.0))
}
