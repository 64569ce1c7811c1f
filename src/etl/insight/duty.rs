//! Shares of time and of path by what a robot did.

use super::{
    Stretch,
    path::Path,
    stretch::{common, seconds, without},
};
use crate::stats::{Duty, RobotState};

/// Shares of time and of path. `contact` and `rest` ascend; contact takes precedence over rest.
/// `None` where nothing is known or there is nothing to share.
pub(super) fn duty(
    state: RobotState,
    path: Option<&Path<'_>>,
    contact: &[Stretch],
    rest: &[Stretch],
) -> (Option<Duty>, Option<Duty>) {
    match state {
        RobotState::Unknown => return (None, None),
        RobotState::Parked => {
            let parked = Some(Duty {
                contact: 0.0,
                air: 0.0,
                parked: 1.0,
            });
            return (parked, parked);
        }
        RobotState::Air | RobotState::Contact => {}
    }
    let Some((path, span)) = path.and_then(|path| {
        let (from, to) = (*path.times.first()?, *path.times.last()?);
        Some((path, Stretch { from, to }))
    }) else {
        return (None, None);
    };
    let contact = common(&[span], contact);
    let mut rest = common(&[span], rest);
    rest = common(&rest, &without(span, &contact));
    let time = shares(seconds(&contact), seconds(&rest), span.seconds());
    let way = shares(
        length(path, &contact),
        length(path, &rest),
        path.along.last().copied().unwrap_or_default(),
    );
    (time, way)
}

fn shares(contact: f64, parked: f64, all: f64) -> Option<Duty> {
    let duty = Duty {
        contact: contact / all,
        parked: parked / all,
        air: ((all - contact - parked) / all).max(0.0),
    };
    let is_known = [duty.contact, duty.parked]
        .iter()
        .all(|share| share.is_finite());
    is_known.then_some(duty)
}

/// Length of the path within stretches in mm.
fn length(path: &Path<'_>, stretches: &[Stretch]) -> f64 {
    let at = |time: i64| {
        let next = path.times.partition_point(|t| *t <= time);
        let chord = path.times.get(next).zip(next.checked_sub(1));
        let before = path.along[next.saturating_sub(1).min(path.along.len() - 1)];
        chord.map_or(before, |(end, start)| {
            let (from, to) = (path.times[start], *end);
            before + (path.along[next] - before) * ((time - from) as f64 / (to - from) as f64)
        })
    };
    stretches
        .iter()
        .fold(0.0, |sum, s| sum + at(s.to) - at(s.from))
}
