//! Sentences about what comes back: repeat contacts, repeated complaints, what people write.

catalogue! {
    repeats_title(period, first, followed, share, interval) {
        zh: "{period}：{first} 次首次来访中 {followed} 次在窗口期内再次来访，占 {share}（95\u{a0}% 区间 {interval}）",
        en: "{period}: {followed} of {first} first contacts were followed by another within the window, {share} (95\u{a0}% interval {interval})"
    }
    repeats_none { zh: "没有窗口期已满且可关联的首次来访", en: "There is no first contact that can be linked and whose window has passed" }
    repeats_whole(repeats, chains, mean, minutes, switched) {
        zh: "重复来访共 {repeats} 次（{chains} 条链，平均每链 {mean} 次），处理耗时 {minutes}；其中 {switched} 换了渠道。",
        en: "{repeats} repeat contacts in {chains} chains ({mean} each) took {minutes} to handle; {switched} came in on another channel."
    }
    repeats_channels(channels) { zh: "再次来访的渠道：{channels}", en: "They came in by: {channels}" }
    repeats_unmeasured(count) {
        zh: "{count} 次重复来访为书面工单，没有处理时长。",
        en: "{count} repeats were written tickets, which have no handling time."
    }
    repeats_immature(count) {
        zh: "另有 {count} 次首次来访窗口期未满，未计入。",
        en: "{count} first contacts whose window has not passed are not counted."
    }
    repeats_without(count) {
        zh: "{count} 次首次来访缺少问题类型或所选维度，只计入合计。",
        en: "{count} first contacts without a problem type or a member of the dimensions count in the total only."
    }
    repeats_rest(count, share) {
        zh: "其余 {count} 项，占重复处理时长 {share}（--all 列出全部）",
        en: "{count} more with {share} of the repeat handling (--all lists them)"
    }
    col_first_contacts { zh: "首次来访", en: "first contacts" }
    col_followed { zh: "再次来访", en: "followed" }
    col_followed_share { zh: "再次来访率", en: "followed, share" }
    col_repeat_count { zh: "重复次数", en: "repeats" }
    col_per_chain { zh: "每链次数", en: "per chain" }
    col_gap_median { zh: "间隔中位数", en: "median gap" }
    col_channels { zh: "重复渠道", en: "came in by" }
    channel_count(channel, count) { zh: "{channel} {count}", en: "{channel} {count}" }

    focus_title(period, count, least) {
        zh: "重点关注：{period}投诉 {least} 次及以上的 {count} 项",
        en: "Repeated complaints, {period}: {count} with {least} or more"
    }
    focus_none(period, least) {
        zh: "重点关注：{period}没有投诉 {least} 次及以上的客户或运单",
        en: "Repeated complaints, {period}: no customer or waybill has {least} or more"
    }
    focus_note(complaints, unknown) {
        zh: "共 {complaints} 件投诉，{unknown} 件客户和运单均未知。客户为假名；一个客户就一件包裹的投诉只列在客户名下。同因：30 天内因同一问题再次投诉（重复投诉率口径）。",
        en: "Of {complaints} complaints, {unknown} have neither customer nor waybill. Customers are pseudonyms; what one customer says about a parcel stands with the customer. Same issue: within 30 days of another about the issue, as in complaint_repeat_rate."
    }
    focus_rest(count) { zh: "其余 {count} 项（--all 列出全部）", en: "{count} more (--all lists them)" }
    who_customer(name) { zh: "客户 {name}", en: "customer {name}" }
    who_waybill(name) { zh: "运单 {name}", en: "waybill {name}" }
    col_who { zh: "对象", en: "who" }
    col_complaints { zh: "投诉", en: "complaints" }
    col_again { zh: "同因", en: "same issue" }
    col_open { zh: "未结", en: "open" }
    col_first_day { zh: "首次", en: "first" }
    col_last_day { zh: "最近", en: "last" }
    col_problems { zh: "问题类型", en: "problem types" }
    col_open_tickets { zh: "未结工单", en: "open tickets" }

    coaching_item_teams(item, own, others) {
        zh: "{item}：不合格 {own}（其他组 {others}）",
        en: "{item}: failed {own} (other teams {others})"
    }
    coaching_team { zh: "全组", en: "whole team" }

    phrases_title(period, tickets) {
        zh: "{period}工单描述用语（{tickets} 件有描述）",
        en: "What people write, {period} ({tickets} tickets with a description)"
    }
    phrases_none { zh: "没有带描述的工单", en: "There is no ticket with a description" }
    phrases_silent(count) { zh: "{count} 件工单没有描述。", en: "{count} tickets have no description." }
    phrases_untyped { zh: "无问题类型", en: "without a type" }
    phrases_untyped_none { zh: "没有无问题类型的工单。", en: "No ticket is without a type." }
    phrases_group(name, tickets) { zh: "{name}（{tickets} 件）", en: "{name} ({tickets} tickets)" }
    phrases_group_keyword(name, tickets, recognised) {
        zh: "{name}（{tickets} 件，其中 {recognised} 件由关键词识别）",
        en: "{name} ({tickets} tickets, {recognised} of them recognised by keywords)"
    }
    phrases_nothing { zh: "没有用语能与其他工单区分", en: "no phrase sets them apart" }
    phrases_example(ticket, date, text) { zh: "例 {ticket}（{date}）：{text}", en: "e.g. {ticket} ({date}): {text}" }
    phrases_recognition(of, given, precision, recall) {
        zh: "关键词识别：在 {of} 件自带类型的工单上，识别出 {given} 件，准确率 {precision}，召回率 {recall}。",
        en: "Keywords, measured on {of} tickets that came with a type: {given} recognised, precision {precision}, recall {recall}."
    }
    phrases_recognition_none {
        zh: "没有自带类型的工单，关键词识别无法检验。",
        en: "No ticket came with a type, so keywords cannot be measured."
    }
    phrases_note {
        zh: "用语：含该用语的工单数 / 其他工单中的数量，z 为与其他工单的差异（对数优势比，先验取全部工单）；例子由工单号抽取，已脱敏。",
        en: "Phrases: tickets with it / other tickets with it; z: how far it sets them apart (log-odds ratio, prior from all tickets). Examples are drawn by ticket number and masked."
    }
    phrases_rest(count) { zh: "其余 {count} 类（--all 列出全部）", en: "{count} more types (--all lists them)" }
    col_phrase { zh: "用语", en: "phrase" }
    col_here { zh: "工单", en: "tickets" }
    col_elsewhere { zh: "其他", en: "elsewhere" }
    col_precision { zh: "准确率", en: "precision" }
    col_recall { zh: "召回率", en: "recall" }
    col_typed { zh: "自带类型", en: "typed" }
}
