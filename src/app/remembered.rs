//! What the browser remembers of a lake from one start to the next: filters, orders, marks, and
//! what charts show. A small file in the state directory, one for each lake.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    TOP_VIEWS,
    action::Action,
    chart::Marker,
    effect::Effect,
    history::History,
    prompt::Purpose,
    query::{Pending, Query, QueryContext},
    state::{Overlay, State, Tone},
    state_file,
    table::ListState,
    view::TopView,
};
use crate::etl::{Error, Result, base::small_file, text, toml_place::mistake};

/// Raised when an older program would misread the file.
pub const VERSION: u32 = 1;

/// What a file has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// [`VERSION`] of the program that wrote it.
    pub version: u32,
    /// The cache directory, for people who look into the file.
    pub lake: String,
    /// What charts are drawn with, if it is not what is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marker: Option<Marker>,
    /// The channels that were last chosen for the charts of a run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// What was typed into text fields, by their labels, the latest last.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub history: BTreeMap<String, Vec<String>>,
    /// The lists of the top level, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lists: BTreeMap<String, ListState>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            version: VERSION,
            lake: String::new(),
            marker: None,
            channels: Vec::new(),
            history: BTreeMap::new(),
            lists: BTreeMap::new(),
        }
    }
}

impl Remembered {
    /// Reads what a file has.
    ///
    /// # Errors
    /// What is wrong with it, with the line; whether a newer program wrote it is in
    /// [`Unreadable::is_newer`].
    pub fn parse(toml: &str) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        // A newer file may have what this program does not know.
        let newer = toml::from_str(toml).is_ok_and(|v: Version| v.version > VERSION);
        if newer {
            return Err(Unreadable {
                is_newer: true,
                sentence: "a newer mdtui wrote it".into(),
            });
        }
        toml::from_str(toml).map_err(|e| Unreadable {
            is_newer: false,
            sentence: mistake(toml, &e),
        })
    }

    /// For the file.
    ///
    /// # Errors
    /// [`Error::Fatal`] when it cannot be written as TOML.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string(self)
            .map_err(|e| Error::Fatal(format!("cannot save filters and marks: {e}")))
    }
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Whether a newer program wrote it: it is left as it is.
    pub is_newer: bool,
    /// What is wrong.
    pub sentence: String,
}

/// The file of a lake, what it had, and what is to be written into it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// What it had.
    pub remembered: Remembered,
    /// The file; `None`: there is no place for it, or it is not to be replaced.
    pub file: Option<PathBuf>,
    /// What is wrong with it.
    pub note: Option<String>,
}

impl Memory {
    /// Reads `file`; where that cannot be done everything is as if nothing were remembered, and
    /// the note says why.
    pub fn read(file: Option<PathBuf>, lake: &Path) -> Self {
        let mut memory = Self {
            file,
            ..Self::default()
        };
        let lake = std::path::absolute(lake).unwrap_or_else(|_| lake.to_owned());
        memory.remembered.lake = text::visible_path(&lake);
        let Some(file) = memory.file.clone() else {
            return memory;
        };
        let shown = text::visible_path(&file);
        match small_file::read(&file) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => {
                memory.note = Some(format!(
                    "cannot read the saved filters and marks, {shown}: {e}"
                ));
            }
            Ok(toml) => match Remembered::parse(&toml) {
                Ok(remembered) => {
                    let lake = memory.remembered.lake;
                    memory.remembered = Remembered { lake, ..remembered };
                }
                Err(e) if e.is_newer => {
                    memory.file = None;
                    memory.note = Some(format!(
                        "filters, orders and marks apply until exit: a newer mdtui wrote {shown}"
                    ));
                }
                Err(e) => {
                    memory.note = Some(format!(
                        "the saved filters, orders and marks are lost: {} ({shown})",
                        e.sentence
                    ));
                }
            },
        }
        memory
    }
}

