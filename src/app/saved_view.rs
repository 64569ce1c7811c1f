//! What a view shows under a name: filter, order, columns and channels, in a file that can be
//! given to others. `:save NAME` and `:open NAME` in the palette.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    choice::Choice,
    effect::Effect,
    query::{Pending, Query, QueryContext},
    state_file,
    table::ListState,
};
use crate::etl::{Error, Result, base::small_file, lake::named_file, text, toml_place::mistake};

/// Raised when an older program would misread the file.
const VERSION: u32 = 1;
/// Characters of a name.
const LONGEST_NAME: usize = 100;

/// A view as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedView {
    /// [`VERSION`] of the program that wrote it.
    pub version: u32,
    /// What it is a view of.
    pub view: ViewKind,
    /// The filter as it was typed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// The name of the column that the rows are sorted by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Whether in reverse.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reverse: bool,
    /// The channels that have a chart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Which columns are shown, in which order.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub columns: Choice,
}

fn is_usual(choice: &Choice) -> bool {
    *choice == Choice::default()
}

/// The views that can be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ViewKind {
    /// The list of logs.
    Logs,
    /// A list of runs.
    Runs,
    /// The list of machines.
    Machines,
    /// A run: its channels.
    Run,
}

impl ViewKind {
    /// As the file, the list's columns and messages name it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Runs => "runs",
            Self::Machines => "machines",
            Self::Run => "run",
        }
    }
}

impl SavedView {
    /// What a list shows.
    pub fn of_list(view: ViewKind, list: ListState, columns: Choice) -> Self {
        Self {
            version: VERSION,
            view,
            filter: list.filter,
            sort: list.sort,
            reverse: list.reverse,
            channels: Vec::new(),
            columns,
        }
    }

    /// The channels of a run's charts.
    pub fn of_run(channels: Vec<String>) -> Self {
        Self {
            channels,
            ..Self::of_list(ViewKind::Run, ListState::default(), Choice::default())
        }
    }

    /// Filter and order.
    pub fn list(&self) -> ListState {
        ListState {
            filter: self.filter.clone(),
            sort: self.sort.clone(),
            reverse: self.reverse,
            marks: Vec::new(),
        }
    }

    /// Every text of the file.
    fn texts(&self) -> impl Iterator<Item = &String> {
        let names = self.columns.order.iter().chain(&self.columns.hidden);
        let texts = std::iter::once(&self.filter).chain(&self.sort);
        texts.chain(&self.channels).chain(names)
    }

    fn parse(toml: &str, origin: &str) -> Result<Self> {
        let view: Self = toml::from_str(toml)
            .map_err(|e| Error::Usage(format!("{origin}, {}", mistake(toml, &e))))?;
        if view.texts().any(|text| text.chars().any(text::is_unsafe)) {
            return Err(Error::Usage(format!(
                "{origin} has characters that steer a terminal: it is not opened"
            )));
        }
        if view.version > VERSION {
            return Err(Error::Usage(format!(
                "{origin} was saved by a newer mdtui, which this one cannot read"
            )));
        }
        Ok(view)
    }
}

/// What is typed into the palette to save a view or to open one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewCommand<'a> {
    /// Save what is shown under this name or path.
    Save(&'a str),
    /// Show what was saved under it.
    Open(&'a str),
}

/// The command in a text of the palette: `save evening`, `open evening`, `open path/to.toml`.
pub fn command(typed: &str) -> Option<ViewCommand<'_>> {
    let (verb, name) = typed
        .trim_start()
        .split_once(' ')
        .unwrap_or((typed.trim(), ""));
    match verb {
        "save" => Some(ViewCommand::Save(name.trim())),
        // The word alone is an action.
        "open" if typed.trim_start().starts_with("open ") => Some(ViewCommand::Open(name.trim())),
        _ => None,
    }
}

/// Whether a name is that of a file.
fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".toml")
}

/// The views that were saved, and the questions about them.
#[derive(Debug, Default)]
pub struct SavedViews {
    dir: Option<PathBuf>,
    /// Names, in order.
    pub names: Vec<String>,
    /// Reads the names.
    pub listing: Pending<ListViews>,
    /// Writes one.
    pub writing: Pending<WriteView>,
    /// Reads one.
    pub reading: Pending<ReadView>,
}

impl SavedViews {
    /// Those in a directory; `None`: there is no place for them.
    pub fn new(dir: Option<PathBuf>) -> Self {
        Self {
            dir,
            ..Self::default()
        }
    }

