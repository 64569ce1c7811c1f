//! JSON that other programs may have written: its text is made harmless where it enters.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::text::{is_unsafe, visible};

/// Parses a document whose keys and texts become those of [`visible`]. What mdtui writes has none
/// that it would change, and is parsed at once.
///
/// # Errors
/// For bytes that are not JSON, or of another shape. The message may quote the document.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    match may_be_unsafe(bytes) {
        false => serde_json::from_slice(bytes),
        true => serde_json::from_value(harmless(serde_json::from_slice(bytes)?)),
    }
}

/// Whether a text of the document may have an unsafe character: itself, or as an escape.
fn may_be_unsafe(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        // JSON has no control characters in texts, but line ends between them.
        Ok(text) => {
            let is_unsafe = |c: char| is_unsafe(c) && !matches!(c, '\n' | '\r' | '\t');
            has_escape(bytes)
                || (!text.is_ascii() || bytes.contains(&0x7f)) && text.contains(is_unsafe)
        }
        // An error, which the parser reports with its place.
        Err(_) => false,
    }
}

/// Whether there is an escape other than `\\`, `\"` and `\/`, which stand for harmless characters.
fn has_escape(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        if !matches!(rest.get(at + 1), Some(b'\\' | b'"' | b'/')) {
            return true;
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

fn harmless(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(visible(&text)),
        Value::Array(items) => items.into_iter().map(harmless).collect(),
        Value::Object(entries) => {
            let entries = entries.into_iter();
            let entries = entries.map(|(key, value)| (visible(&key), harmless(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        other => other,
    }
}