/// What is remembered while the browser runs.
#[derive(Debug, Default)]
pub struct Memorizer {
    /// The file; `None`: nothing is written.
    pub file: Option<PathBuf>,
    /// What charts show, and the cache directory; lists are asked when it is written.
    pub base: Remembered,
    /// Whether something changed since it was last written.
    pub is_changed: bool,
    /// What was typed when it was last looked at.
    history: History,
    /// The file is being written.
    pub saving: Pending<SaveRemembered>,
}

impl Memorizer {
    /// Goes on from what was remembered.
    pub fn new(memory: &Memory) -> Self {
        Self {
            file: memory.file.clone(),
            base: Remembered {
                lists: BTreeMap::new(),
                history: BTreeMap::new(),
                ..memory.remembered.clone()
            },
            ..Self::default()
        }
    }
}

impl State {
    /// Lists of the top level as they were the last time.
    pub(super) fn recall(&mut self, memory: &Memory) {
        for top in &TOP_VIEWS {
            let saved = memory.remembered.lists.get(list_name(top));
            if let (Some(saved), Some(list)) = (saved, (top.view_mut)(self).list_mut()) {
                list.recall(saved);
            }
        }
        for purpose in Purpose::ALL {
            if let Some(texts) = memory.remembered.history.get(purpose.label()) {
                self.history.restore(purpose, texts.clone());
            }
        }
        self.memorizer.history = self.history.clone();
        if let Some(note) = &memory.note {
            self.message = Some((Tone::Error, note.clone()));
        }
    }

    /// Notices what changed, and has it saved: not while a filter is being typed.
    pub(super) fn remember(&mut self, effects: &mut Vec<Effect>) {
        let mut is_changed = false;
        for top in &TOP_VIEWS {
            if let Some(list) = (top.view_mut)(self).list_mut() {
                is_changed |= list.take_changed();
            }
        }
        if let Some(channels) = self.open_view_mut().take_chosen_channels() {
            is_changed = true;
            self.memorizer.base.channels = channels;
        }
        if self.memorizer.history != self.history {
            is_changed = true;
            self.memorizer.history = self.history.clone();
        }
        self.memorizer.is_changed |= is_changed;
        let is_typed = matches!(self.overlay, Some(Overlay::Prompt(_)));
        if !is_typed
            && !self.memorizer.saving.is_asked()
            && let Some(save) = self.take_unsaved()
        {
            self.memorizer.saving.ask(save, effects);
        }
    }

    /// What charts are drawn with from now on, in this lake. The configured one is not remembered,
    /// so that the lake follows when another is configured.
    pub(super) fn remember_marker(&mut self, marker: Marker) {
        if self.marker != marker {
            self.marker = marker;
            self.memorizer.base.marker = Some(marker).filter(|m| *m != self.default_marker);
            self.memorizer.is_changed = true;
        }
    }

    /// What is to be written, once, if something changed.
    pub(super) fn take_unsaved(&mut self) -> Option<SaveRemembered> {
        let file = self.memorizer.file.clone()?;
        if !std::mem::take(&mut self.memorizer.is_changed) {
            return None;
        }
        let mut remembered = self.memorizer.base.clone();
        for top in &TOP_VIEWS {
            if let Some(list) = (top.view)(self).list() {
                let state = list.remembered();
                if state != ListState::default() {
                    remembered.lists.insert(list_name(top).to_owned(), state);
                }
            }
        }
        for purpose in Purpose::ALL {
            let texts = self.history.texts(purpose);
            if !texts.is_empty() {
                let label = purpose.label().to_owned();
                remembered.history.insert(label, texts.to_vec());
            }
        }
        Some(SaveRemembered { file, remembered })
    }
}

/// The name of a list in the file.
fn list_name(top: &TopView) -> &'static str {
    match top.action {
        Action::ShowLogs => "logs",
        Action::ShowRuns => "runs",
        Action::ShowMachines => "machines",
        _ => "jobs",
    }
}

/// Writes the file of a lake.
#[derive(Debug, Clone, PartialEq)]
pub struct SaveRemembered {
    /// The file.
    pub file: PathBuf,
    /// What shall stand in it.
    pub remembered: Remembered,
}

