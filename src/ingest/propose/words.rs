//! What a header says: the ideas its words stand for.

use crate::schema::{fold, half_width};

use super::super::value::unit_of_header;

/// An idea that names of columns are made of.
pub(super) type Concept = &'static str;

/// Concepts, how much they tell one column from another, and their words, parted by bars. Longer words are looked for first;
/// an English word also stands for its inflections and for its beginning of three letters or more.
const WORDS: &[(Concept, f64, &str)] = &[
    (
        "time",
        0.4,
        "时间|时刻|日期|date|time|at|on|timestamp|datetime",
    ),
    (
        "duration",
        0.4,
        "时长|用时|耗时|秒数|duration|seconds|minutes|length|secs",
    ),
    (
        "id",
        0.4,
        "号|编号|记录号|流水号|流水|编码|标识|序号|id|no|number|key|uuid|guid|uniqueid|ref|reference",
    ),
    ("kind", 0.5, "类型|类别|分类|类|type|category|class|kind"),
    (
        "status",
        0.6,
        "状态|结果|status|state|outcome|result|disposition",
    ),
    ("name", 0.4, "姓名|名称|名|name"),
    ("count", 0.5, "数|数量|次数|count|total"),
    ("call", 1.0, "呼叫|来电|呼入|电话|进线|call|inbound|cdr"),
    ("talk", 1.0, "通话|谈话|talk|service|conversation|spoken"),
    ("chat", 1.0, "会话|对话|在线|chat|session|im"),
    (
        "ticket",
        1.0,
        "工单|案件|ticket|case|incident|request|issue|sr",
    ),
    (
        "customer",
        1.0,
        "客户|用户|顾客|访客|会员|主叫|来电人|联系人|customer|client|caller|visitor|requester|subscriber|\
         member|phone|mobile|手机|手机号|号码|cell|msisdn|ani",
    ),
    (
        "agent",
        1.0,
        "坐席|座席|客服|话务员|接线员|工号|员工|agent|operator|representative|server|assignee|employee|\
         staff|csr",
    ),
    (
        "group",
        1.0,
        "技能组|分组|组|队列|技能|group|queue|skill|skillset|queuename",
    ),
    (
        "start",
        1.0,
        "开始|创建|建单|受理|登记|发生|start|create|begin|entry|opened|arrival|received",
    ),
    ("end", 1.0, "结束|挂机|挂断|end|finish|hangup|disconnect"),
    ("answer", 1.0, "接听|接通|应答|answer|pickup|connect"),
    (
        "wait",
        1.0,
        "等待|等候|排队|候|wait|q|speed of answer|asa|answer speed",
    ),
    ("hold", 1.0, "保持|hold"),
    ("after", 1.0, "话后|整理|事后处理|acw|wrap|wrapup|after"),
    ("ivr", 1.0, "自助|语音导航|ivr|vru|menu"),
    ("transfer", 1.0, "转接|转移|transfer"),
    (
        "score",
        1.0,
        "满意度|满意|评分|评价|评|打分|得分|score|rating|csat|satisfaction",
    ),
    (
        "resolve",
        1.0,
        "解决|完成|办结|结案|resolve|solve|resolution|fixed|complete",
    ),
    ("close", 1.0, "关闭|close"),
    ("update", 1.0, "更新|修改|变更|update|modified|change"),
    ("reply", 1.0, "回复|响应|首响|reply|response"),
    (
        "channel",
        1.0,
        "渠道|来源|平台|channel|via|source|platform|origin",
    ),
    (
        "priority",
        1.0,
        "优先级|优先|紧急|priority|urgency|severity|impact",
    ),
    (
        "department",
        1.0,
        "部门|科室|department|agency|division|dept",
    ),
    (
        "outlet",
        1.0,
        "网点|站点|营业部|门店|outlet|depot|branch|station",
    ),
    (
        "courier",
        1.0,
        "快递员|派送员|派件员|业务员|courier|driver|postman",
    ),
    (
        "region",
        1.0,
        "区域|地区|大区|省份|region|borough|province|country|district",
    ),
    (
        "waybill",
        1.0,
        "运单|快递单|快递|物流单|单号|waybill|tracking|consignment|awb",
    ),
    (
        "problem",
        1.0,
        "问题|业务|原因|problem|topic|complaint|reason",
    ),
    (
        "description",
        1.0,
        "描述|内容|详情|description|desc|detail|content|subject",
    ),
    ("direction", 1.0, "方向|呼叫类型|direction|calltype"),
    ("line", 1.0, "热线|被叫|接入号|line|dnis|hotline|dialled"),
    ("team", 1.0, "班组|团队|小组|team|squad|crew"),
];

/// Ideas that lie near each other, and how much of one the other is worth.
const NEAR: &[(Concept, Concept, f64)] = &[
    ("call", "talk", 0.6),
    ("wait", "group", 0.6),
    ("end", "close", 0.5),
    ("resolve", "close", 0.5),
];

/// Ideas that half of all headers share.
const GENERIC: f64 = 0.6;

/// Every word with its concept.
fn words() -> impl Iterator<Item = (Concept, &'static str)> {
    WORDS
        .iter()
        .flat_map(|(concept, _, words)| words.split('|').map(move |word| (*concept, word)))
}

/// A header taken apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Name {
    /// The header as names are compared, without unit and remark.
    pub folded: String,
    /// What it speaks of.
    pub concepts: Vec<Concept>,
    /// Words that are not known.
    strange: Vec<String>,
}

