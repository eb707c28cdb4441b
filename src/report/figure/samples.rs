//! One figure of each kind with invented members, for the tests of drawings.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers of a sample are small and not negative"
)]

use chrono::{Days, NaiveDate};

use super::{About, Figure, funnel, persistence, ranked, ribbon, spread, waterfall};
use crate::i18n::Lang;
use crate::kpi::figure::{Better, Bound, Estimate, Interval, Unit};
use crate::report::document::Tone;
use crate::report::format;
use crate::stats::decomposition::{self, Member};
use crate::stats::funnel::{Flag, Funnel, LEAST, Ratio};
use crate::stats::pareto::{count_interval, pareto, simultaneous};
use crate::stats::persistence::persistence as judge;

/// A figure of every kind this module's neighbours draw up.
pub fn samples(lang: Lang) -> Vec<Figure> {
    vec![
        agents(lang),
        adjusted(lang),
        change(lang),
        seconds(lang),
        costs(lang),
        weeks(lang),
        promises(lang),
        waits(lang),
    ]
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

/// Words common to all samples.
fn about<'a>(lang: Lang, id: &'a str, title: &'a str, measure: &'a str) -> About<'a> {
    About {
        id,
        title,
        tone: Tone::Concern,
        measure,
        unit: Unit::Percent,
        better: Better::Higher,
        period: (day(3, 2), day(3, 29)),
        n: 0,
        target: None,
        scope: say(lang, "全部队列与渠道", "all queues and channels"),
        lang,
    }
}

/// Words of a sample in one language.
const fn say(lang: Lang, zh: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Numbers that look random and are the same everywhere.
fn noise(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        // Knuth's MMIX generator.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64) / ((1_u64 << 31) as f64)
    })
}

const ZH: [&str; 36] = [
    "王敏",
    "李娜",
    "张伟",
    "刘洋",
    "陈静",
    "杨帆",
    "赵磊",
    "黄珊",
    "周婷",
    "吴昊",
    "徐丽",
    "孙悦",
    "马超",
    "朱琳",
    "胡斌",
    "郭靖宇",
    "何珺",
    "高喆",
    "林玥",
    "罗垚",
    "郑爽",
    "梁宸",
    "谢彤",
    "宋岩",
    "唐婧",
    "许诺",
    "韩旭",
    "冯玉",
    "邓川",
    "曹萌",
    "彭博",
    "曾毅",
    "肖战野",
    "田雨",
    "董洁",
    "袁泉",
];
const EN: [&str; 36] = [
    "Wang Min",
    "Li Na",
    "Zhang Wei",
    "Liu Yang",
    "Chen Jing",
    "Yang Fan",
    "Zhao Lei",
    "Huang Shan",
    "Zhou Ting",
    "Wu Hao",
    "Xu Li",
    "Sun Yue",
    "Ma Chao",
    "Zhu Lin",
    "Hu Bin",
    "Guo Jingyu",
    "He Jun",
    "Gao Zhe",
    "Lin Yue",
    "Luo Yao",
    "Zheng Shuang",
    "Liang Chen",
    "Xie Tong",
    "Song Yan",
    "Tang Jing",
    "Xu Nuo",
    "Han Xu",
    "Feng Yu",
    "Deng Chuan",
    "Cao Meng",
    "Peng Bo",
    "Zeng Yi",
    "Xiao Zhanye",
    "Tian Yu",
    "Dong Jie",
    "Yuan Quan",
];

fn names(lang: Lang) -> &'static [&'static str] {
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}

