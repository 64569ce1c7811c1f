//! Runs with one planted fault each: six strengths of each kind, all above what the rules'
//! thresholds say.

use crate::{
    clean::{coarse_cells, from_the_air, park, robots},
    generator::{FIELDS, FORCES, Recording, Rng, Track, channel},
};

/// Where a flag may stand.
#[derive(Clone)]
pub enum Scope {
    /// Anywhere.
    Run,
    /// On these channels.
    Channels(Vec<String>),
}

/// What the checks should say of a run, and what they may say.
pub struct Planted {
    /// The rule and where it applies; the first is the fault, the others follow from it.
    pub expected: Vec<(&'static str, Scope)>,
    /// From and to, in microseconds, as time stamps say.
    pub span: (i64, i64),
    /// Not asked for, but not wrong either.
    pub tolerated: Vec<(&'static str, Scope)>,
}

type Plant = fn(usize, f64, &mut Rng) -> (Recording, Planted);

/// Limits of the force along the forming axis in N, and how fast it changes at most in N/s: the
/// profile of the scores has them.
pub const FORCE_LIMITS: [f64; 2] = [-3000.0, 1000.0];
pub const FORCE_RATE: f64 = 60_000.0;

/// The kinds of faults, of which each seed has six.
pub const FAULTS: [(&str, Plant); 27] = [
    ("missing axis", missing_axis),
    ("dead channel", dead),
    ("frozen force", frozen_force),
    ("frozen position", frozen_position),
    ("gap of a channel", gap_of_channel),
    ("recorder's gap, robot 1 parked", |i, s, rng| {
        gap_of_run(true, i, s, rng)
    }),
    ("recorder's gap, both move", |i, s, rng| {
        gap_of_run(false, i, s, rng)
    }),
    ("dropped samples", dropped),
    ("jitter", jitter),
    ("clock leaps, all sensors", |i, s, rng| {
        clock(i, s, rng, true, 1)
    }),
    ("clock set back, all sensors", |i, s, rng| {
        clock(i, s, rng, true, -1)
    }),
    ("clock of one sensor jumps", |i, s, rng| {
        clock(i, s, rng, false, if i.is_multiple_of(2) { 1 } else { -1 })
    }),
    ("rows out of order", out_of_order),
    ("rows twice", twice),
    ("saturation", saturation),
    ("force spike on a slope", force_spike),
    ("encoder glitch of 1 to 30 mm", glitch),
    ("zero offset", zero_offset),
    ("no overlap, lost ids, two cells", whole_run),
    ("frozen force in steps of 2 N", frozen_coarse),
    ("saturation in steps of 2 N", saturated_coarse),
    ("clock set back to the same stamps", same_stamps),
    ("encoder glitch, uneven clocks", uneven_glitch),
    ("tear", tear),
    ("force changes by the layer", slope),
    ("force beyond its limits", beyond),
    ("force changes at once", at_once),
];

fn base(seconds: f64, rng: &mut Rng) -> Recording {
    let robots = robots(rng);
    Recording::of(&robots, seconds, rng)
}

fn only(name: String) -> Scope {
    Scope::Channels(vec![name])
}

fn planted(rule: &'static str, scope: Scope, span: (i64, i64)) -> Planted {
    Planted {
        expected: vec![(rule, scope)],
        span,
        tolerated: Vec::new(),
    }
}

/// A channel by robot and field.
fn track(recording: &mut Recording, robot: usize, field: usize) -> &mut Track {
    let at = robot * FIELDS + field;
    &mut recording.tracks[at]
}

/// A random channel of a robot.
fn any(rng: &mut Rng, force: bool) -> (usize, usize) {
    let field = rng.index(FORCES) + if force { FORCES } else { 0 };
    (rng.index(2), field)
}

fn all(recording: &Recording) -> (i64, i64) {
    (recording.at(0.0), recording.at(2.0))
}

/// What is derived from a position.
fn derived(robot: usize, field: usize) -> Scope {
    let axis = ["x", "y", "z"][field];
    let names = ["v", "a"].map(|d| format!("{d}{axis}_{}", robot + 1));
    Scope::Channels(names.to_vec())
}

fn missing_axis(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, i.is_multiple_of(2));
    let kind = i.is_multiple_of(2);
    // One axis, two, or all of a kind.
    let lost = i / 2 + 1;
    let which = |t: &Track| {
        t.robot == robot && (t.field >= FORCES) == kind && (t.field + 3 - field) % 3 < lost
    };
    recording.tracks.retain(|t| !which(t));
    let span = all(&recording);
    (recording, planted("missing_axis", Scope::Run, span))
}

fn dead(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, i.is_multiple_of(2));
    let span = all(&recording);
    let track = track(&mut recording, robot, field);
    let value = track.values[0];
    track.values.fill(value);
    (
        recording,
        planted("dead", only(channel(robot, field)), span),
    )
}

