//! Units of the log, and how their values become those that are stored.

use crate::schema::FieldKind;

/// The unit in which positions are stored.
pub const POSITION_UNIT: &str = "mm";
/// The unit in which forces are stored.
pub const FORCE_UNIT: &str = "N";

/// From the unit of the log to the unit that is stored: `value × multiply ÷ divide`.
///
/// Both are whole numbers that a double holds exactly, and a factor of 1 rounds nothing. So a
/// value is rounded once, as if computed without end, wherever one of them is 1 (a division
/// by 1000 is exact to the last bit, a product with 0.001 is not). For in and lbf, which
/// need both, it is rounded twice at most, and once where the product fits into 53 bits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conversion {
    multiply: f64,
    divide: f64,
}

impl Conversion {
    /// Leaves values as they are.
    pub const NONE: Self = Self {
        multiply: 1.0,
        divide: 1.0,
    };

    /// Whether values stay as they are.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// The value in the stored unit; not finite where that is too large for a double.
    #[inline]
    pub fn apply(self, value: f64) -> f64 {
        value * self.multiply / self.divide
    }

    /// The value in the log's unit.
    pub fn undo(self, value: f64) -> f64 {
        value * self.divide / self.multiply
    }
}

/// A unit that a position or a force may have in a log.
pub(super) struct Unit {
    /// How it is written; the first is how it is shown.
    pub symbols: &'static [&'static str],
    pub conversion: Conversion,
}

const fn unit(symbols: &'static [&'static str], multiply: f64, divide: f64) -> Unit {
    Unit {
        symbols,
        conversion: Conversion { multiply, divide },
    }
}

/// To mm. Many keyboards have no µ.
const POSITIONS: &[Unit] = &[
    unit(&[POSITION_UNIT], 1.0, 1.0),
    unit(&["\u{b5}m", "um"], 1.0, 1000.0),
    unit(&["cm"], 10.0, 1.0),
    unit(&["m"], 1000.0, 1.0),
    // 25.4 mm.
    unit(&["in"], 127.0, 5.0),
];

/// To N.
const FORCES: &[Unit] = &[
    unit(&[FORCE_UNIT], 1.0, 1.0),
    unit(&["kN"], 1000.0, 1.0),
    // 4.4482216152605 N: 0.45359237 kg × 9.80665 m/s² (NIST SP 811, appendix B).
    unit(&["lbf"], 8_896_443_230_521.0, 2e12),
];

/// The units that fields of this kind may have; `None`: any.
pub(super) const fn units(kind: FieldKind) -> Option<&'static [Unit]> {
    match kind {
        FieldKind::Position => Some(POSITIONS),
        FieldKind::Force => Some(FORCES),
        FieldKind::Other => None,
    }
}

/// The unit that is written so, for fields of this kind. The Greek letter mu (U+03BC) and the
/// sign for micro (U+00B5) are one.
pub(super) fn find(kind: FieldKind, symbol: &str) -> Option<&'static Unit> {
    let symbol = symbol.replace('\u{3bc}', "\u{b5}");
    units(kind)?.iter().find(|u| u.symbols.contains(&&*symbol))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(kind: FieldKind, symbol: &str, value: f64) -> f64 {
        find(kind, symbol).unwrap().conversion.apply(value)
    }

    #[test]
    fn values_become_mm_and_n() {
        use FieldKind::{Force, Position};
        let cases = [
            (Position, "mm", -0.1, -0.1),
            (Position, "\u{b5}m", 0.3, 0.0003),
            (Position, "\u{3bc}m", 1234.5, 1.2345),
            (Position, "um", 7.0, 0.007),
            (Position, "cm", 0.7, 7.0),
            (Position, "m", 0.900_000_187, 900.000_187),
            (Position, "in", 1.0, 25.4),
            (Position, "in", -1.5, -38.1),
            (Force, "N", 1e300, 1e300),
            (Force, "kN", 0.040_936_794, 40.936_794),
            (Force, "lbf", 1.0, 4.448_221_615_260_5),
            (Force, "lbf", 100.0, 444.822_161_526_05),
        ];
        for (kind, symbol, value, stored) in cases {
            let got = convert(kind, symbol, value);
            assert_eq!(got.to_bits(), f64::to_bits(stored), "{value} {symbol}");
        }
        assert!(find(Position, "ft").is_none() && find(Position, "N").is_none());
        assert!(find(Force, "mm").is_none() && find(FieldKind::Other, "mm").is_none());
    }

    #[test]
    fn every_bit_of_a_value_in_the_stored_unit_stays() {
        assert!(POSITIONS[0].conversion.is_none() && FORCES[0].conversion.is_none());
        for value in [0.1, -0.0, f64::MIN_POSITIVE / 8.0, f64::MAX] {
            let same = Conversion::NONE.apply(value);
            assert_eq!(same.to_bits(), value.to_bits());
        }
    }
}