/// First-contact resolution by agent.
fn agents(lang: Lang) -> Figure {
    let mut random = noise(11);
    let mut next = || random.next().unwrap();
    let members: Vec<(f64, f64)> = (0..36)
        .map(|i| {
            let n = (18.0 + 900.0 * next() * next()).round();
            let rate = match i {
                4 | 9 => 0.70,
                12 => 0.74,
                20 => 0.92,
                27 => 0.925,
                _ => 0.835 + 0.02 * (next() - 0.5),
            };
            // The sum of twelve uniform numbers is nearly normal.
            let z = (0..12).map(|_| next()).sum::<f64>() - 6.0;
            let count = (n * rate + z * (n * rate * (1.0 - rate)).sqrt()).round();
            (count.clamp(0.0, n), n)
        })
        .collect();
    let placing = Funnel::rates(&members, LEAST).unwrap();
    let people: Vec<funnel::Member> = names(lang)
        .iter()
        .zip(&members)
        .map(|(name, member)| funnel::Member {
            name,
            n: member.1 as u64,
            observed: Some(member.0),
            against: Some(member.1),
        })
        .collect();
    let low = placing
        .members
        .iter()
        .zip(names(lang))
        .filter(|(placed, _)| {
            matches!(
                placed.flag,
                Flag::Alarm { above: false } | Flag::Warning { above: false }
            )
        });
    let (worst, name) = low.min_by(|a, b| a.0.z.total_cmp(&b.0.z)).unwrap();
    let [worst, overall] =
        [worst.figure, placing.target].map(|rate| format::value(rate, Unit::Percent, lang));
    let title = match lang {
        Lang::Zh => format!("{name}的一次解决率低于偶然波动：{worst}，总体 {overall}"),
        Lang::En => format!(
            "{name} resolves fewer first contacts than chance explains: {worst} against {overall}"
        ),
    };
    let measure = say(lang, "一次解决率", "First-contact resolution");
    let about = About {
        n: members.iter().map(|member| member.1 as u64).sum(),
        target: Some((
            Bound::AtLeast(0.80),
            Some(say(lang, "客服考核办法", "assessment rules")),
        )),
        ..about(lang, "funnel-agents", &title, measure)
    };
    funnel::figure(
        &about,
        &placing,
        &people,
        funnel::Kind::Figure,
        say(lang, "客服", "Agent"),
    )
    .unwrap()
}

/// Repeat complaints by outlet against what their case mix leads to expect.
fn adjusted(lang: Lang) -> Figure {
    let mut random = noise(5);
    let mut next = || random.next().unwrap();
    let rows: Vec<Ratio> = (0..60)
        .map(|i| {
            let expected = 1.5 + 130.0 * next().powi(3);
            let level = match i {
                7 => 1.9,
                23 => 1.75,
                41 => 0.5,
                _ => 1.0,
            };
            let z = (0..12).map(|_| next()).sum::<f64>() - 6.0;
            let observed = (expected * level + z * (expected * level).sqrt()).round();
            Ratio {
                observed: observed.max(0.0),
                expected,
                variance: expected,
                n: (expected * 12.0).round(),
            }
        })
        .collect();
    let placing = Funnel::ratios(&rows, LEAST).unwrap();
    let outlets: Vec<String> = (0..60)
        .map(|i| {
            let place = [
                ("鄞州中心网点", "Yinzhou"),
                ("衢江网点", "Qujiang"),
                ("滨江网点", "Binjiang"),
                ("萧山机场网点", "Xiaoshan Airport"),
                ("婺城网点", "Wucheng"),
            ][i % 5];
            format!("{}{:02}", say(lang, place.0, place.1), i + 1)
        })
        .collect();
    let members: Vec<funnel::Member> = outlets
        .iter()
        .zip(&rows)
        .map(|(name, row)| funnel::Member {
            name,
            n: row.n as u64,
            observed: Some(row.observed),
            against: Some(row.expected),
        })
        .collect();
    let most = placing
        .members
        .iter()
        .zip(&outlets)
        .max_by(|a, b| a.0.z.total_cmp(&b.0.z));
    let (placed, name) = most.unwrap();
    let times = format::value(placed.figure, Unit::Number, lang);
    let title = match lang {
        Lang::Zh => format!("{name}的重复投诉是同类业务期望的 {times} 倍"),
        Lang::En => {
            format!("{name} has {times} times the repeat complaints its work leads to expect")
        }
    };
    let measure = say(lang, "重复投诉", "Repeat complaints");
    let about = About {
        unit: Unit::Count,
        better: Better::Lower,
        n: rows.iter().map(|row| row.n as u64).sum(),
        ..about(lang, "funnel-outlets", &title, measure)
    };
    funnel::figure(
        &about,
        &placing,
        &members,
        funnel::Kind::Adjusted,
        say(lang, "网点", "Outlet"),
    )
    .unwrap()
}