fn frozen_force(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, true);
    let from = recording.at(rng.between(0.1, 0.8));
    let track = track(&mut recording, robot, field);
    let samples = [24, 30, 40, 60, 100, 200][i];
    let at = track.index(from);
    let value = track.values[at];
    track.values[at..at + samples].fill(value);
    let span = (track.stamps[at], track.stamps[at + samples]);
    let name = only(channel(robot, field));
    (recording, planted("frozen", name, span))
}

fn frozen_position(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, false);
    let from = rng.between(0.1, 0.6);
    let length = [5.5, 6.0, 7.0, 9.0, 12.0, 18.0][i] / seconds;
    let span = (recording.at(from), recording.at(from + length));
    let track = track(&mut recording, robot, field);
    let (a, b) = (track.index(span.0), track.index(span.1));
    let value = track.values[a];
    track.values[a..=b].fill(value);
    let mut planted = planted("frozen", only(channel(robot, field)), span);
    // The axis goes on where it is meanwhile.
    planted
        .tolerated
        .push(("spike", only(channel(robot, field))));
    (recording, planted)
}

fn gap_of_channel(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, i.is_multiple_of(2));
    let from = rng.between(0.1, 0.5);
    let length = [0.12, 0.2, 0.5, 2.0, 6.0, 20.0][i] / seconds;
    let span = (recording.at(from), recording.at(from + length));
    track(&mut recording, robot, field).cut(span.0, span.1);
    let mut planted = planted("gap", only(channel(robot, field)), span);
    if field < FORCES {
        let derived = ("derivative_across_gap", derived(robot, field));
        planted.expected.push(derived);
    }
    (recording, planted)
}

fn gap_of_run(parked: bool, i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut robots = robots(rng);
    if parked {
        park(&mut robots[0], false, rng);
    }
    let mut recording = Recording::of(&robots, seconds, rng);
    let from = rng.between(0.1, 0.5);
    let length = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0][i] / seconds;
    let span = (recording.at(from), recording.at(from + length));
    for track in &mut recording.tracks {
        track.cut(span.0, span.1);
    }
    let mut planted = planted("gap", Scope::Run, span);
    let derivatives = ("derivative_across_gap", Scope::Run);
    planted.expected.push(derivatives);
    (recording, planted)
}

fn dropped(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, i.is_multiple_of(2));
    let share = [0.015, 0.02, 0.04, 0.08, 0.15, 0.25][i];
    let span = all(&recording);
    let track = track(&mut recording, robot, field);
    let keep: Vec<bool> = track
        .taken
        .iter()
        .map(|_| rng.between(0.0, 1.0) > share)
        .collect();
    track.keep(|i| keep[i]);
    let name = || only(channel(robot, field));
    let mut planted = planted("dropped_samples", name(), span);
    // A quarter of the samples, by chance five in a row.
    planted.tolerated = vec![("gap", name()), ("jitter", name())];
    if field < FORCES {
        let derived = ("derivative_across_gap", derived(robot, field));
        planted.tolerated.push(derived);
    }
    (recording, planted)
}

