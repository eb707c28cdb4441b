//! A night as it could be: four weeks, figures of every kind, some of which moved.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "the numbers of a fixture are small and not negative"
)]

mod problems;
mod restated;

use chrono::{Datelike, Days, NaiveDate};

use crate::i18n::Bilingual;
use crate::insight::movement::{Day, Nature, movement};
use crate::kpi::figure::{Better, Bound, Estimate, Interval, Unit};
use crate::report::Scope;
use crate::report::nightly::{
    FileLedger, Insight, KpiLine, Linking, NightlyInput, RejectExample, RejectGroup, Restated,
    UnmappedCode, WaitCell, Waits,
};

const SPAN: u64 = 35;

/// The day reported on.
pub fn date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 29).unwrap_or_default()
}

/// A night with signals.
pub fn night() -> NightlyInput {
    NightlyInput {
        centre: Bilingual::new("Hangzhou service centre", "杭州客户服务中心"),
        date: date(),
        as_of: (date() + Days::new(1))
            .and_hms_opt(4, 0, 0)
            .unwrap_or_default(),
        zone: "Asia/Shanghai".to_owned(),
        scope: Scope::whole(),
        passed_over: Vec::new(),
        editions: Some(Bilingual::new(
            "nightly-2026-03-29.en.html",
            "nightly-2026-03-29.zh.html",
        )),
        ledger: ledger(),
        rejects: rejects(),
        unmapped: vec![
            UnmappedCode {
                table: "tickets".into(),
                column: "status".into(),
                value: "挂起".into(),
                rows: 41,
            },
            UnmappedCode {
                table: "chats".into(),
                column: "platform".into(),
                value: "xhs".into(),
                rows: 7,
            },
        ],
        notes: vec![Bilingual::new(
            "The surveys of 29 March arrived after the run of the night before; satisfaction of that day was recomputed.",
            "3 月 29 日的满意度回访文件晚到，当日满意度已重新计算。",
        )],
        restated: restated::restated(&kpis()),
        kpis: kpis(),
        waits: Some(waits()),
        abandons: Some(abandons()),
        problems: Some(problems::problems()),
        linking: Some(Linking {
            unlinkable: rate(0.064, 5210.0),
            immature: 2874,
            window_hours: 72,
        }),
        insight: Insight::default(),
    }
}

/// The same centre on a night when nothing moved and nothing was read.
pub fn quiet() -> NightlyInput {
    let mut input = night();
    for line in &mut input.kpis {
        let calm: Vec<Day> = line
            .history
            .iter()
            .map(|day| Day {
                date: day.date,
                estimate: line.history[0].estimate,
            })
            .collect();
        line.movement = movement(&calm, Nature::Single, line.better);
        line.history = calm;
        line.bound = None;
    }
    input.ledger.clear();
    input.rejects.clear();
    input.unmapped.clear();
    input.notes.clear();
    input.restated = Restated::First;
    (input.waits, input.problems, input.linking, input.editions) = (None, None, None, None);
    input.abandons = None;
    input
}

/// Noise without randomness: two incommensurable waves, within ±1.
fn wave(seed: f64, day: f64) -> f64 {
    f64::midpoint(
        (seed * 7.3 + day * 2.399).sin(),
        (seed * 3.1 + day * 5.123).sin(),
    )
}

fn rate(value: f64, n: f64) -> Estimate {
    let numerator = (value * n).round();
    let value = numerator / n;
    let half = 1.96 * (value * (1.0 - value) / n).sqrt();
    Estimate {
        value: Some(value),
        numerator: Some(numerator),
        denominator: Some(n),
        n: n as u64,
        interval: Some(Interval {
            low: (value - half).max(0.0),
            high: (value + half).min(1.0),
        }),
    }
}

fn mean(value: f64, n: f64, spread: f64) -> Estimate {
    let half = 1.96 * spread * value / n.sqrt();
    Estimate {
        value: Some(value),
        numerator: Some((value * n).round()),
        denominator: Some(n),
        n: n as u64,
        interval: Some(Interval {
            low: value - half,
            high: value + half,
        }),
    }
}

fn counted(value: f64) -> Estimate {
    let value = value.round();
    let half = 1.96 * value.sqrt();
    Estimate {
        value: Some(value),
        numerator: Some(value),
        denominator: None,
        n: value as u64,
        interval: Some(Interval {
            low: (value - half).max(0.0),
            high: value + half,
        }),
    }
}

