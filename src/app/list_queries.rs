//! What lists of very many rows leave to workers: filter and order, and the next hit of a search.

use super::{
    effect::Effect,
    list::not_in_list,
    query::{Answer, Pending, Query, QueryContext, name_of},
    table::{Arranged, Found, Row, Sought, Table, Wanted},
    view::AnswerContext,
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

    /// Takes the answer to one of the list's queries, and says what failed or was not found; any
    /// other answer stays as it is. True when the rows are arranged.
    pub fn receive(
        &mut self,
        table: &mut Table<T>,
        answer: &mut Answer,
        context: &mut AnswerContext<'_>,
    ) -> bool {
        if let Some(result) = self.arrange.receive(answer, context.effects) {
            match result {
                Ok(arranged) => {
                    table.take(arranged);
                    return true;
                }
                Err(sentence) => context.fail(sentence),
            }
        } else if let Some(result) = self.seek.receive(answer, context.effects) {
            match result {
                Ok(found) => {
                    // A search that is over by now says nothing.
                    if table.found(found) == Some(false) {
                        context.not_found = Some(not_in_list(table.search()));
                    }
                }
                Err(sentence) => context.fail(sentence),
            }
        }
        false
    }
}
