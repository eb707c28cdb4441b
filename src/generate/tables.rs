//! The shape of each exported table: its columns, its encoding, its cells.

use super::Clock;
use super::labels::{yes_no, zh};
use super::records::{Call, Chat, Evaluation, Event, Message, Standing, Survey, Ticket};
use super::world::World;

/// How the bytes of a file are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// GB18030 with CRLF, as the telephone exchange writes.
    Gb18030,
    /// UTF-8 with a byte-order mark, as the ticket desk writes.
    Utf8Bom,
    /// Plain UTF-8.
    Utf8,
}

/// A table: pairs of canonical column and the header written for it.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) style: Style,
    pub(super) columns: &'static [(&'static str, &'static str)],
    /// One file per week as well as per day.
    pub(super) weekly: bool,
}

impl Table {
    /// The place of a canonical column.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|(name, _)| *name == column)
    }
}

macro_rules! same {
    ($($name:literal),+ $(,)?) => { &[$(($name, $name)),+] };
}

pub(super) static CALLS: Table = Table {
    name: "calls",
    style: Style::Gb18030,
    weekly: true,
    columns: &[
        ("call_id", "通话编号"),
        ("contact_id", "联系编号"),
        ("started_at", "呼叫时间"),
        ("queued_at", "入队时间"),
        ("answered_at", "接听时间"),
        ("ended_at", "挂机时间"),
        ("direction", "呼叫类型"),
        ("line", "热线"),
        ("queue", "技能组"),
        ("customer", "来电号码"),
        ("waybill", "运单号"),
        ("agent_id", "工号"),
        ("outcome", "通话状态"),
        ("ivr_s", "IVR时长"),
        ("wait_s", "排队时长"),
        ("talk_s", "通话时长"),
        ("hold_s", "保持时长"),
        ("acw_s", "话后处理时长"),
        ("transferred", "是否转接"),
        ("transferred_in", "是否转入"),
        ("ended_by", "挂机方"),
        ("problem_type", "问题类型"),
        ("resolved", "是否解决"),
        ("score", "满意度"),
    ],
};

pub(super) static CHATS: Table = Table {
    name: "chats",
    style: Style::Utf8,
    weekly: true,
    columns: same![
        "chat_id",
        "started_at",
        "human_requested_at",
        "first_reply_at",
        "ended_at",
        "platform",
        "queue",
        "customer",
        "waybill",
        "agent_id",
        "outcome",
        "customer_messages",
        "agent_messages",
        "replies",
        "reply_s",
        "problem_type",
        "resolved",
        "score",
    ],
};

pub(super) static TICKETS: Table = Table {
    name: "tickets",
    style: Style::Utf8Bom,
    weekly: true,
    columns: &[
        ("ticket_id", "工单号"),
        ("created_at", "创建时间"),
        ("updated_at", "更新时间"),
        ("channel", "来源"),
        ("kind", "工单类型"),
        ("problem_type", "问题类型"),
        ("priority", "优先级"),
        ("status", "工单状态"),
        ("customer", "联系电话"),
        ("waybill", "运单号"),
        ("contact_ref", "关联联系编号"),
        ("agent_id", "坐席工号"),
        ("department", "处理部门"),
        ("outlet", "网点"),
        ("courier", "快递员"),
        ("region", "区域"),
        ("emotion", "客户情绪"),
        ("responsibility", "责任方"),
        ("demand", "客户诉求"),
        ("remedy", "补救措施"),
        ("compensation", "赔付金额"),
        ("first_reply_at", "首次回复时间"),
        ("resolved_at", "解决时间"),
        ("closed_at", "关闭时间"),
        ("description", "问题描述"),
        ("resolution", "处理结果"),
    ],
};

pub(super) static EVENTS: Table = Table {
    name: "ticket_events",
    style: Style::Utf8,
    weekly: true,
    columns: same![
        "ticket_id",
        "event_at",
        "event",
        "from_status",
        "to_status",
        "actor",
        "department"
    ],
};

pub(super) static MESSAGES: Table = Table {
    name: "messages",
    style: Style::Utf8,
    weekly: false,
    columns: same!["contact_ref", "sent_at", "sender", "text"],
};

pub(super) static SURVEYS: Table = Table {
    name: "surveys",
    style: Style::Utf8,
    weekly: false,
    columns: same![
        "survey_id",
        "contact_ref",
        "sent_at",
        "answered_at",
        "score",
        "comment",
        "feedback"
    ],
};

pub(super) static EVALUATIONS: Table = Table {
    name: "evaluations",
    style: Style::Utf8Bom,
    weekly: false,
    columns: &[
        ("evaluation_id", "质检编号"),
        ("item", "质检项"),
        ("evaluated_at", "质检时间"),
        ("contact_ref", "联系编号"),
        ("agent_id", "坐席工号"),
        ("evaluator", "质检员"),
        ("rubric", "评分标准"),
        ("passed", "是否通过"),
        ("weight", "权重"),
        ("critical", "是否关键项"),
    ],
};

pub(super) static AGENTS: Table = Table {
    name: "agents",
    style: Style::Utf8,
    weekly: false,
    columns: &[
        ("agent_id", "工号"),
        ("name", "姓名"),
        ("team", "班组"),
        ("site", "职场"),
        ("hired_on", "入职日期"),
    ],
};

pub(super) static PARCELS: Table = Table {
    name: "parcels",
    style: Style::Utf8,
    weekly: false,
    columns: same!["date", "outlet", "parcels"],
};

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