/// How a series is made: level, size of the noise, n of a weekday, what the last days do.
struct Shape {
    level: f64,
    noise: f64,
    n: f64,
    /// Factor on the last days, and how many of them.
    moved: (f64, u64),
    nature: Nature,
}

fn history(seed: f64, shape: &Shape) -> Vec<Day> {
    (0..SPAN)
        .map(|i| {
            let date = date() - Days::new(SPAN - 1 - i);
            let weekend = date.weekday().number_from_monday() > 5;
            let busy = if weekend { 0.78 } else { 1.0 };
            let factor = if i + shape.moved.1 >= SPAN {
                shape.moved.0
            } else {
                1.0
            };
            let value = shape.level * factor * (1.0 + shape.noise * wave(seed, i as f64));
            let n = (shape.n * busy * (1.0 + 0.05 * wave(seed + 0.5, i as f64))).round();
            let estimate = match shape.nature {
                Nature::Rate => rate(value.clamp(0.0, 0.999), n),
                Nature::Mean => mean(value, n, 0.6),
                Nature::Count | Nature::Single => counted(value * busy),
            };
            Day { date, estimate }
        })
        .collect()
}

type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Unit,
    Better,
    f64,
    f64,
    f64,
    (f64, u64),
    Option<(Bound, &'static str)>,
);

