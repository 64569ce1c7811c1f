//! Panics of libraries, caught where a log or a run ends with them.

use crate::text;

/// What a caught panic says, as one sentence.
pub(crate) fn panic_sentence(panic: &(dyn std::any::Any + Send)) -> String {
    format!("a library gave up on it: {}", panic_words(panic))
}

/// The panic's own words, harmless and short.
pub(crate) fn panic_words(panic: &(dyn std::any::Any + Send)) -> String {
    let what = panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    text::quoted(&what, 300)
}
