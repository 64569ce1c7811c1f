//! When a robot presses on something.

use super::{InsightThresholds, Stretch};
use crate::stats::{Bias, ContactSource, RobotState, RobotStats};

/// Contacts and losses of contact that are shorter, in microseconds, do not count.
const LEAST: i64 = 200_000;
/// Deviations of the noisiest load cell that a force is above.
const SIGMAS: f64 = 8.0;

/// The force without bias, in N, above which there is contact: `sigma` is the largest deviation
/// among the channels.
pub(super) fn threshold(sigma: f64, contact_n: f64) -> f64 {
    (SIGMAS * sigma).max(contact_n)
}

/// The stretches in which `net` (‖F − bias‖ in N, at `times`) is above `threshold`, until it is
/// below half of it.
pub(super) fn by_bias(times: &[i64], net: &[f64], threshold: f64) -> Vec<Stretch> {
    let mut finder = ContactFinder::new(threshold);
    for (time, force) in times.iter().zip(net) {
        finder.add(*time, *force);
    }
    finder.finish()
}

/// Finds contacts in forces that pass by in order of time.
#[derive(Debug)]
pub struct ContactFinder {
    threshold: f64,
    found: Vec<Stretch>,
    open: Option<Stretch>,
}

impl ContactFinder {
    /// For forces without bias above `threshold`, in N.
    fn new(threshold: f64) -> Self {
        Self {
            threshold,
            found: Vec::new(),
            open: None,
        }
    }

    /// The force without bias, in N, at a time in microseconds; NaN changes nothing.
    pub fn add(&mut self, time: i64, force: f64) {
        match &mut self.open {
            None if force > self.threshold => {
                self.open = Some(Stretch {
                    from: time,
                    to: time,
                });
            }
            Some(_) if force < self.threshold / 2.0 => self.found.extend(self.open.take()),
            Some(contact) => contact.to = time,
            None => {}
        }
    }

    /// The contacts, ascending.
    pub fn finish(mut self) -> Vec<Stretch> {
        self.found.extend(self.open);
        let mut joined: Vec<Stretch> = Vec::with_capacity(self.found.len());
        for contact in self.found {
            match joined
                .last_mut()
                .filter(|last| contact.from - last.to < LEAST)
            {
                Some(last) => last.to = contact.to,
                None => joined.push(contact),
            }
        }
        joined.retain(|contact| contact.to - contact.from >= LEAST);
        joined
    }
}

/// What tells the contacts of a robot of a stored run from its table.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactForces {
    /// Columns of its forces.
    pub columns: Vec<String>,
    bias: Vec<f64>,
    /// The largest deviation of one of them, in N.
    sigma: f64,
}

impl ContactForces {
    /// Of a robot's figures in a record.
    ///
    /// # Errors
    /// Why contact cannot be told, to follow the robot's name.
    pub fn of(stats: &RobotStats) -> Result<Self, &'static str> {
        match (stats.state, stats.contact_source) {
            (Some(RobotState::Contact), Some(ContactSource::Bias)) => {}
            (Some(RobotState::Contact), _) => {
                return Err("has no known bias, so that forces do not tell contact");
            }
            _ => return Err("was not in contact in this run"),
        }
        let known = |bias: &Bias| bias.value;
        let bias: Option<Vec<f64>> = stats.bias.values().map(known).collect();
        Ok(Self {
            columns: stats.bias.keys().cloned().collect(),
            bias: bias.ok_or("has no known bias, so that forces do not tell contact")?,
            sigma: stats
                .bias
                .values()
                .filter_map(|bias| bias.sigma)
                .fold(0.0, f64::max),
        })
    }

    /// A finder of its contacts.
    pub fn finder(&self, thresholds: &InsightThresholds) -> ContactFinder {
        ContactFinder::new(threshold(self.sigma, thresholds.contact_n))
    }

    /// ‖F − bias‖ of one row, in N: one value for each of the columns.
    pub fn net(&self, forces: impl Iterator<Item = f64>) -> f64 {
        let squares = forces.zip(&self.bias).map(|(f, bias)| (f - bias).powi(2));
        squares.sum::<f64>().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_contacts_and_short_losses_do_not_count() {
        let times: Vec<i64> = (0..600).map(|i| i * 10_000).collect();
        let mut net = vec![3.0; 600];
        net[100..300].fill(400.0);
        // A loss of 0.15 s, and one of 0.25 s.
        net[150..165].fill(3.0);
        net[250..275].fill(3.0);
        // A touch of 0.1 s; and one that only falls to more than half.
        net[400..410].fill(400.0);
        net[500..560].fill(60.0);
        net[520..530].fill(26.0);
        let found = by_bias(&times, &net, threshold(5.0, 50.0));
        let seconds: Vec<(i64, i64)> = found
            .iter()
            .map(|s| (s.from / 10_000, s.to / 10_000))
            .collect();
        assert_eq!(seconds, [(100, 249), (275, 299), (500, 559)]);
        assert_eq!(threshold(10.0, 50.0), 80.0);
    }
}
