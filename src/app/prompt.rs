//! A line of text that is being typed.

use super::action::Action;

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
