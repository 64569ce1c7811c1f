//! Which columns of a list its operator wants, and in which order; remembered by view.

use std::{borrow::Cow, collections::BTreeMap};

use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use super::{
    action::Action,
    scroll::Scroll,
    table::{Row, Table},
};
use crate::etl::toml_place::mistake;

/// The operator's choice of columns in one view; by default that of the program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Choice {
    /// Names from left to right; those that are not named follow in their usual order.
    pub order: Vec<String>,
    /// Names that are not shown.
    pub hidden: Vec<String>,
}

impl Choice {
    /// Whether a column is not shown.
    pub fn hides(&self, name: &str) -> bool {
        self.hidden.iter().any(|hidden| hidden == name)
    }

    /// Sorts columns as chosen; `name` names one.
    pub fn sort<T>(&self, columns: &mut [T], name: impl Fn(&T) -> Cow<'_, str>) {
        // Stable, so that what is not named keeps its order, after what is.
        columns.sort_by_key(|column| self.place(&name(column)));
    }

    /// The place of a column among those that are ordered; after them, of any other.
    pub fn place(&self, name: &str) -> usize {
        let at = self.order.iter().position(|chosen| chosen == name);
        at.unwrap_or(self.order.len())
    }
}

/// The choices of all views, by the view's name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Choices(BTreeMap<String, Choice>);

impl Choices {
    /// What a file remembers; nothing when it makes no sense.
    pub fn parse(toml: &str) -> Self {
        Self::read(toml).unwrap_or_default()
    }

    /// What a file remembers.
    ///
    /// # Errors
    /// What is wrong with it, with the line.
    pub fn read(toml: &str) -> Result<Self, String> {
        toml::from_str(toml).map_err(|e| mistake(toml, &e))
    }

    /// For the file.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_else(|error| {
            tracing::warn!("cannot save the chosen columns: {error}");
            String::new()
        })
    }

    /// The choice in a view.
    pub fn of(&self, view: &str) -> Choice {
        self.0.get(view).cloned().unwrap_or_default()
    }

    /// Remembers the choice in a view.
    pub fn set(&mut self, view: &str, choice: Choice) {
        if choice == Choice::default() {
            self.0.remove(view);
        } else {
            self.0.insert(view.to_owned(), choice);
        }
    }
}

/// Characters of the chooser with its frame: a bar, a tick, a name and a remark.
const WIDTH: u16 = 40;

/// The columns of a view while they are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chooser {
    /// The view's name.
    pub view: &'static str,
    /// Names in their order, and whether they are shown.
    pub columns: Vec<(String, bool)>,
    /// Those in which no row has anything: they are not shown until one has.
    pub empty: Vec<String>,
    /// The one under the cursor.
    pub cursor: usize,
    usual: Vec<String>,
}

impl Chooser {
    /// All columns of a view by their names in the usual order, as `choice` has them.
    pub fn new(view: &'static str, usual: Vec<String>, choice: &Choice) -> Self {
        let shown = |name: &String| (name.clone(), !choice.hides(name));
        let mut columns: Vec<(String, bool)> = usual.iter().map(shown).collect();
        choice.sort(&mut columns, |(name, _)| name.into());
        Self {
            view,
            columns,
            empty: Vec::new(),
            cursor: 0,
            usual,
        }
    }

    /// The columns of a list of rows.
    pub fn of<R: Row>(table: &Table<R>, choices: &Choices) -> Self {
        let columns = R::columns(table.rows());
        let names = columns.iter().map(|column| column.name().to_owned());
        let empty = table.empty_columns().iter();
        let empty = empty.filter_map(|at| Some(columns.get(*at)?.name().to_owned()));
        Self {
            empty: empty.collect(),
            ..Self::new(R::LIST, names.collect(), &choices.of(R::LIST))
        }
    }

    /// Where the chooser lies in a terminal of `size`, with its frame.
    pub fn area(&self, (width, height): (u16, u16)) -> Rect {
        let lines = self.columns.len().min(Self::room(height)) as u16;
        let (own_width, own_height) = (WIDTH.min(width), (lines + 2).min(height));
        Rect::new(
            (width - own_width) / 2,
            (height - own_height) / 2,
            own_width,
            own_height,
        )
    }

    /// Columns that have room in a terminal of so many lines.
    pub fn room(height: u16) -> usize {
        usize::from(height).saturating_sub(8).max(1)
    }

