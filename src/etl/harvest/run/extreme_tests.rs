//! What a record says of a run whose values are finite and far too large.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{
    clean::{Channel, RowFaults},
    run_id::RunId,
};

/// 2022-11-23T20:40:00Z
const START: i64 = 1_669_236_000_000_000;

/// The result of a run of robot 1 that forms layers for eight seconds; `extremes` are put into it:
/// channel (x, y, z, fx, fy, fz), sample and value.
fn result(extremes: &[(usize, usize, f64)]) -> RunResult {
    let profile = Profile::built_in().unwrap();
    let channels = (0..6).map(|id| {
        let (interval, count) = if id < 3 { (12_000, 667) } else { (10_000, 800) };
        let value = |i: i64| {
            let t = (i * interval) as f64 / 1e6;
            let turn = t * std::f64::consts::TAU;
            match id {
                0 => 100.0 * turn.cos(),
                1 => 100.0 * turn.sin(),
                2 => -(t / 2.0).floor(),
                // In the air for two seconds.
                5 => f64::from(i as i32 % 7) - if t < 2.5 { 0.0 } else { 900.0 },
                _ => f64::from(i as i32 % 5),
            }
        };
        let mut values: Vec<f64> = (0..count).map(value).collect();
        for (_, at, extreme) in extremes.iter().filter(|(channel, ..)| *channel == id) {
            values[at % count as usize] = *extreme;
        }
        Channel {
            id,
            times: Arc::new((0..count).map(|i| START + i * interval).collect()),
            values: values.into(),
        }
    });
    let samples = RunSamples {
        run: ParsedRun {
            id: RunId(7),
            exact: true,
        },
        ledger: Ledger::default(),
        channels: channels.collect(),
        order: None,
        faults: vec![RowFaults::default(); 6],
        conflicts: Vec::new(),
        cells: Vec::new(),
    };
    let cancel = CancelToken::new();
    let table = transform(&samples, &profile, &cancel).unwrap();
    describe(&samples, &table, &profile, &Vocabulary::default(), &cancel).unwrap()
}

/// JSON has no infinity and no NaN: what is read is what was written, or it was one of them.
fn assert_reads_back(result: &RunResult) {
    let text = serde_json::to_string(result).unwrap();
    let read: RunResult = serde_json::from_str(&text).unwrap();
    assert_eq!(&read, result);
    for flag in &result.quality {
        let words = flag.message.split([' ', ',']);
        let no_number = words
            .into_iter()
            .find(|w| matches!(*w, "inf" | "-inf" | "NaN"));
        assert_eq!(no_number, None, "{}", flag.message);
        assert!(flag.message.len() < 300, "{}", flag.message);
    }
}

#[test]
fn one_huge_position_costs_no_other_figure() {
    let usual = result(&[]);
    let usual = &usual.robots["1"];
    assert!(usual.duty_mm.is_some() && usual.layers.len() > 3);
    for extreme in [1e155, 1e200, f64::MAX / 8.0] {
        let result = result(&[(0, 300, extreme)]);
        assert_reads_back(&result);
        let robot = &result.robots["1"];
        assert_eq!(robot.distance_mm, Some(2.0 * extreme), "there and back");
        let contact = robot.duty_mm.unwrap().contact;
        assert!((contact - 1.0).abs() < 1e-9, "{contact}");
        assert_eq!(robot.duty.is_some(), usual.duty.is_some());
        let spike = result.quality.iter().find(|f| f.rule == "spike").unwrap();
        assert!(spike.value.is_some(), "{}", spike.message);
    }
    // The way there and back is longer than the largest double.
    let result = result(&[(0, 300, f64::MAX)]);
    assert_reads_back(&result);
    let robot = &result.robots["1"];
    assert_eq!((robot.distance_mm, robot.duty_mm), (None, None));
    let why = robot.layers_reason.as_deref().unwrap();
    assert!(why.contains("too large"), "{why}");
}

#[test]
fn a_record_with_null_for_what_overflowed_is_read() {
    let good = result(&[]);
    let mut text = serde_json::to_value(&good).unwrap();
    let robot = &mut text["robots"]["1"];
    robot["duty_mm"]["contact"] = serde_json::Value::Null;
    robot["layers"][1]["length_mm"] = serde_json::Value::Null;
    let read: RunResult = serde_json::from_value(text).unwrap();
    let (read, good) = (&read.robots["1"], &good.robots["1"]);
    assert_eq!((read.duty_mm, read.duty), (None, good.duty));
    assert_eq!(read.layers.len(), good.layers.len() - 1);
}

fn extreme() -> impl Strategy<Value = f64> {
    let size = prop_oneof![
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE / 8.0),
        (-320f64..308.5).prop_map(|e| 10f64.powf(e).min(f64::MAX)),
        (150f64..308.5).prop_map(|e| 10f64.powf(e).min(f64::MAX)),
    ];
    (size, any::<bool>()).prop_map(|(size, sign)| if sign { size } else { -size })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_result_reads_back(
        extremes in prop::collection::vec((0usize..6, 0usize..800, extreme()), 1..12),
        stuck in prop::option::of((0usize..6, 0usize..800, 2usize..800, extreme())),
    ) {
        let mut extremes = extremes;
        if let Some((channel, from, length, value)) = stuck {
            extremes.extend((from..from + length).map(|at| (channel, at, value)));
        }
        assert_reads_back(&result(&extremes));
    }
}
