//! Words of the sections that explain: why figures moved, who differs, what rises, which promises were broken.

use super::Text;

catalogue! {
    yes { zh: "是", en: "yes" }
    no { zh: "否", en: "no" }
    dim_agent { zh: "坐席", en: "agent" }
    dim_team { zh: "班组", en: "team" }
    dim_site { zh: "职场", en: "site" }
    dim_queue { zh: "技能组", en: "queue" }
    dim_channel { zh: "渠道", en: "channel" }
    dim_platform { zh: "平台", en: "platform" }
    dim_line { zh: "线路", en: "line" }
    dim_direction { zh: "呼叫方向", en: "direction" }
    dim_outcome { zh: "通话结果", en: "outcome" }
    dim_ended_by { zh: "挂断方", en: "ended by" }
    dim_problem { zh: "问题类型", en: "problem type" }
    dim_problem_source { zh: "问题类型来源", en: "source of the type" }
    dim_category { zh: "问题大类", en: "category" }
    dim_outlet { zh: "网点", en: "outlet" }
    dim_courier { zh: "快递员", en: "courier" }
    dim_region { zh: "区域", en: "region" }
    dim_department { zh: "责任部门", en: "department" }
    dim_kind { zh: "工单类别", en: "kind of ticket" }
    dim_priority { zh: "优先级", en: "priority" }
    dim_status { zh: "状态", en: "status" }
    dim_emotion { zh: "客户情绪", en: "emotion" }
    dim_responsibility { zh: "责任归属", en: "responsibility" }
    dim_hour { zh: "时段", en: "hour" }
    dim_weekday { zh: "星期", en: "weekday" }
    dim_peak { zh: "高峰时段", en: "peak hours" }
    dim_transferred { zh: "是否转接", en: "transferred" }
    dim_transferred_in { zh: "是否转入", en: "transferred in" }
    dim_item { zh: "话术条目", en: "script item" }
    dim_critical { zh: "关键项", en: "critical item" }
    dim_evaluator { zh: "质检员", en: "evaluator" }
    dim_rubric { zh: "评分表", en: "rubric" }
    dim_promise { zh: "时效承诺", en: "promise" }
    dim_feedback { zh: "反馈", en: "feedback" }
    dim_score_source { zh: "评分来源", en: "source of the score" }

    why_title { zh: "为什么变了", en: "Why they moved" }
    why_lead {
        zh: "最近 7 天与前 7 天比较，拆成各成员自身的变化与占比的变化，各部分相加等于总变化。",
        en: "The last seven days against the seven before, in parts that add up: members’ own figures, and their shares."
    }
    why_mostly(name, change, dimension, members, share) {
        zh: "{name}一周变化 {change}：{share} 来自{dimension}“{members}”",
        en: "{name} {change} in a week: {share} of it from {dimension} {members}"
    }
    why_spread(name, change) {
        zh: "{name}一周变化 {change}：没有少数成员能解释，属普遍变化",
        en: "{name} {change} in a week: no few members explain it, it moved everywhere"
    }
    why_noise(name, change, interval) {
        zh: "{name}一周变化 {change}（95\u{a0}% 区间 {interval}），随机波动即可解释，不作分解",
        en: "{name} {change} in a week (95\u{a0}% interval {interval}): noise explains as much, so it is not taken apart"
    }
    why_unsure(name, change) {
        zh: "{name}一周变化 {change}；该指标没有区间，不作分解",
        en: "{name} {change} in a week; it has no interval, so it is not taken apart"
    }
    why_none { zh: "没有可比较的前一周。", en: "There is no week before to compare with." }
    why_others(count) { zh: "其余有信号的指标（{count} 项）", en: "The other figures with a signal ({count})" }
    finding_mostly(text, dimension, members, share) {
        zh: "{text}，主要来自{dimension}“{members}”（占一周变化的 {share}）",
        en: "{text}, mostly {dimension} {members} ({share} of the week’s change)"
    }
    week_change(change, interval) {
        zh: "与前一周相比 {change}（95\u{a0}% 区间 {interval}）",
        en: "against the week before {change} (95\u{a0}% interval {interval})"
    }
    week_noise(change, interval) {
        zh: "与前一周相比 {change}（95\u{a0}% 区间 {interval}），周变化未超出随机波动",
        en: "against the week before {change} (95\u{a0}% interval {interval}): as a week no more than noise"
    }

    teams_title { zh: "班组之间的差异", en: "How the teams differ" }
    teams_lead {
        zh: "按各班组接到的同类问题、渠道与时段计算期望值；界限之内的差异是偶然，不排名。",
        en: "Each team is held against what the centre would show with the same problems, channels and hours. Within the limits it is chance, and nobody is ranked."
    }
    teams_worse(name, members, ratio) {
        zh: "{name}：{members}差于同类业务应有水平（实际 ÷ 期望 {ratio}）",
        en: "{name}: {members} worse than the same work explains (observed ÷ expected {ratio})"
    }
    teams_better(name, members, ratio) {
        zh: "{name}：{members}优于同类业务应有水平（实际 ÷ 期望 {ratio}）",
        en: "{name}: {members} better than the same work explains (observed ÷ expected {ratio})"
    }
    teams_other(name, members, ratio) {
        zh: "{name}：{members}不同于同类业务应有水平（实际 ÷ 期望 {ratio}）",
        en: "{name}: {members} differ from what the same work explains (observed ÷ expected {ratio})"
    }
    only_warning(text) {
        zh: "{text}；超出 95\u{a0}% 界限，未超出 99.8\u{a0}%，证据较弱",
        en: "{text}; outside the 95\u{a0}% limits, not the 99.8\u{a0}% ones: a weak sign"
    }
    teams_within(name, members) {
        zh: "{name}：{members} 个班组的差异均在偶然波动之内",
        en: "{name}: the {members} teams differ by no more than chance"
    }
    teams_calm_title { zh: "没有差异的指标", en: "No difference" }

    rising_title { zh: "哪些问题在上升", en: "What is rising" }
    rising_some(count, name, place, seen, expected) {
        zh: "{count} 类问题异常上升，最明显的是{place}“{name}”：{seen} 件，预期 {expected} 件",
        en: "{count} rising; most of all {name} at {place}: {seen} against {expected} expected"
    }
    rising_finding(list) { zh: "问题异常上升：{list}", en: "Problems on the rise: {list}" }
    rising_finding_some(count, list) {
        zh: "{count} 类问题异常上升，最明显的是：{list}",
        en: "{count} problems on the rise, most of all {list}"
    }
    rising_item(name, place, stretch, seen, expected) {
        zh: "{place}“{name}”{stretch} {seen}\u{a0}件（预期\u{a0}{expected}\u{a0}件）",
        en: "{name} at {place}, {seen} {stretch} ({expected} expected)"
    }
    rising_on_day { zh: "当日", en: "on the day" }
    rising_in_week { zh: "近七日", en: "in seven days" }
    rising_proof(q) {
        zh: "与此前各周相比的精确检验，误报概率 q\u{a0}≤\u{a0}{q}",
        en: "Exact test against the weeks before, false-alarm rate q\u{a0}≤\u{a0}{q}"
    }
    rising_do {
        zh: "先查看相应工单，联系网点核实原因",
        en: "read the tickets behind it first and ask the outlet for the cause"
    }
    rising_none { zh: "没有问题异常上升", en: "Nothing is rising" }
    rising_checked(days, weeks, alarms, uncorrected) {
        zh: "检验了 {days} 个单日序列、{weeks} 个七日序列（问题类型 × 网点，近四周至少 5 件）；所列结果中预计误报不超过 {alarms} 个，不作多重检验校正时为 {uncorrected} 个。",
        en: "{days} series of the day and {weeks} of the last seven days were tested (problem type × outlet, at least 5 cases in four weeks). Of those listed at most {alarms} are expected to be false alarms; without the correction it would be {uncorrected}."
    }
    rising_short { zh: "历史不足两周，无法检验。", en: "There are fewer than two weeks of history, so nothing could be tested." }
    rising_caption(date) { zh: "{date}异常上升的问题", en: "Rising on {date}" }
    col_false_alarm { zh: "误报概率 q", en: "False-alarm rate q" }
    col_stretch { zh: "时段", en: "Period" }
    col_rising_since { zh: "起始", en: "Since" }

    sla_title { zh: "时效承诺", en: "Promises to customers" }
    sla_lead(due, met, today, broken) {
        zh: "当日到期 {today} 件，超时 {broken} 件；近四周到期 {due} 件，按时完成 {met}。",
        en: "{today} were due on the day and {broken} of them broken; in four weeks {due} were due and {met} kept."
    }
    sla_finding(name, share, target, outlets) {
        zh: "“{name}”按时率 {share}，目标 {target}；{outlets}",
        en: "{name}: {share} kept, target\u{a0}{target}; {outlets}"
    }
    sla_all_met(target) { zh: "各项时效承诺均未显著低于目标 {target}", en: "No promise is clearly below its target of\u{a0}{target}" }
    sla_outlets(names) { zh: "超时明显偏多的网点：{names}", en: "outlets with clearly more broken than others: {names}" }
    sla_no_outlets { zh: "没有网点显著高于总体", en: "no outlet stands out" }
    sla_measure { zh: "到期日的时效时钟", en: "Clocks by the day they were due" }
    sla_now(warned, late) {
        zh: "截止时刻：{warned} 件即将超时，{late} 件已超时仍未完成。名单：kefu\u{a0}sla\u{a0}warn、kefu\u{a0}sla\u{a0}late。",
        en: "At the cut-off, about to be late: {warned}; late and still open: {late}. Lists: kefu\u{a0}sla\u{a0}warn, kefu\u{a0}sla\u{a0}late."
    }
    sla_by_promise { zh: "按承诺", en: "By promise" }
    sla_by_outlet(shown) { zh: "超时最多的 {shown} 个网点", en: "The {shown} outlets with the most broken promises" }
    col_due_today { zh: "当日到期", en: "Due today" }
    col_broken_today { zh: "当日超时", en: "Broken today" }
    col_due { zh: "近四周到期", en: "Due in 4 weeks" }
    col_broken { zh: "超时", en: "Broken" }
    col_kept { zh: "按时率", en: "Kept" }
    col_warned { zh: "即将超时", en: "About to be late" }
    col_still_late { zh: "超时未完成", en: "Late, still open" }
    col_limit { zh: "时限", en: "Limit" }
    col_most_broken { zh: "超时最多的承诺", en: "Promise broken most" }
    col_outlet { zh: "网点", en: "Outlet" }
    broken_most(name, count) { zh: "{name}（{count} 件）", en: "{name} ({count})" }
    sla_empty { zh: "没有到期的时钟。", en: "No clock was due." }
    sla_slot { zh: "到期日", en: "Due" }

    spread_title(share, promise) {
        zh: "接通的客户中 {share} 在 {promise}内接通",
        en: "{share} of those answered waited no longer than {promise}"
    }
    spread_title_median(median) { zh: "接通的客户中一半等待不超过 {median}", en: "Half of those answered waited no longer than {median}" }
    spread_measure { zh: "接通前等待时长", en: "Wait until answered" }
    spread_scope(scope) { zh: "{scope}；已接通的呼入", en: "{scope}; answered inbound calls" }
    quantile_half { zh: "中位数", en: "median" }
    quantile_ninety { zh: "90\u{a0}% 分位", en: "90\u{a0}%" }
    kpis_calm(count) { zh: "其余 {count} 项指标：达标或无目标，无异常波动", en: "The other {count} figures: no signal, and no target missed" }
    kpis_calm_caption(date) { zh: "{date}，无异常的指标", en: "{date}, figures without a signal" }
}

