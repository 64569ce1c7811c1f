//! Recordings of two robots that form a sheet: positions, forces and clocks as sensors give
//! them. Nothing of it is shared with the demo's logs.

use std::f64::consts::TAU;

/// 2023-05-08T06:00:00Z, in microseconds.
const START: i64 = 1_683_525_600_000_000;
/// Fields of a robot in the order of the built-in profile: x, y, z, fx, fy, fz.
pub const FIELDS: usize = 6;
/// The first field that is a force.
pub const FORCES: usize = 3;
/// Deviation of an encoder, in mm.
const ENCODER_NOISE: f64 = 0.002;

/// Random numbers that are the same everywhere.
///
/// G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", 2014.
pub struct Rng(u64);

impl Rng {
    /// Each seed and stream has numbers of its own.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = Self(seed.wrapping_mul(0xa076_1d64_78bd_642f) ^ stream);
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, evenly.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From 0 to `n` − 1.
    pub fn index(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// 1 or −1.
    pub fn sign(&mut self) -> f64 {
        if self.next() & 1 == 0 { 1.0 } else { -1.0 }
    }

    /// Normal, mean 0, deviation 1 (Box and Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        let (u, v) = (self.between(f64::MIN_POSITIVE, 1.0), self.between(0.0, 1.0));
        (-2.0 * u.ln()).sqrt() * (TAU * v).cos()
    }
}

/// What a robot does, and what its sensors are like.
#[derive(Clone)]
pub struct Robot {
    /// It stands for the whole run.
    pub parked: bool,
    /// Encoders show steps of so many mm.
    pub encoder_step: f64,
    /// Load cells show steps of so many N.
    pub force_step: f64,
    /// Deviation of the load cells' noise, in N.
    pub force_noise: f64,
    /// What the load cells read without load, in N.
    pub bias: [f64; 3],
    /// Samples a second of encoders and load cells.
    pub rates: [f64; 2],
    /// Deviation of intervals, as a share of them.
    pub jitter: f64,
    /// Time stamps are multiples of so many microseconds.
    pub stamp_us: i64,
    /// Encoders and load cells begin so many seconds after the run.
    pub late: [f64; 2],
    /// From and to, in seconds: it stands, and whether under load.
    pub pauses: Vec<(f64, f64, bool)>,
    /// Touches the sheet for so many seconds at a time, and is off it for half as long; 0: it
    /// never leaves it.
    pub contact_s: f64,
    /// In N.
    pub force: f64,
    /// In mm/s.
    pub speed: f64,
    /// In mm.
    pub radius: f64,
    /// Its path has four corners.
    pub square: bool,
    /// It comes to the sheet after so many seconds above it.
    pub air_s: f64,
    /// It comes down so fast, in mm/s, until then; 0: it stays above the sheet, and drops.
    pub glide: f64,
    /// It goes down once a turn instead of all the time.
    pub layers: bool,
    /// Share by which the force grows with each turn.
    pub trend: f64,
    /// From and to, in seconds, and the share of the force that is left meanwhile.
    pub tears: Vec<(f64, f64, f64)>,
}

/// Samples of one field of one robot, in the order in which they were recorded.
pub struct Track {
    /// 0 or 1.
    pub robot: usize,
    /// See [`FIELDS`].
    pub field: usize,
    /// When each was taken, in microseconds.
    pub taken: Vec<i64>,
    /// What its time stamp says.
    pub stamps: Vec<i64>,
    /// mm or N.
    pub values: Vec<f64>,
}

/// One run.
pub struct Recording {
    /// Without channels that are missing.
    pub tracks: Vec<Track>,
    /// Length in microseconds.
    pub length: i64,
    /// Whether its id was stored in full.
    pub exact: bool,
    /// From here on rows name another cell.
    pub second_cell: Option<i64>,
}

impl Robot {
    /// One that forms, with good sensors.
    pub fn forming(rng: &mut Rng) -> Self {
        Self {
            parked: false,
            encoder_step: 0.001,
            force_step: 0.001,
            force_noise: rng.between(2.0, 8.0),
            bias: [0; 3].map(|_| rng.between(-30.0, 30.0)),
            rates: [rng.between(70.0, 90.0), rng.between(90.0, 110.0)],
            jitter: 0.02,
            stamp_us: 1,
            late: [rng.between(0.0, 0.3), rng.between(0.0, 0.3)],
            pauses: Vec::new(),
            contact_s: 0.0,
            force: rng.between(500.0, 1800.0),
            speed: rng.between(60.0, 160.0),
            radius: rng.between(60.0, 220.0),
            square: false,
            air_s: 0.0,
            glide: 0.0,
            layers: false,
            trend: 0.0,
            tears: Vec::new(),
        }
    }