impl Name {
    /// Takes a header apart: its words without a unit and a remark in brackets.
    pub(super) fn of(header: &str) -> Self {
        let plain: String = header.chars().map(half_width).collect();
        let stated = unit_of_header(&plain);
        let mut name = Self::default();
        let base = match &stated {
            Some((base, _)) => {
                name.add("duration");
                base.as_str()
            }
            None => plain.as_str(),
        };
        let base = match base.split_once('(') {
            Some((before, _)) if !before.trim().is_empty() => before,
            _ => base,
        };
        name.folded = fold(base);
        let mut spaced = format!(" {} ", words_of(base).join(" "));
        for (concept, phrase) in words().filter(|(_, word)| word.contains(' ')) {
            if spaced.contains(&format!(" {phrase} ")) {
                name.add(concept);
                spaced = spaced.replace(phrase, "");
            }
        }
        for word in spaced.split_whitespace() {
            if word.is_ascii() {
                name.english(word);
            } else {
                name.chinese(word);
            }
        }
        name
    }

    /// The name of two columns that are joined.
    pub(super) fn joined(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.folded.clear();
        for concept in &other.concepts {
            both.add(concept);
        }
        both.strange.extend(other.strange.iter().cloned());
        both
    }

    /// Whether the header speaks of this.
    pub(super) fn says(&self, concept: &str) -> bool {
        self.concepts.contains(&concept)
    }

    /// Whether it speaks of this and of nothing else that is known.
    pub(super) fn says_only(&self, concept: &str) -> bool {
        self.says(concept) && self.concepts.len() == 1
    }

    pub(super) fn add(&mut self, concept: Concept) {
        if !self.says(concept) {
            self.concepts.push(concept);
        }
    }

    fn english(&mut self, word: &str) {
        let ignored = [
            "is", "of", "the", "in", "s", "avg", "average", "mean", "was",
        ];
        if ignored.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let exact = |known: &str| word == known;
        let inflected = |known: &str| {
            known.len() >= 4 && word.len() <= known.len() + 3 && word.starts_with(known)
        };
        let short = |known: &str| {
            known.len() >= 5
                && word.len() >= 3
                && known.len() <= word.len() + 4
                && known.starts_with(word)
        };
        let by = |test: &dyn Fn(&str) -> bool| {
            words().find(|(_, known)| known.is_ascii() && test(known))
        };
        match by(&exact).or_else(|| by(&inflected)).or_else(|| by(&short)) {
            Some((concept, _)) => self.add(concept),
            None => self.strange.push(word.to_owned()),
        }
    }

    fn chinese(&mut self, run: &str) {
        let mut rest = run;
        let mut strange = String::new();
        while let Some(first) = rest.chars().next() {
            let longest = words()
                .filter(|(_, word)| !word.is_ascii() && rest.starts_with(word))
                .max_by_key(|(_, word)| word.len());
            if let Some((concept, word)) = longest {
                self.add(concept);
                rest = &rest[word.len()..];
            } else {
                if !"是否的总平均人话".contains(first) {
                    strange.push(first);
                }
                rest = &rest[first.len_utf8()..];
            }
        }
        if !strange.is_empty() {
            self.strange.push(strange);
        }
    }

    /// Share of what two names say that both say: 0 to 1. What is a time in one may be a duration in the other
    /// where the values are durations.
    pub(super) fn shared(&self, known: &Self, durations: bool) -> f64 {
        let mine: Vec<Concept> = self
            .concepts
            .iter()
            .map(|concept| match *concept {
                "time" if durations => "duration",
                other => other,
            })
            .collect();
        let mut common = 0.0;
        let mut specific = false;
        for concept in &mine {
            let part = known
                .concepts
                .iter()
                .map(|other| near(concept, other))
                .fold(0.0, f64::max);
            common += part * weight(concept);
            specific |= part > 0.0 && weight(concept) > GENERIC;
        }
        let strange = self
            .strange
            .iter()
            .filter(|word| known.strange.contains(word))
            .count() as f64;
        common += strange * STRANGE;
        let all = |concepts: &[Concept], strange: usize| {
            concepts.iter().map(|concept| weight(concept)).sum::<f64>()
                + (strange as f64 * STRANGE).min(2.0 * STRANGE)
        };
        let sum = all(&mine, self.strange.len()) + all(&known.concepts, known.strange.len());
        if sum == 0.0 {
            return 0.0;
        }
        let share = (2.0 * common / sum).min(1.0);
        let says_more =
            !self.strange.is_empty() || mine.iter().any(|concept| weight(concept) > GENERIC);
        // "Due date" and "start date" share the date, and that is nothing.
        if specific || !says_more {
            share
        } else {
            share / 2.0
        }
    }
}

/// Weight of a word that no concept knows.
const STRANGE: f64 = 0.5;

fn weight(concept: &str) -> f64 {
    WORDS
        .iter()
        .find(|(name, ..)| *name == concept)
        .map_or(1.0, |(_, weight, _)| *weight)
}

fn near(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    NEAR.iter()
        .find(|(a, b, _)| (*a == one && *b == other) || (*a == other && *b == one))
        .map_or(0.0, |(_, _, part)| *part)
}

/// Words in lower case, parted where the writing changes: `AvgTalkDuration`, `vru+line`, `客户ID`.
fn words_of(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = ' ';
    for c in text.chars() {
        let hump = c.is_ascii_uppercase() && last.is_ascii_lowercase();
        let script = c.is_ascii() != last.is_ascii();
        if (hump || script || !c.is_alphanumeric())
            && words.last().is_some_and(|word| !word.is_empty())
        {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        last = c;
    }
    words.retain(|word| !word.is_empty());
    words
}
