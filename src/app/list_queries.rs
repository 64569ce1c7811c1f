//! What lists of very many rows leave to workers: filter and order, and the next hit of a search.

use super::{
    effect::Effect,
    list::not_in_list,
    query::{Answer, Pending, Query, QueryContext, name_of},
    table::{Row, SearchRequest, SearchResult, SortRequest, SortedRows, Table},
    view::AnswerContext,
};
use crate::etl::Result;

impl<T: Row> Query for SortRequest<T> {
    type Answer = SortedRows<T>;

    fn repeats(&self) -> Option<u64> {
        Some(name_of(self.what()))
    }

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        self.sort_rows(on.cancel)
    }
}

impl<T: Row> Query for SearchRequest<T> {
    type Answer = SearchResult<T>;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        self.find(on.cancel)
    }
}

/// What a list waits for.
#[derive(Debug)]
pub struct ListQueries<T: Row> {
    sort: Pending<SortRequest<T>>,
    search: Pending<SearchRequest<T>>,
}

impl<T: Row> Default for ListQueries<T> {
    fn default() -> Self {
        Self {
            sort: Pending::default(),
            search: Pending::default(),
        }
    }
}

impl<T: Row> ListQueries<T> {
    /// Asks for what would keep a key waiting.
    pub fn ask(&mut self, table: &mut Table<T>, effects: &mut Vec<Effect>) {
        if let Some(request) = table.take_sort_request() {
            self.sort.ask(request, effects);
        }
        if let Some(request) = table.take_search_request() {
            self.search.ask(request, effects);
        }
    }

    /// Takes the answer to one of the list's queries, and says what failed or was not found; any
    /// other answer stays as it is. True when the rows are sorted.
    pub fn receive(
        &mut self,
        table: &mut Table<T>,
        answer: &mut Answer,
        context: &mut AnswerContext<'_>,
    ) -> bool {
        if let Some(result) = self.sort.receive(answer, context.effects) {
            match result {
                Ok(sorted) => {
                    table.apply_sorted(sorted);
                    return true;
                }
                Err(sentence) => context.fail(sentence),
            }
        } else if let Some(result) = self.search.receive(answer, context.effects) {
            match result {
                Ok(found) => {
                    // A search that is over by now says nothing.
                    if table.apply_search_result(found) == Some(false) {
                        context.not_found = Some(not_in_list(table.search()));
                    }
                }
                Err(sentence) => context.fail(sentence),
            }
        }
        false
    }
}
