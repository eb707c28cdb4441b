//! Words of the workbook, the mail and the Markdown edition.

catalogue! {
    sheet_summary { zh: "汇总", en: "Summary" }
    sheet_history { zh: "逐日数据", en: "Day by day" }
    sheet_dictionary { zh: "字典", en: "Dictionary" }
    sheet_contents { zh: "本工作簿的工作表", en: "Sheets of this workbook" }
    sheet_data { zh: "数据表（与报告中相同）", en: "The data as in the report" }
    sheet_of_run(run, program) { zh: "kefu {program}，数据版本 {run}", en: "kefu {program}, data version {run}" }

    sheet_value { zh: "当日值", en: "The day" }
    sheet_low { zh: "95 % 下界", en: "95 % low" }
    sheet_high { zh: "95 % 上界", en: "95 % high" }
    sheet_numerator { zh: "分子", en: "Numerator" }
    sheet_denominator { zh: "分母", en: "Denominator" }
    sheet_target { zh: "目标", en: "Target" }
    sheet_target_source { zh: "目标依据", en: "Target source" }
    sheet_gap { zh: "与目标的差距（正为更好）", en: "Against target (positive is better)" }
    sheet_weekday { zh: "同星期均值", en: "Same weekday" }
    sheet_change { zh: "较同星期", en: "Against same weekday" }
    sheet_detail { zh: "判断依据", en: "Why" }
    sheet_day { zh: "日期", en: "Date" }
    sheet_id { zh: "指标编号", en: "KPI id" }
    sheet_trend { zh: "走势", en: "Trend" }

    sheet_name { zh: "名称", en: "Name" }
    sheet_size { zh: "横轴：规模", en: "Size (horizontal axis)" }
    sheet_verdict { zh: "判断", en: "Verdict" }
    sheet_lower_95 { zh: "95 % 下限", en: "95 % lower" }
    sheet_upper_95 { zh: "95 % 上限", en: "95 % upper" }
    sheet_lower_998 { zh: "99.8 % 下限", en: "99.8 % lower" }
    sheet_upper_998 { zh: "99.8 % 上限", en: "99.8 % upper" }
    sheet_kind { zh: "变化来源", en: "What moved" }
    sheet_part { zh: "数值或变化", en: "Level or change" }
    sheet_base { zh: "底座（不显示）", en: "Base (not shown)" }
    sheet_level { zh: "期初与期末", en: "Before and after" }
    sheet_best { zh: "最好名次", en: "Best rank" }
    sheet_worst { zh: "最差名次", en: "Worst rank" }
    sheet_ratio_note {
        zh: "格内为实际 ÷ 期望：1 为与期望相同，颜色越橙越高",
        en: "Cells are observed ÷ expected: 1 is as expected, the more orange the higher"
    }
    sheet_within { zh: "目标以内", en: "Within the target" }
    sheet_beyond { zh: "超出目标", en: "Beyond the target" }
    sheet_share { zh: "达成率", en: "Kept" }
    sheet_case { zh: "个案", en: "Case" }
    sheet_known { zh: "已知信息", en: "What is known" }
    sheet_written { zh: "记录内容（已脱敏）", en: "What was written (masked)" }
    sheet_from { zh: "起", en: "From" }
    sheet_to { zh: "止", en: "To" }

    dict_entry { zh: "条目", en: "Entry" }
    dict_meaning { zh: "含义", en: "Meaning" }
    dict_more { zh: "单位与依据", en: "Unit and source" }
    dict_value {
        zh: "当日数值，未经舍入；单元格只改变显示格式。“—”表示没有数据，绝不写 0。",
        en: "The figure of the day, not rounded; the cell's format only decides how it is shown. “—” is no data, never 0."
    }
    dict_interval {
        zh: "95 % 置信区间的两端；该类指标没有区间时留空。",
        en: "Both ends of the 95 % confidence interval; empty where the kind of figure has none."
    }
    dict_fraction {
        zh: "当日值由分子 ÷ 分母得出；不作除法的指标分母留空。n 为统计行数。",
        en: "The figure is numerator ÷ denominator; the denominator is empty where nothing is divided. n is the number of rows."
    }
    dict_gap {
        zh: "（当日值 − 目标）÷ 目标，方向统一为正数更好；数据条蓝色为优于目标，橙色为劣于目标。",
        en: "(the day − target) ÷ target, turned so that positive is better; data bars are blue on the better side and orange on the worse."
    }
    dict_change {
        zh: "（当日值 − 同星期均值）÷ 同星期均值；箭头只表示方向，±2 % 以内为平。",
        en: "(the day − mean of the same weekday) ÷ that mean; the arrow is the direction only, level within ±2 %."
    }
    dict_variation {
        zh: "控制图的判断，文字、形状与颜色同义；“样本不足”不作判断。",
        en: "The verdict of the control chart: word, shape and colour say the same; “too few cases” is not judged."
    }
    dict_trend {
        zh: "“逐日数据”工作表中该指标的走势。",
        en: "The figure's days from the sheet “Day by day”."
    }
    dict_figures {
        zh: "每张图一个工作表：上方为图所用的未舍入数据，可筛选；下方为报告中的数据表。",
        en: "One sheet per figure: above, the unrounded numbers it is drawn from, with filters; below, the data table of the report."
    }

    mail_more(count) { zh: "另有 {count} 行，见完整报告。", en: "{count} more rows stand in the full report." }
    mail_figures { zh: "图", en: "Figures" }
    mail_other_figures { zh: "完整报告中的其他图：", en: "Further figures in the full report:" }
    markdown_evidence { zh: "依据", en: "Evidence" }
    markdown_owner { zh: "负责人", en: "Owner" }
}
