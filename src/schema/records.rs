//! The record tables of chapter "The data": one row per exported row.

use super::codes::{
    CALL_OUTCOME, CHANNEL, CHAT_OUTCOME, DIRECTION, EMOTION, ENDED_BY, EVENT, FEEDBACK, PLATFORM,
    PRIORITY, RESPONSIBILITY, SENDER, STATUS, TICKET_KIND,
};
use super::{Column, Kind, Table};

const fn c(
    name: &'static str,
    kind: Kind,
    zh: &'static str,
    aliases: &'static [&'static str],
) -> Column {
    Column::new(name, kind, zh, aliases)
}

const UPDATED_AT: Column = c(
    "updated_at",
    Kind::Instant,
    "更新时间",
    &["修改时间", "最后更新时间"],
);
const WAYBILL: Column = c(
    "waybill",
    Kind::Id,
    "运单号",
    &["快递单号", "单号", "运单编号"],
);
const CUSTOMER: Column = c(
    "customer",
    Kind::Customer,
    "客户号码",
    &[
        "来电号码",
        "主叫",
        "主叫号码",
        "客户电话",
        "联系电话",
        "客户",
        "客户ID",
    ],
);
const AGENT: Column = c(
    "agent_id",
    Kind::Id,
    "坐席工号",
    &[
        "工号",
        "座席工号",
        "坐席",
        "座席",
        "客服",
        "客服工号",
        "agent",
    ],
);
const QUEUE: Column = c(
    "queue",
    Kind::Text,
    "技能组",
    &["队列", "分流组", "queue name"],
);
const PROBLEM: Column = c(
    "problem_type",
    Kind::Problem,
    "问题类型",
    &["问题分类", "业务类型", "topic"],
);
const RESOLVED: Column = c("resolved", Kind::Flag, "是否解决", &["一次解决"]);
const SCORE: Column = c(
    "score",
    Kind::Score,
    "满意度",
    &["评价", "满意度评分", "satisfaction rating"],
);
const TICKET_REF: Column = c("ticket_id", Kind::Id, "工单号", &["工单编号"]);
const CONTACT_REF: Column = c(
    "contact_ref",
    Kind::Id,
    "关联服务编号",
    &[
        "关联联系编号",
        "联系编号",
        "服务编号",
        "来源会话",
        "来源编号",
    ],
);

const CALLS: &[Column] = &[
    c(
        "call_id",
        Kind::Id,
        "通话编号",
        &["通话ID", "呼叫ID", "流水号", "通话流水号"],
    )
    .required()
    .key(),
    c("contact_id", Kind::Id, "联系编号", &["会话链编号"]),
    c(
        "started_at",
        Kind::Instant,
        "呼叫时间",
        &["来电时间", "呼入时间", "开始时间", "进线时间"],
    )
    .required(),
    c("queued_at", Kind::Instant, "排队时间", &["入队时间"]),
    c(
        "answered_at",
        Kind::Instant,
        "接听时间",
        &["应答时间", "接通时间"],
    ),
    c(
        "ended_at",
        Kind::Instant,
        "挂机时间",
        &["结束时间", "挂断时间"],
    ),
    c(
        "direction",
        Kind::Code(DIRECTION),
        "呼叫类型",
        &["呼叫方向"],
    ),
    c("line", Kind::Text, "热线", &["被叫号码", "接入号"]),
    QUEUE,
    CUSTOMER,
    WAYBILL,
    TICKET_REF,
    AGENT,
    c(
        "outcome",
        Kind::Code(CALL_OUTCOME),
        "通话状态",
        &["接听状态", "呼叫结果"],
    ),
    c("ivr_s", Kind::Duration, "IVR时长", &[]),
    c("wait_s", Kind::Duration, "排队时长", &["等待时长"]),
    c("talk_s", Kind::Duration, "通话时长", &[]),
    c("hold_s", Kind::Duration, "保持时长", &[]),
    c(
        "acw_s",
        Kind::Duration,
        "话后处理时长",
        &["整理时长", "事后处理时间"],
    ),
    c("transferred", Kind::Flag, "是否转接", &["转接"]),
    c("transferred_in", Kind::Flag, "是否转入", &["转入"]),
    c("ended_by", Kind::Code(ENDED_BY), "挂机方", &[]),
    PROBLEM,
    RESOLVED,
    SCORE,
    UPDATED_AT,
];

