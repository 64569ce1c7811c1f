//! One cell of a log as it stands there, whatever its type.

use super::wide;
use crate::{
    run_id::{self, ParsedRun},
    text, time,
};

/// A cell before anyone asked what it means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Raw<'a> {
    Null,
    /// Text that is too long for anything; see [`LONGEST_TEXT`].
    TooLong,
    Int(i128),
    Float(f64),
    /// `unscaled × 10^-scale`
    Decimal(i128, u32),
    /// The same, of more than 128 bits: two's complement, big-endian.
    WideDecimal(&'a [u8], u32),
    Text(&'a [u8]),
    Uuid(u128),
    /// Microseconds since 1970; finer is cut off towards the past.
    Time(i64),
}

/// No time, number, word or id has more bytes. What is longer breaks the rule of its column
/// without being looked at: a dictionary may give a million rows one text of a hundred
/// megabytes.
pub(super) const LONGEST_TEXT: usize = 4096;

/// Times from 0000-01-01 to 9999-12-31: what text can write. A timestamp outside is
/// no time of a log either, and differences of times never overflow.
const TIMES: std::ops::Range<i64> = -62_167_219_200_000_000..253_402_300_800_000_000;

/// The time, if text can write it.
pub(super) fn in_years_of_text(time: Option<i64>) -> Option<i64> {
    time.filter(|us| TIMES.contains(us))
}

impl Raw<'_> {
    pub(super) fn time(self) -> Option<i64> {
        in_years_of_text(match self {
            Self::Text(bytes) => time::parse(bytes),
            Self::Time(us) => Some(us),
            _ => None,
        })
    }

    /// A finite number, or NaN; an empty cell is the NaN of [`wide::absent`].
    pub(super) fn number(self) -> f64 {
        match self {
            Self::Float(v) => v,
            Self::Int(n) => n as f64,
            Self::Decimal(n, scale) => decimal_to_f64(n, scale),
            Self::WideDecimal(bytes, scale) => wide_text(bytes, scale).parse().unwrap_or(f64::NAN),
            Self::Null | Self::Text([]) => wide::absent(),
            Self::Text(bytes) => parse_number(bytes).unwrap_or(f64::NAN),
            _ => f64::NAN,
        }
    }

    pub(super) fn run(self) -> Option<ParsedRun> {
        match self {
            Self::Text(bytes) => run_id::parse_text(bytes),
            Self::Int(n) => u128::try_from(n).ok().map(exact),
            Self::Float(v) => run_id::from_f64(v),
            Self::Decimal(n, scale) => whole(n, scale)
                .and_then(|n| u128::try_from(n).ok())
                .map(exact),
            Self::WideDecimal(bytes, scale) => {
                let text = wide_text(bytes, scale);
                let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
                let is_whole = fraction.bytes().all(|digit| digit == b'0');
                let number = whole.parse().ok().filter(|_| is_whole);
                number.map(exact)
            }
            Self::Uuid(n) => Some(exact(n)),
            Self::Null | Self::TooLong | Self::Time(_) => None,
        }
    }

    /// A whole number, for robots.
    pub(super) fn whole(self) -> Option<i64> {
        match self {
            Self::Int(n) => i64::try_from(n).ok(),
            Self::Float(v) => float_whole(v),
            Self::Decimal(n, scale) => whole(n, scale).and_then(|n| i64::try_from(n).ok()),
            Self::WideDecimal(bytes, scale) => {
                Raw::Text(wide_text(bytes, scale).as_bytes()).whole()
            }
            Self::Text(bytes) => {
                let text = std::str::from_utf8(bytes).ok()?.trim_ascii();
                text.parse()
                    .ok()
                    .or_else(|| float_whole(parse_number(bytes)?))
            }
            _ => None,
        }
    }

    /// A name, for cells: whole numbers without a fraction, text as it is. No other number is a name: NaN is what
    /// numpy writes for a missing one.
    pub(super) fn name(self) -> Option<String> {
        match self {
            Self::Null | Self::TooLong => None,
            // Beyond the integers too: every such double is whole.
            Self::Float(v) => (v.is_finite() && v.fract() == 0.0)
                .then(|| float_whole(v).map_or_else(|| v.to_string(), |n| n.to_string())),
            Self::Decimal(n, scale) => whole(n, scale).map(|n| n.to_string()),
            Self::WideDecimal(..) => self.whole().map(|n| n.to_string()),
            Self::Text([]) => None,
            other => Some(text::visible(&other.to_text()?)),
        }
    }

    /// The cell as text, for rejected rows; `None` for null.
    pub(super) fn to_text(self) -> Option<String> {
        Some(match self {
            Self::Null | Self::TooLong => return None,
            Self::Int(n) => n.to_string(),
            Self::Float(v) => v.to_string(),
            Self::Decimal(n, scale) => decimal_text(n, scale),
            Self::WideDecimal(bytes, scale) => wide_text(bytes, scale),
            Self::Text(bytes) if bytes.len() > LONGEST_TEXT => {
                let start = text::visible_bytes(&bytes[..200]);
                format!("{start}… ({} bytes)", bytes.len())
            }
            Self::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => text::visible_bytes(bytes),
            },
            Self::Uuid(n) => run_id::RunId(n).to_string(),
            Self::Time(us) => time::format(us),
        })
    }
}

