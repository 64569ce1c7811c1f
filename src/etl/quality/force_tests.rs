//! Tears, slopes of force, limits and rates: what was planted is found, and nothing else.

use std::f64::consts::TAU;

use super::{
    Flag, Severity,
    tests::{FX1, FZ1, Made, START, X1, Y1, Z1, clean, noise},
};
use crate::{
    profile::{BUILT_IN, Profile},
    time,
};

const BIAS: [f64; 3] = [-87.0, 42.0, 310.0];

/// A minute in layers of `layer_s` seconds; from second 6 on the tool presses with `press` of the
/// second and the layer.
fn formed(layer_s: f64, press: impl Fn(f64, f64) -> f64) -> Made {
    let mut run = clean(60);
    for channel in X1..=FZ1 {
        let times = run.times(channel).clone();
        for (i, (time, value)) in times.iter().zip(run.values(channel)).enumerate() {
            let t = (time - START) as f64 / 1e6;
            let layer = (t / layer_s).floor();
            let angle = TAU * t / layer_s;
            let press = if t < 6.0 { 0.0 } else { press(t, layer) };
            let share = [0.2, 0.1, -1.0];
            *value = match channel {
                X1 => 500.0 + 120.0 * angle.cos() + 0.002 * noise(i, 1),
                Y1 => 300.0 + 120.0 * angle.sin() + 0.002 * noise(i, 2),
                Z1 => -10.0 - 0.4 * layer + 0.002 * noise(i, 3),
                force => {
                    let axis = force - FX1;
                    BIAS[axis] + share[axis] * press + 8.0 * noise(i, force as u64)
                }
            };
        }
    }
    run
}

/// Flags of the rules of this file.
fn flags(run: &Made) -> Vec<Flag> {
    let rules = ["force_drop", "force_slope", "limit", "rate"];
    let flags = run.check().flags.into_iter();
    flags.filter(|f| rules.contains(&f.rule.as_str())).collect()
}

/// Seconds from the start of the run.
fn at(text: &Option<String>) -> f64 {
    let time = time::parse(text.as_ref().unwrap().as_bytes()).unwrap();
    (time - START) as f64 / 1e6
}

#[test]
fn a_tear_is_found_where_it_is() {
    assert_eq!(flags(&formed(8.0, |_, _| 1500.0)), []);
    // A third less is one, a quarter less is none; nor is a short loss.
    let fall = |from: f64, to: f64, share: f64| {
        formed(8.0, move |t, _| {
            if (from..to).contains(&t) {
                1500.0 * share
            } else {
                1500.0
            }
        })
    };
    let found = flags(&fall(20.0, 21.5, 0.55));
    let [tear] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (tear.rule.as_str(), tear.severity),
        ("force_drop", Severity::Suspect)
    );
    assert_eq!(tear.channel.as_deref(), Some("f1"));
    assert!((at(&tear.start_time) - 20.0).abs() <= 0.2, "{tear:?}");
    assert!((at(&tear.stop_time) - 21.5).abs() <= 0.2, "{tear:?}");
    assert!((tear.value.unwrap() - 45.0).abs() < 2.0, "{tear:?}");
    assert_eq!(flags(&fall(20.0, 21.5, 0.75)), []);
    assert_eq!(flags(&fall(20.0, 20.3, 0.2)), []);
    // Contact that is lost for good: the layer goes on without force.
    let lost = flags(&fall(28.0, 60.0, 0.0));
    assert!((at(&lost[0].start_time) - 28.0).abs() <= 0.2, "{lost:?}");
}

#[test]
fn a_tool_that_leaves_the_turn_of_a_spiral_tears_nothing() {
    let off = |t: f64| (20.0..22.0).contains(&t);
    let run = |lift: f64| {
        let mut run = formed(8.0, |t, _| if off(t) { 0.0 } else { 1500.0 });
        let times = run.times(Z1).clone();
        for (z, time) in run.values(Z1).iter_mut().zip(times) {
            let t = (time - START) as f64 / 1e6;
            *z = -10.0 - 0.4 * t / 8.0 + if off(t) { lift } else { 0.0 };
        }
        flags(&run)
    };
    assert_eq!(run(15.0), []);
    assert_eq!(run(0.0)[0].rule, "force_drop");
}

