//! The schema of a log: which columns, fields and robots it has, and how long a value holds.
//!
//! Nothing else in the crate knows a column, a field or a robot by name.

mod channel_name;
mod check;
mod hold;
mod robot;
mod unit;

use serde::{Deserialize, Serialize};

pub use channel_name::ChannelName;
pub use hold::Hold;
pub use robot::Robot;
pub use unit::{Conversion, FORCE_UNIT, POSITION_UNIT};

/// What a log looks like: the part of a profile that cleaning and tables are made by.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// A name for people; no rule depends on it.
    pub name: String,
    /// How long a channel holds its last value.
    pub hold: Hold,
    /// Robots that may appear; samples of others are dropped as `unknown_robot`.
    pub robots: Vec<Robot>,
    /// The axis along which parts are formed; `None`: see [`Schema::forming_axis`].
    pub forming_axis: Option<String>,
    /// How the rows of a log hold samples.
    pub layout: Layout,
    /// Names of the log's columns.
    pub columns: Columns,
    /// The fields in display order.
    pub fields: Vec<Field>,
    /// The columns of a wide log; empty for long logs.
    pub signals: Vec<Signal>,
}

/// How the rows of a log hold samples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A sample per row, which names its field and its robot.
    #[default]
    Long,
    /// A column per signal: every cell that is not empty is a sample.
    Wide,
}

impl Layout {
    /// What a ledger counts: `row`, or `sample` of wide logs, whose lines hold several.
    pub fn counted(self) -> &'static str {
        match self {
            Self::Long => "row",
            Self::Wide => "sample",
        }
    }
}

/// A column of a wide log, and what it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// The column's name in the log.
    pub column: String,
    /// The name of one of the fields.
    pub field: String,
    /// One of the robots.
    pub robot: Robot,
}

/// Names of a log's columns by role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// When a sample was taken.
    pub time: String,
    /// The measurement; empty for wide logs, as the next two.
    #[serde(default)]
    pub value: String,
    /// Which field.
    #[serde(default)]
    pub field: String,
    /// Which robot of the cell.
    #[serde(default)]
    pub robot: String,
    /// Which run; empty, for wide logs only: the log is one run.
    #[serde(default)]
    pub run: String,
    /// Which kind of sensor; empty: the log has no such column.
    #[serde(default)]
    pub sensor: String,
    /// Which cell; the log may lack this column. Empty: it is not looked for.
    #[serde(default)]
    pub cell: String,
}

/// One field of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// As it stands in the field column.
    pub name: String,
    /// What it measures.
    pub kind: FieldKind,
    /// The axis of a position or force: `x`, `y`, `z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub axis: Option<String>,
    /// What its columns are called before the robot (`<channel>_<robot>`), where that is not
    /// the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The sensor type that a sample of this field must name; empty only where the log has
    /// no column of sensor types.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sensor: String,
    /// The unit of its values in the log. Positions are stored in mm and forces in N, see
    /// [`Field::conversion`].
    pub unit: String,
    /// Lower limit in the field's unit: a line in charts, and rule `limit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Upper limit in the field's unit: a line in charts, and rule `limit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Largest change in the field's unit per second: rule `rate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rate: Option<f64>,
}

/// What a field measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// A coordinate: gets velocity, acceleration and their magnitudes.
    Position,
    /// A component of force: gets a magnitude.
    Force,
    /// Anything else: a channel with statistics and nothing derived.
    Other,
}

/// The forming axis of a profile that names none.
const DEFAULT_FORMING_AXIS: &str = "z";

impl Schema {
    /// The axis along which parts are formed: that of the profile, else `z`.
    pub fn forming_axis(&self) -> &str {
        self.forming_axis.as_deref().unwrap_or(DEFAULT_FORMING_AXIS)
    }

    /// The line of the log (from 0) that holds the row of this number. In a wide log every line has
    /// a row per signal.
    pub fn line_of(&self, row: u64) -> u64 {
        match self.layout {
            Layout::Long => row,
            Layout::Wide => row / self.signals.len().max(1) as u64,
        }
    }

    /// Whether a log has no column of runs and is one run, named by the log's content.
    pub fn is_one_run(&self) -> bool {
        self.layout == Layout::Wide && self.columns.run.is_empty()
    }

    /// The same rules in one form, whatever is spelled out in them and whatever their name.
    #[must_use]
    pub fn bare(&self) -> Self {
        let mut bare = self.clone();
        bare.name.clear();
        bare.forming_axis = bare
            .forming_axis
            .filter(|axis| axis != DEFAULT_FORMING_AXIS);
        for field in &mut bare.fields {
            if field.channel() == field.name {
                field.channel = None;
            }
            if let Some(unit) = unit::find(field.kind, &field.unit) {
                field.unit = unit.symbols[0].to_owned();
            }
        }
        bare
    }

    /// Number of channels a run may have: fields × robots.
    pub fn channel_count(&self) -> usize {
        self.fields.len() * self.robots.len()
    }

    /// The field and robot of channel `id` (`robot index × fields + field index`).
    pub fn channel(&self, id: usize) -> (&Field, &Robot) {
        (
            &self.fields[id % self.fields.len()],
            &self.robots[id / self.fields.len()],
        )
    }

    /// The name of the raw channel `id`.
    pub fn raw_name(&self, id: usize) -> ChannelName<'_> {
        let (field, robot) = self.channel(id);
        ChannelName::Raw(field, robot)
    }
}

impl Field {
    /// What its columns are called before the robot.
    pub fn channel(&self) -> &str {
        self.channel.as_deref().unwrap_or(&self.name)
    }

    /// The unit in which its values are stored.
    pub fn stored_unit(&self) -> &str {
        match self.kind {
            FieldKind::Position => POSITION_UNIT,
            FieldKind::Force => FORCE_UNIT,
            FieldKind::Other => &self.unit,
        }
    }

    /// From its unit to the stored one.
    pub fn conversion(&self) -> Conversion {
        unit::find(self.kind, &self.unit).map_or(Conversion::NONE, |u| u.conversion)
    }

    /// `min` and `max` in the stored unit.
    pub fn limits(&self) -> (Option<f64>, Option<f64>) {
        let stored = |limit: Option<f64>| limit.map(|l| self.conversion().apply(l));
        (stored(self.min), stored(self.max))
    }

    /// `max_rate` in the stored unit per second.
    pub fn rate_limit(&self) -> Option<f64> {
        self.max_rate.map(|rate| self.conversion().apply(rate))
    }
}