impl Text {
    /// The name of a dimension column; a name that is not known stays as it is.
    #[must_use]
    pub fn dimension(self, column: &str) -> &str {
        match column {
            "agent_id" => self.dim_agent(),
            "team" => self.dim_team(),
            "site" => self.dim_site(),
            "queue" => self.dim_queue(),
            "channel" => self.dim_channel(),
            "platform" => self.dim_platform(),
            "line" => self.dim_line(),
            "direction" => self.dim_direction(),
            "outcome" => self.dim_outcome(),
            "ended_by" => self.dim_ended_by(),
            "problem_type" => self.dim_problem(),
            "problem_source" => self.dim_problem_source(),
            "category" => self.dim_category(),
            "outlet" => self.dim_outlet(),
            "courier" => self.dim_courier(),
            "region" => self.dim_region(),
            "department" => self.dim_department(),
            "kind" => self.dim_kind(),
            "priority" => self.dim_priority(),
            "status" | "state" => self.dim_status(),
            "emotion" => self.dim_emotion(),
            "responsibility" => self.dim_responsibility(),
            "hour" => self.dim_hour(),
            "weekday" => self.dim_weekday(),
            "peak" => self.dim_peak(),
            "transferred" => self.dim_transferred(),
            "transferred_in" => self.dim_transferred_in(),
            "item" => self.dim_item(),
            "critical" => self.dim_critical(),
            "evaluator" => self.dim_evaluator(),
            "rubric" => self.dim_rubric(),
            "promise" => self.dim_promise(),
            "feedback" => self.dim_feedback(),
            "score_source" => self.dim_score_source(),
            other => other,
        }
    }
}
