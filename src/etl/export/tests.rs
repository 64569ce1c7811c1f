use std::{collections::BTreeMap, fs, sync::Arc};

use polars_arrow::array::StaticArray;

use super::{
    read_back::{read, read_cells},
    *,
};
use crate::{
    lake::run_file::write_run_file,
    parquet::{as_numbers, time_type},
    schema::Hold,
    transform::{Column, clock::align, table::RunTable},
};

const START: i64 = 1_669_236_000_035_000;

/// Two channels of known samples: (milliseconds from the start, value).
struct Made {
    dir: tempfile::TempDir,
    table: RunFile,
    samples: [Vec<(i64, f64)>; 2],
}

/// The run's second channel begins late and stops early; the first pauses in between.
fn made() -> Made {
    let a = (0..100)
        .filter(|i| !(40..70).contains(i))
        .map(|i| (i * 10, i as f64 / 3.0))
        .collect();
    let b = (30..60).map(|i| (i * 7, -(i as f64))).collect();
    make([a, b])
}

fn make(samples: [Vec<(i64, f64)>; 2]) -> Made {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.parquet");
    let times: Vec<Arc<Vec<i64>>> = samples
        .iter()
        .map(|s| Arc::new(s.iter().map(|(ms, _)| START + ms * 1000).collect()))
        .collect();
    let (rows, clocks) = align(times, Hold::Intervals(10.0));
    let column = |clock: usize| Column {
        name: ["a_1", "b_1"][clock].into(),
        unit: "mm".into(),
        clock,
        values: samples[clock]
            .iter()
            .map(|(_, v)| *v)
            .collect::<Vec<f64>>()
            .into(),
    };
    let table = RunTable {
        times: rows,
        clocks,
        columns: vec![column(0), column(1)],
        distance_mm: BTreeMap::new(),
        samples: samples.iter().map(|s| s.len() as u64).sum(),
    };
    write_run_file(&path, &table, &CancelToken::new(), |_| "{}".into()).unwrap();
    let table = RunFile::open(&path).unwrap();
    Made {
        dir,
        table,
        samples,
    }
}

impl Made {
    /// What a channel holds at a time, the slow way: its last sample while it is young.
    fn in_force(&self, channel: usize, ms: i64, hold_ms: i64) -> Option<f64> {
        let last = self.samples[channel]
            .iter()
            .rev()
            .find(|(at, _)| *at <= ms)?;
        (ms - last.0 <= hold_ms).then_some(last.1)
    }

    fn csv(&self, options: &Options) -> Vec<Vec<String>> {
        let path = self.dir.path().join("out.csv");
        let done = export(&self.table, &path, options, &CancelToken::new()).unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_path(&path)
            .unwrap();
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|r| r.unwrap().iter().map(str::to_owned).collect())
            .collect();
        assert_eq!(done.rows + 1, rows.len() as u64);
        assert_eq!(done.columns, rows[0].len());
        assert_eq!(done.bytes, fs::metadata(&path).unwrap().len());
        rows
    }
}

/// Milliseconds from the start.
fn ms(row: &[String]) -> i64 {
    (crate::time::parse(row[0].as_bytes()).unwrap() - START) / 1000
}

fn value(cell: &str) -> Option<f64> {
    (!cell.is_empty()).then(|| cell.parse().unwrap())
}

#[test]
fn csv_has_every_row_with_nulls_empty() {
    let made = made();
    let rows = made.csv(&Options::default());
    assert_eq!(rows[0], ["time", "a_1", "b_1"]);
    assert_eq!(rows[1], ["2022-11-23T20:40:00.035000Z", "0.0", ""]);
    assert_eq!(rows.len() as u64, made.table.rows() + 1);
    for row in &rows[1..] {
        assert_eq!(value(&row[1]), made.in_force(0, ms(row), 100), "{row:?}");
        assert_eq!(value(&row[2]), made.in_force(1, ms(row), 70), "{row:?}");
    }
}