    /// Seconds that a turn takes.
    pub fn turn_s(&self) -> f64 {
        TAU * self.radius / self.speed
    }

    /// Records for `seconds`.
    fn record(&self, robot: usize, seconds: f64, rng: &mut Rng) -> Vec<Track> {
        let [encoders, cells] = [0, 1].map(|sensor| self.clock(sensor, seconds, rng));
        let phase = rng.between(0.0, TAU);
        let centre = [0; 3].map(|_| rng.between(-400.0, 400.0));
        let turn = self.speed / self.radius;
        let angle = |t: f64| phase + turn * self.travelled(t);
        let step = rng.between(0.3, 0.6);
        let share = [rng.between(0.2, 0.5), rng.between(0.2, 0.5)];
        let grown = |a: f64| (1.0 + self.trend).powf(((a - phase) / TAU).floor());
        let press = |t: f64, a: f64| self.load(t) * self.force * grown(a);
        let mut tracks = Vec::new();
        for field in 0..FIELDS {
            let force = field >= FORCES;
            let clock = if force { &cells } else { &encoders };
            let mut value = |t: f64| {
                let a = angle(t);
                let exact = match field {
                    0 => centre[0] + self.radius * self.shape(a),
                    1 => centre[1] + self.radius * self.shape(a - TAU / 4.0),
                    2 => centre[2] - step * self.steps((a - phase) / TAU) + self.lift(t),
                    3 => press(t, a) * share[0] * a.cos(),
                    4 => press(t, a) * share[1] * a.sin(),
                    _ => -press(t, a) * (1.0 + 0.1 * (2.0 * a).sin()),
                };
                let (bias, noise, step) = if force {
                    (self.bias[field - FORCES], self.force_noise, self.force_step)
                } else {
                    (0.0, ENCODER_NOISE, self.encoder_step)
                };
                // Encoders of a robot that stands do not move by more than a step.
                let noise = if self.parked && !force { 0.0004 } else { noise };
                ((exact + bias + noise * rng.normal()) / step).round() * step
            };
            let seconds = |t: &i64| (*t - START) as f64 / 1e6;
            let values = clock.iter().map(|t| value(seconds(t))).collect();
            let stamp = |t: &i64| t - t.rem_euclid(self.stamp_us);
            tracks.push(Track {
                robot,
                field,
                stamps: clock.iter().map(stamp).collect(),
                taken: clock.clone(),
                values,
            });
        }
        tracks
    }

    fn clock(&self, sensor: usize, seconds: f64, rng: &mut Rng) -> Vec<i64> {
        let interval = 1e6 / self.rates[sensor];
        let begin = self.late[sensor] * 1e6;
        let samples = ((seconds * 1e6 - begin) / interval) as usize;
        let mut clock: Vec<i64> = (0..samples)
            .map(|i| begin + interval * (i as f64 + self.jitter * rng.normal()))
            .map(|t| START + t.max(0.0) as i64)
            .collect();
        clock.sort_unstable();
        clock.dedup_by_key(|t| *t / self.stamp_us);
        clock
    }

    /// Its path in the first axis, of radius 1: a circle, or a square of the same speed, by the
    /// angle.
    fn shape(&self, angle: f64) -> f64 {
        if !self.square {
            return angle.cos();
        }
        // From corner to corner and along the side: 1 → −1, −1, −1 → 1, 1.
        let side = angle.rem_euclid(TAU) / (TAU / 4.0);
        match side as usize {
            0 => 1.0 - 2.0 * side.fract(),
            1 => -1.0,
            2 => 2.0 * side.fract() - 1.0,
            _ => 1.0,
        }
    }

    /// Seconds of motion up to `t`.
    fn travelled(&self, t: f64) -> f64 {
        if self.parked {
            return 0.0;
        }
        let stood = |(from, to, _): &(f64, f64, bool)| (t.min(*to) - from).max(0.0);
        t - self.pauses.iter().map(stood).sum::<f64>()
    }

