//! Where everything is: command line and environment, then the config file, then defaults.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use etcetera::BaseStrategy;
use serde::{Deserialize, Deserializer};

use super::{args::Global, size};
use crate::{
    app::chart::Marker,
    etl::{
        Error, Result,
        lake::{Context, Lake, access::login_name},
        profile::Profile,
        text,
        toml_place::mistake,
        worker::{Executor, Limits, this_program},
    },
    ui::theme::Theme,
};

/// What the config file may say.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    data_dir: Option<FiledPath>,
    cache_dir: Option<FiledPath>,
    profile: Option<FiledPath>,
    jobs: Option<Jobs>,
    theme: Option<ThemeName>,
    mouse: Option<Switch>,
    markers: Option<Markers>,
    log_seconds: Option<Seconds>,
    log_seconds_per_mb: Option<Seconds>,
    memory: Option<Memory>,
    author: Option<Author>,
}

/// Who writes notes; `None`: who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Author(Option<String>);

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

/// An amount of memory; `None`: logs harvested in parallel share half of the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Memory(Option<u64>);

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
struct Seconds(u64);

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

/// What charts are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Markers {
    Auto,
    Braille,
    Block,
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
struct Switch(bool);

impl<'de> Deserialize<'de> for Switch {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(d)? {
            toml::Value::Boolean(on) => Ok(Self(on)),
            other => Err(serde::de::Error::custom(format!(
                "mouse is {}: allowed are true and false",
                text::quoted(&other.to_string(), 40)
            ))),
        }
    }
}

/// A path as text.
#[derive(Debug, Clone, PartialEq)]
struct FiledPath(PathBuf);

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
struct ThemeName(String);

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

/// What holds for this call.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where the logs are.
    pub data_dir: PathBuf,
    /// Where the results go.
    pub cache_dir: PathBuf,
    /// The profile's file; `None`: the built-in one.
    pub profile: Option<PathBuf>,
    /// Logs harvested in parallel.
    pub jobs: Jobs,
    /// The browser's colours; `None`: as the terminal's background wants them.
    pub theme: Option<String>,
    /// What the browser's charts are drawn with; `None`: what the locale allows.
    pub markers: Option<Marker>,
    /// Whether the browser uses the mouse.
    pub mouse: bool,
    /// What the harvest of one log may take.
    pub limits: Limits,
    /// Who writes notes; `None`: who is logged in.
    pub author: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: "data".into(),
            cache_dir: "cache".into(),
            profile: None,
            jobs: Jobs::Cores,
            theme: None,
            markers: None,
            mouse: true,
            limits: Limits::default(),
            author: None,
        }
    }
}

impl Settings {
    /// The settings of this call.
    ///
    /// # Errors
    /// [`Error::Usage`] with the config file, the line and what is allowed.
    pub fn resolve(global: &Global) -> Result<Self> {
        let file = config_path().map_or_else(|| Ok(ConfigFile::default()), |path| read(&path))?;
        Ok(Self::merge(global, file))
    }

    /// The settings of a call that says nothing, under a config file with this text; `origin`
    /// names it in errors.
    ///
    /// # Errors
    /// [`Error::Usage`] with the origin, the line and what is allowed.
    pub fn of_file(toml: &str, origin: &str) -> Result<Self> {
        Ok(Self::merge(&Global::default(), parse(toml, origin)?))
    }

    fn merge(global: &Global, file: ConfigFile) -> Self {
        let defaults = Self::default();
        // An empty variable of the environment is as good as none.
        let given = |path: &Option<PathBuf>| path.clone().filter(|p| !p.as_os_str().is_empty());
        let filed = |path: Option<FiledPath>| path.map(|p| from_home(&p.0));
        let seconds = |s: Option<Seconds>| s.map(|s| Duration::from_secs(s.0));
        let profile = given(&global.profile).or_else(|| filed(file.profile));
        Self {
            data_dir: given(&global.data_dir)
                .or_else(|| filed(file.data_dir))
                .unwrap_or(defaults.data_dir),
            cache_dir: given(&global.cache_dir)
                .or_else(|| filed(file.cache_dir))
                .unwrap_or(defaults.cache_dir),
            profile: profile.filter(|p| p != Path::new("built-in")),
            jobs: file.jobs.unwrap_or(defaults.jobs),
            theme: file.theme.map(|t| t.0).filter(|name| name != "auto"),
            markers: file.markers.and_then(|markers| match markers {
                Markers::Auto => None,
                Markers::Braille => Some(Marker::Braille),
                Markers::Block => Some(Marker::Block),
                Markers::Dot => Some(Marker::Dot),
            }),
            mouse: file.mouse.map_or(defaults.mouse, |switch| switch.0),
            limits: Limits {
                memory: file.memory.and_then(|m| m.0),
                time: seconds(file.log_seconds).unwrap_or(defaults.limits.time),
                time_per_mb: seconds(file.log_seconds_per_mb)
                    .unwrap_or(defaults.limits.time_per_mb),
                ..defaults.limits
            },
            author: file.author.and_then(|author| author.0),
        }
    }