#[test]
fn a_span_has_both_its_ends_and_columns_come_as_asked() {
    let made = made();
    let options = Options {
        columns: Some(vec!["b_1".into(), " time".into(), "b_1".into()]),
        from_us: Some(START + 250_000),
        to_us: Some(START + 300_000),
        ..Options::default()
    };
    let rows = made.csv(&options);
    assert_eq!(rows[0], ["time", "b_1"]);
    assert_eq!((ms(&rows[1]), ms(rows.last().unwrap())), (250, 300));
    let unknown = Options {
        columns: Some(vec!["c".into()]),
        ..Options::default()
    };
    let out = made.dir.path().join("x.csv");
    let error = export(&made.table, &out, &unknown, &CancelToken::new()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no column \"c\"; it has a_1, b_1"),
        "{error}"
    );
    let backwards = Options {
        from_us: Some(2),
        to_us: Some(1),
        ..Options::default()
    };
    assert!(export(&made.table, &out, &backwards, &CancelToken::new()).is_err());
    assert!(!out.exists());
}

#[test]
fn complete_rows_are_those_without_a_null_in_any_column_of_the_table() {
    let made = made();
    let all = made.csv(&Options {
        complete: true,
        ..Options::default()
    });
    let one = made.csv(&Options {
        complete: true,
        columns: Some(vec!["a_1".into()]),
        ..Options::default()
    });
    assert!(all.len() > 10);
    assert_eq!(all.len(), one.len());
    assert!(
        all[1..]
            .iter()
            .all(|row| row.iter().all(|cell| !cell.is_empty()))
    );
}

#[test]
fn steps_take_the_value_in_force_and_not_one_that_is_too_old() {
    let made = made();
    for step in [3, 10, 25, 400] {
        for (from, to) in [
            (None, None),
            (Some(101), Some(777)),
            (Some(-50), Some(5000)),
        ] {
            let options = Options {
                step_us: Some(step * 1000),
                from_us: from.map(|ms| START + ms * 1000),
                to_us: to.map(|ms| START + ms * 1000),
                limits: Limits::from([("a_1".into(), 100_000), ("b_1".into(), 70_000)]),
                ..Options::default()
            };
            let rows = made.csv(&options);
            let wanted: Vec<i64> = (0..)
                .map(|k| k * step)
                .take_while(|ms| *ms <= 990)
                .filter(|ms| (from.unwrap_or(0)..=to.unwrap_or(990)).contains(ms))
                .collect();
            let got: Vec<i64> = rows[1..].iter().map(|r| ms(r)).collect();
            assert_eq!(got, wanted, "step {step}, span {from:?} {to:?}");
            for row in &rows[1..] {
                assert_eq!(value(&row[1]), made.in_force(0, ms(row), 100), "{row:?}");
                assert_eq!(value(&row[2]), made.in_force(1, ms(row), 70), "{row:?}");
            }
        }
    }
}

#[test]
fn parquet_and_arrow_have_times_with_a_zone_and_real_nulls() {
    let made = made();
    let csv = made.csv(&Options::default());
    for name in ["out.parquet", "out.arrow"] {
        let path = made.dir.path().join(name);
        export(&made.table, &path, &Options::default(), &CancelToken::new()).unwrap();
        let columns = read(&path);
        let names = columns.iter().map(|(name, _, _)| name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["time", "a_1", "b_1"]);
        assert_eq!(columns[0].1, time_type(), "{name}");
        let cells = read_cells(&path);
        let times = as_numbers::<i64>(&cells[0]).unwrap();
        assert_eq!(times.len(), csv.len() - 1);
        for (i, row) in csv[1..].iter().enumerate() {
            assert_eq!((times.get(i).unwrap() - START) / 1000, ms(row));
            for c in [1, 2] {
                let cell = as_numbers::<f64>(&cells[c]).unwrap().get(i);
                assert_eq!(cell, value(&row[c]), "{name} {row:?}");
            }
        }
    }
}

