//! Text from logs and file names is made harmless once, where it enters.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::Path};

/// True for characters that could steer a terminal or reorder what is read:
/// C0, DEL, C1, and the bidirectional controls of Unicode UAX #9.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}'
            | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// `text` with every unsafe character written as an escape (`\n`, `\u{1b}`).
pub fn visible(text: &str) -> String {
    if !text.chars().any(is_unsafe) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    out
}

/// As [`visible`]; bytes that are not UTF-8 become `\xNN`.
pub fn visible_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_visible(&mut out, c);
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// A path as harmless text.
pub fn visible_path(path: &Path) -> String {
    visible_os(path.as_os_str())
}

/// A file name as harmless text.
pub fn visible_os(name: &OsStr) -> String {
    visible_bytes(name.as_bytes())
}

/// At most `max` characters of `text`, harmless, with `…` where it was cut:
/// for quoting a bad value in an error.
pub fn quoted(text: &str, max: usize) -> String {
    let mut out: String = text.chars().take(max).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    visible(&out)
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_unsafe(c) => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_and_bidi_overrides_become_visible() {
        assert_eq!(
            visible("a\u{1b}[31mb\u{202e}c\u{9b}d\n"),
            "a\\u{1b}[31mb\\u{202e}c\\u{9b}d\\n"
        );
        assert_eq!(visible_bytes(b"x\xff\x7fy"), "x\\xff\\u{7f}y");
        assert_eq!(visible("Zürich 加工"), "Zürich 加工");
    }

    #[test]
    fn long_values_are_cut_with_a_mark() {
        assert_eq!(quoted("abcdef", 3), "abc…");
        assert_eq!(quoted("abc", 3), "abc");
    }
}