    /// Asks which there are.
    pub fn ask_names(&mut self, effects: &mut Vec<Effect>) {
        if let Some(dir) = self.dir.clone() {
            self.listing.ask(ListViews(dir), effects);
        }
    }

    /// Names that begin with what was typed, then those that contain it.
    pub fn matching(&self, typed: &str) -> Vec<&str> {
        let typed = typed.to_lowercase();
        let mut names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        names.retain(|name| name.to_lowercase().contains(&typed));
        names.sort_by_key(|name| !name.to_lowercase().starts_with(&typed));
        names
    }

    /// The file of a name; a name with a slash or the ending `.toml` is a path.
    ///
    /// # Errors
    /// What is wrong with the name.
    pub fn file(&self, name: &str) -> Result<PathBuf, String> {
        if name.is_empty() {
            return Err("type a name, or the path of a file that ends with .toml".into());
        }
        if is_path(name) {
            let path = Path::new(name);
            return Ok(match (path.strip_prefix("~"), etcetera::home_dir()) {
                (Ok(rest), Ok(home)) => home.join(rest),
                _ => path.to_owned(),
            });
        }
        let is_harmless = !name.starts_with('.') && !name.chars().any(text::is_unsafe);
        if !is_harmless || name.chars().count() > LONGEST_NAME {
            return Err(format!(
                "`{}` is not a name: it begins with a dot, or is longer than {LONGEST_NAME} characters",
                text::quoted(name, 60)
            ));
        }
        let dir = self.dir.as_ref();
        let dir = dir.ok_or(
            "there is no home directory to keep views in: name a file that ends with .toml",
        )?;
        Ok(dir.join(format!("{name}.toml")))
    }
}

/// The names of the views in a directory.
#[derive(Debug, PartialEq)]
pub struct ListViews(pub PathBuf);

impl Query for ListViews {
    type Answer = Vec<String>;

    fn run(self, _: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let Ok(entries) = fs::read_dir(&self.0) else {
            return Ok(Vec::new());
        };
        let name = |entry: fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(".toml")?.to_owned())
        };
        let mut names: Vec<String> = entries.flatten().filter_map(name).collect();
        let is_hidden = |name: &str| name.starts_with('.') || is_path(name);
        names.retain(|name| !is_hidden(name) && !name.chars().any(text::is_unsafe));
        names.sort_unstable();
        Ok(names)
    }
}

/// Writes a view.
#[derive(Debug, PartialEq)]
pub struct WriteView {
    /// As it was typed.
    pub name: String,
    /// The file.
    pub file: PathBuf,
    /// What shall stand in it.
    pub view: SavedView,
}

impl Query for WriteView {
    /// What to say.
    type Answer = String;

    const OUTLIVES_VIEW: bool = true;

    fn run(self, context: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let shown = text::visible_path(&self.file);
        named_file::guard(context.lake, &self.file)?;
        if is_path(&self.name)
            && self
                .file
                .parent()
                .is_some_and(|dir| !dir.as_os_str().is_empty() && !dir.is_dir())
        {
            return Err(Error::Usage(format!(
                "there is no folder for {shown}: create it first"
            )));
        }
        // Another view of this name is replaced, any other file is not.
        let replaced = match small_file::read(&self.file) {
            Ok(toml) => {
                SavedView::parse(&toml, &shown).map_err(|e| {
                    Error::Usage(format!(
                        "{shown} is not replaced: it is not a saved view ({e})"
                    ))
                })?;
                true
            }
            Err(e) if e.kind() == ErrorKind::NotFound => false,
            Err(e) => return Err(Error::Usage(format!("cannot read {shown}: {e}"))),
        };
        let toml = toml::to_string(&self.view)
            .map_err(|e| Error::Fatal(format!("the view cannot be saved: {e}")))?;
        let content = format!("# A view of mdtui: `:open` it in the browser's palette.\n{toml}");
        state_file::write(&self.file, &content, "filter, order and columns")?;
        let done = if replaced { "replaced" } else { "saved" };
        Ok(format!("{done} the view `{}`: {shown}", self.name))
    }
}

/// Reads a view.
#[derive(Debug, PartialEq)]
pub struct ReadView {
    /// As it was typed.
    pub name: String,
    /// The file.
    pub file: PathBuf,
}

impl Query for ReadView {
    type Answer = (String, SavedView);

