//! How much of an agent's time each chat takes when several are open at once.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::error::{PolarsContext, Result};
use crate::schema::DATE;

/// Adds `covered_s` to chats: the seconds that a chat takes of its agent's time. A moment at which k chats of an
/// agent are open counts 1/k for each of them, so the sum over all chats that an agent got on a day is the time
/// with at least one of them open, and sums over any rows add up. A chat is open from its first reply to its end.
/// Chats of other days of arrival do not share: every day stands for itself. Null where no agent, reply or end is
/// known, or nothing lies between them.
///
/// # Errors
/// When a column is missing.
pub fn with_covered(mut chats: DataFrame) -> Result<DataFrame> {
    let covered = covered(&chats).computing("time of chats")?;
    let column = Column::new("covered_s".into(), covered);
    chats.with_column(column).computing("time of chats")?;
    Ok(chats)
}

fn covered(chats: &DataFrame) -> PolarsResult<Vec<Option<f64>>> {
    let served = chats.column("served")?.bool()?;
    let agents = chats.column("agent_id")?.str()?;
    let dates = chats.column(DATE)?.i32()?;
    let (from, until) = (
        chats.column("first_reply_at")?.i64()?,
        chats.column("ended_at")?.i64()?,
    );
    let mut days: BTreeMap<(&str, i32), Vec<(usize, Span)>> = BTreeMap::new();
    for row in 0..chats.height() {
        let span = from.get(row).zip(until.get(row));
        let span = span.filter(|(from, until)| from < until && served.get(row) == Some(true));
        if let (Some(agent), Some(date), Some(span)) = (agents.get(row), dates.get(row), span) {
            days.entry((agent, date)).or_default().push((row, span));
        }
    }
    let mut covered = vec![None; chats.height()];
    for day in days.into_values() {
        let (rows, spans): (Vec<usize>, Vec<Span>) = day.into_iter().unzip();
        for (row, share) in rows.into_iter().zip(shares(&spans)) {
            covered[row] = Some(share);
        }
    }
    Ok(covered)
}

/// From and until, microseconds; until is later.
type Span = (i64, i64);

/// The share of each span in the time they cover together, in seconds.
fn shares(spans: &[Span]) -> Vec<f64> {
    let mut edges: Vec<(i64, bool, usize)> = Vec::with_capacity(2 * spans.len());
    for (span, (from, until)) in spans.iter().enumerate() {
        edges.push((*from, true, span));
        edges.push((*until, false, span));
    }
    edges.sort_unstable();
    let mut shares = vec![0.0; spans.len()];
    // What a span that is open all the time would have by now; it starts anew whenever nothing is open, which
    // keeps the differences exact.
    let (mut open, mut last, mut each) = (0_u32, 0, 0.0);
    for (at, opens, span) in edges {
        if open > 0 {
            each += (at - last) as f64 / 1e6 / f64::from(open);
        }
        last = at;
        if opens {
            each = if open == 0 { 0.0 } else { each };
            open += 1;
            shares[span] = -each;
        } else {
            open -= 1;
            shares[span] += each;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn a_moment_is_divided_among_the_open_chats() {
        let spans = [(0, 10), (5, 15), (20, 30), (30, 31)];
        let spans = spans.map(|(from, until)| (from * SECOND, until * SECOND));
        assert_eq!(shares(&spans), [7.5, 7.5, 10.0, 1.0]);
        assert_eq!(shares(&[(0, 3 * SECOND); 3]), [1.0; 3]);
        assert_eq!(shares(&[]), [0.0; 0]);
    }

    proptest! {
        /// Second by second.
        #[test]
        fn shares_are_those_of_counting_every_second(
            spans in prop::collection::vec((0_i64..200, 1_i64..60), 0..25)
        ) {
            let spans: Vec<Span> = spans
                .into_iter()
                .map(|(from, length)| (from * SECOND, (from + length) * SECOND))
                .collect();
            let open = |second: i64| {
                let inside = |span: &&Span| span.0 <= second * SECOND && second * SECOND < span.1;
                spans.iter().filter(inside).count()
            };
            let found = shares(&spans);
            for (span, share) in spans.iter().zip(&found) {
                let expect: f64 = (span.0 / SECOND..span.1 / SECOND)
                    .map(|second| 1.0 / open(second) as f64)
                    .sum();
                prop_assert!((expect - share).abs() < 1e-9, "{span:?}: {expect} {share}");
            }
            let covered = (0..300).filter(|second| open(*second) > 0).count() as f64;
            prop_assert!((found.iter().sum::<f64>() - covered).abs() < 1e-9);
        }
    }
}
