//! What a config file may say: its keys, and what each of them may be.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer};

use crate::{
    cli::size,
    etl::{Error, Result, text, toml_place::mistake, zone::Zone},
    ui::theme::Theme,
};

/// What the config file may say, and each of its sites but for `site` and `keys`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    pub data_dir: Option<FiledPath>,
    pub cache_dir: Option<FiledPath>,
    pub profile: Option<FiledPath>,
    pub follow_links: Option<Switch>,
    pub jobs: Option<Jobs>,
    pub theme: Option<ThemeName>,
    pub mouse: Option<Switch>,
    pub markers: Option<Markers>,
    pub time_zone: Option<TimeZone>,
    pub log_seconds: Option<Seconds>,
    pub log_seconds_per_mb: Option<Seconds>,
    pub memory: Option<Memory>,
    pub author: Option<Author>,
    pub channels: Option<ChannelSets>,
    /// Places by name.
    pub site: Option<BTreeMap<String, ConfigFile>>,
    /// Read apart, with its lines.
    pub keys: Option<KeyTable>,
}

/// Parses a config file; `origin` names it in errors.
///
/// # Errors
/// [`Error::Usage`] with the line and what is allowed.
pub fn parse(toml: &str, origin: &str) -> Result<ConfigFile> {
    toml::from_str(toml).map_err(|e| Error::Usage(format!("{origin}, {}", mistake(toml, &e))))
}

/// A table of actions and their keys.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyTable;

impl<'de> Deserialize<'de> for KeyTable {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(d)? {
            toml::Value::Table(_) => Ok(Self),
            other => Err(serde::de::Error::custom(format!(
                "keys is {}: allowed is a table, such as [keys] and below it harvest = \"F5\"",
                text::quoted(&other.to_string(), 40)
            ))),
        }
    }
}

/// Who writes notes; `None`: who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author(pub Option<String>);

impl<'de> Deserialize<'de> for Author {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(d)? {
            toml::Value::String(name) => Ok(Self(Some(name).filter(|n| !n.trim().is_empty()))),
            other => Err(serde::de::Error::custom(format!(
                "author is {}: allowed is a name in quotes",
                text::quoted(&other.to_string(), 40)
            ))),
        }
    }
}

/// Names of columns, saved under a name each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChannelSets(pub BTreeMap<String, Vec<String>>);

impl<'de> Deserialize<'de> for ChannelSets {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(d)?;
        value.clone().try_into().map(Self).map_err(|_| {
            serde::de::Error::custom(format!(
                "channels is {}: allowed is a table of lists of column names, such as [channels] and below it \
                 forces = [\"fx_1\", \"fy_1\"]",
                text::quoted(&value.to_string(), 60)
            ))
        })
    }
}

/// An amount of memory; `None`: logs harvested in parallel share half of the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory(pub Option<u64>);

impl<'de> Deserialize<'de> for Memory {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(d)?;
        if value.as_str() == Some("half") {
            return Ok(Self(None));
        }
        let bytes = value.as_str().and_then(|text| size::parse(text).ok());
        bytes.map(|bytes| Self(Some(bytes))).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "memory is {}: allowed are \"half\" (of the machine's) and {}, in quotes",
                text::quoted(&value.to_string(), 40),
                size::ALLOWED
            ))
        })
    }
}

/// Whole seconds that make sense as a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seconds(pub u64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(d)? {
            toml::Value::Integer(n @ 1..=86_400) => Ok(Self(n.cast_unsigned())),
            other => Err(serde::de::Error::custom(format!(
                "{} is not a time limit: allowed are whole seconds from 1 to 86400",
                text::quoted(&other.to_string(), 40)
            ))),
        }
    }
}

/// The zone in which people are shown times, and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeZone(pub String, pub Zone);

impl<'de> Deserialize<'de> for TimeZone {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(d)? {
            toml::Value::String(name) => match Zone::parse(&name) {
                Ok(zone) => Ok(Self(name, zone)),
                Err(sentence) => Err(serde::de::Error::custom(sentence)),
            },
            other => Err(serde::de::Error::custom(format!(
                "time_zone is {}: allowed are \"UTC\", \"local\" and names such as \"Europe/Berlin\"",
                text::quoted(&other.to_string(), 40)
            ))),
        }
    }
}

/// What charts are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markers {
    /// What the locale allows.
    Auto,
    /// Braille dots.
    Braille,
    /// Half blocks.
    Block,
    /// Dots.
    Dot,
}

impl<'de> Deserialize<'de> for Markers {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let known = [
            ("auto", Self::Auto),
            ("braille", Self::Braille),
            ("block", Self::Block),
            ("dot", Self::Dot),
        ];
        let name = word(d, "markers", &known.map(|(name, _)| name))?;
        // What `word` lets through is one of them.
        let found = known.into_iter().find(|(known, _)| *known == name);
        Ok(found.map_or(Self::Auto, |(_, markers)| markers))
    }
}

/// One of the words `known`, or an error that quotes what stands there and lists them.
fn word<'de, D: Deserializer<'de>>(
    d: D,
    setting: &str,
    known: &[&str],
) -> Result<String, D::Error> {
    let value = toml::Value::deserialize(d)?;
    if let toml::Value::String(name) = &value
        && known.contains(&name.as_str())
    {
        return Ok(name.clone());
    }
    let known: Vec<String> = known.iter().map(|n| format!("\"{n}\"")).collect();
    Err(serde::de::Error::custom(format!(
        "{setting} is {}: allowed are {}",
        text::quoted(&value.to_string(), 40),
        known.join(", ")
    )))
}

/// Whether something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch(pub bool);

