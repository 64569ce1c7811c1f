//! `mdtui` without a command: the browser.

use super::{exit::Exit, settings::Settings};
use crate::{
    app::Config,
    etl::{Error, Result},
    ui,
};

/// Opens the browser and comes back when the operator quits.
///
/// # Errors
/// Those of [`ui::browse`], but for a signal that ended it: that is an exit code.
pub fn run(settings: &Settings) -> Result<Exit> {
    let context = settings.context()?;
    let config = Config {
        data_dir: context.data_dir,
        cache_dir: settings.cache_dir.clone(),
        profile: context.profile,
        jobs: settings.jobs.number(),
        theme: Some(settings.theme.clone()),
        mouse: settings.mouse,
        // <https://no-color.org>: set to anything but nothing.
        no_color: std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
    };
    match ui::browse(&config) {
        Ok(()) => Ok(Exit::Ok),
        Err(Error::Cancelled) => Ok(Exit::Interrupted),
        Err(error) => Err(error),
    }
}
