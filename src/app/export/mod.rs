//! What `e` writes below `<cache>/exports`: lists and samples as tables, charts as
//! pictures.
//!
//! * [`Export`]: what is to be written, made from the state.
//! * [`lists`], [`sheet`]: the lists as columns of typed cells.
//! * [`charts`], [`path`], [`svg`]: the pictures; [`png`]: as pixels.
//! * [`write`]: does it, on a worker's thread.

pub mod charts;
pub mod lists;
pub mod path;
pub mod png;
pub mod sheet;
pub mod svg;
mod write;

use std::sync::Arc;

pub use charts::{Charts, PictureSize, Source, TableChannel, Trace};
pub use path::PathPicture;
pub use sheet::ExportTable;
pub use write::write;

use super::run::TableRef;
use crate::etl::run_id::RunId;

/// One file to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// What its name begins with; made harmless when it is written.
    pub name: String,
    /// What stands in it.
    pub what: What,
}

/// `signals_6939b762-11ed`: what the name of a file begins with that has `what` of runs, each as
/// screens abbreviate it.
pub fn name_of_runs(what: &str, runs: impl IntoIterator<Item = RunId>) -> String {
    let runs = runs.into_iter();
    let ids = runs.map(|run| format!("_{}", run.short().replace('…', "-")));
    what.to_owned() + &ids.collect::<String>()
}

/// What stands in an exported file.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A list.
    List {
        /// Its rows.
        list: ExportTable,
        /// How.
        form: Form,
    },
    /// Samples of a run.
    Samples {
        /// Where they lie.
        table: TableRef,
        /// Columns besides `time`, in this order.
        columns: Vec<String>,
        /// Rows of the table, ascending; `None`: all.
        rows: Option<Arc<[u64]>>,
        /// How.
        form: Form,
    },
    /// Charts of a run, of several, or of a machine.
    Charts(Charts),
    /// The path of a robot.
    Path(Box<PathPicture>),
}

impl What {
    /// Whether it has rows, which are written in any [`Form`].
    pub fn has_rows(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Samples { .. })
    }
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated text.
    Csv,
    /// Parquet.
    Parquet,
    /// A JSON object a line.
    Ndjson,
}

impl Form {
    /// The ending of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Ndjson => "ndjson",
        }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where, as harmless text.
    pub path: String,
    /// Rows, of what has rows.
    pub rows: Option<u64>,
    /// Bytes of the file.
    pub bytes: u64,
}
