//! The shape of each exported table: its columns and its encoding.

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

/// Every table of the export.
pub(super) static ALL: [&Table; 9] = [
    &CALLS,
    &CHATS,
    &TICKETS,
    &EVENTS,
    &MESSAGES,
    &SURVEYS,
    &EVALUATIONS,
    &AGENTS,
    &PARCELS,
];