#[test]
fn ndjson_has_an_object_a_line_in_the_order_of_columns() {
    let made = made();
    let csv = made.csv(&Options::default());
    let path = made.dir.path().join("out.ndjson");
    export(&made.table, &path, &Options::default(), &CancelToken::new()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(r#"{"time":"2022-11-23T20:40:00.035000Z","a_1":0.0,"b_1":null}"#));
    for (line, row) in text.lines().zip(&csv[1..]) {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(object["time"], row[0].as_str());
        assert_eq!(object["a_1"].as_f64(), value(&row[1]));
        assert_eq!(object["b_1"].as_f64(), value(&row[2]));
    }
    assert_eq!(text.lines().count(), csv.len() - 1);
}

#[test]
fn a_cancelled_or_failed_export_leaves_the_old_file_and_nothing_else() {
    let made = made();
    let folder = made.dir.path().join("out");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("x.csv");
    fs::write(&path, "old").unwrap();
    let cancelled = CancelToken::new();
    cancelled.cancel();
    let error = export(&made.table, &path, &Options::default(), &cancelled).unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    fs::create_dir(folder.join("dir.csv")).unwrap();
    let error = export(
        &made.table,
        &folder.join("dir.csv"),
        &Options::default(),
        &CancelToken::new(),
    );
    assert!(matches!(error, Err(Error::Io { .. })));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn a_table_of_many_row_groups_comes_out_whole() {
    let n = 150_000;
    let made = make([
        (0..n).map(|i| (i, i as f64)).collect(),
        vec![(0, 1.0), (n, 2.0)],
    ]);
    let path = made.dir.path().join("out.parquet");
    let done = export(&made.table, &path, &Options::default(), &CancelToken::new()).unwrap();
    assert_eq!(done.rows, n as u64 + 1);
    let cells = read_cells(&path);
    let a = as_numbers::<f64>(&cells[1]).unwrap();
    assert!((0..n).all(|i| a.get(i as usize) == Some(i as f64)));
    let mid = Options {
        from_us: Some(START + 70_000_500),
        to_us: Some(START + 70_003_000),
        ..Options::default()
    };
    assert_eq!(made.csv(&mid).len(), 4);
}

#[test]
fn named_rows_are_those_of_the_whole_table() {
    let made = made();
    let all = made.csv(&Options::default());
    let rows: Vec<u64> = vec![0, 3, 4, 50, 96];
    let options = Options {
        rows: Some(rows.clone().into()),
        ..Options::default()
    };
    let some = made.csv(&options);
    let wanted: Vec<_> = rows.iter().map(|r| all[*r as usize + 1].clone()).collect();
    assert_eq!(some[1..], wanted[..]);
    let none = Options {
        rows: Some(Vec::new().into()),
        ..Options::default()
    };
    assert_eq!(made.csv(&none).len(), 1, "the header alone");
    let behind = Options {
        rows: Some(vec![1_000_000].into()),
        ..Options::default()
    };
    assert_eq!(made.csv(&behind).len(), 1);
}

#[test]
fn samples_are_told_from_what_is_held_across_row_groups() {
    // Three row groups. The second channel's values repeat, and one of its samples stands on each side
    // of the first boundary.
    let a: Vec<(i64, f64)> = (0..90_000).map(|i| (i * 2, i as f64)).collect();
    let b: Vec<(i64, f64)> = (0..30_000).map(|i| (i * 6 + 1, (i / 500) as f64)).collect();
    let made = make([a, b]);
    assert!(made.table.groups().count() > 1);
    let samples = made.table.sample_rows().unwrap();
    let none = CancelToken::new();
    for (column, known) in ["a_1", "b_1"].into_iter().zip(&made.samples) {
        let mut found = Vec::new();
        for (group, rows) in made.table.groups().enumerate() {
            let window = made.table.read(&[column], rows, &none).unwrap();
            for row in samples.of(group, column).unwrap() {
                let (row, value) = (row as usize, window.columns[0][row as usize]);
                found.push(((window.times[row] - START) / 1000, value));
            }
        }
        assert!(found == *known, "{column}");
    }
}

#[test]
fn a_channel_whose_rows_are_nearly_all_samples_tells_the_held_one() {
    let a: Vec<(i64, f64)> = (0..1000).map(|i| (i * 10, 7.0)).collect();
    let made = make([a, vec![(15, 1.0), (35, 1.0)]]);
    let rows = made.table.sample_rows().unwrap().of(0, "a_1").unwrap();
    assert_eq!((made.table.rows(), rows.len()), (1002, 1000));
    assert!(!rows.contains(&2) && !rows.contains(&5), "{:?}", &rows[..8]);
}