/// Answer rate by team, last week against this one: one team new, one gone.
fn change(lang: Lang) -> Figure {
    let teams = [
        (("滨江一组", "Binjiang 1"), (1800.0, 0.93), (1900.0, 0.80)),
        (("滨江二组", "Binjiang 2"), (1700.0, 0.92), (1650.0, 0.90)),
        (("夜班组", "Night shift"), (600.0, 0.78), (1100.0, 0.77)),
        (
            ("外包呼叫中心（杭州）", "Outsourced desk, Hangzhou"),
            (0.0, 0.0),
            (700.0, 0.70),
        ),
        (("实习组", "Trainees"), (320.0, 0.80), (0.0, 0.0)),
        (
            ("投诉专席", "Complaints desk"),
            (500.0, 0.95),
            (520.0, 0.97),
        ),
        (
            ("在线转人工组", "Chat hand-over"),
            (900.0, 0.90),
            (910.0, 0.905),
        ),
        (("国际件组", "International"), (210.0, 0.91), (205.0, 0.90)),
    ];
    let members: Vec<Member> = teams
        .iter()
        .map(|(_, before, after)| Member {
            n_before: before.0,
            sum_before: before.0 * before.1,
            n_after: after.0,
            sum_after: after.0 * after.1,
        })
        .collect();
    let parts = decomposition::shares(&members).unwrap();
    let named: Vec<waterfall::Member> = teams
        .iter()
        .enumerate()
        .map(|(at, (name, before, after))| waterfall::Member {
            name: say(lang, name.0, name.1),
            n: (before.0 as u64, after.0 as u64),
            interval: decomposition::interval(
                &members,
                &parts,
                at,
                (before.1 * (1.0 - before.1), after.1 * (1.0 - after.1)),
            ),
        })
        .collect();
    let fall = format::change(parts.change(), Unit::Percent, lang);
    let own = format::change(parts.parts[0].rate, Unit::Percent, lang);
    let title = match lang {
        Lang::Zh => format!("接通率变化 {fall}，其中滨江一组自身 {own}"),
        Lang::En => format!("Answer rate moved by {fall}, {own} of it by Binjiang 1’s own figure"),
    };
    let measure = say(lang, "接通率", "Answer rate");
    let about = About {
        n: 13_015,
        target: Some((Bound::AtLeast(0.90), None)),
        ..about(lang, "waterfall-teams", &title, measure)
    };
    let periods = [(day(3, 16), day(3, 22)), (day(3, 23), day(3, 29))]
        .map(|(from, to)| format::period(from, to, lang));
    let dimension = say(lang, "班组", "Team");
    waterfall::figure(
        &about,
        &parts,
        &named,
        (&periods[0], &periods[1]),
        Some((-0.071, -0.049)),
        dimension,
    )
    .unwrap()
}

/// Handle time by problem: a better change with many small parts.
fn seconds(lang: Lang) -> Figure {
    let mut random = noise(3);
    let mut next = || random.next().unwrap();
    let kinds = problems(lang);
    let members: Vec<Member> = (0..kinds.len())
        .map(|i| {
            let (n, mean) = (200.0 + 900.0 * next(), 180.0 + 220.0 * next());
            let later = mean * (0.9 + 0.12 * next());
            let more = n * (0.85 + 0.3 * next());
            let gone = i == 7;
            Member {
                n_before: n.round(),
                sum_before: n.round() * mean,
                n_after: if gone { 0.0 } else { more.round() },
                sum_after: if gone { 0.0 } else { more.round() * later },
            }
        })
        .collect();
    let parts = decomposition::shares(&members).unwrap();
    let named: Vec<waterfall::Member> = kinds
        .iter()
        .zip(&members)
        .map(|(name, member)| waterfall::Member {
            name,
            n: (member.n_before as u64, member.n_after as u64),
            interval: None,
        })
        .collect();
    let title = say(
        lang,
        "平均处理时长缩短 4.1 秒：各类问题自身在降，构成变化抵消近半",
        "Handle time fell by 4.1 s: most problems take less, the mix takes back almost half",
    );
    let measure = say(lang, "平均处理时长", "Average handle time");
    let about = About {
        tone: Tone::Improvement,
        unit: Unit::Seconds,
        better: Better::Lower,
        n: members
            .iter()
            .map(|m| (m.n_before + m.n_after) as u64)
            .sum(),
        ..about(lang, "waterfall-problems", title, measure)
    };
    let periods = (say(lang, "2 月", "February"), say(lang, "3 月", "March"));
    let dimension = say(lang, "问题类型", "Problem type");
    waterfall::figure(&about, &parts, &named, periods, None, dimension).unwrap()
}

fn problems(lang: Lang) -> Vec<&'static str> {
    [
        ("催派件", "Chase delivery"),
        ("破损理赔", "Damage claim"),
        ("虚假签收", "Signed for, not delivered"),
        ("改地址", "Change of address"),
        ("物流停滞超过 72 小时", "No movement for more than 72 hours"),
        ("派件员态度", "Courier’s manner"),
        ("丢件", "Lost parcel"),
        ("节假日揽收", "Holiday pick-up"),
        ("电子面单打印", "Waybill printing"),
        ("代收点取件码", "Pick-up code"),
        ("运费争议", "Price dispute"),
        ("大件加价", "Oversize surcharge"),
        ("生鲜变质", "Spoiled fresh goods"),
        ("国际清关", "Customs"),
        ("发票", "Invoice"),
        ("建议与表扬", "Suggestions and praise"),
    ]
    .iter()
    .map(|(zh, en)| say(lang, zh, en))
    .collect()
}

