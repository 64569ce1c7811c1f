//! A line of text that is being typed.

use super::action::Action;
use crate::etl::filter::Completion;

/// What the line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Incremental search.
    Search,
    /// A filter.
    Filter,
    /// A time or a row to go to.
    GoTo,
    /// A condition over the columns of all runs.
    Find,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 4] = [Self::Search, Self::Filter, Self::GoTo, Self::Find];

    /// What stands before the text.
    pub fn label(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Filter => "filter",
            Self::GoTo => "go to",
            Self::Find => "find",
        }
    }
}

/// Words that Tab has offered for the word before the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// At which byte the word begins.
    start: usize,
    /// What may stand there.
    pub words: Vec<String>,
    /// Which of them stands there; `None`: what they have in common.
    pub at: Option<usize>,
}

impl Offered {
    /// Completes the word before the cursor of `line` as far as is certain; gives back the words
    /// to choose from, if there are several.
    pub fn begin(completion: Completion, line: &mut Line) -> Option<Self> {
        let Completion { start, words } = completion;
        let (first, others) = words.split_first()?;
        let common = others.iter().fold(first.as_str(), |common, word| {
            let same = common.char_indices().zip(word.chars());
            let end = same.take_while(|((_, a), b)| a == b).last();
            let end = end.map_or(0, |((at, c), _)| at + c.len_utf8());
            common.get(..end).unwrap_or_default()
        });
        let typed = line.halves().0.len() - start;
        if common.len() >= typed {
            line.complete(start, common);
        }
        let at = None;
        (!others.is_empty()).then_some(Self { start, words, at })
    }

    /// Puts the next word before the cursor of `line`, or the previous one.
    pub fn step(&mut self, back: bool, line: &mut Line) {
        let last = self.words.len().saturating_sub(1);
        let at = match self.at {
            None => {
                if back {
                    last
                } else {
                    0
                }
            }
            Some(0) if back => last,
            Some(at) if back => at - 1,
            Some(at) if at >= last => 0,
            Some(at) => at + 1,
        };
        self.at = Some(at);
        if let Some(word) = self.words.get(at) {
            line.complete(self.start, word);
        }
    }
}

/// Text with a cursor in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    text: String,
    /// In bytes, always on a character.
    at: usize,
}

impl Line {
    /// `text` with the cursor behind it.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            at: text.len(),
        }
    }

    /// Puts the cursor behind so many characters.
    pub fn put(&mut self, characters: usize) {
        let mut places = self.text.char_indices().map(|(at, _)| at);
        self.at = places.nth(characters).unwrap_or(self.text.len());
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text before and after the cursor.
    pub fn halves(&self) -> (&str, &str) {
        self.text
            .split_at_checked(self.at)
            .unwrap_or((&self.text, ""))
    }

    /// Puts `word` in the place of what stands from byte `start` to the cursor.
    pub fn complete(&mut self, start: usize, word: &str) {
        if self.text.is_char_boundary(start) && start <= self.at {
            self.cut(start, self.at);
            self.paste(word);
        }
    }

    /// Inserts what was pasted; line ends and other controls become spaces.
    pub fn paste(&mut self, text: &str) {
        for c in text.trim().chars() {
            self.insert(if crate::etl::text::is_unsafe(c) {
                ' '
            } else {
                c
            });
        }
    }

    /// Edits the text; false when `action` does not edit text.
    pub fn edit(&mut self, action: Action) -> bool {
        match action {
            Action::Type(c) => self.insert(c),
            Action::Left => self.at = self.before(),
            Action::Right => self.at = self.after(),
            Action::First => self.at = 0,
            Action::Last => self.at = self.text.len(),
            Action::DeleteBack => self.cut(self.before(), self.at),
            Action::DeleteForward => self.cut(self.at, self.after()),
            Action::DeleteToStart => self.cut(0, self.at),
            Action::DeleteWord => {
                let head = self.halves().0.trim_end();
                let start = head.rfind(char::is_whitespace).map_or(0, |i| i + 1);
                self.cut(start, self.at);
            }
            _ => return false,
        }
        true
    }

    fn insert(&mut self, c: char) {
        if !crate::etl::text::is_unsafe(c) {
            self.text.insert(self.at, c);
            self.at += c.len_utf8();
        }
    }

    fn before(&self) -> usize {
        self.halves()
            .0
            .char_indices()
            .next_back()
            .map_or(0, |(i, _)| i)
    }

    fn after(&self) -> usize {
        self.at + self.halves().1.chars().next().map_or(0, char::len_utf8)
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.at = from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(actions: &[Action]) -> (String, usize) {
        let mut line = Line::new("zürich 加工");
        for action in actions {
            assert!(line.edit(*action));
        }
        (line.text().to_owned(), line.halves().0.chars().count())
    }

    #[test]
    fn edits_whole_characters() {
        use Action::*;
        assert_eq!(
            typed(&[DeleteBack, DeleteBack, DeleteBack]),
            ("zürich".into(), 6)
        );
        assert_eq!(typed(&[Left, DeleteBack]), ("zürich 工".into(), 7));
        assert_eq!(
            typed(&[First, Right, DeleteForward]),
            ("zrich 加工".into(), 1)
        );
        assert_eq!(typed(&[DeleteWord]), ("zürich ".into(), 7));
        assert_eq!(typed(&[DeleteWord, DeleteWord]), (String::new(), 0));
        assert_eq!(typed(&[Left, DeleteToStart]), ("工".into(), 0));
        assert_eq!(typed(&[First, Left, Type('x')]), ("xzürich 加工".into(), 1));
        assert_eq!(
            typed(&[Last, Right, DeleteForward]),
            ("zürich 加工".into(), 9)
        );
    }

    #[test]
    fn tab_completes_what_is_certain_and_then_goes_through_the_words() {
        let of = |words: &[&str]| Completion {
            start: 4,
            words: words.iter().map(|w| (*w).to_owned()).collect(),
        };
        let mut line = Line::new("not sta");
        assert_eq!(Offered::begin(of(&["state:"]), &mut line), None);
        assert_eq!(line.text(), "not state:");
        let mut line = Line::new("not s");
        assert_eq!(Offered::begin(of(&[]), &mut line), None);
        let words = ["state:", "start", "stop"];
        let mut offered = Offered::begin(of(&words), &mut line).unwrap();
        assert_eq!(line.text(), "not st");
        for (back, text) in [
            (false, "not state:"),
            (false, "not start"),
            (true, "not state:"),
            (true, "not stop"),
            (false, "not state:"),
        ] {
            offered.step(back, &mut line);
            assert_eq!(line.text(), text);
        }
        // What stands behind the cursor stays.
        let mut line = Line::new("not st)");
        line.put(6);
        Offered::begin(of(&["state:"]), &mut line);
        assert_eq!(line.halves(), ("not state:", ")"));
    }

    #[test]
    fn the_cursor_is_put_before_a_character() {
        let mut line = Line::new("zü 加工");
        for (at, before) in [
            (0, ""),
            (2, "zü"),
            (4, "zü 加"),
            (5, "zü 加工"),
            (99, "zü 加工"),
        ] {
            line.put(at);
            assert_eq!(line.halves().0, before);
        }
    }

    #[test]
    fn pasted_controls_are_harmless() {
        let mut line = Line::default();
        line.paste("a\n\u{1b}[31mb\n");
        assert_eq!(line.text(), "a  [31mb");
    }
}
