//! Tool paths and forces of sheet forming, and the clocks that sample them.
//!
//! Robot 1 presses the tool along a spiral that narrows while the tool steps down once
//! a turn; robot 2 follows on the other side of the sheet and supports it. Forces
//! follow the depth, the direction of travel, a slow drift and a few contact events.

use std::f64::consts::TAU;

use rand_core::Rng;
use rand_pcg::Pcg64;

use super::plan::{Fault, RunPlan};

/// Interval of encoders in microseconds.
const ENCODER_US: f64 = 12_000.0;
/// Interval of load cells in microseconds.
const LOAD_CELL_US: f64 = 10_000.0;
/// Speed of the tool in mm/s.
const FEED: f64 = 220.0;
/// Radius of the part in mm, outside and inside.
const RADIUS: (f64, f64) = (150.0, 60.0);
/// Depth of one step in mm, and the share of a turn that it takes.
const STEP: f64 = 0.5;
const STEP_SHARE: f64 = 0.04;
/// Share of the run from which on the tool presses with its full force; from half of it on it touches.
const PRESSED_FROM: f64 = 0.04;
/// Share of the run after which the tool leaves the sheet, and how far it goes in mm.
const LIFT_FROM: f64 = 0.98;
const LIFT: f64 = 20.0;

/// Runs with a planted force begin so many seconds in the air, which tell the load cells' bias.
const AIR_S: f64 = 2.5;
/// Share of the force that a tear leaves, and by which a falling force falls with each layer.
const TORN: f64 = 0.4;
const FALL: f64 = 0.015;

/// What is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    Position,
    Force,
}

/// A generator of its own for every purpose.
pub(super) fn random(seed: u128, purpose: u128) -> Pcg64 {
    Pcg64::new(
        seed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
        purpose,
    )
}

/// From 0 to 1.
fn uniform(random: &mut Pcg64) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// About normal with deviation 1: the sum of four uniform numbers.
fn noise(random: &mut Pcg64) -> f64 {
    let bits = random.next_u64();
    let sum: u64 = (0..4).map(|i| bits >> (16 * i) & 0xffff).sum();
    (sum as f64 / 65_535.0 - 2.0) * 1.732
}

/// One run's scene.
pub(super) struct Scene<'a> {
    run: &'a RunPlan,
    /// Where the part lies, in mm.
    centre: [f64; 3],
    /// Contact events: when (s) and how strong (share).
    events: Vec<(f64, f64)>,
    /// Start of the slow drift's phase.
    phase: f64,
}

impl<'a> Scene<'a> {
    /// The scene of one run of the log with this seed.
    pub fn new(run: &'a RunPlan, seed: u128) -> Self {
        let mut random = random(seed, u128::from(run.id));
        // About one contact event in four seconds, at least two.
        let events = (0..(run.seconds / 4.0) as usize + 2)
            .map(|_| {
                (
                    uniform(&mut random) * run.seconds,
                    0.15 + 0.35 * uniform(&mut random),
                )
            })
            .collect();
        Self {
            run,
            centre: [820.0 + run.cell as f64 * 12.5, 330.0, -2.0],
            events,
            phase: uniform(&mut random) * TAU,
        }
    }

    /// Times in microseconds and values of one channel, by its own clock.
    pub fn sample(
        &self,
        quantity: Quantity,
        robot: i64,
        axis: usize,
        random: &mut Pcg64,
    ) -> (Vec<i64>, Vec<f64>) {
        let interval = match quantity {
            Quantity::Position => ENCODER_US,
            Quantity::Force => LOAD_CELL_US,
        };
        // A clock starts somewhere in its first interval and is a little fast or slow.
        let offset = uniform(random) * interval;
        let interval = interval * (1.0 + 20e-6 * (uniform(random) - 0.5));
        let count = ((self.run.seconds * 1e6 - offset) / interval).max(1.0) as usize;
        let mut times = Vec::with_capacity(count);
        let mut values = Vec::with_capacity(count);
        let mut event = EventCursor::new(&self.events);
        let fault = self.run.fault;
        let second_y = quantity == Quantity::Position && robot == 2 && axis == 1;
        let mut frozen = None;
        for i in 0..count {
            let jitter = 300.0 * noise(random);
            let at = offset + i as f64 * interval + jitter;
            let t = at / 1e6;
            let share = t / self.run.seconds;
            let noise = noise(random);
            if self.is_missing(quantity, robot, axis, share) {
                continue;
            }
            // Recorders write whole milliseconds.
            times.push(self.run.start_us + (at / 1000.0).round() as i64 * 1000);
            let mut value = match quantity {
                // Encoders resolve 0.1 µm.
                Quantity::Position => round(self.position(robot, axis, t) + 0.002 * noise, 1e4),
                Quantity::Force => {
                    round(self.force(robot, axis, t, event.at(t)) + 6.0 * noise, 1e3)
                }
            };
            if second_y && fault == Some(Fault::FrozenAxis) && share > 1.0 / 3.0 {
                value = *frozen.get_or_insert(value);
            }
            values.push(value);
        }
        (times, values)
    }

    /// Faults that leave samples out; `share` is the part of the run that is over.
    fn is_missing(&self, quantity: Quantity, robot: i64, axis: usize, share: f64) -> bool {
        match self.run.fault {
            Some(Fault::OnlyOneForce) => quantity == Quantity::Force && (robot, axis) != (1, 0),
            Some(Fault::NoForces) => quantity == Quantity::Force,
            Some(Fault::NoThirdAxis) => quantity == Quantity::Position && (robot, axis) == (2, 2),
            Some(Fault::LateChannel) => {
                quantity == Quantity::Force && (robot, axis) == (1, 2) && share < 1.0 / 3.0
            }
            Some(Fault::Gap) => {
                quantity == Quantity::Position
                    && (robot, axis) == (1, 2)
                    && (0.45..0.55).contains(&share)
            }
            _ => false,
        }
    }

