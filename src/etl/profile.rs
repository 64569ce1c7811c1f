//! The profile: which columns, fields and robots a log has, and how long a value holds.
//!
//! Nothing else in the crate knows a column, a field or a robot by name.

mod channel_name;
mod check;
mod hold;
mod robot;
mod unit;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use channel_name::ChannelName;
pub use hold::Hold;
pub use robot::Robot;
pub use unit::{Conversion, FORCE_UNIT, POSITION_UNIT};

use super::{
    Error, PIPELINE_VERSION, Result,
    quality::Thresholds,
    text,
    toml_place::{line_of, mistake},
};

/// The profile that is used when none is named.
pub const BUILT_IN: &str = include_str!("../../assets/profile.toml");

/// What a log looks like and how it is turned into tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// A name for people; no rule depends on it.
    pub name: String,
    /// How long a channel holds its last value.
    #[serde(default)]
    pub hold: Hold,
    /// Robots that may appear; samples of others are dropped as `unknown_robot`.
    pub robots: Vec<Robot>,
    /// Names of the log's columns.
    pub columns: Columns,
    /// The fields in display order.
    pub fields: Vec<Field>,
    /// Thresholds of the quality rules.
    #[serde(default)]
    pub quality: Thresholds,
}

/// Names of a log's columns by role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// When a sample was taken.
    pub time: String,
    /// The measurement.
    pub value: String,
    /// Which field.
    pub field: String,
    /// Which robot of the cell.
    pub robot: String,
    /// Which run.
    pub run: String,
    /// Which kind of sensor; empty: the log has no such column.
    pub sensor: String,
    /// Which cell; the log may lack this column. Empty: it is not looked for.
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
    /// Lower limit line in charts, in the field's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Upper limit line in charts, in the field's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
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

impl Profile {
    /// The built-in profile (`assets/profile.toml`).
    ///
    /// # Errors
    /// Never for a released build: a test parses the same text.
    pub fn built_in() -> Result<Self> {
        Self::parse(BUILT_IN, "the built-in profile")
    }

    /// Reads a profile from a file.
    ///
    /// # Errors
    /// [`Error::Fatal`] when it cannot be read, [`Error::Usage`] with file, line, the trouble
    /// and what is allowed.
    pub fn read(path: &Path) -> Result<Self> {
        let toml = std::fs::read_to_string(path).map_err(|e| {
            Error::Fatal(format!(
                "cannot read the profile {}: {e}",
                text::visible_path(path)
            ))
        })?;
        Self::parse(&toml, &format!("the profile {}", text::visible_path(path)))
    }

    /// Parses and checks a profile; `origin` names it in errors.
    ///
    /// # Errors
    /// [`Error::Usage`] with the line, the trouble and what is allowed.
    pub fn parse(toml: &str, origin: &str) -> Result<Self> {
        let profile: Self = toml::from_str(toml)
            .map_err(|e| Error::Usage(format!("{origin}, {}", mistake(toml, &e))))?;
        profile.check().map_err(|(place, trouble)| {
            let line = line_of(toml, &place).unwrap_or(1);
            Error::Usage(format!("{origin}, line {line}: {trouble}"))
        })?;
        Ok(profile)
    }

    /// A hash of everything that decides results besides the log itself: the profile's rules
    /// (not its name) and the pipeline version. 16 hexadecimal digits. Profiles that say the
    /// same in other words have the same rules.
    pub fn rules(&self) -> String {
        let text = self.rules_text();
        let hash = blake3::hash(format!("mdtui {PIPELINE_VERSION}\n{text}").as_bytes());
        hash.to_hex()[..16].to_owned()
    }

    /// The profile's rules in one form, whatever is spelled out in it.
    fn rules_text(&self) -> String {
        let mut bare = self.clone();
        bare.name.clear();
        for field in &mut bare.fields {
            if field.channel() == field.name {
                field.channel = None;
            }
            if let Some(unit) = unit::find(field.kind, &field.unit) {
                field.unit = unit.symbols[0].to_owned();
            }
        }
        serde_json::to_string(&bare).unwrap_or_default()
    }

