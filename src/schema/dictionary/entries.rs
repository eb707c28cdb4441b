//! The entries, table by table in the order in which a reader meets them.

use super::super::privacy::Class;
use super::{About, Entry, Null};

/// A value stands in every row.
const NEVER: Null = Null {
    zh: "不会为空",
    en: "never",
};
/// The export has no such column, or no value in this row.
const NOT_EXPORTED: Null = Null {
    zh: "导出中没有，或该行未填",
    en: "not exported, or empty in this row",
};
/// It has not happened.
const NOT_YET: Null = Null {
    zh: "尚未发生",
    en: "it has not happened",
};
/// The row is about everything.
const WHOLE: Null = Null {
    zh: "该行为整体，不分成员或列",
    en: "the row is about the whole",
};
/// There is too little to judge by.
const TOO_FEW: Null = Null {
    zh: "资料不足，无法判断",
    en: "too little to judge by",
};
/// There is no such thing here.
const NOT_APPLICABLE: Null = Null {
    zh: "不适用，或分母为零",
    en: "does not apply, or the denominator is zero",
};

macro_rules! entries {
    ($($table:literal $name:literal { $zh:literal, $en:literal, $unit:literal, $null:ident, $formula:literal, $example:literal $(, $class:ident)? })+) => {
        /// Every entry.
        pub(super) const ENTRIES: &[Entry] = &[$(Entry {
            table: $table,
            name: $name,
            zh: $zh,
            en: $en,
            unit: $unit,
            null: $null,
            formula: $formula,
            example: $example,
            privacy: entries!(@class $($class)?),
        }),+];
    };
    (@class) => { None };
    (@class $class:ident) => { Some(Class::$class) };
}

