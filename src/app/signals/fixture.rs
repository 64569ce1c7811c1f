//! Answers to what charts ask, for tests, and a lake with one run.

use std::{path::Path, sync::Arc};

use super::query::{Ask, ChannelRead, Rows, SignalsAnswer, SignalsQuery};
use crate::{
    app::{
        chart::{Series, TimeRange},
        run::{
            TableRef,
            fixture::{self, ROWS, time_of},
        },
    },
    etl::{
        base::{CancelToken, NoProgress},
        catalog::Catalog,
        harvest::{Options, harvest_log},
        lake::{Context, Lake, run_file::Window},
        overview::{self, Builder},
        profile::Profile,
        run_id::RunId,
        time::{self, SECOND},
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
        Ask::Distribution(read) => {
            let own = |time: i64| time - at as i64 * 86_400 * SECOND;
            let rows_before = |time: i64| (0..ROWS).take_while(|r| time_of(*r) < time).count();
            let from = rows_before(own(read.range.start()));
            let to = rows_before(own(read.range.end()) + 1);
            let window = window(at, std::slice::from_ref(&read.channel), from..to);
            SignalsAnswer::Distribution(read.of_window(&window).map(Box::new))
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

/// The first sample of the run of [`harvested`], in microseconds since 1970.
pub const START: i64 = 1_669_236_000_000_000;

/// A lake with a harvested log of one run: 700 samples of `x`, every 10 ms; `fx` has a value
/// only in the first three seconds.
pub fn harvested(dir: &Path) -> (Context, TableRef) {
    let data = dir.join("data");
    std::fs::create_dir(&data).unwrap();
    let mut csv = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for i in 0..700 {
        let time = time::format(START + i * 10_000);
        csv.push_str(&format!("{time},{},x,1,7,encoder\n", i % 50));
        if i < 300 {
            csv.push_str(&format!("{time},{},fx,1,7,load_cell\n", -i));
        }
    }
    std::fs::write(data.join("a.csv"), csv).unwrap();
    let mut profile = Profile::built_in().unwrap();
    let fx = profile.fields.iter_mut().find(|f| f.name == "fx");
    fx.unwrap().min = Some(-250.0);
    let context = Context {
        data_dir: data,
        links: crate::etl::source::scan::Links::default(),
        lake: Lake::new(dir.join("cache")),
        profile: profile.into(),
    };
    let cancel = CancelToken::new();
    let mut catalog = Catalog::open(&context.lake).unwrap();
    catalog.refresh(&context, &cancel).unwrap();
    harvest_log(&context, "a.csv", Options::default(), &NoProgress, &cancel).unwrap();
    catalog.rebuild(&context, &cancel).unwrap();
    let detail = catalog.run_detail("a.csv", RunId(7)).unwrap().unwrap();
    (context, TableRef::of(&detail.row).unwrap())
}
