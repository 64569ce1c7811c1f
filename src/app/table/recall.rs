//! What of a list is remembered from one start of the browser to the next.

use std::{collections::HashSet, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Row, Table};

/// More marks than this are not remembered: they were made by one key, and every change of a list
/// would write them all.
const MOST_MARKS: usize = 10_000;

/// Filter, order and marks of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListState {
    /// The filter as it was typed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// The name of the column that the rows are sorted by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Whether in reverse.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reverse: bool,
    /// The keys of the marked rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
}

impl<T: Row> Table<T> {
    /// Filter, order and marks of now, and marks of rows that are not in the list at present.
    pub fn remembered(&self) -> ListState {
        let columns = T::columns(self.rows());
        let sort = self.sort.and_then(|(at, reverse)| {
            let column = columns.get(at)?;
            Some((column.name().to_owned(), reverse))
        });
        let mut marks = Vec::new();
        if self.marked() <= MOST_MARKS {
            let rows = self.marks.rows().filter_map(|at| self.shown.row(at));
            marks.extend(rows.map(|row| row.key().into_owned()));
            let mut absent: Vec<String> = self.marks_to_come.iter().cloned().collect();
            absent.sort_unstable();
            marks.append(&mut absent);
        }
        ListState {
            filter: self.filter().to_owned(),
            reverse: sort.as_ref().is_some_and(|(_, reverse)| *reverse),
            sort: sort.map(|(name, _)| name),
            marks,
        }
    }

    /// Filter and order as they were; marks, too, once their rows come. What makes no sense any
    /// more is left out.
    pub fn recall(&mut self, state: &ListState) {
        self.order_by(state);
        let marks = state.marks.iter().take(MOST_MARKS).cloned();
        Arc::make_mut(&mut self.marks_to_come).extend(marks);
        let found = rows_of(&self.marks_to_come, self.rows());
        self.mark_found(&found);
        self.has_changed = false;
    }

    /// Filter and order alone.
    pub fn order_by(&mut self, state: &ListState) {
        if self.set_filter(&state.filter).is_err() {
            tracing::info!("a remembered filter is none any more: {}", state.filter);
        }
        let columns = T::columns(self.rows());
        let sort = state.sort.as_ref().and_then(|name| {
            let at = columns.iter().position(|column| column.name() == name)?;
            Some((at, state.reverse))
        });
        if sort != self.sort {
            self.sort = sort;
            self.sort_rows();
        }
        self.has_changed = true;
    }

    /// Whether filter, order or marks were changed since this was last asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// Marks rows that were found among those whose marks wait for them, unless the marks were
    /// cleared meanwhile.
    pub(super) fn mark_found(&mut self, found: &[usize]) {
        for at in found {
            let key = self.shown.row(*at).map(|row| row.key().into_owned());
            let wanted = Arc::make_mut(&mut self.marks_to_come);
            if key.is_some_and(|key| wanted.remove(&key)) {
                self.marks.set(*at, true);
            }
        }
    }
}

/// Keys of rows whose marks wait for them.
pub(super) type MarksToCome = Arc<HashSet<String>>;

/// The places of the rows whose marks wait for them: in long lists found by a worker.
pub(super) fn rows_of<T: Row>(marks: &MarksToCome, rows: &[T]) -> Vec<usize> {
    if marks.is_empty() {
        return Vec::new();
    }
    let rows = rows.iter().enumerate();
    let wanted = rows.filter(|(_, row)| marks.contains(row.key().as_ref()));
    wanted.map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::fixture,
        etl::catalog::{LogRow, LogState},
    };

    fn logs(keys: &[&str]) -> Vec<LogRow> {
        let log = |key: &&str| fixture::log(key, LogState::Pending);
        keys.iter().map(log).collect()
    }

    fn keys(table: &Table<LogRow>) -> Vec<String> {
        (0..table.len())
            .filter_map(|at| Some(table.get(at)?.key.clone()))
            .collect()
    }

    #[test]
    fn filter_order_and_marks_come_back_before_and_after_the_rows() {
        let state = ListState {
            filter: "log:cell".into(),
            sort: Some("log".into()),
            reverse: true,
            marks: vec!["cell-02/a".into(), "cell-09/gone".into()],
        };
        let mut table = Table::<LogRow>::default();
        table.recall(&state);
        assert!(!table.take_changed(), "nothing is new to the file");
        assert_eq!(
            table.remembered(),
            ListState {
                marks: vec!["cell-02/a".into(), "cell-09/gone".into()],
                ..state.clone()
            }
        );
        // The first rows of a long list, then all of them.
        table.replace(logs(&["cell-01/a", "other"]));
        assert_eq!(keys(&table), ["cell-01/a"]);
        table.replace(logs(&["cell-01/a", "cell-02/a", "other"]));
        assert_eq!(keys(&table), ["cell-02/a", "cell-01/a"]);
        assert_eq!(table.marked(), 1);
        assert_eq!(table.remembered(), state);
        assert!(!table.take_changed());
        table.clear_marks();
        assert!(table.take_changed() && !table.take_changed());
        assert_eq!(table.remembered().marks, Vec::<String>::new());
    }

    #[test]
    fn marks_of_a_long_list_are_found_by_a_worker() {
        let rows: Vec<LogRow> = (0..30_000)
            .map(|n| fixture::log(&format!("cell-01/{n}"), LogState::Pending))
            .collect();
        let state = ListState {
            marks: vec!["cell-01/29999".into(), "cell-01/7".into()],
            ..ListState::default()
        };
        let mut table = Table::default();
        table.recall(&state);
        table.replace(rows);
        assert_eq!(table.marked(), 0);
        let request = table.take_sort_request().unwrap();
        let cancel = crate::etl::base::CancelToken::new();
        table.apply_sorted(request.sort_rows(&cancel).unwrap());
        assert_eq!((table.len(), table.marked()), (30_000, 2));
        // All of them are too many to remember.
        table.act(crate::app::Action::MarkAll, 10);
        assert_eq!(table.remembered().marks, Vec::<String>::new());
    }

    #[test]
    fn what_makes_no_sense_any_more_is_left_out() {
        let state = ListState {
            filter: "no_such_field > 5".into(),
            sort: Some("no such column".into()),
            ..ListState::default()
        };
        let mut table = Table::<LogRow>::default();
        table.replace(logs(&["a", "b"]));
        table.recall(&state);
        assert_eq!(table.remembered(), ListState::default());
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn every_change_is_noticed() {
        use crate::app::Action;
        let mut table = Table::<LogRow>::default();
        table.replace(logs(&["a", "b"]));
        for action in [Action::Mark, Action::MarkAll, Action::Sort] {
            table.act(action, 10);
            assert!(table.take_changed(), "{action:?}");
        }
        table.set_filter("log:a").unwrap();
        assert!(table.take_changed());
        table.set_filter("log:a").unwrap();
        table.act(Action::Down, 10);
        assert!(!table.take_changed());
    }
}
