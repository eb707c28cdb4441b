//! Names of record tables.

use super::Text;

catalogue! {
    table_calls { zh: "通话", en: "calls" }
    table_chats { zh: "在线会话", en: "chats" }
    table_tickets { zh: "工单", en: "tickets" }
    table_ticket_events { zh: "工单流转", en: "ticket events" }
    table_messages { zh: "聊天消息", en: "messages" }
    table_surveys { zh: "满意度回访", en: "surveys" }
    table_evaluations { zh: "质检评分", en: "evaluations" }
    table_agents { zh: "坐席", en: "agents" }
    table_parcels { zh: "包裹量", en: "parcels" }

    unit_percent { zh: "%", en: "%" }
    unit_seconds { zh: "秒", en: "seconds" }
    unit_count { zh: "件", en: "count" }
    unit_score { zh: "分（1–5）", en: "score (1–5)" }
    unit_yuan { zh: "元", en: "yuan" }
    unit_per_thousand { zh: "‰", en: "per thousand" }
    unit_per_million { zh: "件/百万件", en: "per million" }
    unit_number { zh: "数值", en: "number" }
}

impl Text {
    /// The name of a record table; a name that is not known stays as it is.
    #[must_use]
    pub fn table(self, code: &str) -> &str {
        match code {
            "calls" => self.table_calls(),
            "chats" => self.table_chats(),
            "tickets" => self.table_tickets(),
            "ticket_events" => self.table_ticket_events(),
            "messages" => self.table_messages(),
            "surveys" => self.table_surveys(),
            "evaluations" => self.table_evaluations(),
            "agents" => self.table_agents(),
            "parcels" => self.table_parcels(),
            other => other,
        }
    }
}
