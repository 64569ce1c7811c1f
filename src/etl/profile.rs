//! The profile: a TOML file that says what a log looks like and which thresholds its quality
//! rules have.

use std::{
    cell::RefCell,
    ops::{Deref, DerefMut},
    path::Path,
    sync::{Arc, Weak},
};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{
    Error, PIPELINE_VERSION, Result,
    base::small_file,
    insight::InsightThresholds,
    quality::{Settings, Thresholds, UserRule},
    schema::{Columns, Field, Hold, Layout, Robot, Schema, Signal},
    text,
    toml_place::{Step, line_of, mistake},
};

/// The profile that is used when none is named.
pub const BUILT_IN: &str = include_str!("../../assets/profile.toml");

/// What a log looks like, how it is turned into tables, and how these are judged. It can be
/// used wherever a [`Schema`] is needed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Document", into = "Document")]
pub struct Profile {
    /// What a log looks like.
    pub schema: Schema,
    /// Thresholds of the quality rules.
    pub quality: Thresholds,
    /// Thresholds of what a run's numbers mean.
    pub insight: InsightThresholds,
    /// Rules of its author: conditions that are flagged. The key is `rules`.
    pub user_rules: Vec<UserRule>,
}

/// The keys of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Profile", deny_unknown_fields)]
struct Document {
    name: String,
    #[serde(default)]
    hold: Hold,
    robots: Vec<Robot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forming_axis: Option<String>,
    #[serde(default, skip_serializing_if = "is_long")]
    layout: Layout,
    columns: Columns,
    fields: Vec<Field>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    signals: Vec<Signal>,
    #[serde(default)]
    quality: Thresholds,
    #[serde(default)]
    insight: InsightThresholds,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rules: Vec<UserRule>,
}

fn is_long(layout: &Layout) -> bool {
    *layout == Layout::Long
}

impl From<Document> for Profile {
    fn from(document: Document) -> Self {
        Self {
            schema: Schema {
                name: document.name,
                hold: document.hold,
                robots: document.robots,
                forming_axis: document.forming_axis,
                layout: document.layout,
                columns: document.columns,
                fields: document.fields,
                signals: document.signals,
            },
            quality: document.quality,
            insight: document.insight,
            user_rules: document.rules,
        }
    }
}

impl From<Profile> for Document {
    fn from(profile: Profile) -> Self {
        let Profile {
            schema,
            quality,
            insight,
            user_rules,
        } = profile;
        Self {
            name: schema.name,
            hold: schema.hold,
            robots: schema.robots,
            forming_axis: schema.forming_axis,
            layout: schema.layout,
            columns: schema.columns,
            fields: schema.fields,
            signals: schema.signals,
            quality,
            insight,
            rules: user_rules,
        }
    }
}

impl Deref for Profile {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        &self.schema
    }
}

impl DerefMut for Profile {
    fn deref_mut(&mut self) -> &mut Schema {
        &mut self.schema
    }
}