const CHATS: &[Column] = &[
    c("chat_id", Kind::Id, "会话编号", &["会话ID"])
        .required()
        .key(),
    c(
        "started_at",
        Kind::Instant,
        "开始时间",
        &["会话开始时间", "进线时间"],
    )
    .required(),
    c(
        "human_requested_at",
        Kind::Instant,
        "转人工时间",
        &["请求人工时间"],
    ),
    c(
        "first_reply_at",
        Kind::Instant,
        "首次回复时间",
        &["首次响应时间", "首响时间"],
    ),
    c("ended_at", Kind::Instant, "结束时间", &["会话结束时间"]),
    c("platform", Kind::Code(PLATFORM), "平台", &["渠道", "来源"]),
    QUEUE,
    CUSTOMER,
    WAYBILL,
    TICKET_REF,
    AGENT,
    c(
        "outcome",
        Kind::Code(CHAT_OUTCOME),
        "会话状态",
        &["接待状态"],
    ),
    c(
        "customer_messages",
        Kind::Integer,
        "客户消息数",
        &["访客消息数"],
    ),
    c(
        "agent_messages",
        Kind::Integer,
        "客服消息数",
        &["坐席消息数"],
    ),
    c(
        "replies",
        Kind::Integer,
        "响应次数",
        &["回复次数", "应答轮次"],
    ),
    c("reply_s", Kind::Duration, "平均响应时长", &[]),
    PROBLEM,
    RESOLVED,
    SCORE,
    UPDATED_AT,
];

const TICKETS: &[Column] = &[
    c("ticket_id", Kind::Id, "工单号", &["工单编号"])
        .required()
        .key(),
    c(
        "created_at",
        Kind::Instant,
        "创建时间",
        &["建单时间", "受理时间"],
    )
    .required(),
    UPDATED_AT,
    c("channel", Kind::Code(CHANNEL), "渠道", &["来源"]),
    c("kind", Kind::Code(TICKET_KIND), "工单类型", &["类别"]),
    PROBLEM,
    c("priority", Kind::Code(PRIORITY), "优先级", &[]),
    c("status", Kind::Code(STATUS), "工单状态", &["状态"]),
    CUSTOMER,
    WAYBILL,
    CONTACT_REF,
    AGENT,
    c("department", Kind::Text, "处理部门", &["部门"]),
    c("outlet", Kind::Text, "网点", &["站点", "派送网点"]),
    c("courier", Kind::Text, "快递员", &["派送员"]),
    c("region", Kind::Text, "区域", &["地区", "大区"]),
    c(
        "emotion",
        Kind::Code(EMOTION),
        "客户情绪",
        &["情绪", "情绪等级"],
    ),
    c(
        "responsibility",
        Kind::Code(RESPONSIBILITY),
        "责任方",
        &["责任", "责任归属"],
    ),
    c("demand", Kind::Text, "客户诉求", &["诉求"]),
    c("remedy", Kind::Text, "处理方案", &["补救措施"]),
    c("compensation", Kind::Number, "赔付金额", &["理赔金额"]),
    c(
        "first_reply_at",
        Kind::Instant,
        "首次回复时间",
        &["首次响应时间"],
    ),
    c("resolved_at", Kind::Instant, "解决时间", &["完成时间"]),
    c("closed_at", Kind::Instant, "关闭时间", &[]),
    c("description", Kind::FreeText, "问题描述", &["描述", "内容"]),
    c("resolution", Kind::FreeText, "处理结果", &["解决方案"]),
];

const TICKET_EVENTS: &[Column] = &[
    c("event_id", Kind::Id, "事件编号", &[]).key(),
    c("ticket_id", Kind::Id, "工单号", &["工单编号"]).required(),
    c("event_at", Kind::Instant, "事件时间", &["操作时间"]).required(),
    c("event", Kind::Code(EVENT), "事件", &["操作", "操作类型"]).required(),
    c("from_status", Kind::Code(STATUS), "原状态", &["变更前状态"]),
    c("to_status", Kind::Code(STATUS), "新状态", &["变更后状态"]),
    c(
        "to_priority",
        Kind::Code(PRIORITY),
        "新优先级",
        &["变更后优先级"],
    ),
    c(
        "to_kind",
        Kind::Code(TICKET_KIND),
        "新类型",
        &["变更后类型"],
    ),
    c("actor", Kind::Id, "操作人", &[]),
    c("department", Kind::Text, "处理部门", &["部门"]),
];

