//! What all lists can do, whatever their rows; the keys of lists are handled once, here.

use super::{
    action::Action,
    choice::{Choices, Chooser},
    columns::{self, Column, PlacedColumn, Room},
    export::{Export, ExportTable, Form, What},
    prompt::Purpose,
    state::{Prompt, Tone},
    table::{ListState, Row, Table},
    view::ActionContext,
};
use crate::etl::{
    compare::{FEWEST, MOST},
    filter::{self, Completion},
    parse_error::ParseError,
};

/// The line of the cursor, the first line on the screen, and the number of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPosition {
    /// The line of the cursor.
    pub cursor: usize,
    /// The first line on the screen.
    pub offset: usize,
    /// Number of lines.
    pub len: usize,
}

/// What the message line says of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListStatus {
    /// Number of marked rows.
    pub marked: usize,
    /// Of these, how many the filter hides.
    pub hidden_marks: usize,
    /// Whether a range is being marked.
    pub range: bool,
    /// Whether a worker filters, sorts or searches.
    pub waiting: bool,
    /// The filter as it was typed.
    pub filter: String,
    /// Number of rows that pass the filter.
    pub shown: usize,
    /// Number of all rows.
    pub all: usize,
}

/// A list. What it does not do itself the list does that it is made around, if there is one; a
/// list without is neither searched nor filtered, and has no columns to choose from.
pub trait List {
    /// The list that this one is made around.
    fn inner(&self) -> Option<&dyn List> {
        None
    }

    /// As [`List::inner`], to change it.
    fn inner_mut(&mut self) -> Option<&mut dyn List> {
        None
    }

    /// Where its cursor is.
    fn position(&self) -> ListPosition;

    /// Puts the cursor on a line.
    fn put_cursor(&mut self, at: usize);

    /// Scrolls so that the cursor is among the `lines` on the screen.
    fn keep_cursor_visible(&mut self, lines: usize);

    /// Moves, marks, or sorts, with `lines` on the screen.
    fn apply(&mut self, action: Action, lines: usize);

    /// Searches from a line on, around the end; whether the text is there.
    fn search(&mut self, text: &str, from: usize) -> bool {
        self.inner_mut().is_some_and(|list| list.search(text, from))
    }

    /// To the next hit, or the previous one; whether there is one.
    fn search_on(&mut self, forward: bool) -> bool {
        self.inner_mut().is_some_and(|list| list.search_on(forward))
    }

    /// What is searched for; empty: nothing.
    fn searched(&self) -> &str {
        self.inner().map_or("", |list| list.searched())
    }

    /// Shows the rows that pass a filter; an empty one shows all.
    ///
    /// # Errors
    /// What is wrong with the text; the filter stays as it was.
    fn filter(&mut self, text: &str) -> Result<(), ParseError> {
        self.inner_mut().map_or(Ok(()), |list| list.filter(text))
    }

    /// What the word at the end of the text of a filter can be completed to.
    fn completion(&self, before: &str) -> Completion {
        let list = self.inner();
        list.map_or_else(Completion::default, |list| list.completion(before))
    }

    /// Marks, filter and counts for the message line.
    fn status(&self) -> ListStatus {
        self.inner().map(|list| list.status()).unwrap_or_default()
    }