/// Cost of problems in minutes, with the ranks that are sure.
fn costs(lang: Lang) -> Figure {
    let kinds = problems(lang);
    let counts = [
        812.0, 540.0, 505.0, 260.0, 241.0, 232.0, 150.0, 121.0, 118.0, 96.0, 60.0, 52.0, 33.0,
        20.0, 12.0, 6.0,
    ];
    let bars = pareto(&counts.map(|count| count * 6.4)).unwrap();
    let level = simultaneous(0.95, counts.len());
    let items: Vec<ranked::Item> = kinds
        .iter()
        .zip(counts)
        .map(|(name, count)| {
            let (low, high) = count_interval(count, level).unwrap();
            ranked::Item {
                name,
                n: count as u64,
                interval: (low * 6.4, high * 6.4),
            }
        })
        .collect();
    let title = say(
        lang,
        "催派件最耗时：占 25 %；第 2、3 名先后不能确定",
        "Chasing deliveries costs most: 25 % of all minutes; ranks 2 and 3 are not sure",
    );
    let measure = say(lang, "处理分钟", "Handling minutes");
    let about = About {
        unit: Unit::Count,
        better: Better::Lower,
        n: 3258,
        ..about(lang, "pareto-cost", title, measure)
    };
    ranked::figure(
        &about,
        &bars,
        &items,
        "95 %",
        say(lang, "问题类型", "Problem type"),
    )
    .unwrap()
}

/// Thirteen weeks of problems.
fn weeks(lang: Lang) -> Figure {
    let mut random = noise(19);
    let mut next = || random.next().unwrap();
    let kinds = problems(lang);
    let first = day(1, 5);
    let days: Vec<NaiveDate> = (0..13).map(|week| first + Days::new(7 * week)).collect();
    let series: Vec<Vec<(f64, f64)>> = (0..9)
        .map(|i| {
            let level = [42.0, 30.0, 118.0, 25.0, 19.0, 14.0, 12.0, 9.0, 3.0][i];
            let push = [1.35, 1.3, 1.06, 1.0, 1.0, 0.95, 1.0, 0.9, 1.4][i];
            (0..13)
                .map(|week| {
                    let expected = level * (1.0 + 0.01 * f64::from(week));
                    let burst = if i == 1 && week > 8 { 1.9 } else { 1.0 };
                    let z = (0..12).map(|_| next()).sum::<f64>() - 6.0;
                    let count = expected * push * burst + z * expected.sqrt();
                    (count.round().max(0.0), expected)
                })
                .collect()
        })
        .collect();
    let judged: Vec<_> = series.iter().map(|weeks| judge(weeks).unwrap()).collect();
    let rows: Vec<persistence::Problem> = series
        .iter()
        .zip(&judged)
        .zip(&kinds)
        .map(|((weeks, judged), name)| persistence::Problem {
            name,
            weeks,
            judged,
            persistent: judged.p < 0.01 && weeks[0].1 >= 5.0,
        })
        .collect();
    let title = say(
        lang,
        "催派件与破损理赔连续多周高于预期",
        "Chased deliveries and damage claims stay above expectation week after week",
    );
    let measure = say(lang, "按问题类型的服务量", "Contacts by problem type");
    let about = About {
        unit: Unit::Count,
        better: Better::Lower,
        period: (days[0], day(4, 5)),
        n: series.iter().flatten().map(|week| week.0 as u64).sum(),
        ..about(lang, "persistence", title, measure)
    };
    let how = say(
        lang,
        "▲：错误发现率控制在 5 % 以内（检验 9 类）",
        "▲: false discoveries held below 5 % (9 problems tested)",
    );
    persistence::figure(
        &about,
        &days,
        &rows,
        how,
        say(lang, "问题类型", "Problem type"),
    )
    .unwrap()
}

fn estimate(numerator: f64, denominator: f64) -> Estimate {
    let share = numerator / denominator;
    let half = 1.96 * (share * (1.0 - share) / denominator).sqrt();
    Estimate {
        value: Some(share),
        numerator: Some(numerator),
        denominator: Some(denominator),
        n: denominator as u64,
        interval: Some(Interval {
            low: share - half,
            high: share + half,
        }),
    }
}

