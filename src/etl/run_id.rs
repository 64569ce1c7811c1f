//! Run ids: whole numbers from 0 to 2^128 − 1, named by the UUID of that value.

use std::{fmt, str::FromStr};

/// A run's id. Displays as its UUID in lower case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u128);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            n >> 96,
            (n >> 80) & 0xffff,
            (n >> 64) & 0xffff,
            (n >> 48) & 0xffff,
            n & 0xffff_ffff_ffff
        )
    }
}

impl serde::Serialize for RunId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for RunId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        parse_uuid(text.as_bytes()).map(Self).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{}` is not a UUID",
                crate::text::quoted(&text, 60)
            ))
        })
    }
}

impl FromStr for RunId {
    type Err = ();

    /// A whole UUID or a whole decimal number.
    fn from_str(text: &str) -> Result<Self, ()> {
        parse_uuid(text.as_bytes())
            .or_else(|| parse_digits(text.as_bytes()))
            .map(Self)
            .ok_or(())
    }
}

impl RunId {
    /// The id of a run that is a whole log: the first 16 bytes of the log's content hash, which
    /// is given in hexadecimal.
    pub fn of_content(hash: &str) -> Self {
        let digits = hash.get(..32).unwrap_or(hash);
        Self(u128::from_str_radix(digits, 16).unwrap_or_default())
    }

    /// The id as screens show it: leading zero groups left out, the middle elided
    /// (`6939b762…11ed`).
    pub fn short(self) -> String {
        let full = self.to_string();
        let mut rest = full.as_str();
        while let Some((group, tail)) = rest.split_once('-') {
            if group.bytes().any(|b| b != b'0') {
                break;
            }
            rest = tail;
        }
        let digits: String = rest.chars().filter(|c| *c != '-').collect();
        if digits.len() <= 12 {
            return digits;
        }
        format!("{}…{}", &digits[..8], &digits[digits.len() - 4..])
    }

    /// Whether `part` names this run: any part of the UUID (hyphens may be left
    /// out), what [`RunId::short`] shows, or the decimal form. Letter case does not
    /// matter. An empty part names nothing.
    pub fn matches(self, part: &str) -> bool {
        let part = part.trim().to_ascii_lowercase();
        if part.is_empty() {
            return false;
        }
        if self.0.to_string() == part {
            return true;
        }
        let full = self.to_string();
        let bare = full.replace('-', "");
        match part.split_once('…') {
            Some((head, tail)) => {
                let head = head.replace('-', "");
                let tail = tail.replace('-', "");
                bare.trim_start_matches('0')
                    .starts_with(head.trim_start_matches('0'))
                    && bare.ends_with(&tail)
                    && !(head.is_empty() && tail.is_empty())
            }
            None => full.contains(&part) || bare.contains(&part),
        }
    }
}

/// A run id as it stands in a log, and whether it is exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParsedRun {
    /// The id.
    pub id: RunId,
    /// False when it came as a double above 2^53, which cannot tell neighbours apart.
    pub exact: bool,
}

/// 2^128 as a double.
const TWO_128: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;
/// 2^53: above it doubles skip whole numbers.
const TWO_53: f64 = 9_007_199_254_740_992.0;

/// A run id from text: ASCII digits, a hyphenated UUID in any case, or the text of a
/// double (`1.24e19`). `None` when it is negative, fractional, too large or empty.
pub fn parse_text(text: &[u8]) -> Option<ParsedRun> {
    if let Some(n) = parse_uuid(text) {
        return Some(ParsedRun {
            id: RunId(n),
            exact: true,
        });
    }
    if !text.is_empty() && text.iter().all(u8::is_ascii_digit) {
        return parse_digits(text).map(|n| ParsedRun {
            id: RunId(n),
            exact: true,
        });
    }
    // What is left must be the text of a double: digits with a point or an exponent.
    let float = text.first()?.is_ascii_digit()
        && text
            .iter()
            .all(|b| b.is_ascii_digit() || b".eE+-".contains(b));
    if !float {
        return None;
    }
    from_f64(std::str::from_utf8(text).ok()?.parse().ok()?)
}

/// A run id from a double: its exact whole value. `None` when it is negative,
/// fractional, not finite or too large.
pub fn from_f64(value: f64) -> Option<ParsedRun> {
    if !(0.0..TWO_128).contains(&value)
        || value.fract() != 0.0
        || value.is_sign_negative() && value != 0.0
    {
        return None;
    }
    Some(ParsedRun {
        id: RunId(value as u128),
        exact: value <= TWO_53,
    })
}

fn parse_digits(text: &[u8]) -> Option<u128> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u128, |n, b| {
        let digit = b.is_ascii_digit().then(|| u128::from(b - b'0'))?;
        n.checked_mul(10)?.checked_add(digit)
    })
}

fn parse_uuid(text: &[u8]) -> Option<u128> {
    if text.len() != 36 {
        return None;
    }
    let mut n = 0u128;
    for (i, b) in text.iter().enumerate() {
        if matches!(i, 8 | 13 | 18 | 23) {
            if *b != b'-' {
                return None;
            }
            continue;
        }
        n = n << 4 | u128::from(char::from(*b).to_digit(16)?);
    }
    Some(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(text: &str) -> Option<u128> {
        parse_text(text.as_bytes()).map(|p| p.id.0)
    }

    #[test]
    fn every_form_of_the_real_logs_ids() {
        let n = 8_910_095_844_186_657_261u128;
        assert_eq!(id("8910095844186657261"), Some(n));
        assert_eq!(id("00000000-0000-0000-7ba7-04f66b6e11ed"), Some(n));
        assert_eq!(id("00000000-0000-0000-7BA7-04F66B6E11ED"), Some(n));
        assert_eq!(RunId(n).to_string(), "00000000-0000-0000-7ba7-04f66b6e11ed");
        assert_eq!(RunId(n).short(), "7ba704f6…11ed");
        assert_eq!(RunId(0).short(), "000000000000");
    }

    #[test]
    fn doubles_are_their_exact_whole_value() {
        let big = parse_text(b"1.24e19").unwrap();
        assert_eq!(big.id.0, 12_400_000_000_000_000_000);
        assert!(!big.exact);
        assert!(from_f64(5.0).unwrap().exact);
        assert_eq!(id("12.0"), Some(12));
        assert_eq!(from_f64(-1.0), None);
        assert_eq!(from_f64(1.5), None);
        assert_eq!(from_f64(f64::NAN), None);
        assert_eq!(from_f64(TWO_128), None);
        assert_eq!(
            from_f64(TWO_128.next_down()).unwrap().id.0,
            u128::MAX - (1 << 75) + 1
        );
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for bad in [
            "",
            "-1",
            "1.5",
            "abc",
            "+5",
            "1e400",
            "nan",
            "inf",
            " 1",
            "1_000",
            "340282366920938463463374607431768211456",
            "7ba704f66b6e11ed",
            "00000000-0000-0000-7ba7-04f66b6e11e",
            "1e-3",
            ".",
        ] {
            assert_eq!(id(bad), None, "{bad:?}");
        }
        assert_eq!(
            id("340282366920938463463374607431768211455"),
            Some(u128::MAX)
        );
    }

    #[test]
    fn parts_name_a_run() {
        let run = RunId(8_910_095_844_186_657_261);
        for part in [
            "7ba7",
            "7BA704F6",
            "7ba704f6…11ed",
            "8910095844186657261",
            "7ba7-04f6",
            "11ed",
            "00000000-0000-0000-7ba7-04f66b6e11ed",
        ] {
            assert!(run.matches(part), "{part}");
        }
        for part in ["", "zz", "8910095844186657262", "…"] {
            assert!(!run.matches(part), "{part}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(n: u128) {
            prop_assert_eq!(id(&n.to_string()), Some(n));
            prop_assert_eq!(id(&RunId(n).to_string()), Some(n));
            prop_assert!(RunId(n).matches(&RunId(n).short()));
        }
    }
}
