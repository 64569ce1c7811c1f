//! Names that the lake uses below the cache directory: no key may take one of them.

/// The record's file name.
pub const RECORD: &str = "record.json";
/// The catalog's file name.
pub const CATALOG: &str = "catalog.db";
/// The table of every failed run of a log: Parquet without a row. No glob over the lake's
/// `*.parquet` finds it.
pub const FAILED_RUN: &str = "failed_run.table";
/// Where exports of the browser go.
pub const EXPORTS: &str = "exports";
/// Locks, temporary files, overviews and the program's log.
pub const PRIVATE: &str = ".mdtui";
/// Locks of logs that are being harvested, below [`PRIVATE`].
pub const LOCKS: &str = "locks";

/// Whether `name` is one that mdtui gives to files in a log's directory.
pub fn is_lake_file(name: &str) -> bool {
    let parquet = |prefix: &str| name.starts_with(prefix) && name.ends_with(".parquet");
    name == RECORD || name == FAILED_RUN || parquet("run_") || parquet("rejected.")
}

/// Whether `name` is taken at the top of the cache directory.
pub fn is_reserved_at_top(name: &str) -> bool {
    let of_catalog = |ending| matches!(ending, "" | "-wal" | "-shm" | "-journal" | ".damaged");
    name == EXPORTS || name == PRIVATE || name.strip_prefix(CATALOG).is_some_and(of_catalog)
}
