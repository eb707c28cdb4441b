//! Sentences about movements.

catalogue! {
    moved_since(name, since, phrase, usual, value) {
        zh: "{name}自 {since}起{phrase}：{usual} → 平均 {value}",
        en: "{name} {phrase} since {since}: {usual} → {value} on average"
    }
    moved_today(name, since, phrase, usual, value) {
        zh: "{name} {since}{phrase}：{usual} → {value}",
        en: "{name} {phrase} on {since}: {usual} → {value}"
    }
    moved_with_gap(sentence, gap) { zh: "{sentence}（{gap}）", en: "{sentence} ({gap})" }

    above_limits { zh: "高于控制上限", en: "above its limits" }
    below_limits { zh: "低于控制下限", en: "below its limits" }
    rising { zh: "持续上升", en: "rising day after day" }
    falling { zh: "持续下降", en: "falling day after day" }
    near_upper { zh: "逼近控制上限", en: "close to its upper limit" }
    near_lower { zh: "逼近控制下限", en: "close to its lower limit" }
    above_usual { zh: "持续高于平常水平", en: "above its usual level" }
    below_usual { zh: "持续低于平常水平", en: "below its usual level" }
    unusually_high { zh: "异常偏高", en: "unusually high" }
    unusually_low { zh: "异常偏低", en: "unusually low" }

    variation_since(phrase, since) { zh: "{since}起{phrase}", en: "{phrase} since {since}" }
    variation_today(phrase) { zh: "当日{phrase}", en: "{phrase}, this day only" }

    rule_outside { zh: "超出控制限", en: "Outside a control limit" }
    rule_trend { zh: "连续 7 天同向变化", en: "Seven days in one direction" }
    rule_two_of_three { zh: "3 天中有 2 天超过 2σ", en: "Two of three days beyond 2σ" }
    rule_shift { zh: "连续 8 天在中心线同一侧", en: "Eight days on one side of the centre" }

    rule_run { zh: "近期数据长时间停在中位数一侧", en: "The latest days stay on one side of the median" }

    chart_p { zh: "p 控制图", en: "p chart" }
    chart_laney { zh: "Laney P′ 控制图", en: "Laney P′ chart" }
    chart_laney_sigma(sigma) { zh: "Laney P′ 控制图（σz = {sigma}）", en: "Laney P′ chart (σz = {sigma})" }
    chart_u { zh: "u 控制图", en: "u chart" }
    chart_laney_u { zh: "Laney U′ 控制图", en: "Laney U′ chart" }
    chart_laney_u_sigma(sigma) { zh: "Laney U′ 控制图（σz = {sigma}）", en: "Laney U′ chart (σz = {sigma})" }
    chart_i_prime { zh: "I′ 控制图", en: "I′ chart" }
    chart_xmr { zh: "XmR 控制图", en: "XmR chart" }
    chart_run(days) {
        zh: "趋势图（{days} 天，天数不足，未设控制限）",
        en: "run chart ({days} days: too few for limits)"
    }
    limits_adjusted(chart, days) {
        zh: "{chart}，基线 {days} 天，已剔除星期因素",
        en: "{chart}, {days} baseline days, weekday effect taken out"
    }
    limits_plain(chart, days) { zh: "{chart}，基线 {days} 天", en: "{chart}, {days} baseline days" }

    interval_is(interval) { zh: "95 % 区间 {interval}", en: "95 % interval {interval}" }
    target_missed_is(target) { zh: "未达目标 {target}", en: "target {target} missed" }

    nothing_moved(watched) {
        zh: "今日无信号：{watched} 项指标均在正常波动范围内",
        en: "No signal today: all {watched} KPIs vary as usual"
    }
    nothing_moved_why {
        zh: "没有指标超出控制限，也没有持续的趋势或偏移；当日的高低起伏不必追究。",
        en: "Nothing lies outside its limits and nothing drifts; the day's ups and downs need no explanation."
    }
    nothing_watched {
        zh: "历史数据不足，今日尚不能判断波动",
        en: "Too little history to judge movement today"
    }
    nothing_watched_why {
        zh: "控制图需要至少 12 天的数据。",
        en: "A control chart needs at least 12 days."
    }
    named_miss(name, value, target) { zh: "{name} {value}（目标 {target}）", en: "{name} {value} (target {target})" }
    steadily_missed(names) { zh: "平稳但未达标：{names}", en: "Steady, but below target: {names}" }
    steadily_missed_some(count, names) {
        zh: "{count} 项平稳但未达标，差距最大的是：{names}",
        en: "{count} KPIs steady, but below target; furthest: {names}"
    }
    steadily_missed_why {
        zh: "并非当日异常，现有流程的水平即如此；要达标需调整流程或排班。",
        en: "Not a bad day: this is what the process delivers. Reaching the target takes a change of process or staffing."
    }
    targets_missed(names) { zh: "未达标：{names}", en: "Target missed: {names}" }
    targets_missed_some(count, names) {
        zh: "{count} 项未达标，差距最大的是：{names}",
        en: "{count} targets missed; furthest: {names}"
    }
    targets_missed_why {
        zh: "历史不足，尚不能判断是偶然还是常态。",
        en: "Too little history to tell whether this is the usual level."
    }
    findings_rest(count) {
        zh: "另有 {count} 项指标出现信号，见下表。",
        en: "{count} more KPIs signal; see the table."
    }
    ask(owner) { zh: "请{owner}查看", en: "For: {owner}" }
}
