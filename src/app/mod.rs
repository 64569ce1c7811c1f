//! The browser without its drawing: state, actions and keys, effects and workers.
//!
//! * [`state`], [`update`]: everything that is shown, and the one way to change it.
//! * [`view`]: what every view can do; [`TOP_VIEWS`]: the views that keys show; [`list`]: what every list can do.
//! * [`action`], [`keymap`], [`help`]: what can be asked for, and by which key.
//! * [`event`], [`effect`]: what comes in, and what goes out to the workers.
//! * [`query`]: questions to workers and their answers; [`lake_queries`], [`list_queries`]: those of lists.
//! * [`table`], [`log_list`]: lists; [`columns`]: their columns, one description each.
//! * [`choice`]: which columns of a list the operator chose.
//! * [`remembered`]: filters, orders, marks and channels from one start to the next.
//! * [`saved_view`]: filter, order and columns of a view under a name.
//! * [`jobs`]: harvests of this process.
//! * [`top`], [`crumbs`], [`layout`]: where one is, and where things stand.
//! * [`wrap`]: text in lines.
//! * [`scroll`]: cursors, and what of a long list is seen.
//! * [`prompt`]: a line that is being typed; [`history`]: what was typed before; [`note`]: a note on runs.
//! * [`export`]: what is shown, as files.
//! * [`logs`], [`runs`]: the lists of logs and runs; [`side_panel`], [`run_panel`]: the panels beside them.
//! * [`find`]: stretches of runs in which a condition holds.
//! * [`run`], [`chart`]: the views of one run.
//! * [`machines`]: machines over their runs.
//! * [`compare`]: several runs side by side.
//! * [`abilities`], [`background`]: what the terminal can show; whether it is light or dark.
//! * [`workers`]: what is slow, on threads of its own.
//! * [`terminal`], [`tmux`], [`browser`]: the operator's terminal, and the loop.

pub mod abilities;
pub mod action;
pub mod background;
pub mod browser;
pub mod chart;
pub mod choice;
pub mod columns;
pub mod command;
pub mod compare;
pub mod crumbs;
pub mod effect;
pub mod event;
pub mod export;
pub mod find;
pub mod help;
pub mod history;
mod hits;
pub mod jobs;
pub mod keymap;
pub mod lake_queries;
pub mod layout;
pub mod list;
pub mod list_queries;
pub mod log_list;
pub mod logs;
pub mod machines;
pub mod note;
pub mod prompt;
pub mod query;
pub mod remembered;
pub mod run;
pub mod run_panel;
pub mod runs;
pub mod saved_view;
pub mod scroll;
pub mod side_panel;
pub mod signals;
pub mod sparkline;
pub mod state;
pub mod table;
pub mod terminal;
pub mod tmux;
pub mod top;
pub mod update;
pub mod view;
pub mod workers;
pub mod wrap;

mod config;
mod discard;
#[cfg(test)]
pub mod example_view;
#[cfg(test)]
pub mod fixture;
mod state_file;

pub use action::Action;
pub use browser::run;
pub use config::Config;
pub use effect::Effect;
pub use event::{Event, Message, Signal};
pub use query::{Answer, Pending, Query, Question};
pub use state::State;
pub use update::update;

use view::{OpenedView, TopView};

/// The views of the top level, in the order of the top line.
pub const TOP_VIEWS: [TopView; 4] = [
    TopView {
        number: 1,
        title: "Logs",
        action: Action::ShowLogs,
        view: |state| &state.logs,
        view_mut: |state| &mut state.logs,
    },
    TopView {
        number: 2,
        title: "Runs",
        action: Action::ShowRuns,
        view: |state| &state.runs,
        view_mut: |state| &mut state.runs,
    },
    TopView {
        number: 3,
        title: "Machines",
        action: Action::ShowMachines,
        view: |state| &state.machines,
        view_mut: |state| &mut state.machines,
    },
    TopView {
        number: 4,
        title: "Jobs",
        action: Action::ShowJobs,
        view: |state| &state.jobs,
        view_mut: |state| &mut state.jobs,
    },
];

/// The views that a key opens over any other.
pub const OPENED_VIEWS: &[OpenedView] = &[
    #[cfg(test)]
    OpenedView {
        action: Action::OpenExample,
        open: example_view::ExampleView::open_over,
    },
];
