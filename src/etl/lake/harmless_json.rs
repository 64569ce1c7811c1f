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
    match std::str::from_utf8(bytes) {
        Ok(text) if has_escape(bytes) || has_unsafe(text) => {
            serde_json::from_value(harmless(serde_json::from_str(text)?))
        }
        Ok(text) => serde_json::from_str(text),
        // An error, which the parser reports with its place.
        Err(_) => serde_json::from_slice(bytes),
    }
}

/// Whether there is an unsafe character. Control characters below a space are not looked for: the
/// texts of a JSON document cannot hold them, and line ends stand between the texts.
fn has_unsafe(text: &str) -> bool {
    /// Bytes that are compared at once.
    const CHUNK: usize = 64;
    let is_suspect = |byte: &u8| *byte >= 0x7f;
    let is_unsafe_at = |at: usize| {
        // None within a character.
        let rest = text.get(at..).unwrap_or_default();
        rest.chars().next().is_some_and(is_unsafe)
    };
    let mut from = 0;
    for chunk in text.as_bytes().chunks(CHUNK) {
        if chunk.iter().fold(false, |any, byte| any | is_suspect(byte)) {
            let bytes = (from..).zip(chunk);
            let mut suspects = bytes.filter(|(_, byte)| is_suspect(byte));
            if suspects.any(|(at, _)| is_unsafe_at(at)) {
                return true;
            }
        }
        from += CHUNK;
    }
    false
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsafe_character_is_found_wherever_it_stands() {
        for unsafe_char in ['\u{7f}', '\u{9b}', '\u{61c}', '\u{202e}', '\u{2029}'] {
            for before in 0..130 {
                let mut text = "²".repeat(before / 2) + &"m".repeat(before % 2);
                assert!(!has_unsafe(&text), "{text}");
                text.push(unsafe_char);
                assert!(has_unsafe(&text), "{before}");
                text.push_str(&"/s²".repeat(30));
                assert!(has_unsafe(&text), "{before}");
            }
        }
        assert!(!has_unsafe("{\n\t\"unit\": \"mm/s²\"\r\n}"));
    }

    #[test]
    fn what_is_harmless_is_read_as_it_stands_and_the_rest_is_escaped() {
        for (json, read_as) in [
            (r#""mm/s² \\ \" \/""#, "mm/s² \\ \" /"),
            ("\"\u{9b}2J\"", "\\u{9b}2J"),
            (r#""\u001b[2J""#, "\\u{1b}[2J"),
        ] {
            assert_eq!(read::<String>(json.as_bytes()).unwrap(), read_as, "{json}");
        }
        assert!(read::<String>(b"\"\xff\"").is_err());
    }
}
