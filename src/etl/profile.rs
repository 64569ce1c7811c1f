//! The profile: which columns, fields and robots a log has, and how long a value holds.
//!
//! Nothing else in the crate knows a column, a field or a robot by name.

mod check;

use std::{fmt, path::Path};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
    pub robots: Vec<i64>,
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
    /// Which kind of sensor.
    pub sensor: String,
    /// Which cell; the log may lack this column.
    pub cell: String,
}

/// One field of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// As it stands in the field column; channels are named `<name>_<robot>`.
    pub name: String,
    /// What it measures.
    pub kind: FieldKind,
    /// The axis of a position or force: `x`, `y`, `z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub axis: Option<String>,
    /// The sensor type that a sample of this field must name.
    pub sensor: String,
    /// The unit of its values.
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
    /// A coordinate in mm: gets velocity, acceleration and their magnitudes.
    Position,
    /// A component of force: gets a magnitude.
    Force,
    /// Anything else: a channel with statistics and nothing derived.
    Other,
}

/// How long a channel holds its last value, in median intervals of the channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hold {
    /// While the value's age is at most this many median intervals (≥ 0, finite).
    Intervals(f64),
    /// Until the run ends.
    Unlimited,
}

impl Default for Hold {
    fn default() -> Self {
        Self::Intervals(10.0)
    }
}

impl Hold {
    /// The longest age in whole microseconds at which a value is still held, given
    /// the channel's median interval in microseconds (`None`: a channel of one
    /// sample, which holds nothing).
    pub fn limit_us(self, median_interval_us: Option<f64>) -> i64 {
        match (self, median_interval_us) {
            (_, None) => 0,
            (Self::Unlimited, _) => i64::MAX,
            // Ages are whole microseconds, so the fraction of a limit never matters.
            (Self::Intervals(n), Some(median)) => (n * median).floor() as i64,
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intervals(n) => write!(f, "{n}"),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

impl Serialize for Hold {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Intervals(n) => s.serialize_f64(*n),
            Self::Unlimited => s.serialize_str("unlimited"),
        }
    }
}

impl<'de> Deserialize<'de> for Hold {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(f64),
            Word(String),
            Other(serde::de::IgnoredAny),
        }
        match Raw::deserialize(d)? {
            Raw::Number(n) if n.is_finite() && n >= 0.0 => Ok(Self::Intervals(n)),
            Raw::Word(w) if w == "unlimited" => Ok(Self::Unlimited),
            Raw::Number(n) => Err(serde::de::Error::custom(format!(
                "hold is {n}: allowed are numbers from 0 and \"unlimited\""
            ))),
            Raw::Word(w) => Err(serde::de::Error::custom(format!(
                "hold is \"{}\": allowed are numbers from 0 and \"unlimited\"",
                text::quoted(&w, 40)
            ))),
            Raw::Other(_) => Err(serde::de::Error::custom(
                "hold is neither number nor text: allowed are numbers from 0 and \"unlimited\"",
            )),
        }
    }
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

    /// A hash of everything that decides results besides the log itself: the
    /// profile's rules (its name and its limit lines aside) and the pipeline
    /// version. 16 hexadecimal digits.
    pub fn rules(&self) -> String {
        let mut bare = self.clone();
        bare.name.clear();
        for field in &mut bare.fields {
            field.min = None;
            field.max = None;
        }
        let text = serde_json::to_string(&bare).unwrap_or_default();
        let hash = blake3::hash(format!("mdtui {PIPELINE_VERSION}\n{text}").as_bytes());
        hash.to_hex()[..16].to_owned()
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
    pub fn channel(&self, id: usize) -> (&Field, i64) {
        (
            &self.fields[id % self.fields.len()],
            self.robots[id / self.fields.len()],
        )
    }

    /// The unit of a column of a run's table, `None` for `time` and unknown columns.
    pub fn unit_of(&self, column: &str) -> Option<&str> {
        let position = self.fields.iter().find(|f| f.kind == FieldKind::Position);
        let force = self.fields.iter().find(|f| f.kind == FieldKind::Force);
        if let Some((stem, robot)) = column.rsplit_once('_') {
            if !self.robots.iter().any(|r| r.to_string() == robot) {
                return None;
            }
            if let Some(field) = self.fields.iter().find(|f| f.name == stem) {
                return Some(&field.unit);
            }
            if stem == "p" {
                return position.map(|f| f.unit.as_str());
            }
            let axis = |rest: &str| {
                self.fields
                    .iter()
                    .any(|f| f.kind == FieldKind::Position && f.axis.as_deref() == Some(rest))
            };
            return match stem.split_at_checked(1) {
                Some(("v", rest)) if axis(rest) => Some("mm/s"),
                Some(("a", rest)) if axis(rest) => Some("mm/s²"),
                _ => None,
            };
        }
        let (letter, robot) = column.split_at_checked(1)?;
        if !self.robots.iter().any(|r| r.to_string() == robot) {
            return None;
        }
        match letter {
            "v" => Some("mm/s"),
            "a" => Some("mm/s²"),
            "f" => force.map(|f| f.unit.as_str()),
            _ => None,
        }
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
        let mut b = a.clone();
        b.name = "other".into();
        b.fields[0].max = Some(5.0);
        assert_eq!(a.rules(), b.rules());
        b.hold = Hold::Unlimited;
        assert_ne!(a.rules(), b.rules());
        assert_ne!(a.fingerprint("x"), a.fingerprint("y"));
    }

    #[test]
    fn a_hold_limit_is_whole_microseconds() {
        assert_eq!(Hold::Intervals(10.0).limit_us(Some(10_000.5)), 100_005);
        assert_eq!(Hold::Intervals(0.0).limit_us(Some(10_000.0)), 0);
        assert_eq!(Hold::Unlimited.limit_us(Some(1.0)), i64::MAX);
        assert_eq!(Hold::Unlimited.limit_us(None), 0);
    }
}
