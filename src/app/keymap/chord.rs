//! One key with its modifiers: how the table writes it and how screens show it.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key with its modifiers. Shift is part of the character where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Names in the key table, names on the screen, and the keys; F1 and the like are read apart.
const NAMED: [(&str, &str, KeyCode); 15] = [
    ("space", "Space", KeyCode::Char(' ')),
    ("enter", "Enter", KeyCode::Enter),
    ("esc", "Esc", KeyCode::Esc),
    ("tab", "Tab", KeyCode::Tab),
    ("backspace", "Backspace", KeyCode::Backspace),
    ("delete", "Del", KeyCode::Delete),
    ("insert", "Ins", KeyCode::Insert),
    ("up", "↑", KeyCode::Up),
    ("down", "↓", KeyCode::Down),
    ("left", "←", KeyCode::Left),
    ("right", "→", KeyCode::Right),
    ("home", "Home", KeyCode::Home),
    ("end", "End", KeyCode::End),
    ("pageup", "PgUp", KeyCode::PageUp),
    ("pagedown", "PgDn", KeyCode::PageDown),
];

/// Terminals have function keys up to this one.
const LAST_FUNCTION_KEY: u8 = 24;

/// The keys that may be written, for messages.
const ALLOWED: &str = "a character (\"H\"), F1 to F24, or space, enter, esc, tab, backspace, delete, insert, up, down, \
    left, right, home, end, pageup, pagedown, each with ctrl-, alt- or shift- before it if needed";

impl Chord {
    /// The key that always quits.
    pub const CTRL_C: Self = Self {
        code: KeyCode::Char('c'),
        modifiers: KeyModifiers::CONTROL,
    };
    /// The key that always leaves what lies over a view.
    pub const ESC: Self = Self {
        code: KeyCode::Esc,
        modifiers: KeyModifiers::NONE,
    };

    /// As [`Chord::read`], without the reason.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text).ok()
    }

    /// Reads what the key table and the config file write: `j`, `G`, `ctrl-d`, `shift-tab`,
    /// `space`, `F5`. Names are read in any case, and as screens show them.
    ///
    /// # Errors
    /// Why the text is not a key that a terminal can send.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        while let Some((modifier, tail)) = modifier(rest) {
            modifiers |= modifier;
            rest = tail;
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() && c != ' ' && named(rest).is_none() => {
                if modifiers.contains(KeyModifiers::SHIFT) {
                    return Err("write the character that Shift gives, such as \"G\"".into());
                }
                KeyCode::Char(c)
            }
            _ => named(rest).ok_or_else(|| format!("allowed is {ALLOWED}"))?,
        };
        let chord = Self::plain(code, modifiers);
        let same = match chord.code {
            KeyCode::Char('i') => "Tab",
            KeyCode::Char('m') => "Enter",
            KeyCode::Char('[') => "Esc",
            _ => return Ok(chord),
        };
        if chord.modifiers == KeyModifiers::CONTROL {
            return Err(format!("terminals send the same for it and for {same}"));
        }
        Ok(chord)
    }

    /// The chord of a key that was pressed; `None` for a release.
    pub fn of(key: KeyEvent) -> Option<Self> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        Some(Self::plain(key.code, key.modifiers & known))
    }

    fn plain(code: KeyCode, mut modifiers: KeyModifiers) -> Self {
        let mut code = code;
        if code == KeyCode::BackTab {
            code = KeyCode::Tab;
            modifiers |= KeyModifiers::SHIFT;
        }
        if let KeyCode::Char(c) = code {
            // Terminals disagree on whether `G` comes with Shift, and Ctrl-D as `d`.
            modifiers -= KeyModifiers::SHIFT;
            if modifiers.contains(KeyModifiers::CONTROL) {
                code = KeyCode::Char(c.to_ascii_lowercase());
            }
        }
        Self { code, modifiers }
    }

    /// As a key event, for tests that press every key.
    pub fn event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }
}

/// A leading modifier of a key that is written, and what follows it.
fn modifier(text: &str) -> Option<(KeyModifiers, &str)> {
    let names = [
        ("ctrl", KeyModifiers::CONTROL),
        ("alt", KeyModifiers::ALT),
        ("shift", KeyModifiers::SHIFT),
    ];
    names.into_iter().find_map(|(name, modifier)| {
        let (head, tail) = text.split_at_checked(name.len())?;
        let key = tail
            .strip_prefix(['-', '+'])
            .filter(|key| !key.is_empty())?;
        head.eq_ignore_ascii_case(name).then_some((modifier, key))
    })
}

/// The key of a name: `space`, `PgUp`, `F5`.
fn named(name: &str) -> Option<KeyCode> {
    let is_it = |known: &str| known.eq_ignore_ascii_case(name);
    let found = NAMED.iter().find(|(a, b, _)| is_it(a) || is_it(b));
    found.map(|(.., code)| *code).or_else(|| {
        let number = name.strip_prefix(['f', 'F'])?;
        let number: u8 = number.parse().ok()?;
        (1..=LAST_FUNCTION_KEY)
            .contains(&number)
            .then_some(KeyCode::F(number))
    })
}

impl fmt::Display for Chord {
    /// As screens show it: `j`, `Ctrl-d`, `Shift-Tab`, `Space`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (modifier, name) in [
            (KeyModifiers::CONTROL, "Ctrl-"),
            (KeyModifiers::ALT, "Alt-"),
            (KeyModifiers::SHIFT, "Shift-"),
        ] {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        if let Some((_, shown, _)) = NAMED.iter().find(|(.., code)| *code == self.code) {
            return f.write_str(shown);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            code => write!(f, "{code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_and_shown() {
        let shown = |text: &str| Chord::parse(text).map(|c| c.to_string());
        assert_eq!(shown("j").as_deref(), Some("j"));
        assert_eq!(shown("ctrl-d").as_deref(), Some("Ctrl-d"));
        assert_eq!(shown("shift-tab").as_deref(), Some("Shift-Tab"));
        assert_eq!(shown("-").as_deref(), Some("-"));
        assert_eq!(shown("ctrl--").as_deref(), Some("Ctrl--"));
        assert_eq!(shown("space").as_deref(), Some("Space"));
        assert_eq!(shown("F5").as_deref(), Some("F5"));
        assert_eq!(shown("f").as_deref(), Some("f"));
        assert_eq!(shown("Ctrl+PgDn").as_deref(), Some("Ctrl-PgDn"));
        assert_eq!(shown("alt-↑").as_deref(), Some("Alt-↑"));
        assert_eq!(shown("ctrl-i"), None, "it is Tab to a terminal");
        for bad in ["", "ctrl-", "hyper-x", "shift-g", "f99", "f0", "jj", " "] {
            assert_eq!(shown(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn terminals_that_disagree_on_shift_mean_the_same() {
        let with = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        let without = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::NONE);
        assert_eq!(Chord::of(with), Chord::of(without));
        assert_eq!(
            Chord::of(KeyEvent::from(KeyCode::BackTab)),
            Chord::parse("shift-tab")
        );
        let upper = KeyEvent::new(KeyCode::Char('D'), KeyModifiers::CONTROL);
        assert_eq!(Chord::of(upper), Chord::parse("ctrl-d"));
    }
}