    /// The fingerprint of a log's results: content (hexadecimal BLAKE3) under these
    /// rules. 16 hexadecimal digits; part of every file name in the lake.
    pub fn fingerprint(&self, content_hash: &str) -> String {
        let hash = blake3::hash(format!("{content_hash}\n{}", self.rules()).as_bytes());
        hash.to_hex()[..16].to_owned()
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_profile_is_valid() {
        let profile = Profile::built_in().unwrap();
        assert_eq!(profile.channel_count(), 12);
        assert_eq!(profile.hold, Hold::Intervals(10.0));
        assert_eq!(profile.unit_of("fx_1"), Some("N"));
        assert_eq!(profile.unit_of("vx_2"), Some("mm/s"));
        assert_eq!(profile.unit_of("a1"), Some("mm/s²"));
        assert_eq!(profile.unit_of("p_2"), Some("mm"));
        assert_eq!(profile.unit_of("x_3"), None);
        assert_eq!(profile.unit_of("time"), None);
    }

    #[test]
    fn a_mistake_is_reported_with_its_line() {
        let bad = BUILT_IN.replace("hold = 10", "hold = -1");
        let error = Profile::parse(&bad, "p.toml").unwrap_err().to_string();
        assert!(error.starts_with("p.toml, line 8: hold is -1"), "{error}");
        let bad = BUILT_IN.replace("kind = \"force\"", "kind = \"farce\"");
        let error = Profile::parse(&bad, "p.toml").unwrap_err().to_string();
        assert!(
            error.contains("farce") && error.contains("position"),
            "{error}"
        );
    }

    #[test]
    fn only_what_decides_results_is_in_the_rules() {
        let a = Profile::built_in().unwrap();
        let with = |change: fn(&mut Profile)| {
            let mut b = a.clone();
            change(&mut b);
            b.rules()
        };
        for same in [
            with(|p| p.name = "other".into()),
            with(|p| p.fields[0].channel = Some("x".into())),
        ] {
            assert_eq!(same, a.rules());
        }
        for other in [
            with(|p| p.hold = Hold::Unlimited),
            with(|p| p.fields[0].channel = Some("X".into())),
            with(|p| p.fields[0].unit = "um".into()),
            with(|p| p.fields[0].max = Some(5.0)),
            with(|p| p.robots[1] = "left".into()),
            with(|p| p.columns.sensor.clear()),
        ] {
            assert_ne!(other, a.rules());
        }
        assert_eq!(
            with(|p| p.fields[0].unit = "um".into()),
            with(|p| p.fields[0].unit = "\u{3bc}m".into())
        );
        assert_ne!(a.fingerprint("x"), a.fingerprint("y"));
    }

    /// The rules of profiles from before fields had a `channel` and robots could be words:
    /// where these are not used, results are not stale.
    #[test]
    fn the_rules_of_a_profile_without_newer_keys_are_as_they_were() {
        let text = Profile::built_in().unwrap().rules_text();
        let start = concat!(
            r#"{"name":"","hold":10.0,"robots":[1,2],"columns":{"time":"time","value":"value","#,
            r#""field":"field","robot":"robot_id","run":"run_uuid","sensor":"sensor_type","#,
            r#""cell":"cell_id"},"fields":[{"name":"x","kind":"position","axis":"x","#,
            r#""sensor":"encoder","unit":"mm"},"#,
        );
        assert!(text.starts_with(start), "{text}");
        let end = r#"{"name":"fz","kind":"force","axis":"z","sensor":"load_cell","unit":"N"}],"quality":{"#;
        assert!(text.contains(end), "{text}");
    }

    #[test]
    fn the_profile_of_an_older_record_is_read() {
        let profile = Profile::built_in().unwrap();
        let mut old = serde_json::to_value(&profile).unwrap();
        for field in old["fields"].as_array().unwrap() {
            assert!(field.get("channel").is_none() && field["sensor"].is_string());
        }
        assert_eq!(old["robots"], serde_json::json!([1, 2]));
        assert_eq!(
            serde_json::from_value::<Profile>(old.clone()).unwrap(),
            profile
        );
        // Units were free text: such a record is still read, and told stale.
        old["fields"][0]["unit"] = "feet".into();
        let read: Profile = serde_json::from_value(old).unwrap();
        assert_ne!(read.rules(), profile.rules());
    }

    #[test]
    fn limits_are_converted_with_their_field() {
        let toml = BUILT_IN.replacen("unit = \"mm\"", "unit = \"m\"\nmin = -0.5\nmax = 2", 1);
        let profile = Profile::parse(&toml, "p").unwrap();
        assert_eq!(profile.fields[0].limits(), (Some(-500.0), Some(2000.0)));
        assert_eq!(profile.fields[0].stored_unit(), "mm");
        assert_eq!(profile.fields[1].limits(), (None, None));
    }
}
