//! Sentences about rows, rejects and definitions.

catalogue! {
    balance_holds(files) {
        zh: "{files} 个文件逐一核对：读入 = 入库 + 替换 + 重复 + 剔除，无一行去向不明。",
        en: "Checked file by file ({files}): read = stored + replaced + duplicate + rejected. No row is unaccounted for."
    }
    balance_broken(files) {
        zh: "以下文件的行数核对不平，使用前请先查明：{files}。",
        en: "The rows of these files do not add up; find out why before using the figures: {files}."
    }
    balance_no_files { zh: "本次运行没有读入新文件。", en: "No new file was read in this run." }
    balanced { zh: "✓ 一致", en: "✓ adds up" }
    unbalanced { zh: "✕ 不一致", en: "✕ does not" }
    total { zh: "合计", en: "Total" }
    ledger_caption { zh: "每个文件的行数核对", en: "The rows of every file" }
    col_file { zh: "文件", en: "File" }
    col_table { zh: "数据表", en: "Table" }
    col_replaced { zh: "替换", en: "Replaced" }
    col_duplicate { zh: "重复", en: "Duplicate" }
    col_balance { zh: "核对", en: "Check" }

    rejects_caption { zh: "剔除原因（示例已脱敏）", en: "Why rows were rejected (examples are masked)" }
    col_reason { zh: "原因", en: "Reason" }
    col_column { zh: "字段", en: "Column" }
    col_rows { zh: "行数", en: "Rows" }
    col_examples { zh: "示例", en: "Examples" }
    place(file, line) { zh: "{file} 第 {line} 行", en: "{file}, line {line}" }
    example(value, file, line) { zh: "“{value}”（{file} 第 {line} 行）", en: "“{value}” ({file}, line {line})" }
    no_rejects { zh: "没有被剔除的行。", en: "No row was rejected." }

    unmapped_caption {
        zh: "未识别的代码（原样保留并计数）",
        en: "Codes that no mapping knows (kept as they are and counted)"
    }
    col_code { zh: "代码", en: "Code" }
    no_unmapped { zh: "所有代码均已识别。", en: "Every code is known." }

    limits_of_data { zh: "使用前须知", en: "Read this before using the figures" }
    unlinkable(share, count, all) {
        zh: "{share} 的服务记录（{count} / {all}）既无运单号也无客户标识，无法判断是否重复来访，一次解决率不含这部分。",
        en: "{share} of contacts ({count} / {all}) carry neither waybill nor customer: whether they repeat cannot be told, and first-contact resolution leaves them out."
    }
    immature(count, hours) {
        zh: "一次解决率只统计 {hours} 小时观察期已满的首次服务；尚有 {count} 件观察期未满，暂不计入。",
        en: "First-contact resolution counts only first contacts whose {hours} h window has passed; {count} are still inside it and not counted yet."
    }
    definitions_title { zh: "本报告使用的指标口径", en: "Definitions used" }
    unit_label { zh: "单位", en: "Unit" }
    source { zh: "依据", en: "Source" }
    variant { zh: "口径版本", en: "Variant" }
}