entries! {
    "" "call_id" { "通话编号", "Call", "id", NEVER, "", "20260329-0817" }
    "" "contact_id" { "联系编号：同一来电的各段共用", "Contact: segments of one call share it", "id", NOT_EXPORTED, "", "C-88213" }
    "" "started_at" { "开始时间", "Beginning", "instant, UTC", NOT_EXPORTED, "", "2026-03-29T01:04:05Z" }
    "" "answered_at" { "接听时间；问卷为答复时间", "When it was answered", "instant, UTC", NOT_YET, "", "2026-03-29T01:04:25Z" }
    "" "ended_at" { "结束时间", "End", "instant, UTC", NOT_EXPORTED, "", "2026-03-29T01:09:12Z" }
    "" "direction" { "呼叫方向", "Direction of the call", "code: inbound, outbound, internal", NOT_EXPORTED, "", "inbound" }
    "" "line" { "接入号码", "Number that was called", "id", NOT_EXPORTED, "", "95554" }
    "" "queue" { "技能组", "Queue", "text", NOT_EXPORTED, "", "查询" }
    "" "customer" { "客户假名（带密钥的散列）", "Pseudonym of the customer (keyed hash)", "pseudonym", NOT_EXPORTED, "HMAC of the number with the store's key", "k7Qd…9fA", Customer }
    "" "waybill" { "运单号", "Waybill", "id", NOT_EXPORTED, "", "YT8812345678901", Waybill }
    "" "ticket_id" { "工单编号", "Ticket", "id", NOT_EXPORTED, "", "T-20260329-041" }
    "" "agent_id" { "坐席工号", "Agent", "id", NOT_EXPORTED, "", "A1007" }
    "" "outcome" { "结果", "Outcome", "code", NOT_EXPORTED, "", "answered" }
    "" "ivr_s" { "语音导航时长", "Time in the voice menu", "s", NOT_EXPORTED, "", "12" }
    "" "wait_s" { "等待时长", "Wait", "s", NOT_EXPORTED, "answered_at (else ended_at) - queued_at, where not exported", "20" }
    "" "talk_s" { "通话时长", "Talk", "s", NOT_EXPORTED, "", "241" }
    "" "hold_s" { "保持时长", "Hold", "s", NOT_EXPORTED, "", "15" }
    "" "acw_s" { "话后处理时长", "After-call work", "s", NOT_EXPORTED, "", "38" }
    "" "transferred" { "是否转出", "Transferred on", "yes/no", NOT_EXPORTED, "", "false" }
    "" "transferred_in" { "是否由他人转入", "Transferred in from another agent", "yes/no", NOT_EXPORTED, "as exported, or the segment follows another of its contact", "false" }
    "" "ended_by" { "挂机方", "Who ended it", "code: customer, agent, system", NOT_EXPORTED, "", "customer" }
    "" "problem_type" { "问题类型（类别/类型）", "Problem type (category/type)", "code of the taxonomy", NOT_EXPORTED, "", "exception/damaged" }
    "" "problem_source" { "问题类型的来源", "Where the problem type is from", "code: given, keyword, none", NEVER, "", "given" }
    "" "resolved" { "是否当场解决", "Resolved as the agent or customer says", "yes/no", NOT_EXPORTED, "", "true" }
    "" "score" { "满意度", "Satisfaction score", "1-5", NOT_EXPORTED, "", "5" }
    "" "date" { "当地日期", "Local date", "date", NEVER, "local date of the row's time in the centre's zone", "2026-03-29" }
    "" "hour" { "当地小时", "Local hour", "0-23", NEVER, "hour of the row's local time", "9" }
    "" "weekday" { "星期（1 为周一）", "Weekday, 1 is Monday", "1-7", NEVER, "ISO weekday of date", "7" }
    "" "fold" { "夏令时重复小时中的第二次", "Second showing of an hour doubled by summer time", "yes/no", NEVER, "true in the second of two equal local hours", "false" }
    "" "category" { "问题类别", "Problem category", "code of the taxonomy", NOT_EXPORTED, "problem_type before the slash", "exception" }
    "" "team" { "班组", "Team", "text", NOT_EXPORTED, "team of the agent on the day", "A组" }
    "" "site" { "职场", "Site", "text", NOT_EXPORTED, "site of the agent", "杭州" }
    "" "first_segment" { "是否该联系的第一段", "First segment of its contact", "yes/no", NEVER, "NOT transferred_in", "true" }
    "" "offered" { "是否计入呼入量", "Counts as offered", "yes/no", NEVER, "first_segment AND outcome <> 'ivr'; of a chat outcome <> 'bot'", "true" }
    "" "short_abandon" { "是否短时放弃", "Abandoned within the short time", "yes/no", NEVER, "outcome = 'abandoned' AND wait_s < centre.short_abandon_s", "false" }
    "" "answered" { "是否接通（问卷为是否答复）", "Answered", "yes/no", NEVER, "outcome = 'answered'; of a survey an answer came", "true" }
    "" "handle_s" { "处理时长", "Handling time", "s", NOT_EXPORTED, "talk_s + hold_s + acw_s; of a chat ended_at - first_reply_at; of a contact the sum of its segments", "294" }
    "" "peak" { "是否高峰时段", "In a peak hour", "yes/no", NEVER, "hour is one of centre.peak_hours", "true" }
    "" "chat_id" { "会话编号", "Chat", "id", NEVER, "", "K-55102" }
    "" "first_reply_at" { "首次回复时间", "First reply", "instant, UTC", NOT_YET, "", "2026-03-29T01:04:33Z" }
    "" "platform" { "平台", "Platform", "code", NOT_EXPORTED, "", "douyin" }
    "" "customer_messages" { "客户消息数", "Messages of the customer", "count", NOT_EXPORTED, "", "7" }
    "" "agent_messages" { "坐席消息数", "Messages of the agent", "count", NOT_EXPORTED, "", "9" }
    "" "replies" { "回复次数", "Replies", "count", NOT_EXPORTED, "changes from customer to agent; of a ticket its replies", "6" }
    "" "reply_s" { "平均回复时长", "Mean time to a reply", "s", NOT_EXPORTED, "mean of the waits before each reply", "21.5" }
    "" "served" { "是否已服务", "Served by an agent", "yes/no", NEVER, "outcome = 'served'", "true" }
    "" "frt_s" { "首次响应时长", "Time to the first reply", "s", NOT_YET, "first_reply_at - the later of started_at and the request for a human", "28" }
    "" "covered_s" { "占用坐席的时长", "Its share of the agent's time", "s", NOT_EXPORTED, "each moment divided by the chats open with the agent", "133" }
    "" "contact_ref" { "服务编号", "Contact it belongs to", "id", NOT_EXPORTED, "", "20260329-0817" }
    "" "channel" { "渠道", "Channel", "code", NOT_EXPORTED, "", "phone" }
    "" "outlet" { "网点", "Outlet", "text", NOT_EXPORTED, "", "杭州滨江网点" }
    "" "response_s" { "响应时长", "Time to a response", "s", NOT_YET, "wait of a call, frt_s of a chat, first_reply_s of a ticket", "31" }
    "" "score_source" { "满意度来源", "Where the score is from", "code", NOT_APPLICABLE, "the contact's own score before that of the last survey about it", "survey" }
    "" "evaluated" { "是否被质检", "Has an evaluation", "yes/no", NEVER, "an evaluation names the contact", "false" }
    "" "issue_key" { "同一问题的标识", "What makes two contacts the same issue", "id", NOT_APPLICABLE, "waybill, else customer and category", "YT8812345678901", Customer }
    "" "previous_at" { "同一问题的上次服务时间", "Contact before about the issue", "instant, UTC", NOT_APPLICABLE, "end of the contact before it with the same issue_key", "2026-03-27T08:00:00Z" }
    "" "next_at" { "同一问题的下次服务时间", "Next contact about the issue", "instant, UTC", NOT_APPLICABLE, "start of the next contact with the same issue_key", "2026-03-30T02:10:00Z" }
    "" "first_contact" { "是否首次服务", "First contact of its issue", "yes/no", NEVER, "no contact of the issue within the window before", "true" }
    "" "repeated" { "观察期内是否再次来访", "Repeated within the window", "yes/no", NEVER, "next_at within centre.fcr_window", "false" }
    "" "mature" { "观察期是否已满", "Its window has passed", "yes/no", NEVER, "ended_at + centre.fcr_window <= cut-off", "true" }
    "" "created_at" { "创建时间", "Creation", "instant, UTC", NEVER, "", "2026-03-29T01:10:00Z" }
    "" "updated_at" { "更新时间", "Last change", "instant, UTC", NOT_EXPORTED, "", "2026-03-29T06:30:00Z" }
    "" "kind" { "工单类型", "Kind of ticket", "code", NOT_EXPORTED, "", "complaint" }
    "" "priority" { "优先级", "Priority", "code", NOT_EXPORTED, "", "urgent" }
    "" "status" { "工单状态", "Status of the ticket", "code", NOT_EXPORTED, "", "resolved" }
    "" "department" { "责任部门", "Department", "text", NOT_EXPORTED, "", "运营部" }
    "" "courier" { "快递员", "Courier", "id", NOT_EXPORTED, "", "K0423", Courier }
    "" "region" { "大区", "Region", "text", NOT_EXPORTED, "", "华东" }
    "" "emotion" { "客户情绪", "Mood of the customer", "code", NOT_EXPORTED, "", "angry" }
    "" "responsibility" { "责任方", "Who is at fault", "code", NOT_EXPORTED, "", "company" }
    "" "compensation" { "赔付金额", "Compensation", "CNY", NOT_EXPORTED, "", "35" }
    "" "resolved_at" { "解决时间", "When it was resolved", "instant, UTC", NOT_YET, "", "2026-03-30T03:00:00Z" }
    "" "closed_at" { "关闭时间", "When it was closed", "instant, UTC", NOT_YET, "", "2026-03-30T09:00:00Z" }
    "" "transfers" { "流转次数", "Transfers", "count", NOT_EXPORTED, "events of kind transferred", "1" }
    "" "reopens" { "重开次数", "Reopenings", "count", NOT_EXPORTED, "events of kind reopened", "0" }
    "" "first_reply_s" { "首次回复时长", "Time to the first reply", "s", NOT_YET, "first_reply_at - created_at", "1640" }
    "" "resolution_s" { "解决时长", "Time to the resolution", "s", NOT_YET, "resolved_at - created_at", "93000" }
    "" "resolution_business_s" { "工作时间内的解决时长", "Time to the resolution in working hours", "s", NOT_YET, "resolution_s within tickets.calendar", "34200" }
    "" "one_touch" { "是否一次办结", "Resolved with one reply", "yes/no", NEVER, "resolved_at is known AND replies = 1 AND transfers = 0 AND reopens = 0", "true" }
    "" "open" { "是否未结", "Open at the cut-off", "yes/no", NEVER, "created by the cut-off, and neither resolved nor closed by then", "false" }
    "" "age_s" { "未结工单的账龄", "Age of an open ticket", "s", NOT_APPLICABLE, "cut-off - created_at while open", "172800" }
    "" "repeat_complaint" { "是否重复投诉", "Complaint about an issue complained of before", "yes/no", NOT_APPLICABLE, "a complaint with the same issue_key within centre.repeat_complaint_window before", "false" }
    "" "complete_record" { "记录是否完整", "Every field that a record needs is filled", "yes/no", NEVER, "every column of tickets.mandatory is filled; a recognised problem type does not count", "true" }
    "" "demand" { "客户诉求", "What the customer asks for", "text", NOT_EXPORTED, "", "重新派送", FreeText }
    "" "remedy" { "处理方案", "What was done", "text", NOT_EXPORTED, "", "已补派", FreeText }
    "" "outlet_reply_s" { "网点回复时长", "Time of the outlet to reply", "s", NOT_YET, "first reply of the outlet - sent to the outlet", "5400" }
    "" "redelivery_s" { "到再次派送的时长", "Time to the redelivery", "s", NOT_YET, "first redelivery - created_at", "40200" }
    "" "redelivery_due" { "再次派送的 24 小时是否已过", "The 24 h of the redelivery are over", "yes/no", NEVER, "created_at + 24 h <= cut-off", "true" }
    "" "payout_s" { "到赔付的时长", "Time to the payout", "s", NOT_YET, "payout - first resolution, 0 when paid before", "3600" }
    "" "payout_due" { "赔付的 24 小时是否已过", "The 24 h of the payout are over", "yes/no", NEVER, "first resolution + 24 h <= cut-off", "true" }
    "state_visits" "ticket_id" { "工单编号", "Ticket", "id", NEVER, "", "T-20260329-041" }
    "" "state" { "状态", "State", "code", NEVER, "", "processing" }
    "" "entered_at" { "进入时间", "When the state was entered", "instant, UTC", NEVER, "", "2026-03-29T01:10:00Z" }
    "" "left_at" { "离开时间", "When it was left", "instant, UTC", NOT_YET, "", "2026-03-29T05:00:00Z" }
    "" "dwell_s" { "停留时长", "Time in the state", "s", NOT_APPLICABLE, "left_at (else cut-off) - entered_at within calendar", "9000" }
    "" "limit_s" { "时限", "Limit", "s", NOT_APPLICABLE, "of the promise or of state_limit", "14400" }
    "" "calendar" { "计时日历", "Calendar the time is counted in", "text", NOT_APPLICABLE, "", "business" }
    "" "due_at" { "到期时间", "When it is due", "instant, UTC", NOT_APPLICABLE, "start + limit_s within calendar, pauses left out", "2026-03-29T07:00:00Z" }
    "" "within" { "是否在时限内", "Left within its limit", "yes/no", NOT_APPLICABLE, "dwell_s <= limit_s", "true" }
    "" "due" { "是否已到期", "Judged: stopped, or past its limit", "yes/no", NEVER, "stopped or due_at <= cut-off", "true" }
    "" "from_history" { "是否由流转记录得出", "Told from the ticket's history", "yes/no", NEVER, "false where only the last state is known", "true" }
    "state_visits" "open" { "是否仍停留", "Still in the state at the cut-off", "yes/no", NEVER, "left_at is null", "false" }
    "sla_clocks" "ticket_id" { "工单编号", "Ticket the promise is about", "id", NOT_APPLICABLE, "", "T-20260329-041" }
    "sla_clocks" "chat_id" { "会话编号", "Chat the promise is about", "id", NOT_APPLICABLE, "", "K-55102" }
    "" "promise" { "承诺编号", "Promise", "id", NEVER, "", "first_reply" }
    "" "subject" { "承诺对象", "What the promise is about", "code: ticket, chat", NEVER, "", "ticket" }
    "" "stopped_at" { "停表时间", "When the clock stopped", "instant, UTC", NOT_YET, "", "2026-03-29T02:00:00Z" }
    "" "stopped_by" { "停表事件", "What stopped it", "code", NOT_YET, "", "reply" }
    "" "warn_at" { "预警时间", "When it is about to be late", "instant, UTC", NOT_APPLICABLE, "share of limit_s set by the promise", "2026-03-29T06:00:00Z" }
    "" "elapsed_s" { "已用时长", "Time that counted", "s", NEVER, "time within calendar, pauses left out", "3000" }
    "" "paused_s" { "暂停时长", "Time paused", "s", NEVER, "time in pausing states within calendar", "600" }
    "sla_clocks" "outcome" { "计时结果", "How the clock ended", "code: met, breached, running", NEVER, "", "met" }
    "" "warned" { "是否已预警", "Past its warning", "yes/no", NEVER, "warn_at <= stop or cut-off", "false" }
    "" "paused" { "是否正在暂停", "Paused at the cut-off", "yes/no", NEVER, "in a pausing state at the cut-off", "false" }
    "" "evaluation_id" { "质检编号", "Evaluation", "id", NEVER, "", "Q-1203" }
    "" "item" { "质检项目", "Item of the rubric", "text", NEVER, "", "开场白" }
    "" "evaluated_at" { "质检时间", "When it was evaluated", "instant, UTC", NOT_EXPORTED, "", "2026-03-29T08:00:00Z" }
    "" "evaluator" { "质检员", "Who evaluated", "id", NOT_EXPORTED, "", "QA03", Staff }
    "" "rubric" { "评分表", "Rubric", "text", NOT_EXPORTED, "", "热线评分表" }
    "" "passed" { "该项是否合格", "The item passed", "yes/no", NOT_EXPORTED, "", "true" }
    "" "weight" { "该项权重", "Weight of the item", "number", NOT_EXPORTED, "", "5" }
    "" "critical" { "是否致命项", "The item is critical", "yes/no", NOT_EXPORTED, "", "false" }
    "" "first_item" { "是否该质检的首行", "First row of its evaluation", "yes/no", NEVER, "one row for each evaluation_id, for counting", "true" }
    "" "critical_failed" { "该质检是否有致命项不合格", "A critical item of the evaluation failed", "yes/no", NEVER, "any critical item not passed", "false" }
    "" "survey_id" { "问卷编号", "Survey", "id", NEVER, "", "S-90011" }
    "" "sent_at" { "发送时间", "When it was sent", "instant, UTC", NOT_EXPORTED, "", "2026-03-29T02:00:00Z" }
    "" "feedback" { "评价倾向", "Which way it points", "code", NOT_EXPORTED, "", "positive" }
    "" "parcels" { "业务量", "Parcels handled", "count", NOT_EXPORTED, "", "5230" }
    "" "kpi" { "指标编号", "KPI", "id of the catalogue", NEVER, "", "answer_rate" }
    "" "grain" { "时间粒度", "Grain", "code: all, day, week, month", NEVER, "", "day" }
    "" "period" { "时间段", "Period", "date, week or month", NEVER, "", "2026-03-29" }
    "" "dimension" { "维度", "Dimension", "column of the fact table", WHOLE, "", "queue" }
    "" "member" { "维度成员", "Member of the dimension", "text", WHOLE, "", "查询" }
    "" "numerator" { "分子", "What was added up", "unit of the KPI's parts", NOT_APPLICABLE, "", "3536" }
    "" "denominator" { "分母", "What it was divided by", "unit of the KPI's parts", NOT_APPLICABLE, "", "4210" }
    "" "n" { "样本量（行数）", "Rows behind the figure", "count", NEVER, "", "4210" }
    "" "value" { "指标值", "The figure", "unit of the KPI", NOT_APPLICABLE, "numerator / denominator, or as kefu explain says", "0.8399" }
    "" "ci_low" { "95 % 区间下界", "Lower end of the 95 % interval", "unit of the value", NOT_APPLICABLE, "Wilson, Student, Byar or bootstrap by kind of KPI", "0.8285" }
    "problem" "emerging" { "是否新出现上升", "Rising on the day reported on", "yes/no", NOT_APPLICABLE, "where it was looked for: at outlets", "true" }
    "problem" "emerging_span" { "比较的时段", "Stretch that was tested", "text", NOT_APPLICABLE, "the day, or the last seven days", "7 days" }
    "problem" "emerging_count" { "该时段件数", "Cases in the stretch", "count", NOT_APPLICABLE, "", "14" }
    "problem" "emerging_expected" { "预期件数", "Cases to expect", "count", NOT_APPLICABLE, "from the same weekdays before", "3.1" }
    "problem" "emerging_p" { "精确检验 p 值", "Exact Poisson probability", "0 to 1", NOT_APPLICABLE, "of as many cases or more", "0.0002" }
    "problem" "emerging_q" { "错误发现率 q 值", "False discovery rate", "0 to 1", NOT_APPLICABLE, "Benjamini-Hochberg over all series tested", "0.023" }
    "problem" "emerging_since" { "时段首日", "First day of the stretch", "date", NOT_APPLICABLE, "", "2026-03-23" }
    "kpi" "limit_low" { "控制下限", "Lower control limit", "unit of the value", NOT_APPLICABLE, "of the figure without its weekday's usual effect; days of the whole centre", "0.8021" }
    "kpi" "limit_high" { "控制上限", "Upper control limit", "unit of the value", NOT_APPLICABLE, "see limit_low", "0.9034" }
    "kpi" "signal" { "特殊原因信号", "Rule the day breaks", "code: outside, trend, two_of_three, shift", NOT_APPLICABLE, "", "outside" }
    "" "ci_high" { "95 % 区间上界", "Upper end of the 95 % interval", "unit of the value", NOT_APPLICABLE, "see ci_low", "0.8507" }
    "" "target" { "目标", "Target", "unit of the KPI", NOT_APPLICABLE, "", "0.9" }
    "kpi" "status" { "达标情况", "Verdict on the target", "code: met, missed, none", NEVER, "value against target", "missed" }
    "" "before_from" { "前期首日", "First day before", "date", NEVER, "", "2026-03-16" }
    "" "before_to" { "前期末日", "Last day before", "date", NEVER, "", "2026-03-22" }
    "" "after_from" { "后期首日", "First day after", "date", NEVER, "", "2026-03-23" }
    "" "after_to" { "后期末日", "Last day after", "date", NEVER, "", "2026-03-29" }
    "" "dimension_rank" { "维度的解释力名次", "Rank of the dimension by what it explains", "rank", WHOLE, "", "1" }
    "decomposition" "kind" { "行的种类", "What the row is", "code: whole, both, new, vanished, other", NEVER, "", "both" }
    "" "members" { "合并的成员数", "Members in the row", "count", NEVER, "1 but for folded rows", "1" }
    "" "n_before" { "前期样本量", "Rows before", "count", NEVER, "", "1533" }
    "" "n_after" { "后期样本量", "Rows after", "count", NEVER, "", "1580" }
    "" "value_before" { "前期数值", "Figure before", "unit of the KPI", NOT_APPLICABLE, "", "0.91" }
    "" "value_after" { "后期数值", "Figure after", "unit of the KPI", NOT_APPLICABLE, "", "0.84" }
    "" "share_before" { "前期占比", "Share before", "0-1", NOT_APPLICABLE, "n of the member / n", "0.33" }
    "" "share_after" { "后期占比", "Share after", "0-1", NOT_APPLICABLE, "n of the member / n", "0.35" }
    "" "rate_effect" { "自身变化的贡献", "Part from its own figure", "unit of the KPI", WHOLE, "mean share x change of the value (Kitagawa)", "-0.021" }
    "" "mix_effect" { "构成变化的贡献", "Part from its share", "unit of the KPI", WHOLE, "mean (value - overall) x change of the share (Kitagawa)", "-0.004" }
    "" "effect" { "总贡献", "Whole part", "unit of the KPI", NEVER, "rate_effect + mix_effect; adds up to the change", "-0.025" }
    "" "explains" { "解释的比例", "Share of the change it explains", "0-1", NOT_APPLICABLE, "effect / change of the whole", "0.36" }
    "" "per_day" { "是否按日均比较", "Compared per day", "yes/no", NEVER, "true for counts over periods of other lengths", "false" }
    "coaching" "kpi" { "辅导的指标", "KPI to be coached", "id of the catalogue", NEVER, "", "fcr" }
    "" "expected" { "同类构成下的期望值", "Expected for the same case mix", "unit of the KPI", NOT_APPLICABLE, "the centre's figure for the same problems, channels and hours", "0.82" }
    "" "gap" { "与期望的差距", "Distance from the expectation", "unit of the KPI", NEVER, "value - expected", "-0.147" }
    "" "z" { "偏离程度", "Distance in standard errors", "number", NEVER, "gap / its standard error, widened for overdispersion", "-4.2" }
    "coaching" "n" { "样本量", "Rows behind the figure", "number", NEVER, "", "213" }
    "" "failed_items" { "不合格较多的质检项目", "Items that fail more often than the centre's", "item own/centre", NOT_APPLICABLE, "", "开场白 0.310/0.120" }
    "" "from" { "首日", "First day", "date", NEVER, "", "2026-03-02" }
    "" "to" { "末日", "Last day", "date", NEVER, "", "2026-03-29" }
    "" "contacts" { "服务量", "Contacts", "count", NEVER, "", "412" }
    "" "handling_minutes" { "处理分钟数", "Minutes of handling", "min", NEVER, "sum of handle_s / 60", "2034.5" }
    "" "repeats" { "引起的重复来访", "Repeat contacts it causes", "count", NEVER, "first contacts that repeat", "61" }
    "" "repeat_minutes" { "重复来访的处理分钟数", "Minutes of those repeats", "min", NEVER, "sum of handle_s of the repeats / 60", "301.2" }
    "problem" "compensation" { "赔付金额", "Compensation", "CNY", NOT_APPLICABLE, "sum of the tickets' compensation", "480" }
    "" "cost" { "成本", "Cost", "CNY", NEVER, "(handling_minutes + repeat_minutes) x cost.handling_minute + compensation", "2815.7" }
    "" "share" { "成本占比", "Share of all cost", "0-1", NEVER, "cost / sum of cost", "0.18" }
    "" "cumulative" { "累计占比", "Cumulative share", "0-1", NEVER, "running sum of share", "0.47" }
    "" "rank_best" { "最好名次", "Best possible rank", "rank", NEVER, "rank bands from joint intervals", "1" }
    "" "rank_worst" { "最差名次", "Worst possible rank", "rank", NEVER, "rank bands from joint intervals", "3" }
    "" "share_of_repeats" { "占全部重复来访的比例", "Share of all repeats", "0-1", NEVER, "repeats / sum of repeats", "0.21" }
    "" "weeks_above" { "高于期望的周数", "Weeks above the expectation", "count", TOO_FEW, "", "7" }
    "" "weeks" { "观察周数", "Weeks looked at", "count", TOO_FEW, "", "8" }
    "" "p_weeks" { "偶然出现的概率", "Probability by chance", "0-1", TOO_FEW, "binomial, one-sided", "0.035" }
    "" "persistent" { "是否持续高发", "Persistent after all comparisons", "yes/no", NEVER, "Benjamini-Hochberg at 0.05", "false" }
    "" "rank" { "名次", "Rank, most important first", "rank", NEVER, "", "1" }
    "finding" "date" { "报告日期", "Day reported on", "date", NEVER, "", "2026-03-29" }
    "finding" "kind" { "结论类型", "What it is about", "code: nothing, figure, missed, wait, rising, outlet, promise, item", NEVER, "", "figure" }
    "" "place" { "发生在哪里", "Where", "dimension=member, several separated by semicolons", WHOLE, "", "queue=查询; part=evening" }
    "" "q" { "误报概率", "False-alarm rate among all that was tested", "0-1", NOT_APPLICABLE, "Benjamini-Hochberg", "0.008" }
    "finding" "n" { "样本量（行数）", "Rows behind the figure", "count", NOT_APPLICABLE, "", "4210" }
    "finding" "kpi" { "涉及的指标", "KPI it is about", "id of the catalogue", NOT_APPLICABLE, "", "answer_rate" }
    "" "verdict" { "判断", "Verdict", "text", NEVER, "", "concern" }
    "" "text_en" { "结论（英文）", "Sentence in English", "text", NEVER, "", "Answer rate below its limit since 27 Mar" }
    "" "text_zh" { "结论（中文）", "Sentence in Chinese", "text", NEVER, "", "接通率自 3 月 27 日起低于控制下限" }
    "" "evidence_en" { "依据（英文）", "Evidence in English", "text", NEVER, "", "84.0 %; limits 90.1-94.0 %" }
    "" "evidence_zh" { "依据（中文）", "Evidence in Chinese", "text", NEVER, "", "84.0 %；控制限 90.1–94.0 %" }
    "" "owner_en" { "负责人（英文）", "Who should look, in English", "text", NOT_APPLICABLE, "", "hotline shift lead" }
    "" "owner_zh" { "负责人（中文）", "Who should look, in Chinese", "text", NOT_APPLICABLE, "", "热线值班班长" }
    "" "since" { "起始日", "Since when", "date", NOT_APPLICABLE, "", "2026-03-27" }
    "" "centre" { "控制图中心线，或照常应有的数值", "Centre of the control chart, or what was to be expected", "unit of the figure", NOT_APPLICABLE, "", "0.925" }
    "" "why" { "主要来源", "Members that carry the change", "dimension: members; or the figure or promise it is about", NOT_APPLICABLE, "Adtributor: fewest members that explain two thirds", "queue: 查询 (71 %)" }
    "" "file" { "文件", "File", "text", NEVER, "", "calls_2026-W11.csv" }
    "" "table" { "数据表", "Table", "text", NEVER, "", "calls" }
    "" "source" { "读取方式", "Mapping it was read with", "name of a source, or auto", NEVER, "", "auto" }
    "" "reason" { "剔除原因代码", "Why, as a code", "code", NEVER, "", "bad_time" }
    "" "reason_en" { "剔除原因（英文）", "Why, in English", "text", NEVER, "", "not a time, or an impossible date" }
    "" "reason_zh" { "剔除原因（中文）", "Why, in Chinese", "text", NEVER, "", "不是时间，或日期不存在" }
    "" "column" { "列", "Column", "name", WHOLE, "", "呼叫时间" }
    "" "rows" { "行数", "Rows", "count", NEVER, "", "2" }
    "" "example" { "示例（已脱敏）", "Example, masked", "text", NOT_APPLICABLE, "", "line 6: 2026-02-30 09:00:00" }
    "" "run" { "数据版本", "Run", "id", NEVER, "", "r0001" }
    "" "as_of" { "数据截至", "Cut-off", "instant, UTC", NEVER, "newest arrival, or as asked for", "2026-03-29T14:58:49Z" }
    "" "as_of_given" { "截至时间是否由人指定", "The cut-off was asked for", "yes/no", NEVER, "", "false" }
    "" "program" { "程序版本", "Version of the program", "version", NEVER, "", "0.1.0" }
    "" "settings" { "口径指纹", "Fingerprint of the settings", "hash", NEVER, "BLAKE3 of what the facts depend on", "3f8a…" }
    "" "reported" { "是否本次发布所用", "The run these marts were made from", "yes/no", NEVER, "", "true" }
    "" "report_date" { "报告日期", "Day reported on", "date", NOT_APPLICABLE, "", "2026-03-29" }
    "" "files" { "文件数", "Files read", "count", NOT_APPLICABLE, "", "21" }
    "" "rows_read" { "读入行数", "Rows read", "count", NOT_APPLICABLE, "stored + replaced + duplicate + rejected", "26084" }
    "" "rows_stored" { "入库行数", "Rows stored", "count", NOT_APPLICABLE, "", "26070" }
    "" "rows_replaced" { "替换行数", "Rows that replaced an earlier version", "count", NOT_APPLICABLE, "", "1" }
    "" "rows_duplicate" { "重复行数", "Rows that were there already", "count", NOT_APPLICABLE, "", "1" }
    "" "rows_rejected" { "剔除行数", "Rows rejected", "count", NOT_APPLICABLE, "", "12" }
    "" "name_zh" { "列的中文含义", "Meaning in Chinese", "text", TOO_FEW, "", "接听时间" }
    "" "name_en" { "列的英文含义", "Meaning in English", "text", TOO_FEW, "", "When it was answered" }
    "" "type" { "物理类型", "Physical type", "type", NEVER, "", "DOUBLE" }
    "" "unit" { "单位或取值", "Unit or kind of value", "text", TOO_FEW, "", "s" }
    "" "null_zh" { "空值含义（中文）", "What a null means, in Chinese", "text", TOO_FEW, "", "尚未发生" }
    "" "null_en" { "空值含义（英文）", "What a null means, in English", "text", TOO_FEW, "", "it has not happened" }
    "" "formula" { "计算方式", "How it is computed", "text", NOT_APPLICABLE, "", "talk_s + hold_s + acw_s" }
    "" "privacy" { "隐私类别", "Privacy class", "code", NOT_APPLICABLE, "", "customer" }
}

