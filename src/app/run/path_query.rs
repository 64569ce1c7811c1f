//! What the path of a run asks.

use super::{RobotPath, TableRef, path::PathBuilder, table_ref::names};
use crate::{
    app::query::{Query, QueryContext},
    etl::{
        Result,
        schema::{ChannelName, FieldKind},
        time::SECOND,
    },
};

/// A path is broken where the whole run is silent for longer than a second.
const SILENCE: i64 = SECOND;

/// The paths of the robots of which at least two axes stand in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPaths {
    /// Where.
    pub table: TableRef,
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
            let mut builder =
                PathBuilder::new(robot.to_string(), axes.clone(), unit.into(), SILENCE);
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
