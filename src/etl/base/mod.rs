//! What work of any length needs: a way to stop it, a report of how far it is, the memory
//! it may use, the mounts it works on, small files, and the text of a panic that ended a part of it.

mod cancel;
pub mod memory;
pub(crate) mod mounts;
pub(crate) mod panic;
mod progress;
pub mod read_at;
pub(crate) mod refused;
pub mod small_file;

pub use cancel::CancelToken;
pub use progress::{NoProgress, Progress, ProgressSink, Stage};
