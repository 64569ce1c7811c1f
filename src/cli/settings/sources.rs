//! Which config files are read, what they say for the chosen site, and where a value came from.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use super::file::{ConfigFile, parse};
use crate::{
    app::keymap::rebind::{self, Rebinding},
    etl::{Error, Result, base::small_file, error::Unfit, suggest, text, toml_place::line_at},
};

/// Settings of the whole machine; those of the user take precedence.
const SYSTEM_FILE: &str = "/etc/mdtui/config.toml";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command line, such as `--data-dir`.
    Option(&'static str),
    /// A variable of the environment.
    Variable(&'static str),
    /// A line of a config file.
    File(FileLine),
    /// The program.
    Default,
}

/// A line of a config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// The file, as harmless text.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// The site below which it stands.
    pub site: Option<String>,
}

/// A config file that was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedFor {
    /// As harmless text.
    pub path: String,
    /// Whether it is there.
    pub is_there: bool,
}

/// What the config files say, and where each value came from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sources {
    /// The files, the one that takes precedence first.
    pub files: Vec<LookedFor>,
    /// The site that was asked for.
    pub site: Option<String>,
    /// Every site that a file has, by name, and where.
    pub sites: BTreeMap<String, FileLine>,
    /// The tables that count, the one that takes precedence first.
    layers: Vec<Layer>,
    /// Keys that were changed; of several for one action the last counts.
    pub keys: Vec<Rebinding>,
    origins: BTreeMap<&'static str, Origin>,
}

/// The top level of a config file, or a site in it.
#[derive(Debug, Clone, PartialEq)]
struct Layer {
    values: ConfigFile,
    file: String,
    site: Option<String>,
    /// The line of its heading; of the top level the first.
    line: usize,
    /// The line of each key.
    lines: BTreeMap<String, usize>,
}

impl Sources {
    /// Reads the user's config file, or the one that is named instead of it, and that of the
    /// machine.
    ///
    /// # Errors
    /// [`Error::Usage`] with file, line and what is allowed; for a file that is named and cannot
    /// be read; for an unknown site.
    pub fn read(named: Option<&Path>, site: Option<&str>) -> Result<Self> {
        Self::of_files(named, user_file().as_deref(), Path::new(SYSTEM_FILE), site)
    }

    fn of_files(
        named: Option<&Path>,
        user: Option<&Path>,
        system: &Path,
        site: Option<&str>,
    ) -> Result<Self> {
        let mut files = Vec::new();
        if let Some(path) = named.or(user) {
            files.push((path, read(path, named.is_some())?));
        }
        files.push((system, read(system, false)?));
        let mut sources = Self {
            site: site.map(str::to_owned),
            ..Self::default()
        };
        let mut tables = Vec::new();
        for (path, toml) in &files {
            let path = text::visible_path(path);
            sources.files.push(LookedFor {
                path: path.clone(),
                is_there: toml.is_some(),
            });
            if let Some(toml) = toml {
                tables.push(Tables::parse(toml, &path)?);
            }
        }
        sources.add(tables)?;
        Ok(sources)
    }

    /// What a config file with this text says; `origin` names it in errors.
    ///
    /// # Errors
    /// [`Error::Usage`] with the origin, the line and what is allowed.
    pub fn of_text(toml: &str, origin: &str) -> Result<Self> {
        let mut sources = Self::default();
        sources.add(vec![Tables::parse(toml, origin)?])?;
        Ok(sources)
    }

    /// Orders the tables of files, the one that takes precedence first: a site that was asked for
    /// stands above the top level of every file.
    fn add(&mut self, tables: Vec<Tables>) -> Result<()> {
        for layer in tables.iter().flat_map(|t| &t.sites) {
            let Some(site) = &layer.site else { continue };
            // Of the file that takes precedence.
            let place = self.sites.entry(site.clone());
            place.or_insert_with(|| FileLine {
                file: layer.file.clone(),
                line: layer.line,
                site: None,
            });
        }
        if let Some(site) = &self.site {
            let named = |t: &Tables| {
                t.sites
                    .iter()
                    .find(|l| l.site.as_ref() == Some(site))
                    .cloned()
            };
            self.layers = tables.iter().filter_map(named).collect();
            if self.layers.is_empty() {
                let known: Vec<&str> = tables.iter().flat_map(Tables::site_names).collect();
                return Err(Error::Usage(unknown_site(site, known)));
            }
        }
        for file in tables {
            self.layers.push(file.top);
            // The last counts.
            let mut keys = file.keys;
            keys.append(&mut self.keys);
            self.keys = keys;
        }
        Ok(())
    }