/// Every table.
pub(super) const TABLES: &[About] = &[
    About {
        table: "kpi",
        zh: "全部指标：按时间段，及逐一维度",
        en: "Every KPI by period and by one dimension at a time",
    },
    About {
        table: "finding",
        zh: "当日结论",
        en: "The findings of the day",
    },
    About {
        table: "decomposition",
        zh: "一周变化的分解",
        en: "The change of the week in parts",
    },
    About {
        table: "coaching",
        zh: "需辅导的坐席与指标",
        en: "Who needs coaching in what",
    },
    About {
        table: "problem",
        zh: "问题按成本排序",
        en: "Problems by what they cost",
    },
    About {
        table: "reject",
        zh: "剔除的行，按文件与原因",
        en: "Rejected rows by file and reason",
    },
    About {
        table: "run",
        zh: "历次运行",
        en: "The runs",
    },
    About {
        table: "dictionary",
        zh: "本字典",
        en: "This dictionary",
    },
    About {
        table: "call_facts",
        zh: "通话事实表",
        en: "Calls",
    },
    About {
        table: "chat_facts",
        zh: "会话事实表",
        en: "Chats",
    },
    About {
        table: "contact_facts",
        zh: "服务事实表：各渠道合并",
        en: "Contacts of all channels",
    },
    About {
        table: "ticket_facts",
        zh: "工单事实表",
        en: "Tickets",
    },
    About {
        table: "state_visits",
        zh: "工单状态停留",
        en: "Stays of tickets in states",
    },
    About {
        table: "sla_clocks",
        zh: "承诺计时",
        en: "Clocks of promises",
    },
    About {
        table: "evaluation_facts",
        zh: "质检事实表：每项一行",
        en: "Evaluations, a row per item",
    },
    About {
        table: "survey_facts",
        zh: "满意度问卷",
        en: "Surveys",
    },
    About {
        table: "parcel_facts",
        zh: "网点业务量",
        en: "Parcels by outlet and day",
    },
];
