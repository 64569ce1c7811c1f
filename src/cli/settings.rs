//! Where everything is: command line and environment, then the config files, then defaults.

mod file;
pub mod sources;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use etcetera::BaseStrategy;

pub use self::file::Jobs;
use self::{
    file::{ConfigFile, FiledPath, Markers, Switch},
    sources::{Origin, Sources},
};
use super::{args::Global, size};
use crate::{
    app::{
        chart::Marker,
        keymap::{Keymap, rebind::Rebinding},
    },
    etl::{
        Error, Result,
        lake::{Context, Lake, access::login_name},
        profile::Profile,
        source::scan::{Links, refuse_one_directory},
        suggest::did_you_mean,
        text,
        worker::{Executor, Limits, this_program},
        zone::Zone,
    },
};

/// What holds for this call.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where the logs are.
    pub data_dir: PathBuf,
    /// Where the results go.
    pub cache_dir: PathBuf,
    /// The profile's file; `None`: the built-in one.
    pub profile: Option<PathBuf>,
    /// Options of the command line, besides directories, under which another call means the same.
    pub options: Vec<String>,
    /// What is done with links in the data directory.
    pub links: Links,
    /// Logs harvested in parallel.
    pub jobs: Jobs,
    /// The browser's colours; `None`: as the terminal's background wants them.
    pub theme: Option<String>,
    /// What the browser's charts are drawn with; `None`: what the locale allows.
    pub markers: Option<Marker>,
    /// The zone in which people are shown times, as the config file names it.
    pub time_zone: (String, Zone),
    /// Whether the browser uses the mouse.
    pub mouse: bool,
    /// What the harvest of one log may take.
    pub limits: Limits,
    /// Who writes notes; `None`: who is logged in.
    pub author: Option<String>,
    /// Names of columns by the name of their set: `--columns @forces`.
    pub channels: BTreeMap<String, Vec<String>>,
    /// Keys of the browser that were changed.
    pub keys: Vec<Rebinding>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: "data".into(),
            cache_dir: "cache".into(),
            profile: None,
            options: Vec::new(),
            links: Links::Stay,
            jobs: Jobs::Cores,
            theme: None,
            markers: None,
            time_zone: ("UTC".into(), Zone::Utc),
            mouse: true,
            limits: Limits::default(),
            author: None,
            channels: BTreeMap::new(),
            keys: Vec::new(),
        }
    }
}

impl Settings {
    /// The settings of this call, and where each of them came from.
    ///
    /// # Errors
    /// [`crate::etl::Error::Usage`] with the config file, the line and what is allowed.
    pub fn resolve(global: &Global) -> Result<(Self, Sources)> {
        let mut sources = Sources::read(global.config.as_deref(), global.site.as_deref())?;
        let settings = Self::merge(global, &mut sources);
        settings.check_keys()?;
        Ok((settings, sources))
    }

    /// The settings of a call that says nothing, under a config file with this text; `origin`
    /// names it in errors.
    ///
    /// # Errors
    /// [`crate::etl::Error::Usage`] with the origin, the line and what is allowed.
    pub fn of_file(toml: &str, origin: &str) -> Result<Self> {
        let mut sources = Sources::of_text(toml, origin)?;
        let settings = Self::merge(&Global::default(), &mut sources);
        settings.check_keys()?;
        Ok(settings)
    }

    fn check_keys(&self) -> Result<()> {
        if self.keys.is_empty() {
            // The usual table needs no check: a test holds it.
            return Ok(());
        }
        self.keymap().map(drop)
    }

    /// The key table of the browser.
    ///
    /// # Errors
    /// [`crate::etl::Error::Usage`] with file and line for keys that cannot be.
    pub fn keymap(&self) -> Result<Keymap> {
        Keymap::built_in()?.rebound(&self.keys)
    }

