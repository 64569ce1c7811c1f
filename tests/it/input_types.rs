//! The same rows in every type that a log may have give the same tables.

use std::{fs::File, io::Write as _, path::Path};

use crate::common::tables::tables;
use mdtui::etl::{source::Format, time};
use polars_arrow::{
    array::{Array, DictionaryArray, FixedSizeBinaryArray, PrimitiveArray, Utf8ViewArray},
    datatypes::{ArrowDataType, ArrowSchema, Field, TimeUnit},
    record_batch::RecordBatchT,
};
use polars_parquet::write::{
    CompressionOptions, Encoding, FileWriter, RowGroupIterator, StatisticsOptions, Version,
    WriteOptions,
};

#[derive(Clone, Copy)]
struct Row {
    time: i64,
    value: f64,
    field: &'static str,
    robot: i64,
    run: u128,
    sensor: &'static str,
    cell: i64,
}

const START: i64 = 1_669_236_000_000_000;

/// Two runs with ids that every type can hold exactly; four fields on two clocks.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (run, cell) in [(7_001_u128, 3), ((1 << 52) + 1, 4)] {
        for robot in [1, 2] {
            for (field, sensor, step) in [
                ("x", "encoder", 12_000),
                ("y", "encoder", 12_000),
                ("z", "encoder", 12_000),
                ("fx", "load_cell", 10_000),
            ] {
                for i in 0..40 {
                    let time = START + robot * 1000 + i * step;
                    // Four decimals, as encoders write them: every type holds it exactly.
                    let value = ((i * i * 37 + robot * 11 + step) % 9973) as f64 / 16.0;
                    rows.push(Row {
                        time,
                        value,
                        field,
                        robot,
                        run,
                        sensor,
                        cell,
                    });
                }
            }
        }
    }
    rows
}

type Columns = Vec<(&'static str, Box<dyn Array>)>;

fn text<T: AsRef<str>>(values: impl Iterator<Item = T>) -> Box<dyn Array> {
    let values: Vec<String> = values.map(|v| v.as_ref().to_owned()).collect();
    Utf8ViewArray::from_slice_values(&values).boxed()
}

fn ints(rows: &[Row], f: impl Fn(&Row) -> i64) -> Box<dyn Array> {
    PrimitiveArray::<i64>::from_vec(rows.iter().map(f).collect()).boxed()
}

fn plain(rows: &[Row]) -> Columns {
    vec![
        ("time", text(rows.iter().map(|r| time::format(r.time)))),
        (
            "value",
            PrimitiveArray::<f64>::from_vec(rows.iter().map(|r| r.value).collect()).boxed(),
        ),
        ("field", text(rows.iter().map(|r| r.field))),
        ("robot_id", ints(rows, |r| r.robot)),
        (
            "run_uuid",
            PrimitiveArray::<u64>::from_vec(rows.iter().map(|r| r.run as u64).collect()).boxed(),
        ),
        ("sensor_type", text(rows.iter().map(|r| r.sensor))),
        ("cell_id", ints(rows, |r| r.cell)),
    ]
}

fn with(rows: &[Row], name: &'static str, array: Box<dyn Array>) -> Columns {
    let mut columns = plain(rows);
    columns.iter_mut().find(|(n, _)| *n == name).unwrap().1 = array;
    columns
}

fn write_parquet(path: &Path, columns: Columns) {
    let schema: ArrowSchema = columns
        .iter()
        .map(|(n, a)| {
            (
                (*n).into(),
                Field::new((*n).into(), a.dtype().clone(), true),
            )
        })
        .collect();
    let options = WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Snappy,
        data_page_size: None,
    };
    let len = columns[0].1.len();
    let encodings: Vec<_> = columns
        .iter()
        .map(|(_, a)| match a.dtype() {
            ArrowDataType::Dictionary(..) => vec![Encoding::RleDictionary],
            _ => vec![Encoding::Plain],
        })
        .collect();
    let arrays = columns.into_iter().map(|(_, a)| a).collect();
    let batch = RecordBatchT::new(len, schema.clone().into(), arrays);
    let groups = RowGroupIterator::try_new(
        std::iter::once(Ok(batch)),
        &schema,
        options,
        encodings.into(),
    )
    .unwrap();
    let mut writer = FileWriter::try_new(File::create(path).unwrap(), schema, options).unwrap();
    for group in groups {
        writer.write(len as u64, group.unwrap()).unwrap();
    }
    writer.end(None).unwrap();
}

