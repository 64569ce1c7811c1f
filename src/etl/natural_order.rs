//! The one order of cells and robots, in every list and every table.

use std::{cmp::Ordering, collections::BTreeMap};

/// Compares two names of cells or robots: decimal numbers by value, then other texts by
/// bytes. Numbers that are equal (`7`, `007`, `7.0`) are ordered by their text, so that only
/// equal texts are equal: the order is total.
pub fn compare_names(a: &str, b: &str) -> Ordering {
    match (Decimal::parse(a), Decimal::parse(b)) {
        (Some(x), Some(y)) => x.compare(y).then_with(|| a.cmp(b)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// Compares two names by value alone: `None` unless both are decimal numbers.
pub fn compare_values(a: &str, b: &str) -> Option<Ordering> {
    Some(Decimal::parse(a)?.compare(Decimal::parse(b)?))
}

/// The entries of a map by robot or cell, in the order of [`compare_names`].
pub fn sorted<V>(map: &BTreeMap<String, V>) -> Vec<(&String, &V)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by(|a, b| compare_names(a.0, b.0));
    entries
}

/// A decimal number of any length: an optional sign, ASCII digits, and optionally a point
/// followed by digits. Compared digit by digit, since an `f64` would make long ones equal.
#[derive(Clone, Copy)]
struct Decimal<'a> {
    negative: bool,
    /// Without leading zeros; empty for zero.
    whole: &'a str,
    /// Without trailing zeros; empty for a whole number.
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self {
            negative: negative && !zero,
            whole,
            fraction,
        })
    }

    fn compare(self, other: Self) -> Ordering {
        let magnitude = |x: Self, y: Self| {
            (x.whole.len(), x.whole, x.fraction).cmp(&(y.whole.len(), y.whole, y.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_come_first_by_value_and_other_texts_by_bytes() {
        let sorted = [
            "-10",
            "-9.5",
            "-0",
            "0",
            "0.25",
            "+1",
            "2.49",
            "2.5",
            "007",
            "7",
            "7.0",
            "9",
            "10",
            "57",
            "18446744073709551616",
            "18446744073709551617",
            "",
            " 3",
            "-",
            "1.",
            "1a",
            "1e3",
            "7b",
            "A2",
            "a1",
            "left",
            "right",
            "é",
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(compare_names(a, b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn entries_of_a_map_are_sorted() {
        let map = ["10", "left", "2"].map(|name| (name.to_owned(), ()));
        let map = BTreeMap::from(map);
        let names: Vec<&String> = sorted(&map).into_iter().map(|(name, ())| name).collect();
        assert_eq!(names, ["2", "10", "left"]);
    }

    #[test]
    fn only_numbers_have_a_value() {
        assert_eq!(compare_values("007", "7.0"), Some(Ordering::Equal));
        assert_eq!(compare_values("-0", "0"), Some(Ordering::Equal));
        assert_eq!(compare_values("9", "10"), Some(Ordering::Less));
        assert_eq!(compare_values("9", "1a"), None);
        assert_eq!(compare_values(".5", "5"), None);
    }

    fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            "[-+]?[0-9]{0,3}(\\.[0-9]{0,2})?",
            "[0-9a-c.]{0,3}",
            ".{0,3}"
        ]
    }

    proptest! {
        /// What sorting relies on: it panics on an order that is not total.
        #[test]
        fn the_order_is_total(a in name(), b in name(), c in name()) {
            let order = compare_names;
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            prop_assert_eq!(order(&a, &b) == Ordering::Equal, a == b);
            if order(&a, &b).is_le() && order(&b, &c).is_le() {
                prop_assert!(order(&a, &c).is_le(), "{:?} {:?} {:?}", a, b, c);
            }
        }

        /// Short numbers are exact as `f64`.
        #[test]
        fn values_compare_as_numbers_do(a in "-?[0-9]{1,3}(\\.[0-9]{1,2})?", b in "-?[0-9]{1,3}(\\.[0-9]{1,2})?") {
            let (x, y): (f64, f64) = (a.parse().unwrap(), b.parse().unwrap());
            prop_assert_eq!(compare_values(&a, &b), x.partial_cmp(&y));
        }
    }
}