fn jitter(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, i.is_multiple_of(2));
    let share = [0.45, 0.5, 0.55, 0.6, 0.7, 0.8][i];
    let span = all(&recording);
    let track = track(&mut recording, robot, field);
    let interval = (track.stamps[1] - track.stamps[0]) as f64;
    for stamp in &mut track.stamps {
        // Two of these differ by two thirds of the share on average.
        *stamp += (interval * share * rng.between(-1.0, 1.0)) as i64;
    }
    track.stamps.sort_unstable();
    let name = || only(channel(robot, field));
    let mut planted = planted("jitter", name(), span);
    // By chance two samples get one time stamp.
    planted.tolerated = ["dropped_samples", "conflicts"]
        .map(|r| (r, name()))
        .to_vec();
    (recording, planted)
}

fn clock(i: usize, seconds: f64, rng: &mut Rng, every: bool, sign: i64) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, force) = (rng.index(2), (i / 2).is_multiple_of(2));
    let from = recording.at(rng.between(0.3, 0.6));
    let by = ([1.2, 2.0, 3.0, 4.0, 6.0, 9.0][i] * 1e6) as i64;
    let which = |r: usize, field: usize| every || (r == robot && (field >= FORCES) == force);
    let mut names = Vec::new();
    for track in recording.tracks_mut(which) {
        names.push(track.name());
        let at = track.index(from);
        track.stamps[at..].iter_mut().for_each(|t| *t += sign * by);
    }
    let span = (from.min(from + sign * by), from.max(from + sign * by));
    let scope = || {
        if every {
            Scope::Run
        } else {
            Scope::Channels(names.clone())
        }
    };
    let mut planted = planted("clock_jump", scope(), span);
    let follow = [
        "out_of_order",
        "conflicts",
        "duplicates",
        "jitter",
        "dropped_samples",
        "spike",
    ];
    planted.tolerated = follow.map(|rule| (rule, scope())).to_vec();
    if sign > 0 && (every || !force) {
        planted
            .tolerated
            .push(("derivative_across_gap", Scope::Run));
    }
    if !every {
        // What the sensor itself lacks. The healthy ones lack nothing.
        planted.tolerated.push(("gap", scope()));
    }
    (recording, planted)
}

fn out_of_order(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, i.is_multiple_of(2));
    let track = track(&mut recording, robot, field);
    let pairs = [1, 2, 5, 20, 100, 500][i];
    let mut span = (i64::MAX, i64::MIN);
    for _ in 0..pairs {
        let at = rng.index(track.stamps.len() - 1);
        track.stamps.swap(at, at + 1);
        track.values.swap(at, at + 1);
        span = (span.0.min(track.stamps[at]), span.1.max(track.stamps[at]));
    }
    let name = only(channel(robot, field));
    (recording, planted("out_of_order", name, span))
}

/// Rows once more: the same, or with another value.
fn twice(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, i < 3);
    let track = track(&mut recording, robot, field);
    let rows = [1, 10, 100][i % 3];
    let conflict = i >= 3;
    let mut span = (i64::MAX, i64::MIN);
    for _ in 0..rows {
        let at = rng.index(track.stamps.len());
        let (taken, stamp, value) = (track.taken[at], track.stamps[at], track.values[at]);
        let other = if conflict { value + 5.0 } else { value };
        track.taken.insert(at + 1, taken);
        track.stamps.insert(at + 1, stamp);
        track.values.insert(at + 1, other);
        span = (span.0.min(stamp), span.1.max(stamp));
    }
    let rule = if conflict { "conflicts" } else { "duplicates" };
    let mut planted = planted(rule, only(channel(robot, field)), span);
    // By chance one row three times.
    planted.tolerated.push(("duplicates", Scope::Run));
    (recording, planted)
}