    /// The first column on the screen of a terminal of so many lines.
    pub fn first(&self, height: u16) -> usize {
        Scroll::new(self.columns.len(), Self::room(height)).first(0, self.cursor)
    }

    /// The column, if there is one, at a place of a terminal of `size`.
    pub fn at(&self, place: (u16, u16), size: (u16, u16)) -> Option<usize> {
        let area = self.area(size);
        let line = area.contains(place.into()).then(|| place.1 - area.y)?;
        let inside = (1..area.height.saturating_sub(1)).contains(&line);
        let at = self.first(size.1) + usize::from(line.checked_sub(1)?);
        (inside && at < self.columns.len()).then_some(at)
    }

    /// Does what a key asks for, with so many lines on the screen.
    pub fn act(&mut self, action: Action, lines: usize) {
        let last = self.columns.len().saturating_sub(1);
        match action {
            Action::Mark => {
                let shown = self.columns.iter().filter(|(_, shown)| *shown).count();
                if let Some((_, is_shown)) = self.columns.get_mut(self.cursor) {
                    // A list without columns would be nothing at all.
                    *is_shown = !*is_shown || shown == 1;
                }
            }
            Action::MoveUp if self.cursor > 0 => {
                self.columns.swap(self.cursor, self.cursor - 1);
                self.cursor -= 1;
            }
            Action::MoveDown if self.cursor < last => {
                self.columns.swap(self.cursor, self.cursor + 1);
                self.cursor += 1;
            }
            Action::ResetColumns => {
                self.columns = self.usual.iter().map(|name| (name.clone(), true)).collect();
            }
            _ => self.cursor = Scroll::new(self.columns.len(), lines).moved(self.cursor, action),
        }
    }

    /// What was chosen.
    pub fn choice(&self) -> Choice {
        let names = || self.columns.iter().map(|(name, _)| name);
        let hidden = self.columns.iter().filter(|(_, shown)| !shown);
        Choice {
            order: if names().eq(&self.usual) {
                Vec::new()
            } else {
                names().cloned().collect()
            },
            hidden: hidden.map(|(name, _)| name.clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    fn chooser(choice: &Choice) -> Chooser {
        Chooser::new("logs", names(&["state", "log", "size"]), choice)
    }

    #[test]
    fn columns_are_hidden_moved_and_reset() {
        let mut chosen = chooser(&Choice::default());
        assert_eq!(chosen.choice(), Choice::default());
        for action in [Action::MoveUp, Action::MoveDown, Action::Mark] {
            chosen.act(action, 10);
        }
        let choice = chosen.choice();
        assert_eq!(choice.order, ["log", "state", "size"]);
        assert_eq!(choice.hidden, ["state"]);
        assert_eq!(
            chooser(&choice).choice(),
            choice,
            "opened again as it was left"
        );
        chosen.act(Action::ResetColumns, 10);
        assert_eq!(chosen.choice(), Choice::default());
    }

    #[test]
    fn one_column_always_stays() {
        let mut chosen = chooser(&Choice::default());
        for _ in 0..3 {
            chosen.act(Action::Mark, 10);
            chosen.act(Action::Down, 10);
        }
        assert_eq!(chosen.choice().hidden, ["state", "log"]);
    }

    #[test]
    fn a_file_remembers_and_one_that_makes_no_sense_is_as_good_as_none() {
        let mut choices = Choices::default();
        let choice = Choice {
            order: names(&["size", "a \"b\""]),
            hidden: names(&["gone"]),
        };
        choices.set("logs", choice.clone());
        choices.set("runs", Choice::default());
        let read = Choices::parse(&choices.to_toml());
        assert_eq!(
            (read.of("logs"), read.of("runs")),
            (choice, Choice::default())
        );
        assert_eq!(read, choices);
        assert_eq!(Choices::parse("logs = 5"), Choices::default());
        let wrong = Choices::read("\nlogs = 5").unwrap_err();
        assert!(wrong.starts_with("line 2: "), "{wrong}");
    }

    #[test]
    fn what_is_new_follows_what_was_ordered() {
        let choice = Choice {
            order: names(&["size", "state"]),
            hidden: Vec::new(),
        };
        let mut columns = ["state", "log", "size", "cell"];
        choice.sort(&mut columns, |name| (*name).into());
        assert_eq!(columns, ["size", "state", "log", "cell"]);
    }
}
