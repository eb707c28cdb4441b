//! Which group a row belongs to: the members of each dimension as positions, and their combinations.

use ahash::AHashMap;
use arrow::array::{ArrayRef, AsArray, PrimitiveArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type, Int64Type};
use arrow::error::ArrowError;

/// What stands for the hour of the day among dimensions; no column is called so.
pub(super) const HOUR: &str = "\0hour";

/// A dimension's member of every row of a part, as positions in the list of its members.
pub(super) struct Members {
    pub(super) of_row: Vec<u32>,
    pub(super) names: Vec<Option<String>>,
}

/// The group of every row, and the members of every group as positions.
pub(super) struct Assigned {
    pub(super) of_row: Vec<u32>,
    pub(super) groups: Vec<Vec<u32>>,
}

impl Members {
    pub(super) fn of<T: Copy + Eq + std::hash::Hash>(
        values: impl Iterator<Item = Option<T>>,
        name: impl Fn(T) -> String,
    ) -> Self {
        let mut known: AHashMap<Option<T>, u32> = AHashMap::new();
        let mut names = Vec::new();
        let of_row = values
            .map(|value| {
                *known.entry(value).or_insert_with(|| {
                    names.push(value.map(&name));
                    place(names.len() - 1)
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
    let words = Members::of(coded.values().as_string::<i32>().iter(), str::to_owned);
    let mut names = words.names;
    let unknown = names.iter().position(Option::is_none).unwrap_or_else(|| {
        names.push(None);
        names.len() - 1
    });
    let of_key = |key: i32| words.of_row.get(usize::try_from(key).ok()?).copied();
    let of_row = coded
        .keys()
        .iter()
        .map(|key| key.and_then(of_key).unwrap_or(place(unknown)))
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
            groups: Vec::new(),
        };
    }
    let mut groups: Vec<Vec<u32>> = vec![Vec::new()];
    for members in by {
        let width = members.names.len();
        let mut next: Vec<Vec<u32>> = Vec::new();
        let mut dense = vec![
            u32::MAX;
            if groups.len() * width <= DENSE {
                groups.len() * width
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
                let mut joined = groups[group as usize].clone();
                joined.push(member);
                next.push(joined);
                *slot = place(next.len() - 1);
            }
            of_row[row] = *slot;
        }
        groups = next;
    }
    Assigned { of_row, groups }
}

/// A position among the members or groups of a part, which are fewer than its rows.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
