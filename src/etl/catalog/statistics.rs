//! The statistics of all columns of a run, as the catalog stores them: in one value. A row for each
//! column would take three times as long to store, and more room than all else that is known of
//! a run.
//!
//! ```text
//! the number of statistics of a column (1 byte), then for each column, by name:
//!   name
//!   2 bits for each of unit, verdict, statistics (8 bytes together, little end first):
//!     0 none, 1 as in the column before, 2 a count or number follows, 3 a text follows
//!   what follows: counts and numbers 8 bytes, little end first; texts
//! a text: its length (2 bytes, little end first), its bytes
//! ```

use std::{collections::BTreeMap, sync::LazyLock};

use rusqlite::{Row, types::Type};

use super::Extremes;
use crate::{
    lake::record::RunResult,
    quality::Verdict,
    stats::{CHANNEL_STATISTICS, ChannelStats, Slot, Value},
};

/// Of a column: unit, verdict and statistics.
const FIELDS: usize = 2 + CHANNEL_STATISTICS.len();
const UNIT: usize = 0;
const VERDICT: usize = 1;
const NONE: u64 = 0;
const SAME: u64 = 1;
const BITS: u64 = 2;
const TEXT: u64 = 3;

/// What a column has of something.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Field<'a> {
    None,
    /// A count, or the bits of a number.
    Bits(u64),
    Text(&'a str),
}

/// The columns of a run and the verdicts on them.
pub(super) fn encode(result: &RunResult) -> Vec<u8> {
    let mut bytes = vec![CHANNEL_STATISTICS.len() as u8];
    let mut before = [Field::None; FIELDS];
    for (name, channel) in &result.channels {
        let verdict = result.channel_verdicts.get(name).copied();
        let mut fields = [Field::None; FIELDS];
        fields[UNIT] = Field::Text(&channel.unit);
        fields[VERDICT] = Field::Text(verdict.unwrap_or_default().word());
        for (field, statistic) in fields[VERDICT + 1..].iter_mut().zip(CHANNEL_STATISTICS) {
            *field = match (statistic.of)(channel) {
                Value::Count(count) => Field::Bits(count),
                Value::Number(number) => number.map_or(Field::None, |x| Field::Bits(x.to_bits())),
                Value::Time(text) => text.map_or(Field::None, Field::Text),
            };
        }
        push_text(&mut bytes, name);
        let (at, mut codes) = (bytes.len(), 0);
        bytes.extend([0; 8]);
        for (place, (field, before)) in fields.iter().zip(&before).enumerate() {
            let code = match field {
                Field::None => NONE,
                same if same == before => SAME,
                Field::Bits(bits) => {
                    bytes.extend(bits.to_le_bytes());
                    BITS
                }
                Field::Text(text) => {
                    push_text(&mut bytes, text);
                    TEXT
                }
            };
            codes |= code << (2 * place);
        }
        bytes[at..at + 8].copy_from_slice(&codes.to_le_bytes());
        before = fields;
    }
    bytes
}

