//! `mdtui` without a command: the browser.

use std::{os::unix::process::CommandExt, path::Path, process::Command, sync::Arc};

use super::{
    exit::Exit,
    open_lake::no_directory,
    settings::{Settings, state_dir, user_cache},
};
use crate::{
    app::{
        Config,
        abilities::{Abilities, Colors},
        background,
        choice::Choices,
        remembered::Memory,
    },
    etl::{Error, Result, base::small_file, text, worker::RETURN_MEMORY},
    ui,
};

/// Opens the browser and comes back when the operator quits.
///
/// # Errors
/// [`Error::Fatal`] where there is neither a data directory nor a lake; those of [`ui::browse`], but for a signal that ended it: that is an exit code.
pub fn run(settings: &Settings) -> Result<Exit> {
    let context = settings.context()?;
    // A mistyped directory should not leave a lake behind.
    if !context.data_dir.is_dir() && !context.lake.root().exists() {
        return Err(no_directory(&context.data_dir));
    }
    let abilities = Abilities::of(variable);
    // Each lake has its own; the name of the file is that of its catalog for users.
    let lake = context.lake.local().id();
    let memory_file = state_dir().map(|dir| dir.join("lakes").join(format!("{lake}.toml")));
    let mut memory = Memory::read(memory_file, &settings.cache_dir);
    let choices_file = state_dir().map(|dir| dir.join("columns.toml"));
    let (choices, note) = remembered(choices_file.as_deref());
    memory.note = memory.note.or(note);
    let config = Config {
        data_dir: context.data_dir,
        cache_dir: settings.cache_dir.clone(),
        options: settings.options.clone(),
        profile: context.profile,
        links: context.links,
        executor: settings.executor(),
        jobs: settings.jobs.number(),
        ask_background: settings.theme.is_none()
            && abilities.colors > Colors::None
            && background::may_be_asked(variable("TERM").as_deref()),
        theme: settings.theme.clone(),
        choices,
        choices_file,
        light: is_light(),
        author: settings.author(),
        marker: settings.markers.unwrap_or_default(),
        memory,
        views_dir: state_dir().map(|dir| dir.join("views")),
        mouse: settings.mouse,
        keymap: Arc::new(settings.keymap()?),
        abilities,
        user_cache: user_cache(),
    };
    match ui::browse(&config) {
        Ok(()) => Ok(Exit::Ok),
        Err(Error::Cancelled) => Ok(Exit::Interrupted),
        Err(error) => Err(error),
    }
}

/// Starts the program anew in the place of this process, with the thresholds of the allocator that
/// are read only at a start: see [`RETURN_MEMORY`]. Comes back where that was done before, or cannot
/// be done: the browser then takes more memory. To be called before anything else is done.
pub fn restart_to_return_memory() {
    let (variable, value) = RETURN_MEMORY;
    let is_gnu = cfg!(all(target_os = "linux", target_env = "gnu"));
    // The loader takes the variable away from a program with privileges of its own.
    let (restarted, id) = (RESTARTED, std::process::id().to_string());
    let is_done = std::env::var_os(restarted).is_some_and(|of| *of == *id);
    if !is_gnu || is_done || std::env::var_os(variable).is_some() {
        return;
    }
    // By its own path, so that the process keeps its name; a loader that was called by name is
    // not this program.
    let Some(program) = std::env::current_exe().ok().filter(|path| !is_loader(path)) else {
        return;
    };
    let mut words = std::env::args_os();
    let mut command = Command::new(program);
    if let Some(name) = words.next() {
        command.arg0(name);
    }
    // It returns only where the system refuses.
    let _ = command
        .args(words)
        .env(variable, value)
        .env(restarted, id)
        .exec();
}

/// Holds the id of the process that was started anew, which it keeps.
const RESTARTED: &str = "MDTUI_RESTARTED";

/// Whether a program is the one that loads others: `ld-linux-x86-64.so.2`.
fn is_loader(program: &Path) -> bool {
    let name = program.file_name().unwrap_or_default().as_encoded_bytes();
    [&b"ld-"[..], b"ld.so", b"ld64"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// A variable of the environment that is set to anything but nothing.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether the environment tells a light background.
pub(super) fn is_light() -> bool {
    background::is_light_by_environment(variable("COLORFGBG").as_deref())
}

/// The columns of the last time; none, and why, when they cannot be read.
fn remembered(file: Option<&Path>) -> (Choices, Option<String>) {
    let Some((file, toml)) = file.and_then(|file| Some((file, small_file::read(file).ok()?)))
    else {
        return (Choices::default(), None);
    };
    match Choices::read(&toml) {
        Ok(choices) => (choices, None),
        Err(wrong) => {
            let file = text::visible_path(file);
            let note = format!("the chosen columns are lost: {file}, {wrong}");
            (Choices::default(), Some(note))
        }
    }
}
