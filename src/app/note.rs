//! Notes on runs: which runs, the editor that lies over the view, and how a note is written.
//!
//! * [`NoteEditor`]: a disposition and some lines of text.
//! * [`WriteNotes`]: writes them, on a worker.

mod write;

pub use write::{NotesWritten, WriteNotes};

use ratatui_textarea::{CursorMove, DataCursor, TextArea, WrapMode};

use super::{
    action::Action,
    table::{Marked, Row, Table},
};
use crate::etl::{
    catalog::{MachinePoint, RunRow},
    format::count,
    lake::{Disposition, notes::NewNote},
    run_id::RunId,
    text,
};

/// Of a paste so many characters are taken: far more than a note may have, which saving it says.
const LONGEST_PASTE: usize = 20_000;
/// So many marked rows are read at once; those of more are left to a worker.
const FEW_RUNS: usize = 64;

/// A run that a note is written on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedRun {
    /// The key of its log.
    pub log_key: String,
    /// Its id.
    pub run: RunId,
    /// What was last said of it, as far as the view knows.
    pub disposition: Option<Disposition>,
}

/// The runs that one note is written on: few by their ids, many as the marked rows of a list.
#[derive(Debug, Clone, PartialEq)]
pub enum NotedRuns {
    /// These.
    Few(Vec<NotedRun>),
    /// The marked runs.
    Runs(Marked<RunRow>),
    /// The marked runs of a machine.
    Points(Marked<MachinePoint>),
}

impl NotedRuns {
    /// The marked rows of a list, or the one under the cursor; `None` in an empty list. `run` is
    /// the run of a row, `many` are the marked rows for a worker.
    pub fn chosen<T: Row>(
        table: &Table<T>,
        run: impl Fn(&T) -> NotedRun,
        many: impl Fn(Marked<T>) -> Self,
    ) -> Option<Self> {
        if table.marked() > FEW_RUNS {
            return Some(many(table.marked_rows()));
        }
        let runs: Vec<NotedRun> = table.chosen().into_iter().map(run).collect();
        (!runs.is_empty()).then_some(Self::Few(runs))
    }

    /// One run.
    pub fn one(log_key: &str, run: RunId, disposition: Option<Disposition>) -> Self {
        Self::Few(vec![NotedRun {
            log_key: log_key.to_owned(),
            run,
            disposition,
        }])
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Self::Few(runs) => runs.len(),
            Self::Runs(marked) => marked.count(),
            Self::Points(marked) => marked.count(),
        }
    }

    /// The key of each run's log and the run, in the order of the list.
    pub fn runs(&self) -> Vec<(String, RunId)> {
        match self {
            Self::Few(runs) => runs.iter().map(|r| (r.log_key.clone(), r.run)).collect(),
            Self::Runs(marked) => marked
                .rows()
                .map(|r| (r.log_key().to_owned(), r.run))
                .collect(),
            Self::Points(marked) => marked.rows().map(|r| (r.log_key.clone(), r.run)).collect(),
        }
    }

    /// The only run, if there is no other.
    pub fn only(&self) -> Option<&NotedRun> {
        match self {
            Self::Few(runs) if runs.len() == 1 => runs.first(),
            _ => None,
        }
    }

    /// `run 6939b762…11ed of cell-10/a`, or `5 runs`.
    pub fn name(&self) -> String {
        match self.only() {
            Some(only) => format!("run {} of {}", only.run.short(), only.log_key),
            None => count(self.count() as u64, "run"),
        }
    }
}

/// A note that is being typed.
#[derive(Debug, Clone)]
pub struct NoteEditor {
    /// The runs that it is on.
    pub runs: NotedRuns,
    /// What it says of them.
    pub disposition: Option<Disposition>,
    /// Its text and the cursor in it.
    pub text: TextArea<'static>,
    /// Why it cannot be saved.
    pub error: Option<String>,
    /// Whether the operator is being asked to drop what was typed.
    pub asks: bool,
}

impl PartialEq for NoteEditor {
    fn eq(&self, other: &Self) -> bool {
        self.runs == other.runs
            && self.disposition == other.disposition
            && self.text.lines() == other.text.lines()
            && self.text.cursor() == other.text.cursor()
            && self.error == other.error
            && self.asks == other.asks
    }
}

impl NoteEditor {
    /// An empty note on some runs.
    pub fn new(runs: NotedRuns) -> Self {
        let mut text = TextArea::default();
        text.set_wrap_mode(WrapMode::WordOrGlyph);
        text.set_cursor_line_style(ratatui::style::Style::new());
        Self {
            runs,
            disposition: None,
            text,
            error: None,
            asks: false,
        }
    }

    /// The dispositions to choose from, in the order of Tab.
    pub const DISPOSITIONS: [Option<Disposition>; 5] = [
        None,
        Some(Disposition::Accept),
        Some(Disposition::Review),
        Some(Disposition::Reject),
        Some(Disposition::Clear),
    ];

    /// Whether no text was typed.
    pub fn is_blank(&self) -> bool {
        self.text.lines().iter().all(|line| line.trim().is_empty())
    }

    /// Edits the text, or turns to another disposition.
    pub fn edit(&mut self, action: Action) {
        let area = &mut self.text;
        match action {
            Action::Type(c) if !text::is_unsafe(c) => area.insert_char(c),
            Action::NewLine => area.insert_newline(),
            Action::Left => area.move_cursor(CursorMove::Back),
            Action::Right => area.move_cursor(CursorMove::Forward),
            Action::Up => area.move_cursor(CursorMove::Up),
            Action::Down => area.move_cursor(CursorMove::Down),
            Action::First => area.move_cursor(CursorMove::Head),
            Action::Last => area.move_cursor(CursorMove::End),
            Action::DeleteBack => drop(area.delete_char()),
            Action::DeleteForward => drop(area.delete_next_char()),
            Action::DeleteWord => drop(area.delete_word()),
            Action::DeleteToStart => drop(area.delete_line_by_head()),
            Action::NextPane => self.turn(1),
            Action::PreviousPane => self.turn(Self::DISPOSITIONS.len() - 1),
            _ => return,
        }
        self.error = None;
    }

    /// Inserts what was pasted; controls other than line ends become spaces.
    pub fn paste(&mut self, pasted: &str) {
        let pasted = pasted.replace("\r\n", "\n").replace('\r', "\n");
        let harmless = pasted.chars().take(LONGEST_PASTE).map(|c| match c {
            '\n' => '\n',
            c if text::is_unsafe(c) => ' ',
            c => c,
        });
        self.text.insert_str(harmless.collect::<String>());
        self.error = None;
    }

    /// The room of the text is another: it is shown from its start, as far as the cursor allows.
    pub fn resized(&mut self) {
        let DataCursor(line, column) = self.text.cursor();
        self.text.scroll((-i16::MAX, 0));
        let back = CursorMove::Jump(line as u16, column as u16);
        self.text.move_cursor(back);
    }

    fn turn(&mut self, by: usize) {
        let all = Self::DISPOSITIONS;
        let at = all.iter().position(|d| *d == self.disposition).unwrap_or(0);
        self.disposition = all.get((at + by) % all.len()).copied().flatten();
    }

    /// The note as it was typed.
    pub fn note(&self, author: &str) -> NewNote {
        NewNote {
            author: author.to_owned(),
            disposition: self.disposition,
            text: Some(self.text.lines().join("\n")),
            ..NewNote::default()
        }
    }
}

#[cfg(test)]
mod tests;
