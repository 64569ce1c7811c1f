//! The rows of a view, from records and notes.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{View, ViewColumn, columns::Source};
use crate::{
    Result,
    catalog::RunRow,
    export::{ColumnType, Values},
    lake::{Note, Record, record::RunResult},
    time,
};

/// One row: an object of a record, and the values beside it by column.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    beside: Map<String, Value>,
    object: Value,
}

/// The row of a log.
///
/// # Errors
/// None that a record can cause.
pub(super) fn of_log(mut record: Record) -> Result<Row> {
    let time = |us: Option<i64>| us.map(time::format);
    let span = record.span();
    let dropped = record
        .ledger
        .rows_in
        .saturating_sub(record.ledger.rows_kept);
    let beside = [
        ("log", record.source_file.clone().into()),
        ("cell_id", only_cell(&record).into()),
        ("rows_dropped", dropped.into()),
        ("start_time", time(span.map(|s| s.0)).into()),
        ("stop_time", time(span.map(|s| s.1)).into()),
    ];
    // The runs have rows of their own, and are many.
    record.run_to_result.clear();
    row(&Map::new(), beside, &record)
}

/// The cell of all stored runs; `None` when there are several, or one is unknown.
fn only_cell(record: &Record) -> Option<String> {
    let stored = record
        .run_to_result
        .values()
        .filter(|run| run.error.is_none());
    let mut cells = stored.map(|run| run.cell_id.as_ref());
    let first = cells.next()??;
    cells.all(|cell| cell == Some(first)).then(|| first.clone())
}

/// The rows of a view that a run has.
///
/// # Errors
/// None that a record can cause.
pub(super) fn of_run(
    view: View,
    listed: &RunRow,
    record: &Record,
    result: RunResult,
    notes: &[Note],
) -> Result<Vec<Row>> {
    let mut keys = Map::new();
    keys.insert("run_uuid".into(), listed.run.to_string().into());
    keys.insert("log".into(), listed.log_key().into());
    keys.insert("cell_id".into(), result.cell_id.clone().into());
    let stats = result.run_stats.as_ref();
    let start = stats.map(|stats| stats.start_time.clone());
    match view {
        View::Runs => Ok(vec![of_whole_run(&keys, listed, result)?]),
        View::Channels => {
            keys.insert("start_time".into(), start.into());
            of_channels(&keys, record, &result)
        }
        View::Robots => {
            keys.insert("start_time".into(), start.into());
            let robots = result.robots.iter().map(|(robot, stats)| {
                let beside = [
                    ("robot", robot.clone().into()),
                    ("layers", stats.layers.len().into()),
                ];
                row(&keys, beside, stats)
            });
            robots.collect()
        }
        View::Flags => {
            let flags = result.quality.iter();
            flags.map(|flag| row(&keys, [], flag)).collect()
        }
        View::Layers => {
            let layers = result.robots.iter().flat_map(|(robot, stats)| {
                let layers = stats.layers.iter().zip(1_u64..);
                layers.map(move |(layer, number)| (robot, number, layer))
            });
            let layers = layers.map(|(robot, number, layer)| {
                let beside = [("robot", robot.clone().into()), ("layer", number.into())];
                row(&keys, beside, layer)
            });
            layers.collect()
        }
        View::Notes => notes.iter().map(|note| row(&keys, [], note)).collect(),
        // Rows of their own kinds.
        View::Logs | View::TableRows => Ok(Vec::new()),
    }
}

fn of_whole_run(keys: &Map<String, Value>, listed: &RunRow, mut result: RunResult) -> Result<Row> {
    let stats = result.run_stats.as_ref();
    let stored = stats.filter(|_| result.error.is_none());
    let channels = stats.map_or(0, |stats| stats.available_channels.len().saturating_sub(1));
    let dropped = result
        .ledger
        .rows_in
        .saturating_sub(result.ledger.rows_kept);
    let also_in = Some(listed.also_in().join(", ")).filter(|logs| !logs.is_empty());
    let file_name = result.file_name.clone().filter(|_| result.error.is_none());
    let beside = [
        (
            "total_runtime_seconds",
            stored.map(|stats| stats.total_runtime_seconds).into(),
        ),
        ("rows_dropped", dropped.into()),
        ("channels", channels.into()),
        ("flags", result.quality.len().into()),
        ("disposition", listed.disposition.map(|d| d.word()).into()),
        ("note", listed.note().into()),
        ("also_in", also_in.into()),
        ("file_name", file_name.into()),
    ];
    // What has rows of its own need not be made into JSON.
    result.channels.clear();
    result.robots.clear();
    row(keys, beside, &result)
}

fn of_channels(keys: &Map<String, Value>, record: &Record, result: &RunResult) -> Result<Vec<Row>> {
    let names = record.profile.channel_names();
    let names: Vec<(String, &str)> = names.iter().map(|n| (n.to_string(), n.robot())).collect();
    let channels = result.channels.iter().map(|(channel, stats)| {
        let robot = names.iter().find(|(name, _)| name == channel);
        let robot = robot.map(|(_, robot)| *robot);
        let bias = robot.and_then(|robot| result.robots.get(robot)?.bias.get(channel));
        let verdict = result.channel_verdicts.get(channel);
        let beside = [
            ("channel", channel.clone().into()),
            ("robot", robot.into()),
            ("verdict", verdict.map(|verdict| verdict.word()).into()),
            ("bias", bias.and_then(|bias| bias.value).into()),
            ("bias_source", bias.map(|bias| bias.source.word()).into()),
            ("bias_sigma", bias.and_then(|bias| bias.sigma).into()),
        ];
        row(keys, beside, stats)
    });
    channels.collect()
}

fn row<const N: usize>(
    keys: &Map<String, Value>,
    beside: [(&str, Value); N],
    object: &impl Serialize,
) -> Result<Row> {
    let mut all = keys.clone();
    all.extend(beside.map(|(name, value)| (name.to_owned(), value)));
    let object = serde_json::to_value(object)
        .map_err(|e| crate::Error::Log(format!("a record cannot be read as JSON: {e}")))?;
    Ok(Row {
        beside: all,
        object,
    })
}

/// The cells of a column in some rows.
pub(super) fn cells(column: &ViewColumn, rows: &[Row]) -> Values {
    let found = rows.iter().map(|row| match column.source {
        Source::Beside => row.beside.get(&column.info.name),
        Source::At(path) => path
            .split('.')
            .try_fold(&row.object, |object, key| object.get(key)),
    });
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let time = |value: &Value| time::parse(value.as_str()?.as_bytes());
    match column.info.kind {
        ColumnType::Text => Values::Text(found.map(|v| text(v?)).collect()),
        ColumnType::Whole => Values::Whole(found.map(|v| v?.as_i64()).collect()),
        ColumnType::Number => {
            let number = |v: Option<&Value>| v.and_then(Value::as_f64).unwrap_or(f64::NAN);
            Values::Number(found.map(number).collect())
        }
        ColumnType::Time => Values::Time(found.map(|v| time(v?)).collect()),
        ColumnType::Truth => Values::Truth(found.map(|v| v?.as_bool()).collect()),
    }
}
