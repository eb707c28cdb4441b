//! The cells of a row of each table.

use super::Clock;
use super::labels::{yes_no, zh};
use super::records::{Call, Chat, Evaluation, Event, Message, Standing, Survey, Ticket};
use super::world::World;

/// The cells of a call; unanswered calls have a dash for the time talked, as exchanges write it.
pub(super) fn call(call: &Call, world: &World) -> Vec<String> {
    let seconds = |value: Option<i64>| value.map_or(String::new(), |value| value.to_string());
    let score = call.score.map_or(String::new(), |score| score.to_string());
    let talk = call.talk_s.map_or("-".to_owned(), |s| {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    });
    vec![
        call.call_id.clone(),
        call.contact_id.clone().unwrap_or_default(),
        world.stamp(call.started),
        stamp(call.queued, world),
        stamp(call.answered, world),
        world.stamp(call.ended),
        if call.outbound { "呼出" } else { "呼入" }.to_owned(),
        world.words.line.clone(),
        call.queue.clone(),
        call.customer.clone(),
        call.waybill.clone(),
        agent_id(call.agent, world),
        if call.outbound && call.outcome == "abandoned" {
            "未接通"
        } else {
            zh("outcome", call.outcome)
        }
        .to_owned(),
        seconds(call.ivr_s),
        seconds(call.wait_s),
        talk,
        seconds(call.hold_s),
        seconds(call.acw_s),
        yes_no(Some(call.transferred)).to_owned(),
        yes_no(Some(call.transferred_in)).to_owned(),
        zh("ended_by", call.ended_by).to_owned(),
        call.problem.map_or(String::new(), |problem| {
            world.problems[problem].info.zh.clone()
        }),
        yes_no(call.resolved).to_owned(),
        zh("score", &score).to_owned(),
    ]
}

/// The cells of a chat.
pub(super) fn chat(chat: &Chat, world: &World) -> Vec<String> {
    vec![
        chat.chat_id.clone(),
        world.stamp(chat.started),
        stamp(chat.human_requested, world),
        stamp(chat.first_reply, world),
        world.stamp(chat.ended),
        world
            .words
            .platform
            .get(chat.platform)
            .map_or(String::new(), |platform| platform.code.clone()),
        "online".to_owned(),
        chat.customer.clone(),
        chat.waybill.clone(),
        agent_id(chat.agent, world),
        chat.outcome.to_owned(),
        chat.customer_messages.to_string(),
        chat.agent_messages.to_string(),
        chat.replies.to_string(),
        chat.reply_s
            .map_or(String::new(), |seconds| format!("{seconds:.1}")),
        chat.problem.map_or(String::new(), |problem| {
            world.problems[problem].info.code.clone()
        }),
        chat.resolved
            .map_or(String::new(), |resolved| resolved.to_string()),
        chat.score.map_or(String::new(), |score| score.to_string()),
    ]
}

/// The cells of a ticket as it stands.
pub(super) fn ticket(ticket: &Ticket, now: &Standing, world: &World) -> Vec<String> {
    let outlet = &world.words.outlet[ticket.outlet];
    let settled = |text: &str| {
        if now.resolved.is_some() {
            text.to_owned()
        } else {
            String::new()
        }
    };
    let paid = ticket.compensation.filter(|_| now.paid);
    vec![
        ticket.ticket_id.clone(),
        world.stamp(ticket.created),
        world.stamp(now.updated),
        zh("channel", ticket.channel).to_owned(),
        zh("kind", &ticket.kind).to_owned(),
        ticket.problem_name.clone(),
        zh("priority", ticket.priority).to_owned(),
        zh("status", now.status).to_owned(),
        ticket.customer.clone(),
        ticket.waybill.clone(),
        ticket.contact_ref.clone(),
        agent_id(Some(ticket.owner), world),
        now.department.clone(),
        outlet.name.clone(),
        ticket.courier.clone(),
        outlet.region.clone(),
        zh("emotion", ticket.emotion).to_owned(),
        settled(zh("responsibility", ticket.responsibility)),
        ticket.demand.clone(),
        settled(&ticket.remedy),
        paid.map_or(String::new(), |yuan| format!("{yuan:.2}")),
        stamp(now.first_reply, world),
        stamp(now.resolved, world),
        stamp(now.closed, world),
        ticket.description.clone(),
        settled(&ticket.resolution),
    ]
}

/// The cells of one event of a ticket.
pub(super) fn event(ticket: &Ticket, event: &Event, world: &World) -> Vec<String> {
    vec![
        ticket.ticket_id.clone(),
        world.stamp(event.at),
        event.event.to_owned(),
        event.from.to_owned(),
        event.to.to_owned(),
        event.actor.clone(),
        event.department.clone(),
    ]
}

/// The cells of a chat line.
pub(super) fn message(message: &Message, world: &World) -> Vec<String> {
    vec![
        message.contact_ref.clone(),
        world.stamp(message.sent),
        message.sender.to_owned(),
        message.text.clone(),
    ]
}

/// The cells of a survey; its tool writes instants in UTC, `2026-03-02T01:15:22Z`.
pub(super) fn survey(survey: &Survey, world: &World) -> Vec<String> {
    let utc = |at: Clock| {
        world
            .local(at - 8 * super::world::HOUR)
            .format("%Y-%m-%dT%H:%M:%SZ")
            .to_string()
    };
    vec![
        survey.survey_id.clone(),
        survey.contact_ref.clone(),
        utc(survey.sent),
        survey.answered.map_or(String::new(), utc),
        survey
            .score
            .map_or(String::new(), |score| score.to_string()),
        survey.comment.clone(),
        survey.feedback.to_owned(),
    ]
}

/// The cells of a checked item; its time is to the minute, `2026/3/2 9:15`.
pub(super) fn evaluation(evaluation: &Evaluation, world: &World) -> Vec<String> {
    let item = &world.words.item[evaluation.item];
    vec![
        evaluation.evaluation_id.clone(),
        item.name.clone(),
        world
            .local(evaluation.evaluated)
            .format("%Y/%-m/%-d %-H:%M")
            .to_string(),
        evaluation.contact_ref.clone(),
        agent_id(Some(evaluation.agent), world),
        evaluation.evaluator.clone(),
        world.words.rubric.clone(),
        yes_no(evaluation.passed).to_owned(),
        item.weight.to_string(),
        yes_no(Some(item.critical)).to_owned(),
    ]
}

fn stamp(at: Option<Clock>, world: &World) -> String {
    at.map_or(String::new(), |at| world.stamp(at))
}

fn agent_id(agent: Option<usize>, world: &World) -> String {
    agent
        .and_then(|agent| world.agents.get(agent))
        .map_or(String::new(), |agent| agent.id.clone())
}
