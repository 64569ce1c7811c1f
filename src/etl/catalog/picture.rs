//! A sparkline as lists draw it.

use crate::reduce::heights_of_values;

/// Bits of one bar.
const BITS: u32 = 4;

/// No picture, as opposed to one without bars.
const NONE: u64 = u64::MAX;

/// A small picture of a run: the heights of 16 bars. There is one of each of some hundred thousand
/// runs, so that it is drawn once, and its values are not kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Picture(u64);

impl Picture {
    /// How many bars it has.
    pub const BARS: usize = (u64::BITS / BITS) as usize;

    /// Of the values of a [`crate::stats::Sparkline`]; none: no picture.
    pub fn of(values: &[Option<f64>]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let bars = heights_of_values(values, Self::BARS).into_iter();
        // The first bar in the lowest bits; 0: there is none.
        let bits = bars.rev().fold(0, |bits, height| {
            bits << BITS | height.map_or(0, |height| u64::from(height) + 1)
        });
        Self(bits)
    }

    /// Of values as the catalog has them: doubles, little end first, NaN for none.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let (values, _) = bytes.as_chunks::<8>();
        let values = values.iter().map(|bytes| f64::from_le_bytes(*bytes));
        let values: Vec<_> = values.map(|v| Some(v).filter(|v| !v.is_nan())).collect();
        Self::of(&values)
    }

    /// Whether there is no picture.
    pub fn is_empty(self) -> bool {
        self.0 == NONE
    }

    /// The bars from left to right, from 0 to 7; `None` where there is none: see
    /// [`crate::reduce::heights`].
    pub fn heights(self) -> impl Iterator<Item = Option<u8>> {
        let bars = if self.is_empty() { 0 } else { Self::BARS };
        (0..bars).map(move |bar| {
            let bits = self.0 >> (bar as u32 * BITS) & ((1 << BITS) - 1);
            (bits as u8).checked_sub(1)
        })
    }
}

impl Default for Picture {
    fn default() -> Self {
        Self(NONE)
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.heights()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_has_the_bars_that_its_values_have(
            values in prop::collection::vec(
                prop::option::of(prop_oneof![any::<f64>(), -9.0..9.0, Just(0.0)]),
                0..60,
            )
        ) {
            let picture = Picture::of(&values);
            prop_assert_eq!(picture.is_empty(), values.is_empty());
            if !values.is_empty() {
                let bars = heights_of_values(&values, Picture::BARS);
                prop_assert_eq!(picture.heights().collect::<Vec<_>>(), bars);
            }
            let stored = values.iter().flat_map(|v| v.unwrap_or(f64::NAN).to_le_bytes());
            prop_assert_eq!(Picture::from_bytes(&stored.collect::<Vec<_>>()), picture);
        }
    }

    #[test]
    fn no_picture_is_not_one_without_bars() {
        let blank = Picture::of(&[None; 48]);
        assert!(!blank.is_empty() && blank.heights().all(|height| height.is_none()));
        assert!(Picture::default().is_empty() && Picture::default().heights().next().is_none());
    }
}