    /// The value of a setting in the first table that has it; remembers where that was.
    pub fn pick<T>(
        &mut self,
        key: &'static str,
        of: impl Fn(&ConfigFile) -> Option<T>,
    ) -> Option<T> {
        let mut layers = self.layers.iter();
        let (value, layer) = layers.find_map(|layer| Some((of(&layer.values)?, layer)))?;
        let line = FileLine {
            file: layer.file.clone(),
            line: layer.lines.get(key).copied().unwrap_or(1),
            site: layer.site.clone(),
        };
        self.origins.insert(key, Origin::File(line));
        Some(value)
    }

    /// Remembers that the value of a setting came from the command line or the environment.
    pub fn given(&mut self, key: &'static str, origin: Origin) {
        self.origins.insert(key, origin);
    }

    /// Where the value of a setting came from.
    pub fn origin(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&Origin::Default)
    }
}

fn unknown_site(site: &str, mut known: Vec<&str>) -> String {
    known.sort_unstable();
    known.dedup();
    let site = text::quoted(site, 60);
    if known.is_empty() {
        return format!(
            "there is no site `{site}`: no config file has a table such as [site.{}]",
            if site.is_empty() { "press-2" } else { &site }
        );
    }
    let known: Vec<String> = known.iter().map(|name| text::quoted(name, 60)).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    format!(
        "there is no site `{site}`{}",
        suggest::among(&site, "sites", &known)
    )
}

/// The tables of one file.
struct Tables {
    top: Layer,
    sites: Vec<Layer>,
    keys: Vec<Rebinding>,
}

impl Tables {
    fn parse(toml: &str, file: &str) -> Result<Self> {
        let mut values = parse(toml, file)?;
        // It was read once: there is nothing wrong with it.
        let document = DeTable::parse(toml).map_err(|e| {
            Error::Usage(format!(
                "{file}, line 1: {}",
                text::quoted(e.message(), 500)
            ))
        })?;
        let document = document.get_ref();
        let line = |at: usize| line_at(toml, at);
        let lines = |table: &DeTable<'_>| {
            let keys = table.keys();
            keys.map(|key| (key.get_ref().to_string(), line(key.span().start)))
                .collect()
        };
        let table = |key: &str| document.get(key).and_then(|v| v.get_ref().as_table());
        let mut sites = Vec::new();
        for (name, values) in values.site.take().unwrap_or_default() {
            let site = table("site").and_then(|sites| sites.get(name.as_str()));
            let lines: BTreeMap<String, usize> = site
                .and_then(|site| site.get_ref().as_table())
                .map(lines)
                .unwrap_or_default();
            if let Some(key) = ["site", "keys"]
                .iter()
                .find(|key| lines.contains_key(**key))
            {
                let line = lines.get(*key).copied().unwrap_or(1);
                return Err(Error::Usage(format!(
                    "{file}, line {line}: `{key}` cannot stand in a site: its place is the top level of the file"
                )));
            }
            sites.push(Layer {
                values,
                file: file.to_owned(),
                line: table("site")
                    .and_then(|sites| sites.get_key_value(name.as_str()))
                    .map_or(1, |(key, _)| line(key.span().start)),
                site: Some(name),
                lines,
            });
        }
        let keys =
            table("keys").map_or_else(|| Ok(Vec::new()), |keys| rebind::read(keys, file, &line))?;
        Ok(Self {
            top: Layer {
                values,
                file: file.to_owned(),
                site: None,
                line: 1,
                lines: lines(document),
            },
            sites,
            keys,
        })
    }

    fn site_names(&self) -> impl Iterator<Item = &str> {
        self.sites.iter().filter_map(|layer| layer.site.as_deref())
    }
}

/// The text of a config file; `None` when it is not there, which one that is named must be.
fn read(path: &Path, is_named: bool) -> Result<Option<String>> {
    let read = match is_named {
        true => small_file::read_named(path),
        false => small_file::read(path),
    };
    match read {
        Ok(toml) => Ok(Some(toml)),
        Err(e)
            if !is_named && matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(e) => {
            let why = format!(
                "cannot read the config file {}: {e}",
                text::visible_path(path)
            );
            Err(match Unfit::of(&e) {
                Some(_) => Error::Fatal(why),
                None => Error::Usage(why),
            })
        }
    }
}