    fn run(self, _: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let shown = text::visible_path(&self.file);
        let toml = small_file::read(&self.file).map_err(|e| match e.kind() {
            ErrorKind::NotFound => Error::Usage(format!(
                "there is no view `{}`: there is no file {shown}",
                text::quoted(&self.name, 60)
            )),
            _ => Error::Usage(format!("cannot read {shown}: {e}")),
        })?;
        Ok((self.name, SavedView::parse(&toml, &shown)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> SavedView {
        let list = ListState {
            filter: "verdict:fail".into(),
            sort: Some("start".into()),
            reverse: true,
            marks: vec!["a".into()],
        };
        let columns = Choice {
            order: vec!["start".into()],
            hidden: vec!["cell".into()],
        };
        SavedView::of_list(ViewKind::Runs, list, columns)
    }

    fn run<Q: Query>(query: Q) -> Result<Q::Answer> {
        let lake = crate::etl::lake::Context {
            data_dir: "data".into(),
            links: crate::etl::source::scan::Links::default(),
            lake: crate::etl::lake::Lake::new("cache"),
            profile: std::sync::Arc::new(crate::etl::profile::Profile::built_in().unwrap()),
        };
        let cancel = crate::etl::base::CancelToken::new();
        query.run(&mut QueryContext::new(&lake, &mut None, &cancel))
    }

    #[test]
    fn commands_are_read_from_the_palette() {
        assert_eq!(
            command("save evening shift "),
            Some(ViewCommand::Save("evening shift"))
        );
        assert_eq!(
            command(" open a/b.toml"),
            Some(ViewCommand::Open("a/b.toml"))
        );
        assert_eq!(command("open "), Some(ViewCommand::Open("")));
        assert_eq!(command("save"), Some(ViewCommand::Save("")));
        for other in ["open", "savex y", "harvest", ""] {
            assert_eq!(command(other), None);
        }
    }

    #[test]
    fn a_view_is_saved_listed_replaced_and_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut views = SavedViews::new(Some(dir.path().join("views")));
        assert_eq!(
            run(ListViews(dir.path().join("views"))).unwrap(),
            Vec::<String>::new()
        );
        let write = |view: SavedView| {
            let file = views.file("evening shift").unwrap();
            let name = "evening shift".to_owned();
            run(WriteView { name, file, view }).unwrap()
        };
        assert!(write(view()).starts_with("saved the view `evening shift`: "));
        assert!(write(view()).starts_with("replaced the view"));
        views.names = run(ListViews(dir.path().join("views"))).unwrap();
        assert_eq!(views.matching("SHIFT"), ["evening shift"]);
        let file = views.file("evening shift").unwrap();
        let read = run(ReadView {
            name: "x".into(),
            file: file.clone(),
        })
        .unwrap()
        .1;
        assert_eq!(read, view());
        assert!(read.list().marks.is_empty(), "marks are not for others");
        // Whatever else lies there stays.
        fs::write(&file, "[package]\nname = \"x\"\n").unwrap();
        let refused = run(WriteView {
            name: "x".into(),
            file: file.clone(),
            view: view(),
        });
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("is not a saved view"), "{refused}");
        assert!(fs::read_to_string(&file).unwrap().starts_with("[package]"));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.toml");
        let refused = || {
            let read = ReadView {
                name: "a".into(),
                file: file.clone(),
            };
            run(read).unwrap_err().to_string()
        };
        assert!(
            refused().starts_with("there is no view `a`: "),
            "{}",
            refused()
        );
        fs::write(&file, "version = 1\nview = \"moon\"\n").unwrap();
        assert!(refused().contains("a.toml, line 2: "), "{}", refused());
        fs::write(
            &file,
            "version = 1\nview = \"runs\"\nfilter = \"\\u001b[2J\"\n",
        )
        .unwrap();
        assert!(refused().contains("steer a terminal"), "{}", refused());
        fs::write(&file, "version = 2\nview = \"runs\"\n").unwrap();
        assert!(refused().contains("a newer mdtui"), "{}", refused());
    }

    #[test]
    fn names_stay_in_their_directory_and_paths_are_paths() {
        let views = SavedViews::new(Some("/state/views".into()));
        assert_eq!(views.file("a").unwrap(), Path::new("/state/views/a.toml"));
        assert_eq!(views.file("a.toml").unwrap(), Path::new("a.toml"));
        assert_eq!(views.file("../a").unwrap(), Path::new("../a"));
        let home = etcetera::home_dir().unwrap();
        assert_eq!(views.file("~/a.toml").unwrap(), home.join("a.toml"));
        for bad in ["", ".a", "a\u{1b}b"] {
            assert!(views.file(bad).is_err(), "{bad:?}");
        }
        assert!(SavedViews::new(None).file("a").is_err());
    }
}
