//! Values put group by group by counting: nothing is compared.

/// The values one group after the other, within each in the order they come, and where each group's begin, with the end
/// of all. `values` are `(group, value)`, are gone through twice, and belong to groups below `groups`.
#[must_use]
pub fn grouped<T: Copy + Default>(
    values: impl Iterator<Item = (usize, T)> + Clone,
    groups: usize,
) -> (Vec<T>, Vec<usize>) {
    let mut starts = vec![0; groups + 1];
    for (group, _) in values.clone() {
        starts[group + 1] += 1;
    }
    for group in 0..groups {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut laid = vec![T::default(); starts[groups]];
    for (group, value) in values {
        laid[next[group]] = value;
        next[group] += 1;
    }
    (laid, starts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_stable_sort_by_group(values in prop::collection::vec((0_usize..5, 0_u32..9), 0..40)) {
            let (laid, starts) = grouped(values.iter().copied(), 5);
            let mut sorted = values.clone();
            sorted.sort_by_key(|(group, _)| *group);
            prop_assert_eq!(laid, sorted.iter().map(|(_, value)| *value).collect::<Vec<_>>());
            let begins = (0..=5).map(|group| sorted.partition_point(|(of, _)| *of < group));
            prop_assert_eq!(starts, begins.collect::<Vec<_>>());
        }
    }
}
