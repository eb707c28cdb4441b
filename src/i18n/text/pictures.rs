//! Words in and around funnels, waterfalls, rank bands, persistence maps, ribbons and distributions.

catalogue! {
    funnel_size { zh: "样本量 n（平方根刻度）", en: "n (square-root scale)" }
    funnel_precision { zh: "期望数（平方根刻度）", en: "expected cases (square-root scale)" }
    funnel_ratio { zh: "实际 ÷ 期望", en: "Observed ÷ expected" }
    funnel_overall(value) { zh: "总体 {value}", en: "overall {value}" }
    funnel_expected { zh: "与期望相同", en: "as expected" }
    funnel_within { zh: "正常波动", en: "within chance" }
    funnel_warning { zh: "空心：超出 95\u{a0}% 界限", en: "hollow: outside 95\u{a0}%" }
    funnel_alarm { zh: "实心：超出 99.8\u{a0}% 界限", en: "solid: outside 99.8\u{a0}%" }
    funnel_unnamed { zh: "未标名的见数据表", en: "unnamed ones: see the table" }
    funnel_hint(name, value, n, verdict) {
        zh: "{name}：{value}，n\u{a0}=\u{a0}{n}，{verdict}",
        en: "{name}: {value}, n\u{a0}=\u{a0}{n}, {verdict}"
    }
    funnel_limits {
        zh: "漏斗界限 95\u{a0}% 与 99.8\u{a0}%：仅因偶然，每 20 个成员约有 1 个、每 500 个约有 1 个落在界外",
        en: "funnel limits of 95\u{a0}% and 99.8\u{a0}%: by chance alone about 1 member in 20 and 1 in 500 fall outside"
    }
    funnel_widened {
        zh: "界限已按成员之间的额外离散放宽",
        en: "limits widened for the scatter between members"
    }
    funnel_case_mix {
        zh: "期望值按同类问题、渠道与时段的全中心水平计算",
        en: "expected: the whole centre’s figure for the same problems, channels and hours"
    }
    funnel_least(least) {
        zh: "n\u{a0}<\u{a0}{least} 的成员为灰色，样本不足，不作判断",
        en: "members with n\u{a0}<\u{a0}{least} are grey: too few cases, not judged"
    }
    funnel_description(members, title) {
        zh: "{members} 个成员的漏斗图：横轴为样本量，曲线为偶然波动的界限，界外成员标名。{title}",
        en: "Funnel of {members} members by size; curves are the limits of chance, members outside them are named. {title}"
    }
    col_observed { zh: "实际", en: "Observed" }
    col_denominator { zh: "分母", en: "Denominator" }
    col_expected_cases { zh: "期望", en: "Expected" }
    col_figure { zh: "指标值", en: "Figure" }
    col_limits_95 { zh: "95\u{a0}% 界限", en: "95\u{a0}% limits" }
    col_limits_998 { zh: "99.8\u{a0}% 界限", en: "99.8\u{a0}% limits" }
    col_verdict { zh: "判断", en: "Verdict" }

    step_own { zh: "自身", en: "own figure" }
    step_mix { zh: "占比", en: "share" }
    step_new { zh: "新增", en: "new" }
    step_vanished { zh: "退出", en: "gone" }
    step_own_key { zh: "实心：自身指标变化", en: "solid: its own figure moved" }
    step_mix_key { zh: "空心：占比变化", en: "hollow: its share moved" }
    step_several(count) { zh: "{count} 个成员", en: "{count} members" }
    step_other(count) { zh: "其他（{count} 项）", en: "other ({count} effects)" }
    step_hint(name, kind, change) { zh: "{name} {kind}：{change}", en: "{name} {kind}: {change}" }
    waterfall_change(change, low, high) {
        zh: "变化 {change}（95\u{a0}% 区间 {low} 至 {high}）",
        en: "change {change} (95\u{a0}% interval {low} to {high})"
    }
    waterfall_change_only(change) { zh: "变化 {change}", en: "change {change}" }
    waterfall_sums(own, mix) {
        zh: "其中自身变化合计 {own}，构成变化合计 {mix}",
        en: "own figures together {own}, mix together {mix}"
    }
    waterfall_method {
        zh: "各项之和恰等于变化（Kitagawa 分解）；区间含 0 的成员并入“其他”",
        en: "the parts add up exactly to the change (Kitagawa); members whose interval holds 0 are in “other”"
    }
    waterfall_description(before, after, title) {
        zh: "瀑布图：从 {before} 到 {after} 的变化，逐项分解。{title}",
        en: "Waterfall: the change from {before} to {after}, part by part. {title}"
    }
    col_n_before { zh: "前期 n", en: "n before" }
    col_n_after { zh: "后期 n", en: "n after" }
    col_together { zh: "合计", en: "Together" }
    col_presence { zh: "备注", en: "Remark" }
    presence_both { zh: "两期均有", en: "in both" }
    low_to_high(low, high) { zh: "{low} 至 {high}", en: "{low} to {high}" }

    rank_axis { zh: "可能名次", en: "Possible rank" }
    ranked_hint(name, value, share, ranks) {
        zh: "{name}：{value}，累计 {share}，可能名次 {ranks}",
        en: "{name}: {value}, cumulative {share}, possible rank {ranks}"
    }
    ranked_rest_hint(name, value, share) {
        zh: "{name}：{value}，累计 {share}",
        en: "{name}: {value}, cumulative {share}"
    }
    ranked_bands(joint) {
        zh: "横带为可能名次，全部同时成立的概率为 {joint}；横带重叠者先后不能确定",
        en: "bands are possible ranks, all of them true at once with probability {joint}; where bands overlap the order is not sure"
    }
    ranked_whiskers { zh: "条形上的细线为区间", en: "thin lines on the bars are intervals" }
    ranked_description(title) {
        zh: "帕累托图：条形为数值及其区间，另列累计占比与可能名次。{title}",
        en: "Pareto chart: bars with intervals, the cumulative share and the possible ranks. {title}"
    }

    persistence_summary_label { zh: "高于预期的周", en: "Weeks above" }
    persistence_summary(above, all, current) {
        zh: "{above}/{all} 周，已连续 {current} 周",
        en: "{above} of {all}, last {current} in a row"
    }
    persistence_over(above, all) {
        zh: "{above}/{all} 周，最近一周未高于",
        en: "{above} of {all}, not last week"
    }
    persistence_not_above { zh: "未高于预期", en: "not above" }
    persistence_above(times) { zh: "≤ {times} 倍", en: "≤ {times} ×" }
    persistence_beyond(times) { zh: "> {times} 倍", en: "> {times} ×" }
    persistence_sparse(least) { zh: "预期 < {least}，样本不足", en: "expected < {least}, too few cases" }
    persistence_mark { zh: "需关注：长期高于预期", en: "concern: persistently above" }
    persistence_cells { zh: "格内数字：件数", en: "In the cells: cases" }
    persistence_hint(name, week, count, expected) {
        zh: "{name}，{week} 起一周：{count} 件，预期 {expected}",
        en: "{name}, week from {week}: {count} cases, {expected} expected"
    }
    persistence_note {
        zh: "颜色为件数与预期之比；p 为相互独立时高于预期的周数不少于此的概率",
        en: "colour is cases over expected ones; p is the chance of as many weeks above or more if weeks were independent"
    }
    persistence_description(problems, weeks, title) {
        zh: "{problems} 类问题 {weeks} 周的持续图：颜色越深，高出预期越多。{title}",
        en: "Map of {problems} problems by {weeks} weeks; the darker, the further above the expectation. {title}"
    }

    ribbon_met { zh: "按时完成", en: "Met" }
    ribbon_running { zh: "进行中", en: "Running" }
    ribbon_breached { zh: "超时", en: "Breached" }
    ribbon_scale { zh: "各行高度自成比例，超时向下", en: "each row has its own scale; breaches hang down" }
    ribbon_attained(value, n) { zh: "{value}，n\u{a0}=\u{a0}{n}", en: "{value}, n\u{a0}=\u{a0}{n}" }
    ribbon_interval(name, interval, target) {
        zh: "{name}：95\u{a0}% 区间 {interval}，目标 {target}",
        en: "{name}: 95\u{a0}% interval {interval}, target\u{a0}{target}"
    }
    ribbon_note {
        zh: "达成率只计已到期的时钟，按到期时间归日；未到期者不计",
        en: "attainment counts clocks by when they were due; those not yet due are left out"
    }
    ribbon_hint(name, slot, met, running, breached) {
        zh: "{name}，{slot}：按时 {met}，进行中 {running}，超时 {breached}",
        en: "{name}, {slot}: {met} met, {running} running, {breached} breached"
    }
    ribbon_description(promises, title) {
        zh: "{promises} 项承诺的时效带：向上为按时与进行中，向下为超时。{title}",
        en: "Ribbon of {promises} promises: met and running upwards, breached downwards. {title}"
    }
    col_promise { zh: "承诺", en: "Promise" }

    spread_count { zh: "件数", en: "Contacts" }
    spread_share { zh: "目标以内", en: "within the target" }
    spread_within(share) { zh: "目标以内 {share}", en: "{share} within" }
    spread_beyond(share) { zh: "超出 {share}", en: "{share} beyond" }
    spread_hint(range, count, share) { zh: "{range}：{count} 件，{share}", en: "{range}: {count} contacts, {share}" }
    spread_description(title) {
        zh: "等待时长的直方图，竖线为目标。{title}",
        en: "Histogram of waits; the vertical line is the target. {title}"
    }
}
