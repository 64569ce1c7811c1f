//! Text from logs and file names is made harmless once, where it enters.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::Path};

use unicode_normalization::UnicodeNormalization;

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

/// As [`visible`], but lines stay lines: each ends in `\n`, whatever it ended in. Tabs become
/// blanks.
pub fn visible_lines(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        visible(&line.replace('\t', "    "))
    });
    lines.collect::<Vec<_>>().join("\n")
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

/// `text` in Unicode's composed form (NFC): two texts that look the same, one typed at a
/// keyboard and one named by a system that decomposes names, have the same.
pub fn composed(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    text.nfc().collect()
}

/// As [`composed`], in lower case: for looking for what an operator typed, whatever the case.
pub fn searchable(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    composed(text).to_lowercase()
}

/// Whether `text` is `typed` (see [`composed`]) but for Unicode normalisation.
pub fn is_same(text: &str, typed: &str) -> bool {
    text == typed || !text.is_ascii() && text.nfc().eq(typed.chars())
}

/// `word` as a POSIX shell reads it back.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// What `text` has in common with every text that some file system takes for the same name:
/// without regard to letter case, to Unicode normalisation, and to characters that are not
/// shown. Folds more than any one file system (ext4, APFS, NTFS and SMB each fold otherwise): to
/// tell names apart safely, never to be shown.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Some letters have no upper case until they are in lower case (`ẞ`), and what that gives
    // may be composed.
    let letters = text.nfkd().filter(|c| !is_ignorable(*c));
    let folded = letters
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase);
    folded.nfkd().collect()
}

/// Unicode's property `Default_Ignorable_Code_Point`: not shown, and no part of a name where
/// ext4 or HFS+ fold it.
fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(shell_word("cell-01/a.csv"), "cell-01/a.csv");
        assert_eq!(shell_word("it's"), "'it'\\''s'");
        assert_eq!(shell_word("a b$"), "'a b$'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn names_that_some_file_system_takes_for_the_same_fold_to_the_same() {
        for (a, b) in [
            ("Cell-1", "cell-1"),
            ("Gr\u{f6}\u{df}e", "GRO\u{308}SSE"),
            ("\u{212a}", "k"),
            ("\u{3a3}\u{3b1}\u{3c2}", "\u{3c3}\u{3b1}\u{3c3}"),
            ("\u{fb01}n", "FIN"),
            ("a\u{200d}b\u{ad}", "ab"),
            ("\u{1e9b}\u{323}", "\u{1e69}"),
        ] {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
        for (a, b) in [("a", "b"), ("o", "\u{f6}"), ("a-1", "a_1"), ("加", "工")] {
            assert_ne!(folded(a), folded(b), "{a} {b}");
        }
        assert_eq!(composed("Mu\u{308}ller"), "M\u{fc}ller");
    }

    #[test]
    fn what_is_typed_finds_what_looks_the_same() {
        assert!(is_same("Mu\u{308}ller", "M\u{fc}ller"));
        assert!(is_same("a", "a") && !is_same("a", "b"));
        assert!(!is_same("mu\u{308}ller", "M\u{fc}ller"));
        assert_eq!(searchable("MU\u{308}LLER"), searchable("M\u{fc}ller"));
    }

    #[test]
    fn folding_undoes_case_and_normalisation_of_every_character() {
        for c in '\0'..=char::MAX {
            let text = format!("x{c}\u{345}y");
            let once = folded(&text);
            for other in [
                text.to_lowercase(),
                text.to_uppercase(),
                text.nfc().collect(),
                text.nfd().collect(),
                text.nfkc().collect(),
                text.nfkd().collect(),
                once.clone(),
            ] {
                assert_eq!(folded(&other), once, "{c:?}: {text:?} {other:?}");
            }
        }
    }

    #[test]
    fn control_sequences_and_bidi_overrides_become_visible() {
        assert_eq!(
            visible("a\u{1b}[31mb\u{202e}c\u{9b}d\n"),
            "a\\u{1b}[31mb\\u{202e}c\\u{9b}d\\n"
        );
        assert_eq!(
            visible_lines("a\r\n\tb\u{1b}[2J\rc\n\u{202e}d"),
            "a\n    b\\u{1b}[2J\\rc\n\\u{202e}d"
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
