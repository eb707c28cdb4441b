//! Words of the trainer's report.

catalogue! {
    trainer_title { zh: "培训复发问题报告", en: "Recurring problems for training" }
    costs_title { zh: "哪些问题最费成本", en: "What costs most" }
    costs_measure { zh: "成本", en: "Cost" }
    costs_finding(name, share, few, all) {
        zh: "“{name}”占全部成本的 {share}；{few} 类问题（共 {all} 类）占八成",
        en: "{name} takes {share} of the cost; {few} of {all} types make up 80 %"
    }
    costs_none_title { zh: "没有可计成本的问题", en: "Nothing to rank" }
    costs_none {
        zh: "近四周没有带问题类型的来访或工单，无法按成本排名。",
        en: "No contact or ticket of the last four weeks has a problem type, so there is nothing to rank by cost."
    }
}
