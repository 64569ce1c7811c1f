//! Robots with planted figures, and how near the figures of a harvest come to them.

use std::{f64::consts::TAU, ops::Range};

use super::{
    etl::{
        Result,
        insight::RobotInsight,
        profile::Profile,
        quality::{Flag, Quality},
        stats::{BiasSource, RobotState},
        time,
    },
    generator::{RAMP, Recording, Rng, Robot},
    pipeline::harvested,
};

/// One figure, over all robots.
pub struct Line {
    /// What was planted.
    pub figure: &'static str,
    /// How often.
    pub planted: usize,
    /// How often it was found within what is allowed.
    pub recovered: usize,
    /// The greatest error of those that were found, and what is allowed.
    pub worst: f64,
    pub allowed: f64,
    /// Of both.
    pub unit: &'static str,
}

impl Line {
    fn new(figure: &'static str, allowed: f64, unit: &'static str) -> Self {
        Self {
            figure,
            planted: 0,
            recovered: 0,
            worst: 0.0,
            allowed,
            unit,
        }
    }

    /// Takes in one; `None` was not found at all.
    fn add(&mut self, error: Option<f64>) {
        self.planted += 1;
        if let Some(error) = error.filter(|error| error.abs() <= self.allowed) {
            self.recovered += 1;
            self.worst = self.worst.max(error.abs());
        }
    }
}

struct Lines {
    layers: Line,
    starts: Line,
    bias: Line,
    edges: Line,
    tears: Line,
    slopes: Line,
    clean: Line,
}

/// What each seed has: two robots of each kind.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Layers, and nothing else.
    Layers,
    /// Contacts that are made and lost.
    Contacts,
    /// Robot 1 tears the sheet.
    Tear,
    /// The force of robot 1 changes by the layer.
    Slope,
}

/// Layers of a run.
const LAYERS: usize = 12;
/// How fast the tool comes down, in mm/s: it is nowhere long enough for a layer.
const GLIDE: f64 = 10.0;

/// Makes the robots of all seeds and holds their figures against what was planted.
pub fn lines(seeds: Range<u64>) -> Result<Vec<Line>> {
    let profile = Profile::built_in()?;
    let mut lines = Lines {
        layers: Line::new("layers: how many", 0.0, "layers"),
        starts: Line::new("layers: when each begins", 0.05, "turns"),
        bias: Line::new("bias of a channel", 5.0, "σ/√n"),
        edges: Line::new("edges of contacts", 2.0, "samples"),
        tears: Line::new("tears: where they begin and end", 0.2, "s"),
        slopes: Line::new("slopes of the last ten layers", f64::INFINITY, "% off"),
        clean: Line::new("robots without tear or slope", 0.0, "flags"),
    };
    for seed in seeds {
        let kinds = [Kind::Layers, Kind::Contacts, Kind::Tear, Kind::Slope];
        for (stream, kind) in kinds.into_iter().enumerate() {
            one_run(
                kind,
                &mut Rng::new(seed, stream as u64),
                &profile,
                &mut lines,
            )?;
        }
    }
    let Lines {
        layers,
        starts,
        bias,
        edges,
        tears,
        slopes,
        clean,
    } = lines;
    Ok(vec![layers, starts, bias, edges, tears, slopes, clean])
}

fn one_run(kind: Kind, rng: &mut Rng, profile: &Profile, lines: &mut Lines) -> Result<()> {
    // Robots of one run are as fast as each other, so that both end with a whole layer.
    let turn = match kind {
        Kind::Slope => rng.between(3.0, 4.0),
        _ => rng.between(4.5, 6.0),
    };
    let radius = rng.between(90.0, 140.0);
    let mut robots = [Robot::forming(rng), Robot::forming(rng)];
    for robot in &mut robots {
        // Of a bias beyond half of the forces nothing can be known.
        robot.bias = [0; 3].map(|_| rng.between(-150.0, 150.0));
        robot.force = rng.between(900.0, 1800.0);
        (robot.radius, robot.speed) = (radius, TAU * radius / turn);
        (robot.air_s, robot.glide, robot.layers) = (turn, GLIDE, true);
    }
    let [first, _] = &mut robots;
    let mut tear = None;
    match kind {
        Kind::Layers => {}
        Kind::Contacts => {
            for robot in &mut robots {
                robot.contact_s = rng.between(8.0, 14.0);
            }
        }
        Kind::Tear => {
            let from = turn * (2 + rng.index(LAYERS - 3)) as f64 + rng.between(2.4, turn - 1.7);
            let to = from + rng.between(0.8, 1.0);
            first.tears = vec![(from, to, rng.between(0.0, 0.55))];
            tear = Some((from, to));
        }
        Kind::Slope => first.trend = rng.sign() * rng.between(0.008, 0.03),
    }
    let seconds = turn * (LAYERS + 1) as f64;
    let recording = Recording::of(&robots, seconds, rng);
    let (found, quality) = harvested(&recording, profile)?;
    for (number, robot) in robots.iter().enumerate() {
        let Some(insight) = found.get(&(number + 1).to_string()) else {
            continue;
        };
        if kind != Kind::Contacts {
            layers(insight, turn, &recording, lines);
        }
        bias(insight, robot, lines);
        edges(insight, robot, seconds, &recording, lines);
        let flags = |rule: &str, channel: &str| of_rule(&quality, rule, channel, number);
        let (drops, slopes) = (flags("force_drop", "f"), flags("force_slope", "fz"));
        match (kind, number) {
            (Kind::Tear, 0) => {
                let error = tear.zip(only(&drops)).and_then(|(tear, drop)| {
                    let (from, to) = drop.span_us()?;
                    let error = |found: i64, planted: f64| {
                        (found - recording.at(planted / seconds)).abs() as f64 / 1e6
                    };
                    Some(error(from, tear.0).max(error(to, tear.1)))
                });
                lines.tears.add(error);
            }
            (Kind::Slope, 0) => {
                let error = only(&slopes).and_then(|slope| {
                    let force = robot.force * (1.0 + robot.trend).powi(LAYERS as i32 - 5);
                    let share = slope.value? / (force * robot.trend);
                    (share > 0.0).then_some(100.0 * (share - 1.0))
                });
                lines.slopes.add(error);
            }
            // With contacts lost and made again within a layer, the force of a layer is no trend.
            (Kind::Contacts, _) => {}
            _ => lines.clean.add(Some((drops.len() + slopes.len()) as f64)),
        }
    }
    Ok(())
}