fn exact(n: u128) -> ParsedRun {
    ParsedRun {
        id: run_id::RunId(n),
        exact: true,
    }
}

fn float_whole(v: f64) -> Option<i64> {
    (v.fract() == 0.0 && v.abs() < 9.0e18).then_some(v as i64)
}

fn whole(unscaled: i128, scale: u32) -> Option<i128> {
    let Some(divisor) = 10i128.checked_pow(scale) else {
        return (unscaled == 0).then_some(0);
    };
    (unscaled % divisor == 0).then_some(unscaled / divisor)
}

/// A number in text; spaces around it are allowed, words such as `nan` and `inf` are not.
fn parse_number(bytes: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(bytes).ok()?.trim_ascii();
    text.parse().ok().filter(|v: &f64| v.is_finite())
}

fn decimal_to_f64(unscaled: i128, scale: u32) -> f64 {
    // Both exact as doubles: one correctly rounded division.
    if unscaled.unsigned_abs() < 1 << 53 && scale <= 22 {
        return unscaled as f64 / 10f64.powi(scale as i32);
    }
    decimal_text(unscaled, scale).parse().unwrap_or(f64::NAN)
}

/// Decimals of more places are written with an exponent: all of their digits are zeros.
const LONGEST_SCALE: u32 = 1000;

fn decimal_text(unscaled: i128, scale: u32) -> String {
    let digits = unscaled.unsigned_abs().to_string();
    place_point(unscaled < 0, &digits, scale)
}