/// Four weeks of promises.
fn promises(lang: Lang) -> Figure {
    let mut random = noise(23);
    let mut next = || random.next().unwrap();
    let first = day(3, 2);
    let dates: Vec<NaiveDate> = (0..28).map(|i| first + Days::new(i)).collect();
    let mut clocks = |level: f64, late: f64, running: bool| -> Vec<(u64, u64, u64)> {
        (0..28)
            .map(|i| {
                let due = level * (0.8 + 0.4 * next()) * if i % 7 > 4 { 0.5 } else { 1.0 };
                let worse = if i > 20 { 2.2 } else { 1.0 };
                let breached = (due * late * worse * (0.5 + next())).round();
                let open = if running && i > 25 {
                    due * 0.5 * f64::from(i - 25)
                } else {
                    0.0
                };
                (
                    (due - breached).max(0.0) as u64,
                    open as u64,
                    breached as u64,
                )
            })
            .collect()
    };
    let rows = [
        (
            ("在线首次回复", "First reply online"),
            ("30 秒", "30 s"),
            clocks(420.0, 0.03, false),
            0.95,
        ),
        (
            ("异常首次反馈", "First feedback on exceptions"),
            ("1 小时", "1 h"),
            clocks(60.0, 0.09, false),
            0.90,
        ),
        (
            ("投诉答复", "Complaint answered"),
            ("24 小时", "24 h"),
            clocks(24.0, 0.05, true),
            0.90,
        ),
        (
            ("投诉办结", "Complaint closed"),
            ("7 天", "7 days"),
            clocks(22.0, 0.12, true),
            0.95,
        ),
        (
            ("理赔付款", "Compensation paid"),
            ("24 小时", "24 h"),
            clocks(0.9, 0.3, false),
            0.95,
        ),
    ];
    let promises: Vec<ribbon::Promise> = rows
        .iter()
        .map(|(name, limit, clocks, target)| {
            let met: u64 = clocks.iter().map(|clock| clock.0).sum();
            let breached: u64 = clocks.iter().map(|clock| clock.2).sum();
            ribbon::Promise {
                name: say(lang, name.0, name.1),
                limit: say(lang, limit.0, limit.1),
                clocks,
                attainment: estimate(met as f64, (met + breached).max(1) as f64),
                target: Some(Bound::AtLeast(*target)),
            }
        })
        .collect();
    let slots = dates
        .iter()
        .enumerate()
        .map(|(i, date)| ribbon::Slot {
            label: format::axis_day(*date, lang),
            labelled: i % 7 == 0,
        })
        .collect();
    let title = say(
        lang,
        "3 月 23 日起超时翻倍：投诉办结未达标",
        "Breaches have doubled since 23 Mar: closing complaints misses its target",
    );
    let measure = say(lang, "时效达成", "Promises kept");
    let about = About {
        n: promises.iter().map(|promise| promise.attainment.n).sum(),
        ..about(lang, "ribbon", title, measure)
    };
    ribbon::figure(&about, slots, &promises, say(lang, "到期日", "Due")).unwrap()
}

/// Waits in the queue around a promise of 20 s.
fn waits(lang: Lang) -> Figure {
    let counts = [
        1490, 2810, 3120, 2650, 1480, 860, 540, 390, 300, 236, 188, 150, 121, 99, 83, 70, 58, 49,
        41, 36, 30, 26, 22, 19, 412,
    ];
    let bins: Vec<spread::Bin> = counts
        .iter()
        .enumerate()
        .map(|(i, count)| spread::Bin {
            from: 5.0 * i as f64,
            to: (i + 1 < counts.len()).then_some(5.0 * (i as f64 + 1.0)),
            count: *count,
        })
        .collect();
    let within: u64 = counts[..4].iter().sum();
    let all: u64 = counts.iter().sum();
    let title = say(
        lang,
        "65.9 % 的来电在 20 秒内接起，低于 80 % 的要求",
        "65.9 % of calls are answered within 20 s, short of the 80 % asked for",
    );
    let measure = say(lang, "排队等待", "Wait in queue");
    let about = About {
        unit: Unit::Seconds,
        better: Better::Lower,
        n: all,
        target: Some((
            Bound::AtMost(20.0),
            Some(say(lang, "客服考核办法", "assessment rules")),
        )),
        ..about(lang, "waits", title, measure)
    };
    let quantiles = [
        (say(lang, "中位数", "median"), 15.3),
        (say(lang, "第 90 百分位", "90th percentile"), 58.0),
    ];
    spread::figure(
        &about,
        &bins,
        estimate(within as f64, all as f64),
        &quantiles,
    )
    .unwrap()
}
