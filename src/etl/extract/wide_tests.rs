//! Wide logs, in every format, hold what the same samples in a long log hold.

use std::{collections::BTreeMap, fs, path::Path};

use polars_parquet::write::CompressionOptions;

use super::{LogReader, RawRow, Vocabulary, raw_rows};
use crate::{
    clean::{Partition, Reason},
    parquet::{Cells, texts, write_columns},
    profile::Profile,
    source::Format,
};

const PROFILE: &str = r#"
name = "wide"
robots = [1, "left"]
layout = "wide"

[columns]
time = "t"
cell = "station"

[[fields]]
name = "z"
kind = "position"
axis = "z"
unit = "cm"

[[fields]]
name = "Temp [°C]"
kind = "other"
channel = "temp"
unit = "°C"

[[signals]]
column = "Z (cm)"
field = "z"
robot = "left"

[[signals]]
column = "T1"
field = "Temp [°C]"
robot = 1
"#;

/// Time, column Z, column T1, station: what is empty, bad or a duplicate in every way.
const LINES: [[&str; 4]; 6] = [
    ["2024-05-06T06:00:00Z", "1.5", "20", "s1"],
    ["2024-05-06T06:00:01Z", "", "21", "s1"],
    ["2024-05-06T06:00:02Z", "2.5", "", ""],
    ["2024-05-06T06:00:03Z", "", "", "s1"],
    ["never", "3", "", "s1"],
    ["2024-05-06T06:00:05Z", "abc", "25", "s1"],
];

fn csv() -> String {
    let lines = LINES.map(|[t, z, temp, station]| format!("{temp},{t},ignored,{z},{station}\n"));
    format!("T1,t,other,Z (cm),station\n{}", lines.concat())
}

fn write_parquet(path: &Path, rows: usize) {
    let column = |name: &'static str, i: usize| -> (&str, Cells) {
        let cells = LINES.map(|line| Some(line[i]).filter(|cell| !cell.is_empty()));
        (name, texts(cells.into_iter()))
    };
    let columns = [
        column("Z (cm)", 1),
        column("t", 0),
        column("station", 3),
        column("T1", 2),
    ];
    let file = fs::File::create(path).unwrap();
    write_columns(file, &columns, CompressionOptions::Zstd(None), rows).unwrap();
}

/// Channel to samples, the rejected rows as text, rows in, and lines.
type Content = (
    BTreeMap<usize, Vec<(i64, f64)>>,
    Vec<(u64, Reason)>,
    u64,
    u64,
);

fn content(path: &Path, format: Format, profile: &Profile) -> (Content, Vec<RawRow>) {
    let mut reader = LogReader::open(path, format, profile).unwrap();
    let mut vocabulary = Vocabulary::default();
    let mut partition = Partition::new(profile);
    match reader.row_groups() {
        Some(groups) => {
            for group in 0..groups.count() {
                let (batch, words) = groups.batch(group).unwrap();
                let part = partition.rules().part(&batch, words.runs().len());
                partition.take_part(part, &words, &mut vocabulary);
            }
        }
        None => {
            while let Some(batch) = reader.next_batch(&mut vocabulary).unwrap() {
                partition.add(&batch, &vocabulary);
            }
        }
    }
    let lines = reader.lines_read();
    let (runs, ledger, rejected) = partition.finish(&vocabulary);
    assert_eq!(runs.len(), 1);
    assert_eq!(vocabulary.cell(runs[0].cells[0].1), Some("s1"));
    let channels = (0..runs[0].channels()).map(|id| {
        let rows = runs[0].channel(id);
        (id, rows.times.into_iter().zip(rows.values).collect())
    });
    let channels: BTreeMap<usize, Vec<(i64, f64)>> = channels.collect();
    let numbers: Vec<u64> = rejected.iter().map(|(row, _)| *row).collect();
    let mut raw = Vec::new();
    raw_rows(path, format, profile, &numbers, |row| {
        raw.push(row);
        Ok(())
    })
    .unwrap();
    let rejected = rejected
        .into_iter()
        .map(|(row, why)| (profile.line_of(row), why));
    ((channels, rejected.collect(), ledger.rows_in, lines), raw)
}