#[test]
fn an_unknown_bias_tells_of_no_tear() {
    let mut run = formed(8.0, |_, _| 1500.0);
    for channel in X1..=FZ1 {
        // Without its first seconds, the run has none in the air.
        run.cut(channel, 0, 6_000_000);
    }
    for (i, v) in run.values(FX1).iter_mut().enumerate() {
        *v += 300.0 * (i as f64 / 50.0).sin();
    }
    let q = run.check();
    let mut skipped = q.not_evaluated.iter();
    assert!(
        skipped.any(|n| n.rules == ["force_drop"] && n.reason == "the bias of robot 1 is unknown")
    );
}

#[test]
fn a_force_that_falls_from_layer_to_layer_is_found() {
    let steady = flags(&formed(4.0, |_, _| 1500.0));
    assert_eq!(steady, []);
    let found = flags(&formed(4.0, |_, layer| 1500.0 * 0.985f64.powf(layer)));
    let [slope] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(slope.rule, "force_slope");
    assert_eq!(slope.channel.as_deref(), Some("fz_1"));
    assert!(
        slope.value.unwrap() < 0.0 && slope.unit == "N/layer",
        "{slope:?}"
    );
    let few = formed(8.0, |_, layer| 1500.0 - 40.0 * layer).check();
    let mut skipped = few.not_evaluated.iter();
    assert!(skipped.any(|n| n.rules == ["force_slope"]));
    // Eight samples a layer meet other places of each.
    let mut thin = formed(4.0, |_, layer| 1500.0 * 0.985f64.powf(layer));
    for force in FX1..=FZ1 {
        let mut at = 0..;
        thin.times(force).retain(|_| at.next().unwrap() % 50 == 0);
        let mut at = 0..;
        thin.values(force).retain(|_| at.next().unwrap() % 50 == 0);
    }
    let reason = "layers of robot 1 have fewer than 10 force samples";
    let thin = thin.check();
    assert!(thin.not_evaluated.iter().any(|n| n.reason == reason));
    assert!(thin.flags.iter().all(|f| f.rule != "force_slope"));
}

#[test]
fn limits_and_rates_are_those_of_the_profile() {
    let mut run = formed(8.0, |_, _| 1500.0);
    run.values(FZ1)[3000] = -2600.0;
    let with = |lines: &str| {
        let fz = "name = \"fz\"\n";
        let text = BUILT_IN.replace(fz, &format!("{fz}{lines}\n"));
        let profile = Profile::parse(&text, "p").unwrap();
        let flags = run.check_with(&profile).flags.into_iter();
        flags
            .filter(|f| ["limit", "rate"].contains(&f.rule.as_str()))
            .collect::<Vec<_>>()
    };
    assert_eq!(with("min = -3000\nmax = 500\nmax_rate = 1e6"), []);
    let [low] = &with("min = -2500")[..] else {
        panic!("not one flag");
    };
    assert_eq!((low.rule.as_str(), low.value), ("limit", Some(-2600.0)));
    assert_eq!(low.threshold, Some(-2500.0));
    assert_eq!(with("max = 100").len(), 1, "the seconds in the air");
    // Where the tool comes down, and the lone value.
    let [fast, _] = &with("max_rate = 10000")[..] else {
        panic!("not two flags");
    };
    assert_eq!((fast.rule.as_str(), fast.unit.as_str()), ("rate", "N/s"));
    // Two hurried time stamps make no rate.
    let mut hurried = formed(8.0, |_, _| 1500.0);
    hurried.times(FZ1)[4000] = hurried.times(FZ1)[3999] + 1;
    let fz = "name = \"fz\"\n";
    let text = BUILT_IN.replace(fz, &format!("{fz}max_rate = 200000\n"));
    let profile = Profile::parse(&text, "p").unwrap();
    let flags = hurried.check_with(&profile).flags;
    assert!(flags.iter().all(|f| f.rule != "rate"), "{flags:?}");
    assert!(
        Profile::parse(
            &BUILT_IN.replace("axis = \"z\"", "axis = \"z\"\nmax_rate = 0"),
            "p"
        )
        .is_err()
    );
}
