//! What the path of a run asks.

use std::collections::BTreeMap;

use super::{RobotPath, TableRef, path::PathBuilder, table_ref::names};
use crate::{
    app::query::{Query, QueryContext},
    etl::{
        Result,
        schema::{ChannelName, FieldKind},
        time::SECOND,
    },
};

/// A path is broken where the whole run is silent for longer than this, and than so many times
/// the usual interval of the robot's slowest axis.
const SILENCE: i64 = SECOND;
const INTERVALS: f64 = 5.0;

/// The paths of the robots of which at least two axes stand in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPaths {
    /// Where.
    pub table: TableRef,
    /// The median interval of each channel's samples in seconds, as far as it is known.
    pub intervals_s: BTreeMap<String, f64>,
}

impl ReadPaths {
    /// The silence in microseconds that breaks a path along these axes.
    fn silence_us(&self, axes: &[String]) -> i64 {
        let known = axes.iter().filter_map(|axis| self.intervals_s.get(axis));
        let slowest = known.copied().fold(0.0, f64::max);
        SILENCE.max((slowest * INTERVALS * SECOND as f64) as i64)
    }
}

impl Query for ReadPaths {
    type Answer = Vec<RobotPath>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let (file, profile) = (self.table.open(on.lake)?, &on.lake.profile);
        let has = |name: &String| file.columns().contains(name);
        let mut robots = Vec::new();
        for robot in &profile.robots {
            let positions = profile
                .fields
                .iter()
                .filter(|f| f.kind == FieldKind::Position);
            let axes: Vec<String> = positions
                .map(|f| ChannelName::Raw(f, robot).to_string())
                .filter(has)
                .take(3)
                .collect();
            if axes.len() < 2 {
                continue;
            }
            let unit = axes
                .first()
                .and_then(|a| profile.unit_of(a))
                .unwrap_or_default();
            let mut columns = axes.clone();
            let figures = [ChannelName::Speed(robot), ChannelName::TotalForce(robot)];
            let figures = figures.map(|name| name.to_string());
            columns.extend(figures.iter().filter(|c| has(c)).cloned());
            let index = |name: &String| columns.iter().position(|c| c == name);
            let [speed, force] = [0, 1].map(|i| figures.get(i).and_then(index));
            let silence = self.silence_us(&axes);
            let mut builder =
                PathBuilder::new(robot.to_string(), axes.clone(), unit.into(), silence);
            for group in file.groups() {
                on.cancel.check()?;
                let window = file.read(&names(&columns), group, on.cancel)?;
                let value = |column: Option<usize>, row: usize| {
                    let column = column.and_then(|c| window.columns.get(c));
                    column.and_then(|c| c.get(row)).copied().unwrap_or(f64::NAN)
                };
                for (row, time) in window.times.iter().enumerate() {
                    let at = [0, 1, 2].map(|a| value((a < axes.len()).then_some(a), row));
                    builder.push(*time, at, value(speed, row), value(force, row));
                }
            }
            robots.push(builder.finish());
        }
        Ok(robots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_rare_samples_is_not_broken_between_them() {
        let read = |intervals: &[(&str, f64)]| ReadPaths {
            table: TableRef {
                log_key: "a.csv".into(),
                file_name: "a.parquet".into(),
            },
            intervals_s: intervals.iter().map(|(n, s)| ((*n).into(), *s)).collect(),
        };
        let axes = ["x_1", "y_1", "z_1"].map(str::to_owned);
        assert_eq!(read(&[]).silence_us(&axes), SECOND);
        let often = [("x_1", 0.012), ("y_1", 0.02), ("fx_1", 60.0)];
        assert_eq!(read(&often).silence_us(&axes), SECOND);
        let rare = [("x_1", 1.667), ("y_1", 2.0)];
        assert_eq!(read(&rare).silence_us(&axes), 10 * SECOND);
    }
}
