//! The one table of glyphs: every character beyond ASCII that the program draws, with the form
//! that it has on terminals without it. Each takes one column in both forms, so that what is
//! drawn is reduced as a whole, after the layout.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

use crate::app::abilities::Glyphs;

/// Glyphs and their ASCII forms.
const FORMS: &[(char, char)] = &[
    // States of logs, verdicts, marks.
    ('●', '*'),
    ('○', 'o'),
    ('◌', '.'),
    ('◐', '>'),
    ('◒', '%'),
    ('↻', '@'),
    ('⌀', '-'),
    ('≠', '!'),
    ('✓', '+'),
    ('✗', 'x'),
    // The line under the cursor, groups, the direction of a sort.
    ('▌', '>'),
    ('▐', '|'),
    ('▸', '+'),
    ('▾', '-'),
    ('▲', '^'),
    ('▼', 'v'),
    // Texts.
    ('…', '~'),
    // A missing value, or a separator: a dot would read as the point of a number.
    ('·', '-'),
    ('›', '>'),
    ('–', '-'),
    ('−', '-'),
    ('×', 'x'),
    ('°', 'o'),
    ('µ', 'u'),
    ('²', '2'),
    ('³', '3'),
    ('Δ', 'd'),
    ('≥', '>'),
    ('≤', '<'),
    ('∞', 'I'),
    ('←', '<'),
    ('→', '>'),
    ('↑', '^'),
    ('↓', 'v'),
    // Rules, axes, boxes.
    ('─', '-'),
    ('━', '='),
    ('╌', '-'),
    ('│', '|'),
    ('╷', '.'),
    ('╵', '\''),
    ('┆', ':'),
    ('┌', '+'),
    ('┐', '+'),
    ('└', '+'),
    ('┘', '+'),
    ('├', '+'),
    ('┤', '+'),
    ('┴', '+'),
    ('╋', '+'),
    // Sparklines, bars, the lines of charts.
    ('▁', '_'),
    ('▂', '.'),
    ('▃', '-'),
    ('▄', '='),
    ('▅', '+'),
    ('▆', '*'),
    ('▇', '%'),
    ('█', '#'),
    ('▀', '"'),
    ('░', '.'),
    ('▒', '%'),
    ('■', '#'),
    ('•', '*'),
];

/// The form of a character that has none.
const UNKNOWN: char = '?';

/// Gives everything that was drawn the form that the terminal can show.
pub fn reduce(buf: &mut Buffer, glyphs: Glyphs) {
    if glyphs == Glyphs::Unicode {
        return;
    }
    for cell in &mut buf.content {
        let symbol = cell.symbol();
        if symbol.is_ascii() {
            continue;
        }
        let form = form(symbol, glyphs);
        if let Some(form) = form {
            cell.set_char(form);
        }
    }
}

/// The form of what stands in a cell; none where it stays.
fn form(symbol: &str, glyphs: Glyphs) -> Option<char> {
    let mut chars = symbol.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else {
        return Some(UNKNOWN);
    };
    let known = FORMS.iter().find(|(glyph, _)| *glyph == c);
    match (known, c) {
        (Some((_, ascii)), _) => Some(*ascii),
        (None, '\u{2800}'..='\u{28ff}') => Some(braille(c)),
        // Letters of names out of logs.
        (None, _) if glyphs == Glyphs::Letters && c.is_alphabetic() && symbol.width() == 1 => None,
        (None, _) => Some(UNKNOWN),
    }
}

/// A stroke for the dots of a braille character: where they lie, and how they rise.
fn braille(c: char) -> char {
    // Bits of the rows from top to bottom, left and right (Unicode, chapter 21.1).
    const ROWS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
    let bits = u32::from(c) - 0x2800;
    let rows = |side: usize| {
        let set = ROWS
            .iter()
            .enumerate()
            .filter(move |(_, row)| row.get(side).is_some_and(|bit| bits & bit != 0));
        set.map(|(row, _)| row)
    };
    let (Some(top), Some(bottom)) = (rows(0).chain(rows(1)).min(), rows(0).chain(rows(1)).max())
    else {
        return ' ';
    };
    let middle = |side: usize| {
        let count = rows(side).count();
        (count > 0).then(|| rows(side).sum::<usize>() as f64 / count as f64)
    };
    match (middle(0), middle(1)) {
        (Some(left), Some(right)) if left - right >= 1.5 => '/',
        (Some(left), Some(right)) if right - left >= 1.5 => '\\',
        _ if bottom - top >= 2 => '|',
        _ => match top + bottom {
            0 => '"',
            1 | 2 => '\'',
            3 | 4 => '-',
            5 => '.',
            _ => '_',
        },
    }
}

/// Keys as they are shown; arrows are words where their glyphs would be letters.
pub fn keys(keys: String, glyphs: Glyphs) -> String {
    if glyphs == Glyphs::Unicode {
        return keys;
    }
    let words = [("↑", "Up"), ("↓", "Down"), ("←", "Left"), ("→", "Right")];
    words
        .iter()
        .fold(keys, |keys, (arrow, word)| keys.replace(arrow, word))
}

#[cfg(test)]
mod tests {
    use ratatui::{layout::Rect, style::Style};

    use super::*;

    fn reduced(text: &str, glyphs: Glyphs) -> String {
        let area = Rect::new(0, 0, 40, 1);
        let mut buf = Buffer::empty(area);
        buf.set_string(0, 0, text, Style::new());
        reduce(&mut buf, glyphs);
        let line: String = (0..40).map(|x| buf[(x, 0)].symbol()).collect();
        line.trim_end().to_owned()
    }

    #[test]
    fn every_glyph_has_one_form_of_one_column() {
        for (at, (glyph, form)) in FORMS.iter().enumerate() {
            assert!(form.is_ascii_graphic(), "{glyph}");
            assert_eq!(glyph.to_string().width(), 1, "{glyph}");
            assert!(FORMS.iter().take(at).all(|(g, _)| g != glyph), "{glyph}");
        }
        let states = "●○◌◐◒↻⌀≠✗=…";
        let forms = reduced(states, Glyphs::Ascii);
        let distinct: std::collections::BTreeSet<char> = forms.chars().collect();
        assert_eq!(distinct.len(), states.chars().count(), "{forms}");
    }

    #[test]
    fn letters_of_names_stay_where_the_terminal_has_them() {
        assert_eq!(
            reduced("● Zürich 加 −5…", Glyphs::Letters),
            "* Zürich ?  -5~"
        );
        assert_eq!(reduced("● Zürich 加 −5…", Glyphs::Ascii), "* Z?rich ?  -5~");
        assert_eq!(reduced("● Zürich", Glyphs::Unicode), "● Zürich");
    }

    #[test]
    fn braille_becomes_strokes() {
        let strokes = reduced("⠉⠒⠤⣀⡠⠊⠑⢄⡇⣿⡈⢁", Glyphs::Ascii);
        assert_eq!(strokes, "\"'-_.''.||/\\");
    }

    #[test]
    fn arrows_of_keys_are_words() {
        assert_eq!(keys("j ↓".into(), Glyphs::Ascii), "j Down");
        assert_eq!(keys("j ↓".into(), Glyphs::Unicode), "j ↓");
    }
}
