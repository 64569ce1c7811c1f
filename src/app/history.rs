//! What was typed before in text fields, to be recalled.

use super::prompt::Purpose;

/// So many texts of each purpose are kept.
const KEPT: usize = 100;

/// The texts that were accepted, by purpose, the latest last. [`super::remembered`]
/// keeps it for the next start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    texts: [Vec<String>; Purpose::ALL.len()],
}

impl History {
    fn of(&self, purpose: Purpose) -> Option<&Vec<String>> {
        self.texts.get(purpose as usize)
    }

    /// The texts of a purpose, the latest last.
    pub fn texts(&self, purpose: Purpose) -> &[String] {
        self.of(purpose).map_or(&[], Vec::as_slice)
    }

    /// Puts texts that were saved before those of now.
    pub fn restore(&mut self, purpose: Purpose, saved: Vec<String>) {
        let own = self.of(purpose).cloned().unwrap_or_default();
        for text in saved.into_iter().chain(own) {
            self.add(purpose, &text);
        }
    }

    /// A text was accepted; it stands there once.
    pub fn add(&mut self, purpose: Purpose, text: &str) {
        let text = text.trim();
        let Some(texts) = self.texts.get_mut(purpose as usize) else {
            return;
        };
        if text.is_empty() {
            return;
        }
        texts.retain(|known| known != text);
        texts.push(text.to_owned());
        if texts.len() > KEPT {
            texts.remove(0);
        }
    }
}

/// The text that is shown of a history: how many before the one that is being typed, which is
/// kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recall {
    back: usize,
    typed: String,
}

impl Recall {
    /// The text before the one that is shown, or after it, when `shown` is in the text field;
    /// `None`: there is none.
    pub fn step(&mut self, texts: &[String], shown: &str, back: bool) -> Option<String> {
        if self.back == 0 {
            self.typed = shown.to_owned();
        }
        let mut at = self.back;
        loop {
            at = if back { at + 1 } else { at.checked_sub(1)? };
            let text = match at {
                0 => &self.typed,
                _ => texts.get(texts.len().checked_sub(at)?)?,
            };
            // The filter that is edited is the latest of the history most often.
            if text != shown || at == 0 {
                self.back = at;
                return Some(text.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_once_in_the_order_of_their_use() {
        let mut history = History::default();
        for text in ["cell:1", " rows>5 ", "", "cell:1"] {
            history.add(Purpose::Filter, text);
        }
        assert_eq!(history.texts(Purpose::Filter), ["rows>5", "cell:1"]);
        assert!(history.texts(Purpose::Search).is_empty());
        history.restore(Purpose::Filter, vec!["old".into(), "cell:1".into()]);
        assert_eq!(history.texts(Purpose::Filter), ["old", "rows>5", "cell:1"]);
        for n in 0..200 {
            history.add(Purpose::Find, &n.to_string());
        }
        let texts = history.texts(Purpose::Find);
        assert_eq!((texts.len(), texts[0].as_str()), (KEPT, "100"));
    }

    #[test]
    fn the_arrow_keys_lead_back_and_to_what_was_typed() {
        let texts = ["a", "b", "c"].map(str::to_owned);
        let mut recall = Recall::default();
        let mut step = |shown: &str, back| recall.step(&texts, shown, back);
        assert_eq!(step("half", false), None);
        // The latest is shown already.
        assert_eq!(step("c", true).as_deref(), Some("b"));
        assert_eq!(step("b", true).as_deref(), Some("a"));
        assert_eq!(step("a", true), None);
        assert_eq!(step("a", false).as_deref(), Some("b"));
        assert_eq!(step("b", false).as_deref(), Some("c"));
        assert_eq!(step("c", false).as_deref(), Some("c"), "as it was typed");
        assert_eq!(step("c", false), None);
    }
}