#[test]
fn every_cell_that_is_not_empty_is_a_sample() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::parse(PROFILE, "p").unwrap();
    let csv_path = dir.path().join("a.csv");
    fs::write(&csv_path, csv()).unwrap();
    let (from_csv, raw) = content(&csv_path, Format::Csv, &profile);
    let (channels, rejected, rows_in, lines) = &from_csv;
    // Robot 1 has z and temp, then robot left.
    let second = |s: i64| 1_714_975_200_000_000 + s * 1_000_000;
    assert_eq!(channels[&0], []);
    assert_eq!(
        channels[&1],
        [(second(0), 20.0), (second(1), 21.0), (second(5), 25.0)]
    );
    assert_eq!(channels[&2], [(second(0), 15.0), (second(2), 25.0)]);
    assert_eq!(channels[&3], []);
    assert_eq!(
        rejected,
        &[(4, Reason::InvalidTime), (5, Reason::InvalidValue)]
    );
    // Nine cells of six lines are not empty but two: of these six are not.
    assert_eq!((*rows_in, *lines), (7, 6));
    let cell = |row: &RawRow, i: usize| row.cells[i].clone().unwrap_or_default();
    assert_eq!(raw[0].row, 4);
    assert_eq!(
        (cell(&raw[0], 0), cell(&raw[0], 1)),
        ("never".into(), "3".into())
    );
    assert_eq!(
        (
            raw[1].row,
            cell(&raw[1], 1),
            cell(&raw[1], 2),
            cell(&raw[1], 3)
        ),
        (5, "abc".into(), "Z (cm)".into(), "left".into())
    );
    for rows in [1, 2, 100] {
        let path = dir.path().join(format!("{rows}.parquet"));
        write_parquet(&path, rows);
        let found = content(&path, Format::Parquet, &profile);
        assert_eq!(
            found,
            (from_csv.clone(), raw.clone()),
            "row groups of {rows}"
        );
    }
}

#[test]
fn an_incomplete_last_line_is_one_row_that_is_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::parse(PROFILE, "p").unwrap();
    let path = dir.path().join("a.csv");
    fs::write(&path, csv() + "26,2024-05-06T06:00").unwrap();
    let ((_, rejected, rows_in, lines), _) = content(&path, Format::Csv, &profile);
    assert_eq!(rejected.last(), Some(&(6, Reason::TruncatedRow)));
    assert_eq!((rows_in, lines), (8, 7));
}

#[test]
fn a_column_that_is_missing_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::parse(PROFILE, "p").unwrap();
    let path = dir.path().join("a.csv");
    fs::write(&path, csv().replace("Z (cm)", "Z")).unwrap();
    let Err(error) = LogReader::open(&path, Format::Csv, &profile) else {
        panic!("it was opened");
    };
    let error = error.to_string();
    assert!(
        error.contains("column `Z (cm)` is missing") && error.contains("`T1`"),
        "{error}"
    );
}

#[test]
fn mistakes_in_a_wide_profile_are_told_with_their_line() {
    let line = |text: &str| {
        let at = PROFILE.find(text).unwrap();
        PROFILE[..at].matches('\n').count() + 1
    };
    let signal = line("column = \"T1\"");
    for (from, to, at, told) in [
        (
            "layout = \"wide\"",
            "",
            line("column = \"Z"),
            "add layout = \"wide\"",
        ),
        (
            "time = \"t\"",
            "time = \"t\"\nvalue = \"v\"",
            8,
            "leave value out",
        ),
        (
            "field = \"Temp [°C]\"",
            "field = \"Temp\"",
            signal + 1,
            "not one of the fields: z, Temp",
        ),
        (
            "robot = 1",
            "robot = 2",
            signal + 2,
            "not one of the robots: 1, left",
        ),
        ("column = \"T1\"", "column = \"t\"", signal, "named twice"),
        (
            "column = \"T1\"",
            "column = \"Z (cm)\"",
            signal,
            "named twice",
        ),
        ("column = \"T1\"", "column = \"\"", signal, "is empty"),
    ] {
        let error = Profile::parse(&PROFILE.replacen(from, to, 1), "p")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(&format!("p, line {at}: ")),
            "{to}: {error}"
        );
        assert!(error.contains(told), "{to}: {error}");
    }
    let twice = PROFILE.replace(
        "field = \"Temp [°C]\"\nrobot = 1",
        "field = \"z\"\nrobot = \"left\"",
    );
    let error = Profile::parse(&twice, "p").unwrap_err().to_string();
    assert!(
        error.contains("are both field \"z\" of robot left"),
        "{error}"
    );
    let none = &PROFILE[..PROFILE.find("[[signals]]").unwrap()];
    let error = Profile::parse(none, "p").unwrap_err().to_string();
    assert!(error.contains("needs [[signals]]"), "{error}");
}
