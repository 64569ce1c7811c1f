//! `mdtui config`: what is in force, and where each value came from.

use serde::Serialize;

use super::{
    browse::{is_light, variable},
    example::{self, Example},
    exit,
    exit::Exit,
    json::VERSION,
    page::Page,
    settings::{
        Settings,
        sources::{FileLine, Origin, Sources},
        state_dir,
    },
    table::TextTable,
};
use crate::{
    app::abilities::{Abilities, Glyphs},
    etl::{
        Result,
        lake::Lake,
        text::{visible, visible_path},
    },
    ui::theme::choose::{Choice, Wish},
};

/// The config file that equals the defaults.
const DEFAULT: &str = include_str!("../../assets/config.toml");

/// Print the settings that are in force and where each came from
#[derive(Debug, clap::Args)]
#[command(after_help = example::help(EXAMPLES))]
pub struct Args {
    /// Print the documented config file with every setting and its default
    #[arg(long)]
    pub default: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "default")]
    pub json: bool,
}

/// Examples for help and man page.
pub const EXAMPLES: &[Example] = &[
    Example::new(
        "mdtui config",
        "print every setting, its value and its source",
    ),
    Example::new(
        "mdtui config --default",
        "print a config file to start from",
    ),
];

/// Prints the documented config file.
///
/// # Errors
/// Those of [`exit::print`].
pub fn print_default() -> Result<Exit> {
    exit::print(DEFAULT)?;
    Ok(Exit::Ok)
}

/// Prints what is in force.
///
/// # Errors
/// Those of [`exit::print`].
pub fn run(settings: &Settings, sources: &Sources, args: &Args) -> Result<Exit> {
    let report = Report::new(settings, sources)?;
    if args.json {
        exit::print_json(&report)?;
    } else {
        exit::print(&report.text())?;
    }
    Ok(Exit::Ok)
}

/// `config --json`; `docs/json.md` says what each key means.
#[derive(Debug, Serialize)]
struct Report {
    version: u32,
    files: Vec<FileJson>,
    site: Option<String>,
    sites: Vec<SiteJson>,
    settings: Vec<SettingJson>,
    places: Vec<PlaceJson>,
    terminal: TerminalJson,
}

/// What the browser makes of the terminal.
#[derive(Debug, Serialize)]
struct TerminalJson {
    theme: String,
    theme_reason: String,
    glyphs: &'static str,
    glyphs_reason: String,
}

impl TerminalJson {
    fn new(settings: &Settings) -> Result<Self> {
        let abilities = Abilities::of(variable);
        let wish = Wish {
            theme: settings.theme.as_deref(),
            light: is_light(),
            abilities: &abilities,
        };
        let Choice { name, reason, .. } = wish.choose()?;
        Ok(Self {
            theme: name,
            theme_reason: reason,
            glyphs: match abilities.glyphs {
                Glyphs::Unicode => "unicode",
                Glyphs::Letters | Glyphs::Ascii => "ascii",
            },
            glyphs_reason: abilities.glyphs_because,
        })
    }
}

#[derive(Debug, Serialize)]
struct FileJson {
    path: String,
    read: bool,
}

#[derive(Debug, Serialize)]
struct SiteJson {
    name: String,
    file: String,
    line: usize,
}

#[derive(Debug, Serialize)]
struct SettingJson {
    key: String,
    value: toml::Value,
    source: &'static str,
    name: Option<&'static str>,
    file: Option<String>,
    line: Option<usize>,
    site: Option<String>,
}

#[derive(Debug, Serialize)]
struct PlaceJson {
    place: &'static str,
    path: Option<String>,
}

impl SettingJson {
    fn new(key: String, value: toml::Value, origin: &Origin) -> Self {
        let mut setting = Self {
            key,
            value,
            source: "default",
            name: None,
            file: None,
            line: None,
            site: None,
        };
        match origin {
            Origin::Default => {}
            Origin::Option(name) => (setting.source, setting.name) = ("option", Some(*name)),
            Origin::Variable(name) => (setting.source, setting.name) = ("variable", Some(*name)),
            Origin::File(FileLine { file, line, site }) => {
                setting.source = "file";
                setting.file = Some(file.clone());
                setting.line = Some(*line);
                setting.site.clone_from(site);
            }
        }
        setting
    }

