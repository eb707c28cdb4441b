//! Titles, notes and descriptions of figures.

catalogue! {
    title_stable(name, value) { zh: "{name}正常波动：{value}", en: "{name} varies as usual: {value}" }
    title_stable_met(name, value, target) {
        zh: "{name}平稳达标：{value}（目标 {target}）",
        en: "{name} steady and on target: {value} (target\u{a0}{target})"
    }
    title_stable_missed(name, value, target) {
        zh: "{name}平稳但未达标：{value}（目标 {target}）",
        en: "{name} steady, but misses its target: {value} (target\u{a0}{target})"
    }
    title_sparse(name, value) { zh: "{name}样本不足：{value}", en: "{name}, too few cases: {value}" }
    title_no_value(name) { zh: "{name}当日无数据", en: "{name}: no data this day" }
    title_not_watched(name, value) {
        zh: "{name}历史不足，暂不判断：{value}",
        en: "{name}, not judged for lack of history: {value}"
    }
    chart_subtitle(about, unit, period, n) {
        zh: "{about}\u{a0}· 单位：{unit}\u{a0}· {period}\u{a0}· n\u{a0}=\u{a0}{n}",
        en: "{about}\u{a0}· unit:\u{a0}{unit}\u{a0}· {period}\u{a0}· n\u{a0}=\u{a0}{n}"
    }
    fraction_is(day, numerator, denominator, value) {
        zh: "{day} {numerator} / {denominator} = {value}",
        en: "{day}: {numerator} / {denominator} = {value}"
    }
    day_is(day, value) { zh: "{day} {value}", en: "{day}: {value}" }
    the_day { zh: "当日", en: "The day" }
    target_is(target) { zh: "目标 {target}", en: "target\u{a0}{target}" }
    target_from(target, source) { zh: "目标 {target}（依据：{source}）", en: "target\u{a0}{target} (source: {source})" }
    scope_is(scope) { zh: "范围：{scope}", en: "covers {scope}" }
    centre_is(value) { zh: "中心 {value}", en: "centre {value}" }
    lower_is(value) { zh: "下限 {value}", en: "lower {value}" }
    upper_is(value) { zh: "上限 {value}", en: "upper {value}" }
    day_hint(when, value, n) { zh: "{when}：{value}，n\u{a0}=\u{a0}{n}", en: "{when}: {value}, n\u{a0}=\u{a0}{n}" }
    control_description(days, subtitle) {
        zh: "{days} 天的控制图：圆点为当日原值，折线已剔除星期因素，虚线为控制限与目标。{subtitle}",
        en: "Control chart of {days} days: dots are the daily values, the line is without the weekday's effect, dashed lines are limits and target. {subtitle}"
    }
    spark_title(name, days) { zh: "{name}，最近 {days} 天", en: "{name}, last {days} days" }
    spark_description(last, low, high) {
        zh: "最新 {last}，最低 {low}，最高 {high}",
        en: "Newest {last}, lowest {low}, highest {high}"
    }
    data_of(title) { zh: "数据：{title}", en: "Data: {title}" }

    legend_title { zh: "图例", en: "Key" }
    legend_dot { zh: "当日原值", en: "the day as it was" }
    legend_line { zh: "剔除星期因素后", en: "without the weekday’s effect" }
    legend_limit { zh: "控制限", en: "control limits" }
    legend_centre { zh: "中心线（基线）", en: "centre (baseline)" }
    legend_target { zh: "目标", en: "target" }
    legend_concern { zh: "需关注", en: "concern" }
    legend_improvement { zh: "改善", en: "improvement" }
    legend_neutral { zh: "有变化（无好坏之分）", en: "changed (neither good nor bad)" }

    col_raw { zh: "原值", en: "As it was" }
    col_adjusted { zh: "剔除星期因素", en: "Adjusted" }
    col_lower { zh: "下限", en: "Lower limit" }
    col_upper { zh: "上限", en: "Upper limit" }
    col_signal { zh: "信号", en: "Signal" }

    waits_finding(name, slot, value, n) {
        zh: "{slot} 等得最久：{name} {value}（n\u{a0}=\u{a0}{n}）",
        en: "Longest waits on {slot}: {name} {value} (n\u{a0}=\u{a0}{n})"
    }
    abandons_finding(name, slot, value, n) {
        zh: "{slot} 放弃最多：{name} {value}（n\u{a0}=\u{a0}{n}）",
        en: "Most callers give up on {slot}: {name} {value} (n\u{a0}=\u{a0}{n})"
    }
    abandons_description(title) {
        zh: "按小时与星期的热力图，颜色越深放弃率越高。{title}",
        en: "Heat map by hour and weekday; the darker, the more callers gave up. {title}"
    }
    waits_hidden(hours, few) {
        zh: "{hours} 各天均 n\u{a0}<\u{a0}{few}，未画出，见数据表",
        en: "{hours} left out: n\u{a0}<\u{a0}{few} on every weekday, see the data"
    }
    waits_sparse(name) { zh: "{name}：各时段样本均不足", en: "{name}: too few cases in every hour" }
    waits_note(few, sparse, cells) {
        zh: "n\u{a0}<\u{a0}{few} 的格子画斜线，标为样本不足（{cells} 格中有 {sparse} 格）",
        en: "cells with n\u{a0}<\u{a0}{few} are struck through as too few cases ({sparse} of {cells})"
    }
    waits_description(title) {
        zh: "按小时与星期的热力图，颜色越深等待越久。{title}",
        en: "Heat map by hour and weekday; the darker, the longer the wait. {title}"
    }
    slot(day, hour) { zh: "{day} {hour}", en: "{day} {hour}" }
    heat_key(unit) { zh: "格内数字：{unit}", en: "In the cells: {unit}" }
    heat_data(value, n) { zh: "{value}（n\u{a0}=\u{a0}{n}）", en: "{value} (n\u{a0}=\u{a0}{n})" }
    marked_sparse(text) { zh: "{text} 样本不足", en: "{text} too few cases" }
    sparse_below(few) { zh: "n\u{a0}<\u{a0}{few}，样本不足", en: "n\u{a0}<\u{a0}{few}, too few cases" }
    hint_sparse(slot, value, n) {
        zh: "{slot}：{value}，n\u{a0}=\u{a0}{n}，样本不足",
        en: "{slot}: {value}, n\u{a0}=\u{a0}{n}, too few cases"
    }
    hint_empty(slot) { zh: "{slot}：无已接来电", en: "{slot}: no answered contact" }
    col_hour { zh: "时段", en: "Hour" }

    problems_finding(name, share, few, all) {
        zh: "“{name}”占 {share}；{all} 类问题中，前 {few} 类合计占八成",
        en: "“{name}” is {share} of contacts; {few} of {all} types make up 80\u{a0}%"
    }
    problems_subtitle(period, n) {
        zh: "按问题类型的服务量 · 单位：件 · {period}\u{a0}· n\u{a0}=\u{a0}{n}",
        en: "Contacts by problem type · unit: contacts · {period}\u{a0}· n\u{a0}=\u{a0}{n}"
    }
    problems_untyped(count, share) {
        zh: "另有 {count} 件（{share}）未归类，不计入图中",
        en: "another {count} contacts ({share}) carry no type and are not drawn"
    }
    problems_description(title) {
        zh: "帕累托图：条形为服务量，折线为累计占比。{title}",
        en: "Pareto chart: bars are contacts, the line is the cumulative share. {title}"
    }
    rest_of_types(count) { zh: "其余 {count} 类", en: "{count} other types" }
    pareto_hint(name, count, share) {
        zh: "{name}：{count} 件，累计 {share}",
        en: "{name}: {count} contacts, cumulative {share}"
    }
    col_problem { zh: "问题类型", en: "Problem type" }
    col_contacts { zh: "服务量", en: "Contacts" }
    col_share { zh: "占比", en: "Share" }
    col_cumulative { zh: "累计占比", en: "Cumulative" }
}
