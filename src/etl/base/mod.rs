//! What work of any length needs: a way to stop it, a report of how far it is, the memory
//! it may use, and the text of a panic that ended a part of it.

mod cancel;
pub mod memory;
pub(crate) mod panic;
mod progress;
pub mod read_at;

pub use cancel::CancelToken;
pub use progress::{NoProgress, Progress, ProgressSink, Stage};
