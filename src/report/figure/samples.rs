//! One figure of each kind with invented members, for the tests of drawings.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers of a sample are small and not negative"
)]

mod changes;
mod funnels;
mod problems;
mod promises;

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
        funnels::agents(lang),
        funnels::adjusted(lang),
        changes::change(lang),
        changes::seconds(lang),
        problems::costs(lang),
        problems::weeks(lang),
        promises::promises(lang),
        promises::waits(lang),
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

fn problem_names(lang: Lang) -> Vec<&'static str> {
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
