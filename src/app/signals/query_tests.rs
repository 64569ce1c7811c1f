use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    app::signals::fixture::{START, harvested},
    etl::{
        lake::run_file::write_run_file,
        transform::{Column, RunTable, clock::align},
    },
};

#[test]
fn a_harvested_run_answers_everything_that_its_charts_ask() {
    let dir = tempfile::tempdir().unwrap();
    let (context, table) = harvested(dir.path());
    let cancel = CancelToken::new();
    let answer = |ask: Ask| {
        let table = table.clone();
        SignalsQuery { table, ask }
            .answer(&context, &cancel)
            .unwrap()
    };
    let fx = ReadChannel {
        channel: "fx_1".into(),
        interval_us: Some(10_000.0),
        range: TimeRange::new(START, START + 6_990_000),
        columns: 100,
        most_rows: 700,
        known: None,
    };
    let read = |ask: ReadChannel| match answer(Ask::Channel(ask)) {
        SignalsAnswer::Channel(read) => match *read {
            ChannelRead::Rows { rows, limits, .. } => (rows, limits),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let (rows, limits) = read(fx.clone());
    assert_eq!((rows.first_row, rows.series.len()), (0, 700));
    assert_eq!(rows.series.extent(), Some((-299.0, 0.0)));
    assert_eq!(limits, [-250.0]);
    // Held for ten intervals after its last sample, then null.
    let value = |time: i64| rows.series.at_or_before(START + time).unwrap().value;
    assert_eq!(value(3_090_000), -299.0);
    assert!(value(3_200_000).is_nan());
    // Times that are known are not read again, those of other rows are.
    let known = |times: Times| {
        read(ReadChannel {
            known: Some(times),
            ..fx.clone()
        })
        .0
    };
    let again = known(Times {
        first_row: 0,
        times: rows.series.times().clone(),
    });
    assert!(Arc::ptr_eq(again.series.times(), rows.series.times()));
    // NaN is not equal to itself: compared as text.
    assert_eq!(format!("{again:?}"), format!("{rows:?}"));
    let others = known(Times {
        first_row: 0,
        times: [1, 2].into(),
    });
    assert_eq!(format!("{others:?}"), format!("{rows:?}"));

    let channels = vec!["fx_1".to_owned(), "x_1".to_owned()];
    let SignalsAnswer::Overview(Some(overview)) = answer(Ask::Overview {
        channels: channels.clone(),
        span: (START, START + 6_990_000),
        rows: 700,
        stored: false,
    }) else {
        panic!("another answer");
    };
    let spans = |c: usize| overview.channels[c].iter().flatten().count();
    assert_eq!(spans(1), 512);
    assert!((220..240).contains(&spans(0)), "{}", spans(0));

    let at = |time: i64| match answer(Ask::CursorRow {
        channels: channels.clone(),
        time,
    }) {
        SignalsAnswer::CursorRow(values) => values,
        other => panic!("{other:?}"),
    };
    assert_eq!(at(START + 29_999), [-2.0, 2.0]);
    assert_eq!(at(START + 30_000), [-3.0, 3.0]);
    assert_eq!(at(i64::MAX)[1], 49.0);
    assert!(at(START - 1).iter().all(|v| v.is_nan()));

    let times = answer(Ask::RowTimes(vec![0, 699]));
    let expected = vec![START, START + 6_990_000];
    assert_eq!(times, SignalsAnswer::RowTimes(expected));
}

#[test]
fn a_line_is_broken_where_a_value_would_not_be_held() {
    assert_eq!(gap_limit(Hold::Intervals(3.0), Some(10_000.0)), 30_000);
    assert_eq!(gap_limit(Hold::Intervals(0.0), Some(10_000.0)), 100_000);
    assert_eq!(gap_limit(Hold::Unlimited, Some(10_000.0)), i64::MAX);
    assert_eq!(gap_limit(Hold::default(), None), 0);
}

/// Rows of [`table`].
const ROWS: u64 = 200_000;

/// A table of several row groups, of two clocks, with holes, nulls and spikes of one sample.
fn table(path: &std::path::Path) -> RunFile {
    let clock = |every: i64, hole: std::ops::Range<i64>| {
        let times = (0..1_000_000_000i64).step_by(every as usize);
        Arc::new(times.filter(|t| !hole.contains(t)).collect::<Vec<_>>())
    };
    let clocks = [
        clock(12_000, 300_000_000..310_000_000),
        clock(10_000, 0..1),
        clock(8_000, 0..1),
    ];
    let (times, clocks) = align(clocks.into(), Hold::default());
    let column = |clock: usize| Column {
        name: format!("c{clock}"),
        unit: "N".into(),
        clock,
        values: (0..clocks[clock].times.len())
            .map(|i| match i {
                50_000..50_400 => f64::NAN,
                i if i % 9_973 == 77 => 9e3 + i as f64,
                i => ((i * 7919) % 1013) as f64 - 500.0,
            })
            .collect::<Vec<f64>>()
            .into(),
    };
    let table = RunTable {
        columns: (0..3).map(column).collect(),
        times,
        clocks,
        distance_mm: BTreeMap::new(),
        samples: 0,
    };
    write_run_file(path, &table, &CancelToken::new(), |_| "{}".into()).unwrap();
    RunFile::open(path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// Whatever may be kept of a table, a chart of any span is that of all its rows, sample for
    /// sample.
    #[test]
    fn a_window_and_a_reduction_equal_the_whole_table(
        seed in 0u64..1_000_000, zooms in 0u32..16, columns in 1usize..400, most in 0u32..14,
    ) {
        thread_local! {
            static TABLE: (tempfile::TempDir, RunFile, Series) = {
                let dir = tempfile::tempdir().unwrap();
                let file = table(&dir.path().join("run.parquet"));
                assert!(file.rows() > ROWS && file.groups().count() > 3);
                let whole = file.read(&["c0"], 0..file.rows(), &CancelToken::new()).unwrap();
                let values = whole.columns.into_iter().next().unwrap();
                let series = Series::new(whole.times.into(), values, 120_000);
                (dir, file, series.with_statistics(12_000.0))
            };
        }
        TABLE.with(|(_, file, whole)| {
            let profile = Profile::built_in().unwrap();
            let span = 1_000_000_000i64 >> zooms;
            let start = (seed as i64 * 7_919_993) % (1_000_000_000 - span / 2) - span / 4;
            let range = TimeRange::new(start, start + span);
            let read = ReadChannel {
                channel: "c0".into(),
                interval_us: Some(12_000.0),
                range,
                columns,
                most_rows: file.rows() >> most,
                known: None,
            };
            let close = |a: f64, b: f64| (a - b).abs() <= 1e-6 * (1.0 + a.abs().max(b.abs()));
            let (reduced, stats) = match read.from_table(file, &profile, &CancelToken::new()).unwrap() {
                ChannelRead::Rows { rows, covers, .. } => {
                    prop_assert!(covers.contains(range.start()) && covers.contains(range.end()));
                    prop_assert!(rows.series.len() as u64 <= read.most_rows);
                    let own: Vec<_> = rows.series.values_in(range).collect();
                    let all: Vec<_> = whole.values_in(range).collect();
                    prop_assert_eq!(own, all);
                    (rows.series.reduce(range, columns), rows.series.stats(range))
                }
                ChannelRead::Reduced { range: of, reduced, stats, .. } => {
                    prop_assert_eq!(of, range);
                    (reduced, stats)
                }
            };
            let expected = whole.reduce(range, columns);
            prop_assert_eq!(reduced.columns, expected.columns);
            prop_assert_eq!((reduced.enter, reduced.leave), (expected.enter, expected.leave));
            let expected = whole.stats(range);
            prop_assert_eq!(stats.map(|s| (s.min, s.max, s.changed)), expected.map(|s| (s.min, s.max, s.changed)));
            if let (Some(a), Some(b)) = (stats, expected) {
                prop_assert!(close(a.mean, b.mean) && close(a.rms, b.rms), "{:?} {:?}", a, b);
            }
            Ok(())
        })?;
    }
}
