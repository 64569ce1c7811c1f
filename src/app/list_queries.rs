//! What lists of very many rows leave to workers: filter and order, and the next hit of a search.

use super::{
    effect::Effect,
    query::{Answer, Pending, Query, QueryContext, name_of},
    table::{Arranged, Found, Row, Sought, Table, Wanted},
};
use crate::etl::Result;

impl<T: Row> Query for Wanted<T> {
    type Answer = Arranged<T>;

    fn repeats(&self) -> Option<u64> {
        Some(name_of(self.what()))
    }

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        self.arrange(on.cancel)
    }
}

impl<T: Row> Query for Sought<T> {
    type Answer = Found<T>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        self.find(on.cancel)
    }
}

/// What a list waits for.
#[derive(Debug)]
pub struct ListQueries<T: Row> {
    arrange: Pending<Wanted<T>>,
    seek: Pending<Sought<T>>,
}

/// What came of a list's query.
#[derive(Debug, PartialEq, Eq)]
pub enum ListAnswer {
    /// The rows are arranged.
    Arranged,
    /// The search is over; false: nothing was found.
    Found(bool),
    /// One sentence on what failed.
    Failed(String),
}

impl<T: Row> Default for ListQueries<T> {
    fn default() -> Self {
        Self {
            arrange: Pending::default(),
            seek: Pending::default(),
        }
    }
}

impl<T: Row> ListQueries<T> {
    /// Asks for what would keep a key waiting.
    pub fn ask(&mut self, table: &mut Table<T>, effects: &mut Vec<Effect>) {
        if let Some(wanted) = table.wants() {
            self.arrange.ask(wanted, effects);
        }
        if let Some(sought) = table.seeks() {
            self.seek.ask(sought, effects);
        }
    }

    /// Takes the answer to one of the list's queries; any other stays as it is.
    pub fn receive(
        &mut self,
        table: &mut Table<T>,
        answer: &mut Answer,
        effects: &mut Vec<Effect>,
    ) -> Option<ListAnswer> {
        if let Some(result) = self.arrange.receive(answer, effects) {
            return Some(match result {
                Ok(arranged) => {
                    table.take(arranged);
                    ListAnswer::Arranged
                }
                Err(sentence) => ListAnswer::Failed(sentence),
            });
        }
        Some(match self.seek.receive(answer, effects)? {
            // One that is of no interest any more says nothing.
            Ok(found) => ListAnswer::Found(table.found(found) != Some(false)),
            Err(sentence) => ListAnswer::Failed(sentence),
        })
    }
}
