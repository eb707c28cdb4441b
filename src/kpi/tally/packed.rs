//! Values in ascending order and how often each came, in few bytes.

use crate::stats::sum::{real, whole};

/// A value and how often it came.
pub type Run = (f64, u64);

/// Runs that ascend, each value once. The first byte says what the values are ([`WHOLE`] or [`ANY`]); then comes for each
/// how much greater it is than the one before and how often it came, both as numbers of seven bits a byte, the lowest
/// first, with the eighth bit set where more follow (LEB128). Durations of whole seconds take two to three bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Packed {
    bytes: Vec<u8>,
    runs: usize,
}

/// Every value is a whole number from 0 to 2^53.
const WHOLE: u8 = 0;

/// Values are any numbers: their bits are, so that greater values are greater whole numbers.
const ANY: u8 = 1;

/// Up to here every whole number is a float.
const LARGEST: f64 = 9_007_199_254_740_992.0;

impl Packed {
    /// Of runs that ascend, each value once.
    #[must_use]
    pub fn of(runs: &[Run]) -> Self {
        if runs.is_empty() {
            return Self::default();
        }
        let is_whole = |(value, _): &Run| {
            *value <= LARGEST && value.to_bits() == real(whole(*value)).to_bits()
        };
        let kind = if runs.iter().all(is_whole) {
            WHOLE
        } else {
            ANY
        };
        let mut bytes = Vec::with_capacity(1 + 3 * runs.len());
        bytes.push(kind);
        let mut before = 0;
        for (value, times) in runs {
            let number = if kind == WHOLE {
                whole(*value)
            } else {
                ordered(*value)
            };
            put(&mut bytes, number - before);
            put(&mut bytes, *times);
            before = number;
        }
        bytes.shrink_to_fit();
        Self {
            bytes,
            runs: runs.len(),
        }
    }

    /// Of the bytes of [`Self::bytes`]; `None` when they are none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let Some((kind, numbers)) = bytes.split_first() else {
            return Some(Self::default());
        };
        // Every number has one last byte, and a run has two numbers.
        let numbers = numbers.iter().filter(|byte| **byte < MORE).count();
        let cut_off = bytes.last().is_none_or(|last| *last >= MORE) || !numbers.is_multiple_of(2);
        let known = [WHOLE, ANY].contains(kind);
        (known && !cut_off && numbers > 0).then(|| Self {
            bytes: bytes.to_vec(),
            runs: numbers / 2,
        })
    }

    /// All there is to say of them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many runs there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.runs
    }

    /// The runs, in ascending order.
    pub fn runs(&self) -> impl Iterator<Item = Run> {
        let (kind, mut rest) = match self.bytes.split_first() {
            Some((kind, rest)) => (*kind, rest),
            None => (WHOLE, &[][..]),
        };
        let mut number = 0_u64;
        (0..self.runs).map(move |_| {
            number = number.wrapping_add(take(&mut rest));
            let value = if kind == WHOLE {
                real(number)
            } else {
                back(number)
            };
            (value, take(&mut rest))
        })
    }
}

/// A float as a whole number that is greater when it is, in the order of [`f64::total_cmp`].
const fn ordered(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// What [`ordered`] was made of.
const fn back(number: u64) -> f64 {
    f64::from_bits(if number & SIGN == 0 {
        !number
    } else {
        number & !SIGN
    })
}

/// The bit of the sign.
const SIGN: u64 = 1 << 63;

/// The bit that says that more bytes of a number follow.
const MORE: u8 = 1 << 7;

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            bytes.push(low & !MORE);
            return;
        }
        bytes.push(low | MORE);
    }
}

/// The next number; 0 when there is none.
fn take(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        number |= u64::from(byte & !MORE).wrapping_shl(shift);
        if *byte < MORE {
            break;
        }
        shift += 7;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_seconds_take_few_bytes() {
        let seconds = |number: u32| (f64::from(number), 1);
        let runs: Vec<Run> = (0..1000).map(|second| seconds(3 * second)).collect();
        let packed = Packed::of(&runs);
        assert_eq!((packed.len(), packed.bytes().len()), (1000, 2001));
        assert!(packed.runs().eq(runs));
    }

    #[test]
    fn bytes_that_are_cut_off_are_no_runs() {
        let packed = Packed::of(&[(5.0, 1), (900.0, 300)]);
        let bytes = packed.bytes();
        assert_eq!(Packed::from_bytes(bytes).as_ref(), Some(&packed));
        assert_eq!(Packed::from_bytes(&[]), Some(Packed::default()));
        assert_eq!(Packed::from_bytes(&[WHOLE]), None);
        assert_eq!(Packed::from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Packed::from_bytes(&[7, 1, 1]), None);
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back_bit_for_bit(
            mut values in prop::collection::vec(
                prop_oneof![any::<f64>(), (0_u32..10_000).prop_map(f64::from), Just(-0.0), Just(LARGEST)],
                0..60,
            ),
            times in 1..u64::MAX,
        ) {
            values.sort_by(f64::total_cmp);
            values.dedup_by(|a, b| a.total_cmp(b).is_eq());
            let runs: Vec<Run> = values.iter().map(|value| (*value, times)).collect();
            let packed = Packed::from_bytes(Packed::of(&runs).bytes()).unwrap();
            let back: Vec<(u64, u64)> = packed.runs().map(|(value, times)| (value.to_bits(), times)).collect();
            let bits: Vec<(u64, u64)> = runs.iter().map(|(value, times)| (value.to_bits(), *times)).collect();
            prop_assert_eq!(back, bits);
            prop_assert_eq!(packed.len(), runs.len());
        }
    }
}