/// The flags of a rule for a channel of a robot, by its number from 0.
fn of_rule<'q>(quality: &'q Quality, rule: &str, channel: &str, robot: usize) -> Vec<&'q Flag> {
    let name = match channel {
        "f" => format!("f{}", robot + 1),
        axis => format!("{axis}_{}", robot + 1),
    };
    let flags = quality.flags.iter();
    let of = |flag: &&Flag| flag.rule == rule && flag.channel.as_ref() == Some(&name);
    flags.filter(of).collect()
}

fn only<'q>(flags: &[&'q Flag]) -> Option<&'q Flag> {
    match flags {
        [flag] => Some(flag),
        _ => None,
    }
}

fn layers(found: &RobotInsight, turn: f64, recording: &Recording, lines: &mut Lines) {
    let layers = &found.stats.layers;
    lines.layers.add(Some(layers.len().abs_diff(LAYERS) as f64));
    if layers.len() != LAYERS {
        return;
    }
    for (n, layer) in layers.iter().enumerate() {
        let planted = recording.at((n + 1) as f64 / (LAYERS + 1) as f64);
        let found = time::parse(layer.start_time.as_bytes());
        lines
            .starts
            .add(found.map(|at| (at - planted) as f64 / 1e6 / turn));
    }
}

fn bias(found: &RobotInsight, robot: &Robot, lines: &mut Lines) {
    let deviation = robot.force_noise;
    for (channel, planted) in found.stats.bias.values().zip(robot.bias) {
        let known = Some(channel).filter(|channel| channel.source == BiasSource::Air);
        let samples = (robot.air_s - robot.late[1]) * robot.rates[1];
        let error = known.and_then(|channel| Some(channel.value? - planted));
        lines
            .bias
            .add(error.map(|error| error / deviation * samples.sqrt()));
    }
}

/// Seconds at which the robot makes and loses contact.
fn contacts(robot: &Robot, seconds: f64) -> Vec<(f64, f64)> {
    if robot.contact_s <= 0.0 {
        return vec![(robot.air_s, seconds)];
    }
    let turns = (0..).map(|n| 1.5 * robot.contact_s * f64::from(n));
    let contacts = turns.take_while(|from| *from < seconds);
    let contacts = contacts.map(|from| (from.max(robot.air_s), from + robot.contact_s));
    contacts.filter(|(from, to)| from < to).collect()
}

fn edges(
    found: &RobotInsight,
    robot: &Robot,
    seconds: f64,
    recording: &Recording,
    lines: &mut Lines,
) {
    let planted = contacts(robot, seconds);
    let is_found = found.stats.state == Some(RobotState::Contact);
    let same = is_found && (found.contact.len() == planted.len() || !robot.tears.is_empty());
    let threshold = (8.0 * robot.force_noise).max(50.0);
    // Force grows and falls evenly within a ramp; along the layer it is about 5 % above its mean.
    let late = |force: f64| RAMP * force / (1.05 * robot.force);
    let samples = |found: i64, planted: f64| {
        let error = (found - recording.at(planted / seconds)) as f64 / 1e6;
        error * robot.rates[1]
    };
    for (n, (from, to)) in planted.into_iter().enumerate() {
        // A tear may lose contact: only the first edge is told then.
        let contact = found.contact.get(n).filter(|_| same);
        let begin = from + late(threshold);
        lines
            .edges
            .add(contact.map(|contact| samples(contact.from, begin)));
        if to < seconds {
            let end = to - late(threshold / 2.0);
            lines
                .edges
                .add(contact.map(|contact| samples(contact.to, end)));
        }
    }
}
