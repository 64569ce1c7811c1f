//! The lake: what a harvest leaves on disk, and how it gets there whole.

mod context;
pub mod files;
pub mod gc;
pub mod layout;
pub mod lock;
pub mod record;
pub mod run_file;

pub use context::Context;
pub use layout::Lake;
pub use lock::LogLock;
pub use record::Record;
