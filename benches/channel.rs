//! How fast the charts of a very long run are: ten million rows and more. Reading a channel,
//! building what its charts are reduced from, and one frame's reduction at every zoom.
//!
//! `cargo bench --bench channel`

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use mdtui::{
    app::chart::{Series, TimeRange},
    etl::{
        Result,
        base::CancelToken,
        lake::run_file::{RunFile, write_run_file},
        schema::Hold,
        transform::{Column, RunTable, clock::align},
    },
};

const ROWS: i64 = 10_000_000;
/// Longer pauses are gaps: ten intervals of the load cells.
const GAP_US: i64 = 100_000;

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Ten million rows of two clocks, as encoders (12 ms) and load cells (10 ms) have them.
fn table() -> RunTable {
    let clock = |every: i64| Arc::new((0..ROWS * 15 / 2).step_by(every as usize).collect());
    let clocks: [Arc<Vec<i64>>; 2] = [clock(12), clock(10)];
    let (times, clocks) = align(clocks.into(), Hold::default());
    let columns = (0..2).map(|c| Column {
        name: ["x_1", "fx_1"][c].into(),
        unit: "mm".into(),
        clock: c,
        values: (0..clocks[c].times.len())
            .map(|i| match i {
                77_777 => 9e3,
                i => (i as f64 * 1e-4).sin() * 300.0,
            })
            .collect::<Vec<f64>>()
            .into(),
    });
    let columns = columns.collect();
    RunTable {
        times,
        clocks,
        columns,
        distance_mm: BTreeMap::new(),
        samples: 0,
    }
}

fn main() -> Result<()> {
    let dir = tempfile::tempdir().map_err(|e| mdtui::etl::Error::Fatal(e.to_string()))?;
    let path = dir.path().join("run.parquet");
    let cancel = CancelToken::new();
    let table = table();
    let rows = table.times.len();
    write_run_file(&path, &table, &cancel, |_| "{}".into())?;
    drop(table);
    let mut times: Option<Arc<[i64]>> = None;
    for round in 0..4 {
        let begin = Instant::now();
        let file = RunFile::open(&path)?;
        // As a run's view: only the first channel reads the times.
        let mut window = match &times {
            None => file.read(&["fx_1"], 0..file.rows(), &cancel)?,
            Some(_) => file.read_values(&["fx_1"], 0..file.rows(), &cancel)?,
        };
        let read = ms(begin);
        let clock = times.unwrap_or_else(|| window.times.into());
        let values = window.columns.pop().unwrap_or_default();
        let series = Series::new(clock, values, GAP_US).with_statistics(10.0);
        println!(
            "{rows} rows, round {round}: read {read:.0} ms, ready to draw {:.0} ms",
            ms(begin)
        );
        times = Some(series.times().clone());
    }
    let times = times.unwrap_or_default();
    for n in [rows / 100, rows / 10, rows] {
        let values = (0..n)
            .map(|i| if i == n / 3 { 9e3 } else { (i as f64).sin() })
            .collect();
        let clock: Arc<[i64]> = times.iter().take(n).copied().collect();
        let begin = Instant::now();
        let series = Series::new(clock, values, GAP_US).with_statistics(10.0);
        let built = ms(begin);
        let whole = TimeRange::new(series.times()[0], series.times()[n - 1]);
        let mut range = whole;
        let mut worst: f64 = 0.0;
        while range.span() > 1000 {
            let begin = Instant::now();
            std::hint::black_box(series.reduce(range, 400));
            std::hint::black_box(series.stats(range));
            worst = worst.max(ms(begin));
            range = range.zoom(0.8, n as i64 / 4, whole);
        }
        let spike = series.reduce(whole, 400).extent().map(|e| e.1) == Some(9e3);
        println!(
            "{n} rows: built in {built:.1} ms, slowest reduction {worst:.3} ms, spike seen: {spike}"
        );
    }
    Ok(())
}
