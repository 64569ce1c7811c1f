//! Which rows a list shows, and in which order: found at once for lists of ordinary length,
//! by a worker for those that would keep a key waiting.

use std::{collections::HashMap, fmt, hash::Hash, sync::Arc};

use super::{
    Row,
    moved::Moved,
    recall::{MarksToCome, rows_of},
    shown::{Order, Shown},
};
use crate::{
    app::{
        columns::{Column, Needs},
        discard::discard,
    },
    etl::{
        Result,
        base::CancelToken,
        filter::{Filter, Kind, Value},
    },
};

/// Longer lists are filtered, sorted and searched by a worker.
pub(super) const MANY: usize = 20_000;
/// So are lists with an overlay that are longer than this: it must be asked for each row.
pub(super) const MANY_OVERLAID: usize = 1_000;
/// Rows between two checks for cancellation.
const CHUNK: usize = 1 << 14;

/// What a list shows is to be made of.
#[derive(Clone)]
pub struct SortRequest<T: 'static> {
    /// All rows of the list.
    pub(super) of: Shown<T>,
    /// The rows that these replace.
    pub(super) before: Option<Arc<Vec<T>>>,
    pub(super) filter: Filter<T>,
    /// The column that the rows are sorted by, and whether in reverse.
    pub(super) sort: Option<(usize, bool)>,
    /// Marks whose rows may have come.
    pub(super) marks_to_come: MarksToCome,
}

/// What a list shows: indices of its rows in order.
#[derive(Debug, Clone, PartialEq)]
pub struct SortedRows<T: 'static> {
    pub(super) of: SortRequest<T>,
    pub(super) order: Order,
    /// Where the rows from before went.
    pub(super) moved: Option<Moved>,
    /// Rows that came and whose marks waited for them.
    pub(super) found: Vec<usize>,
    /// What the rows need of the columns, where they are other ones than before.
    pub(super) needs: Needs,
}

impl<T: Row> SortedRows<T> {
    /// Drops it, and rows without another owner, on the discarding thread.
    pub(super) fn discard(self) {
        let before = self.of.before.and_then(Arc::into_inner);
        discard(before);
        discard(self.of.of.into_rows());
    }
}

impl<T: Row> SortRequest<T> {
    /// The rows that pass, in order.
    ///
    /// # Errors
    /// [`crate::etl::Error::Cancelled`].
    pub fn sort_rows(&self, cancel: &CancelToken) -> Result<SortedRows<T>> {
        let before = self.before.as_ref();
        let moved = before.map(|old| Moved::between(old, self.of.rows()));
        let found = match before {
            Some(_) => rows_of(&self.marks_to_come, self.of.rows()),
            None => Vec::new(),
        };
        cancel.check()?;
        let needs = match before {
            Some(_) => Needs::of(self.of.rows()),
            None => Needs::default(),
        };
        Ok(SortedRows {
            needs,
            order: self.order(cancel)?,
            moved,
            found,
            of: self.clone(),
        })
    }

    fn order(&self, cancel: &CancelToken) -> Result<Order> {
        let all = self.of.rows().len();
        if self.keeps_all() {
            return Ok(Order::All(all));
        }
        let overlaid = self.overlaid(cancel)?;
        let row = |at: u32| {
            let at = at as usize;
            overlaid.get(&at).or_else(|| self.of.row(at))
        };
        let mut shown: Vec<u32> = Vec::new();
        let all = u32::try_from(all).unwrap_or(u32::MAX);
        for from in (0..all).step_by(CHUNK) {
            cancel.check()?;
            let chunk = from..from.saturating_add(CHUNK as u32).min(all);
            shown.extend(chunk.filter(|at| row(*at).is_some_and(|r| self.filter.passes(r))));
        }
        shown.shrink_to_fit();
        if let Some((column, reverse)) = self.sort {
            let columns = T::columns(self.of.rows());
            let fields = columns.get(column).map_or(&[][..], Column::sort_fields);
            // What is equal by the first field is in order by the next.
            for field in fields.iter().rev() {
                cancel.check()?;
                let value = |at| row(at).map_or(Value::Null, |row| field.value(row));
                shown = sort_by(&shown, field.kind(), value, reverse);
            }
        }
        cancel.check()?;
        Ok(Order::These(Arc::new(shown)))
    }
}

/// `rows` in the order of their values; those that are equal stay in order. Values themselves would
/// take several times the memory of their keys.
fn sort_by<'a>(
    rows: &[u32],
    kind: Kind,
    value: impl Fn(u32) -> Value<'a>,
    reverse: bool,
) -> Vec<u32> {
    let row = |place: u32| rows.get(place as usize).copied().unwrap_or_default();
    let keyed = rows.iter().zip(0..);
    let mut keyed: Vec<(u64, u32)> = keyed
        .map(|(at, place)| (kind.order_key(&value(*at)), place))
        .collect();
    keyed.sort_unstable_by(|(a, at), (b, bt)| {
        let by_value = || kind.order(&value(row(*at)), &value(row(*bt)));
        let order = kind.order_of_keys(*a, *b).unwrap_or_else(by_value);
        let order = if reverse { order.reverse() } else { order };
        order.then(at.cmp(bt))
    });
    keyed.into_iter().map(|(_, place)| row(place)).collect()
}

impl<T: Row> SortRequest<T> {
    /// The rows that differ from what was read, by their index.
    fn overlaid(&self, cancel: &CancelToken) -> Result<HashMap<usize, T>> {
        let mut overlaid = HashMap::new();
        let Some(overlay) = self.of.overlay() else {
            return Ok(overlaid);
        };
        for (n, rows) in self.of.rows().chunks(CHUNK).enumerate() {
            cancel.check()?;
            let rows = (n * CHUNK..).zip(rows);
            overlaid.extend(rows.filter_map(|(at, row)| Some((at, overlay(row)?))));
        }
        Ok(overlaid)
    }
}

impl<T> SortRequest<T> {
    /// Filter and order, whatever the rows are.
    pub fn what(&self) -> impl Hash {
        (self.filter.text().to_owned(), self.sort)
    }

    /// All rows, as they are.
    pub(super) fn keeps_all(&self) -> bool {
        self.sort.is_none() && self.filter.is_empty()
    }

    /// Whether it is quickly done.
    pub(super) fn is_quick(&self) -> bool {
        let before = self.before.as_ref().map_or(0, |rows| rows.len());
        // There is nothing to find again of no rows, or of so few.
        let quick = if self.keeps_all() {
            before == 0 && self.marks_to_come.is_empty()
        } else if self.of.overlay().is_some() {
            return self.of.rows().len() <= MANY_OVERLAID;
        } else {
            self.of.rows().len() <= MANY
        };
        quick || self.of.rows().len().max(before) <= MANY
    }
}

impl<T> PartialEq for SortRequest<T> {
    fn eq(&self, other: &Self) -> bool {
        let before = match (&self.before, &other.before) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        before && self.of == other.of && self.filter == other.filter && self.sort == other.sort
    }
}

impl<T> fmt::Debug for SortRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not hundreds of thousands of rows.
        let (rows, filter) = (self.of.rows().len(), self.filter.text());
        write!(f, "{rows} rows by {filter:?}, {:?}", self.sort)
    }
}