    /// How many steps it is down after so many turns.
    fn steps(&self, turns: f64) -> f64 {
        /// Share of a turn that a step takes.
        const STEP: f64 = 0.04;
        if self.layers {
            turns.floor() + (turns.rem_euclid(1.0) / STEP).min(1.0)
        } else {
            turns
        }
    }

    /// How much of its force it exerts, from 0 to 1.
    fn load(&self, t: f64) -> f64 {
        if self.parked {
            return 0.0;
        }
        let off = self.pauses.iter().filter(|p| !p.2);
        let paused = off.map(|p| edge(t, p.0, p.1)).fold(0.0, f64::max);
        let torn = self.tears.iter();
        let left = torn.map(|(from, to, share)| 1.0 - (1.0 - share) * edge(t, *from, *to));
        self.touching(t) * (1.0 - paused) * left.product::<f64>()
    }

    /// Whether it is at the sheet, from 0 to 1.
    fn touching(&self, t: f64) -> f64 {
        let begun = edge(t, self.air_s, f64::INFINITY);
        let again = if self.contact_s > 0.0 {
            let into = t % (1.5 * self.contact_s);
            edge(t, t - into, t - into + self.contact_s)
        } else {
            1.0
        };
        if self.air_s > 0.0 {
            begun * again
        } else {
            again
        }
    }

    /// How far it is above the sheet, in mm.
    fn lift(&self, t: f64) -> f64 {
        const LIFT: f64 = 15.0;
        if self.parked {
            return 0.0;
        }
        if self.glide > 0.0 && t < self.air_s {
            return self.glide * (self.air_s - t);
        }
        LIFT * (1.0 - self.touching(t))
    }
}

/// Seconds in which a contact is made and lost.
pub const RAMP: f64 = 0.08;

/// From 0 to 1 after `from` and back before `to`.
fn edge(t: f64, from: f64, to: f64) -> f64 {
    ((t - from).min(to - t) / RAMP).clamp(0.0, 1.0)
}

impl Recording {
    /// Of two robots, for `seconds`.
    pub fn of(robots: &[Robot; 2], seconds: f64, rng: &mut Rng) -> Self {
        let both = robots.iter().enumerate();
        Self {
            tracks: both.flat_map(|(i, r)| r.record(i, seconds, rng)).collect(),
            length: (seconds * 1e6) as i64,
            exact: true,
            second_cell: None,
        }
    }

    /// A time, in microseconds, at a share of its length.
    pub fn at(&self, share: f64) -> i64 {
        START + (self.length as f64 * share) as i64
    }

    /// Channels that `which` chooses by robot and field.
    pub fn tracks_mut(
        &mut self,
        which: impl Fn(usize, usize) -> bool,
    ) -> impl Iterator<Item = &mut Track> {
        let tracks = self.tracks.iter_mut();
        tracks.filter(move |t| which(t.robot, t.field))
    }
}

impl Track {
    /// `fx_1`
    pub fn name(&self) -> String {
        channel(self.robot, self.field)
    }

    /// The sample that was taken at or after a time.
    pub fn index(&self, time: i64) -> usize {
        let index = self.taken.partition_point(|t| *t < time);
        index.min(self.taken.len().saturating_sub(1))
    }

    /// Keeps samples for which `keep` says so by index.
    pub fn keep(&mut self, keep: impl Fn(usize) -> bool) {
        let mut at = 0;
        let mut next = || {
            at += 1;
            keep(at - 1)
        };
        let kept: Vec<bool> = self.taken.iter().map(|_| next()).collect();
        retain(&mut self.taken, &kept);
        retain(&mut self.stamps, &kept);
        retain(&mut self.values, &kept);
    }

    /// Leaves out what was taken from `from` to before `to`.
    pub fn cut(&mut self, from: i64, to: i64) {
        let (a, b) = (
            self.taken.partition_point(|t| *t < from),
            self.taken.partition_point(|t| *t < to),
        );
        self.keep(|i| !(a..b).contains(&i));
    }
}

fn retain<T>(items: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    items.retain(|_| kept.next().copied().unwrap_or(true));
}

/// `fx_1`
pub fn channel(robot: usize, field: usize) -> String {
    let name = ["x", "y", "z", "fx", "fy", "fz"][field];
    format!("{name}_{}", robot + 1)
}