    /// The columns that have room in `width`, with `key` and `without` as in [`Room`].
    fn placed(
        &self,
        width: u16,
        room: (u16, &'static [&'static str]),
        choices: &Choices,
    ) -> Vec<PlacedColumn> {
        let list = self.inner();
        list.map_or_else(Vec::new, |list| list.placed(width, room, choices))
    }

    /// The column under the cursor.
    fn column(&self) -> usize {
        self.inner().map_or(0, |list| list.column())
    }

    /// Puts the cursor of columns on a column.
    fn put_column(&mut self, column: usize) {
        if let Some(list) = self.inner_mut() {
            list.put_column(column);
        }
    }

    /// The columns, to choose from.
    fn chooser(&self, choices: &Choices) -> Option<Chooser> {
        self.inner()?.chooser(choices)
    }

    /// Ends the range that is being marked; whether one was.
    fn stop_range(&mut self) -> bool {
        self.inner_mut().is_some_and(|list| list.stop_range())
    }

    /// Unmarks all rows.
    fn clear_marks(&mut self) {
        if let Some(list) = self.inner_mut() {
            list.clear_marks();
        }
    }

    /// Filter, order and marks, to remember them.
    fn remembered(&self) -> ListState {
        let list = self.inner();
        list.map_or_else(ListState::default, |list| list.remembered())
    }

    /// Filter, order and marks as they were remembered; what makes no sense any more is left out.
    fn recall(&mut self, state: &ListState) {
        if let Some(list) = self.inner_mut() {
            list.recall(state);
        }
    }

    /// Filter and order of a view that was saved; the marks stay.
    fn order_by(&mut self, state: &ListState) {
        if let Some(list) = self.inner_mut() {
            list.order_by(state);
        }
    }

    /// Whether filter, order or marks were changed since this was last asked.
    fn take_changed(&mut self) -> bool {
        self.inner_mut().is_some_and(|list| list.take_changed())
    }

    /// Back to the cursor and the filter from before a text field was opened.
    fn restore(&mut self, prompt: &Prompt) {
        // The old filter was accepted before, so it is now.
        let _ = self.filter(&prompt.filter);
        if prompt.purpose == Purpose::Search {
            self.search("", prompt.cursor);
        } else {
            self.put_cursor(prompt.cursor);
        }
    }
}

impl<T: Row> List for Table<T> {
    fn position(&self) -> ListPosition {
        ListPosition {
            cursor: self.cursor,
            offset: self.offset,
            len: self.len(),
        }
    }

    fn put_cursor(&mut self, at: usize) {
        Self::put_cursor(self, at);
    }

    fn keep_cursor_visible(&mut self, lines: usize) {
        Self::keep_cursor_visible(self, lines);
    }

    fn apply(&mut self, action: Action, lines: usize) {
        self.act(action, lines);
    }

    fn search(&mut self, text: &str, from: usize) -> bool {
        self.set_search(text, from)
    }

    fn search_on(&mut self, forward: bool) -> bool {
        Self::search_on(self, forward)
    }

    fn searched(&self) -> &str {
        Self::search(self)
    }

    fn filter(&mut self, text: &str) -> Result<(), ParseError> {
        self.set_filter(text)
    }

    fn completion(&self, before: &str) -> Completion {
        let columns = T::columns(self.rows());
        let fields = columns.iter().filter(|column| column.has_field());
        let names: Vec<&str> = fields.map(Column::name).collect();
        filter::complete::<T>(before, &names)
    }

    fn status(&self) -> ListStatus {
        ListStatus {
            marked: self.marked(),
            hidden_marks: self.hidden_marks(),
            range: self.anchor.is_some(),
            waiting: self.is_waiting(),
            filter: Self::filter(self).to_owned(),
            shown: self.len(),
            all: self.rows().len(),
        }
    }

    fn placed(
        &self,
        width: u16,
        (key, without): (u16, &'static [&'static str]),
        choices: &Choices,
    ) -> Vec<PlacedColumn> {
        self.fit(Room {
            width,
            key,
            without,
            choice: &choices.of(T::LIST),
        })
    }

    fn column(&self) -> usize {
        self.column
    }

    fn put_column(&mut self, column: usize) {
        self.column = column;
    }

    fn chooser(&self, choices: &Choices) -> Option<Chooser> {
        Some(Chooser::of(self, choices))
    }

    fn stop_range(&mut self) -> bool {
        self.anchor.take().is_some()
    }

    fn clear_marks(&mut self) {
        Self::clear_marks(self);
    }

    fn remembered(&self) -> ListState {
        Self::remembered(self)
    }

    fn recall(&mut self, state: &ListState) {
        Self::recall(self, state);
    }

    fn order_by(&mut self, state: &ListState) {
        Self::order_by(self, state);
    }

    fn take_changed(&mut self) -> bool {
        Self::take_changed(self)
    }
}