/// The digits of a whole number of any width (two's complement, big-endian).
fn wide_text(bytes: &[u8], scale: u32) -> String {
    let is_negative = bytes.first().is_some_and(|first| *first >= 0x80);
    let mut rest = bytes.to_vec();
    if is_negative {
        // The magnitude is the complement plus one.
        let mut carry = true;
        for byte in rest.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    // The last digit first: what each division by ten leaves over.
    let mut digits = Vec::new();
    while rest.iter().any(|byte| *byte != 0) {
        let mut left = 0u16;
        for byte in &mut rest {
            let part = left << 8 | u16::from(*byte);
            *byte = (part / 10) as u8;
            left = part % 10;
        }
        digits.push(char::from(b'0' + left as u8));
    }
    let digits: String = digits.into_iter().rev().collect();
    place_point(is_negative, &digits, scale)
}

fn place_point(is_negative: bool, digits: &str, scale: u32) -> String {
    let sign = if is_negative { "-" } else { "" };
    if scale == 0 {
        return format!("{sign}{digits}");
    }
    if scale > LONGEST_SCALE {
        return format!("{sign}{digits}e-{scale}");
    }
    let scale = scale as usize;
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_from_every_type() {
        assert_eq!(Raw::Text(b" 1.5 ").number(), 1.5);
        assert_eq!(Raw::Text(b"1e3").number(), 1000.0);
        assert!(Raw::Text(b"nan").number().is_nan());
        assert!(Raw::Text(b"inf").number().is_nan());
        assert!(Raw::Text(b"").number().is_nan());
        assert!(Raw::Null.number().is_nan());
        assert_eq!(Raw::Decimal(-8_261_516, 4).number(), -826.1516);
        assert_eq!(
            Raw::Decimal(12_345_678_901_234_567_890_123, 10).number(),
            1_234_567_890_123.456_8
        );
        assert_eq!(Raw::Int(-3).number(), -3.0);
    }

    #[test]
    fn robots_are_whole() {
        assert_eq!(Raw::Float(2.0).whole(), Some(2));
        assert_eq!(Raw::Float(1.5).whole(), None);
        assert_eq!(Raw::Text(b"1").whole(), Some(1));
        assert_eq!(Raw::Text(b"1.0").whole(), Some(1));
        assert_eq!(Raw::Text(b"1.5").whole(), None);
        assert_eq!(Raw::Text(b"one").whole(), None);
        assert_eq!(Raw::Decimal(20, 1).whole(), Some(2));
        assert_eq!(Raw::Float(f64::NAN).whole(), None);
    }

    #[test]
    fn cells_have_one_name_whatever_their_type() {
        for raw in [Raw::Int(10), Raw::Float(10.0), Raw::Text(b"10")] {
            assert_eq!(raw.name().as_deref(), Some("10"));
        }
        assert_eq!(Raw::Decimal(100, 1).name().as_deref(), Some("10"));
        assert_eq!(Raw::Float(1e20).name().unwrap(), "100000000000000000000");
        let other = [f64::NAN, f64::INFINITY, 5.5].map(Raw::Float);
        for raw in other.into_iter().chain([Raw::Decimal(55, 1)]) {
            assert_eq!(raw.name(), None, "{raw:?}");
        }
        let wide = |n: u8| [[0; 31].as_slice(), &[n]].concat();
        assert_eq!(
            Raw::WideDecimal(&wide(100), 1).name().as_deref(),
            Some("10")
        );
        assert_eq!(Raw::WideDecimal(&wide(55), 1).name(), None);
        assert_eq!(Raw::Text(b"").name(), None);
        assert_eq!(Raw::Text(b"a\x1bb").name().as_deref(), Some("a\\u{1b}b"));
    }

    #[test]
    fn run_ids_from_every_type() {
        let n = 8_910_095_844_186_657_261u128;
        for raw in [
            Raw::Int(n as i128),
            Raw::Decimal(n as i128, 0),
            Raw::Uuid(n),
            Raw::Text(b"8910095844186657261"),
        ] {
            assert_eq!(raw.run().map(|r| (r.id.0, r.exact)), Some((n, true)));
        }
        assert_eq!(Raw::Int(-1).run(), None);
        assert_eq!(Raw::Decimal(15, 1).run(), None);
        assert!(!Raw::Float(n as f64).run().unwrap().exact);
    }

    #[test]
    fn wide_decimals_are_exact() {
        let wide = |n: u128, high: u8| [vec![high; 4], n.to_be_bytes().to_vec()].concat();
        let largest = wide(u128::MAX, 0);
        let raw = Raw::WideDecimal(&largest, 0);
        assert_eq!(
            raw.run().map(|r| (r.id.0, r.exact)),
            Some((u128::MAX, true))
        );
        assert_eq!(
            raw.to_text().unwrap(),
            "340282366920938463463374607431768211455"
        );
        assert_eq!(raw.number(), 2f64.powi(128));
        assert_eq!(raw.whole(), None);
        let larger = wide(0, 1);
        assert_eq!(Raw::WideDecimal(&larger, 0).run(), None);
        let negative = wide(0, 0xff);
        let raw = Raw::WideDecimal(&negative, 2);
        assert_eq!(
            raw.to_text().unwrap(),
            "-3402823669209384634633746074317682114.56"
        );
        assert_eq!(raw.run(), None);
        let two = [
            58, 198, 83, 227, 134, 185, 73, 127, 87, 115, 234, 194, 0, 0, 0, 0, 0,
        ];
        let raw = Raw::WideDecimal(&two, 40);
        assert_eq!((raw.number(), raw.whole()), (2.0, Some(2)));
        assert_eq!(raw.run().map(|r| r.id.0), Some(2));
    }

    #[test]
    fn a_timestamp_outside_the_years_of_text_is_no_time() {
        assert_eq!(Raw::Time(0).time(), Some(0));
        assert_eq!(Raw::Time(i64::MAX).time(), None);
        assert_eq!(Raw::Time(i64::MIN + 1).time(), None);
    }
}