/// Texts are names, units and times: a longer one is cut off.
fn push_text(bytes: &mut Vec<u8>, text: &str) {
    let text = &text[..text.floor_char_boundary(usize::from(u16::MAX))];
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// One column of a run.
pub(super) struct StoredColumn<'a> {
    pub(super) name: &'a str,
    fields: [Field<'a>; FIELDS],
}

impl StoredColumn<'_> {
    pub(super) fn verdict(&self) -> Verdict {
        Verdict::from_word(self.text(VERDICT).unwrap_or_default())
    }

    pub(super) fn statistics(&self) -> ChannelStats {
        let mut stats = ChannelStats {
            unit: self.text(UNIT).unwrap_or_default().to_owned(),
            ..ChannelStats::default()
        };
        for (place, statistic) in (VERDICT + 1..).zip(CHANNEL_STATISTICS) {
            match (statistic.slot)(&mut stats) {
                Slot::Count(count) => *count = self.bits(place).unwrap_or_default(),
                Slot::Number(number) => *number = self.bits(place).map(f64::from_bits),
                Slot::Time(text) => *text = self.text(place).map(str::to_owned),
            }
        }
        stats
    }

    /// Without the texts that [`Self::statistics`] copies: a search asks for these of every run.
    pub(super) fn extremes(&self) -> Extremes {
        static PLACES: LazyLock<[usize; 3]> = LazyLock::new(|| {
            ["count", "min", "max"].map(|key| {
                let at = CHANNEL_STATISTICS.iter().position(|s| s.key == key);
                at.map_or(FIELDS, |at| VERDICT + 1 + at)
            })
        });
        let [count, min, max] = PLACES.map(|place| self.bits(place));
        Extremes {
            count: count.unwrap_or_default(),
            min: min.map(f64::from_bits),
            max: max.map(f64::from_bits),
            unit: self.text(UNIT).unwrap_or_default().to_owned(),
        }
    }

    fn bits(&self, place: usize) -> Option<u64> {
        match self.fields.get(place)? {
            Field::Bits(bits) => Some(*bits),
            _ => None,
        }
    }

    fn text(&self, place: usize) -> Option<&str> {
        match self.fields[place] {
            Field::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Passes each column of a run on whose statistics are in that place of a row.
pub(super) fn each(
    r: &Row<'_>,
    place: usize,
    mut take: impl FnMut(StoredColumn<'_>),
) -> rusqlite::Result<()> {
    decode(r.get_ref(place)?.as_blob()?, &mut take).ok_or_else(|| {
        let why = "the statistics of a run are damaged: run mdtui rebuild";
        rusqlite::Error::FromSqlConversionFailure(place, Type::Blob, why.into())
    })
}

/// The statistics of each column of a run, in that place of a row, and the verdicts on them.
pub(super) fn read(
    r: &Row<'_>,
    place: usize,
) -> rusqlite::Result<BTreeMap<String, (ChannelStats, Verdict)>> {
    let mut all = BTreeMap::new();
    each(r, place, |column| {
        let of_column = (column.statistics(), column.verdict());
        all.insert(column.name.to_owned(), of_column);
    })?;
    Ok(all)
}

/// `None`: these are not the bytes of [`encode`].
fn decode(bytes: &[u8], take: &mut dyn FnMut(StoredColumn<'_>)) -> Option<()> {
    let (count, mut rest) = bytes.split_first()?;
    if usize::from(*count) != CHANNEL_STATISTICS.len() {
        return None;
    }
    let mut fields = [Field::None; FIELDS];
    while !rest.is_empty() {
        let name = take_text(&mut rest)?;
        let codes = take_bits(&mut rest)?;
        for (place, field) in fields.iter_mut().enumerate() {
            *field = match codes >> (2 * place) & 3 {
                SAME => *field,
                BITS => Field::Bits(take_bits(&mut rest)?),
                TEXT => Field::Text(take_text(&mut rest)?),
                _ => Field::None,
            };
        }
        take(StoredColumn { name, fields });
    }
    Some(())
}

fn take_bits(rest: &mut &[u8]) -> Option<u64> {
    let (bits, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u64::from_le_bytes(*bits))
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let (length, after) = rest.split_first_chunk()?;
    let (text, after) = after.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns of which some have what the one before has.
    fn result() -> RunResult {
        let time = |second: u32| Some(format!("2022-11-23T20:40:0{second}.000000Z"));
        let mut result = RunResult::default();
        let columns = [
            ("fx_1", "N", Some(0.1 + 0.2), time(1)),
            ("p_1", "N", Some(0.1 + 0.2), time(1)),
            ("vx_1", "mm/s", Some(-0.0), time(2)),
            ("x_1", "mm", None, None),
            ("y_1", "mm", Some(f64::MAX), time(1)),
            ("ähnlich_²", "", None, time(1)),
        ];
        for (name, unit, mean, first_time) in columns {
            let channel = ChannelStats {
                count: name.len() as u64,
                mean,
                min: mean.map(|x| x / 2.0),
                max: mean,
                first_time,
                unit: unit.into(),
                ..ChannelStats::default()
            };
            result.channels.insert(name.into(), channel);
        }
        let verdicts = [
            ("fx_1", Verdict::Fail),
            ("p_1", Verdict::Fail),
            ("x_1", Verdict::Pass),
        ];
        result.channel_verdicts = verdicts.map(|(name, v)| (name.into(), v)).into();
        result
    }

    fn decoded(bytes: &[u8]) -> Option<BTreeMap<String, (ChannelStats, Verdict)>> {
        let mut all = BTreeMap::new();
        decode(bytes, &mut |column| {
            let of_column = (column.statistics(), column.verdict());
            all.insert(column.name.to_owned(), of_column);
        })?;
        Some(all)
    }

    #[test]
    fn statistics_come_back_to_the_bit() {
        let result = result();
        let all = decoded(&encode(&result)).unwrap();
        assert_eq!(all.len(), result.channels.len());
        for (name, (stats, verdict)) in &all {
            assert_eq!(stats, &result.channels[name], "{name}");
            assert_eq!(
                stats.mean.map(f64::to_bits),
                result.channels[name].mean.map(f64::to_bits)
            );
            let told = result.channel_verdicts.get(name).copied();
            assert_eq!(*verdict, told.unwrap_or_default(), "{name}");
        }
        decode(&encode(&result), &mut |column| {
            let (stats, own) = (column.statistics(), column.extremes());
            let own = (own.count, own.min, own.max, own.unit);
            assert_eq!(own, (stats.count, stats.min, stats.max, stats.unit));
        });
        assert_eq!(
            decoded(&encode(&RunResult::default())),
            Some(BTreeMap::new())
        );
    }

    #[test]
    fn other_bytes_are_refused() {
        let whole = encode(&result());
        for length in 0..whole.len() {
            let cut = decoded(&whole[..length]);
            assert!(cut.is_none_or(|cut| cut.len() < 6), "{length}");
        }
        let mut other = whole.clone();
        other[0] += 1;
        assert_eq!(decoded(&other), None);
        // Texts follow everywhere.
        let mut other = whole;
        other[7..15].fill(0xff);
        assert_eq!(decoded(&other), None);
    }

    #[test]
    fn a_new_statistic_needs_a_migration() {
        // What is stored has so many for each column. Where that changes, a migration empties the table and lets
        // all records be read again, as the tenth does.
        assert_eq!(CHANNEL_STATISTICS.len(), 19);
        const { assert!(2 * FIELDS <= 64, "the codes of a column") }
    }
}
