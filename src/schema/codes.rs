//! The coded columns: canonical codes, their names in both languages, and what exports call them.

use super::fold;

/// One canonical code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The code in the store.
    pub code: &'static str,
    /// Chinese name.
    pub zh: &'static str,
    /// English name.
    pub en: &'static str,
    /// Other spellings in exports.
    pub aliases: &'static [&'static str],
}

const fn code(
    code: &'static str,
    zh: &'static str,
    en: &'static str,
    aliases: &'static [&'static str],
) -> Code {
    Code {
        code,
        zh,
        en,
        aliases,
    }
}

/// Finds the canonical code of a value as an export writes it; `None` when no code answers to it.
#[must_use]
pub fn canonical(set: &'static [Code], value: &str) -> Option<&'static str> {
    let folded = fold(value);
    set.iter()
        .find(|c| {
            fold(c.code) == folded
                || fold(c.zh) == folded
                || fold(c.en) == folded
                || c.aliases.iter().any(|alias| fold(alias) == folded)
        })
        .map(|c| c.code)
}

/// Direction of a call.
pub const DIRECTION: &[Code] = &[
    code("inbound", "呼入", "inbound", &["in", "incoming"]),
    code("outbound", "呼出", "outbound", &["out", "outgoing", "外呼"]),
    code("internal", "内线", "internal", &[]),
];

/// How a call ended.
pub const CALL_OUTCOME: &[Code] = &[
    code(
        "answered",
        "接通",
        "answered",
        &["已接听", "已接通", "接听", "应答"],
    ),
    code(
        "abandoned",
        "放弃",
        "abandoned",
        &[
            "排队放弃",
            "振铃放弃",
            "未接通",
            "客户挂断",
            "振铃未接听",
            "hang",
        ],
    ),
    code("ivr", "自助", "IVR", &["IVR放弃", "IVR"]),
    code("overflow", "溢出", "overflow", &["排队超时", "排队溢出"]),
    code("voicemail", "留言", "voicemail", &["转语音邮箱", "已留言"]),
    code("callback", "回拨", "callback", &["预约回呼"]),
    code("failed", "失败", "failed", &["呼叫失败"]),
];

/// Who ended a call.
pub const ENDED_BY: &[Code] = &[
    code("customer", "客户", "customer", &["访客", "用户"]),
    code("agent", "坐席", "agent", &["客服", "座席"]),
    code("system", "系统", "system", &[]),
];

/// Where an online session came in.
pub const PLATFORM: &[Code] = &[
    code("weibo", "微博", "Weibo", &["新浪微博"]),
    code("wechat", "微信", "WeChat", &["微信公众号", "weixin", "wx"]),
    code("douyin", "抖音", "Douyin", &[]),
    code("taobao", "淘宝", "Taobao", &[]),
    code("tmall", "天猫", "Tmall", &[]),
    code("jd", "京东", "JD", &[]),
    code("pinduoduo", "拼多多", "Pinduoduo", &["pdd"]),
    code("website", "官网", "Website", &["web", "网站"]),
    code("app", "APP", "App", &["客户端", "手机app"]),
    code("wecom", "企业微信", "WeCom", &["企微"]),
    code("dingtalk", "钉钉", "DingTalk", &[]),
];

/// What became of an online session.
pub const CHAT_OUTCOME: &[Code] = &[
    code("served", "已接待", "served", &["人工接待", "接待", "人工"]),
    code("abandoned", "放弃", "abandoned", &["排队放弃", "未接待"]),
    code("bot", "机器人", "bot", &["机器人接待", "robot"]),
];

/// Where a ticket came from.
pub const CHANNEL: &[Code] = &[
    code("phone", "电话", "phone", &["热线", "call", "voice"]),
    code("chat", "在线", "chat", &["在线客服", "im", "会话"]),
    code("message", "留言", "message", &["邮件", "email"]),
    code("counter", "柜台", "counter", &["门店", "现场"]),
    code("social", "社交媒体", "social", &["微博", "微信"]),
    code("ecommerce", "电商平台", "ecommerce", &["电商"]),
    code("app", "APP", "app", &["客户端"]),
    code("outlet", "网点", "outlet", &["站点"]),
    code("courier", "快递员", "courier", &["派送员"]),
];

/// What a ticket is about.
pub const TICKET_KIND: &[Code] = &[
    code("enquiry", "查询", "enquiry", &["咨询", "question"]),
    code("complaint", "投诉", "complaint", &[]),
    code("suggestion", "建议", "suggestion", &[]),
    code("exception", "问题件", "exception", &["异常件", "异常"]),
    code("claim", "理赔", "claim", &["赔付"]),
    code("return", "退件", "return", &["退回"]),
];

/// How urgent a ticket is.
pub const PRIORITY: &[Code] = &[
    code("high", "高", "high", &["紧急", "urgent"]),
    code(
        "normal",
        "普通",
        "normal",
        &["标准", "常规", "中", "medium"],
    ),
    code("low", "低", "low", &[]),
];

/// The state of a ticket.
pub const STATUS: &[Code] = &[
    code(
        "pending",
        "待受理",
        "pending",
        &["new", "待处理", "已提交", "待申领"],
    ),
    code("in_progress", "处理中", "in progress", &["open", "解决中"]),
    code(
        "awaiting_reply",
        "待回复",
        "awaiting reply",
        &["on hold", "hold", "已挂起"],
    ),
    code("resolved", "已解决", "resolved", &["solved", "已完结"]),
    code("closed", "已关闭", "closed", &[]),
    code("transferred", "转交", "transferred", &["已转交", "转派"]),
];

/// The customer's mood.
pub const EMOTION: &[Code] = &[
    code("calm", "平静", "calm", &[]),
    code("anxious", "焦急", "anxious", &[]),
    code("dissatisfied", "不满", "dissatisfied", &["愤怒"]),
];

/// Whose fault it was.
pub const RESPONSIBILITY: &[Code] = &[
    code("customer", "客户责任", "customer", &["客户"]),
    code("third_party", "第三方责任", "third party", &["第三方"]),
    code(
        "company",
        "己方责任",
        "company",
        &["公司责任", "我方责任", "公司"],
    ),
];

/// What happened to a ticket.
pub const EVENT: &[Code] = &[
    code("created", "创建", "created", &["建单"]),
    code("status", "状态变更", "status", &["status changed"]),
    code("assigned", "分派", "assigned", &["派单", "转派"]),
    code("replied", "回复", "replied", &["回复客户"]),
    code("asked_outlet", "询问网点", "asked outlet", &[]),
    code("outlet_replied", "网点回复", "outlet replied", &[]),
    code("redelivered", "重新派送", "redelivered", &["二次派送"]),
    code("paid", "已赔付", "paid", &["赔付"]),
    code("reopened", "重开", "reopened", &[]),
    code("escalated", "升级", "escalated", &[]),
    code("note", "备注", "note", &[]),
];

/// Who wrote a chat line.
pub const SENDER: &[Code] = &[
    code("customer", "客户", "customer", &["访客", "visitor"]),
    code("agent", "坐席", "agent", &["客服"]),
    code("bot", "机器人", "bot", &["robot"]),
    code("system", "系统", "system", &[]),
];

/// The tone of a survey's comment.
pub const FEEDBACK: &[Code] = &[
    code("positive", "正面", "positive", &["表扬", "好评"]),
    code("negative", "负面", "negative", &["差评", "投诉"]),
    code("suggestion", "建议", "suggestion", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_find_their_code_in_either_language() {
        for (set, value, expect) in [
            (CALL_OUTCOME, "排队放弃", Some("abandoned")),
            (CALL_OUTCOME, "Answered", Some("answered")),
            (STATUS, "In Progress", Some("in_progress")),
            (PRIORITY, "紧急", Some("high")),
            (DIRECTION, "sideways", None),
        ] {
            assert_eq!(canonical(set, value), expect, "{value}");
        }
    }

    #[test]
    fn no_spelling_stands_for_two_codes() {
        for set in [
            DIRECTION,
            CALL_OUTCOME,
            ENDED_BY,
            PLATFORM,
            CHAT_OUTCOME,
            CHANNEL,
            TICKET_KIND,
            PRIORITY,
            STATUS,
            EMOTION,
            RESPONSIBILITY,
            EVENT,
            SENDER,
            FEEDBACK,
        ] {
            for c in set {
                for spelling in [c.code, c.zh, c.en]
                    .into_iter()
                    .chain(c.aliases.iter().copied())
                {
                    assert_eq!(canonical(set, spelling), Some(c.code), "{spelling}");
                }
            }
        }
    }
}
