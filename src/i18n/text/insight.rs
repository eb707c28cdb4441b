//! Why a figure moved, what keeps coming back, who needs coaching.

catalogue! {
    compare_title(name, id) { zh: "{name}（{id}）", en: "{name} ({id})" }
    compare_per_day(name, id) {
        zh: "{name}（{id}）：两个时段天数不同，以下均为日均值",
        en: "{name} ({id}), per day because the periods differ in length"
    }
    compare_side(period, value, n) { zh: "{period}：{value}，{n} 条记录", en: "{period}: {value}, {n} rows" }
    compare_real(change, interval) {
        zh: "变化 {change}（95 % 区间 {interval}）：超出随机波动",
        en: "Change {change} (95 % interval {interval}): more than noise explains"
    }
    compare_noise(change, interval) {
        zh: "变化 {change}（95 % 区间 {interval}）：随机波动即可解释，以下分解仅供参考",
        en: "Change {change} (95 % interval {interval}): no more than noise explains, so read the parts with care"
    }
    compare_unsure(change) {
        zh: "变化 {change}；该指标没有区间，无法判断是否为随机波动",
        en: "Change {change}; this figure has no interval, so nobody can tell it from noise"
    }
    compare_explained(dimension, members, share) {
        zh: "按 {dimension}：{members} 占变化的 {share}",
        en: "By {dimension}: {members} – {share} of the change"
    }
    compare_spread(dimension) {
        zh: "按 {dimension}：没有少数成员能解释这一变化",
        en: "By {dimension}: no few members explain the change"
    }
    compare_all_noise(dimension) {
        zh: "按 {dimension}：各成员的变化均在波动范围内",
        en: "By {dimension}: no member moved by more than noise"
    }
    compare_only_noise(names) {
        zh: "以下维度各成员的变化均在波动范围内：{names}",
        en: "No member moved by more than noise along: {names}"
    }
    compare_other(count) { zh: "其他 {count} 项（在波动范围内）", en: "within noise: {count}" }
    compare_new(name) { zh: "{name}（新增）", en: "{name} (new)" }
    compare_gone(name) { zh: "{name}（消失）", en: "{name} (vanished)" }
    compare_between(low, high) { zh: "{low} 至 {high}", en: "{low} to {high}" }
    compare_one_member(names) {
        zh: "未列出（只有一个成员）：{names}",
        en: "Left out, having one member only: {names}"
    }
    compare_outcome(names) {
        zh: "未列出（由结果本身决定，不能说明原因）：{names}",
        en: "Left out, being the outcome itself rather than a reason: {names}"
    }
    compare_no_denominator(names) {
        zh: "未列出（有成员只计入分子而没有分母）：{names}",
        en: "Left out, with members that count in the numerator only: {names}"
    }
    col_share_before { zh: "前期占比", en: "share before" }
    col_share_after { zh: "后期占比", en: "share after" }
    col_rate { zh: "水平效应", en: "rate effect" }
    col_mix { zh: "结构效应", en: "mix effect" }
    col_effect { zh: "合计", en: "effect" }
    col_interval { zh: "95 % 区间", en: "95 % interval" }
    col_of_change { zh: "占变化", en: "of change" }
    no_member { zh: "（无）", en: "(none)" }

    problems_title_days(period, count) {
        zh: "{period}问题成本排名（{count} 项）",
        en: "Problems by what they cost, {period} ({count})"
    }
    problems_cost_is(minute) {
        zh: "成本 = 首次来访处理时长 + 由其引起的重复来访 × 平均处理时长（每分钟 {minute}）+ 赔付",
        en: "Cost = handling of first contacts + repeat contacts they caused × mean handling time ({minute} a minute) + compensation"
    }
    problems_no_compensation {
        zh: "工单没有这些维度或条件，成本未含赔付。",
        en: "Tickets lack these dimensions or this condition, so that compensation is left out of the cost."
    }
    problems_without(count) {
        zh: "另有 {count} 次来访缺少问题类型或所选维度，未计入。",
        en: "{count} contacts without a problem type or a member of the dimensions are not counted."
    }
    problems_ranks_note {
        zh: "名次：随机波动下可能的最好至最差名次，全部同时成立的概率为 95 %。周数：高于预期（该周来访量 × 该问题总占比）的周数；◆ 表示多于随机波动所能解释。",
        en: "Rank: the best and worst that chance leaves open, all right together with 95 %. Weeks: those above expectation (contacts of the week × share of the problem overall); ◆ are more than chance makes of it."
    }
    problems_rest(count, share) {
        zh: "其余 {count} 项，占成本 {share}（--all 列出全部）",
        en: "{count} more with {share} of the cost (--all lists them)"
    }
    col_rank { zh: "名次", en: "rank" }
    col_cases { zh: "来访量", en: "contacts" }
    col_handling { zh: "处理", en: "handling" }
    col_repeats { zh: "引起的重复来访", en: "repeats caused" }
    col_repeat_time { zh: "重复处理", en: "repeat handling" }
    col_compensation { zh: "赔付", en: "compensation" }
    col_cost { zh: "成本", en: "cost" }
    col_cost_share { zh: "占比", en: "share" }
    col_running { zh: "累计", en: "cumulative" }
    col_repeat_share { zh: "占重复来访", en: "of all repeats" }
    col_weeks { zh: "高于预期周数", en: "weeks above" }
    emerging_none(date) { zh: "{date}：没有新出现的问题", en: "{date}: no problem is emerging" }
    emerging_some(date, count) { zh: "{date}：{count} 个问题异常上升", en: "{date}: {count} emerging" }
    emerging_checked(days, weeks, alarms, uncorrected) {
        zh: "检验了 {days} 个单日序列与 {weeks} 个七日序列；所列结果中预计误报不超过 {alarms} 个（不作多重检验校正时预计 {uncorrected} 个）。",
        en: "{days} series of the day and {weeks} of the last seven days were tested; of those listed at most {alarms} are expected to be false alarms (without the correction: {uncorrected})."
    }
    emerging_short {
        zh: "历史不足两周，无法检验。",
        en: "There are fewer than two weeks of history, so nothing could be tested."
    }
    span_day { zh: "当日", en: "day" }
    span_week { zh: "近七日", en: "7 days" }
    col_span { zh: "范围", en: "span" }
    col_count { zh: "数量", en: "count" }
    col_expected { zh: "预期", en: "expected" }
    col_false { zh: "误报概率（q）", en: "q" }
    col_since { zh: "自", en: "since" }
    col_four_weeks { zh: "近四周", en: "4 weeks" }

    chart_of(name, id, member) { zh: "{name}（{id}）：{member}", en: "{name} ({id}): {member}" }
    chart_signal(word, why) { zh: "{word}：{why}", en: "{word}: {why}" }
    coaching_title(count) {
        zh: "辅导清单：{count} 项低于同类业务应有水平（99.8 % 界限之外）",
        en: "Coaching: {count} outside the 99.8 % limits for the same contacts, on the worse side"
    }
    coaching_none { zh: "辅导清单：没有坐席超出界限", en: "Coaching: nobody is outside the limits" }
    coaching_checked(checked, chance) {
        zh: "比较了 {checked} 项（每项至少 30 条）；按问题类型、渠道或技能组、时段调整；随机波动预计会列出 {chance} 项。",
        en: "{checked} comparisons of 30 or more, adjusted for problem type, channel or queue and time of day; chance alone would list {chance}."
    }
    coaching_item(item, own, centre) {
        zh: "{item}：不合格 {own}（中心 {centre}）",
        en: "{item}: failed {own} (centre {centre})"
    }
    all_problems { zh: "全部", en: "all" }
    col_agent { zh: "坐席", en: "agent" }
    col_team { zh: "班组", en: "team" }
    col_value_own { zh: "实际", en: "value" }
    col_gap { zh: "差距", en: "gap" }
    col_items { zh: "不合格项", en: "failed items" }
}