    fn merge(global: &Global, sources: &mut Sources) -> Self {
        let defaults = Self::default();
        let data_dir = path(global, sources, &DATA_DIR);
        let cache_dir = path(global, sources, &CACHE_DIR);
        let profile = path(global, sources, &PROFILE);
        let seconds = |s: Option<file::Seconds>| s.map(|s| Duration::from_secs(s.0));
        let time = seconds(sources.pick("log_seconds", |f| f.log_seconds));
        let time_per_mb = seconds(sources.pick("log_seconds_per_mb", |f| f.log_seconds_per_mb));
        let theme = sources.pick("theme", |f| f.theme.clone());
        let markers = sources.pick("markers", |f| f.markers);
        let mouse = sources.pick("mouse", |f| f.mouse);
        let follow_links = sources.pick("follow_links", |f| f.follow_links);
        let time_zone = sources.pick("time_zone", |f| f.time_zone.clone());
        let memory = sources.pick("memory", |f| f.memory);
        Self {
            data_dir: data_dir.unwrap_or(defaults.data_dir),
            cache_dir: cache_dir.unwrap_or(defaults.cache_dir),
            profile: profile.filter(|p| p != Path::new("built-in")),
            options: options(global),
            links: match follow_links {
                Some(Switch(true)) => Links::Follow,
                _ => Links::Stay,
            },
            jobs: sources.pick("jobs", |f| f.jobs).unwrap_or(defaults.jobs),
            theme: theme.map(|t| t.0).filter(|name| name != "auto"),
            markers: markers.and_then(|markers| match markers {
                Markers::Auto => None,
                Markers::Braille => Some(Marker::Braille),
                Markers::Block => Some(Marker::Block),
                Markers::Dot => Some(Marker::Dot),
            }),
            time_zone: time_zone.map_or(defaults.time_zone, |zone| (zone.0, zone.1)),
            mouse: mouse.map_or(defaults.mouse, |switch| switch.0),
            limits: Limits {
                memory: memory.and_then(|m| m.0),
                time: time.unwrap_or(defaults.limits.time),
                time_per_mb: time_per_mb.unwrap_or(defaults.limits.time_per_mb),
                ..defaults.limits
            },
            author: sources
                .pick("author", |f| f.author.clone())
                .and_then(|author| author.0),
            channels: sources
                .pick("channels", |f| f.channels.clone())
                .map_or(defaults.channels, |sets| sets.0),
            keys: sources.keys.clone(),
        }
    }

    /// Every setting of the config file by its name, as it would stand there, but for keys.
    pub fn values(&self) -> Vec<(&'static str, toml::Value)> {
        // Every one is named: a new setting cannot be forgotten here.
        let Self {
            data_dir,
            cache_dir,
            profile,
            options: _,
            links,
            jobs,
            theme,
            markers,
            time_zone,
            mouse,
            limits,
            author,
            channels,
            keys: _,
        } = self;
        let path = |path: &Path| text::visible_path(path).into();
        let seconds = |d: Duration| toml::Value::Integer(d.as_secs().cast_signed());
        let profile = profile.as_deref();
        vec![
            ("data_dir", path(data_dir)),
            ("cache_dir", path(cache_dir)),
            ("profile", profile.map_or_else(|| "built-in".into(), path)),
            ("follow_links", (*links == Links::Follow).into()),
            (
                "jobs",
                match jobs {
                    Jobs::Cores => "cores".into(),
                    Jobs::Number(n) => toml::Value::Integer(n.cast_signed() as i64),
                },
            ),
            ("theme", theme.as_deref().unwrap_or("auto").into()),
            (
                "markers",
                match markers {
                    None => "auto",
                    Some(Marker::Braille) => "braille",
                    Some(Marker::Block) => "block",
                    Some(Marker::Dot) => "dot",
                }
                .into(),
            ),
            ("time_zone", time_zone.0.clone().into()),
            ("mouse", (*mouse).into()),
            ("log_seconds", seconds(limits.time)),
            ("log_seconds_per_mb", seconds(limits.time_per_mb)),
            (
                "memory",
                limits
                    .memory
                    .map_or_else(|| "half".to_owned(), size::text)
                    .into(),
            ),
            ("author", author.clone().unwrap_or_default().into()),
            (
                "channels",
                toml::Value::Table(
                    channels
                        .iter()
                        .map(|(name, columns)| (name.clone(), columns.clone().into()))
                        .collect(),
                ),
            ),
        ]
    }

