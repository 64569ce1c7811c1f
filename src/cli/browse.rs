//! `mdtui` without a command: the browser.

use std::{path::Path, sync::Arc};

use super::{
    exit::Exit,
    settings::{Settings, state_dir, user_cache},
};
use crate::{
    app::{Config, background, chart::Marker, choice::Choices},
    etl::{Error, Result},
    ui,
};

/// Opens the browser and comes back when the operator quits.
///
/// # Errors
/// Those of [`ui::browse`], but for a signal that ended it: that is an exit code.
pub fn run(settings: &Settings) -> Result<Exit> {
    let context = settings.context()?;
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    // <https://no-color.org>: set to anything but nothing.
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let choices_file = state_dir().map(|dir| dir.join("columns.toml"));
    let config = Config {
        data_dir: context.data_dir,
        cache_dir: settings.cache_dir.clone(),
        profile: context.profile,
        links: context.links,
        executor: settings.executor(),
        jobs: settings.jobs.number(),
        ask_background: settings.theme.is_none()
            && !no_color
            && background::may_be_asked(variable("TERM").as_deref()),
        theme: settings.theme.clone(),
        choices: choices_file
            .as_deref()
            .map_or_else(Choices::default, remembered),
        choices_file,
        light: background::is_light_by_environment(variable("COLORFGBG").as_deref()),
        marker: settings.markers.unwrap_or_else(|| usual_marker(&variable)),
        author: settings.author(),
        mouse: settings.mouse,
        keymap: Arc::new(settings.keymap()?),
        no_color,
        user_cache: user_cache(),
    };
    match ui::browse(&config) {
        Ok(()) => Ok(Exit::Ok),
        Err(Error::Cancelled) => Ok(Exit::Interrupted),
        Err(error) => Err(error),
    }
}

/// The columns of the last time; none when they cannot be read.
fn remembered(file: &Path) -> Choices {
    std::fs::read_to_string(file).map_or_else(|_| Choices::default(), |toml| Choices::parse(&toml))
}

/// Braille, unless the locale says that the terminal takes no UTF-8.
fn usual_marker(variable: &impl Fn(&str) -> Option<String>) -> Marker {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(variable);
    let takes_braille = locale.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    if takes_braille {
        Marker::Braille
    } else {
        Marker::Block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_on_braille_in_the_order_of_posix() {
        let marker = |set: &[(&str, &str)]| {
            usual_marker(&|name: &str| {
                let found = set.iter().find(|(n, _)| *n == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(marker(&[]), Marker::Braille);
        assert_eq!(marker(&[("LANG", "de_DE.UTF-8")]), Marker::Braille);
        assert_eq!(marker(&[("LANG", "C.utf8")]), Marker::Braille);
        assert_eq!(marker(&[("LANG", "de_DE.ISO-8859-1")]), Marker::Block);
        let both = [("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")];
        assert_eq!(marker(&both), Marker::Block);
    }
}
