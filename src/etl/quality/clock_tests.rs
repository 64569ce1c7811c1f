//! Clocks that were set, and gaps that look like it.

use super::tests::{FX1, Line, Made, START, X1, Z1, clean, parked};
use crate::{clean::Faults, time::SECOND};

const SECONDS: i64 = SECOND;

/// Channels of two robots: those of robot 2 have ids from 6 on, and clocks of their own.
fn both(first: Made, second: Made) -> Made {
    let mut run = first;
    let lines = second.channels.into_iter().map(|line| Line {
        id: line.id + 6,
        times: line.times.iter().map(|t| t + 3_700).collect(),
        ..line
    });
    run.channels.extend(lines);
    run.faults.resize(12, run.faults[0]);
    run
}

/// The clock of some channels leaps `by` microseconds, or back, `at` so far into the run.
fn set_clock(run: &mut Made, channels: std::ops::Range<usize>, at: i64, by: i64) {
    for channel in channels {
        let line = &mut run.channels[channel];
        let mut samples: Vec<(i64, f64)> = line
            .times
            .iter()
            .map(|t| t + if *t >= START + at { by } else { 0 })
            .zip(line.values.iter().copied())
            .collect();
        // As cleaning does: in order, the earliest of one time.
        samples.sort_by_key(|s| s.0);
        let all = samples.len();
        samples.dedup_by_key(|s| s.0);
        let conflicts = (all - samples.len()) as u64;
        (line.times, line.values) = samples.into_iter().unzip();
        if conflicts > 0 {
            run.faults[channel].conflicts = Faults {
                count: conflicts,
                first: START + at + by,
                last: START + at,
            };
        }
    }
}

#[test]
fn a_recorders_gap_is_one_whatever_stands() {
    // The axes of the robot that moves come back a little before the others of the run.
    let mut run = both(parked(60), clean(60));
    for channel in 0..12 {
        let early = if channel < 6 { 0 } else { 9_000 };
        run.cut(channel, 20 * SECONDS, 24 * SECONDS - early);
    }
    let found = run.found();
    assert!(found.contains(&"gap - fail".to_owned()), "{found:?}");
    assert!(
        !found.iter().any(|f| f.starts_with("clock_jump")),
        "{found:?}"
    );
}

#[test]
fn a_leap_of_one_sensors_clock_is_named_and_spares_the_others() {
    for (channels, field) in [(0..3, "encoder"), (3..6, "load cell")] {
        for by in [1_200_000, 3 * SECONDS, 9 * SECONDS] {
            let mut run = both(clean(60), clean(60));
            set_clock(&mut run, channels.clone(), 25 * SECONDS, by);
            let flags = run.check().flags;
            let jumps: Vec<_> = flags.iter().filter(|f| f.rule == "clock_jump").collect();
            assert_eq!(jumps.len(), 3, "{field} {by} {flags:#?}");
            assert!((jumps[0].value.unwrap() - by as f64 / 1e6).abs() < 0.02);
            assert!(jumps[0].message.contains("the clock of its sensor was set"));
            let others = flags.iter().filter(|f| f.rule != "clock_jump");
            let rules: Vec<_> = others.map(|f| f.rule.as_str()).collect();
            assert!(
                rules.iter().all(|r| *r == "derivative_across_gap"),
                "{rules:?}"
            );
        }
    }
}

#[test]
fn a_gap_of_one_sensor_stays_a_gap() {
    for channels in [0..3, 3..6] {
        let mut run = both(clean(60), clean(60));
        for channel in channels {
            run.cut(channel, 25 * SECONDS, 28 * SECONDS);
        }
        let found = run.found();
        assert!(
            !found.iter().any(|f| f.starts_with("clock_jump")),
            "{found:?}"
        );
        assert_eq!(found.iter().filter(|f| f.starts_with("gap")).count(), 3);
    }
}

#[test]
fn a_clock_set_back_is_named_where_its_stamps_are_new_and_where_they_are_not() {
    // Interleaved, and exactly on samples that are there: those are conflicts.
    for (by, conflicts) in [(4_003_000, false), (4_000_000, true)] {
        for (channels, first) in [(0..3, X1), (3..6, FX1)] {
            let mut run = both(clean(60), clean(60));
            set_clock(&mut run, channels.clone(), 30 * SECONDS, -by);
            let flags = run.check().flags;
            let jumps: Vec<_> = flags.iter().filter(|f| f.rule == "clock_jump").collect();
            assert_eq!(jumps.len(), 3, "{by} {first} {flags:#?}");
            let (from, to) = jumps[0].span_us().unwrap();
            assert!(
                (25..28).contains(&((from - START) / SECOND)),
                "{:?}",
                jumps[0]
            );
            assert!(
                (29..31).contains(&((to - START) / SECOND)),
                "{:?}",
                jumps[0]
            );
            assert!(
                jumps[0].value > jumps[0].threshold,
                "more a second is worse"
            );
            let rest = flags.iter().filter(|f| f.rule != "clock_jump");
            let known = |r: &str| r == "spike" || conflicts && r == "conflicts";
            let rest: Vec<_> = rest
                .map(|f| f.rule.as_str())
                .filter(|r| !known(r))
                .collect();
            assert!(rest.is_empty(), "{rest:?}");
        }
    }
}

#[test]
fn a_channel_that_ends_late_for_another_reason_is_no_jump() {
    let mut run = both(clean(60), clean(60));
    // A gap of four seconds, and a sensor that was switched off two seconds after the others.
    for channel in 3..6 {
        run.cut(channel, 20 * SECONDS, 24 * SECONDS);
    }
    for channel in (0..3).chain(6..12) {
        run.cut(channel, 58 * SECONDS, 99 * SECONDS);
    }
    let found = run.found();
    assert!(
        !found.iter().any(|f| f.starts_with("clock_jump")),
        "{found:?}"
    );
    assert!(found.contains(&"gap fx_1 fail".to_owned()), "{found:?}");
    assert!(run.channels[Z1].times.len() > 4000);
}
