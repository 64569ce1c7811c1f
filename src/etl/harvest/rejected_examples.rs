//! Examples of the rows of a log that were rejected, read back from their file.

use std::{collections::BTreeMap, io::ErrorKind, path::Path};

use super::{none_kept, rejected::column_names};
use crate::{
    Error, Result,
    base::CancelToken,
    clean::Reason,
    format::thousands,
    lake::{Lake, record::Record},
    parquet::{ParquetReader, as_numbers, as_texts},
    profile::Profile,
    schema::Layout,
    text,
};

/// Rows of each reason that are shown.
const EXAMPLES: usize = 3;
/// Row groups that are read at most: a reason that first appears behind them has no example.
const MOST: usize = 16;
/// Places of the value, and of the field or column, among the cells of a rejected row.
const VALUE: usize = 1;
const FIELD: usize = 2;
/// Places of cells that a rule of one column may refuse.
const PLACES: usize = 6;
/// Characters of a value.
const SHOWN: usize = 40;

/// The rows of a log that were rejected: where they lie, and examples of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRows {
    /// The file, as harmless text.
    pub file: String,
    /// Examples by reason.
    pub examples: BTreeMap<Reason, Vec<RejectedRow>>,
}

/// One rejected row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// Its number in the log, from 0.
    pub row: u64,
    /// The column whose rule it broke, as harmless text; `None`: the reason is not about one column.
    pub column: Option<String>,
    /// What stood there, as harmless text; `None`: nothing, or the reason is not about one column.
    pub value: Option<String>,
}

impl RejectedRow {
    /// `row 1,204, column fz_1: `bad``.
    pub fn in_words(&self) -> String {
        let row = format!("row {}", thousands(self.row));
        let Some(column) = &self.column else {
            return row;
        };
        match self.value.as_deref() {
            None | Some("") => format!("{row}, column {column}: nothing"),
            Some(value) => format!("{row}, column {column}: `{value}`"),
        }
    }
}

impl RejectedRows {
    /// Those of a harvested log, with the first rows of each reason; `None`: no row of it was
    /// rejected. The file may be elsewhere (of a lake that was pulled) or gone: there are no
    /// examples then.
    ///
    /// # Errors
    /// [`Error::Record`] and [`Error::Io`] for the record; [`Error::Io`] for a file that cannot be
    /// read; [`Error::Cancelled`].
    pub fn of(lake: &Lake, key: &str, cancel: &CancelToken) -> Result<Option<Self>> {
        let Some(record) = Record::read(lake, key)? else {
            return Ok(None);
        };
        let Some(name) = &record.rejected_file else {
            return Ok(None);
        };
        let path = lake.location(key, name);
        let expected: Vec<Reason> = record.ledger.dropped.keys().copied().collect();
        Ok(Some(Self {
            examples: examples(&path, &record.profile, &expected, cancel)?,
            file: text::visible_path(&path),
        }))
    }
}

/// The first rows of each of the `expected` reasons in a file of rejected rows.
fn examples(
    path: &Path,
    profile: &Profile,
    expected: &[Reason],
    cancel: &CancelToken,
) -> Result<BTreeMap<Reason, Vec<RejectedRow>>> {
    let mut found: BTreeMap<Reason, Vec<RejectedRow>> = BTreeMap::new();
    let file = match ParquetReader::open(path) {
        Ok(file) => file,
        Err(Error::Io { source, .. }) if source.kind() == ErrorKind::NotFound => return Ok(found),
        Err(e) => return Err(e),
    };
    // Exact duplicates are not in the file.
    let is_complete = |found: &BTreeMap<Reason, Vec<RejectedRow>>| {
        expected
            .iter()
            .filter(|reason| **reason != Reason::Duplicate)
            .all(|reason| found.get(reason).is_some_and(|rows| rows.len() >= EXAMPLES))
    };
    for group in 0..file.groups().count().min(MOST) {
        cancel.check()?;
        collect(&file, group, profile, &mut found)?;
        if is_complete(&found) {
            break;
        }
    }
    Ok(found)
}