fn csv(rows: &[Row]) -> String {
    let mut out = String::from(",run_uuid,time,value,field,cell_id,robot_id,sensor_type,note\n");
    for (i, r) in rows.iter().enumerate() {
        out.push_str(&format!(
            "{i},{},{},{},{},{},{},{},\"a, note\"\n",
            r.run,
            time::format(r.time),
            r.value,
            r.field,
            r.cell,
            r.robot,
            r.sensor
        ));
    }
    out
}

fn micros(rows: &[Row], unit: TimeUnit, zone: Option<&str>) -> Box<dyn Array> {
    let per = if unit == TimeUnit::Nanosecond {
        1000
    } else {
        1
    };
    let late = per - 1; // finer than a microsecond is cut off
    let values = rows.iter().map(|r| r.time * per + late).collect();
    let dtype = ArrowDataType::Timestamp(unit, zone.map(Into::into));
    PrimitiveArray::<i64>::from_vec(values).to(dtype).boxed()
}

#[test]
fn every_type_gives_the_same_tables() {
    let dir = tempfile::tempdir().unwrap();
    let rows = rows();
    let path = dir.path().join("plain.parquet");
    write_parquet(&path, plain(&rows));
    let want = tables(&path, Format::Parquet);
    assert_eq!(want.runs.len(), 2);
    assert_eq!(want.rows_in, rows.len() as u64);
    assert_eq!(want.rejected, []);
    let first = &want.runs[0].1[0];
    assert!(first.starts_with("Some(\"3\")"), "{first}");

    let uuid = |n: u128| mdtui::etl::run_id::RunId(n).to_string();
    let decimal = |p| ArrowDataType::Decimal(p, 0);
    let as_decimal =
        |values: Vec<i128>, dtype| PrimitiveArray::<i128>::from_vec(values).to(dtype).boxed();
    let bytes: Vec<u8> = rows.iter().flat_map(|r| r.run.to_be_bytes()).collect();
    let small = |f: fn(&Row) -> i64| {
        PrimitiveArray::<i8>::from_vec(rows.iter().map(|r| f(r) as i8).collect()).boxed()
    };
    let forms: Vec<(&str, Columns)> = vec![
        (
            "ids as i64",
            with(&rows, "run_uuid", ints(&rows, |r| r.run as i64)),
        ),
        (
            "ids as f64",
            with(
                &rows,
                "run_uuid",
                PrimitiveArray::<f64>::from_vec(rows.iter().map(|r| r.run as f64).collect())
                    .boxed(),
            ),
        ),
        (
            "ids as decimal(20)",
            with(
                &rows,
                "run_uuid",
                as_decimal(rows.iter().map(|r| r.run as i128).collect(), decimal(20)),
            ),
        ),
        (
            "ids as decimal(9..18)",
            with(
                &rows,
                "run_uuid",
                as_decimal(rows.iter().map(|r| r.run as i128).collect(), decimal(17)),
            ),
        ),
        (
            "ids as decimal(38)",
            with(
                &rows,
                "run_uuid",
                as_decimal(rows.iter().map(|r| r.run as i128).collect(), decimal(38)),
            ),
        ),
        (
            "ids as decimal text",
            with(
                &rows,
                "run_uuid",
                text(rows.iter().map(|r| r.run.to_string())),
            ),
        ),
        (
            "ids as UUID text",
            with(
                &rows,
                "run_uuid",
                text(rows.iter().map(|r| uuid(r.run).to_uppercase())),
            ),
        ),
        (
            "ids as UUID",
            with(
                &rows,
                "run_uuid",
                FixedSizeBinaryArray::new(ArrowDataType::FixedSizeBinary(16), bytes.into(), None)
                    .boxed(),
            ),
        ),
        ("categorical text", {
            let mut columns = plain(&rows);
            columns[2].1 = dictionary(rows.iter().map(|r| r.field));
            columns[5].1 = dictionary(rows.iter().map(|r| r.sensor));
            columns
        }),
        (
            "µs",
            with(&rows, "time", micros(&rows, TimeUnit::Microsecond, None)),
        ),
        (
            "µs with zone",
            with(
                &rows,
                "time",
                micros(&rows, TimeUnit::Microsecond, Some("UTC")),
            ),
        ),
        (
            "ns",
            with(&rows, "time", micros(&rows, TimeUnit::Nanosecond, None)),
        ),
        (
            "ns with zone",
            with(
                &rows,
                "time",
                micros(&rows, TimeUnit::Nanosecond, Some("Europe/Berlin")),
            ),
        ),
        ("time with a space and an offset", {
            let shifted = |r: &Row| time::format(r.time + 3600 * time::SECOND);
            let texts = rows
                .iter()
                .map(|r| shifted(r).replace('T', " ").replace('Z', "+0100"));
            with(&rows, "time", text(texts))
        }),
        (
            "values as text",
            with(
                &rows,
                "value",
                text(rows.iter().map(|r| format!(" {}", r.value))),
            ),
        ),
        (
            "values as f32",
            with(
                &rows,
                "value",
                PrimitiveArray::<f32>::from_vec(rows.iter().map(|r| r.value as f32).collect())
                    .boxed(),
            ),
        ),
        (
            "values as decimal",
            with(
                &rows,
                "value",
                as_decimal(
                    rows.iter().map(|r| (r.value * 10_000.0) as i128).collect(),
                    ArrowDataType::Decimal(18, 4),
                ),
            ),
        ),
        ("robots as i8", with(&rows, "robot_id", small(|r| r.robot))),
        (
            "robots as f64",
            with(
                &rows,
                "robot_id",
                PrimitiveArray::<f64>::from_vec(rows.iter().map(|r| r.robot as f64).collect())
                    .boxed(),
            ),
        ),
        (
            "robots as text",
            with(
                &rows,
                "robot_id",
                text(rows.iter().map(|r| r.robot.to_string())),
            ),
        ),
        ("cells as i8", with(&rows, "cell_id", small(|r| r.cell))),
        (
            "cells as f64",
            with(
                &rows,
                "cell_id",
                PrimitiveArray::<f64>::from_vec(rows.iter().map(|r| r.cell as f64).collect())
                    .boxed(),
            ),
        ),
        (
            "cells as text",
            with(
                &rows,
                "cell_id",
                text(rows.iter().map(|r| r.cell.to_string())),
            ),
        ),
        ("extra columns, another order", {
            let mut columns = plain(&rows);
            columns.push(("extra", text(rows.iter().map(|_| "x"))));
            columns.reverse();
            columns
        }),
    ];
    for (name, columns) in forms {
        let path = dir.path().join("form.parquet");
        write_parquet(&path, columns);
        let got = tables(&path, Format::Parquet);
        assert!(got == want, "{name}: other tables");
    }
}

