//! What a run asks before its tabs do.

use crate::{
    app::query::{Query, QueryContext},
    etl::{
        Result,
        catalog::RunDetail,
        run_id::RunId,
        schema::{ChannelName, FieldKind, Schema},
        stats::RobotState,
    },
};

/// What is known of a run when it is opened.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenedRun {
    /// Everything about it short of its samples.
    pub detail: Box<RunDetail>,
    /// The channels that have a chart at first, see [`default_channels`].
    pub default_channels: Vec<String>,
}

/// Everything about a run short of its samples; `None`: no such run any more.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadRun {
    /// The log's key.
    pub log_key: String,
    /// The run.
    pub run: RunId,
}

impl Query for ReadRun {
    type Answer = Option<OpenedRun>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        OpenedRun::read(on, &self.log_key, self.run)
    }
}

impl OpenedRun {
    /// Reads it; `None`: no such run any more.
    ///
    /// # Errors
    /// As [`QueryContext::catalog`] and [`crate::etl::catalog::Catalog::run_detail`].
    pub fn read(on: &mut QueryContext<'_>, log_key: &str, run: RunId) -> Result<Option<Self>> {
        let detail = on.catalog()?.run_detail(log_key, run)?;
        Ok(detail.map(|detail| Self {
            default_channels: default_channels(&on.lake.profile, &detail),
            detail: Box::new(detail),
        }))
    }
}

/// The channels of a run that have a chart at first: of the robot in contact (else of the first
/// that moved, else of the first) the force along the forming axis, the magnitude of force and
/// the position along the forming axis; of a robot without forces its positions. Channels that
/// are constant or have no samples are left out.
pub fn default_channels(schema: &Schema, detail: &RunDetail) -> Vec<String> {
    let varies = |name: &String| {
        let stats = detail.channels.get(name);
        stats.is_some_and(|s| s.min.zip(s.max).is_some_and(|(min, max)| min < max))
    };
    let rank = |robot: &str| match detail.robots.get(robot).and_then(|r| r.state) {
        Some(RobotState::Contact) => 0,
        Some(RobotState::Parked) => 3,
        Some(RobotState::Air) => 1,
        Some(RobotState::Unknown) | None => 2,
    };
    let mut robots: Vec<&str> = schema.robots.iter().map(|robot| &**robot).collect();
    robots.sort_by_key(|robot| rank(robot));
    let raw = |kind: FieldKind, axis: Option<&str>, robot: &str| -> Vec<String> {
        let fields = schema.fields.iter().filter(|field| {
            field.kind == kind && axis.is_none_or(|axis| field.axis.as_deref() == Some(axis))
        });
        let names = fields.map(|field| ChannelName::Raw(field, robot).to_string());
        names.filter(varies).collect()
    };
    let forming = Some(schema.forming_axis());
    for robot in robots {
        let mut names = raw(FieldKind::Force, forming, robot);
        names.extend(Some(ChannelName::TotalForce(robot).to_string()).filter(varies));
        names.extend(match names.is_empty() {
            true => raw(FieldKind::Position, None, robot),
            false => raw(FieldKind::Position, forming, robot),
        });
        if !names.is_empty() {
            return names;
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::run::fixture, etl::profile::Profile};

    #[test]
    fn the_robot_in_contact_has_charts_of_its_forming_axis() {
        let profile = Profile::built_in().unwrap();
        let mut detail = fixture::detail();
        let names = |detail: &RunDetail| default_channels(&profile, detail);
        assert_eq!(names(&detail), ["fz_1", "f1", "z_1"]);
        let mut x = profile.clone();
        x.schema.forming_axis = Some("x".into());
        assert_eq!(default_channels(&x, &detail), ["fx_1", "f1", "x_1"]);
        // Robot 2 is in contact, but its only position never changes.
        detail.robots.entry("2".into()).or_default().state = Some(RobotState::Contact);
        assert_eq!(names(&detail), ["fz_1", "f1", "z_1"]);
        let moving = detail.channels["x_1"].clone();
        detail.channels.insert("x_2".into(), moving);
        assert_eq!(names(&detail), ["x_2"], "it has no forces");
        detail.channels.clear();
        assert_eq!(names(&detail), Vec::<String>::new());
    }
}
