//! What charts wait for.

use std::collections::BTreeMap;

use super::{Part, Signals, SignalsQuery};
use crate::app::{
    effect::Effect,
    query::{Answer, Pending},
    run::TableRef,
};

/// The queries of charts that are under way: of each run at most one for each part.
#[derive(Debug, Default)]
pub struct SignalsQueries(BTreeMap<(usize, Part), Asked>);

#[derive(Debug)]
struct Asked {
    table: TableRef,
    pending: Pending<SignalsQuery>,
}

impl SignalsQueries {
    /// Asks for what charts lack in a view of (columns, lines) `size`.
    pub fn ask(&mut self, signals: &mut Signals, size: (usize, usize), effects: &mut Vec<Effect>) {
        for (run, query) in signals.queries(size) {
            let asked = self.0.entry((run, query.part())).or_insert_with(|| Asked {
                table: query.table.clone(),
                pending: Pending::default(),
            });
            asked.table.clone_from(&query.table);
            asked.pending.ask(query, effects);
        }
    }

    /// Applies the answer to one of these queries; any other stays as it is (`None`). An answer
    /// from a table that was replaced meanwhile is dropped. Returns a sentence on what the
    /// answer means for the operator, if anything.
    pub fn receive(
        &mut self,
        signals: &mut Signals,
        answer: &mut Answer,
        effects: &mut Vec<Effect>,
    ) -> Option<Option<String>> {
        let mut asked = self.0.iter_mut();
        let ((run, part), table, result) = asked.find_map(|(of, asked)| {
            let result = asked.pending.receive(answer, effects)?;
            Some((*of, &asked.table, result))
        })?;
        if signals.table(run) != Some(table) {
            tracing::debug!("stale result dropped: a chart of {}", table.file_name);
            return Some(None);
        }
        Some(signals.take(run, part, result))
    }

    /// Has the query of a run and part answered with an error, for tests.
    #[cfg(test)]
    pub fn fail(&mut self, run: usize, part: Part, table: TableRef, sentence: &str) -> Answer {
        let asked = self.0.entry((run, part)).or_insert_with(|| Asked {
            table,
            pending: Pending::default(),
        });
        asked.pending.reply(Err(sentence.into()))
    }
}
