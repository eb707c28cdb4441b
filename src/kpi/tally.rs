//! What quantiles are computed from.

mod packed;

use std::borrow::Cow;
use std::fmt::Formatter;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use packed::{Packed, Run};

/// Values and how often each came: most durations are whole seconds, of which there are far fewer than rows. There are
/// millions of groups with some of them, so that most of it is packed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    packed: Packed,
    /// What came since it was packed: the runs of each part ascend.
    loose: Vec<Run>,
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
        let packed = if self.loose.is_empty() {
            Cow::Borrowed(&self.packed)
        } else {
            Cow::Owned(Packed::of(&self.all()))
        };
        into.serialize_bytes(packed.bytes())
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_bytes(Bytes)
    }
}

/// Reads a [`Tally`].
struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Tally;

    fn expecting(&self, text: &mut Formatter<'_>) -> std::fmt::Result {
        text.write_str("runs of values as bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Tally, E> {
        let packed = Packed::from_bytes(bytes);
        let packed = packed.ok_or_else(|| E::custom("runs of values that are cut off"))?;
        Ok(Tally {
            packed,
            loose: Vec::new(),
        })
    }
}

/// Runs that are worth packing.
const MANY: usize = 256;

impl Tally {
    /// Of values, which are put in order.
    #[must_use]
    pub fn of(values: &mut [f64]) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let alike = || values.chunk_by(|a, b| a.total_cmp(b).is_eq());
        let mut loose = Vec::with_capacity(alike().count());
        loose.extend(alike().map(|alike| (alike[0], alike.len() as u64)));
        Self {
            packed: Packed::default(),
            loose,
        }
    }

    /// Packs what came since.
    pub fn pack(&mut self) {
        if !self.loose.is_empty() {
            self.packed = Packed::of(&self.all());
            self.loose = Vec::new();
        }
    }

    /// Adds the values of a later part.
    pub fn merge(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        self.loose.extend(other.loose);
        self.loose.extend(other.packed.runs());
        if self.loose.len() > self.packed.len().max(MANY) {
            self.pack();
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.packed.len() == 0 && self.loose.is_empty()
    }

    /// All of it, in ascending order, each value once.
    fn all(&self) -> Cow<'_, [Run]> {
        let ascends = |runs: &[Run]| runs.is_sorted_by(|a, b| a.0.total_cmp(&b.0).is_lt());
        if self.packed.len() == 0 && ascends(&self.loose) {
            return Cow::Borrowed(&self.loose);
        }
        let mut all = Vec::with_capacity(self.packed.len() + self.loose.len());
        all.extend(self.packed.runs());
        all.extend_from_slice(&self.loose);
        // Runs of earlier parts ascend already, and the sort makes use of it.
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all.dedup_by(|next, before| {
            let same = next.0.total_cmp(&before.0).is_eq();
            if same {
                before.1 += next.1;
            }
            same
        });
        Cow::Owned(all)
    }

    /// Rows in all, and the value at a position among them in ascending order.
    pub fn ranked(&self) -> (u64, impl Fn(u64) -> Option<f64>) {
        // Rows up to and including each value.
        let runs = self.all();
        let mut upto = Vec::with_capacity(runs.len());
        let mut n = 0;
        for (_, times) in runs.iter() {
            n += times;
            upto.push(n);
        }
        let at = move |position: u64| {
            let run = upto.partition_point(|last| *last <= position);
            runs.get(run).map(|(value, _)| *value)
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
