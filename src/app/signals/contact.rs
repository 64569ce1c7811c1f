//! Which samples of a channel are those in contact: the choice, and what tells them.

use std::collections::BTreeMap;

use super::{Channel, RunPart, Signals, bands::robot_channels};
use crate::etl::{
    catalog::RunDetail,
    insight::{ContactForces, Stretch},
    stats::RobotStats,
    time,
};

/// By channel of a robot: its name, and the part of the run in which it works, or why none is
/// known, to follow the name.
pub(super) type WorkByChannel = BTreeMap<usize, (String, Result<RunPart, &'static str>)>;

pub(super) fn by_channel(detail: &RunDetail, channels: &[Channel]) -> WorkByChannel {
    let robots = robot_channels(detail, channels).into_iter();
    let of_robot = robots.flat_map(|(robot, stats, channels)| {
        let part = ContactForces::of(stats).map(RunPart::Contact);
        let part = part.or_else(|why| layers(stats).map(RunPart::Layers).ok_or(why));
        let entry = move |at| (at, (robot.clone(), part.clone()));
        channels.into_iter().map(entry)
    });
    of_robot.collect()
}

/// The times of the layers of a robot that has some.
fn layers(stats: &RobotStats) -> Option<Vec<Stretch>> {
    let stretch = |(start, stop): (&str, &str)| {
        Some(Stretch {
            from: time::parse(start.as_bytes())?,
            to: time::parse(stop.as_bytes())?,
        })
    };
    let times = stats.layers.iter();
    let times = times.map(|layer| (layer.start_time.as_str(), layer.stop_time.as_str()));
    let layers: Vec<Stretch> = times.filter_map(stretch).collect();
    (!layers.is_empty()).then_some(layers)
}

impl Signals {
    /// The part of the run that the histogram is restricted to; `None`: it counts all samples.
    pub(super) fn counted_part(&self) -> Option<&RunPart> {
        let (_, part) = self.work.get(&self.row).filter(|_| self.only_contact)?;
        part.as_ref().ok()
    }

    /// Restricts the histogram to samples in contact, or counts all again; says what does not
    /// work.
    pub(super) fn toggle_contact(&mut self, height: usize) -> Option<String> {
        if !self.has_distribution || self.layout(height).distribution == 0 {
            return Some("show the histogram first: it can be restricted to contact".into());
        }
        if self.only_contact {
            self.only_contact = false;
            return None;
        }
        let channel = self.channels.get(self.row)?;
        match self.work.get(&self.row) {
            Some((_, Ok(_))) => {
                self.only_contact = true;
                None
            }
            Some((robot, Err(why))) => Some(format!("robot {robot} {why}")),
            None => Some(format!("{} belongs to no robot", channel.name)),
        }
    }
}
