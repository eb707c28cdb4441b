//! What quantiles are computed from.

use std::fmt::Formatter;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values and how often each came, in runs that ascend: most durations are whole seconds, of which there
/// are far fewer than rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    runs: Vec<(f64, u32)>,
    /// How many runs there were when they were last put in order.
    in_order: usize,
}

/// Twelve bytes for each run, the value and how often it came; they are in order.
impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(self.runs.len() * RUN);
        for (value, times) in &self.runs {
            bytes.extend(value.to_le_bytes());
            bytes.extend(times.to_le_bytes());
        }
        into.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_bytes(Runs)
    }
}

/// Reads a [`Tally`].
struct Runs;

impl Visitor<'_> for Runs {
    type Value = Tally;

    fn expecting(&self, text: &mut Formatter<'_>) -> std::fmt::Result {
        text.write_str("runs of values as bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Tally, E> {
        let (runs, []) = bytes.as_chunks::<RUN>() else {
            return Err(E::custom("runs of values that are cut off"));
        };
        let runs: Vec<(f64, u32)> = runs
            .iter()
            .map(|run| {
                let [a, b, c, d, e, f, g, h, times @ ..] = *run;
                let value = f64::from_le_bytes([a, b, c, d, e, f, g, h]);
                (value, u32::from_le_bytes(times))
            })
            .collect();
        let in_order = runs.len();
        Ok(Tally { runs, in_order })
    }
}

/// Bytes of a run when it is stored.
const RUN: usize = 12;

/// Runs that are worth putting in order.
const MANY: usize = 256;

impl Tally {
    /// Adds a value; the order is for [`Self::sort`].
    pub fn push(&mut self, value: f64) {
        self.runs.push((value, 1));
    }

    /// Makes room for so many values.
    pub fn reserve(&mut self, more: usize) {
        self.runs.reserve_exact(more);
    }

    /// Puts the values in order, each once.
    pub fn sort(&mut self) {
        // Runs of earlier parts ascend already, and the sort makes use of it.
        self.runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.runs.dedup_by(|next, before| {
            let same = next.0.total_cmp(&before.0).is_eq();
            if same && let Some(both) = before.1.checked_add(next.1) {
                before.1 = both;
                return true;
            }
            false
        });
        self.in_order = self.runs.len();
    }

    /// Adds the values of a later part. What is held is at most twice what is needed.
    pub fn merge(&mut self, other: Self) {
        if self.runs.is_empty() {
            *self = other;
            return;
        }
        self.runs.extend(other.runs);
        if self.runs.len() > 2 * self.in_order.max(MANY) {
            self.sort();
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Rows in all, and the value at a position among them in ascending order; they are in order.
    pub fn ranked(&self) -> (u64, impl Fn(u64) -> Option<f64>) {
        // Rows up to and including each value.
        let mut upto: Vec<u64> = Vec::with_capacity(self.runs.len());
        let mut n = 0;
        for (_, times) in &self.runs {
            n += u64::from(*times);
            upto.push(n);
        }
        let at = move |position: u64| {
            let run = upto.partition_point(|last| *last <= position);
            self.runs.get(run).map(|(value, _)| *value)
        };
        (n, at)
    }
}

/// What a quantile is computed from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Values {
    /// Every value so far.
    Open(Tally),
    /// The quantile of a group that gets no more rows. Its values would take as much memory as the rows.
    Settled(Quantile),
}

/// A quantile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantile {
    /// Rows.
    pub n: u64,
    /// The quantile.
    pub value: Option<f64>,
    /// Its interval.
    pub bounds: Option<(f64, f64)>,
}

impl Default for Values {
    fn default() -> Self {
        Self::Open(Tally::default())
    }
}
