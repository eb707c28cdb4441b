//! Words of the trainer's report.

catalogue! {
    trainer_title { zh: "培训复发问题报告", en: "Recurring problems for training" }
    summary_title { zh: "本期要点", en: "What to work on" }
    costs_title { zh: "哪些问题最费成本", en: "What costs most" }
    costs_measure { zh: "成本", en: "Cost" }
    costs_finding(name, share, few, all) {
        zh: "“{name}”占全部成本的 {share}；{few} 类问题（共 {all} 类）占八成",
        en: "{name} takes {share} of the cost; {few} of {all} types make up 80\u{a0}%"
    }
    costs_none_title { zh: "没有可计成本的问题", en: "Nothing to rank" }
    costs_none {
        zh: "近四周没有带问题类型的来访或工单，无法按成本排名。",
        en: "No contact or ticket of the last four weeks has a problem type, so there is nothing to rank by cost."
    }

    weeks_title { zh: "哪些问题反复出现", en: "What keeps coming back" }
    weeks_measure { zh: "各类问题的来访量", en: "Contacts by problem type" }
    weeks_some(count, name, above, all) {
        zh: "{count} 处问题长期高于预期，最突出的是“{name}”：{all} 周中 {above} 周",
        en: "{count} lie above expectation too often for chance, first {name}: {above} of {all} weeks"
    }
    weeks_none(all) {
        zh: "{all} 周内没有问题长期高于预期",
        en: "In {all} weeks no problem lies above its expectation more often than chance explains"
    }
    weeks_how(tested) {
        zh: "预期 = 当周来访量 × 该问题在全部各周的占比；▲：错误发现率控制在 5\u{a0}% 以内（检验 {tested} 类）",
        en: "expected: contacts of the week × the problem’s share of all weeks; ▲: false discoveries held below 5\u{a0}% ({tested} tested)"
    }
    weeks_above(name, above, all) { zh: "{name}：{all} 周中 {above} 周高于预期", en: "{name}: above expectation in {above} of {all} weeks" }
    weeks_somewhere { zh: "长期高于预期的网点问题", en: "Outlets where a problem keeps coming back" }
    weeks_nowhere { zh: "没有网点的某类问题长期高于预期", en: "At no outlet does a problem keep coming back" }
    weeks_at_outlets(tested, without) {
        zh: "预期 = 网点当周来访量 × 该问题在全部网点的占比；检验 {tested} 处，错误发现率控制在 5\u{a0}% 以内；{without} 次来访没有问题类型或网点，未计入。",
        en: "Expected: the outlet’s contacts of the week × the problem’s share at all outlets; {tested} tested, false discoveries held below 5\u{a0}%; {without} contacts without a problem type or an outlet are not counted."
    }
    weeks_no_place {
        zh: "来访没有网点信息，无法判断在哪个网点反复出现。",
        en: "No contact names an outlet, so it cannot be told where a problem keeps coming back."
    }
    problem_at(problem, place) { zh: "{problem}·{place}", en: "{problem}, {place}" }

    script_title { zh: "哪些话术条目没有做到", en: "Which script items fail" }
    script_measure { zh: "不合格率", en: "Share failed" }
    script_some(item, team, share, all) {
        zh: "“{item}”：{team}不合格率 {share}，同类业务其他班组 {all}",
        en: "{item}: {team} fails {share}, the others with the same contacts {all}"
    }
    script_worst(item, share) {
        zh: "不合格率最高的是“{item}”（{share}），班组之间的差异均属偶然",
        en: "{item} fails most ({share}); the teams differ by no more than chance"
    }
    script_none { zh: "近四周没有质检评分。", en: "There are no evaluations of the last four weeks." }
    script_summary { zh: "全中心", en: "Centre" }
    script_at(share, n) { zh: "{share}（{n}）", en: "{share} ({n})" }
    script_key_not { zh: "不高于中心", en: "not above the centre" }
    script_key_up(times) { zh: "≤ {times} 倍", en: "≤ {times} ×" }
    script_key_beyond(times) { zh: "> {times} 倍", en: "> {times} ×" }
    script_key_sparse(least) { zh: "n < {least}，样本不足", en: "n < {least}, too few cases" }
    script_key_mark { zh: "需关注：有班组显著高于其他班组", en: "concern: a team fails clearly more than the others" }
    script_how {
        zh: "▲：与其他班组同类业务相比超出 99.8\u{a0}% 漏斗界限；标题中的比率只计其他班组也接到的同类业务，与格内略有出入",
        en: "▲: outside the 99.8\u{a0}% limits of a funnel, against the other teams with the same contacts; the title counts only contacts that other teams have too, so it differs a little from the cell"
    }
    script_key_cells { zh: "格内数字：不合格率 %", en: "In the cells: % failed" }
    script_hint(item, team, failed, judged, share) {
        zh: "{item}，{team}：{judged} 次中不合格 {failed} 次（{share}）",
        en: "{item}, {team}: {failed} of {judged} failed ({share})"
    }
    script_note { zh: "颜色为班组不合格率与全中心之比", en: "colour is the team’s share failed over the centre’s" }
    script_description(items, teams, title) {
        zh: "{items} 个条目、{teams} 个班组的不合格率图：颜色越深，高出中心越多。{title}",
        en: "Map of {items} items by {teams} teams; the darker, the further above the centre. {title}"
    }

    agents_title { zh: "谁需要辅导", en: "Who needs coaching" }
    agents_lead {
        zh: "按各坐席接到的同类问题、渠道与时段计算期望值；界限之内的差异是偶然，不排名。",
        en: "Each agent is held against what the centre would show with the same problems, channels and hours. Within the limits it is chance, and nobody is ranked."
    }
    agents_within(name, members) {
        zh: "{name}：{members} 名坐席的差异均在偶然波动之内",
        en: "{name}: the {members} agents differ by no more than chance"
    }
    agents_of(problem, title) { zh: "“{problem}”：{title}", en: "{problem}: {title}" }
    coaching_caption { zh: "辅导清单", en: "Coaching list" }
    coaching_nobody { zh: "没有坐席在较差一侧超出 99.8\u{a0}% 界限。", en: "Nobody is outside the 99.8\u{a0}% limits on the worse side." }
    col_expected_value { zh: "同类应有", en: "Same work" }

    training_repeats_title { zh: "为什么又来一次", en: "Why they contact again" }
    repeats_finding(name, share, repeats) {
        zh: "“{name}”引起的重复来访最费时：{share} 的首次来访之后又来，共 {repeats} 次",
        en: "{name} causes the most repeat work: {share} of its first contacts come back, {repeats} contacts in all"
    }
    training_repeats_none { zh: "近四周没有可关联的重复来访。", en: "No repeat contact of the last four weeks could be linked." }
    repeats_note(immature) {
        zh: "只计观察期已满、可关联的首次来访；另有 {immature} 次观察期未满。",
        en: "Only first contacts that can be linked and whose window has passed; of {immature} it has not."
    }
    repeats_caption { zh: "重复来访，按首次来访的原因", en: "Repeat contacts by the reason of the first" }
    col_first { zh: "首次来访", en: "First contacts" }
    training_col_followed { zh: "再次来访", en: "Came back" }
    col_repeat_contacts { zh: "重复来访", en: "Repeats" }
    col_minutes { zh: "处理时长", en: "Handling" }
    training_col_gap_median { zh: "间隔中位数", en: "Median gap" }
    training_col_channels { zh: "再次来访渠道", en: "Came back by" }
    col_switched { zh: "换渠道", en: "Other channel" }
    of_n(value, interval) { zh: "{value}（{interval}）", en: "{value} ({interval})" }

    training_focus_title { zh: "重点关注", en: "Cases to watch" }
    focus_finding(count) {
        zh: "{count} 位客户或运单在四周内多次投诉",
        en: "{count} customers or parcels with several complaints in four weeks"
    }
    training_focus_none { zh: "四周内没有客户或运单多次投诉。", en: "Nobody complained more than once in four weeks." }
    training_focus_note {
        zh: "客户以假名表示，运单号隐去中段；成本为处理时长与赔付之和。",
        en: "Customers are pseudonyms, parcel numbers have their middle left out; the cost is handling and compensation."
    }
    focus_caption(shown) { zh: "成本最高的 {shown} 例", en: "The {shown} costliest" }
    training_col_who { zh: "客户或运单", en: "Customer or parcel" }
    training_col_complaints { zh: "投诉", en: "Complaints" }
    training_col_again { zh: "重复", en: "Again" }
    training_col_open { zh: "未结", en: "Open" }
    col_about { zh: "问题", en: "About" }
    col_last { zh: "最近", en: "Last" }
    col_tickets { zh: "工单", en: "Tickets" }
    kind_customer(name) { zh: "客户 {name}", en: "customer {name}" }
    kind_waybill(name) { zh: "运单 {name}", en: "parcel {name}" }

    training_phrases_title { zh: "客户怎么说", en: "What people write" }
    phrases_lead {
        zh: "各类工单中明显多于其他工单的说法（超出 99.8\u{a0}% 界限）。",
        en: "What tickets of a type say clearly more often than others (beyond the 99.8\u{a0}% limit)."
    }
    phrases_caption { zh: "各类问题的典型说法", en: "Telling phrases by problem type" }
    training_phrases_none { zh: "近四周的工单没有描述。", en: "No ticket of the last four weeks has a description." }
    training_phrases_untyped { zh: "（未归类）", en: "(no type)" }
    phrase_is(text, count) { zh: "{text} {count}", en: "{text} {count}" }
    col_with_text { zh: "有描述的工单", en: "Tickets with text" }
    col_by_keyword { zh: "关键词归类", en: "Typed by keywords" }
    col_phrases { zh: "说法（工单数）", en: "Phrases (tickets)" }
    recognition_title(precision, recall) {
        zh: "关键词归类准确率 {precision}，召回率 {recall}",
        en: "Keywords: {precision} of what they type is right, and they find {recall}"
    }
    recognition_note(of) {
        zh: "以 {of} 张自带问题类型的工单检验：准确率 = 归类正确 ÷ 归为该类；召回率 = 归类正确 ÷ 属于该类。",
        en: "Checked on {of} tickets that came with a type. Precision: right ÷ given the type. Recall: right ÷ of the type."
    }
    recognition_caption { zh: "关键词归类的准确率与召回率", en: "Precision and recall of the keywords" }
    recognition_none { zh: "没有自带问题类型的工单可供检验。", en: "No ticket came with a type to check the keywords on." }
    recognition_details { zh: "按问题类型", en: "By problem type" }
    col_of_type { zh: "属于该类", en: "Of the type" }
    col_given { zh: "归为该类", en: "Given the type" }
    col_right { zh: "正确", en: "Right" }
    training_col_precision { zh: "准确率", en: "Precision" }
    training_col_recall { zh: "召回率", en: "Recall" }

    worksheet_title { zh: "案例练习", en: "Worksheet" }
    worksheet_lead {
        zh: "成本最高的问题各取几例，姓名、电话与单号已隐去，可打印后分组讨论。",
        en: "A few cases of the costliest problems, without names and numbers; print them for a group to work on."
    }
    worksheet_task(count) {
        zh: "读 {count} 个案例，逐一回答。",
        en: "Read the {count} cases and answer for each."
    }
    question_cause { zh: "客户真正的诉求", en: "What does the customer really want?" }
    question_answer { zh: "第一次来访怎样就能解决", en: "What would have settled it at the first contact?" }
    question_script { zh: "应使用的话术与条目", en: "Which words and script items fit?" }
}
