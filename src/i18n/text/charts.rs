//! Why a control chart is the one it is, what its days are marked with, whether the target is in reach.

catalogue! {
    why_p(sigma, p) {
        zh: "逐日波动未超出抽样误差（σz\u{a0}=\u{a0}{sigma}，过度离散检验 p\u{a0}{p}）",
        en: "its days vary no more than sampling explains (σz\u{a0}=\u{a0}{sigma}, overdispersion test p\u{a0}{p})"
    }
    why_laney_p(sigma, p) {
        zh: "逐日波动超出抽样误差（σz\u{a0}=\u{a0}{sigma}，过度离散检验 p\u{a0}{p}）",
        en: "its days vary more than sampling explains (σz\u{a0}=\u{a0}{sigma}, overdispersion test p\u{a0}{p})"
    }
    why_u(sigma, p) {
        zh: "计数的逐日波动未超出泊松抽样误差（σz\u{a0}=\u{a0}{sigma}，过度离散检验 p\u{a0}{p}）",
        en: "its daily counts vary no more than Poisson sampling explains (σz\u{a0}=\u{a0}{sigma}, overdispersion test p\u{a0}{p})"
    }
    why_laney_u(sigma, p) {
        zh: "计数的逐日波动超出泊松抽样误差（σz\u{a0}=\u{a0}{sigma}，过度离散检验 p\u{a0}{p}）",
        en: "its daily counts vary more than Poisson sampling explains (σz\u{a0}=\u{a0}{sigma}, overdispersion test p\u{a0}{p})"
    }
    why_i_prime {
        zh: "为 n 个数值的平均，n 每日不同",
        en: "a mean whose days rest on different n"
    }
    why_xmr {
        zh: "为单个数值，其离散程度只能由相邻两日的差估计",
        en: "a single value whose scatter only neighbouring days can tell"
    }
    why_run(days, least) {
        zh: "趋势图：可作基线的仅 {days} 天，设控制限至少需 {least} 天",
        en: "run chart: {days} days for a baseline, limits need {least}"
    }
    why_run_since(days, date, least) {
        zh: "趋势图：自 {date}重设基线以来，可作基线的仅 {days} 天，设控制限至少需 {least} 天",
        en: "run chart: {days} days for a baseline since the one of {date}, limits need {least}"
    }
    baseline_frozen(period) { zh: "基线取自 {period}，已固定", en: "baseline {period}, frozen" }
    baseline_growing(period, full) {
        zh: "基线取自 {period}，满 {full} 天后固定",
        en: "baseline {period}, frozen once it has {full} days"
    }
    rebased_on(date, note) { zh: "{date}起重设基线：{note}", en: "new baseline from {date}: {note}" }
    event_shown(period, name) { zh: "{period}：{name}", en: "{period}: {name}" }
    event_out_of_baseline(period, name) {
        zh: "{period}：{name}，不计入基线",
        en: "{period}: {name}, kept out of the baseline"
    }
    event_excluded(period, name) {
        zh: "{period}：{name}，不计入基线，也不报信号",
        en: "{period}: {name}, left out of baseline and signals"
    }
    in_event(name) { zh: "处于“{name}”期间", en: "during {name}" }
    signal_in_event(signal, name) { zh: "{signal}（{name}期间）", en: "{signal} (during {name})" }
    left_out_in(name) { zh: "{name}期间，不作判断", en: "not judged: {name}" }
    title_left_out(name, value, event) {
        zh: "{name}处于“{event}”期间，不作判断：{value}",
        en: "{name} not judged during {event}: {value}"
    }

    passing { zh: "稳定达标", en: "consistently passing" }
    failing { zh: "持续不达标", en: "consistently failing" }
    hit_or_miss { zh: "时达时不达", en: "hit or miss" }
    no_limits { zh: "无控制限，能否持续达标暂不判断", en: "outlook not judged: no limits" }
    assurance_passing(target) {
        zh: "两条控制限均优于目标 {target}：稳定达标",
        en: "both limits on the good side of {target}: consistently passing"
    }
    assurance_failing(target) {
        zh: "两条控制限均劣于目标 {target}：不改变流程就持续不达标",
        en: "both limits on the bad side of {target}: consistently failing unless the process changes"
    }
    assurance_hit_or_miss(target) {
        zh: "目标 {target} 在两条控制限之间：时达时不达",
        en: "the target {target} lies between the limits: hit or miss"
    }
    assurance_not_judged(target) {
        zh: "尚无控制限，能否持续达到目标 {target} 暂不判断",
        en: "no limits yet: whether {target} will be met is not judged"
    }
    before_it_moved(word) { zh: "此前{word}", en: "before it moved: {word}" }
    sentence_before_it_moved(sentence) { zh: "出现信号之前：{sentence}", en: "before it moved: {sentence}" }
    kpi_note_assurance {
        zh: "“稳定达标”“持续不达标”“时达时不达”将最新控制限与目标比较：只要流程不变，今后各日即如此；指标出现信号时，控制限只说明此前的水平；没有控制限则不作判断。",
        en: "Consistently passing, consistently failing or hit or miss holds the newest limits against the target: what days to come will do unless the process changes. While a figure signals, they tell what it did before; without limits it is not judged."
    }

    trend_signalled_title { zh: "出现信号的指标：逐日走势", en: "The figures that signalled, day by day" }
    trend_calm_title { zh: "考核指标的逐日走势", en: "The assessed figures, day by day" }
    trend_calm_lead {
        zh: "今日没有指标出现信号，控制图已折叠。",
        en: "No figure signalled today; the charts are folded."
    }
    trend_more(count, names) { zh: "另有 {count} 项出现信号：{names}", en: "{count} more that signalled: {names}" }
    trend_calm(count, names) {
        zh: "没有信号的考核指标（{count} 项）：{names}",
        en: "Assessed figures without a signal ({count}): {names}"
    }
    legend_rebase { zh: "重设基线", en: "new baseline" }
    legend_event { zh: "特殊时段", en: "marked days" }
    events_are(list) { zh: "特殊时段：{list}", en: "Marked days: {list}" }
}