impl SaveRemembered {
    /// Writes it, unless a newer program wrote the file meanwhile.
    ///
    /// # Errors
    /// [`Error::Fatal`] when it cannot be written.
    pub fn write(&self) -> Result<()> {
        let there = small_file::read(&self.file);
        let is_newer = |toml: &String| Remembered::parse(toml).is_err_and(|e| e.is_newer);
        if there.as_ref().is_ok_and(is_newer) {
            return Ok(());
        }
        let content = self.remembered.to_toml()?;
        state_file::write(&self.file, &content, "filters, orders and marks")
    }
}

impl Query for SaveRemembered {
    type Answer = ();

    const OUTLIVES_VIEW: bool = true;

    fn run(self, _: &mut QueryContext<'_>) -> Result<Self::Answer> {
        self.write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Remembered {
        let list = ListState {
            filter: "cell:10 and rows > 5k".into(),
            sort: Some("peak force".into()),
            reverse: true,
            marks: vec!["a \"quoted\" key".into()],
        };
        Remembered {
            lake: "/srv/cache".into(),
            marker: Some(Marker::Block),
            channels: vec!["fx_1".into()],
            history: [("go to".to_owned(), vec!["20:43".to_owned()])].into(),
            lists: [("runs".to_owned(), list)].into(),
            ..Remembered::default()
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("lakes/a.toml");
        let none = Memory::read(Some(file.clone()), Path::new("/srv/cache"));
        assert_eq!((&none.note, none.remembered.lists.len()), (&None, 0));
        let save = SaveRemembered {
            file: file.clone(),
            remembered: some(),
        };
        save.write().unwrap();
        let read = Memory::read(Some(file.clone()), Path::new("/srv/cache"));
        assert_eq!(read.remembered, some());
        assert_eq!((read.file, read.note), (Some(file), None));
    }

    #[test]
    fn the_marker_of_a_lake_takes_precedence_over_the_configured_one() {
        use crate::app::{Config, State, fixture};
        let start = |configured, remembered| {
            let mut config: Config = fixture::config();
            config.marker = configured;
            config.memory.remembered.marker = remembered;
            State::new(&config, (80, 24)).0
        };
        assert_eq!(start(Marker::Dot, None).marker, Marker::Dot);
        let mut state = start(Marker::Dot, Some(Marker::Block));
        assert_eq!(state.marker, Marker::Block);
        // Once it is the configured one again, the lake has none of its own.
        state.remember_marker(Marker::Braille);
        assert_eq!(state.memorizer.base.marker, Some(Marker::Braille));
        state.remember_marker(Marker::Dot);
        assert_eq!(
            (state.marker, state.memorizer.base.marker),
            (Marker::Dot, None)
        );
        assert!(state.memorizer.is_changed);
    }

    #[test]
    fn a_damaged_file_is_said_to_be_and_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.toml");
        for damaged in [
            "version = 1\nlists = 5\n",
            "\u{0}\u{1}",
            "version = 1\n[lists",
        ] {
            std::fs::write(&file, damaged).unwrap();
            let read = Memory::read(Some(file.clone()), Path::new("c"));
            let note = read.note.unwrap();
            assert!(
                note.contains("are lost: ") && note.contains("line "),
                "{note}"
            );
            assert!(read.remembered.lists.is_empty());
            let save = SaveRemembered {
                file: read.file.unwrap(),
                remembered: some(),
            };
            save.write().unwrap();
            assert_eq!(Memory::read(Some(file.clone()), Path::new("c")).note, None);
        }
    }

    #[test]
    fn the_file_of_a_newer_program_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.toml");
        let newer = "version = 2\nlists = \"other\"\n";
        std::fs::write(&file, newer).unwrap();
        let read = Memory::read(Some(file.clone()), Path::new("c"));
        assert_eq!(read.file, None);
        assert!(read.note.unwrap().contains("a newer mdtui wrote"));
        // It came while this program ran.
        let save = SaveRemembered {
            file: file.clone(),
            remembered: some(),
        };
        save.write().unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), newer);
    }
}