/// `$XDG_CONFIG_HOME/mdtui/config.toml`; `None` without a home.
fn user_file() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let dirs = etcetera::choose_base_strategy().ok()?;
    Some(dirs.config_dir().join("mdtui").join("config.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The sources of a user's and a machine's file.
    fn sources(user: &str, system: &str, site: Option<&str>) -> Result<Sources> {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("user.toml"), dir.path().join("etc.toml"));
        fs::write(&a, user).unwrap();
        fs::write(&b, system).unwrap();
        Sources::of_files(None, Some(&a), &b, site)
    }

    /// The value of `author`, the end of its file's name, its line and its site.
    fn author(sources: &mut Sources) -> (String, String, usize, Option<String>) {
        let value = sources.pick("author", |f| f.author.clone()).unwrap();
        let Origin::File(at) = sources.origin("author").clone() else {
            panic!("{:?}", sources.origin("author"));
        };
        let file = at.file.rsplit('/').next().unwrap().to_owned();
        (value.0.unwrap(), file, at.line, at.site)
    }

    #[test]
    fn the_user_stands_above_the_machine_and_a_site_above_both() {
        let user = "jobs = 2\nauthor = \"u\"\n[site.a]\nauthor = \"ua\"\n[site.c]\n";
        let system = "author = \"s\"\n[site.a]\nauthor = \"sa\"\n[site.b]\nauthor = \"sb\"\n";
        let read = |user, site| author(&mut sources(user, system, site).unwrap());
        let at = |value: &str, file: &str, line, site: Option<&str>| {
            (
                value.to_owned(),
                file.to_owned(),
                line,
                site.map(str::to_owned),
            )
        };
        assert_eq!(read(user, None), at("u", "user.toml", 2, None));
        assert_eq!(read("", None), at("s", "etc.toml", 1, None));
        assert_eq!(read(user, Some("a")), at("ua", "user.toml", 4, Some("a")));
        assert_eq!(read(user, Some("b")), at("sb", "etc.toml", 5, Some("b")));
        assert_eq!(read(user, Some("c")), at("u", "user.toml", 2, None));
    }

    #[test]
    fn keys_of_the_user_come_after_those_of_the_machine() {
        let user = "[keys]\nharvest = \"F5\"\n";
        let system = "[keys]\nharvest = \"F6\"\nsort = \"F7\"\n";
        let keys = sources(user, system, None).unwrap().keys;
        let files: Vec<(String, usize)> = keys.iter().map(|k| (k.setting(), k.line)).collect();
        let named = |name: &str, line| (name.to_owned(), line);
        assert_eq!(
            files,
            [
                named("keys.harvest", 2),
                named("keys.sort", 3),
                named("keys.harvest", 2)
            ]
        );
        assert!(keys[2].file.ends_with("user.toml"));
    }

    #[test]
    fn an_unknown_site_lists_those_there_are() {
        let refused = |site| {
            let sources = sources(
                "[site.press-1]\n[site.press-2]\n",
                "[site.saw]\n",
                Some(site),
            );
            sources.unwrap_err().to_string()
        };
        assert_eq!(
            refused("press2"),
            "there is no site `press2`, did you mean `press-2`? The sites are press-1, press-2, saw"
        );
        let none = sources("", "", Some("x")).unwrap_err().to_string();
        assert!(
            none.contains("no config file has a table such as [site.x]"),
            "{none}"
        );
    }

    #[test]
    fn a_file_that_is_named_must_be_there_and_others_need_not() {
        let dir = tempfile::tempdir().unwrap();
        let none = dir.path().join("none.toml");
        let found = Sources::of_files(None, Some(&none), &none, None).unwrap();
        assert!(found.files.iter().all(|f| !f.is_there) && found.files.len() == 2);
        let error = Sources::of_files(Some(&none), None, &none, None).unwrap_err();
        assert!(error.to_string().contains("none.toml: "), "{error}");
    }

    #[test]
    fn what_belongs_to_the_whole_file_is_refused_in_a_site() {
        let refused = |toml| Sources::of_text(toml, "f.toml").unwrap_err().to_string();
        assert_eq!(
            refused("[site.a]\njobs = 2\n[site.a.keys]\nharvest = \"F5\"\n"),
            "f.toml, line 3: `keys` cannot stand in a site: its place is the top level of the file"
        );
        let wrong = refused("[site.a]\njobs = 0\n");
        assert!(wrong.starts_with("f.toml, line 2: jobs is 0"), "{wrong}");
        assert!(refused("keys = 5\n").starts_with("f.toml, line 1: keys is 5: allowed is a table"));
    }
}