    /// The columns that are asked for, with those of saved sets in the place of `@name`.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown set, with those that there are.
    pub fn columns(&self, asked: &[String]) -> Result<Vec<String>> {
        let mut columns: Vec<String> = Vec::new();
        for name in asked.iter().map(|name| name.trim()) {
            let Some(set) = name.strip_prefix('@') else {
                columns.push(name.to_owned());
                continue;
            };
            let Some(saved) = self.channels.get(set) else {
                let known: Vec<String> = self.channels.keys().map(|k| format!("@{k}")).collect();
                let known = match known.as_slice() {
                    [] => "the config file has no [channels]".to_owned(),
                    known => format!("there are {}", known.join(", ")),
                };
                let near = did_you_mean(set, self.channels.keys().map(String::as_str));
                return Err(Error::Usage(format!(
                    "there is no set of channels \"@{}\"{near}: {known}",
                    text::quoted(set, 60)
                )));
            };
            if saved.is_empty() {
                return Err(Error::Usage(format!(
                    "the set of channels \"@{}\" of the config file is empty",
                    text::quoted(set, 60)
                )));
            }
            columns.extend(saved.iter().cloned());
        }
        Ok(columns)
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
        refuse_one_directory(&self.data_dir, &self.cache_dir)?;
        Ok(Context {
            data_dir: self.data_dir.clone(),
            links: self.links,
            lake: Lake::new(self.cache_dir.clone()).with_user_cache(user_cache()),
            profile: Arc::new(profile),
        })
    }
}

/// The config file, the site and the profile of this call, as options.
fn options(global: &Global) -> Vec<String> {
    let shown = |path: &PathBuf| text::visible_path(path);
    let given = [
        ("--config", global.config.as_ref().map(shown)),
        ("--site", global.site.clone()),
        ("--profile", global.profile.as_ref().map(shown)),
    ];
    given
        .into_iter()
        .filter_map(|(option, value)| Some([option.to_owned(), value?]))
        .filter(|[_, value]| !value.is_empty())
        .flatten()
        .collect()
}

/// A path that the command line, the environment and a config file may name.
struct PathSetting {
    key: &'static str,
    option: &'static str,
    variable: &'static str,
    given: fn(&Global) -> &Option<PathBuf>,
    filed: fn(&ConfigFile) -> Option<PathBuf>,
}

const DATA_DIR: PathSetting = PathSetting {
    key: "data_dir",
    option: "--data-dir",
    variable: "MDTUI_DATA_DIR",
    given: |global| &global.data_dir,
    filed: |file| file.data_dir.as_ref().map(FiledPath::path),
};

const CACHE_DIR: PathSetting = PathSetting {
    key: "cache_dir",
    option: "--cache-dir",
    variable: "MDTUI_CACHE_DIR",
    given: |global| &global.cache_dir,
    filed: |file| file.cache_dir.as_ref().map(FiledPath::path),
};

const PROFILE: PathSetting = PathSetting {
    key: "profile",
    option: "--profile",
    variable: "MDTUI_PROFILE",
    given: |global| &global.profile,
    filed: |file| file.profile.as_ref().map(FiledPath::path),
};

fn path(global: &Global, sources: &mut Sources, setting: &PathSetting) -> Option<PathBuf> {
    // An empty environment variable counts as unset.
    let given = (setting.given)(global).clone();
    match given.filter(|path| !path.as_os_str().is_empty()) {
        Some(path) => {
            let from_environment = global.from_environment.contains(&setting.key);
            let origin = match from_environment {
                true => Origin::Variable(setting.variable),
                false => Origin::Option(setting.option),
            };
            sources.given(setting.key, origin);
            Some(path)
        }
        None => sources.pick(setting.key, setting.filed),
    }
}

/// `$XDG_STATE_HOME/mdtui`: what the browser remembers; `None` without a home.
pub(super) fn state_dir() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    let state = dirs.state_dir().unwrap_or_else(|| dirs.data_dir());
    Some(state.join("mdtui"))
}

