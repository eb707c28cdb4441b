//! Sentences about figures of earlier days that have changed.

use super::Text;

catalogue! {
    restated_caption(run, as_of) {
        zh: "自上次运行以来修订的数据（上次：{run}，数据截至 {as_of}）",
        en: "Restated since the last run ({run}, data up to {as_of})"
    }
    restated_title { zh: "自上次运行以来修订的数据", en: "Restated since the last run" }
    restated_first { zh: "这是首次运行，没有更早的数据可供比较。", en: "This is the first run; there is nothing to compare it with." }
    restated_redefined(run) {
        zh: "自上次运行（{run}）以来配置或程序版本有变，全部指标已按新口径重新计算，与此前的数据不作比较。",
        en: "Settings or program have changed since the last run ({run}): all figures were computed anew by other definitions and are not compared."
    }
    restated_none(run, as_of) {
        zh: "与上次运行（{run}，数据截至 {as_of}）相比，此前各日的指标没有变化。",
        en: "No figure of an earlier day has changed since the last run ({run}, data up to {as_of})."
    }
    restated_rest(shown, rest) {
        zh: "此处列出最近的 {shown} 项，另有 {rest} 项，见 JSON 版。",
        en: "The newest {shown} are shown; {rest} more stand in the JSON edition."
    }
    restated_scope {
        zh: "随工单处理进展而变化的指标（如首次回复时长、投诉处理率）每晚都会变动，不在此列；一次解决率只比较上次运行时观察期已满的日期。",
        en: "Figures that move as tickets are worked on (first reply, complaints handled) change every night and are not listed; first-contact resolution is compared for days whose window had passed at the last run."
    }
    restated_links {
        zh: "“前后关联有变”：因其他晚到、更正或移除的服务记录，这些服务是否属于首次或重复来访的判断有变。",
        en: "“Linked anew”: because other contacts were late, corrected or removed, these are first or repeated contacts now, or no longer."
    }
    restated_running(day) {
        zh: "上次运行时 {day}尚未结束，其后新增的记录属于正常进展，未作比较。",
        en: "{day} was still running at the last run; what has been added since is progress and not compared."
    }
    col_before { zh: "上次", en: "Before" }
    col_after { zh: "现在", en: "Now" }
    col_change { zh: "变化", en: "Change" }
    col_why { zh: "原因", en: "Why" }
    from_to(before, after) { zh: "{before} → {after}", en: "{before} → {after}" }

    cause_late(count, rows) { zh: "晚到 {count} {rows}", en: "{count} late {rows}" }
    cause_corrected(count, rows) { zh: "更正 {count} {rows}", en: "{count} corrected {rows}" }
    cause_gone(count, rows) { zh: "移除 {count} {rows}", en: "{count} removed {rows}" }
    cause_relinked(count, rows) { zh: "{count} {rows}的前后关联有变", en: "{count} {rows} linked anew" }
    cause_related { zh: "关联数据有变", en: "related records changed" }
    call { zh: "通来电", en: "call" }
    calls { zh: "通来电", en: "calls" }
    chat { zh: "个会话", en: "chat" }
    chats { zh: "个会话", en: "chats" }
    contact { zh: "件服务", en: "contact" }
    contacts { zh: "件服务", en: "contacts" }
    ticket { zh: "张工单", en: "ticket" }
    tickets { zh: "张工单", en: "tickets" }
    checked_item { zh: "项质检结果", en: "checked item" }
    checked_items { zh: "项质检结果", en: "checked items" }
}

impl Text {
    /// What the rows of a fact table are called after their number; a table that is not known stays as it is.
    #[must_use]
    pub fn rows_of(self, fact: &str, count: u64) -> &str {
        match (fact, count) {
            ("call_facts", 1) => self.call(),
            ("call_facts", _) => self.calls(),
            ("chat_facts", 1) => self.chat(),
            ("chat_facts", _) => self.chats(),
            ("contact_facts", 1) => self.contact(),
            ("contact_facts", _) => self.contacts(),
            ("ticket_facts", 1) => self.ticket(),
            ("ticket_facts", _) => self.tickets(),
            ("evaluation_facts", 1) => self.checked_item(),
            ("evaluation_facts", _) => self.checked_items(),
            (other, _) => other,
        }
    }
}
