//! The browser without its looks: state, actions and keys, effects and workers.
//!
//! * [`action`], [`keymap`]: what can be asked for, and by which key.
//! * [`event`], [`effect`]: what comes in, and what goes out to the workers.
//! * [`prompt`]: a line that is being typed.
//! * [`run`]: the views of one run.

pub mod action;
pub mod chart;
pub mod effect;
pub mod event;
pub mod keymap;
pub mod prompt;
pub mod run;

pub use action::Action;
pub use config::Config;
pub use effect::{Answer, Effect, Request, Slot};
pub use event::{Event, Message, Signal};

mod config;
