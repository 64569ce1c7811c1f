//! The contract of [`super::LogSource`], held by every format with the same rows.

use std::{fs, io::Write, path::PathBuf};

use polars_parquet::write::CompressionOptions;

use super::{Batch, LogReader, RawRow, Vocabulary, raw_rows};
use crate::{
    parquet::{texts, write_columns},
    profile::Profile,
    source::Format,
};

/// More rows than a batch of CSV or a row group here has.
const ROWS: usize = 40_000;
/// Rows of a row group.
const GROUP: usize = 7_000;
/// A row that no rule accepts: it must still be read, and come back as it stands.
const BAD: usize = 31_234;

/// One log in each format.
struct Logs {
    _dir: tempfile::TempDir,
    files: Vec<(Format, PathBuf)>,
}

fn columns() -> Vec<(&'static str, Vec<String>)> {
    let of = |cell: &dyn Fn(usize) -> String| (0..ROWS).map(cell).collect();
    let time = |i: usize| match i {
        BAD => "never".to_owned(),
        _ => format!(
            "2024-05-06T06:{:02}:{:02}.{:03}Z",
            i / 60_000,
            i / 1000 % 60,
            i % 1000
        ),
    };
    vec![
        ("time", of(&time)),
        ("value", of(&|i| format!("{}.5", i % 977))),
        ("field", of(&|i| ["x", "y", "z", "fx"][i % 4].to_owned())),
        ("robot_id", of(&|i| (1 + i / 4 % 2).to_string())),
        ("run_uuid", of(&|i| (5001 + i / 20_000).to_string())),
        (
            "sensor_type",
            of(&|i| ["encoder", "encoder", "encoder", "load_cell"][i % 4].to_owned()),
        ),
    ]
}

impl Logs {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let columns = columns();
        let heads: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let mut csv = heads.join(",") + "\n";
        for row in 0..ROWS {
            let cells: Vec<&str> = columns.iter().map(|(_, c)| c[row].as_str()).collect();
            csv += &(cells.join(",") + "\n");
        }
        let cells = columns.iter();
        let cells = cells.map(|(name, cells)| (*name, texts(cells.iter().map(Some))));
        let at = |name: &str| dir.path().join(name);
        let file = fs::File::create(at("a.parquet")).unwrap();
        let cells: Vec<_> = cells.collect();
        write_columns(file, &cells, CompressionOptions::Zstd(None), GROUP).unwrap();
        fs::write(at("a.csv"), &csv).unwrap();
        let file = fs::File::create(at("a.csv.gz")).unwrap();
        let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        packed.write_all(csv.as_bytes()).unwrap();
        packed.finish().unwrap();
        let files = ["a.parquet", "a.csv", "a.csv.gz"]
            .map(|name| (Format::of_name(name.as_bytes()).unwrap(), at(name)))
            .into();
        Self { _dir: dir, files }
    }
}

/// All rows, in one batch and one vocabulary.
fn all(reader: &mut LogReader) -> (Vec<Batch>, Vocabulary) {
    let mut vocabulary = Vocabulary::default();
    let mut batches = Vec::new();
    while let Some(batch) = reader.next_batch(&mut vocabulary).unwrap() {
        assert!(!batch.is_empty());
        let before: usize = batches.iter().map(Batch::len).sum();
        assert_eq!(batch.first_row, before as u64, "rows come in file order");
        batches.push(batch);
    }
    assert!(reader.next_batch(&mut vocabulary).unwrap().is_none());
    (batches, vocabulary)
}

fn values(batches: &[Batch]) -> (Vec<i64>, Vec<u64>, Vec<u8>) {
    let times = batches.iter().flat_map(|b| b.time.iter().copied());
    let values = batches
        .iter()
        .flat_map(|b| b.value.iter().map(|v| v.to_bits()));
    let robots = batches.iter().flat_map(|b| b.robot.iter().copied());
    (times.collect(), values.collect(), robots.collect())
}

#[test]
fn every_format_gives_the_same_rows_however_it_cuts_them() {
    let profile = Profile::built_in().unwrap();
    let mut first = None;
    for (format, path) in &Logs::new().files {
        let mut reader = LogReader::open(path, *format, &profile).unwrap();
        let total = reader.rows_total();
        let (batches, vocabulary) = all(&mut reader);
        let rows: usize = batches.iter().map(Batch::len).sum();
        assert_eq!(rows, ROWS, "{format:?}");
        assert!(total.is_none_or(|n| n == ROWS as u64), "{format:?}");
        assert!(batches.len() > 1 && reader.bytes_read() > 0, "{format:?}");
        assert_eq!(vocabulary.runs().len(), 2);
        let read = values(&batches);
        assert_eq!(
            first.get_or_insert_with(|| read.clone()),
            &read,
            "{format:?}"
        );
        let Some(groups) = reader.row_groups() else {
            continue;
        };
        let sum: u64 = (0..groups.count()).map(|g| groups.rows(g)).sum();
        assert_eq!(sum, ROWS as u64);
        let parts: Vec<Batch> = (0..groups.count())
            .rev()
            .map(|g| groups.batch(g).unwrap().0)
            .collect();
        let parts: Vec<Batch> = parts.into_iter().rev().collect();
        assert_eq!(values(&parts), read, "in any order");
        assert_eq!((groups.rows(99), groups.bytes(99)), (0, 0));
    }
}

#[test]
fn rows_come_back_as_they_stand() {
    let profile = Profile::built_in().unwrap();
    let asked = [0, 1, 6_999, 7_000, BAD as u64, ROWS as u64 - 1];
    let columns = columns();
    for (format, path) in &Logs::new().files {
        let mut found: Vec<RawRow> = Vec::new();
        raw_rows(path, *format, &profile, &asked, |row| {
            found.push(row);
            Ok(())
        })
        .unwrap();
        assert_eq!(found.iter().map(|r| r.row).collect::<Vec<_>>(), asked);
        for row in &found {
            for (cell, (name, cells)) in row.cells.iter().zip(&columns) {
                let is = cell.as_deref();
                assert_eq!(
                    is,
                    Some(cells[row.row as usize].as_str()),
                    "{format:?} {name}"
                );
            }
            assert_eq!(row.cells[6], None, "no column of cells");
        }
    }
}

#[test]
fn what_is_cut_off_is_an_error_or_fewer_rows_and_never_other_rows() {
    let profile = Profile::built_in().unwrap();
    for (format, path) in &Logs::new().files {
        let mut reader = LogReader::open(path, *format, &profile).unwrap();
        let whole = values(&all(&mut reader).0);
        let bytes = fs::read(path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        let Ok(mut reader) = LogReader::open(path, *format, &profile) else {
            continue;
        };
        let (mut vocabulary, mut batches) = (Vocabulary::default(), Vec::new());
        while let Ok(Some(batch)) = reader.next_batch(&mut vocabulary) {
            batches.push(batch);
        }
        let rows: usize = batches.iter().map(Batch::len).sum();
        assert!(rows < ROWS, "{format:?}");
        // The last row may be the cut one, which is none.
        let kept = rows.saturating_sub(1);
        let (times, _, robots) = values(&batches);
        assert_eq!(times[..kept], whole.0[..kept], "{format:?}");
        assert_eq!(robots[..kept], whole.2[..kept], "{format:?}");
    }
}