impl<'de> Deserialize<'de> for Switch {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(d)? {
            toml::Value::Boolean(on) => Ok(Self(on)),
            other => Err(serde::de::Error::custom(format!(
                "the switch is {}: allowed are true and false",
                text::quoted(&other.to_string(), 40)
            ))),
        }
    }
}

/// A path as text; a leading `~/` is the home.
#[derive(Debug, Clone, PartialEq)]
pub struct FiledPath(pub PathBuf);

impl<'de> Deserialize<'de> for FiledPath {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(d)? {
            toml::Value::String(path) if !path.is_empty() && !path.contains('\0') => {
                Ok(Self(path.into()))
            }
            other => Err(serde::de::Error::custom(format!(
                "the path is {}: allowed is text in quotes, such as \"/srv/logs\"",
                text::quoted(&other.to_string(), 40)
            ))),
        }
    }
}

/// The name of a theme that there is.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeName(pub String);

impl<'de> Deserialize<'de> for ThemeName {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let known: Vec<&str> = ["auto"].into_iter().chain(Theme::names()).collect();
        word(d, "theme", &known).map(Self)
    }
}

/// Logs harvested in parallel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Jobs {
    /// One per core.
    #[default]
    Cores,
    /// So many.
    Number(usize),
}

impl Jobs {
    /// At least one.
    pub fn number(self) -> usize {
        match self {
            Self::Cores => std::thread::available_parallelism().map_or(1, usize::from),
            Self::Number(n) => n,
        }
    }
}

impl<'de> Deserialize<'de> for Jobs {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Number(i64),
            Word(String),
            Other(toml::Value),
        }
        let bad = |what: String| {
            let what = text::quoted(&what, 40);
            serde::de::Error::custom(format!(
                "jobs is {what}: allowed are \"cores\" and whole numbers from 1 to 1024"
            ))
        };
        match Raw::deserialize(d)? {
            Raw::Number(n @ 1..=1024) => Ok(Self::Number(n as usize)),
            Raw::Number(n) => Err(bad(n.to_string())),
            Raw::Word(word) if word == "cores" => Ok(Self::Cores),
            Raw::Word(word) => Err(bad(format!("\"{word}\""))),
            Raw::Other(other) => Err(bad(other.to_string())),
        }
    }
}

impl FiledPath {
    /// The path, from the home where it says so.
    pub fn path(&self) -> PathBuf {
        from_home(&self.0)
    }
}

fn from_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), etcetera::home_dir()) {
        (Ok(rest), Ok(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_the_file_the_line_and_what_is_allowed() {
        let sentence = |toml: &str| parse(toml, "f.toml").unwrap_err().to_string();
        let unknown = sentence("jobs = 2\ndata-dir = \"x\"\n");
        assert!(unknown.starts_with("f.toml, line 2: "), "{unknown}");
        assert!(
            unknown.contains("data-dir") && unknown.contains("cache_dir"),
            "{unknown}"
        );
        for bad in ["0", "\"many\"", "1.5"] {
            let error = sentence(&format!("\njobs = {bad}\n"));
            assert!(error.starts_with("f.toml, line 2: "), "{error}");
            assert!(
                error.contains("\"cores\" and whole numbers from 1 to 1024"),
                "{error}"
            );
        }
        let theme = sentence("theme = \"pink\"\n");
        assert!(
            theme.contains("line 1") && theme.contains("\"light\""),
            "{theme}"
        );
        let markers = sentence("markers = \"star\"\n");
        assert!(
            markers.contains("line 1") && markers.contains("braille"),
            "{markers}"
        );
        for (toml, wanted) in [
            (
                "data_dir = 5\n",
                "line 1: the path is 5: allowed is text in quotes",
            ),
            (
                "\ncache_dir = \"\"\n",
                "line 2: the path is \"\": allowed is text",
            ),
            ("profile = [1]\n", "line 1: the path is [1]"),
            (
                "jobs = [\n1,2]\n",
                "line 1: jobs is [1, 2]: allowed are \"cores\"",
            ),
            ("theme = 7\n", "line 1: theme is 7: allowed are \"auto\", "),
            (
                "#\nmarkers = true\n",
                "line 2: markers is true: allowed are \"auto\", \"braille\"",
            ),
            (
                "mouse = \"yes\"\n",
                "line 1: the switch is \"yes\": allowed are true and false",
            ),
            (
                "time_zone = \"Mars\"\n",
                "line 1: there is no time zone \"Mars\" in /usr/share/zoneinfo: allowed are \"UTC\", \"local\"",
            ),
            ("time_zone = 1\n", "line 1: time_zone is 1: allowed are"),
            ("author = 7\n", "line 1: author is 7: allowed is a name"),
            ("a\u{1b}[2J = 1\n", "line 1: "),
            ("jobs = 2\njobs = 3\n", "line 2: duplicate key"),
            ("data_dir = \n", "line 1: "),
            ("[jobs]\n", "line 1: jobs is {}"),
            (
                "[site]\nx = 1\n",
                "line 2: invalid type: integer `1`, expected a table",
            ),
            (
                "jobs = 99999999999999999999\n",
                "line 1: 99999999999999999999 is too large: a whole number has at most 64 bits",
            ),
        ] {
            let error = sentence(toml);
            assert!(error.starts_with(&format!("f.toml, {wanted}")), "{error}");
            assert!(!error.chars().any(text::is_unsafe), "{error}");
        }
        let long = sentence(&format!("theme = \"{}\"\n", "x".repeat(1 << 20)));
        assert!(long.len() < 1000, "{}", long.len());
    }

    #[test]
    fn a_leading_tilde_is_the_home() {
        let home = etcetera::home_dir().unwrap();
        assert_eq!(from_home(Path::new("~/x")), home.join("x"));
        assert_eq!(from_home(Path::new("x/~")), Path::new("x/~"));
    }
}