fn kpis() -> Vec<KpiLine> {
    use Better::{Higher, Lower, Neither};
    use Bound::{AtLeast, AtMost};
    use Unit::{Count, PerThousand, Percent, Score, Seconds};
    const YTO: &str = "YTO workflow";
    const ZTO: &str = "ZTO duties";
    const RULE: &str = "Exception-handling standard";
    #[rustfmt::skip]
    let rows: Vec<Row> = vec![
        ("offered", "Offered calls", "呼入量", "Calls that reached a queue", "进入人工队列的来电", Count, Neither, 4400.0, 0.03, 1.0, (1.0, 0), None),
        ("answer_rate", "Answer rate", "接通率", "Answered ÷ (offered − short abandons)", "接通量 ÷（呼入量 − 速挂量）", Percent, Higher, 0.925, 0.006, 4210.0, (0.925, 3), Some((AtLeast(0.90), YTO))),
        ("abandon_rate", "Abandon rate", "放弃率", "Abandoned ÷ (offered − short abandons)", "放弃量 ÷（呼入量 − 速挂量）", Percent, Lower, 0.075, 0.05, 4210.0, (1.9, 3), Some((AtMost(0.08), YTO))),
        ("service_level", "Service level, 20 s", "20 秒服务水平", "Answered within 20 s ÷ (offered − short abandons)", "20 秒内接通量 ÷（呼入量 − 速挂量）", Percent, Higher, 0.80, 0.02, 4210.0, (1.0, 0), Some((AtLeast(0.80), YTO))),
        ("asa", "Average speed of answer", "平均应答速度", "Mean wait of answered calls", "已接来电的平均等待时长", Seconds, Lower, 24.0, 0.06, 3900.0, (1.55, 2), Some((AtMost(30.0), YTO))),
        ("aht", "Average handling time", "平均处理时长", "Mean of talk, hold and after-call work", "通话、保持与话后处理的平均时长", Seconds, Lower, 262.0, 0.02, 3900.0, (0.95, 9), Some((AtMost(270.0), YTO))),
        ("transfer_rate", "Transfer rate", "转接率", "Transferred ÷ answered", "转接量 ÷ 接通量", Percent, Lower, 0.063, 0.05, 3900.0, (1.0, 0), None),
        ("frt", "First response time, online", "平均首响时长", "Mean time to the first human reply", "在线会话首次人工回复的平均时长", Seconds, Lower, 21.0, 0.05, 2600.0, (1.0, 0), Some((AtMost(30.0), ZTO))),
        ("frt_within_30s", "First response within 30 s", "30 秒首响率", "Replied within 30 s ÷ offered chats", "30 秒内首响会话 ÷ 会话量", Percent, Higher, 0.842, 0.01, 2600.0, (1.0, 0), Some((AtLeast(0.90), ZTO))),
        ("chat_concurrency", "Chats at a time", "并发会话数", "Handling time ÷ time with a chat open", "处理时长 ÷ 有会话时长", Unit::Number, Neither, 2.4, 0.03, 2600.0, (1.0, 0), None),
        ("contacts", "Contacts", "服务量", "Calls answered, chats served and tickets from neither", "已接来电、已服务会话及独立工单", Count, Neither, 7600.0, 0.025, 1.0, (1.16, 2), None),
        ("response_time", "Average response time", "平均响应时长", "Mean time until a customer is first answered", "客户首次得到人工响应的平均时长", Seconds, Lower, 64.0, 0.03, 6900.0, (1.0, 0), Some((AtMost(60.0), YTO))),
        ("fcr", "First-contact resolution", "一次解决率", "First contacts without a repeat within 72 h ÷ linkable, mature first contacts", "72 小时内未重复来访的首次服务 ÷ 可关联且观察期满的首次服务", Percent, Higher, 0.782, 0.012, 3100.0, (1.0, 0), Some((AtLeast(0.80), YTO))),
        ("repeat_rate", "Repeat rate", "重复来访率", "Repeat contacts ÷ linkable contacts", "重复服务 ÷ 可关联服务", Percent, Lower, 0.164, 0.03, 6800.0, (1.0, 0), None),
        ("tickets", "Tickets", "工单量", "Tickets created", "新建工单", Count, Neither, 1240.0, 0.04, 1.0, (1.0, 0), None),
        ("first_reply", "First ticket reply", "工单首次回复时长", "Mean time to the first reply", "工单创建至首次回复的平均时长", Seconds, Lower, 3120.0, 0.05, 1200.0, (1.0, 0), Some((AtMost(3600.0), RULE))),
        ("sla_attainment", "SLA attainment", "SLA 达成率", "Clocks met ÷ clocks due", "按时完成 ÷ 到期时限", Percent, Higher, 0.951, 0.006, 2140.0, (1.0, 0), Some((AtLeast(0.95), "Yunda in-house system"))),
        ("complaints", "Complaints", "投诉量", "Complaint tickets created", "新建投诉工单", Count, Lower, 142.0, 0.07, 1.0, (1.0, 0), None),
        ("complaint_rate", "Complaints per 1,000 contacts", "千次服务投诉率", "Complaints ÷ contacts × 1,000", "投诉量 ÷ 服务量 × 1,000", PerThousand, Lower, 18.7, 0.06, 7600.0, (1.0, 0), None),
        ("company_fault_rate", "Company at fault", "有责率", "Judged against the company ÷ judged", "判定己方责任 ÷ 已判定", Percent, Lower, 0.31, 0.1, 24.0, (1.0, 0), None),
        ("satisfaction", "Customer satisfaction", "客户满意度", "Mean survey score, 1 to 5", "满意度评分均值（1–5 分）", Score, Higher, 4.52, 0.006, 940.0, (1.0, 0), Some((AtLeast(4.5), YTO))),
        ("survey_response_rate", "Survey response rate", "参评率", "Surveys answered ÷ sent", "已评价 ÷ 已发送", Percent, Higher, 0.213, 0.03, 4400.0, (1.08, 10), None),
        ("compliance", "Script compliance", "服务规范度", "Weighted share of applicable items passed", "适用质检项加权通过率", Percent, Higher, 0.934, 0.008, 1860.0, (0.992, 12), Some((AtLeast(0.95), YTO))),
        ("evaluation_coverage", "Evaluation coverage", "质检覆盖率", "Evaluated contacts ÷ contacts", "已质检服务 ÷ 服务量", Percent, Higher, 0.021, 0.04, 7600.0, (1.0, 0), None),
    ];
    rows.into_iter()
        .enumerate()
        .map(|(seed, row)| line(seed as f64, row))
        .collect()
}

fn line(seed: f64, row: Row) -> KpiLine {
    let (id, en, zh, about_en, about_zh, unit, better, level, noise, n, moved, target) = row;
    let nature = match unit {
        Unit::Percent => Nature::Rate,
        Unit::Count => Nature::Count,
        _ => Nature::Mean,
    };
    let mut history = history(
        seed,
        &Shape {
            level,
            noise,
            n,
            moved,
            nature,
        },
    );
    // First-contact resolution waits three days for its window.
    history.truncate(history.len() - if id == "fcr" { 3 } else { 0 });
    let newest = history.last().copied();
    let (day, estimate) = newest.map_or((date(), Estimate::default()), |day| {
        (day.date, day.estimate)
    });
    let same: Vec<f64> = history
        .iter()
        .rev()
        .skip(7)
        .step_by(7)
        .filter_map(|day| day.estimate.value)
        .collect();
    let owner = match id {
        "answer_rate" | "abandon_rate" | "asa" | "service_level" => {
            Some(Bilingual::new("shift lead", "话务排班主管"))
        }
        "compliance" => Some(Bilingual::new("quality team", "质检组")),
        _ => None,
    };
    KpiLine {
        id: id.to_owned(),
        name: Bilingual::new(en, zh),
        about: Bilingual::new(about_en, about_zh),
        unit,
        better,
        source: cited(target.map_or("kefu", |(_, source)| source)),
        variant: (id == "service_level").then(|| "excl_short".to_owned()),
        estimate,
        day,
        same_weekday: Some(same.iter().sum::<f64>() / same.len() as f64),
        same_weekday_weeks: same.len() as u32,
        bound: target.map(|(bound, _)| bound),
        target_source: target.map(|(_, source)| cited(source)),
        movement: movement(&history, nature, better),
        history,
        owner,
    }
}