    /// Who writes notes where that is not said.
    pub fn author(&self) -> String {
        self.author.clone().unwrap_or_else(login_name)
    }

    /// Who harvests: worker processes of this program.
    pub fn executor(&self) -> Executor {
        self.executor_with(None)
    }

    /// As [`Settings::executor`], with so many bytes of memory if that is said.
    pub fn executor_with(&self, memory: Option<u64>) -> Executor {
        let limits = Limits {
            memory: memory.or(self.limits.memory),
            ..self.limits
        };
        Executor::Workers {
            program: this_program(),
            limits,
        }
    }

    /// Logs, lake and rules of this call.
    ///
    /// # Errors
    /// [`Error::Fatal`] when the profile cannot be used.
    pub fn context(&self) -> Result<Context> {
        let profile = match &self.profile {
            Some(path) => Profile::read(path)?,
            None => Profile::built_in()?,
        };
        Ok(Context {
            data_dir: self.data_dir.clone(),
            lake: Lake::new(self.cache_dir.clone()).with_user_cache(user_cache()),
            profile: Arc::new(profile),
        })
    }
}

/// `$XDG_CONFIG_HOME/mdtui/config.toml`; `None` without a home.
fn config_path() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.config_dir().join("mdtui").join("config.toml"))
}

/// `$XDG_CACHE_HOME/mdtui`: catalogs of lakes that cannot be written; `None` without a home.
pub(super) fn user_cache() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.cache_dir().join("mdtui"))
}

fn read(path: &Path) -> Result<ConfigFile> {
    match fs::read_to_string(path) {
        Ok(toml) => parse(&toml, &text::visible_path(path)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(ConfigFile::default())
        }
        Err(e) => Err(Error::Usage(format!(
            "cannot read the config file {}: {e}",
            text::visible_path(path)
        ))),
    }
}

fn parse(toml: &str, origin: &str) -> Result<ConfigFile> {
    toml::from_str(toml).map_err(|e| Error::Usage(format!("{origin}, {}", mistake(toml, &e))))
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

    const SAMPLE: &str = include_str!("../../assets/config.toml");

    #[test]
    fn the_sample_equals_the_defaults_and_sets_everything() {
        let file = parse(SAMPLE, "sample").unwrap();
        let ConfigFile {
            data_dir,
            cache_dir,
            profile,
            jobs,
            theme,
            mouse,
            markers,
            log_seconds,
            log_seconds_per_mb,
            memory,
            author,
        } = &file;
        assert!(author.is_some());
        assert!(log_seconds.is_some() && log_seconds_per_mb.is_some() && memory.is_some());
        assert!(theme.is_some() && mouse.is_some() && markers.is_some());
        assert!(data_dir.is_some() && cache_dir.is_some() && profile.is_some() && jobs.is_some());
        assert_eq!(
            Settings::merge(&Global::default(), file),
            Settings::default()
        );
    }

    #[test]
    fn the_command_line_goes_before_the_file_and_an_empty_variable_is_none() {
        let file = parse("data_dir = \"a\"\ncache_dir = \"b\"\njobs = 3\n", "f").unwrap();
        let global = Global {
            data_dir: Some("c".into()),
            cache_dir: Some("".into()),
            profile: Some("p.toml".into()),
        };
        let settings = Settings::merge(&global, file);
        assert_eq!(settings.data_dir, Path::new("c"));
        assert_eq!(settings.cache_dir, Path::new("b"));
        assert_eq!(settings.profile.as_deref(), Some(Path::new("p.toml")));
        assert_eq!(settings.jobs, Jobs::Number(3));
    }

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
                "line 1: mouse is \"yes\": allowed are true and false",
            ),
            ("author = 7\n", "line 1: author is 7: allowed is a name"),
            ("a\u{1b}[2J = 1\n", "line 1: "),
            ("jobs = 2\njobs = 3\n", "line 2: duplicate key"),
            ("data_dir = \n", "line 1: "),
            ("[jobs]\n", "line 1: jobs is {}"),
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
