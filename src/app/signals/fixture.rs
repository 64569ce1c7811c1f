//! Answers to what charts ask, for tests: no file.

use std::sync::Arc;

use super::query::{Ask, ChannelRead, Rows, SignalsAnswer, SignalsQuery};
use crate::{
    app::{
        chart::{Series, TimeRange},
        run::fixture::{self, ROWS, time_of},
    },
    etl::{
        lake::run_file::Window,
        overview::{self, Builder},
        time::SECOND,
    },
};

/// Of the run at `at`: its table is named so in the fixture of comparisons.
fn run_of(query: &SignalsQuery) -> usize {
    let name = query.table.file_name.strip_prefix("run_");
    let name = name.and_then(|n| n.strip_suffix(".parquet"));
    name.and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Rows of the run at `at`: each begins a day later, with values 40 higher.
fn window(at: usize, channels: &[String], rows: std::ops::Range<usize>) -> Window {
    let mut window = fixture::window(channels, rows.start as u64..rows.end as u64);
    for time in &mut window.times {
        *time += at as i64 * 86_400 * SECOND;
    }
    for value in window.columns.iter_mut().flatten() {
        *value += 40.0 * at as f64;
    }
    window
}

/// Answers as a worker would from the run's table.
pub fn answer(query: &SignalsQuery) -> SignalsAnswer {
    let at = run_of(query);
    match &query.ask {
        Ask::Overview { channels, span, .. } => {
            let spans = overview::spans(span.0, span.1, ROWS as u64);
            let mut builder = Builder::new(spans, channels.len());
            builder.add(&window(at, channels, 0..ROWS));
            SignalsAnswer::Overview(Some(builder.finish()))
        }
        Ask::Channel(read) => {
            let mut window = window(at, std::slice::from_ref(&read.channel), 0..ROWS);
            let values = window.columns.remove(0);
            let series = Series::new(window.times.into(), values, 100_000);
            SignalsAnswer::Channel(Box::new(ChannelRead::Rows {
                rows: Rows {
                    first_row: 0,
                    series: Arc::new(series.with_statistics(10_000.0)),
                },
                covers: TimeRange::new(i64::MIN, i64::MAX),
                limits: if read.channel == "z_1" {
                    vec![-50.0]
                } else {
                    vec![]
                },
            }))
        }
        Ask::CursorRow { channels, time } => {
            let time = time - at as i64 * 86_400 * SECOND;
            let row = (0..ROWS).take_while(|r| time_of(*r) <= time).last();
            let row = row.unwrap_or(0);
            let window = window(at, channels, row..row + 1);
            SignalsAnswer::CursorRow(window.columns.iter().map(|c| c[0]).collect())
        }
        Ask::RowTimes(rows) => {
            let times = rows.iter().map(|row| time_of(*row as usize));
            SignalsAnswer::RowTimes(times.collect())
        }
    }
}
