//! `compare --json`. `docs/json.md` says what each key means.

use serde::Serialize;

use crate::{
    cli::json::VERSION,
    etl::{
        catalog::RunDetail,
        compare::{Cell, Comparison, Line, letter},
        time,
    },
};

#[derive(Debug, Serialize)]
struct RunJson<'a> {
    letter: char,
    run_uuid: String,
    log: &'a str,
    cell_id: Option<&'a str>,
    error: Option<&'a str>,
    start_time: Option<String>,
    stop_time: Option<String>,
    verdict: &'static str,
}

#[derive(Debug, Serialize)]
struct TotalJson<'a> {
    name: &'static str,
    robot: Option<&'a str>,
    unit: &'a str,
    values: Vec<Option<f64>>,
    differences: Vec<Option<f64>>,
    percent: Vec<Option<f64>>,
}

#[derive(Debug, Serialize)]
struct StatisticJson<'a> {
    name: &'static str,
    unit: &'a str,
    values: Vec<Option<f64>>,
    differences: Vec<Option<f64>>,
    percent: Vec<Option<f64>>,
}

#[derive(Debug, Serialize)]
struct ChannelJson<'a> {
    channel: &'a str,
    unit: &'a str,
    runs: Vec<char>,
    statistics: Vec<StatisticJson<'a>>,
}

#[derive(Debug, Serialize)]
struct SingleJson<'a> {
    channel: &'a str,
    unit: &'a str,
    run: char,
}

/// The answer. The elements of `values`, `differences` and `percent` belong to those of
/// `runs`.
#[derive(Debug, Serialize)]
pub struct CompareJson<'a> {
    version: u32,
    runs: Vec<RunJson<'a>>,
    totals: Vec<TotalJson<'a>>,
    channels: Vec<ChannelJson<'a>>,
    only_in_one: Vec<SingleJson<'a>>,
}

impl<'a> CompareJson<'a> {
    /// Of `runs` and what their comparison gave.
    pub fn new(runs: &[&'a RunDetail], comparison: &'a Comparison) -> Self {
        let run = |(at, run): (usize, &&'a RunDetail)| RunJson {
            letter: letter(at),
            run_uuid: run.row.run.to_string(),
            log: run.row.log_key(),
            cell_id: run.row.cell_id(),
            error: run.row.error(),
            start_time: run.row.start_us().map(time::format),
            stop_time: run.row.stop_us().map(time::format),
            verdict: run.row.verdict.word(),
        };
        Self {
            version: VERSION,
            runs: runs.iter().enumerate().map(run).collect(),
            totals: comparison.totals.iter().map(TotalJson::from).collect(),
            channels: comparison
                .channels
                .iter()
                .map(|channel| ChannelJson {
                    channel: &channel.name,
                    unit: &channel.unit,
                    runs: channel.runs.iter().map(|run| letter(*run)).collect(),
                    statistics: channel.lines.iter().map(StatisticJson::from).collect(),
                })
                .collect(),
            only_in_one: comparison
                .singles
                .iter()
                .map(|single| SingleJson {
                    channel: &single.name,
                    unit: &single.unit,
                    run: letter(single.run),
                })
                .collect(),
        }
    }
}

impl<'a> From<&'a Line> for TotalJson<'a> {
    fn from(line: &'a Line) -> Self {
        let of = |part: fn(&Cell) -> Option<f64>| line.cells.iter().map(part).collect();
        Self {
            name: line.name,
            robot: line.robot.as_deref(),
            unit: &line.unit,
            values: of(|c| c.value),
            differences: of(|c| c.difference),
            percent: of(|c| c.percent),
        }
    }
}

impl<'a> From<&'a Line> for StatisticJson<'a> {
    fn from(line: &'a Line) -> Self {
        let TotalJson {
            name,
            unit,
            values,
            differences,
            percent,
            ..
        } = line.into();
        Self {
            name,
            unit,
            values,
            differences,
            percent,
        }
    }
}
