//! Which group a row belongs to: the members of each dimension as positions, and their combinations.

use ahash::AHashMap;
use arrow::array::{ArrayRef, AsArray, PrimitiveArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use arrow::error::ArrowError;

use super::keys::{Names, place};

/// What stands for the hour of the day among dimensions; no column is called so.
pub(super) const HOUR: &str = "\0hour";

/// A dimension's member of every row of a part, as positions in the list of its members.
pub(super) struct Members {
    pub(super) of_row: Vec<u32>,
    pub(super) names: Names,
}

/// The group of every row, and the groups.
pub(super) struct Assigned {
    pub(super) of_row: Vec<u32>,
    /// How many groups there are.
    pub(super) groups: usize,
    /// The member of every group in each dimension, as positions.
    pub(super) codes: Vec<Vec<u32>>,
}

impl Members {
    pub(super) fn of<T: Copy + Eq + std::hash::Hash, N: AsRef<str>>(
        values: impl Iterator<Item = Option<T>>,
        name: impl Fn(T) -> N,
    ) -> Self {
        let mut known: AHashMap<Option<T>, u32> = AHashMap::new();
        let mut names = Names::default();
        let of_row = values
            .map(|value| {
                *known.entry(value).or_insert_with(|| {
                    let name = value.map(&name);
                    names.push(name.as_ref().map(AsRef::as_ref))
                })
            })
            .collect();
        Self { of_row, names }
    }
}

pub(super) fn texts(column: &ArrayRef) -> std::result::Result<Members, ArrowError> {
    let coded = cast(
        column,
        &DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
    )?;
    let coded = coded.as_dictionary::<Int32Type>();
    // One text may stand in a dictionary twice, where it was put together from several.
    let words = Members::of(coded.values().as_string::<i32>().iter(), |text| text);
    let mut names = words.names;
    let unknown = names.unknown().unwrap_or_else(|| names.push(None));
    let of_key = |key: i32| words.of_row.get(usize::try_from(key).ok()?).copied();
    let of_row = coded
        .keys()
        .iter()
        .map(|key| key.and_then(of_key).unwrap_or(unknown))
        .collect();
    Ok(Members { of_row, names })
}

/// Hours of the local day; the second showing of a doubled hour is `02B`, as the energy market writes it.
pub(super) fn hours(hour: &ArrayRef, fold: &ArrayRef) -> std::result::Result<Members, ArrowError> {
    let hours = cast(hour, &DataType::Int64)?;
    let hours: &PrimitiveArray<Int64Type> = hours.as_primitive();
    let folds = cast(fold, &DataType::Boolean)?;
    let both = hours
        .iter()
        .zip(folds.as_boolean().iter())
        .map(|(hour, fold)| Some((hour.unwrap_or_default(), fold == Some(true))));
    Ok(Members::of(both, |(hour, again)| {
        format!("{hour:02}{}", if again { "B" } else { "" })
    }))
}

/// Tables of so many combinations are kept whole.
const DENSE: usize = 1 << 18;

/// Puts every row of `base` into the group of its members.
pub(super) fn assign(by: &[&Members], base: &BooleanBuffer) -> Assigned {
    let mut of_row = vec![0; base.len()];
    if base.count_set_bits() == 0 {
        return Assigned {
            of_row,
            groups: 0,
            codes: vec![Vec::new(); by.len()],
        };
    }
    let mut groups = 1;
    let mut codes: Vec<Vec<u32>> = Vec::with_capacity(by.len());
    for members in by {
        let width = members.names.len();
        // Of each group the one that it is part of, and its member.
        let (mut within, mut own) = (Vec::new(), Vec::new());
        let mut dense = vec![
            u32::MAX;
            if groups * width <= DENSE {
                groups * width
            } else {
                0
            }
        ];
        let mut sparse: AHashMap<usize, u32> = AHashMap::new();
        for row in base.set_indices() {
            let (group, member) = (of_row[row], members.of_row[row]);
            let key = group as usize * width + member as usize;
            let slot = match dense.get_mut(key) {
                Some(slot) => slot,
                None => sparse.entry(key).or_insert(u32::MAX),
            };
            if *slot == u32::MAX {
                *slot = place(own.len());
                within.push(group);
                own.push(member);
            }
            of_row[row] = *slot;
        }
        for codes in &mut codes {
            *codes = within.iter().map(|at| codes[*at as usize]).collect();
        }
        groups = own.len();
        codes.push(own);
    }
    Assigned {
        of_row,
        groups,
        codes,
    }
}
