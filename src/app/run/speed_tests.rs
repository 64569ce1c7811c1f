//! How fast a very long run opens. Not part of the suite, for it takes long and its
//! numbers mean something only when it is optimised:
//! `CARGO_PROFILE_DEV_OPT_LEVEL=3 cargo test --lib speed -- --ignored --nocapture`

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use super::perform::channel;
use crate::{
    app::chart::{Series, TimeRange},
    etl::{
        harvest::CancelToken,
        lake::run_file::{RunFile, write_run_file},
        profile::{Hold, Profile},
        transform::{Column, RunTable, clock::Clock},
    },
};

const ROWS: i64 = 10_000_000;

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// Ten million rows of two clocks, as encoders (12 ms) and load cells (10 ms) have them.
fn table() -> RunTable {
    let clock = |every: i64| Arc::new((0..ROWS * 15 / 2).step_by(every as usize).collect());
    let clocks: [Arc<Vec<i64>>; 2] = [clock(12), clock(10)];
    let times = crate::etl::transform::clock::timeline(&clocks);
    let clocks: Vec<Clock> = clocks
        .into_iter()
        .map(|c| Clock::new(c, &times, Hold::default()))
        .collect();
    let columns = (0..2).map(|c| Column {
        name: ["x_1", "fx_1"][c].into(),
        unit: "mm".into(),
        clock: c,
        values: Arc::new(
            (0..clocks[c].times.len())
                .map(|i| {
                    if i == 77_777 {
                        9e3
                    } else {
                        (i as f64 * 1e-4).sin() * 300.0
                    }
                })
                .collect(),
        ),
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

#[test]
#[ignore = "takes long; see above"]
fn a_channel_of_ten_million_rows() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.parquet");
    let cancel = CancelToken::new();
    let table = table();
    let rows = table.times.len();
    write_run_file(&path, &table, &cancel, |_| "{}".into()).unwrap();
    drop(table);
    let profile = Profile::built_in().unwrap();
    let mut times = None;
    for round in 0..3 {
        let begin = Instant::now();
        let file = RunFile::open(&path).unwrap();
        let opened = ms(begin);
        let series = channel(&file, &profile, ("fx_1", Some(10.0)), times, &cancel).unwrap();
        println!(
            "{rows} rows, round {round}: opened {opened:.1} ms, channel read {:.1} ms",
            ms(begin)
        );
        times = Some(series.times().clone());
    }
    let times = times.unwrap();
    let values = |n: usize| {
        (0..n)
            .map(|i| if i == n / 3 { 9e3 } else { (i as f64).sin() })
            .collect()
    };
    // The reduction of all rows must not take a hundred times as long as that of a hundredth.
    let mut spent = Vec::new();
    for n in [rows / 100, rows] {
        let values: Vec<f64> = values(n);
        let times: Arc<[i64]> = times.iter().take(n).copied().collect();
        let begin = Instant::now();
        let series = Series::new(times, values, 100);
        let built = ms(begin);
        let begin = Instant::now();
        let series = series.with_statistics(10.0);
        let summed = ms(begin);
        let whole = TimeRange::new(series.times()[0], series.times()[n - 1]);
        let mut range = whole;
        let begin = Instant::now();
        let mut reductions = 0;
        while range.span() > 1000 {
            std::hint::black_box(series.reduce(range, 400));
            std::hint::black_box(series.seen(range));
            range = range.zoom(0.8, n as i64 / 4, whole);
            reductions += 1;
        }
        let each = ms(begin) / f64::from(reductions);
        println!(
            "{n} rows: pyramid {built:.1} ms, sums {summed:.1} ms, one reduction {each:.3} ms"
        );
        assert_eq!(
            series.reduce(whole, 400).extent().map(|e| e.1),
            Some(9e3),
            "the spike"
        );
        spent.push(each);
    }
    // More rows cost longer ways to the edges of columns, no more: a frame has 16 ms.
    assert!(spent[1] < spent[0] * 100.0 && spent[1] < 8.0, "{spent:?}");
}
