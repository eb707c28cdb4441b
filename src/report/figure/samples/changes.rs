//! Changes in parts.

use super::*;

/// Answer rate by team, last week against this one: one team new, one gone.
pub(super) fn change(lang: Lang) -> Figure {
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
pub(super) fn seconds(lang: Lang) -> Figure {
    let mut random = noise(3);
    let mut next = || random.next().unwrap();
    let kinds = problem_names(lang);
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