/// Reads the profile in a record: before version 3 `[quality]` had the keys of `[insight]`.
///
/// # Errors
/// Those of [`Profile`]'s shape.
pub fn of_record<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Profile, D::Error> {
    let mut profile = serde_json::Value::deserialize(deserializer)?;
    let quality = profile.get_mut("quality").and_then(|q| q.as_object_mut());
    let moved: serde_json::Map<_, _> = quality
        .into_iter()
        .flat_map(|quality| InsightThresholds::KEYS.map(|key| quality.remove_entry(key)))
        .flatten()
        .collect();
    if let Some(profile) = profile.as_object_mut().filter(|_| !moved.is_empty()) {
        profile.insert("insight".to_owned(), moved.into());
    }
    serde_json::from_value(profile).map_err(D::Error::custom)
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
        let toml = small_file::read_named(path).map_err(|e| {
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

    /// What the quality rules go by.
    pub fn settings(&self) -> Settings<'_> {
        Settings {
            schema: &self.schema,
            thresholds: &self.quality,
            insight: &self.insight,
            rules: &self.user_rules,
        }
    }

    /// Whether both read logs alike, into the same tables; limits may differ.
    pub fn reads_as(&self, other: &Self) -> bool {
        let reading = |profile: &Self| {
            let mut schema = profile.schema.bare();
            for field in &mut schema.fields {
                (field.min, field.max, field.max_rate) = (None, None, None);
            }
            schema
        };
        reading(self) == reading(other)
    }

    /// A hash of everything that decides results besides the log itself: the profile's rules
    /// (not its name) and the pipeline version. 16 hexadecimal digits. Profiles that say the
    /// same in other words have the same rules.
    pub fn rules(&self) -> String {
        let text = self.rules_text();
        let hash = blake3::hash(format!("mdtui {PIPELINE_VERSION}\n{text}").as_bytes());
        hash.to_hex()[..16].to_owned()
    }

    /// [`Self::rules`] of a profile that is shared, and therefore does not change: they are computed
    /// once by each thread that harvests log after log.
    pub fn rules_of(profile: &Arc<Self>) -> String {
        thread_local! {
            /// While there is a weak pointer to a profile, no other has its place.
            static LAST: RefCell<(Weak<Profile>, String)> = const { RefCell::new((Weak::new(), String::new())) };
        }
        LAST.with_borrow_mut(|(of, rules)| {
            if !std::ptr::eq(of.as_ptr(), Arc::as_ptr(profile)) {
                (*of, *rules) = (Arc::downgrade(profile), profile.rules());
            }
            rules.clone()
        })
    }

    /// The profile's rules in one form, whatever is spelled out in it.
    fn rules_text(&self) -> String {
        let bare = Self {
            schema: self.schema.bare(),
            quality: self.quality.clone(),
            insight: self.insight.clone(),
            user_rules: self.user_rules.iter().map(UserRule::bare).collect(),
        };
        serde_json::to_string(&bare).unwrap_or_default()
    }

    /// The fingerprint of a log's results: content (hexadecimal BLAKE3) under the rules of
    /// [`Self::rules`]. 16 hexadecimal digits; part of every file name in the lake.
    pub fn fingerprint(rules: &str, content_hash: &str) -> String {
        let hash = blake3::hash(format!("{content_hash}\n{rules}").as_bytes());
        hash.to_hex()[..16].to_owned()
    }

    /// The first mistake: where it stands, and what is allowed there.
    fn check(&self) -> Result<(), (Vec<Step>, String)> {
        self.schema.check()?;
        let place = |table| move |(key, trouble)| (vec![Step::Key(table), Step::Key(key)], trouble);
        self.quality.check().map_err(place("quality"))?;
        self.insight.check().map_err(place("insight"))?;
        let place = |(index, key, trouble)| {
            let path = vec![Step::Key("rules"), Step::At(index), Step::Key(key)];
            (path, trouble)
        };
        UserRule::check_all(&self.user_rules, &self.schema).map_err(place)
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
        let of = |content: &str| Profile::fingerprint(&a.rules(), content);
        assert_ne!(of("x"), of("y"));
    }

    #[test]
    fn rules_of_a_shared_profile_are_those_of_now() {
        let mut profile = Arc::new(Profile::built_in().unwrap());
        let other = Arc::new(Profile::built_in().unwrap());
        for with_others in [false, true] {
            assert_eq!(Profile::rules_of(&profile), profile.rules());
            // Nothing else holds it, so it is changed in place.
            Arc::make_mut(&mut profile).robots.pop();
            assert_eq!(Profile::rules_of(&profile), profile.rules());
            assert_ne!(profile.rules(), other.rules());
            if with_others {
                assert_eq!(Profile::rules_of(&other), other.rules());
            }
            profile = Arc::new(Profile::built_in().unwrap());
        }
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
        assert_eq!(old["insight"]["rest_s"], 10.0);
        // Version 2 had these among the thresholds of quality.
        let mut version_2 = old.clone();
        version_2.as_object_mut().unwrap().remove("insight");
        version_2["quality"]["rest_mm"] = 0.2.into();
        version_2["quality"]["rest_s"] = 7.into();
        assert!(serde_json::from_value::<Profile>(version_2.clone()).is_err());
        let insight = of_record(version_2).unwrap().insight;
        assert_eq!((insight.rest_mm, insight.rest_s), (0.2, 7.0));
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