    /// `the option --data-dir`, `/etc/mdtui/config.toml, line 3, site press-2`.
    fn from(&self) -> String {
        let mut from = match (self.name, &self.file) {
            (Some(name), _) => format!("the {} {name}", self.source),
            (None, Some(file)) => format!("{file}, line {}", self.line.unwrap_or(1)),
            (None, None) => self.source.to_owned(),
        };
        if let Some(site) = &self.site {
            from += &format!(", site {site}");
        }
        from
    }
}

impl Report {
    fn new(settings: &Settings, sources: &Sources) -> Result<Self> {
        let values = settings.values().into_iter();
        let mut all: Vec<SettingJson> = values
            .map(|(key, value)| SettingJson::new(key.to_owned(), value, sources.origin(key)))
            .collect();
        for (n, change) in settings.keys.iter().enumerate() {
            let setting = change.setting();
            let later = settings.keys.iter().skip(n + 1);
            // One of a file that takes precedence replaces it.
            if later.clone().any(|later| later.setting() == setting) {
                continue;
            }
            let keys = change.chords.iter().map(|c| c.to_string().into()).collect();
            let origin = Origin::File(FileLine {
                file: change.file.clone(),
                line: change.line,
                site: None,
            });
            all.push(SettingJson::new(setting, toml::Value::Array(keys), &origin));
        }
        let files = sources.files.iter().map(|file| FileJson {
            path: file.path.clone(),
            read: file.is_there,
        });
        let sites = sources.sites.iter().map(|(name, at)| SiteJson {
            name: visible(name),
            file: at.file.clone(),
            line: at.line,
        });
        let lake = Lake::new(settings.cache_dir.clone());
        let absolute = |path: &std::path::Path| {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            Some(visible_path(&path))
        };
        let place = |place, path| PlaceJson { place, path };
        Ok(Self {
            version: VERSION,
            files: files.collect(),
            site: sources.site.clone(),
            sites: sites.collect(),
            settings: all,
            places: vec![
                place("logs", absolute(&settings.data_dir)),
                place("lake", absolute(lake.root())),
                place("exports", absolute(&lake.local().exports())),
                place("program's log", absolute(&lake.local().log_path())),
                place("state", state_dir().as_deref().and_then(absolute)),
            ],
            terminal: TerminalJson::new(settings)?,
        })
    }

    fn text(&self) -> String {
        let mut settings = TextTable::new(&["setting", "value", "from"]);
        for setting in &self.settings {
            settings.row(vec![
                setting.key.clone(),
                shown(&setting.value),
                setting.from(),
            ]);
        }
        let mut places = TextTable::new(&["place", "path"]);
        for PlaceJson { place, path } in &self.places {
            let path = path
                .clone()
                .unwrap_or_else(|| "there is no home directory".into());
            places.row(vec![(*place).to_owned(), path]);
        }
        for file in &self.files {
            let what = if file.read { "" } else { " (not there)" };
            places.row(vec!["config file".into(), format!("{}{what}", file.path)]);
        }
        let mut sites = TextTable::new(&["site", "from", ""]);
        for SiteJson { name, file, line } in &self.sites {
            let is_used = self.site.as_ref() == Some(name);
            sites.row(vec![
                name.clone(),
                format!("{file}, line {line}"),
                if is_used { "in use" } else { "" }.into(),
            ]);
        }
        let TerminalJson {
            theme,
            theme_reason,
            glyphs,
            glyphs_reason,
        } = &self.terminal;
        let mut terminal = TextTable::new(&["browser", "uses", "because"]);
        for (what, value, why) in [
            ("theme", theme.as_str(), theme_reason),
            ("glyphs", *glyphs, glyphs_reason),
        ] {
            terminal.row(vec![what.into(), value.into(), why.clone()]);
        }
        let mut tables = vec![settings, places, terminal];
        if !self.sites.is_empty() {
            tables.insert(1, sites);
        }
        let tables: Vec<String> = tables
            .iter()
            .map(|table| table.render(&Page::default()))
            .collect();
        tables.join("\n")
    }
}

/// As the config file has it, without the quotes of text.
fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) if text.is_empty() => "\"\"".into(),
        toml::Value::String(text) => visible(text),
        toml::Value::Array(items) if items.is_empty() => "none".into(),
        toml::Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
