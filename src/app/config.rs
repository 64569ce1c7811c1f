//! What the command line and the configuration say about the browser.

use std::{path::PathBuf, sync::Arc};

use super::{
    abilities::Abilities, chart::Marker, choice::Choices, keymap::Keymap, remembered::Memory,
};
use crate::etl::{profile::Profile, source::scan::Links, worker::Executor};

/// How the browser is started.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The cache directory.
    pub cache_dir: PathBuf,
    /// Where this user may keep catalogs of lakes that cannot be written.
    pub user_cache: Option<PathBuf>,
    /// The options of the command line, besides directories, under which another call means the same:
    /// `--profile weld.toml`.
    pub options: Vec<String>,
    /// The rules.
    pub profile: Arc<Profile>,
    /// Who harvests.
    pub executor: Executor,
    /// What is done with links in the data directory.
    pub links: Links,
    /// Logs that are harvested in parallel (at least 1).
    pub jobs: usize,
    /// The theme's name; `None`: dark or light as the terminal is.
    pub theme: Option<String>,
    /// Whether the environment tells a light background.
    pub light: bool,
    /// Whether the terminal is asked for its background.
    pub ask_background: bool,
    /// The columns that were last chosen in each view.
    pub choices: Choices,
    /// The file that remembers them; `None`: no place for it.
    pub choices_file: Option<PathBuf>,
    /// Filters, orders, marks and channels of the last time.
    pub memory: Memory,
    /// The directory of views that were saved under a name; `None`: no place for it.
    pub views_dir: Option<PathBuf>,
    /// What charts are drawn with at first.
    pub marker: Marker,
    /// The key table, with the operator's own keys.
    pub keymap: Arc<Keymap>,
    /// Who writes notes.
    pub author: String,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// What the terminal can show.
    pub abilities: Abilities,
}
