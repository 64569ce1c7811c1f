//! The lake: what a harvest leaves on disk, and how it gets there whole.

pub mod access;
mod context;
pub mod files;
pub mod gc;
mod harmless_json;
pub mod layout;
mod local_state;
mod local_store;
mod local_walk;
pub mod lock;
#[cfg(test)]
pub(crate) mod memory_store;
pub(crate) mod mount;
pub mod named_file;
mod newer_record;
pub mod notes;
pub mod presence;
pub mod readme;
pub mod record;
pub mod run_file;
pub mod store;
#[cfg(test)]
mod store_tests;

pub use access::ReadOnly;
pub use context::Context;
pub use layout::Lake;
pub use local_state::LocalState;
pub use lock::LogLock;
pub use newer_record::refuse_newer;
pub use notes::{Disposition, Note, Notes};
pub use presence::Presence;
pub use record::Record;
pub use store::Store;
