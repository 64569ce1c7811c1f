//! The names of a run's columns: the one place that makes them.

use std::fmt;

use super::Schema;
use crate::schema::{
    Field, FieldKind,
    unit::{FORCE_UNIT, POSITION_UNIT},
};

/// A column of a run's table other than `time`, by what it holds. Its text is its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChannelName<'a> {
    /// The samples of a field and a robot: `fx_1`.
    Raw(&'a Field, &'a str),
    /// The velocity along an axis of a robot: `vx_1`.
    Velocity(&'a str, &'a str),
    /// The acceleration along an axis of a robot: `ax_1`.
    Acceleration(&'a str, &'a str),
    /// The magnitude of a robot's velocity: `v1`.
    Speed(&'a str),
    /// The magnitude of a robot's acceleration: `a1`.
    TotalAcceleration(&'a str),
    /// The magnitude of the force on a robot's tool: `f1`.
    TotalForce(&'a str),
    /// The distance of a robot's tool from the origin: `p_1`.
    OriginDistance(&'a str),
}

impl fmt::Display for ChannelName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raw(field, robot) => write!(f, "{}_{robot}", field.channel()),
            Self::Velocity(axis, robot) => write!(f, "v{axis}_{robot}"),
            Self::Acceleration(axis, robot) => write!(f, "a{axis}_{robot}"),
            Self::Speed(robot) => write!(f, "v{robot}"),
            Self::TotalAcceleration(robot) => write!(f, "a{robot}"),
            Self::TotalForce(robot) => write!(f, "f{robot}"),
            Self::OriginDistance(robot) => write!(f, "p_{robot}"),
        }
    }
}

impl<'a> ChannelName<'a> {
    /// The unit of its values.
    pub fn unit(&self) -> &'a str {
        match self {
            Self::Raw(field, _) => field.stored_unit(),
            Self::Velocity(..) | Self::Speed(_) => "mm/s",
            Self::Acceleration(..) | Self::TotalAcceleration(_) => "mm/s²",
            Self::TotalForce(_) => FORCE_UNIT,
            Self::OriginDistance(_) => POSITION_UNIT,
        }
    }

    /// The robot that it is of.
    pub fn robot(&self) -> &'a str {
        match self {
            Self::Raw(_, robot)
            | Self::Velocity(_, robot)
            | Self::Acceleration(_, robot)
            | Self::Speed(robot)
            | Self::TotalAcceleration(robot)
            | Self::TotalForce(robot)
            | Self::OriginDistance(robot) => robot,
        }
    }

    /// What it holds, in words.
    pub fn description(&self) -> String {
        match self {
            Self::Raw(field, robot) => format!("field \"{}\" of robot {robot}", field.name),
            Self::Velocity(axis, robot) => format!("the velocity along {axis} of robot {robot}"),
            Self::Acceleration(axis, robot) => {
                format!("the acceleration along {axis} of robot {robot}")
            }
            Self::Speed(robot) => format!("the speed of robot {robot}"),
            Self::TotalAcceleration(robot) => {
                format!("the magnitude of acceleration of robot {robot}")
            }
            Self::TotalForce(robot) => format!("the magnitude of force of robot {robot}"),
            Self::OriginDistance(robot) => {
                format!("the distance from the origin of robot {robot}")
            }
        }
    }

    /// The columns that are computed from a field's channel of a robot: its derivatives,
    /// and the magnitudes of which it is a component.
    pub fn derived(field: &'a Field, robot: &'a str) -> Vec<Self> {
        match (field.kind, field.axis.as_deref()) {
            (FieldKind::Position, Some(axis)) => vec![
                Self::Velocity(axis, robot),
                Self::Acceleration(axis, robot),
                Self::Speed(robot),
                Self::TotalAcceleration(robot),
                Self::OriginDistance(robot),
            ],
            (FieldKind::Force, Some(_)) => vec![Self::TotalForce(robot)],
            _ => Vec::new(),
        }
    }
}

impl Schema {
    /// Every column that a run's table may have besides `time`.
    pub fn channel_names(&self) -> Vec<ChannelName<'_>> {
        let mut names: Vec<ChannelName<'_>> = Vec::new();
        for robot in &self.robots {
            names.extend(self.fields.iter().map(|f| ChannelName::Raw(f, robot)));
            // All components of a vector have one magnitude.
            let mut magnitudes: Vec<ChannelName<'_>> = Vec::new();
            let derived = self
                .fields
                .iter()
                .flat_map(|f| ChannelName::derived(f, robot));
            for name in derived {
                match name {
                    ChannelName::Velocity(..) | ChannelName::Acceleration(..) => names.push(name),
                    _ if magnitudes.contains(&name) => {}
                    _ => magnitudes.push(name),
                }
            }
            names.append(&mut magnitudes);
        }
        names
    }

    /// What a column of a run's table holds; `None` for `time` and unknown columns.
    pub fn channel_named(&self, column: &str) -> Option<ChannelName<'_>> {
        let names = self.channel_names();
        names.into_iter().find(|n| n.to_string() == column)
    }

    /// The field behind a raw channel; `None` for other columns.
    pub fn field_of(&self, column: &str) -> Option<&Field> {
        match self.channel_named(column)? {
            ChannelName::Raw(field, _) => Some(field),
            _ => None,
        }
    }

    /// The unit of a column of a run's table, `None` for `time` and unknown columns.
    pub fn unit_of(&self, column: &str) -> Option<&str> {
        self.channel_named(column).map(|n| n.unit())
    }
}

#[cfg(test)]
mod tests {
    use crate::profile::{BUILT_IN, Profile};

    #[test]
    fn a_robot_named_by_a_word_has_the_columns_of_one_named_by_a_number() {
        let toml = BUILT_IN.replace("robots = [1, 2]", "robots = [\"left\", 3]");
        let profile = Profile::parse(&toml, "p").unwrap();
        let names: Vec<String> = profile
            .channel_names()
            .iter()
            .map(ToString::to_string)
            .collect();
        let of = |robot: &str| {
            let raw = ["x", "y", "z", "fx", "fy", "fz"].map(|f| format!("{f}_{robot}"));
            let rest = [
                format!("vx_{robot}"),
                format!("ax_{robot}"),
                format!("vy_{robot}"),
                format!("ay_{robot}"),
                format!("vz_{robot}"),
                format!("az_{robot}"),
                format!("v{robot}"),
                format!("a{robot}"),
                format!("p_{robot}"),
                format!("f{robot}"),
            ];
            raw.into_iter().chain(rest).collect::<Vec<_>>()
        };
        assert_eq!(names, [of("left"), of("3")].concat());
        for (name, unit) in [
            ("fx_left", Some("N")),
            ("vx_left", Some("mm/s")),
            ("aleft", Some("mm/s²")),
            ("p_left", Some("mm")),
            ("v3", Some("mm/s")),
            ("f3", Some("N")),
            ("x_1", None),
            ("time", None),
        ] {
            assert_eq!(profile.unit_of(name), unit, "{name}");
        }
    }
}
