//! Logs are parsed in processes of their own: readers of Parquet panic, and abort on absurd
//! sizes, on some damaged files, and that must cost no more than the log's own harvest.
//!
//! * [`frame`]: how bytes of a pipe become messages.
//! * [`message`]: the messages, and their version; [`fault`]: errors among them.
//! * [`serve`]: the worker's side, `mdtui worker`.
//! * [`client`]: the program's side: starts, watches, ends; [`process`]: its pipes.
//! * [`limits`]: memory and time that a log may take.
//! * [`crash`]: why a worker ended, as a sentence.

mod client;
mod crash;
mod fault;
pub mod frame;
pub mod limits;
pub mod message;
mod process;
mod serve;

pub use client::{Client, Ending, Executor};
pub(crate) use fault::Fault;
pub use fault::PathText;
pub use limits::Limits;
pub use message::Task;
pub use process::{KEEP_MEMORY, RETURN_MEMORY, this_program};
pub use serve::serve;
