//! Panics of libraries, caught where a log or a run ends with them.

use crate::etl::text;

/// What a caught panic says, as one sentence.
pub(super) fn panic_sentence(panic: &(dyn std::any::Any + Send)) -> String {
    let what = panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    format!("a library gave up on it: {}", text::quoted(&what, 300))
}