/// `$XDG_CACHE_HOME/mdtui`: catalogs of lakes that cannot be written; `None` without a home.
pub(super) fn user_cache() -> Option<PathBuf> {
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.cache_dir().join("mdtui"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = include_str!("../../assets/config.toml");

    #[test]
    fn the_sample_equals_the_defaults_and_sets_everything() {
        let mut sources = Sources::of_text(SAMPLE, "sample").unwrap();
        let settings = Settings::merge(&Global::default(), &mut sources);
        assert_eq!(settings, Settings::default());
        for (key, _) in settings.values() {
            let origin = sources.origin(key);
            assert!(matches!(origin, Origin::File(_)), "{key} is not in it");
        }
    }

    #[test]
    fn values_are_written_as_the_file_has_them() {
        let file: toml::Table = toml::from_str(SAMPLE).unwrap();
        for (key, value) in Settings::default().values() {
            assert_eq!(file.get(key), Some(&value), "{key}");
        }
        let toml = "jobs = 3\nmemory = \"300MB\"\nmarkers = \"dot\"\ntheme = \"light\"\n";
        let settings = Settings::of_file(toml, "f").unwrap();
        let values: toml::Table = settings
            .values()
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        let again = Settings::of_file(&values.to_string(), "g").unwrap();
        assert_eq!(again, settings);
    }

    #[test]
    fn the_command_line_takes_precedence_and_an_empty_variable_is_none() {
        let toml = "data_dir = \"a\"\ncache_dir = \"b\"\njobs = 3\n";
        let mut sources = Sources::of_text(toml, "f").unwrap();
        let global = Global {
            data_dir: Some("c".into()),
            cache_dir: Some("".into()),
            profile: Some("p.toml".into()),
            from_environment: vec!["profile"],
            ..Global::default()
        };
        let settings = Settings::merge(&global, &mut sources);
        assert_eq!(settings.data_dir, Path::new("c"));
        assert_eq!(settings.cache_dir, Path::new("b"));
        assert_eq!(settings.profile.as_deref(), Some(Path::new("p.toml")));
        assert_eq!(settings.jobs, Jobs::Number(3));
        assert_eq!(sources.origin("data_dir"), &Origin::Option("--data-dir"));
        assert_eq!(
            sources.origin("profile"),
            &Origin::Variable("MDTUI_PROFILE")
        );
        assert_eq!(sources.origin("mouse"), &Origin::Default);
        let Origin::File(at) = sources.origin("jobs") else {
            panic!("{:?}", sources.origin("jobs"));
        };
        assert_eq!((at.file.as_str(), at.line), ("f", 3));
    }

    #[test]
    fn saved_sets_stand_for_their_columns() {
        let toml = "[channels]\nforces = [\"fx_1\", \"fy_1\"]\n";
        let settings = Settings::of_file(toml, "f").unwrap();
        let columns = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
            settings.columns(&names)
        };
        let all = columns(&["v1", " @forces", "x_1"]).unwrap();
        assert_eq!(all, ["v1", "fx_1", "fy_1", "x_1"]);
        let refused = columns(&["@force"]).unwrap_err().to_string();
        assert!(refused.ends_with("there are @forces"), "{refused}");
        for bad in ["channels = 3\n", "[channels]\na = \"fx_1\"\n"] {
            let refused = Settings::of_file(bad, "f").unwrap_err().to_string();
            assert!(
                refused.contains("a table of lists of column names"),
                "{refused}"
            );
        }
    }

    #[test]
    fn keys_are_checked_when_settings_are_read() {
        let settings = Settings::of_file("[keys]\nharvest = \"F5\"\n", "f").unwrap();
        assert_eq!(settings.keys.len(), 1);
        let refused = Settings::of_file("[keys]\nharvest = \"j\"\n", "f").unwrap_err();
        assert!(
            refused.to_string().starts_with("f, line 2: key `j`"),
            "{refused}"
        );
    }
}
