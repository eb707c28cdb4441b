//! Agents against what they rest on.

use super::*;

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
pub(super) fn agents(lang: Lang) -> Figure {
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
pub(super) fn adjusted(lang: Lang) -> Figure {
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
