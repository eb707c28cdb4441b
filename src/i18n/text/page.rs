//! Words of the page itself: headings, columns, controls.

catalogue! {
    own_name { zh: "中文", en: "English" }
    nightly_title { zh: "客服质量日报", en: "Daily service quality report" }
    skip { zh: "跳到正文", en: "Skip to content" }
    contents { zh: "目录", en: "Contents" }
    theme { zh: "外观", en: "Theme" }
    theme_auto { zh: "自动", en: "Auto" }
    theme_light { zh: "浅色", en: "Light" }
    theme_dark { zh: "深色", en: "Dark" }
    language { zh: "语言", en: "Language" }
    about_report { zh: "报告说明", en: "About this report" }
    footer {
        zh: "由 kefu 根据导出的通话、会话与工单记录生成。指标口径与数据核对见“数据可信度”。",
        en: "Made by kefu from exported call, chat and ticket records. Definitions and row counts stand under “Can the figures be trusted?”."
    }

    footer_trainer {
        zh: "由 kefu 根据导出的通话、会话与工单记录生成。指标口径与数据核对见同日《客服质量日报》的“数据可信度”。",
        en: "Made by kefu from exported call, chat and ticket records. Definitions and row counts stand in the daily report of the same day, under “Can the figures be trusted?”."
    }

    as_of { zh: "数据截至", en: "Data up to" }
    scope { zh: "统计范围", en: "Covers" }
    passed_over { zh: "暂不报告", en: "Passed over" }
    passed_over_day(day, count) { zh: "{day} {count}\u{a0}件", en: "{day}: {count}" }
    passed_over_why(days) {
        zh: "{days}（来电、会话与工单合计，不足平时的四分之一）",
        en: "{days} (calls, chats and tickets: less than a quarter of the usual number)"
    }
    rows_read { zh: "读入行数", en: "Rows read" }
    rows_stored { zh: "入库", en: "Stored" }
    rows_known { zh: "更新或重复", en: "Updated or duplicate" }
    rows_rejected { zh: "剔除", en: "Rejected" }

    findings_title { zh: "今日结论", en: "What moved" }
    kpi_title { zh: "指标一览", en: "The figures" }
    kpi_lead { zh: "最需要关注的排在最前。", en: "Worst first." }
    trend_lead {
        zh: "落在控制限之内的起伏属于正常波动，不必逐日追究。",
        en: "Ups and downs inside the limits are ordinary variation and need no explanation."
    }
    waits_title { zh: "什么时候等得久", en: "When customers wait" }
    problems_title { zh: "客户为什么找我们", en: "What customers contact us about" }
    trust_title { zh: "数据可信度", en: "Can the figures be trusted?" }

    col_kpi { zh: "指标", en: "KPI" }
    col_trend { zh: "走势与控制限", en: "Trend and limits" }
    col_value { zh: "当日值（95\u{a0}% 区间）", en: "The day (95\u{a0}% interval)" }
    col_basis { zh: "分子 / 分母，n", en: "Numerator / denominator, n" }
    col_target { zh: "目标（依据）", en: "Target (source)" }
    col_status { zh: "达标情况（当日；长期）", en: "Status (the day; outlook)" }
    col_weekday(weeks) { zh: "同星期均值（前 {weeks} 周）", en: "Same weekday, mean of {weeks} weeks" }
    of_day(day) { zh: "{day}数据", en: "of {day}" }
    kpi_note_day {
        zh: "标有日期的指标需要观察期，显示的是观察期已满的最近一天。",
        en: "A figure with a date needs time to become true; it is that of the newest day that has had it."
    }
    col_variation { zh: "波动判断", en: "Variation" }
    col_date { zh: "日期", en: "Date" }

    kpi_caption(date, scope) { zh: "{date}，{scope}", en: "{date}, {scope}" }
    kpi_note_interval {
        zh: "95\u{a0}% 区间仍包含目标值时，达标与否都可能只是偶然，标为“与目标无显著差异”。n < 30（计数类指标期望值 < 5）标为“样本不足”，不作判断。",
        en: "Where the 95\u{a0}% interval still contains the target, met or missed may be chance: “not distinguishable from the target”. With n < 30 (counts: fewer than 5 expected) nothing is judged: “too few cases”."
    }
    kpi_note_variation {
        zh: "波动判断来自控制图：超出控制限、连续 7 天同向、3 天中 2 天超过 2σ、连续 8 天在中心线同侧。",
        en: "Variation comes from control charts: outside a limit, seven days in one direction, two of three days beyond 2σ, eight days on one side of the centre."
    }
    history_summary { zh: "查看每日数据", en: "Show the days" }
    history_caption(names) { zh: "每日数值，最近的在前：{names}", en: "Day by day, newest first: {names}" }
    no_history { zh: "暂无历史数据。", en: "No history yet." }
    data_hidden(rows) {
        zh: "另有 {rows} 行未列出，完整数据见工作簿（xlsx）。",
        en: "{rows} more rows are not listed; the workbook (xlsx) has all of them."
    }
    data_summary { zh: "查看数据表", en: "Show the data" }
    filter_label { zh: "显示", en: "Show" }
    filter_all { zh: "全部指标", en: "All" }
    filter_moved { zh: "有信号或未达标", en: "Moved or missed" }

    met { zh: "达标", en: "met" }
    missed { zh: "未达标", en: "missed" }
    no_target { zh: "未设目标", en: "no target" }
    no_value { zh: "无数据", en: "no data" }
    indistinguishable { zh: "与目标无显著差异", en: "not distinguishable from the target" }
    concern { zh: "需关注", en: "concern" }
    improvement { zh: "改善", en: "improvement" }
    neutral { zh: "有变化", en: "changed" }
    calm { zh: "正常波动", en: "ordinary variation" }
    sparse { zh: "样本不足", en: "too few cases" }
    not_watched { zh: "未作判断", en: "not judged" }
    short_history { zh: "历史较短，尚无控制限", en: "short history, no limits yet" }
    tally_concern { zh: "指标需关注", en: "KPIs of concern" }

    colon { zh: "：", en: ": " }
    list { zh: "、", en: "; " }
    clause { zh: "；", en: "; " }
    rows_more(count) { zh: "其余 {count} 行", en: "the other {count} rows" }
    n_is(n) { zh: "n\u{a0}=\u{a0}{n}", en: "n\u{a0}=\u{a0}{n}" }
}
