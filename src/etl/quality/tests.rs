//! Each rule against hand-made samples, and what must hold for all of them.

use std::{f64::consts::TAU, sync::Arc};

use proptest::prelude::*;

use super::*;
use crate::{
    base::CancelToken,
    clean::{Channel, Faults, Ledger, RowFaults, RunSamples},
    insight::run_insight,
    profile::Profile,
    run_id::{ParsedRun, RunId},
    stats::compute_stats,
    time::SECOND,
    transform::transform,
};

/// 2022-11-23T20:40:00Z
pub(super) const START: i64 = 1_669_236_000 * SECOND;
pub(super) const X1: usize = 0;
pub(super) const Y1: usize = 1;
pub(super) const Z1: usize = 2;
pub(super) const FX1: usize = 3;
pub(super) const FZ1: usize = 5;

/// One channel: its id, times in microseconds, values.
#[derive(Clone)]
pub(super) struct Line {
    pub id: usize,
    pub times: Vec<i64>,
    pub values: Vec<f64>,
}

/// A run to be checked.
#[derive(Clone)]
pub(super) struct Made {
    run: ParsedRun,
    pub channels: Vec<Line>,
    pub faults: Vec<RowFaults>,
    cells: Vec<String>,
}

impl Made {
    pub fn check(&self) -> Quality {
        self.check_with(&Profile::built_in().unwrap())
    }

    pub fn check_with(&self, profile: &Profile) -> Quality {
        let channels = self.channels.iter().map(|line| Channel {
            id: line.id,
            times: Arc::new(line.times.clone()),
            values: line.values.clone().into(),
        });
        let run = RunSamples {
            run: self.run,
            ledger: Ledger::default(),
            channels: channels.collect(),
            order: None,
            faults: self.faults.clone(),
            conflicts: Vec::new(),
            cells: Vec::new(),
        };
        let table = transform(&run, profile, &CancelToken::new()).unwrap();
        let stats = table
            .columns
            .iter()
            .map(|c| (c.name.clone(), compute_stats(&table, c)))
            .collect();
        let robots = run_insight(&table, &stats, profile, &profile.insight);
        check(
            &run,
            &table,
            &profile.settings(),
            &stats,
            &robots,
            &self.cells,
        )
    }

    /// `rule channel severity` of every flag.
    pub fn found(&self) -> Vec<String> {
        let mut all: Vec<String> = self.check().flags.iter().map(word).collect();
        all.sort();
        all
    }

    pub fn flag(&self, rule: &str) -> Flag {
        let flags = self.check().flags;
        flags.into_iter().find(|f| f.rule == rule).unwrap()
    }

    pub fn times(&mut self, channel: usize) -> &mut Vec<i64> {
        &mut self.channels[channel].times
    }

    pub fn values(&mut self, channel: usize) -> &mut Vec<f64> {
        &mut self.channels[channel].values
    }

    /// Leaves out a channel's samples from `from` to before `to`, microseconds from the start.
    pub fn cut(&mut self, channel: usize, from: i64, to: i64) {
        let keep: Vec<bool> = self
            .times(channel)
            .iter()
            .map(|t| !(START + from..START + to).contains(t))
            .collect();
        let mut at = keep.iter();
        self.times(channel).retain(|_| *at.next().unwrap());
        let mut at = keep.iter();
        self.values(channel).retain(|_| *at.next().unwrap());
    }
}

fn word(f: &Flag) -> String {
    let channel = f.channel.as_deref().unwrap_or("-");
    format!("{} {channel} {}", f.rule, f.severity.word())
}

