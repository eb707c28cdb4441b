//! Waterfall: a change between two periods in parts that add up to it.

use crate::report::document::{Column, Tone};
use crate::report::format;
use crate::stats::decomposition::{Decomposition, Presence};
use crate::stats::sum::compensated;

use super::{About, Axis, Figure, Level, Plot};

/// Effects drawn on their own before the others are folded: as many as are read in one glance.
const SHOWN: usize = 8;

/// Share of the largest effect below which one is folded: its bar would be a speck.
const SPECK: f64 = 0.05;

/// A change in parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// Axis of the figure.
    pub axis: Axis,
    /// The earlier period: its name is the label's first half.
    pub before: Period,
    /// The later period.
    pub after: Period,
    /// The parts; `before` and all changes add up to `after`.
    pub steps: Vec<Step>,
    /// Words of the key: own figure, mix.
    pub key: WaterfallKey,
}

/// One end of the change.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// Days, printed.
    pub name: String,
    /// The figure with its label.
    pub level: Level,
}

/// One part.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Name of the member or of what was folded.
    pub name: String,
    /// What moved.
    pub kind: StepKind,
    /// The word for it.
    pub kind_label: String,
    /// How far, in the axis' unit.
    pub change: f64,
    /// To which side.
    pub tone: Tone,
    /// The change, printed.
    pub label: String,
    /// Name and numbers in words.
    pub hint: String,
}

/// Why a part moved the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StepKind {
    /// The member's own figure moved.
    Own,
    /// The member's share moved.
    Mix,
    /// The member is new.
    New,
    /// The member is gone.
    Vanished,
    /// What is left, folded.
    Other,
}

/// Words of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaterfallKey {
    /// Own figures moved.
    pub own: String,
    /// Shares moved.
    pub mix: String,
    /// To the worse side.
    pub concern: String,
    /// To the better side.
    pub improvement: String,
    /// Where neither side is better.
    pub neutral: String,
}

impl Waterfall {
    /// What the steps leave unexplained; 0 but for rounding.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let changes = self.steps.iter().map(|step| step.change);
        compensated(std::iter::once(self.before.level.value).chain(changes))
            - self.after.level.value
    }
}

/// A member of the decomposition.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Name.
    pub name: &'a str,
    /// n before and after.
    pub n: (u64, u64),
    /// 95 % interval of its whole part, where it has one; what holds 0 is folded.
    pub interval: Option<(f64, f64)>,
}

/// An effect of one member.
#[derive(Clone, Copy)]
struct Effect {
    at: usize,
    kind: StepKind,
    change: f64,
}

/// Draws up a waterfall; `members` in the order of `parts.parts`, `periods` printed, `interval` that of the
/// whole change.
///
/// `None` when the two lists differ in length.
#[must_use]
pub fn figure(
    about: &About,
    parts: &Decomposition,
    members: &[Member],
    periods: (&str, &str),
    interval: Option<(f64, f64)>,
    dimension: &str,
) -> Option<Figure> {
    if members.len() != parts.parts.len() {
        return None;
    }
    let t = about.text();
    let steps = steps(about, parts, members);
    let period = |name: &str, value: f64| Period {
        name: name.to_owned(),
        level: Level {
            value,
            label: about.print(value),
        },
    };
    let plot = Waterfall {
        axis: Axis {
            unit: about.unit,
            lang: about.lang,
        },
        before: period(periods.0, parts.before),
        after: period(periods.1, parts.after),
        steps,
        key: WaterfallKey {
            own: t.step_own_key().to_owned(),
            mix: t.step_mix_key().to_owned(),
            concern: t.legend_concern().to_owned(),
            improvement: t.legend_improvement().to_owned(),
            neutral: t.legend_neutral().to_owned(),
        },
    };
    let change = about.change(parts.change());
    let mut notes = vec![match interval {
        Some((low, high)) => t.waterfall_change(&change, &about.change(low), &about.change(high)),
        None => t.waterfall_change_only(&change),
    }];
    notes.push(t.waterfall_sums(&about.change(parts.rate()), &about.change(parts.mix())));
    notes.push(t.waterfall_method().to_owned());
    let description = t.waterfall_description(periods.0, periods.1, about.title);
    Some(about.figure(
        Plot::Waterfall(plot),
        description,
        notes,
        columns(about, dimension),
        rows(about, parts, members),
    ))
}