const MESSAGES: &[Column] = &[
    c("message_id", Kind::Id, "消息编号", &["消息ID"]).key(),
    c(
        "contact_ref",
        Kind::Id,
        "会话编号",
        &["会话ID", "关联服务编号"],
    )
    .required(),
    c("sent_at", Kind::Instant, "发送时间", &["消息时间"]).required(),
    c("sender", Kind::Code(SENDER), "发送方", &["发送者", "角色"]).required(),
    c("text", Kind::FreeText, "消息内容", &["内容"]),
];

const SURVEYS: &[Column] = &[
    c("survey_id", Kind::Id, "问卷编号", &["评价编号"]).key(),
    CONTACT_REF.required(),
    c("sent_at", Kind::Instant, "邀评时间", &["发送时间"]),
    c(
        "answered_at",
        Kind::Instant,
        "参评时间",
        &["评价时间", "回收时间"],
    ),
    SCORE,
    c("comment", Kind::FreeText, "评价内容", &["客户留言", "备注"]),
    c("feedback", Kind::Code(FEEDBACK), "反馈类型", &[]),
];

const EVALUATIONS: &[Column] = &[
    c("evaluation_id", Kind::Id, "质检编号", &["质检单号"])
        .required()
        .key(),
    c(
        "item",
        Kind::Text,
        "检查项",
        &["质检项", "评分项", "考核项"],
    )
    .required()
    .key(),
    c("evaluated_at", Kind::Instant, "质检时间", &[]).required(),
    CONTACT_REF,
    AGENT.required(),
    c("evaluator", Kind::Id, "质检员", &["质检人"]),
    c("rubric", Kind::Text, "评分标准", &["质检标准", "评分表"]),
    c("passed", Kind::Flag, "是否通过", &["是否合格", "通过"]),
    c("weight", Kind::Number, "权重", &["分值"]),
    c(
        "critical",
        Kind::Flag,
        "是否致命项",
        &["是否关键项", "关键项", "致命项", "红线"],
    ),
];

const AGENTS: &[Column] = &[
    c(
        "agent_id",
        Kind::Id,
        "工号",
        &["坐席工号", "座席工号", "客服工号"],
    )
    .required()
    .key(),
    c("name", Kind::Text, "姓名", &["坐席姓名"]),
    c("team", Kind::Text, "班组", &["团队", "小组"]),
    c("site", Kind::Text, "职场", &["地点"]),
    c("hired_on", Kind::Date, "入职日期", &["入职时间"]),
];

const PARCELS: &[Column] = &[
    c("date", Kind::Date, "日期", &[]).required().key(),
    c("outlet", Kind::Text, "网点", &["站点"]).required().key(),
    c("parcels", Kind::Integer, "件量", &["包裹量", "派件量"]).required(),
];

const fn table(
    name: &'static str,
    zh: &'static str,
    time: &'static [&'static str],
    columns: &'static [Column],
) -> Table {
    Table {
        name,
        zh,
        time,
        columns,
        hashed_key: !columns[0].required,
    }
}

/// Every record table, in the order the summary lists them.
pub const TABLES: &[Table] = &[
    table("calls", "通话", &["started_at"], CALLS),
    table("chats", "在线会话", &["started_at"], CHATS),
    table("tickets", "工单", &["created_at"], TICKETS),
    table("ticket_events", "工单流转", &["event_at"], TICKET_EVENTS),
    table("messages", "聊天消息", &["sent_at"], MESSAGES),
    table(
        "surveys",
        "满意度调查",
        &["sent_at", "answered_at"],
        SURVEYS,
    ),
    table("evaluations", "质检明细", &["evaluated_at"], EVALUATIONS),
    table("agents", "坐席", &[], AGENTS),
    table("parcels", "件量", &["date"], PARCELS),
];