fn saturation(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = any(rng, true);
    let span = all(&recording);
    let track = track(&mut recording, robot, field);
    // The sensor's range ends within that of the force: so much of it is cut off.
    let share = [0.04, 0.06, 0.08, 0.1, 0.2, 0.3][i];
    clip(track, share, i.is_multiple_of(2));
    let name = only(channel(robot, field));
    (recording, planted("saturation", name, span))
}

fn force_spike(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut robots = robots(rng);
    let robot = rng.index(2);
    // Quick turns: the force changes by several deviations a sample.
    robots[robot].radius = rng.between(20.0, 40.0);
    robots[robot].speed = 150.0;
    robots[robot].force = rng.between(1500.0, 2500.0);
    robots[robot].force_noise = rng.between(3.0, 6.0);
    let height = [20.0, 25.0, 30.0, 40.0, 60.0, 100.0][i] * robots[robot].force_noise;
    let mut recording = Recording::of(&robots, seconds, rng);
    let field = FORCES + rng.index(2);
    let track = track(&mut recording, robot, field);
    let about = rng.index(track.values.len() - 300) + 20;
    // Where it is steepest within the next turns.
    let slope = |at: &usize| (track.values[at + 5] - track.values[at - 5]).abs();
    let at = (about..about + 200).max_by(|a, b| slope(a).total_cmp(&slope(b)));
    let at = at.unwrap_or(about);
    track.values[at] += rng.sign() * height;
    let span = (track.stamps[at], track.stamps[at]);
    let name = only(channel(robot, field));
    (recording, planted("spike", name, span))
}

fn glitch(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let recording = base(seconds, rng);
    one_off(recording, [1.0, 2.0, 5.0, 10.0, 20.0, 30.0][i], rng)
}

/// Samples taken late or early by up to a tenth of the interval: the path is less certain.
fn uneven_glitch(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut robots = robots(rng);
    for robot in &mut robots {
        robot.jitter = [0.03, 0.05, 0.08][i % 3];
        robot.stamp_us = if i < 3 { 1 } else { 1000 };
    }
    let recording = Recording::of(&robots, seconds, rng);
    one_off(recording, [6.0, 8.0, 12.0, 16.0, 20.0, 30.0][i], rng)
}

/// One sample of a position that is `by` mm off.
fn one_off(mut recording: Recording, by: f64, rng: &mut Rng) -> (Recording, Planted) {
    let (robot, field) = any(rng, false);
    let track = track(&mut recording, robot, field);
    let at = rng.index(track.values.len() - 40) + 20;
    track.values[at] += rng.sign() * by;
    let span = (track.stamps[at], track.stamps[at]);
    let name = only(channel(robot, field));
    (recording, planted("spike", name, span))
}

/// A robot that moves and rests once, unloaded.
fn zero_offset(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut robots = robots(rng);
    let (robot, force) = (rng.index(2), rng.index(3));
    let from = rng.between(0.1, 0.5) * seconds;
    let length = rng.between(13.0, 20.0);
    robots[robot].pauses = vec![(from, from + length, false)];
    robots[robot].bias[force] = rng.sign() * [65.0, 80.0, 120.0, 200.0, 350.0, 500.0][i];
    let recording = Recording::of(&robots, seconds, rng);
    let span = (
        recording.at(from / seconds),
        recording.at((from + length) / seconds),
    );
    let name = only(channel(robot, FORCES + force));
    (recording, planted("zero_offset", name, span))
}

fn whole_run(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let span = all(&recording);
    match i {
        0 | 1 => {
            let (robot, field) = any(rng, i == 0);
            let (middle, end) = (recording.at(0.55), recording.at(2.0));
            for track in &mut recording.tracks {
                if (track.robot, track.field) == (robot, field) {
                    track.cut(span.0, middle);
                } else {
                    track.cut(middle - 1_000_000, end);
                }
            }
            let mut planted = planted("no_overlap", Scope::Run, span);
            // Each has no samples where the others have theirs.
            planted.tolerated.push(("gap", Scope::Run));
            (recording, planted)
        }
        2 | 3 => {
            recording.exact = false;
            let planted = planted("source_lost_precision", Scope::Run, span);
            (recording, planted)
        }
        _ => {
            recording.second_cell = Some(recording.at([0.2, 0.9][i - 4]));
            (recording, planted("second_cell", Scope::Run, span))
        }
    }
}

