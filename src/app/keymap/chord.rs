//! One key with its modifiers: how the table writes it and how screens show it.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key with its modifiers. Shift is part of the character where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

const NAMED: [(&str, &str, KeyCode); 15] = [
    ("space", "Space", KeyCode::Char(' ')),
    ("enter", "Enter", KeyCode::Enter),
    ("esc", "Esc", KeyCode::Esc),
    ("tab", "Tab", KeyCode::Tab),
    ("backspace", "Backspace", KeyCode::Backspace),
    ("delete", "Del", KeyCode::Delete),
    ("up", "↑", KeyCode::Up),
    ("down", "↓", KeyCode::Down),
    ("left", "←", KeyCode::Left),
    ("right", "→", KeyCode::Right),
    ("home", "Home", KeyCode::Home),
    ("end", "End", KeyCode::End),
    ("pageup", "PgUp", KeyCode::PageUp),
    ("pagedown", "PgDn", KeyCode::PageDown),
    ("f1", "F1", KeyCode::F(1)),
];

impl Chord {
    /// Reads what the table writes: `j`, `G`, `ctrl-d`, `shift-tab`, `space`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, tail) = if let Some(tail) = rest.strip_prefix("ctrl-") {
                (KeyModifiers::CONTROL, tail)
            } else if let Some(tail) = rest.strip_prefix("alt-") {
                (KeyModifiers::ALT, tail)
            } else if let Some(tail) = rest.strip_prefix("shift-") {
                (KeyModifiers::SHIFT, tail)
            } else {
                break;
            };
            modifiers |= modifier;
            rest = tail;
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if !c.is_control() && c != ' ' => {
                // A shifted letter is written as that letter.
                if modifiers.contains(KeyModifiers::SHIFT) {
                    return None;
                }
                KeyCode::Char(c)
            }
            _ => NAMED.iter().find(|(name, ..)| *name == rest)?.2,
        };
        Some(Self::plain(code, modifiers))
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
        for bad in ["", "ctrl-", "hyper-x", "shift-g", "f99", "jj", " "] {
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
