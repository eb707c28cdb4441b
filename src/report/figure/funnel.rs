//! Funnel: members against what they rest on, inside and outside what chance explains.

use crate::kpi::figure::Unit;
use crate::report::document::Column;
use crate::report::format;
use crate::stats::funnel::{Flag, Funnel as Placing, Level as Chance, Placed};

use super::{About, Axis, Figure, Level, Plot, SignalMark};

/// Points a limit is drawn with: enough for a smooth curve on the widest sheet.
const POINTS: u32 = 72;

/// Members with their limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// Vertical axis: the figure.
    pub axis: Axis,
    /// Heading of the vertical axis.
    pub figure_label: String,
    /// Heading of the horizontal axis, whose scale is that of square roots.
    pub size_label: String,
    /// What members are held against.
    pub overall: Level,
    /// The target, where there is one.
    pub target: Option<Level>,
    /// 95 % limits.
    pub inner: Limits,
    /// 99.8 % limits.
    pub outer: Limits,
    /// The members, the most striking first: in this order they get their labels.
    pub members: Vec<FunnelMember>,
    /// Words of the key.
    pub key: FunnelKey,
}

/// One pair of limits along the sizes.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// How rarely chance crosses them, printed.
    pub label: String,
    /// Size, lower and upper limit, sizes ascending.
    pub points: Vec<(f64, f64, f64)>,
}

/// One member.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelMember {
    /// Name.
    pub name: String,
    /// Place on the horizontal axis.
    pub size: f64,
    /// Its figure.
    pub value: f64,
    /// How it is drawn.
    pub standing: Standing,
    /// Name and numbers in words.
    pub hint: String,
}

/// Where a member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Too few contacts: grey, never named.
    Sparse,
    /// What chance explains.
    Within,
    /// Outside the 95 % limits: drawn hollow.
    Warning(SignalMark),
    /// Outside the 99.8 % limits: drawn solid.
    Alarm(SignalMark),
}

/// Words of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunnelKey {
    /// What chance explains.
    pub within: String,
    /// Too few contacts.
    pub sparse: String,
    /// Outside the 95 % limits.
    pub warning: String,
    /// Outside the 99.8 % limits.
    pub alarm: String,
    /// Flagged members that found no room for their name.
    pub unnamed: String,
}

/// A member as it comes from the marts.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Name.
    pub name: &'a str,
    /// Contacts.
    pub n: u64,
    /// What was counted or summed.
    pub observed: Option<f64>,
    /// What it is held against: n of a rate, the expected sum of a ratio.
    pub against: Option<f64>,
}

/// What a funnel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Rates or means as they are.
    Figure,
    /// Observed over expected, for the same case mix.
    Adjusted,
}

