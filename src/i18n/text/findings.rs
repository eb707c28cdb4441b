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

    interval_is(interval) { zh: "95\u{a0}% 区间 {interval}", en: "95\u{a0}% interval {interval}" }
    target_missed_is(target) { zh: "未达目标 {target}", en: "target\u{a0}{target} missed" }

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
    named_miss(name, value, target) { zh: "{name} {value}（目标 {target}）", en: "{name} {value} (target\u{a0}{target})" }
    steadily_missed(names) { zh: "平稳但未达标：{names}", en: "Steady, but off target: {names}" }
    steadily_missed_some(count, names) {
        zh: "{count} 项平稳但未达标，差距最大的是：{names}",
        en: "{count} KPIs steady, but off target; furthest: {names}"
    }
    steadily_missed_why {
        zh: "并非当日异常，现有流程的水平即如此；要达标需调整流程或排班。",
        en: "Not a bad day: this is what the process delivers. Reaching the target takes a change of process or staffing."
    }
    missed_by_chance(names) {
        zh: "当日未达标，但在正常波动之内：{names}",
        en: "Missed on the day, within the usual swings: {names}"
    }
    missed_by_chance_some(count, names) {
        zh: "{count} 项当日未达标，但在正常波动之内，差距最大的是：{names}",
        en: "{count} KPIs missed on the day, within the usual swings; furthest: {names}"
    }
    missed_by_chance_why {
        zh: "目标落在控制限之内：照现有流程，每天能否达标全凭偶然；要稳定达标，需抬高平均水平或减小波动。",
        en: "The target lies between the control limits: with this process, chance decides from day to day. Meeting it reliably takes a better average or less variation."
    }
    missed_for_once(names) {
        zh: "流程足以达标，当日偶有不及：{names}",
        en: "Missed on the day by a process that meets its target: {names}"
    }
    missed_for_once_some(count, names) {
        zh: "{count} 项流程足以达标，当日偶有不及，差距最大的是：{names}",
        en: "{count} KPIs missed on the day by processes that meet their targets; furthest: {names}"
    }
    missed_for_once_why {
        zh: "剔除星期因素后，控制限整体优于目标，且当日无异常信号：这类日子（如某个星期几）通常偏低，看排班即可，流程不必调整。",
        en: "With the weekday taken out the limits lie on the good side of the target, and the day is no signal: days like this one fall short, so look at their staffing, not at the process."
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
    slow_queue(queue, day, part, usual, value) {
        zh: "{day}{part}，技能组“{queue}”的来电等待变长：平均 {usual} → {value}",
        en: "Callers in queue {queue} waited longer than usual {part} of {day}: {usual} → {value} on average"
    }
    slow_calls(day, part, usual, value) {
        zh: "{day}{part}，来电等待变长：平均 {usual} → {value}",
        en: "Callers waited longer than usual {part} of {day}: {usual} → {value} on average"
    }
    part_night { zh: "凌晨（0–6 时）", en: "in the night (0–6 h)" }
    part_morning { zh: "上午（6–12 时）", en: "in the morning (6–12 h)" }
    part_afternoon { zh: "下午（12–18 时）", en: "in the afternoon (12–18 h)" }
    part_evening { zh: "晚上（18–24 时）", en: "in the evening (18–24 h)" }
    slow_callers(n, gave_up) {
        zh: "来电 {n} 通，其中放弃 {gave_up} 通；等待含放弃前的时长",
        en: "{n} callers, of whom {gave_up} gave up; waits until answered or given up"
    }
    slow_held_against(days, q) {
        zh: "与此前 {days} 天同一时段相比（秩检验，误报概率 q\u{a0}{q}）",
        en: "Held against the same hours of {days} days before (rank test, false-alarm rate q\u{a0}{q})"
    }
    slow_title_none { zh: "当日各技能组各时段的等待均无异常", en: "No queue kept callers waiting longer than usual in any part of the day" }
    slow_title_some(count) {
        zh: "当日 {count} 个技能组时段等待异常偏长",
        en: "Callers waited longer than usual in {count} of the queues and parts of the day"
    }
    slow_checked(count, alarms) {
        zh: "检验了 {count} 个“技能组 × 时段”；所列结果中预计误报不超过 {alarms} 个。来电不足 5 通、或可比日不足 14 天的不作判断。",
        en: "{count} queues × parts of the day were tested. Of those listed at most {alarms} are expected to be false alarms. Parts with fewer than 5 callers or 14 comparable days are not judged."
    }
    rising_problem_day(name, place, seen, expected) {
        zh: "{place}“{name}”当日异常增多：{seen} 件，预期 {expected} 件",
        en: "{name} at {place} rose on the day: {seen} against {expected} expected"
    }
    rising_problem_week(name, place, seen, expected) {
        zh: "{place}“{name}”近七日异常增多：{seen} 件，预期 {expected} 件",
        en: "{name} at {place} rose in the last seven days: {seen} against {expected} expected"
    }
    rising_held_against(q, recent) {
        zh: "与此前各周同星期相比（精确检验，误报概率 q\u{a0}{q}）；近四周共 {recent} 件",
        en: "Held against the same weekdays before (exact test, false-alarm rate q\u{a0}{q}); {recent} in four weeks"
    }
    broken_promises(outlet, share, due) {
        zh: "网点“{outlet}”兑现承诺明显低于其他网点：近四周 {due} 件到期，按时率 {share}",
        en: "{outlet} keeps its promises less than other outlets: {share} of {due} due in four weeks"
    }
    broken_promises_why {
        zh: "超出 99.8\u{a0}% 漏斗界限，并非偶然",
        en: "Outside the 99.8\u{a0}% funnel limits: more than chance explains"
    }
    outlet_behind(outlet, name, value, expected) {
        zh: "网点“{outlet}”的{name}明显差于同类：近四周 {value}，全部网点的同类工单为 {expected}",
        en: "{name} at {outlet} is worse than at other outlets: {value} in four weeks, {expected} for the same tickets at all"
    }
    skipped_item(item, team, share, expected) {
        zh: "{team}漏做“{item}”：近四周不合格 {share}，其他班组同类业务 {expected}",
        en: "{team} leaves out {item}: failed in {share} of its checks in four weeks, {expected} in other teams with the same contacts"
    }
    owner_hotline { zh: "热线值班班长", en: "hotline shift lead" }
    owner_quality { zh: "质检主管", en: "QA manager" }
    owner_tickets { zh: "工单主管", en: "ticket desk lead" }
    owner_trainer { zh: "培训师", en: "trainer" }
    ask(owner) { zh: "请{owner}查看", en: "For: {owner}" }
}