/// Cuts off a share of a channel's samples below or above.
fn clip(track: &mut Track, share: f64, below: bool) {
    let mut sorted = track.values.clone();
    sorted.sort_by(f64::total_cmp);
    let cut = (share * sorted.len() as f64) as usize;
    let (low, high) = (sorted[cut], sorted[sorted.len() - 1 - cut]);
    for value in &mut track.values {
        *value = if below {
            value.max(low)
        } else {
            value.min(high)
        };
    }
}

/// A load cell with coarse steps that stops for a while under load: longer than its robot needs
/// for a turn of the force.
fn frozen_coarse(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut robots = robots(rng);
    coarse_cells(&mut robots, i);
    robots.iter_mut().for_each(|robot| robot.speed = 140.0);
    let mut recording = Recording::of(&robots, seconds, rng);
    // Along the forming axis, which is always under load.
    let (robot, field) = (rng.index(2), FIELDS - 1);
    let from = recording.at(rng.between(0.1, 0.6));
    let track = track(&mut recording, robot, field);
    let samples = [100, 150, 250, 500, 700, 1000][i];
    let at = track.index(from);
    let value = track.values[at];
    track.values[at..at + samples].fill(value);
    let span = (track.stamps[at], track.stamps[at + samples]);
    let name = || only(channel(robot, field));
    let mut planted = planted("frozen", name(), span);
    // What freezes at its largest value is told as that.
    let beyond = |sign: f64| track.values.iter().any(|v| sign * v > sign * value);
    if !(beyond(1.0) && beyond(-1.0)) {
        planted.expected = vec![("saturation", name())];
    }
    (recording, planted)
}

/// A load cell with coarse steps whose range ends within that of the force, by many of them.
fn saturated_coarse(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut robots = robots(rng);
    coarse_cells(&mut robots, i);
    for robot in &mut robots {
        robot.force = rng.between(1200.0, 1800.0);
    }
    let mut recording = Recording::of(&robots, seconds, rng);
    let (robot, field) = any(rng, true);
    let span = all(&recording);
    let track = track(&mut recording, robot, field);
    clip(
        track,
        [0.1, 0.12, 0.15, 0.2, 0.25, 0.3][i],
        i.is_multiple_of(2),
    );
    let name = only(channel(robot, field));
    (recording, planted("saturation", name, span))
}

/// A sensor that samples every 10 ms sharp: its clock, set back by whole milliseconds times ten,
/// gives stamps that are there already.
fn same_stamps(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut robots = robots(rng);
    for robot in &mut robots {
        (robot.rates, robot.jitter) = ([100.0, 100.0], 0.0);
    }
    let mut recording = Recording::of(&robots, seconds, rng);
    let (robot, force) = (rng.index(2), i.is_multiple_of(2));
    let from = recording.at(rng.between(0.3, 0.6));
    let by = [
        1_200_000, 2_000_000, 3_000_000, 4_000_000, 6_000_000, 9_000_000,
    ][i];
    let mut names = Vec::new();
    for track in recording.tracks_mut(|r, field| r == robot && (field >= FORCES) == force) {
        names.push(track.name());
        let at = track.index(from);
        track.stamps[at..].iter_mut().for_each(|t| *t -= by);
    }
    let scope = || Scope::Channels(names.clone());
    let mut planted = planted("clock_jump", scope(), (from - by, from));
    let follow = ["out_of_order", "conflicts", "duplicates", "gap", "spike"];
    planted.tolerated = follow.map(|rule| (rule, scope())).to_vec();
    (recording, planted)
}

