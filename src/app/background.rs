//! Whether the terminal is light or dark: asked of it (OSC 11), and before it answers, or if
//! it never does, taken from the environment.
//!
//! Nothing waits for the answer. It comes among the keys, at any time or never, and
//! [`Listener`] picks it out of them; every other key goes through untouched.

use std::collections::VecDeque;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What asks for the colour of the background.
pub const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";

/// How an answer begins, after `ESC ]`.
const BEGIN: &str = "11;rgb";

/// No answer is longer than this: `11;rgba:ffff/ffff/ffff/ffff`.
const LONGEST: usize = 32;

/// Whether `COLORFGBG` (`15;0`, `0;default;15`), as some terminals set it, tells a light
/// background.
pub fn is_light_by_environment(colorfgbg: Option<&str>) -> bool {
    let colour = colorfgbg.and_then(|text| text.rsplit(';').next()?.trim().parse::<u8>().ok());
    matches!(colour, Some(7 | 9..=15))
}

/// Whether a terminal of this `TERM` may be asked: those that know no such questions may
/// print them.
pub fn may_be_asked(term: Option<&str>) -> bool {
    !matches!(term, None | Some("" | "dumb" | "linux"))
}

/// Finds the terminal's answer among the keys.
#[derive(Debug, Default)]
pub struct Listener {
    /// Keys that may be the beginning of an answer.
    held: VecDeque<KeyEvent>,
    text: String,
}

/// What a key turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// These keys, pressed by the operator.
    Keys(Vec<KeyEvent>),
    /// The answer: whether the background is light.
    Light(bool),
}

impl Listener {
    /// Parses the next key; returns those that are not part of an answer.
    pub fn hear(&mut self, key: KeyEvent) -> Heard {
        if self.held.is_empty() {
            // crossterm reads `ESC ]` as this key.
            if key.code != KeyCode::Char(']') || !key.modifiers.contains(KeyModifiers::ALT) {
                return Heard::Keys(vec![key]);
            }
            self.text.clear();
            self.held.push_back(key);
            return Heard::Keys(Vec::new());
        }
        self.held.push_back(key);
        // The answer ends with BEL, or with `ESC \`.
        let ends = match key.code {
            KeyCode::Char('g') => key.modifiers.contains(KeyModifiers::CONTROL),
            KeyCode::Char('\\') => key.modifiers.contains(KeyModifiers::ALT),
            _ => false,
        };
        if ends && let Some(light) = is_light(&self.text) {
            self.held.clear();
            return Heard::Light(light);
        }
        if let KeyCode::Char(c) = key.code {
            self.text.push(c);
        }
        let begins = self.text.len().min(BEGIN.len());
        let fits = matches!(key.code, KeyCode::Char(_))
            && !ends
            && self.text.len() <= LONGEST
            && self.text.get(..begins) == BEGIN.get(..begins);
        if fits {
            Heard::Keys(Vec::new())
        } else {
            Heard::Keys(self.held.drain(..).collect())
        }
    }
}

/// Whether an answer such as `11;rgb:ffff/ffff/dddd` names a light colour.
fn is_light(text: &str) -> Option<bool> {
    let (_, colour) = text.split_once(':')?;
    let mut parts = colour.split('/').map(|part| {
        let most = 16_u32.checked_pow(part.len() as u32)?.checked_sub(1)?;
        let value = u32::from_str_radix(part, 16).ok()?;
        (most > 0).then(|| f64::from(value) / f64::from(most))
    });
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    // Luma of ITU-R BT.601.
    Some(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys that crossterm makes of an answer.
    fn keys(text: &str, bel: bool) -> Vec<KeyEvent> {
        let alt = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT);
        let end = if bel {
            KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL)
        } else {
            alt('\\')
        };
        let plain = text.chars().map(plain);
        [alt(']')].into_iter().chain(plain).chain([end]).collect()
    }

    fn plain(c: char) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
    }

    fn heard(keys: &[KeyEvent]) -> (Vec<KeyEvent>, Option<bool>) {
        let (mut listener, mut through, mut light) = (Listener::default(), Vec::new(), None);
        for key in keys {
            match listener.hear(*key) {
                Heard::Keys(keys) => through.extend(keys),
                Heard::Light(found) => light = Some(found),
            }
        }
        (through, light)
    }

    #[test]
    fn an_answer_is_parsed_and_its_keys_are_hidden() {
        for (text, light) in [
            ("11;rgb:ffff/ffff/dddd", true),
            ("11;rgb:0000/0000/0000", false),
            ("11;rgb:1e/1e/2e", false),
            ("11;rgb:f/f/f", true),
            ("11;rgba:fdfd/f6f6/e3e3/ffff", true),
        ] {
            for bel in [true, false] {
                let mut all = vec![plain('j')];
                all.extend(keys(text, bel));
                all.push(plain('k'));
                assert_eq!(
                    heard(&all),
                    (vec![plain('j'), plain('k')], Some(light)),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_answer_goes_through_whole_and_in_order() {
        for text in ["", "x", "12;rgb:0/0/0", "11;rgb:zz/0/0", "11;rgb:0/0"] {
            let mut all = keys(text, true);
            all.push(plain('q'));
            assert_eq!(heard(&all), (all.clone(), None), "{text}");
        }
        let endless: Vec<KeyEvent> = keys(&format!("11;rgb:{}", "0".repeat(90)), true);
        assert_eq!(heard(&endless), (endless.clone(), None));
        let arrow = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
        let broken = [keys("11;r", true)[..4].to_vec(), vec![arrow]].concat();
        assert_eq!(heard(&broken), (broken.clone(), None));
    }

    #[test]
    fn the_environment_tells_when_the_terminal_does_not() {
        for (text, light) in [
            (Some("15;0"), false),
            (Some("0;15"), true),
            (Some("0;default;7"), true),
            (Some("12;8"), false),
            (Some("0;default"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(is_light_by_environment(text), light, "{text:?}");
        }
        assert!(may_be_asked(Some("xterm-256color")) && !may_be_asked(Some("linux")));
        assert!(!may_be_asked(None));
    }
}
