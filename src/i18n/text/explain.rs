//! What `kefu explain` and `kefu drill` say of definitions and rows. The labels are the keys of a catalogue entry
//! and stay as they are.

catalogue! {
    explain_rows_judged(fact, store, run, at) {
        zh: "{store} 中 {fact} 的行（运行 {run}，按 {at} 判断）：",
        en: "Rows of {fact} in {store} (run {run}, judged as of {at}):"
    }
    explain_rows_of(fact, store, run, version) {
        zh: "{store} 中 {fact} 的行（运行 {run}，Delta 表 {store}/{fact} 的第 {version} 版）：",
        en: "Rows of {fact} in {store} (run {run}, version {version} of the Delta table {store}/{fact}):"
    }
    explain_all_rows { zh: "全部", en: "all" }
    explain_after(condition) { zh: "满足 {condition}", en: "after {condition}" }
    explain_with_value { zh: "有数值", en: "with a value" }
    explain_with_weight { zh: "有数值和权重", en: "with a value and a weight" }
    explain_denominator { zh: "可判断真假：分母", en: "known to be true or false: the denominator" }
    explain_numerator { zh: "为真：分子", en: "true: the numerator" }
    explain_at_least(bound) { zh: "不低于 {bound}", en: "at least {bound}" }
    explain_at_most(bound) { zh: "不高于 {bound}", en: "at most {bound}" }
    explain_target_part(condition) { zh: "，适用于 {condition}", en: " where {condition}" }
    explain_target(bound, part, source) { zh: "{bound}{part}（{source}）", en: "{bound}{part} ({source})" }
    drill_first(shown, all) {
        zh: "以上为 {all} 行中的前 {shown} 行，只列出该指标读取的列；-o rows.parquet 写出全部行和列",
        en: "the first {shown} of {all} rows, with the columns that the figure reads; -o rows.parquet writes all of both"
    }
}
