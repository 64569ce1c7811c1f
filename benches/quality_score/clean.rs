//! Runs without a fault: what cells do and sensors are like every day.

use crate::generator::{Recording, Rng, Robot};

/// Makes a run of a kind: which of the six, its length in seconds, random numbers.
type Make = fn(usize, f64, &mut Rng) -> Recording;

/// The kinds of clean runs, of which each seed has six.
pub const CLEAN: [(&str, Make); 12] = [
    ("both robots form", plain),
    ("robot 2 parked", |i, s, rng| parked(&[1], i, s, rng)),
    ("robot 1 parked", |i, s, rng| parked(&[0], i, s, rng)),
    ("both parked", |i, s, rng| parked(&[0, 1], i, s, rng)),
    ("steps of 2 N", coarse),
    ("uneven clocks", uneven),
    ("contacts and pauses", contacts),
    ("thinned", thinned),
    ("steps of 2 N, robot 1 parked", coarse_parked),
    ("steps of 2 N, contacts and pauses", coarse_contacts),
    ("square paths", square),
    ("from the air, in layers", layered),
];

/// Two robots that form.
pub fn robots(rng: &mut Rng) -> [Robot; 2] {
    [Robot::forming(rng), Robot::forming(rng)]
}

fn plain(_: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let robots = robots(rng);
    Recording::of(&robots, seconds, rng)
}

/// A robot that stands has a tool in its hand: its cells read up to 740 N in a real log.
pub fn park(robot: &mut Robot, coarse: bool, rng: &mut Rng) {
    robot.parked = true;
    robot.bias = [0; 3].map(|_| rng.sign() * rng.between(0.0, 740.0));
    if coarse {
        // An encoder whose step is above its noise never changes.
        robot.encoder_step = 0.01;
    }
}

fn parked(which: &[usize], variant: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let mut robots = robots(rng);
    for robot in which {
        park(&mut robots[*robot], variant % 2 == 1, rng);
    }
    Recording::of(&robots, seconds, rng)
}

fn coarse(variant: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let mut robots = robots(rng);
    coarse_cells(&mut robots, variant);
    Recording::of(&robots, seconds, rng)
}

/// Steps of 2 N, from noise of a whole one to noise that is hardly seen.
pub fn coarse_cells(robots: &mut [Robot; 2], variant: usize) {
    for robot in robots {
        robot.force_step = 2.0;
        robot.force_noise = [2.0, 1.5, 1.0, 0.7, 0.5, 0.3][variant % 6];
    }
}

fn uneven(variant: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let mut robots = robots(rng);
    for robot in &mut robots {
        robot.jitter = [0.05, 0.08, 0.1, 0.02, 0.02, 0.02][variant % 6];
        robot.stamp_us = if variant < 3 { 1 } else { 1000 };
        robot.late = [rng.between(0.0, 0.8), rng.between(0.0, 0.8)];
    }
    Recording::of(&robots, seconds, rng)
}

fn contacts(variant: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let mut robots = robots(rng);
    for robot in &mut robots {
        robot.contact_s = rng.between(3.0, 8.0);
        let from = rng.between(0.2, 0.5) * seconds;
        if variant.is_multiple_of(2) {
            // Turning points, under load.
            robot.pauses = vec![(from, from + 2.5, true), (from + 9.0, from + 11.5, true)];
        } else {
            robot.pauses = vec![(from, from + rng.between(12.0, 20.0), false)];
        }
    }
    Recording::of(&robots, seconds, rng)
}

/// One sample every half a second to two, over ten times the time.
fn thinned(variant: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let mut robots = robots(rng);
    let rate = [2.0, 1.5, 1.0, 0.8, 0.6, 0.5][variant % 6];
    for robot in &mut robots {
        robot.rates = [rate, rate];
    }
    Recording::of(&robots, 10.0 * seconds, rng)
}

/// A robot stands, and its cells show one value or two.
fn coarse_parked(variant: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let mut robots = robots(rng);
    coarse_cells(&mut robots, variant);
    park(&mut robots[0], variant.is_multiple_of(2), rng);
    Recording::of(&robots, seconds, rng)
}

/// Off the sheet, and at rest under load, cells show one value or two for seconds.
fn coarse_contacts(variant: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let mut robots = robots(rng);
    coarse_cells(&mut robots, variant);
    for robot in &mut robots {
        robot.contact_s = rng.between(3.0, 8.0);
        let from = rng.between(0.2, 0.5) * seconds;
        let loaded = variant.is_multiple_of(2);
        robot.pauses = vec![(from, from + rng.between(2.0, 9.0), loaded)];
    }
    Recording::of(&robots, seconds, rng)
}

/// Corners that are turned between two samples, at full speed.
fn square(_: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let mut robots = robots(rng);
    robots.iter_mut().for_each(|robot| robot.square = true);
    Recording::of(&robots, seconds, rng)
}

/// The tool comes from above the sheet, which tells what the cells read without load, and goes
/// down in steps, or all the time.
fn layered(variant: usize, seconds: f64, rng: &mut Rng) -> Recording {
    let mut robots = robots(rng);
    for robot in &mut robots {
        from_the_air(robot, variant.is_multiple_of(2), rng);
    }
    Recording::of(&robots, seconds, rng)
}

/// A robot with turns of 4 to 7 seconds whose bias can be known.
pub fn from_the_air(robot: &mut Robot, layers: bool, rng: &mut Rng) {
    robot.air_s = rng.between(3.0, 6.0);
    robot.layers = layers;
    robot.radius = rng.between(110.0, 150.0);
    robot.speed = rng.between(140.0, 160.0);
}