#[test]
fn csv_plain_gzipped_and_shuffled_give_the_same_tables() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows = rows();
    let path = dir.path().join("plain.parquet");
    write_parquet(&path, plain(&rows));
    let want = tables(&path, Format::Parquet);

    let path = dir.path().join("a.csv");
    std::fs::write(&path, format!("\u{feff}{}", csv(&rows))).unwrap();
    assert!(
        tables(&path, Format::Csv) == want,
        "CSV with a byte order mark"
    );

    let path = dir.path().join("a.csv.gz");
    // Two members: what appending recorders and parallel packers write.
    let text = csv(&rows);
    let (a, b) = text.split_at(text.len() / 2);
    let mut packed = Vec::new();
    for part in [a, b] {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(part.as_bytes()).unwrap();
        packed.extend(gz.finish().unwrap());
    }
    std::fs::write(&path, packed).unwrap();
    assert!(tables(&path, Format::CsvGz) == want, "gzipped CSV");

    // A fixed permutation that scatters the rows.
    let n = rows.len();
    rows = (0..n).map(|i| rows[(i * 7919) % n]).collect();
    let path = dir.path().join("shuffled.parquet");
    write_parquet(&path, plain(&rows));
    assert!(tables(&path, Format::Parquet) == want, "shuffled rows");
}

fn dictionary<'a>(values: impl Iterator<Item = &'a str>) -> Box<dyn Array> {
    let values: Vec<&str> = values.collect();
    let mut words = values.clone();
    words.sort();
    words.dedup();
    let keys = values
        .iter()
        .map(|v| words.iter().position(|w| w == v).unwrap() as u32)
        .collect();
    let words = Utf8ViewArray::from_slice_values(&words).boxed();
    DictionaryArray::try_from_keys(PrimitiveArray::<u32>::from_vec(keys), words, false)
        .unwrap()
        .boxed()
}
