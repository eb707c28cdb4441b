//! Problems by cost and by week.

use super::*;

/// Cost of problems in minutes, with the ranks that are sure.
pub(super) fn costs(lang: Lang) -> Figure {
    let kinds = problem_names(lang);
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
pub(super) fn weeks(lang: Lang) -> Figure {
    let mut random = noise(19);
    let mut next = || random.next().unwrap();
    let kinds = problem_names(lang);
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