/// Draws up a funnel; `members` in the order of `placing.members`, `dimension` names what they are.
///
/// `None` when there are no members or the two lists differ in length.
#[must_use]
pub fn figure(
    about: &About,
    placing: &Placing,
    members: &[Member],
    kind: Kind,
    dimension: &str,
) -> Option<Figure> {
    if members.is_empty() || members.len() != placing.members.len() {
        return None;
    }
    let t = about.text();
    let axis = Axis {
        unit: match kind {
            Kind::Figure => about.unit,
            Kind::Adjusted => Unit::Number,
        },
        lang: about.lang,
    };
    let print = |value| format::value(value, axis.unit, about.lang);
    let mut order: Vec<(&Member, &Placed)> = members.iter().zip(&placing.members).collect();
    order.sort_by(|(a, x), (b, y)| {
        let sure = |placed: &Placed| matches!(placed.flag, Flag::TooFew);
        sure(x)
            .cmp(&sure(y))
            .then(y.z.abs().total_cmp(&x.z.abs()))
            .then(a.name.cmp(b.name))
    });
    let least = About::least();
    let plot = Funnel {
        axis,
        figure_label: match kind {
            Kind::Figure => about.measure.to_owned(),
            Kind::Adjusted => t.funnel_ratio().to_owned(),
        },
        size_label: match kind {
            Kind::Figure => t.funnel_size().to_owned(),
            Kind::Adjusted => t.funnel_precision().to_owned(),
        },
        overall: Level {
            value: placing.target,
            label: match kind {
                Kind::Figure => t.funnel_overall(&print(placing.target)),
                Kind::Adjusted => t.funnel_expected().to_owned(),
            },
        },
        target: about
            .target
            .filter(|_| kind == Kind::Figure)
            .map(|(bound, _)| Level {
                value: bound.value(),
                label: t.target_is(&format::bound(bound, about.unit, about.lang)),
            }),
        inner: limits(placing, Chance::P95, "95 %"),
        outer: limits(placing, Chance::P998, "99.8 %"),
        members: order
            .iter()
            .map(|(member, placed)| FunnelMember {
                name: member.name.to_owned(),
                size: placed.precision,
                value: placed.figure,
                standing: standing(about, placed),
                hint: t.funnel_hint(
                    member.name,
                    &print(placed.figure),
                    &format::count(member.n),
                    verdict(about, placed),
                ),
            })
            .collect(),
        key: FunnelKey {
            within: t.funnel_within().to_owned(),
            sparse: t.sparse_below(&least),
            warning: t.funnel_warning().to_owned(),
            alarm: t.funnel_alarm().to_owned(),
            unnamed: t.funnel_unnamed().to_owned(),
        },
    };
    let mut notes = vec![t.funnel_limits().to_owned()];
    if placing.tau2 > 0.0 {
        notes.push(t.funnel_widened().to_owned());
    }
    if kind == Kind::Adjusted {
        notes.push(t.funnel_case_mix().to_owned());
    }
    notes.push(t.funnel_least(&least));
    let range = |(low, high): (f64, f64)| format!("{}\u{a0}–\u{a0}{}", print(low), print(high));
    let rows = order
        .iter()
        .map(|(member, placed)| {
            vec![
                member.name.to_owned(),
                format::count(member.n),
                format::sum(member.observed),
                format::sum(member.against),
                print(placed.figure),
                range(placed.limits_95),
                range(placed.limits_998),
                verdict(about, placed).to_owned(),
            ]
        })
        .collect();
    let columns = vec![
        Column::text(dimension),
        Column::number("n"),
        Column::number(t.col_observed()),
        Column::number(match kind {
            Kind::Figure => t.col_denominator(),
            Kind::Adjusted => t.col_expected_cases(),
        }),
        Column::number(match kind {
            Kind::Figure => t.col_figure(),
            Kind::Adjusted => t.funnel_ratio(),
        }),
        Column::number(t.col_limits_95()),
        Column::number(t.col_limits_998()),
        Column::text(t.col_verdict()),
    ];
    let description = t.funnel_description(&members.len().to_string(), about.title);
    Some(about.figure(Plot::Funnel(plot), description, notes, columns, rows))
}

/// Limits from the smallest to the largest member, evenly on the scale of square roots.
fn limits(placing: &Placing, chance: Chance, label: &str) -> Limits {
    let sizes = placing.members.iter().map(|member| member.precision.sqrt());
    let (low, high) = sizes.fold((f64::INFINITY, 0.0_f64), |(low, high), size| {
        (low.min(size), high.max(size))
    });
    let points = (0..=POINTS).map(|step| {
        let root = low + (high * 1.02 - low) * f64::from(step) / f64::from(POINTS);
        let size = root * root;
        let (lower, upper) = placing.limits(size, chance);
        (size, lower, upper)
    });
    Limits {
        label: label.to_owned(),
        points: points.collect(),
    }
}

const fn standing(about: &About, placed: &Placed) -> Standing {
    match placed.flag {
        Flag::TooFew => Standing::Sparse,
        Flag::Within => Standing::Within,
        Flag::Warning { above } => Standing::Warning(about.mark_of(above)),
        Flag::Alarm { above } => Standing::Alarm(about.mark_of(above)),
    }
}

const fn verdict(about: &About, placed: &Placed) -> &'static str {
    match standing(about, placed) {
        Standing::Sparse => about.text().sparse(),
        Standing::Within => about.text().funnel_within(),
        Standing::Warning(mark) | Standing::Alarm(mark) => about.word_of(mark.tone),
    }
}