/// Adds the rows of a row group to those that were found, as far as there are too few.
fn collect(
    file: &ParquetReader,
    group: usize,
    profile: &Profile,
    found: &mut BTreeMap<Reason, Vec<RejectedRow>>,
) -> Result<()> {
    let names = column_names(profile);
    let numbers = file.read(group, &names.row)?;
    let reasons = file.read(group, &names.reason)?;
    let numbers = numbers.as_ref().and_then(as_numbers::<u64>);
    let (Some(numbers), Some(reasons)) = (numbers, reasons.as_ref().and_then(as_texts)) else {
        return Ok(());
    };
    let column = |place| match names.of_place(place) {
        Some(name) => file.read(group, name),
        None => Ok(None),
    };
    let columns = (0..PLACES).map(column).collect::<Result<Vec<_>>>()?;
    for (at, (row, word)) in numbers.iter().zip(reasons).enumerate() {
        let (Some(row), Some(word)) = (row.copied(), word) else {
            continue;
        };
        let Some(reason) = Reason::ALL.into_iter().find(|reason| reason.word() == word) else {
            continue;
        };
        let rows = found.entry(reason).or_default();
        if rows.len() < EXAMPLES {
            let cell = |place: usize| {
                let cells = columns.get(place)?.as_ref().and_then(as_texts)?;
                cells.get(at).map(|cell| text::quoted(cell, SHOWN))
            };
            // A conflict is about the whole row, and of a wide log about one cell of it.
            let broken = none_kept::column(reason, profile).or_else(|| {
                let is_cell = profile.layout == Layout::Wide && reason == Reason::Conflict;
                is_cell.then_some(("", VALUE))
            });
            let column = broken.and_then(|(name, place)| match profile.layout {
                // A line has many samples: which column this one stood in is a cell of its own.
                Layout::Wide if place == VALUE => cell(FIELD),
                _ => Some(text::quoted(name, SHOWN)),
            });
            let value = broken.and_then(|(_, place)| cell(place));
            rows.push(RejectedRow { row, column, value });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{harvest::rejected::write_rejected, source::Format};

    #[test]
    fn the_first_rows_of_each_reason_are_read_with_their_values() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("a.csv");
        let mut csv = "time,value,field,robot_id,run_uuid,sensor_type\n".to_owned();
        let good = "2022-11-23T20:40:00Z,1.5,x,1,7,encoder\n";
        csv.push_str(good);
        for n in 0..5 {
            csv.push_str(&format!("202{n}-13-40,1.5,x,1,7,encoder\n"));
        }
        csv.push_str("2022-11-23T20:40:00Z,\u{1b}[31m,x,1,7,encoder\n");
        csv.push_str("2022-11-23T20:40:00Z,,x,1,7,encoder\n");
        csv.push_str("2022-11-23T20:40:00Z,2.5,x,1,7,encoder\n");
        std::fs::write(&log, csv).unwrap();
        let mut rejected: Vec<(u64, Reason)> = (1..6).map(|n| (n, Reason::InvalidTime)).collect();
        rejected.extend([6, 7].map(|n| (n, Reason::InvalidValue)));
        rejected.push((8, Reason::Conflict));
        let profile = Profile::built_in().unwrap();
        let target = dir.path().join("rejected.parquet");
        let cancel = CancelToken::new();
        write_rejected(&target, (&log, Format::Csv), &profile, &rejected, &cancel).unwrap();
        let row = |row: u64, column: Option<&str>, value: Option<&str>| RejectedRow {
            row,
            column: column.map(str::to_owned),
            value: value.map(str::to_owned),
        };
        let expected = BTreeMap::from([
            (
                Reason::InvalidTime,
                (0..3)
                    .map(|n| row(n + 1, Some("time"), Some(&format!("202{n}-13-40"))))
                    .collect(),
            ),
            (
                Reason::InvalidValue,
                vec![
                    row(6, Some("value"), Some("\\u{1b}[31m")),
                    row(7, Some("value"), None),
                ],
            ),
            (Reason::Conflict, vec![row(8, None, None)]),
        ]);
        let read = examples(&target, &profile, &Reason::ALL, &cancel).unwrap();
        assert_eq!(read, expected);
        let gone = dir.path().join("gone.parquet");
        let none = examples(&gone, &profile, &Reason::ALL, &cancel).unwrap();
        assert!(none.is_empty());
    }

    #[test]
    fn a_conflict_of_a_wide_log_names_its_column() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("a.csv");
        let text = "time,X,Fz\n2022-11-23T20:40:00Z,1,10\n2022-11-23T20:40:00Z,2,11\n";
        std::fs::write(&log, text).unwrap();
        let profile = r#"
            name = "wide"
            robots = [1]
            layout = "wide"
            [columns]
            time = "time"
            [[fields]]
            name = "x"
            kind = "position"
            axis = "x"
            unit = "mm"
            [[fields]]
            name = "fz"
            kind = "force"
            axis = "z"
            unit = "N"
            [[signals]]
            column = "X"
            field = "x"
            robot = 1
            [[signals]]
            column = "Fz"
            field = "fz"
            robot = 1
        "#;
        let profile = Profile::parse(profile, "p.toml").unwrap();
        let target = dir.path().join("rejected.parquet");
        let cancel = CancelToken::new();
        // Samples are numbered line by line.
        let rejected = [(2, Reason::Conflict), (3, Reason::Conflict)];
        write_rejected(&target, (&log, Format::Csv), &profile, &rejected, &cancel).unwrap();
        let read = examples(&target, &profile, &Reason::ALL, &cancel).unwrap();
        let words: Vec<String> = read[&Reason::Conflict]
            .iter()
            .map(RejectedRow::in_words)
            .collect();
        assert_eq!(words, ["row 1, column X: `2`", "row 1, column Fz: `11`"]);
    }
}
