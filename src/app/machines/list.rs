//! The list of machines: cells with their robots, folded or not.
//!
//! Filter and order are those of [`Table`]; a cell stands where its first machine in
//! that order stands, and its machines stay together. So sorting by peak force puts the
//! cell with the smallest on top, reversed the one with the largest.

use std::collections::{BTreeSet, HashMap};

use unicode_width::UnicodeWidthStr;

use crate::app::{
    action::Action,
    lake_queries::ReadMachines,
    list::{List, ListPosition, ListStatus},
    query::Pending,
    scroll::Scroll,
    table::{ListState, Table},
};
use crate::etl::{catalog::MachineRow, filter::Filtered, parse_error::ParseError};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A cell, and how many of its machines are shown or folded away.
    Cell(Option<String>, usize),
    /// A machine, by its position in the table.
    Machine(usize),
}

/// What the cursor stands on, whatever its line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Cell(Option<String>),
    Machine(Option<String>, String),
}

/// The list of machines.
#[derive(Debug, Default)]
pub struct Machines {
    /// The machines, filtered and sorted; its cursor means nothing here.
    table: Table<MachineRow>,
    /// Reads the list.
    pub read: Pending<ReadMachines>,
    /// Whether the list was read.
    pub loaded: bool,
    /// Why it cannot be read.
    pub error: Option<String>,
    /// The line of the cursor.
    pub cursor: usize,
    /// The first line on the screen.
    pub offset: usize,
    lines: Vec<Line>,
    /// Positions in the table, cell by cell, folded ones too.
    order: Vec<usize>,
    folded: BTreeSet<Option<String>>,
}

impl Machines {
    /// The machines with their filter, order and search.
    pub fn table(&self) -> &Table<MachineRow> {
        &self.table
    }

    /// The lines that are shown.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The machines in the order of the list, those of folded cells too.
    pub fn in_order(&self) -> impl Iterator<Item = &MachineRow> {
        self.order.iter().filter_map(|at| self.table.get(*at))
    }

    /// Whether a cell is folded.
    pub fn is_folded(&self, cell: Option<&String>) -> bool {
        self.folded.contains(&cell.cloned())
    }

    /// The machine under the cursor; `None` on a cell.
    pub fn current(&self) -> Option<&MachineRow> {
        match self.lines.get(self.cursor)? {
            Line::Machine(at) => self.table.get(*at),
            Line::Cell(..) => None,
        }
    }

    /// The cell under the cursor, or that of the machine under it.
    pub fn current_cell(&self) -> Option<Option<String>> {
        Some(match self.lines.get(self.cursor)? {
            Line::Cell(cell, _) => cell.clone(),
            Line::Machine(at) => self.table.get(*at)?.cell_id.clone(),
        })
    }

    /// Characters of the longest name of a robot, as the list writes it.
    pub fn name_width(&self) -> u16 {
        let rows = self.table.rows().iter();
        let names = rows.map(|machine| "  robot ".len() + machine.robot.width());
        u16::try_from(names.max().unwrap_or(0)).unwrap_or(u16::MAX)
    }

    /// Replaces the rows; cursor and folds stay with their cells and robots.
    pub fn take(&mut self, machines: Vec<MachineRow>) {
        self.error = None;
        self.changed(|table| table.replace(machines));
    }

    /// Folds the cell under the cursor, or unfolds it. From a machine the cursor goes to
    /// its cell.
    pub fn fold(&mut self) {
        let Some(cell) = self.current_cell() else {
            return;
        };
        if !self.folded.remove(&cell) {
            self.folded.insert(cell.clone());
        }
        self.sort_rows();
        self.stand(Some(Place::Cell(cell)));
    }

    fn hit(&mut self, mut places: impl Iterator<Item = usize>) -> bool {
        let found = places.find_map(|i| {
            let machine = self.table.get(*self.order.get(i)?)?;
            machine
                .contains(self.table.search())
                .then(|| place_of(machine))
        });
        if let Some(Place::Machine(cell, _)) = &found {
            if self.folded.remove(cell) {
                self.sort_rows();
            }
            self.stand(found);
            return true;
        }
        false
    }

    /// Where in `order` the machine under the cursor, or the first of the cell, stands.
    fn place_in_order(&self) -> usize {
        let cell = self.current_cell();
        let at = self
            .order
            .iter()
            .position(|position| match self.lines.get(self.cursor) {
                Some(Line::Machine(at)) => at == position,
                _ => self.table.get(*position).map(|m| m.cell_id.clone()) == cell,
            });
        at.unwrap_or(0)
    }

