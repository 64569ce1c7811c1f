//! Parked robots, coarse load cells, and encoders that glitch.

use super::{
    Severity,
    tests::{FX1, FZ1, Made, X1, Y1, clean, noise, parked},
};

/// Load cells whose values have steps of `step`, with noise of about a sixth of it.
fn coarse(mut run: Made, step: f64) -> Made {
    for channel in FX1..=FZ1 {
        for (i, v) in run.values(channel).iter_mut().enumerate() {
            let noise = step * noise(i, 70 + channel as u64) / 3.0;
            *v = ((*v + noise) / step).round() * step;
        }
    }
    run
}

#[test]
fn a_parked_robot_is_a_fact() {
    let mut run = parked(20);
    // An axis that never changes, and what a load cell reads with a tool in its hand.
    run.values(Y1).fill(300.0);
    for (i, v) in run.values(FX1).iter_mut().enumerate() {
        *v = 546.0 + noise(i, 3);
    }
    let q = run.check();
    assert_eq!(q.flags, []);
    assert!(
        q.not_evaluated
            .iter()
            .any(|n| n.reason == "robot 1 is parked")
    );
    // A load cell that never changes is dead there too.
    run.values(FX1).fill(546.0);
    assert_eq!(run.found(), ["dead fx_1 fail"]);
    // A tenth of a millimetre is parked, more is not.
    let far = run.values(X1).iter().fold(f64::MIN, |a, v| a.max(*v));
    run.values(X1)[40] = far + 0.2;
    let found = run.found();
    assert!(found.contains(&"dead y_1 suspect".to_owned()), "{found:?}");
}

#[test]
fn coarse_steps_repeat_values_without_a_fault() {
    assert_eq!(coarse(clean(60), 12.0).found(), [""; 0]);
    let still = |mut run: Made| {
        for channel in FX1..=FZ1 {
            for (i, v) in run.values(channel).iter_mut().enumerate() {
                *v = -301.0 + 0.2 * noise(i, channel as u64);
            }
        }
        run
    };
    // One of them may show one value only: nothing tells that from a dead one.
    let mut run = coarse(still(parked(60)), 2.0);
    run.values(FX1).fill(-302.0);
    let q = run.check();
    assert_eq!(q.flags, []);
    let mut skipped = q.not_evaluated.iter();
    assert!(skipped.any(|n| n.rules == ["dead"] && n.channels.contains(&"fx_1".to_owned())));
}

#[test]
fn coarse_load_cells_that_freeze_or_end_are_told() {
    let mut run = coarse(clean(60), 12.0);
    let value = run.values(FX1)[2000];
    run.values(FX1)[2000..2200].fill(value);
    assert_eq!(run.found(), ["frozen fx_1 fail"]);
    let mut run = coarse(clean(60), 12.0);
    for v in run.values(FZ1) {
        *v = v.max(-1200.0);
    }
    let found = run.found();
    assert!(
        !found.is_empty() && found.iter().all(|f| f == "saturation fz_1 fail"),
        "{found:?}"
    );
}

#[test]
fn an_encoder_that_is_off_for_one_sample_is_told_however_little() {
    for by in [1.0, -2.0, 10.0, 30.0] {
        let mut run = clean(20);
        run.values(X1)[800] += by;
        assert_eq!(run.found(), ["spike x_1 suspect"], "{by}");
        let flag = run.flag("spike");
        let by = f64::abs(by);
        assert!(
            (flag.value.unwrap() - by).abs() < 0.1 && flag.unit == "mm",
            "{flag:?}"
        );
        assert!(flag.threshold < flag.value && flag.severity == Severity::Suspect);
    }
}

#[test]
fn a_force_spike_on_a_steep_slope_is_told() {
    let mut run = clean(20);
    // 60 N a sample, ten times the noise.
    for (i, v) in run.values(FX1).iter_mut().enumerate() {
        *v = 2000.0 * (i as f64 * 0.03).sin() + 6.0 * noise(i, 9);
    }
    assert_eq!(run.found(), [""; 0]);
    run.values(FX1)[1047] += 70.0;
    assert_eq!(run.found(), ["spike fx_1 suspect"]);
    assert!((run.flag("spike").value.unwrap() - 70.0).abs() < 12.0);
}

#[test]
fn coarse_load_cells_show_one_value_before_a_contact_ends() {
    // Noise of a third of a step: at a turning point of the force one value lasts, and then the
    // tool leaves the sheet within eight samples.
    let mut run = clean(60);
    for (i, v) in run.values(FZ1).iter_mut().enumerate() {
        let phase = (i % 600) as f64;
        let load = ((400.0 - phase) / 8.0).clamp(0.0, 1.0) * (phase / 8.0).min(1.0);
        *v = -900.0 * load - 5.0;
    }
    assert_eq!(coarse(run, 12.0).found(), [""; 0]);
}
