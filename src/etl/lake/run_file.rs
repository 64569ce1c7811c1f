//! A run's table on disk: written in one go, read window by window.

mod condition;
mod deltas;
mod encode;
mod keys;
mod read;
mod samples;
mod steps;
mod write;

pub use condition::GroupCells;
pub use read::{GroupRange, RunFile, Window};
pub use samples::SampleRows;
pub use write::{UnfinishedTable, Unsynced, Written, write_rows, write_run_file, write_unsynced};

use std::collections::BTreeMap;

use polars_arrow::datatypes::Metadata;

use crate::text;

/// Unit and description of a column as the metadata of its field, which pyarrow shows.
pub(crate) fn field_metadata(unit: &str, description: &str) -> Metadata {
    let all = [(UNIT_KEY, unit), (DESCRIPTION_KEY, description)];
    let known = all.into_iter().filter(|(_, text)| !text.is_empty());
    known.map(|(key, text)| (key.into(), text.into())).collect()
}

impl RunFile {
    /// The units of the columns, by name; none where the file does not say.
    pub fn units(&self) -> BTreeMap<String, String> {
        let units = self.metadata(UNITS_KEY);
        let units: Option<BTreeMap<String, String>> =
            units.and_then(|text| serde_json::from_str(text).ok());
        let units = units.unwrap_or_default().into_iter();
        units
            .map(|(column, unit)| (text::visible(&column), text::visible(&unit)))
            .collect()
    }
}

/// Key of a field's metadata for the unit of its values.
pub const UNIT_KEY: &str = "unit";
/// Key of a field's metadata for what it holds, in words.
pub const DESCRIPTION_KEY: &str = "description";
/// Name of the table's first column.
pub const TIME: &str = "time";
/// Key of the Parquet metadata under which the run's result stands as JSON.
pub const RESULT_KEY: &str = "mdtui.run";
/// Key of the Parquet metadata under which it says what made the file.
pub const MADE_BY_KEY: &str = "mdtui.made_by";
/// Key of the Parquet metadata for the units by column, as JSON.
pub const UNITS_KEY: &str = "mdtui.units";
/// Key of the Parquet metadata for what is held at the beginning of row groups, as JSON: by column
/// a digit for each group, 1 where its first cell is held. A column without such a cell is left out.
pub const HELD_KEY: &str = "mdtui.held";
