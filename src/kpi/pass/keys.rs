//! Groups column by column, as positions in tables of names: hundreds of thousands of groups share a few thousand names,
//! and positions are compared, put in order and stored far cheaper than texts.

use std::collections::BTreeSet;
use std::sync::Arc;

use ahash::AHashMap;
use arrow::array::{ArrayRef, DictionaryArray, Int32Array, StringArray};
use arrow::datatypes::Int32Type;
use arrow::error::ArrowError;
use serde::{Deserialize, Serialize};

use super::merged::Group;
use crate::stats::grouped::grouped;

/// Names, each once, in the order they came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// All of them one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
    /// Which stands for the null member.
    unknown: Option<u32>,
}

impl Names {
    /// Adds a name that is not there yet; gives its position.
    pub fn push(&mut self, name: Option<&str>) -> u32 {
        let at = place(self.ends.len());
        match name {
            Some(name) => self.text.push_str(name),
            None => self.unknown = Some(at),
        }
        self.ends.push(self.text.len());
        at
    }

    /// The position of a name, which is added if it is not among the known ones.
    pub(super) fn add(&mut self, name: Option<&str>, known: &mut AHashMap<Box<str>, u32>) -> u32 {
        let found = match name {
            Some(name) => known.get(name).copied(),
            None => self.unknown,
        };
        found.unwrap_or_else(|| {
            let at = self.push(name);
            known.extend(name.map(|name| (Box::from(name), at)));
            at
        })
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Which stands for the null member.
    #[must_use]
    pub const fn unknown(&self) -> Option<u32> {
        self.unknown
    }

    /// The name at a position; `None` is the null member.
    #[must_use]
    pub fn get(&self, at: u32) -> Option<&str> {
        if self.unknown == Some(at) {
            return None;
        }
        let at = at as usize;
        let begin = if at == 0 { 0 } else { self.ends[at - 1] };
        Some(&self.text[begin..self.ends[at]])
    }

    /// All names.
    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> {
        (0..place(self.len())).map(|at| self.get(at))
    }
}

impl<'n> FromIterator<Option<&'n str>> for Names {
    fn from_iter<I: IntoIterator<Item = Option<&'n str>>>(names: I) -> Self {
        let mut all = Self::default();
        for name in names {
            all.push(name);
        }
        all
    }
}

/// What stands at one place of every group: names, and which of them each group has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The names.
    pub names: Names,
    /// The name of each group.
    pub codes: Vec<u32>,
}

impl Column {
    /// The names of groups, given by their `codes`, as an Arrow dictionary of its [`Keys::words`].
    ///
    /// # Errors
    /// When a code is none of its own.
    pub fn coded(
        &self,
        words: &ArrayRef,
        codes: impl Iterator<Item = u32>,
    ) -> std::result::Result<ArrayRef, ArrowError> {
        let unknown = self.names.unknown();
        let code = |code: u32| i32::try_from(code).ok().filter(|_| unknown != Some(code));
        let codes: Int32Array = codes.map(code).collect();
        dictionary(codes, words.clone())
    }
}

/// Texts given by their keys among `words`.
///
/// # Errors
/// When a key is none of theirs.
pub fn dictionary(keys: Int32Array, words: ArrayRef) -> std::result::Result<ArrayRef, ArrowError> {
    let coded = DictionaryArray::<Int32Type>::try_new(keys, words)?;
    Ok(Arc::new(coded))
}

/// Groups: the period, then one column per dimension. Without columns there are no groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// The columns.
    pub columns: Vec<Column>,
}

impl Keys {
    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.codes.len())
    }

    /// Whether there is no group.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of each column.
    #[must_use]
    pub fn words(&self) -> Vec<ArrayRef> {
        let names = self.columns.iter().map(|column| column.names.iter());
        names
            .map(|names| -> ArrayRef { Arc::new(names.collect::<StringArray>()) })
            .collect()
    }

    /// The group of all rows, without period and dimensions.
    #[must_use]
    pub fn whole() -> Self {
        let column = Column {
            names: Names::from_iter([Some("")]),
            codes: vec![0],
        };
        Self {
            columns: vec![column],
        }
    }

    /// The members of a group in so many dimensions; nothing if there are not as many.
    #[must_use]
    pub fn members<const N: usize>(&self, at: usize) -> Option<[Option<&str>; N]> {
        let columns = self.columns.get(1..)?.first_chunk::<N>()?;
        (self.columns.len() == N + 1).then(|| {
            columns
                .each_ref()
                .map(|column| column.names.get(column.codes[at]))
        })
    }

    /// A group written out.
    #[must_use]
    pub fn group(&self, at: usize) -> Group {
        let mut names = self
            .columns
            .iter()
            .map(|column| column.names.get(column.codes[at]).map(str::to_owned));
        Group {
            period: names.next().flatten().unwrap_or_default(),
            members: names.collect(),
        }
    }

    /// Puts all groups into one period.
    pub(super) fn set_period(&mut self, period: &str) {
        if let Some(periods) = self.columns.first_mut() {
            periods.names = Names::from_iter([Some(period)]);
            periods.codes.fill(0);
        }
    }
}

/// The groups of several [`Keys`] in order, each once.
pub struct Union {
    /// Period and dimensions; the names are in order.
    pub keys: Keys,
    /// For each of the several, where its groups stand: the position in it of every group here, or [`NOWHERE`].
    pub places: Vec<Vec<u32>>,
}

/// Stands for no place.
pub const NOWHERE: u32 = u32::MAX;