/// Noise from -1 to 1 that is the same every time.
pub(super) fn noise(i: usize, seed: u64) -> f64 {
    let mut h = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ seed.wrapping_mul(0xd6e8_feb8_6659_fd93);
    h = (h ^ h >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    h = (h ^ h >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (h >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

fn clock(n: usize, every: i64) -> Vec<i64> {
    (0..n as i64).map(|i| i * every).collect()
}

/// Robot 1 on circles at 100 mm/s for `seconds`, with forces; no faults.
pub(super) fn clean(seconds: usize) -> Made {
    let positions = |axis: usize| {
        let n = seconds * 80;
        let values = (0..n).map(|i| {
            let t = i as f64 / 80.0;
            let wave = [t.sin(), t.cos(), 0.1 * (t / 7.0).sin()][axis];
            500.0 + 100.0 * wave + 0.002 * noise(i, axis as u64)
        });
        (axis, clock(n, 12_500), values.collect::<Vec<f64>>())
    };
    let forces = |axis: usize| {
        let n = seconds * 100;
        let values = (0..n).map(|i| {
            let t = i as f64 / 100.0;
            600.0 * (t + axis as f64).sin() - 900.0 + 6.0 * noise(i, 10 + axis as u64)
        });
        (FX1 + axis, clock(n, 10_000), values.collect::<Vec<f64>>())
    };
    let channels: Vec<Line> = (0..3)
        .map(positions)
        .chain((0..3).map(forces))
        .map(|(id, times, values)| Line {
            id,
            times: times.into_iter().map(|t| START + t).collect(),
            values,
        })
        .collect();
    Made {
        run: ParsedRun {
            id: RunId(5),
            exact: true,
        },
        faults: vec![RowFaults::default(); channels.len()],
        channels,
        cells: vec!["1".into()],
    }
}

/// As [`clean`], but the robot stands.
pub(super) fn parked(seconds: usize) -> Made {
    let mut run = clean(seconds);
    for axis in 0..3 {
        for (i, v) in run.values(axis).iter_mut().enumerate() {
            *v = 500.0 + 0.001 * noise(i, axis as u64);
        }
    }
    run
}

#[test]
fn a_clean_run_passes_and_says_what_was_not_evaluated() {
    let q = clean(20).check();
    assert_eq!(q.flags, []);
    assert_eq!(q.verdict, Verdict::Pass);
    assert!(q.channels.values().all(|v| *v == Verdict::Pass), "{q:?}");
    let rules: Vec<_> = q.not_evaluated.iter().map(|n| n.rules.join(", ")).collect();
    assert_eq!(rules, ["zero_offset", "force_drop", "force_slope"]);
    let skipped = &q.not_evaluated[0];
    assert_eq!(skipped.channels, ["fx_1", "fy_1", "fz_1"]);
    assert_eq!(skipped.reason, "robot 1 rests for less than 10 s");
}

#[test]
fn too_few_samples_are_not_evaluated_which_is_no_pass() {
    let mut run = clean(20);
    for channel in 0..6 {
        run.times(channel).truncate(9);
        run.values(channel).truncate(9);
    }
    let q = run.check();
    assert_eq!((q.flags.len(), q.verdict), (0, Verdict::NotEvaluated));
    assert!(q.channels.values().all(|v| *v == Verdict::NotEvaluated));
    assert!(
        q.not_evaluated
            .iter()
            .any(|n| { n.rules.contains(&"gap".into()) && n.reason == "fewer than 10 samples" })
    );
    // One more sample is enough.
    let mut run = clean(20);
    for channel in 0..6 {
        run.times(channel).truncate(10);
        run.values(channel).truncate(10);
    }
    assert_eq!(run.check().verdict, Verdict::Pass);
}

#[test]
fn missing_axis() {
    let mut run = clean(2);
    run.channels.remove(Z1);
    assert_eq!(run.found(), ["missing_axis z_1 fail"]);
    let flag = run.flag("missing_axis");
    assert_eq!((flag.value, flag.threshold), (Some(2.0), Some(3.0)));
    assert!(
        flag.message.contains("x and y but no z"),
        "{}",
        flag.message
    );
    let mut run = clean(2);
    run.channels.truncate(3);
    assert_eq!(run.found(), ["missing_axis - suspect"]);
    run.channels.clear();
    assert_eq!(run.found(), [""; 0]);
}

#[test]
fn dead() {
    let mut run = clean(20);
    run.values(FX1).fill(0.25);
    run.values(Y1).fill(300.0);
    assert_eq!(run.found(), ["dead fx_1 fail", "dead y_1 suspect"]);
    let q = run.check();
    // What is derived is no better.
    assert_eq!(q.channels["f1"], Verdict::Fail);
    assert_eq!(q.channels["vy_1"], Verdict::Suspect);
    assert_eq!(
        (q.channels["vx_1"], q.verdict),
        (Verdict::Pass, Verdict::Fail)
    );
    let flag = q
        .flags
        .iter()
        .find(|f| f.channel.as_deref() == Some("y_1"))
        .unwrap();
    assert!(
        flag.message.contains("while x_1 covers 200"),
        "{}",
        flag.message
    );
}

#[test]
fn frozen() {
    let mut run = clean(20);
    let v = run.values(Y1)[1000];
    run.values(Y1)[1000..1600].fill(v);
    run.values(FX1)[500..520].fill(-700.5);
    assert_eq!(run.found(), ["frozen fx_1 fail", "frozen y_1 suspect"]);
    let flags = run.check().flags;
    assert_eq!(
        (flags[0].value, flags[0].threshold),
        (Some(20.0), Some(20.0))
    );
    assert_eq!(
        flags[0].span_us(),
        Some((START + 5_000_000, START + 5_190_000))
    );
    assert!((flags[1].value.unwrap() - 599.0 * 0.0125).abs() < 1e-9);
    // One sample less, and half a second less than five.
    let mut run = clean(20);
    let v = run.values(Y1)[1240];
    run.values(Y1)[1240..1600].fill(v);
    run.values(FX1)[500..519].fill(-700.5);
    assert_eq!(run.found(), [""; 0]);
}

#[test]
fn a_parked_robot_is_not_frozen() {
    let mut run = parked(9);
    run.values(X1)[0..700].fill(500.0);
    assert_eq!(run.found(), [""; 0]);
}

#[test]
fn gap_and_the_derivatives_across_it() {
    let mut run = clean(100);
    run.cut(Z1, 40_000_000, 44_000_000);
    let found = [
        "derivative_across_gap az_1 suspect",
        "derivative_across_gap vz_1 suspect",
        "gap z_1 suspect",
    ];
    assert_eq!(run.found(), found);
    let flag = run.flag("gap");
    assert_eq!(flag.value, Some(4.0125));
    assert_eq!(flag.threshold, Some(0.0625));
    assert_eq!(
        flag.span_us(),
        Some((START + 39_987_500, START + 44_000_000))
    );
    // From a twentieth of the run on it is a failure.
    run.cut(Z1, 44_000_000, 45_000_000);
    assert_eq!(run.flag("gap").severity, Severity::Fail);
    // Five intervals are no gap.
    let mut run = clean(20);
    run.cut(FX1, 5_000_000, 5_040_000);
    assert_eq!(run.found(), [""; 0]);
    run.cut(FX1, 5_040_000, 5_050_000);
    assert_eq!(run.found(), ["gap fx_1 suspect"]);
}

#[test]
fn many_gaps_become_few_flags() {
    let mut run = clean(200);
    for k in 0..50 {
        let from = 2_000_000 * k + 1_000_000;
        run.cut(FX1, from, from + 100_000 + 1000 * k);
        // Another one at once: the same flag.
        run.cut(FX1, from + 300_000, from + 400_000);
    }
    let flags = run.check().flags;
    assert_eq!(flags.len(), 11);
    assert!(flags.iter().all(|f| f.rule == "gap"));
    let sum = flags
        .iter()
        .find(|f| f.message.contains("more like these"))
        .unwrap();
    assert!(
        sum.message.starts_with("80 more like these in fx_1"),
        "{}",
        sum.message
    );
}

#[test]
fn a_channel_that_begins_late_or_ends_early() {
    let mut run = clean(20);
    run.cut(FZ1, 0, 3_000_000);
    assert_eq!(run.found(), ["gap fz_1 fail"]);
    assert!(
        run.flag("gap")
            .message
            .starts_with("fz_1 begins 3 s after the run does")
    );
    let mut run = clean(20);
    run.cut(FZ1, 18_500_000, 30_000_000);
    assert!(
        run.flag("gap")
            .message
            .starts_with("fz_1 ends 1.5 s before the run does"),
        "{:?}",
        run.found()
    );
    let mut run = clean(20);
    run.cut(FZ1, 0, 900_000);
    assert_eq!(run.found(), [""; 0]);
}

#[test]
fn dropped_samples() {
    let mut run = clean(20);
    let n = run.times(FX1).len() as i64;
    // Every fiftieth: 2 %.
    for k in (1..n / 50).rev() {
        run.cut(FX1, k * 500_000, k * 500_000 + 1);
    }
    assert_eq!(run.found(), ["dropped_samples fx_1 suspect"]);
    let flag = run.flag("dropped_samples");
    assert!((flag.value.unwrap() - 39.0 / 2000.0 * 100.0).abs() < 1e-9);
    assert_eq!((flag.threshold, flag.unit.as_str()), (Some(1.0), "%"));
    let mut run = clean(20);
    for k in (1..n / 8).rev() {
        run.cut(FX1, k * 80_000, k * 80_000 + 1);
    }
    assert_eq!(run.found(), ["dropped_samples fx_1 fail"]);
}

#[test]
fn jitter() {
    let mut run = clean(20);
    for (i, t) in run.times(FX1).iter_mut().enumerate() {
        *t += if i % 2 == 0 { 0 } else { 2000 };
    }
    assert_eq!(run.found(), [""; 0]);
    for (i, t) in run.times(FX1).iter_mut().enumerate() {
        *t += if i % 2 == 0 { 0 } else { 2000 };
    }
    // Intervals of 14 and 6 ms.
    assert_eq!(run.found(), ["jitter fx_1 suspect"]);
    let value = run.flag("jitter").value.unwrap();
    assert!((28.0..=58.0).contains(&value), "{value}");
}

#[test]
fn clock_jumps() {
    // A leap of four seconds in all channels, the robot where it was.
    let mut run = clean(100);
    for channel in 0..6 {
        for t in run.times(channel) {
            *t += if *t >= START + 40_000_000 {
                4_000_000
            } else {
                0
            };
        }
    }
    assert_eq!(
        run.found(),
        ["clock_jump - suspect", "derivative_across_gap - suspect"]
    );
    let value = run.flag("clock_jump").value.unwrap();
    assert!((4.0..=4.02).contains(&value), "{value}");
    // The same silence, but the robot went on.
    let mut run = clean(100);
    for channel in 0..6 {
        run.cut(channel, 40_000_000, 44_000_000);
    }
    assert_eq!(
        run.found(),
        ["derivative_across_gap - suspect", "gap - suspect"]
    );
    // A clock set back by five seconds: their samples lie between those of before.
    let mut run = clean(100);
    for channel in 0..6 {
        let n = run.times(channel).len();
        let mut order: Vec<(i64, f64)> = (0..n)
            .map(|i| {
                let t = run.channels[channel].times[i];
                let back = if t >= START + 40_000_000 {
                    5_003_000
                } else {
                    0
                };
                (t - back, run.channels[channel].values[i])
            })
            .collect();
        order.sort_by_key(|o| o.0);
        *run.times(channel) = order.iter().map(|o| o.0).collect();
        *run.values(channel) = order.iter().map(|o| o.1).collect();
    }
    let flags = run.check().flags;
    let jumps: Vec<_> = flags.iter().filter(|f| f.rule == "clock_jump").collect();
    assert_eq!(jumps.len(), 6, "{flags:#?}");
    let (from, to) = jumps[0].span_us().unwrap();
    assert!(
        (34..36).contains(&((from - START) / SECOND)),
        "{:?}",
        jumps[0]
    );
    assert!((39..41).contains(&((to - START) / SECOND)));
}

#[test]
fn what_cleaning_saw() {
    let mut run = clean(20);
    let faults = |count, at| Faults {
        count,
        first: START + at,
        last: START + at + 1000,
    };
    run.faults[X1].out_of_order = faults(3, 5000);
    run.faults[FX1].out_of_order = faults(2, 1000);
    run.faults[FX1].duplicates = faults(4, 0);
    run.faults[FZ1].conflicts = faults(1, 0);
    let found = [
        "conflicts fz_1 suspect",
        "duplicates fx_1 suspect",
        "out_of_order - suspect",
    ];
    assert_eq!(run.found(), found);
    let flag = run.flag("out_of_order");
    assert_eq!(
        (flag.value, flag.span_us()),
        (Some(5.0), Some((START + 1000, START + 6000)))
    );
    run.faults[FZ1].conflicts = faults(30, 0);
    assert_eq!(run.flag("conflicts").severity, Severity::Fail);
}

#[test]
fn saturation() {
    let mut run = clean(20);
    for v in run.values(FX1) {
        *v = v.clamp(-1400.0, 0.0);
    }
    let found = run.found();
    // Clipped at the bottom; a top of zero may be an empty cell.
    assert_eq!(found, ["saturation fx_1 fail"; 3]);
    let flag = run.flag("saturation");
    assert!(
        flag.message.contains("smallest value, -1,400 N"),
        "{}",
        flag.message
    );
    assert_eq!((flag.threshold, flag.unit.as_str()), (Some(5.0), "samples"));
}

#[test]
fn a_sentinel_hides_neither_saturation_nor_a_freeze() {
    for sentinel in [1e10, 1e11, 1e12, f64::from(f32::MAX), f64::MAX] {
        let mut run = clean(40);
        run.values(FZ1)[1000..1600].fill(sentinel);
        let found = run.found();
        assert!(found.contains(&"saturation fz_1 fail".into()), "{sentinel}");
        let mut run = clean(40);
        run.values(FZ1)[3000] = sentinel;
        run.values(FZ1)[1000..1100].fill(-700.5);
        let found = run.found();
        assert!(
            found.contains(&"frozen fz_1 fail".into()),
            "{sentinel} {found:?}"
        );
    }
}

#[test]
fn spikes_of_forces_and_impossible_speeds() {
    let mut run = clean(20);
    run.values(FX1)[700] += 400.0;
    run.values(X1)[800] += 60.0;
    assert_eq!(run.found(), ["spike fx_1 suspect", "spike x_1 fail"]);
    let flags = run.check().flags;
    assert_eq!(
        flags[0].span_us(),
        Some((START + 799 * 12_500, START + 801 * 12_500))
    );
    assert!(flags[0].value.unwrap() > 4000.0 && flags[0].threshold == Some(3000.0));
    assert_eq!(
        flags[1].span_us(),
        Some((START + 7_000_000, START + 7_000_000))
    );
    assert!((flags[1].value.unwrap() - 400.0).abs() < 40.0);
}

#[test]
fn zero_offset() {
    let mut run = parked(20);
    // It moves for the first two seconds.
    for (i, v) in run.values(Y1).iter_mut().enumerate().take(160) {
        *v = 500.0 + 40.0 * (i as f64 / 160.0 * TAU).sin();
    }
    for (i, v) in run.values(FX1).iter_mut().enumerate() {
        *v = 120.0 + noise(i, 3);
    }
    for (i, v) in run.values(FX1 + 1).iter_mut().enumerate() {
        *v = -12.0 + noise(i, 4);
    }
    for (i, v) in run.values(FZ1).iter_mut().enumerate() {
        // Loaded at first, then near zero: no offset.
        *v = if i < 1000 { -900.0 } else { 3.0 } + noise(i, 5);
    }
    assert_eq!(run.found(), ["zero_offset fx_1 suspect"]);
    let flag = run.flag("zero_offset");
    assert!((flag.value.unwrap() - 120.0).abs() < 0.5);
    assert_eq!((flag.threshold, flag.unit.as_str()), (Some(50.0), "N"));
    // Without all positions nobody knows when the robot rests.
    run.channels.remove(X1);
    assert_eq!(run.found(), ["missing_axis x_1 fail"]);
    let q = run.check();
    let mut skipped = q.not_evaluated.iter();
    let skipped = skipped.find(|n| n.rules == ["zero_offset"]).unwrap();
    assert_eq!(
        skipped.reason,
        "robot 1 lacks positions that would tell when it rests"
    );
}

#[test]
fn no_overlap() {
    let mut run = clean(20);
    run.cut(FZ1, 0, 15_000_000);
    for channel in 0..5 {
        run.cut(channel, 14_000_000, 30_000_000);
    }
    let flag = run.flag("no_overlap");
    assert_eq!(
        (flag.channel.as_deref(), flag.severity),
        (Some("fz_1"), Severity::Fail)
    );
    let value = flag.value.unwrap();
    assert!((1.0..1.1).contains(&value), "{value}");
    assert_eq!(
        run.found()
            .iter()
            .filter(|f| f.starts_with("no_overlap"))
            .count(),
        1
    );
}

#[test]
fn ids_and_cells() {
    let mut run = clean(2);
    run.run.exact = false;
    run.run.id = RunId(1 << 60);
    run.cells.push("7".into());
    assert_eq!(
        run.found(),
        ["second_cell - fail", "source_lost_precision - suspect"]
    );
    let flag = run.flag("source_lost_precision");
    assert_eq!((flag.value, flag.threshold), (Some(61.0), Some(53.0)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Sine waves with noise on jittery clocks: nothing to find.
    #[test]
    fn clean_sines_have_no_flags(
        period in 1.0..20.0f64,
        amplitude in 20.0..200.0f64,
        jitter in 0i64..2000,
        phase in 0.0..TAU,
        seed: u64,
    ) {
        let mut run = clean(12);
        for channel in 0..6 {
            for (i, t) in run.times(channel).iter_mut().enumerate() {
                *t += (jitter as f64 * noise(i, seed ^ channel as u64)) as i64;
            }
            // Clocks may begin before the run's first second, but not far.
            let times = run.times(channel).clone();
            for (i, v) in run.values(channel).iter_mut().enumerate() {
                let t = (times[i] - START) as f64 / 1e6;
                let fine = if channel < 3 { 0.002 } else { 5.0 };
                *v = 900.0
                    + amplitude * (TAU * t / period + phase + channel as f64).sin()
                    + fine * noise(i, seed.wrapping_add(channel as u64));
            }
        }
        let q = run.check();
        prop_assert_eq!(q.flags, Vec::<Flag>::new());
        prop_assert_eq!(q.verdict, Verdict::Pass);
    }

    /// Whatever is wrong: spans lie in the run, verdicts are the worst flag's.
    #[test]
    fn spans_lie_inside_and_verdicts_are_the_worst(
        cuts in prop::collection::vec((0usize..6, 0i64..12_000_000, 0i64..3_000_000), 0..8),
        still in prop::collection::vec((0usize..6, 0usize..900, 1usize..600), 0..4),
        peaks in prop::collection::vec((0usize..6, 0usize..900, -9e3..9e3f64), 0..30),
    ) {
        let mut run = clean(12);
        for (channel, from, n) in still {
            let value = run.values(channel)[from];
            let end = (from + n).min(run.values(channel).len());
            run.values(channel)[from..end].fill(value);
        }
        for (channel, at, height) in peaks {
            run.values(channel)[at] += height;
        }
        for (channel, from, n) in cuts {
            run.cut(channel, from, from + n);
        }
        run.channels.retain(|c| !c.times.is_empty());
        let first = run.channels.iter().map(|c| c.times[0]).min().unwrap();
        let last = run.channels.iter().map(|c| *c.times.last().unwrap()).max().unwrap();
        let q = run.check();
        let mut worst = Verdict::NotEvaluated;
        let mut counts = std::collections::BTreeMap::new();
        for f in &q.flags {
            let (a, b) = f.span_us().unwrap();
            prop_assert!(first <= a && a <= b && b <= last, "{:?}", f);
            prop_assert!(f.message.len() > 10 && f.value.is_some(), "{:?}", f);
            worst = worst.max(f.severity.into());
            *counts.entry((f.rule.clone(), f.channel.clone())).or_insert(0) += 1;
            if let Some(v) = f.channel.as_ref().and_then(|c| q.channels.get(c)) {
                prop_assert!(*v >= f.severity.into());
            }
        }
        // Two limits of saturation, gaps inside and at both edges: each is capped.
        prop_assert!(counts.values().all(|n| *n <= 22));
        if q.flags.is_empty() {
            prop_assert!(q.verdict <= Verdict::Pass);
        } else {
            prop_assert_eq!(q.verdict, worst);
        }
        let again = run.check();
        prop_assert_eq!(q, again);
    }
}