    /// Radius (mm) and angle (rad) of the tool at `t` seconds: the radius shrinks
    /// steadily, the speed along the path stays, so dφ/dt = feed ÷ radius.
    fn spiral(&self, t: f64) -> (f64, f64) {
        let shrink = (RADIUS.0 - RADIUS.1) / self.run.seconds;
        let t = t.clamp(0.0, self.run.seconds);
        let radius = RADIUS.0 - shrink * t;
        (radius, FEED / shrink * (RADIUS.0 / radius).ln())
    }

    /// When the tool has gone round so many times, in seconds.
    fn turn_at(&self, turns: f64) -> f64 {
        let shrink = (RADIUS.0 - RADIUS.1) / self.run.seconds;
        RADIUS.0 * (1.0 - (-turns * TAU * shrink / FEED).exp()) / shrink
    }

    /// When the sheet tears, in seconds from the start of the run: within the first layer that begins
    /// in full contact, the second of a short run.
    pub fn tear(&self) -> (f64, f64) {
        let (_, angle) = self.spiral(PRESSED_FROM * self.run.seconds);
        let layers = (angle / TAU).ceil().max(1.0);
        (
            self.turn_at(layers) + 2.1,
            self.turn_at(layers + 1.0) - 0.55,
        )
    }

    /// Share of the first robot's force that planted faults leave.
    fn planted(&self, t: f64, angle: f64) -> f64 {
        let from_the_air = ((t - AIR_S) / 0.2).clamp(0.0, 1.0);
        match self.run.fault {
            Some(Fault::Tear) => {
                let (from, to) = self.tear();
                let torn = (from..to).contains(&t);
                from_the_air * if torn { TORN } else { 1.0 }
            }
            Some(Fault::FallingForce) => from_the_air * (1.0 - FALL).powf((angle / TAU).floor()),
            _ => 1.0,
        }
    }

    /// In mm.
    fn position(&self, robot: i64, axis: usize, t: f64) -> f64 {
        let (radius, angle) = self.spiral(t);
        // Robot 2 is behind the sheet, a little inside and a little late.
        let (radius, angle) = if robot == 2 {
            (radius - 6.0, angle - 0.03)
        } else {
            (radius, angle)
        };
        match axis {
            0 => self.centre[0] + radius * angle.cos(),
            1 => self.centre[1] + radius * angle.sin(),
            _ => {
                let (turns, part) = ((angle / TAU).floor(), (angle / TAU).rem_euclid(1.0));
                let step = turns + smooth((part / STEP_SHARE).min(1.0));
                let side = if robot == 2 { -1.2 } else { 0.0 };
                // The tool leaves the sheet before the force is gone: no layer goes on without it.
                let lift = smooth(
                    ((t / self.run.seconds - LIFT_FROM) / (1.0 - LIFT_FROM)).clamp(0.0, 1.0),
                );
                self.centre[2] + side - STEP * step + LIFT * lift
            }
        }
    }

    /// In N; `event` is the share by which a contact event raises it.
    fn force(&self, robot: i64, axis: usize, t: f64, event: f64) -> f64 {
        let (_, angle) = self.spiral(t);
        let share = t / self.run.seconds;
        // The tool touches the sheet early in the run and leaves it at the end.
        let contact = smooth(((share - PRESSED_FROM / 2.0) / (PRESSED_FROM / 2.0)).clamp(0.0, 1.0))
            * smooth(((0.99 - share) / 0.01).clamp(0.0, 1.0));
        // Less than half a per cent a turn: what the rule `force_slope` flags is none of it.
        let drift = 0.01 * (TAU * t / 180.0 + self.phase).sin() + 0.02 * share;
        let press = 1450.0 * self.run.wear * (1.0 + drift + event) * contact;
        let press = match robot {
            2 => 0.45 * press,
            _ => press * self.planted(t, angle),
        };
        match axis {
            // Friction against the direction of travel.
            0 => 0.42 * press * angle.sin() + 12.0,
            1 => -0.42 * press * angle.cos() - 7.0,
            _ => {
                let sign = if robot == 2 { 1.0 } else { -1.0 };
                sign * press * (1.0 + 0.05 * (2.0 * angle).sin()) + 20.0
            }
        }
    }
}

/// The contact events around a time that only grows.
struct EventCursor<'a> {
    events: &'a [(f64, f64)],
    /// Events near the second `at`.
    near: Vec<(f64, f64)>,
    second: i64,
}

/// Half the length of a contact event in seconds.
const EVENT_HALF: f64 = 0.12;

impl<'a> EventCursor<'a> {
    fn new(events: &'a [(f64, f64)]) -> Self {
        Self {
            events,
            near: Vec::new(),
            second: i64::MIN,
        }
    }

    /// The share by which force is raised at `t`.
    fn at(&mut self, t: f64) -> f64 {
        let second = t.floor() as i64;
        if second != self.second {
            self.second = second;
            let from = second as f64 - EVENT_HALF;
            let to = second as f64 + 1.0 + EVENT_HALF;
            let near = self.events.iter().filter(|(at, _)| (from..to).contains(at));
            self.near = near.copied().collect();
        }
        let bump = |(at, height): &(f64, f64)| {
            let away = (t - at).abs() / EVENT_HALF;
            if away < 1.0 {
                height * smooth(1.0 - away)
            } else {
                0.0
            }
        };
        self.near.iter().map(bump).sum()
    }
}

/// 0 to 1 with level ends.
fn smooth(x: f64) -> f64 {
    x * x * (3.0 - 2.0 * x)
}

fn round(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}