impl Union {
    /// Puts groups together.
    #[must_use]
    pub fn of(several: &[&Keys]) -> Self {
        let width = several.iter().map(|keys| keys.columns.len()).max();
        let columns: Vec<Column> = (0..width.unwrap_or_default())
            .map(|at| {
                let columns = several.iter().filter_map(|keys| keys.columns.get(at));
                together(&columns.collect::<Vec<_>>())
            })
            .collect();
        let all = Keys { columns };
        let owners = several.iter().enumerate();
        let owners: Vec<(usize, u32)> = owners
            .flat_map(|(owner, keys)| (0..place(keys.len())).map(move |at| (owner, at)))
            .collect();
        let mut keys = Keys {
            columns: all
                .columns
                .iter()
                .map(|column| Column {
                    names: column.names.clone(),
                    codes: Vec::new(),
                })
                .collect(),
        };
        let mut places: Vec<Vec<u32>> = vec![Vec::new(); several.len()];
        let mut before = None;
        let mut rows = 0;
        for entry in in_order(&all.columns) {
            let codes = || {
                all.columns
                    .iter()
                    .map(|column| column.codes[entry as usize])
            };
            let same = before.is_some_and(|before: u32| {
                let mut both = all.columns.iter().zip(codes());
                both.all(|(column, code)| column.codes[before as usize] == code)
            });
            if !same {
                for (column, code) in keys.columns.iter_mut().zip(codes()) {
                    column.codes.push(code);
                }
                rows += 1;
            }
            let (owner, at) = owners[entry as usize];
            places[owner].resize(rows - 1, NOWHERE);
            places[owner].push(at);
            before = Some(entry);
        }
        for of_one in &mut places {
            of_one.resize(rows, NOWHERE);
        }
        Self { keys, places }
    }
}

/// The entries of several columns as one, whose names are in order.
fn together(columns: &[&Column]) -> Column {
    let names: BTreeSet<Option<&str>> = columns.iter().flat_map(|of| of.names.iter()).collect();
    let ranks: AHashMap<Option<&str>, u32> = names
        .iter()
        .enumerate()
        .map(|(rank, name)| (*name, place(rank)))
        .collect();
    let mut codes = Vec::with_capacity(columns.iter().map(|column| column.codes.len()).sum());
    for column in columns {
        let ranks: Vec<u32> = column.names.iter().map(|name| ranks[&name]).collect();
        codes.extend(column.codes.iter().map(|code| ranks[*code as usize]));
    }
    Column {
        names: names.into_iter().collect(),
        codes,
    }
}

/// The positions of entries in their order by the first column, then the second and so on; the names are in order.
/// Entries are counted and laid down by one column after the other from the last, which compares nothing.
pub(super) fn in_order(columns: &[Column]) -> Vec<u32> {
    let len = columns.first().map_or(0, |column| column.codes.len());
    let mut order: Vec<u32> = (0..place(len)).collect();
    for column in columns.iter().rev() {
        let by_code = order
            .iter()
            .map(|entry| (column.codes[*entry as usize] as usize, *entry));
        order = grouped(by_code, column.names.len()).0;
    }
    order
}

/// The positions of the groups in their order.
pub(super) fn ordered(keys: &Keys) -> Vec<u32> {
    let columns: Vec<Column> = keys.columns.iter().map(|of| together(&[of])).collect();
    in_order(&columns)
}

/// A position among the names or groups, which are fewer than the rows of a part or month.
pub(super) fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NOWHERE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Drawn = (u8, Option<u8>);

    fn column(texts: impl Iterator<Item = Option<String>>) -> Column {
        let mut known = AHashMap::new();
        let mut names = Names::default();
        let codes = texts.map(|text| names.add(text.as_deref(), &mut known));
        let codes = codes.collect();
        Column { names, codes }
    }

    fn keys(groups: &[Drawn]) -> Keys {
        let period = |group: &Drawn| Some(format!("p{}", group.0));
        let member = |group: &Drawn| group.1.map(|member| "x".repeat(member.into()));
        Keys {
            columns: vec![
                column(groups.iter().map(period)),
                column(groups.iter().map(member)),
            ],
        }
    }

    fn group() -> impl Strategy<Value = Drawn> {
        (0_u8..4, prop::option::of(0_u8..4))
    }

    proptest! {
        #[test]
        fn groups_put_together_are_the_ordered_set_of_all(
            several in prop::collection::vec(prop::collection::hash_set(group(), 0..12), 1..4)
        ) {
            let several: Vec<Keys> = several
                .into_iter()
                .map(|groups| keys(&groups.into_iter().collect::<Vec<_>>()))
                .collect();
            let written = |keys: &Keys| (0..keys.len()).map(|at| keys.group(at)).collect::<Vec<_>>();
            let union = Union::of(&several.iter().collect::<Vec<_>>());
            let expected: BTreeSet<Group> = several.iter().flat_map(written).collect();
            let found = written(&union.keys);
            prop_assert_eq!(&found, &expected.into_iter().collect::<Vec<_>>());
            for (keys, places) in several.iter().zip(&union.places) {
                prop_assert_eq!(places.len(), found.len());
                for (group, at) in found.iter().zip(places) {
                    let of_one = written(keys);
                    prop_assert_eq!(of_one.contains(group), *at != NOWHERE);
                    prop_assert!(*at == NOWHERE || of_one[*at as usize] == *group);
                }
                let order = ordered(keys);
                let mut sorted = written(keys);
                sorted.sort();
                let in_order: Vec<_> = order.iter().map(|at| keys.group(*at as usize)).collect();
                prop_assert_eq!(in_order, sorted);
            }
        }
    }
}
