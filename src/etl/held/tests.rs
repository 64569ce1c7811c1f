//! What is said of cells against the samples that the table was made from.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    clean::{Channel, Ledger, RowFaults, RunSamples},
    profile::Profile,
    run_id::{ParsedRun, RunId},
    stats::compute_stats,
    transform::{RunTable, transform},
};

fn table(profile: &Profile, channels: Vec<(usize, Vec<(i64, f64)>)>) -> RunTable {
    let channels = channels.into_iter().map(|(id, samples)| {
        let (times, values): (Vec<i64>, Vec<f64>) = samples.into_iter().unzip();
        Channel {
            id,
            times: Arc::new(times),
            values: values.into(),
        }
    });
    let channels: Vec<Channel> = channels.collect();
    let run = RunSamples {
        run: ParsedRun {
            id: RunId(1),
            exact: true,
        },
        ledger: Ledger::default(),
        faults: vec![RowFaults::default(); channels.len()],
        channels,
        order: None,
        conflicts: Vec::new(),
        cells: Vec::new(),
    };
    transform(&run, profile, &CancelToken::new()).unwrap()
}

fn window(table: &RunTable) -> Window {
    let column = |column| {
        let mut cells = Vec::new();
        table.fill(column, 0..table.times.len(), &mut cells);
        cells
    };
    Window {
        first_row: 0,
        times: table.times.to_vec(),
        columns: table.columns.iter().map(column).collect(),
    }
}

fn stats(table: &RunTable) -> BTreeMap<String, ChannelStats> {
    let columns = table.columns.iter().zip(window(table).columns);
    let stats = columns.map(|(column, cells)| {
        let mut stats = compute_stats(table, column);
        let filled = cells.iter().filter(|v| !v.is_nan()).count() as u64;
        stats.fill_share = (filled > 0).then(|| (filled - stats.count) as f64 / filled as f64);
        (column.name.clone(), stats)
    });
    stats.collect()
}

fn names(table: &RunTable) -> Vec<&str> {
    table.columns.iter().map(|c| c.name.as_str()).collect()
}

/// Samples of one channel: few values, so that they repeat, and gaps.
fn samples() -> impl Strategy<Value = Vec<(i64, f64)>> {
    prop::collection::vec((1i64..40, -2i32..3, 0u8..60), 1..60).prop_map(|steps| {
        let mut time = 0;
        let samples = steps.into_iter().map(|(step, value, dice)| {
            time += if dice == 0 { step * 100 } else { step };
            (time * 1000, f64::from(value))
        });
        samples.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn nothing_is_said_that_is_not_so(
        channels in prop::collection::vec(samples(), 6), one_clock in any::<bool>(),
    ) {
        let profile = Profile::built_in().unwrap();
        let clock: Vec<i64> = channels[0].iter().map(|s| s.0).collect();
        let channels = channels.into_iter().enumerate().map(|(id, samples)| {
            let samples = samples.into_iter().enumerate().filter_map(|(at, (time, value))| {
                Some((if one_clock { *clock.get(at)? } else { time }, value))
            });
            (id, samples.collect())
        });
        let table = table(&profile, channels.collect());
        let (window, stats) = (window(&table), stats(&table));
        let whole = never_held(&stats);
        let kinds = CellKinds::new(&profile, &names(&table), &whole);
        let candidates = without_derivative(&profile, &stats);
        let mut counted = Changes::new(&candidates);
        counted.add(&Window {
            columns: candidates.iter().map(|name| {
                window.columns[names(&table).iter().position(|n| n == name).unwrap()].clone()
            }).collect(),
            ..Window::default()
        });
        let every = counted.finish(&profile, &stats);
        for (at, column) in table.columns.iter().enumerate() {
            let clock = &table.clocks[column.clock];
            for row in 0..table.times.len() {
                let sampled = clock.rows().binary_search(&(row as u32)).is_ok();
                let value = window.columns[at][row];
                let place = format!("{} row {row}, sampled {sampled}: {:?}", column.name, kinds.of(&window, at, row));
                match kinds.of(&window, at, row) {
                    CellKind::Null => prop_assert!(value.is_nan(), "{place}"),
                    CellKind::Sample => prop_assert!(sampled && !value.is_nan(), "{place}"),
                    CellKind::Held => prop_assert!(!sampled, "{place}"),
                    CellKind::Unknown => {
                        prop_assert!(!value.is_nan() && !whole.contains(&column.name), "{place}");
                        let above = window.columns[at][row - 1];
                        prop_assert_eq!(above.to_bits(), value.to_bits());
                        if every.contains(&column.name) {
                            prop_assert!(!sampled, "{place}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_moving_axis_tells_all_its_held_cells_and_a_resting_one_none() {
    let profile = Profile::built_in().unwrap();
    // x moves to 40 ms and rests from there; fx is sampled in between.
    let x = (0..8).map(|i| (i * 10_000, f64::from((i as i32).min(4))));
    let fx = (0..8).map(|i| (i * 10_000 + 5_000, f64::from(i as i32)));
    let table = table(&profile, vec![(0, x.collect()), (3, fx.collect())]);
    let kinds = CellKinds::new(&profile, &names(&table), &BTreeSet::new());
    let (window, names) = (window(&table), names(&table));
    let of = |name: &str| {
        let at = names.iter().position(|n| *n == name).unwrap();
        let letter = |row| match kinds.of(&window, at, row) {
            CellKind::Null => '.',
            CellKind::Sample => 's',
            CellKind::Held => 'h',
            CellKind::Unknown => '?',
        };
        (0..16).map(letter).collect::<String>()
    };
    // At 50 ms the velocity becomes 0, at 60 ms the acceleration: after that nothing tells.
    assert_eq!(of("x_1"), "shshshshshshs???");
    assert_eq!(of("vx_1"), "..shshshshshs???");
    assert_eq!(of("ax_1"), "....shshshshs???");
    assert_eq!(of("fx_1"), ".s?s?s?s?s?s?s?s");
    // All samples of fx_1 differ: each cell that repeats one is held.
    let stats = stats(&table);
    let mut changes = Changes::new(&without_derivative(&profile, &stats));
    let at = names.iter().position(|n| *n == "fx_1").unwrap();
    changes.add(&Window {
        columns: vec![window.columns[at].clone()],
        ..Window::default()
    });
    assert_eq!(changes.finish(&profile, &stats), ["fx_1".to_owned()].into());
}

#[test]
fn companions_are_what_a_column_comes_from() {
    let profile = Profile::built_in().unwrap();
    let of = |column: &str| companions(&profile, column, |name| name != "az_1");
    assert_eq!(of("vx_1"), ["vx_1", "x_1", "ax_1"]);
    assert_eq!(of("x_1"), ["x_1", "vx_1", "ax_1"]);
    assert_eq!(of("fx_2"), ["fx_2"]);
    assert_eq!(of("f1"), ["f1", "fx_1", "fy_1", "fz_1"]);
    let v1 = [
        "v1", "x_1", "vx_1", "ax_1", "y_1", "vy_1", "ay_1", "z_1", "vz_1",
    ];
    assert_eq!(of("v1"), v1);
}
