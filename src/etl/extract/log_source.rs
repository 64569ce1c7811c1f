//! What an input format has to offer.

use super::{
    columns::{Batch, Vocabulary},
    rows::RawRow,
};
use crate::Result;

/// An open log of one format. Rows are numbered from 0 in file order, and decoded batch by
/// batch; how a batch is cut is the format's business and changes no result.
///
/// Adding a format: an implementation, its line in [`super::LogReader::open`], and its entry in
/// the table of [`crate::source::Format`]. `contract_tests.rs` holds every format to this
/// contract.
pub trait LogSource: Send + Sync {
    /// Rows of the log, when a footer tells before any is read. Then exactly so many come.
    fn rows_total(&self) -> Option<u64>;

    /// Bytes of the file that were read so far.
    fn bytes_read(&self) -> u64;

    /// Lines or table rows that were read so far; of a log with row groups, all of them. They are
    /// the log's rows but in a wide log, where each has a row per signal.
    fn lines_read(&self) -> u64;

    /// The next rows, at least one; `None` at the end. Runs and cells are given codes in
    /// `vocabulary`. A cell that cannot be understood is a sentinel, never an error.
    ///
    /// # Errors
    /// [`crate::Error::Log`] when the file is damaged, [`crate::Error::Io`].
    fn next_batch(&mut self, vocabulary: &mut Vocabulary) -> Result<Option<Batch>>;

    /// The parts that can be decoded in any order and in parallel; `None` for a stream.
    fn row_groups(&self) -> Option<&dyn RowGroups>;

    /// Calls `each` with the rows of these numbers (sorted), as text, in order.
    /// The log must not have been read before.
    ///
    /// # Errors
    /// As [`LogSource::next_batch`]; [`crate::Error::Moving`] when a row is not there any more;
    /// what `each` returns.
    fn visit_rows(
        &mut self,
        rows: &[u64],
        each: &mut dyn FnMut(RawRow) -> Result<()>,
    ) -> Result<()>;
}

/// Parts of a log that are independent of each other, in file order.
pub trait RowGroups: Send + Sync {
    /// How many.
    fn count(&self) -> usize;

    /// Rows of one; 0 for one that is not there.
    fn rows(&self, group: usize) -> u64;

    /// Packed bytes of one; 0 for one that is not there.
    fn bytes(&self, group: usize) -> u64;

    /// The rows of one, with codes in a vocabulary of its own.
    ///
    /// # Errors
    /// As [`LogSource::next_batch`].
    fn batch(&self, group: usize) -> Result<(Batch, Vocabulary)>;
}