/// Words that join and negate the terms of a filter.
const JOINING: [&str; 3] = ["and", "or", "not"];

/// Filters by a text that is being typed, whose cursor is behind `before`; true where the word
/// there may still become the name of a field and finds nothing as it stands: the list then shows
/// what it showed.
///
/// # Errors
/// What is wrong with the text; the filter stays as it was.
pub fn filter_typed(list: &mut dyn List, text: &str, before: &str) -> Result<bool, ParseError> {
    let (earlier, cursor) = (list.status().filter, list.position().cursor);
    list.filter(text)?;
    let finds = list.position().len > 0 && !list.status().waiting;
    if finds || !is_half_typed(list, before) {
        return Ok(false);
    }
    // The earlier filter was accepted before, so it is now.
    list.filter(&earlier)?;
    list.put_cursor(cursor);
    Ok(true)
}

/// Whether the last word of `before` is the beginning of a word that filters know.
fn is_half_typed(list: &dyn List, before: &str) -> bool {
    let Completion { start, words } = list.completion(before);
    let word = before.get(start..).unwrap_or_default();
    let joins = |known: &&str| known.starts_with(word);
    !word.is_empty() && (!words.is_empty() || JOINING.iter().any(joins))
}

/// Ends the range that is being marked, else clears the filter, else the search; false when there
/// is none of these.
pub fn clear(list: &mut dyn List) -> bool {
    if list.stop_range() {
        return true;
    }
    if !list.status().filter.is_empty() {
        // No filter cannot be wrong.
        return list.filter("").is_ok();
    }
    if list.searched().is_empty() {
        return false;
    }
    let cursor = list.position().cursor;
    list.search("", cursor);
    true
}

/// Whether a key of lists can do something in this one as it is now.
pub fn is_possible(list: &dyn List, action: Action) -> bool {
    let rows = list.position().len;
    match action {
        Action::Open
        | Action::Mark
        | Action::MarkRange
        | Action::MarkAll
        | Action::Fold
        | Action::Search
        | Action::Harvest
        | Action::Note
        | Action::ComparePrevious
        | Action::Columns
        | Action::Export
        | Action::Copy => rows > 0,
        Action::Sort => rows > 1,
        Action::Next | Action::Previous => !list.searched().is_empty(),
        Action::Filter => rows > 0 || !list.status().filter.is_empty(),
        Action::Compare => (FEWEST..=MOST).contains(&list.status().marked),
        _ => true,
    }
}

/// Handles the keys of every list.
pub fn act(list: &mut dyn List, action: Action, context: &mut ActionContext<'_>) {
    match action {
        Action::Search | Action::Filter => {
            let purpose = if action == Action::Search {
                Purpose::Search
            } else {
                Purpose::Filter
            };
            context.ask_text(purpose, list.position().cursor, &list.status().filter);
        }
        Action::Next | Action::Previous => {
            if list.searched().is_empty() {
                context.say("nothing was searched for yet");
            } else if !list.search_on(action == Action::Next) {
                context.message = Some((Tone::Error, not_in_list(list.searched())));
            }
        }
        Action::Left | Action::Right => {
            let right = action == Action::Right;
            list.put_column(columns::step(&context.columns, list.column(), right));
        }
        _ => list.apply(action, context.lines),
    }
}

/// What a search says that finds nothing.
pub fn not_in_list(text: &str) -> String {
    format!("`{text}` is not in the list")
}

/// A list as a file, unless it is empty.
///
/// # Errors
/// One sentence: the list is empty.
pub fn export(name: impl Into<String>, list: ExportTable, form: Form) -> Result<Export, String> {
    if list.is_empty() {
        return Err("the list is empty: there is nothing to export".into());
    }
    let (name, what) = (name.into(), What::List { list, form });
    Ok(Export { name, what })
}
