//! Draws the browser's state; changes nothing.
//!
//! * [`theme`]: colours by meaning.
//! * [`draw`]: the whole screen: top line, view, message, hints, and what lies over it.
//! * [`run`]: the views of one run.
//! * [`compare`]: several runs side by side.
//! * [`widgets`]: parts that views are made of.

pub mod compare;
mod frame;
mod jobs;
mod lines;
mod list;
mod logs;
mod machines;
mod overlay;
mod panel;
pub mod run;
mod runs;
mod signals;
mod text;
pub mod theme;
pub mod widgets;

use ratatui::Frame;
use theme::Theme;

use crate::{
    app::{self, Config, State, layout, state::Screen},
    etl::Result,
};

/// Runs the browser until the operator quits.
///
/// # Errors
/// As [`app::run`], and [`crate::etl::Error::Usage`] for an unknown theme.
pub fn browse(config: &Config) -> Result<()> {
    let named = |name| Theme::named(name, config.no_color);
    let (dark, light) = match config.theme.as_deref() {
        Some(name) => (named(name)?, named(name)?),
        None => (named("dark")?, named("light")?),
    };
    app::run(config, |frame, state| {
        draw(frame, state, if state.light { &light } else { &dark });
    })
}

/// Draws `state` over the whole of `frame`.
pub fn draw(frame: &mut Frame, state: &State, theme: &Theme) {
    let area = frame.area();
    let size = (area.width, area.height);
    // A Resize that is on its way leaves state and terminal with different sizes.
    if layout::too_small(size) || layout::too_small(state.size) {
        return frame::too_small(frame, theme);
    }
    frame::top(frame, state, theme);
    match state.screen() {
        Screen::Logs => logs::draw(frame, state, theme),
        Screen::Runs | Screen::LogRuns(_) => runs::draw(frame, state, theme),
        Screen::Machines => machines::draw(frame, state, theme),
        Screen::Machine(machine) => machines::one::draw(frame, state, machine, theme),
        Screen::Jobs => jobs::draw(frame, state, theme),
        Screen::Run(run) => run::draw(frame, layout::body(state.size), run, theme),
        Screen::Compare(compared) => {
            compare::draw(frame, layout::body(state.size), compared, theme);
        }
    }
    frame::message(frame, state, theme);
    frame::hints(frame, state, theme);
    match &state.overlay {
        None => {}
        Some(overlay) => overlay::draw(frame, state, overlay, theme),
    }
}

#[cfg(test)]
mod gallery;
#[cfg(test)]
mod look;
#[cfg(test)]
mod many_jobs;
#[cfg(test)]
mod tests;
