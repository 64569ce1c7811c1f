use std::{ops::Range, path::PathBuf};

use polars_arrow::datatypes::ArrowDataType;

use super::*;
use crate::{
    export::read_back::{read, read_cells},
    parquet::{Cells, as_numbers, as_texts, time_type},
};
use proptest::prelude::*;
use serde_json::Value;

/// 2022-11-23T20:40:00Z
const START: i64 = 1_669_236_000_000_000;

fn written(ending: &str, fields: &[ListColumn], rows: usize) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join(format!("list.{ending}"));
    let mut file = File::create(&target).unwrap();
    let part = |rows: Range<usize>| {
        let part = |f: &ListColumn| ListColumn {
            title: f.title.clone(),
            values: f.values.part(rows.clone()),
        };
        fields.iter().map(part).collect()
    };
    let done = write_list(&mut file, &target, rows, &part, &CancelToken::new()).unwrap();
    assert_eq!((done.rows, done.columns), (rows as u64, fields.len()));
    assert_eq!(done.bytes, std::fs::metadata(&target).unwrap().len());
    (dir, target)
}

fn text(ending: &str, fields: &[ListColumn], rows: usize) -> String {
    let (_dir, path) = written(ending, fields, rows);
    std::fs::read_to_string(path).unwrap()
}

fn field(title: &str, values: Values) -> ListColumn {
    ListColumn {
        title: title.into(),
        values,
    }
}

fn list() -> Vec<ListColumn> {
    vec![
        field(
            "log, \"x\"",
            Values::Text(vec![Some("=a,\"b\"".into()), None, Some("加工".into())]),
        ),
        field("rows", Values::Whole(vec![Some(-3), Some(i64::MAX), None])),
        field("runtime (s)", Values::Number(vec![0.1, f64::NAN, 2.0])),
        field("start", Values::Time(vec![None, Some(START + 1), None])),
    ]
}

#[test]
fn csv_reads_back_with_nothing_for_null() {
    let text = text("csv", &list(), 3);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<_> = reader.headers().unwrap().iter().map(String::from).collect();
    assert_eq!(header, ["log, \"x\"", "rows", "runtime (s)", "start"]);
    let rows: Vec<Vec<String>> = reader
        .records()
        .map(|r| r.unwrap().iter().map(String::from).collect())
        .collect();
    assert_eq!(rows[0], ["'=a,\"b\"", "-3", "0.1", ""]);
    let time = "2022-11-23T20:40:00.000001Z";
    assert_eq!(rows[1], ["", "9223372036854775807", "", time]);
    assert_eq!(rows[2], ["加工", "", "2", ""]);
}

#[test]
fn ndjson_has_types_and_null() {
    let text = text("ndjson", &list(), 3);
    let rows: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let time = "2022-11-23T20:40:00.000001Z";
    for (row, wanted) in rows.iter().zip([
        serde_json::json!(["=a,\"b\"", -3, 0.1, null]),
        serde_json::json!([null, i64::MAX, null, time]),
        serde_json::json!(["加工", null, 2.0, null]),
    ]) {
        let cells = list();
        let cells: Vec<&Value> = cells.iter().map(|f| &row[&f.title]).collect();
        assert_eq!(cells, wanted.as_array().unwrap().iter().collect::<Vec<_>>());
    }
    assert_eq!(rows.len(), 3);
}

