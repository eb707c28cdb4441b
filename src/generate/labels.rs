//! The Chinese codes that the centre's own systems write in place of the canonical ones.

/// Pairs of canonical code and label, by column.
const LABELS: &[(&str, &[(&str, &str)])] = &[
    (
        "outcome",
        &[
            ("answered", "接通"),
            ("abandoned", "排队放弃"),
            ("ivr", "自助"),
            ("overflow", "溢出"),
            ("voicemail", "留言"),
        ],
    ),
    (
        "ended_by",
        &[("customer", "客户"), ("agent", "坐席"), ("system", "系统")],
    ),
    (
        "score",
        &[
            ("5", "非常满意"),
            ("4", "满意"),
            ("3", "一般"),
            ("2", "不满意"),
            ("1", "非常不满意"),
        ],
    ),
    (
        "channel",
        &[
            ("phone", "电话"),
            ("chat", "在线"),
            ("message", "留言"),
            ("counter", "柜台"),
            ("social", "社交媒体"),
            ("ecommerce", "电商平台"),
            ("app", "APP"),
            ("outlet", "网点"),
            ("courier", "快递员"),
        ],
    ),
    (
        "kind",
        &[
            ("enquiry", "查询"),
            ("complaint", "投诉"),
            ("suggestion", "建议"),
            ("exception", "问题件"),
            ("claim", "理赔"),
            ("return", "退件"),
        ],
    ),
    (
        "status",
        &[
            ("pending", "待受理"),
            ("in_progress", "处理中"),
            ("awaiting_reply", "待回复"),
            ("resolved", "已解决"),
            ("closed", "已关闭"),
            ("transferred", "转交"),
        ],
    ),
    (
        "priority",
        &[("high", "高"), ("normal", "普通"), ("low", "低")],
    ),
    (
        "emotion",
        &[
            ("calm", "平静"),
            ("anxious", "焦急"),
            ("dissatisfied", "不满"),
        ],
    ),
    (
        "responsibility",
        &[
            ("customer", "客户责任"),
            ("third_party", "第三方责任"),
            ("company", "己方责任"),
        ],
    ),
];

/// The label of a code in a column; the code itself when it has none.
pub(super) fn zh<'a>(column: &str, code: &'a str) -> &'a str {
    let labels = LABELS
        .iter()
        .find(|(name, _)| *name == column)
        .map_or(&[][..], |(_, labels)| labels);
    labels
        .iter()
        .find(|(known, _)| *known == code)
        .map_or(code, |(_, label)| label)
}

/// 是 or 否; empty when unknown.
pub(super) fn yes_no(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "是",
        Some(false) => "否",
        None => "",
    }
}