    fn changed<T>(&mut self, change: impl FnOnce(&mut Table<MachineRow>) -> T) -> T {
        let here = self.here();
        let out = change(&mut self.table);
        self.sort_rows();
        self.stand(here);
        out
    }

    fn here(&self) -> Option<Place> {
        match self.current() {
            Some(machine) => Some(place_of(machine)),
            None => self.current_cell().map(Place::Cell),
        }
    }

    /// Groups what the table shows by cells.
    fn sort_rows(&mut self) {
        let mut groups: Vec<(Option<String>, Vec<usize>)> = Vec::new();
        let mut of_cell: HashMap<Option<&str>, usize> = HashMap::new();
        for position in 0..self.table.len() {
            let Some(machine) = self.table.get(position) else {
                continue;
            };
            let cell = &machine.cell_id;
            let group = *of_cell.entry(cell.as_deref()).or_insert_with(|| {
                groups.push((cell.clone(), Vec::new()));
                groups.len() - 1
            });
            if let Some((_, positions)) = groups.get_mut(group) {
                positions.push(position);
            }
        }
        (self.lines, self.order) = (Vec::new(), Vec::new());
        for (cell, positions) in groups {
            let folded = self.folded.contains(&cell);
            self.lines.push(Line::Cell(cell, positions.len()));
            if !folded {
                self.lines
                    .extend(positions.iter().copied().map(Line::Machine));
            }
            self.order.extend(positions);
        }
    }

    /// Puts the cursor on `place`, or on its cell when it is out of sight; else it stays
    /// on its line.
    fn stand(&mut self, place: Option<Place>) {
        let line_of = |place: &Place| {
            self.lines.iter().position(|line| match (line, place) {
                (Line::Cell(cell, _), Place::Cell(place)) => cell == place,
                (Line::Machine(at), Place::Machine(..)) => {
                    self.table.get(*at).is_some_and(|m| place_of(m) == *place)
                }
                _ => false,
            })
        };
        let found = place.and_then(|place| {
            line_of(&place).or_else(|| match place {
                Place::Machine(cell, _) => line_of(&Place::Cell(cell)),
                Place::Cell(_) => None,
            })
        });
        let last = self.lines.len().saturating_sub(1);
        self.cursor = found.unwrap_or(self.cursor).min(last);
    }
}

/// The list of machines, made around their table.
impl List for Machines {
    fn inner(&self) -> Option<&dyn List> {
        Some(&self.table)
    }

    fn inner_mut(&mut self) -> Option<&mut dyn List> {
        Some(&mut self.table)
    }

    fn position(&self) -> ListPosition {
        ListPosition {
            cursor: self.cursor,
            offset: self.offset,
            len: self.lines.len(),
        }
    }

    fn put_cursor(&mut self, at: usize) {
        self.cursor = at.min(self.lines.len().saturating_sub(1));
    }

    fn keep_cursor_visible(&mut self, lines: usize) {
        let scroll = Scroll::new(self.lines.len(), lines);
        self.cursor = self.cursor.min(scroll.last());
        self.offset = scroll.first(self.offset, self.cursor);
    }

    fn apply(&mut self, action: Action, lines: usize) {
        if action == Action::Sort {
            self.changed(|table| table.act(action, lines));
        } else {
            self.cursor = Scroll::new(self.lines.len(), lines).moved(self.cursor, action);
        }
    }

    fn recall(&mut self, state: &ListState) {
        self.changed(|table| table.recall(state));
    }

    fn order_by(&mut self, state: &ListState) {
        self.changed(|table| table.order_by(state));
    }

    /// A cell that hides a hit unfolds.
    fn search(&mut self, text: &str, from: usize) -> bool {
        self.table.set_search(text, 0);
        self.put_cursor(from);
        let start = self.place_in_order();
        self.table.search().is_empty() || self.hit((start..self.order.len()).chain(0..start))
    }

    fn search_on(&mut self, forward: bool) -> bool {
        let (at, len) = (self.place_in_order(), self.order.len());
        if self.table.search().is_empty() {
            false
        } else if forward {
            // From a cell its first machine is the next.
            let next = at + usize::from(self.current().is_some());
            self.hit((next..len).chain(0..next.min(len)))
        } else {
            self.hit((0..at).rev().chain((at..len).rev()))
        }
    }

    fn filter(&mut self, text: &str) -> Result<(), ParseError> {
        self.changed(|table| table.set_filter(text))
    }

    fn status(&self) -> ListStatus {
        ListStatus {
            waiting: false,
            ..self.table.status()
        }
    }
}

fn place_of(machine: &MachineRow) -> Place {
    Place::Machine(machine.cell_id.clone(), machine.robot.clone())
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
