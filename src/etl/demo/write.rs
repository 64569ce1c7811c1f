//! A log's columns as Parquet or CSV bytes.

use std::io::Write;

use flate2::{Compression, GzBuilder};
use polars_arrow::{
    array::{MutableBinaryViewArray, PrimitiveArray},
    types::NativeType,
};
use polars_parquet::write::CompressionOptions;

use super::{plan::Form, rows::Rows};
use crate::{
    Error, Result,
    parquet::{Cells, texts, time_type, write_columns},
    profile::Profile,
    schema::Robot,
};

/// Rows of a row group: what common writers use.
const ROW_GROUP: usize = 1 << 18;

/// The log's bytes.
///
/// # Errors
/// [`Error::Log`] when the columns cannot be encoded, which a test rules out.
pub(super) fn encode(rows: &Rows, form: Form, profile: &Profile) -> Result<Vec<u8>> {
    match form {
        Form::Parquet | Form::ParquetDoubleIds | Form::ParquetTimestamps => {
            parquet(rows, form, profile)
                .map_err(|e| Error::Log(format!("cannot make a demo log: {e}")))
        }
        Form::Csv => Ok(csv(rows, profile)),
        Form::CsvGz => {
            let csv = csv(rows, profile);
            // Without a time in its header, the same rows give the same bytes.
            let mut gz = GzBuilder::new()
                .mtime(0)
                .write(Vec::new(), Compression::new(4));
            gz.write_all(&csv)
                .and_then(|()| gz.finish())
                .map_err(|e| Error::Log(format!("cannot compress a demo log: {e}")))
        }
    }
}

fn parquet(rows: &Rows, form: Form, profile: &Profile) -> std::io::Result<Vec<u8>> {
    let names = &profile.columns;
    let mut columns: Vec<(&str, Cells)> = vec![
        (&names.time, times(rows, form)),
        (&names.value, nullable(&rows.values, &rows.null_values)),
        (&names.field, words(&rows.fields, &rows.field_names)),
    ];
    if let Some(cells) = &rows.cells {
        columns.push((&names.cell, PrimitiveArray::from_slice(cells).boxed()));
    }
    columns.push((&names.robot, robots(rows)));
    let runs = match form {
        Form::ParquetDoubleIds => {
            let doubles: Vec<f64> = rows.runs.iter().map(|id| *id as f64).collect();
            nullable(&doubles, &rows.null_runs)
        }
        _ => nullable(&rows.runs, &rows.null_runs),
    };
    columns.push((&names.run, runs));
    if !names.sensor.is_empty() {
        let sensors = words(&rows.sensors, &rows.sensor_names);
        columns.push((&names.sensor, sensors));
    }
    let mut bytes = Vec::new();
    write_columns(&mut bytes, &columns, CompressionOptions::Snappy, ROW_GROUP)?;
    Ok(bytes)
}

/// Numbers, unless a robot is named by a word.
fn robots(rows: &Rows) -> Cells {
    let numbers: Option<Vec<i64>> = rows.robot_names.iter().map(Robot::number).collect();
    let Some(numbers) = numbers else {
        let names: Vec<String> = rows.robot_names.iter().map(ToString::to_string).collect();
        return words(&rows.robots, &names);
    };
    let number = |code: &u8| numbers.get(usize::from(*code)).copied().unwrap_or_default();
    PrimitiveArray::from_vec(rows.robots.iter().map(number).collect()).boxed()
}

fn times(rows: &Rows, form: Form) -> Cells {
    if form == Form::ParquetTimestamps {
        let times = PrimitiveArray::from_slice(&rows.times);
        return times.to(time_type()).boxed();
    }
    let mut texts = MutableBinaryViewArray::<str>::with_capacity(rows.times.len());
    let mut clock = Clock::default();
    for (i, time) in rows.times.iter().enumerate() {
        match rows.other_times.get(&i) {
            Some(other) => texts.push(*other),
            None => texts.push_value(clock.text(*time)),
        }
    }
    texts.freeze().boxed()
}

fn words(codes: &[u8], names: &[String]) -> Cells {
    texts(codes.iter().map(|code| names.get(usize::from(*code))))
}

fn nullable<T: NativeType>(values: &[T], nulls: &std::collections::BTreeSet<usize>) -> Cells {
    let cells = values.iter().enumerate();
    let cells = cells.map(|(i, value)| (!nulls.contains(&i)).then_some(*value));
    cells.collect::<PrimitiveArray<T>>().boxed()
}

fn csv(rows: &Rows, profile: &Profile) -> Vec<u8> {
    let names = &profile.columns;
    let mut out = Vec::with_capacity(rows.times.len() * 70);
    let cell_name = rows
        .cells
        .as_ref()
        .map_or_else(String::new, |_| format!("{},", names.cell));
    let sensor_name = match names.sensor.as_str() {
        "" => String::new(),
        name => format!(",{name}"),
    };
    // Writing to a vector cannot fail.
    let _ = writeln!(
        out,
        "{},{},{},{cell_name}{},{}{sensor_name}",
        names.time, names.value, names.field, names.robot, names.run
    );
    let mut clock = Clock::default();
    for (i, time) in rows.times.iter().enumerate() {
        let time = match rows.other_times.get(&i) {
            Some(other) => other.unwrap_or_default(),
            None => clock.text(*time),
        };
        let _ = write!(out, "{time},");
        if let Some(value) = rows
            .values
            .get(i)
            .filter(|_| !rows.null_values.contains(&i))
        {
            let _ = write!(out, "{value}");
        }
        let name = |codes: &[u8], names: &'_ [String]| -> String {
            codes
                .get(i)
                .and_then(|c| names.get(usize::from(*c)))
                .cloned()
                .unwrap_or_default()
        };
        let _ = write!(out, ",{},", name(&rows.fields, &rows.field_names));
        if let Some(cell) = rows.cells.as_ref().and_then(|c| c.get(i)) {
            let _ = write!(out, "{cell},");
        }
        if let Some(code) = rows.robots.get(i)
            && let Some(robot) = rows.robot_names.get(usize::from(*code))
        {
            let _ = write!(out, "{robot},");
        }
        if let Some(run) = rows.runs.get(i).filter(|_| !rows.null_runs.contains(&i)) {
            let _ = write!(out, "{run}");
        }
        if !sensor_name.is_empty() {
            let _ = write!(out, ",{}", name(&rows.sensors, &rows.sensor_names));
        }
        out.push(b'\n');
    }
    out
}

/// Writes times as recorders do: milliseconds, or nothing at a whole second.
#[derive(Default)]
struct Clock {
    minute: i64,
    text: String,
}

/// Length of `2022-11-23T20:40:`.
const MINUTE_TEXT: usize = 17;

impl Clock {
    fn text(&mut self, us: i64) -> &str {
        const MINUTE: i64 = 60_000_000;
        let minute = us.div_euclid(MINUTE);
        if minute != self.minute || self.text.len() < MINUTE_TEXT {
            self.minute = minute;
            self.text = crate::time::format(us);
        }
        self.text.truncate(MINUTE_TEXT);
        let ms = us.rem_euclid(MINUTE) / 1000;
        let digit = |n: i64| char::from(b'0' + (n % 10) as u8);
        let (s, ms) = (ms / 1000, ms % 1000);
        self.text.extend([digit(s / 10), digit(s)]);
        if ms != 0 {
            self.text
                .extend(['.', digit(ms / 100), digit(ms / 10), digit(ms)]);
        }
        self.text.push('Z');
        &self.text
    }
}
