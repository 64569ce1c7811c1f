//! Draws the browser's state; changes nothing.
//!
//! * [`theme`]: colours by meaning.
//! * [`draw`]: the whole screen: top line, view, message, hints, and what lies over it.
//! * [`run`]: the views of one run.
//! * [`compare`]: several runs side by side.
//! * [`widgets`]: parts that views are made of.

pub mod compare;
#[cfg(test)]
mod example_view;
mod find;
mod frame;
mod glyphs;
mod jobs;
mod lines;
mod list;
mod logs;
mod machines;
mod note;
mod overlay;
mod panel;
pub mod run;
mod runs;
mod saved_views;
mod signals;
pub mod text;
pub mod theme;
pub mod widgets;

use ratatui::{Frame, style::Color};
use theme::{Theme, choose::Wish};

use crate::{
    app::{
        self, Config, State,
        compare::CompareScreen,
        find::FindView,
        jobs::Jobs,
        layout,
        logs::Logs,
        machines::{MachineScreen, Machines},
        run::RunScreen,
        runs::Runs,
    },
    etl::{Error, Result},
};

#[cfg(test)]
use crate::app::example_view::ExampleView;

/// Says with which function each kind of view is drawn.
macro_rules! views {
    ($($(#[$meta:meta])* $view:ty => $draw:path,)*) => {
        /// Draws the view that is open.
        fn view(frame: &mut Frame, state: &State, theme: &Theme) {
            $($(#[$meta])* if let Some(view) = state.view::<$view>() {
                return $draw(frame, state, view, theme);
            })*
        }
    };
}

views! {
    Logs => logs::draw,
    Runs => runs::draw,
    FindView => find::draw,
    Machines => machines::draw,
    MachineScreen => machines::one::draw,
    Jobs => jobs::draw,
    RunScreen => run::draw,
    CompareScreen => compare::draw,
    #[cfg(test)]
    ExampleView => example_view::draw,
}

/// Runs the browser until the operator quits.
///
/// # Errors
/// As [`app::run`], and [`crate::etl::Error::Usage`] for an unknown theme.
pub fn browse(config: &Config) -> Result<()> {
    let choose = |light| {
        let theme = config.theme.as_deref();
        let abilities = &config.abilities;
        let wish = Wish {
            theme,
            light,
            abilities,
        };
        Ok::<Theme, Error>(wish.choose()?.theme)
    };
    let (dark, light) = (choose(false)?, choose(true)?);
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
        frame::too_small(frame, theme);
        surface(frame, theme);
        return glyphs::reduce(frame.buffer_mut(), theme.glyphs);
    }
    frame::top(frame, state, theme);
    view(frame, state, theme);
    frame::message(frame, state, theme);
    frame::hints(frame, state, theme);
    match &state.overlay {
        None => {}
        Some(overlay) => overlay::draw(frame, state, overlay, theme),
    }
    surface(frame, theme);
    glyphs::reduce(frame.buffer_mut(), theme.glyphs);
}

/// Lays the surface under everything that was drawn.
fn surface(frame: &mut Frame, theme: &Theme) {
    let (Some(text), Some(ground)) = (theme.surface.fg, theme.surface.bg) else {
        return;
    };
    for cell in &mut frame.buffer_mut().content {
        if cell.bg == Color::Reset {
            cell.bg = ground;
        }
        if cell.fg == Color::Reset {
            cell.fg = text;
        }
    }
}

#[cfg(test)]
mod frame_tests;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod many_jobs;
#[cfg(test)]
mod screen_snapshots;
#[cfg(test)]
mod tests;
