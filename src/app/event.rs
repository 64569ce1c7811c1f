//! What reaches the browser: keys, sizes, signals, and what workers found.

use crossterm::event::{KeyEvent, MouseEvent};

use super::query::Answer;
use crate::etl::pool::JobEvent;

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal reported its background: whether it is light.
    Background {
        /// Rather white than black.
        light: bool,
    },
    /// The terminal has another size: columns, lines.
    Resize(u16, u16),
    /// A worker has something to say.
    Worker(Message),
    /// The operating system wants something.
    Signal(Signal),
}

/// What a worker says.
#[derive(Debug)]
pub enum Message {
    /// The answer to a query.
    Answer(Answer),
    /// A harvest moved on.
    Job {
        /// When, in microseconds since 1970.
        at_us: i64,
        /// What happened.
        event: JobEvent,
    },
    /// Something below the data directory changed.
    DataChanged,
}

/// What the operating system wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM, SIGHUP or SIGINT, or cannot read the keyboard: end at once.
    End,
    /// SIGTSTP: sleep.
    Stop,
    /// SIGCONT: awake again.
    Continue,
}