/// The largest effects one by one, then new, vanished and other members folded.
fn steps(about: &About, parts: &Decomposition, members: &[Member]) -> Vec<Step> {
    let t = about.text();
    let doubtful = |at: usize| {
        members[at]
            .interval
            .is_some_and(|(low, high)| low <= 0.0 && high >= 0.0)
    };
    let mut effects = effects(parts);
    // The direction of the change first, its largest parts first; equal ones keep the order of the members.
    let down = parts.change() < 0.0;
    effects.sort_by(|a, b| b.change.abs().total_cmp(&a.change.abs()));
    let largest = effects.first().map_or(0.0, |effect| effect.change.abs());
    let (mut shown, mut folded) = (Vec::new(), Vec::new());
    for effect in effects {
        let seen = effect.change.abs() >= SPECK * largest && effect.change != 0.0;
        if shown.len() < SHOWN && seen && !doubtful(effect.at) {
            shown.push(effect);
        } else {
            folded.push(effect);
        }
    }
    shown.sort_by_key(|effect| (effect.change < 0.0) != down);
    let one = |effect: &Effect| {
        let name = members[effect.at].name.to_owned();
        step(about, name, effect.kind, effect.change)
    };
    let mut steps: Vec<Step> = shown.iter().map(one).collect();
    for kind in [StepKind::New, StepKind::Vanished] {
        let of_kind: Vec<&Effect> = folded.iter().filter(|effect| effect.kind == kind).collect();
        match of_kind.as_slice() {
            [] => {}
            [effect] => steps.push(one(effect)),
            many => {
                let count = many.len().to_string();
                let name = t.step_several(&count);
                let change = compensated(many.iter().map(|effect| effect.change));
                steps.push(step(about, name, kind, change));
            }
        }
    }
    let rest: Vec<&Effect> = folded
        .iter()
        .filter(|effect| matches!(effect.kind, StepKind::Own | StepKind::Mix))
        .collect();
    if !rest.is_empty() {
        // What is left, so that the parts add up to the last digit.
        let sum = compensated(steps.iter().map(|step| step.change));
        let name = t.step_other(&rest.len().to_string());
        steps.push(step(about, name, StepKind::Other, parts.change() - sum));
    }
    steps
}

fn effects(parts: &Decomposition) -> Vec<Effect> {
    let effect = |at, kind, change| Effect { at, kind, change };
    parts
        .parts
        .iter()
        .enumerate()
        .flat_map(|(at, part)| match part.presence {
            Presence::Both => vec![
                effect(at, StepKind::Own, part.rate),
                effect(at, StepKind::Mix, part.mix),
            ],
            Presence::New => vec![effect(at, StepKind::New, part.total())],
            Presence::Vanished => vec![effect(at, StepKind::Vanished, part.total())],
            Presence::Neither => Vec::new(),
        })
        .collect()
}

fn step(about: &About, name: String, kind: StepKind, change: f64) -> Step {
    let t = about.text();
    let kind_label = match kind {
        StepKind::Own => t.step_own(),
        StepKind::Mix => t.step_mix(),
        StepKind::New => t.step_new(),
        StepKind::Vanished => t.step_vanished(),
        StepKind::Other => "",
    };
    let label = about.change(change);
    Step {
        hint: t.step_hint(&name, kind_label, &label),
        name,
        kind,
        kind_label: kind_label.to_owned(),
        change,
        // What prints as 0 moves nothing to either side.
        tone: if label.starts_with('±') {
            Tone::Calm
        } else {
            about.tone_of(change > 0.0)
        },
        label,
    }
}

fn columns(about: &About, dimension: &str) -> Vec<Column> {
    let t = about.text();
    vec![
        Column::text(dimension),
        Column::number(t.col_n_before()),
        Column::number(t.col_n_after()),
        Column::number(t.step_own()),
        Column::number(t.step_mix()),
        Column::number(t.col_together()),
        Column::number(t.col_interval()),
        Column::text(t.col_presence()),
    ]
}

fn rows(about: &About, parts: &Decomposition, members: &[Member]) -> Vec<Vec<String>> {
    let t = about.text();
    let mut order: Vec<usize> = (0..members.len()).collect();
    let size = |at: usize| parts.parts[at].total().abs();
    order.sort_by(|&a, &b| size(b).total_cmp(&size(a)));
    order
        .iter()
        .map(|&at| {
            let (member, part) = (&members[at], &parts.parts[at]);
            let presence = match part.presence {
                Presence::Both => t.presence_both(),
                Presence::New => t.step_new(),
                Presence::Vanished => t.step_vanished(),
                Presence::Neither => format::NONE,
            };
            vec![
                member.name.to_owned(),
                format::count(member.n.0),
                format::count(member.n.1),
                about.change(part.rate),
                about.change(part.mix),
                about.change(part.total()),
                member.interval.map_or_else(
                    || format::NONE.to_owned(),
                    |(low, high)| t.low_to_high(&about.change(low), &about.change(high)),
                ),
                presence.to_owned(),
            ]
        })
        .collect()
}
