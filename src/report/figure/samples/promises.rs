//! Promises and waits.

use super::*;

/// Four weeks of promises.
pub(super) fn promises(lang: Lang) -> Figure {
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
pub(super) fn waits(lang: Lang) -> Figure {
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
