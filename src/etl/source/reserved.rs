//! Names that the lake uses below the cache directory: no key may take one of them.

/// The record's file name.
pub const RECORD: &str = "record.json";
/// The catalog's file name.
pub const CATALOG: &str = "catalog.db";
/// The table of every failed run of a log: Parquet without a row. No glob over the lake's
/// `*.parquet` finds it.
pub const FAILED_RUN: &str = "failed_run.table";
/// The notes of a log's runs.
pub const NOTES: &str = "notes.json";
/// What a lake says of itself, at its top.
pub const README: &str = "README.txt";
/// Where exports of the browser go.
pub const EXPORTS: &str = "exports";
/// Locks, temporary files, overviews and the program's log. No file below it ends in
/// `.parquet`, so that globs over tables find nothing there.
pub const PRIVATE: &str = ".mdtui";
/// How the name of a table's overview ends, instead of `.parquet`.
const OVERVIEW: &str = ".overview";
/// Locks of logs that are being harvested, below [`PRIVATE`].
pub const LOCKS: &str = "locks";

/// Whether `name` could be one that mdtui gives to files in a log's directory, now or later: no
/// key may end in it.
pub fn is_lake_file(name: &str) -> bool {
    let parquet = |prefix: &str| name.starts_with(prefix) && name.ends_with(".parquet");
    [RECORD, NOTES, FAILED_RUN].contains(&name) || parquet("run_") || parquet("rejected.")
}

/// Whether `name` is exactly what mdtui calls a log's tables and rejected rows:
/// `run_<uuid>.<fingerprint>.parquet`, `rejected.<fingerprint>.parquet`, [`FAILED_RUN`]. Only such
/// files are ever removed as garbage; an operator's `run_mine.parquet` is not.
pub fn is_result_file(name: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let is_fingerprint = |text: &str| text.len() == 16 && hex(text);
    let is_uuid = |text: &str| {
        let groups: Vec<&str> = text.split('-').collect();
        groups.iter().map(|g| g.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(|g| hex(g))
    };
    let Some(stem) = name.strip_suffix(".parquet") else {
        return name == FAILED_RUN;
    };
    match stem.strip_prefix("run_").and_then(|s| s.split_once('.')) {
        Some((run, fingerprint)) => is_uuid(run) && is_fingerprint(fingerprint),
        None => stem.strip_prefix("rejected.").is_some_and(is_fingerprint),
    }
}

/// Whether `name` begins as the names of run tables do, on some disk: no export is named so.
pub fn is_named_as_a_table(name: &str) -> bool {
    name.get(..4)
        .is_some_and(|begin| begin.eq_ignore_ascii_case("run_"))
}

/// The name of a table's overview.
pub fn overview_of(table: &str) -> String {
    let stem = table.strip_suffix(".parquet").unwrap_or(table);
    format!("{stem}{OVERVIEW}")
}

/// The table that an overview of this name is of.
pub fn table_of_overview(name: &str) -> Option<String> {
    let table = format!("{}.parquet", name.strip_suffix(OVERVIEW)?);
    is_result_file(&table).then_some(table)
}

/// Whether `name` is taken at the top of the cache directory.
pub fn is_reserved_at_top(name: &str) -> bool {
    let of_catalog = |ending| matches!(ending, "" | "-wal" | "-shm" | "-journal" | ".damaged");
    [EXPORTS, PRIVATE].contains(&name)
        || name.eq_ignore_ascii_case(README)
        || name.strip_prefix(CATALOG).is_some_and(of_catalog)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_names_are_results() {
        for name in [
            "run_00000000-0000-0000-6939-b7626b6611ed.10377d9dcae311da.parquet",
            "rejected.10377d9dcae311da.parquet",
            FAILED_RUN,
        ] {
            assert!(is_result_file(name) && is_lake_file(name), "{name}");
        }
        for name in [
            "run_mine.parquet",
            "run_copy.10377d9dcae311da.parquet",
            "run_00000000-0000-0000-6939-b7626b6611ed.parquet",
            "run_00000000-0000-0000-6939-b7626b6611ed.10377d9dcae311da.copy.parquet",
            "rejected.parquet",
            "rejected.mine.parquet",
            "rejected.10377D9DCAE311DA.parquet",
            "notes.parquet",
            RECORD,
        ] {
            assert!(!is_result_file(name), "{name}");
        }
    }

    #[test]
    fn an_overview_is_named_after_its_table_and_no_glob_over_tables_finds_it() {
        let table = "run_00000000-0000-0000-6939-b7626b6611ed.10377d9dcae311da.parquet";
        let overview = overview_of(table);
        assert!(!overview.ends_with(".parquet"));
        assert_eq!(table_of_overview(&overview).as_deref(), Some(table));
        for other in [table, "run_mine.overview", ".overview"] {
            assert_eq!(table_of_overview(other), None, "{other}");
        }
    }
}