fn ledger() -> Vec<FileLedger> {
    let file = |file: &str, table: &str, read, replaced, duplicate, rejected| FileLedger {
        file: file.to_owned(),
        table: table.to_owned(),
        read,
        stored: read - replaced - duplicate - rejected,
        replaced,
        duplicate,
        rejected,
    };
    vec![
        file("calls-2026-03-29.csv", "calls", 5268, 0, 36, 12),
        file("chats-2026-03-29.csv", "chats", 2811, 0, 0, 3),
        file("工单导出_20260329.csv", "tickets", 1964, 702, 18, 9),
        file("工单流转_20260329.csv", "ticket_events", 7740, 0, 0, 0),
        file("surveys-2026-03-29.csv", "surveys", 4402, 0, 5, 1),
        file("evaluations-2026-03-29.csv", "evaluations", 1866, 0, 0, 0),
    ]
}

fn rejects() -> Vec<RejectGroup> {
    let example = |file: &str, line, value: &str| RejectExample {
        file: file.to_owned(),
        line,
        value: value.to_owned(),
    };
    vec![
        RejectGroup {
            reason: Bilingual::new("Time cannot be read", "时间无法识别"),
            column: "answered_at".to_owned(),
            rows: 12,
            examples: vec![
                example("calls-2026-03-29.csv", 1204, "2026-02-30 10:00"),
                example("calls-2026-03-29.csv", 3310, "<script>alert(1)</script>"),
            ],
        },
        RejectGroup {
            reason: Bilingual::new(
                "Waybill has lost digits (scientific notation)",
                "运单号已丢位（科学计数法）",
            ),
            column: "运单号".to_owned(),
            rows: 9,
            examples: vec![example("工单导出_20260329.csv", 88, "7.73E+14")],
        },
        RejectGroup {
            reason: Bilingual::new("Too few fields", "字段数不足"),
            column: String::new(),
            rows: 4,
            examples: Vec::new(),
        },
    ]
}

fn waits() -> Waits {
    let mut cells = Vec::new();
    for weekday in 1..=7_u8 {
        for hour in 0..24_u8 {
            let (day, at) = (f64::from(weekday), f64::from(hour));
            let busy =
                (-((at - 10.5) / 3.0).powi(2)).exp() + 0.8 * (-((at - 15.5) / 3.2).powi(2)).exp();
            let n =
                (busy * 900.0 * (if weekday > 5 { 0.7 } else { 1.0 }) + 8.0 + 6.0 * wave(day, at))
                    .max(0.0) as u64;
            let monday = if weekday == 1 { 1.5 } else { 1.0 };
            let value = 12.0 + 34.0 * busy * monday + 4.0 * wave(day, at);
            cells.push(WaitCell {
                weekday,
                hour,
                value: (n > 0).then_some(value),
                n,
            });
        }
    }
    Waits {
        name: Bilingual::new("average speed of answer", "平均应答速度"),
        about: Bilingual::new("Mean wait of answered calls", "已接来电的平均等待时长"),
        unit: Unit::Seconds,
        from: date() - Days::new(27),
        to: date(),
        cells,
    }
}

fn abandons() -> Waits {
    let mut abandons = waits();
    abandons.name = Bilingual::new("abandon rate", "放弃率");
    abandons.about = Bilingual::new("Abandoned ÷ offered", "放弃量 ÷ 呼入量");
    abandons.unit = Unit::Percent;
    for cell in &mut abandons.cells {
        cell.value = cell.value.map(|wait| wait / 400.0);
    }
    abandons
}

/// A citation that reads the same in both languages.
fn cited(source: &str) -> Bilingual {
    Bilingual::new(source, source)
}