/// The force falls within a layer or a turn, for a while or for good.
fn tear(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut robots = robots(rng);
    let robot = rng.index(2);
    for robot in &mut robots {
        from_the_air(robot, i.is_multiple_of(2), rng);
    }
    let turn = robots[robot].turn_s();
    // From 2 s after the start of a layer on it can be told.
    let layer = 2.0 + rng.index((seconds / turn) as usize - 4) as f64;
    let from = layer * turn + rng.between(2.4, turn - 1.7);
    let lasts = [0.8, 0.9, 1.0, 1.0, 1.0, seconds][i];
    let share = [0.6, 0.55, 0.5, 0.3, 0.0, 0.0][i];
    robots[robot].tears = vec![(from, from + lasts, share)];
    let recording = Recording::of(&robots, seconds, rng);
    let span = (
        recording.at(from / seconds),
        recording.at(((from + lasts) / seconds).min(1.0)),
    );
    let name = format!("f{}", robot + 1);
    let mut planted = planted("force_drop", only(name), span);
    // Layers after the tear have another force.
    planted
        .tolerated
        .push(("force_slope", only(channel(robot, FIELDS - 1))));
    (recording, planted)
}

/// The force along the forming axis grows or falls with each layer.
fn slope(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut robots = robots(rng);
    let robot = rng.index(2);
    for robot in &mut robots {
        robot.layers = i.is_multiple_of(2);
        // Turns of 3 to 4 seconds: at least ten whole ones.
        (robot.radius, robot.speed) = (rng.between(75.0, 90.0), rng.between(140.0, 155.0));
    }
    robots[robot].trend = rng.sign() * [0.008, 0.01, 0.012, 0.015, 0.02, 0.03][i];
    let recording = Recording::of(&robots, seconds, rng);
    let span = all(&recording);
    let name = || only(channel(robot, FIELDS - 1));
    let mut planted = planted("force_slope", name(), span);
    // Three per cent a layer are beyond the limits after a while.
    planted.tolerated.push(("limit", name()));
    (recording, planted)
}

/// The force along the forming axis goes beyond a limit for a second.
fn beyond(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = (rng.index(2), FIELDS - 1);
    let from = recording.at(rng.between(0.1, 0.8));
    let excess = [40.0, 60.0, 100.0, 200.0, 400.0, 800.0][i];
    let limit = FORCE_LIMITS[i % 2];
    let track = track(&mut recording, robot, field);
    let (a, b) = (track.index(from), track.index(from + 1_000_000));
    let height = limit + excess * limit.signum() - track.values[(a + b) / 2];
    for (n, value) in track.values[a..b].iter_mut().enumerate() {
        let part = n as f64 / (b - a) as f64;
        *value += height * (std::f64::consts::PI * part).sin().powi(2);
    }
    let span = (track.stamps[a], track.stamps[b]);
    let name = only(channel(robot, field));
    (recording, planted("limit", name, span))
}

/// The force along the forming axis leaps from one sample to the next, and stays.
fn at_once(i: usize, seconds: f64, rng: &mut Rng) -> (Recording, Planted) {
    let mut recording = base(seconds, rng);
    let (robot, field) = (rng.index(2), FIELDS - 1);
    let from = recording.at(rng.between(0.2, 0.8));
    let track = track(&mut recording, robot, field);
    let at = track.index(from);
    let interval_s = (track.stamps[at] - track.stamps[at - 1]) as f64 / 1e6;
    let step = FORCE_RATE * interval_s * [1.2, 1.3, 1.4, 1.5, 1.7, 2.0][i];
    // Towards zero, so that it stays within the limits.
    track.values[at..].iter_mut().for_each(|v| *v += step);
    let span = (track.stamps[at - 1], track.stamps[at]);
    let name = || only(channel(robot, field));
    let mut planted = planted("rate", name(), span);
    planted.tolerated = ["limit", "force_slope"].map(|rule| (rule, name())).to_vec();
    // Where it leaps to zero and stays, that is also a tear.
    planted
        .tolerated
        .push(("force_drop", only(format!("f{}", robot + 1))));
    (recording, planted)
}