#[test]
fn parquet_and_arrow_have_the_types_of_their_cells_even_without_rows() {
    let types = [
        ArrowDataType::Utf8View,
        ArrowDataType::Int64,
        ArrowDataType::Float64,
        time_type(),
    ];
    for ending in ["parquet", "arrow"] {
        for rows in [3, 0] {
            let (_dir, path) = written(ending, &list(), rows);
            let columns = read(&path);
            let read_types = columns.iter().map(|(_, of, _)| of.clone());
            assert_eq!(read_types.collect::<Vec<_>>(), types, "{ending}");
            let length = |cells: &Vec<Cells>| cells.iter().map(|part| part.len()).sum::<usize>();
            let is_long = |(_, _, cells): &(String, ArrowDataType, _)| length(cells) == rows;
            assert!(columns.iter().all(is_long), "{ending}");
            if rows == 0 {
                continue;
            }
            let cells = read_cells(&path);
            let log: Vec<_> = as_texts(&cells[0]).unwrap().iter().collect();
            assert_eq!(log, [Some("=a,\"b\""), None, Some("加工")]);
            let whole: Vec<_> = as_numbers::<i64>(&cells[1]).unwrap().iter().collect();
            assert_eq!(whole, [Some(&-3), Some(&i64::MAX), None]);
            let number: Vec<_> = as_numbers::<f64>(&cells[2]).unwrap().iter().collect();
            assert_eq!(number, [Some(&0.1), None, Some(&2.0)]);
            let times: Vec<_> = as_numbers::<i64>(&cells[3]).unwrap().iter().collect();
            assert_eq!(times, [None, Some(&(START + 1)), None]);
        }
    }
}

#[test]
fn long_lists_are_written_part_by_part_and_can_be_cancelled() {
    let rows = 2 * CHUNK + 1;
    let fields = |rows: Range<usize>| {
        assert!(rows.len() <= CHUNK);
        let values = rows.map(|n| Some(n as i64)).collect();
        vec![field("n", Values::Whole(values))]
    };
    let dir = tempfile::tempdir().unwrap();
    for ending in ["csv", "parquet", "ndjson"] {
        let target = dir.path().join(format!("list.{ending}"));
        let mut file = File::create(&target).unwrap();
        write_list(&mut file, &target, rows, &fields, &CancelToken::new()).unwrap();
        if ending == "parquet" {
            let cells = read_cells(&target);
            let column = as_numbers::<i64>(&cells[0]).unwrap();
            let sum = column.iter().flatten().sum::<i64>();
            let last = rows as i64 - 1;
            assert_eq!((column.len(), sum), (rows, last * (last + 1) / 2));
        } else {
            let lines = std::fs::read_to_string(&target).unwrap().lines().count();
            assert_eq!(lines, rows + usize::from(ending == "csv"));
        }
    }
    let cancel = CancelToken::new();
    cancel.cancel();
    let target = dir.path().join("cancelled.csv");
    let mut file = File::create(&target).unwrap();
    let refused = write_list(&mut file, &target, rows, &fields, &cancel);
    assert!(matches!(refused, Err(Error::Cancelled)));
}

#[test]
fn formulas_are_text_and_numbers_stay() {
    let one = |values: Values| {
        let text = text("csv", &[field("a", values)], 1);
        text.strip_prefix("a\n").unwrap().trim_end().to_owned()
    };
    for text in ["=1+1", "+1", "-1", "@SUM(A1)"] {
        let values = Values::Text(vec![Some(text.into())]);
        assert_eq!(one(values), format!("'{text}"));
    }
    assert_eq!(one(Values::Number(vec![-1.5])), "-1.5");
    assert_eq!(one(Values::Text(vec![Some("a-b".into())])), "a-b");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_reader_of_csv_gets_the_text_back(texts in prop::collection::vec("[a-z=,\"\r\n +-]{0,12}", 2..5)) {
        let fields: Vec<ListColumn> = texts
            .iter()
            .enumerate()
            .map(|(i, t)| field(&format!("c{i}"), Values::Text(vec![Some(t.clone())])))
            .collect();
        let out = text("csv", &fields, 1);
        let mut reader = csv::Reader::from_reader(out.as_bytes());
        let read = reader.records().next().unwrap().unwrap();
        for (text, read) in texts.iter().zip(read.iter()) {
            let guarded = text.starts_with(['=', '+', '-', '@']);
            prop_assert_eq!(read.strip_prefix('\'').filter(|_| guarded).unwrap_or(read), text);
            prop_assert!(!read.starts_with(['=', '+', '-', '@']));
        }
    }
}
