//! Why a figure moved, what keeps coming back, who needs coaching.

catalogue! {
    compare_title(name, id) { zh: "{name}（{id}）", en: "{name} ({id})" }
    compare_per_day(name, id) {
        zh: "{name}（{id}）：两个时段天数不同，以下均为日均值",
        en: "{name} ({id}), per day because the periods differ in length"
    }
    compare_side(period, value, n) { zh: "{period}：{value}（n = {n}）", en: "{period}: {value} (n = {n})" }
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
}
