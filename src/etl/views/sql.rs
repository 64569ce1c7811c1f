//! The views for DuckDB, over the files of a lake.
//!
//! Records are read as text and taken apart by paths: what DuckDB infers of JSON depends on the first
//! records that it sees, and channels, robots and runs are keys. Each path becomes a column of one
//! type, whatever a record has there. Names that begin with `mdtui_` are what the views are made of.

use std::path::Path;

use super::{View, ViewColumn, columns::Source};
use crate::{
    Error, Result,
    export::ColumnType,
    lake::run_file::TIME,
    source::reserved::{NOTES, RECORD},
    text,
};

/// The SQL that makes views of the lake at `root`, an absolute path.
///
/// `channels` are the columns of its tables besides `time`; none: it has no tables yet, and the view
/// of their rows is empty. `has_files` says whether it has any record or its README yet: DuckDB
/// refuses a pattern that no file matches.
///
/// # Errors
/// [`Error::Usage`] for a path that is not UTF-8.
pub fn duckdb_sql(root: &Path, has_files: bool, channels: &[String]) -> Result<String> {
    let root = root.to_str().ok_or_else(|| {
        Error::Usage(format!(
            "the path of the lake, {}, is not UTF-8, and DuckDB reads no other",
            text::visible_path(root)
        ))
    })?;
    let mut sql = format!(
        "-- Views of the lake {} for DuckDB: mdtui views | duckdb lake.duckdb\n\
         -- They read the lake as it is when they are queried; after a run with new channels, make them again.\n",
        text::visible(root)
    );
    let base = [documents(root, has_files), records(), copies(), names()];
    for part in base {
        sql.push('\n');
        sql.push_str(&part);
    }
    for view in View::ALL {
        let made = match view {
            View::TableRows => table_rows(root, channels),
            view => of_objects(view),
        };
        sql.push_str(&format!("\n-- A row is {}.\n{made}", view.row()));
    }
    Ok(sql)
}

/// The records, the notes, and the README, which makes sure that a new lake has a file to match.
fn documents(root: &str, has_files: bool) -> String {
    let source = if has_files {
        format!("read_text('{}/**/[Rrn][Eeo]*.[tj]*')", pattern(root))
    } else {
        "(SELECT NULL::VARCHAR AS filename, NULL::VARCHAR AS content WHERE false)".to_owned()
    };
    let from = below(root);
    format!(
        "CREATE OR REPLACE VIEW mdtui_documents AS\n\
         SELECT substr(filename, {from}) AS path, content\n\
         FROM {source};\n"
    )
}

/// A record that was copied elsewhere is not that of the log that it names.
fn records() -> String {
    let log = format!("left(path, length(path) - {})", RECORD.len() + 1);
    let noted = format!("left(path, length(path) - {})", NOTES.len() + 1);
    format!(
        "CREATE OR REPLACE VIEW mdtui_records AS\n\
         SELECT log, record, record->>'$.rules' AS rules\n\
         FROM (SELECT {log} AS log, TRY_CAST(content AS JSON) AS record\n\
               FROM mdtui_documents WHERE path LIKE '%/{RECORD}')\n\
         WHERE record->>'$.source_file' = log;\n\
         \n\
         CREATE OR REPLACE VIEW mdtui_notes AS\n\
         SELECT log, item->>'$.run_uuid' AS run_uuid, item->>'$.at' AS written_at, item->>'$.id' AS note_id, item\n\
         FROM (SELECT log, unnest(TRY_CAST(notes->'$.notes' AS JSON[])) AS item\n\
               FROM (SELECT {noted} AS log, TRY_CAST(content AS JSON) AS notes\n\
                     FROM mdtui_documents WHERE path LIKE '%/{NOTES}'));\n"
    )
}

/// Each run once, by the rule of [`crate::catalog::one_copy_each`].
fn copies() -> String {
    "CREATE OR REPLACE VIEW mdtui_runs AS\n\
     SELECT run_uuid, log, rules, error, run->>'$.cell_id' AS cell_id,\n\
     \x20      TRY_CAST(run->>'$.run_stats.start_time' AS TIMESTAMPTZ) AS start_time,\n\
     \x20      list_sort(list(log) OVER (PARTITION BY run_uuid)) AS logs, run\n\
     FROM (SELECT log, rules, entry.key AS run_uuid, entry.value AS run,\n\
     \x20            entry.value->>'$.error' AS error,\n\
     \x20            TRY_CAST(entry.value->>'$.samples' AS BIGINT) AS samples\n\
     \x20     FROM (SELECT log, rules,\n\
     \x20                  unnest(map_entries(TRY_CAST(record->'$.run_to_result' AS MAP(VARCHAR, JSON)))) AS entry\n\
     \x20           FROM mdtui_records))\n\
     QUALIFY row_number() OVER (PARTITION BY run_uuid ORDER BY error IS NOT NULL, samples DESC, log) = 1;\n"
        .to_owned()
}

/// Which channel is of which robot: see [`crate::schema::ChannelName`].
fn names() -> String {
    "CREATE OR REPLACE VIEW mdtui_channel_names AS\n\
     SELECT DISTINCT rules, robot, unnest([\n\
     \x20      coalesce(field->>'$.channel', field->>'$.name') || '_' || robot,\n\
     \x20      'v' || (field->>'$.axis') || '_' || robot, 'a' || (field->>'$.axis') || '_' || robot,\n\
     \x20      'v' || robot, 'a' || robot, 'f' || robot, 'p_' || robot]) AS channel\n\
     FROM (SELECT rules, robot->>'$' AS robot, unnest(TRY_CAST(profile->'$.fields' AS JSON[])) AS field\n\
     \x20     FROM (SELECT rules, profile, unnest(TRY_CAST(profile->'$.robots' AS JSON[])) AS robot\n\
     \x20           FROM (SELECT rules, any_value(record->'$.profile') AS profile\n\
     \x20                 FROM mdtui_records GROUP BY rules)));\n\
     \n\
     CREATE OR REPLACE VIEW mdtui_robots AS\n\
     SELECT run_uuid, log, cell_id, start_time, entry.key AS robot, entry.value AS item\n\
     FROM (SELECT run_uuid, log, cell_id, start_time,\n\
     \x20            unnest(map_entries(TRY_CAST(run->'$.robots' AS MAP(VARCHAR, JSON)))) AS entry\n\
     \x20     FROM mdtui_runs);\n"
        .to_owned()
}

/// A view whose rows are objects of records and notes: all paths of a row are looked up at once.
fn of_objects(view: View) -> String {
    let columns = view.columns();
    let mut paths = Vec::new();
    let mut select = Vec::new();
    for column in &columns {
        let name = quoted(&column.info.name);
        select.push(match column.source {
            Source::Beside => name,
            Source::At(path) => {
                paths.push(format!("'$.{path}'"));
                format!("{} AS {name}", typed(column, paths.len()))
            }
        });
    }
    format!(
        "CREATE OR REPLACE VIEW {} AS\nSELECT {}\nFROM (SELECT *, json_extract_string(item, [{}]) AS p\nFROM (\n{}\n));\n",
        view.name(),
        select.join(",\n       "),
        paths.join(", "),
        relation(view)
    )
}

/// The text at a path as its column's type; what has another type is null.
fn typed(column: &ViewColumn, place: usize) -> String {
    let to = match column.info.kind {
        ColumnType::Text => return format!("p[{place}]"),
        ColumnType::Whole => "BIGINT",
        ColumnType::Number => "DOUBLE",
        ColumnType::Time => "TIMESTAMPTZ",
        ColumnType::Truth => "BOOLEAN",
    };
    format!("TRY_CAST(p[{place}] AS {to})")
}

/// The objects of a view as `item`, and the columns beside them.
fn relation(view: View) -> &'static str {
    match view {
        View::Logs => {
            "SELECT r.log, s.cell_id, s.start_time, s.stop_time, r.record AS item,\n\
             \x20      TRY_CAST(r.record->>'$.ledger.rows_in' AS BIGINT)\n\
             \x20      - TRY_CAST(r.record->>'$.ledger.rows_kept' AS BIGINT) AS rows_dropped\n\
             FROM mdtui_records r LEFT JOIN (\n\
             \x20 SELECT log, min(start_time) AS start_time, max(stop_time) AS stop_time,\n\
             \x20        CASE WHEN count(cell_id) = count(*) AND min(cell_id) = max(cell_id) THEN min(cell_id) END AS cell_id\n\
             \x20 FROM (SELECT log, run->>'$.cell_id' AS cell_id,\n\
             \x20              TRY_CAST(run->>'$.run_stats.start_time' AS TIMESTAMPTZ) AS start_time,\n\
             \x20              TRY_CAST(run->>'$.run_stats.stop_time' AS TIMESTAMPTZ) AS stop_time\n\
             \x20       FROM (SELECT log, unnest(map_values(TRY_CAST(record->'$.run_to_result' AS MAP(VARCHAR, JSON)))) AS run\n\
             \x20             FROM mdtui_records)\n\
             \x20       WHERE run->>'$.error' IS NULL)\n\
             \x20 GROUP BY log) s ON s.log = r.log"
        }
        View::Runs => {
            "SELECT r.run_uuid, r.log, r.cell_id, r.run AS item,\n\
             \x20      CASE WHEN error IS NULL THEN TRY_CAST(run->>'$.run_stats.total_runtime_seconds' AS DOUBLE) END AS total_runtime_seconds,\n\
             \x20      TRY_CAST(run->>'$.ledger.rows_in' AS BIGINT) - TRY_CAST(run->>'$.ledger.rows_kept' AS BIGINT) AS rows_dropped,\n\
             \x20      TRY_CAST(coalesce(json_array_length(run, '$.run_stats.available_channels'), 1) AS BIGINT) - 1 AS channels,\n\
             \x20      TRY_CAST(json_array_length(run, '$.quality') AS BIGINT) AS flags,\n\
             \x20      NULLIF(n.disposition, 'clear') AS disposition, n.note,\n\
             \x20      NULLIF(array_to_string([other for other in r.logs if other <> r.log], ', '), '') AS also_in,\n\
             \x20      CASE WHEN error IS NULL THEN run->>'$.file_name' END AS file_name\n\
             FROM mdtui_runs r LEFT JOIN (\n\
             \x20 SELECT log, run_uuid,\n\
             \x20        arg_max(item->>'$.disposition', (written_at, note_id)) FILTER (item->>'$.disposition' IS NOT NULL) AS disposition,\n\
             \x20        arg_max(item->>'$.text', (written_at, note_id)) FILTER (item->>'$.text' IS NOT NULL) AS note\n\
             \x20 FROM mdtui_notes GROUP BY log, run_uuid) n ON n.log = r.log AND n.run_uuid = r.run_uuid"
        }
        View::Channels => {
            "SELECT r.run_uuid, r.log, r.cell_id, r.start_time, r.entry.key AS channel, n.robot,\n\
             \x20      json_extract_string(r.verdicts, '$.\"' || nullif(regexp_replace(r.entry.key, '[\"\\\\]', '', 'g'), '') || '\"') AS verdict,\n\
             \x20      TRY_CAST(b.bias->>'$.value' AS DOUBLE) AS bias, b.bias->>'$.source' AS bias_source,\n\
             \x20      TRY_CAST(b.bias->>'$.sigma' AS DOUBLE) AS bias_sigma, r.entry.value AS item\n\
             FROM (SELECT run_uuid, log, cell_id, start_time, rules, run->'$.channel_verdicts' AS verdicts,\n\
             \x20            unnest(map_entries(TRY_CAST(run->'$.channels' AS MAP(VARCHAR, JSON)))) AS entry\n\
             \x20     FROM mdtui_runs) r\n\
             LEFT JOIN mdtui_channel_names n ON n.rules = r.rules AND n.channel = r.entry.key\n\
             LEFT JOIN (SELECT run_uuid, robot, entry.key AS channel, entry.value AS bias\n\
             \x20          FROM (SELECT run_uuid, robot,\n\
             \x20                       unnest(map_entries(TRY_CAST(item->'$.bias' AS MAP(VARCHAR, JSON)))) AS entry\n\
             \x20                FROM mdtui_robots)) b\n\
             ON b.run_uuid = r.run_uuid AND b.robot = n.robot AND b.channel = r.entry.key"
        }
        View::Robots => {
            "SELECT *, TRY_CAST(coalesce(json_array_length(item, '$.layers'), 0) AS BIGINT) AS layers FROM mdtui_robots"
        }
        View::Flags => {
            "SELECT run_uuid, log, cell_id, unnest(TRY_CAST(run->'$.quality' AS JSON[])) AS item FROM mdtui_runs"
        }
        View::Layers => {
            "SELECT run_uuid, log, cell_id, robot, unnest(layers) AS item,\n\
             \x20      TRY_CAST(generate_subscripts(layers, 1) AS BIGINT) AS layer\n\
             FROM (SELECT *, TRY_CAST(item->'$.layers' AS JSON[]) AS layers FROM mdtui_robots)"
        }
        View::Notes => {
            "SELECT r.run_uuid, r.log, r.cell_id, n.item\n\
             FROM mdtui_notes n JOIN mdtui_runs r ON r.run_uuid = n.run_uuid AND r.log = n.log"
        }
        View::TableRows => "",
    }
}

/// The rows of the tables that records name: a file that an interrupted harvest left is none.
fn table_rows(root: &str, channels: &[String]) -> String {
    let keys = "r.run_uuid, r.log, r.cell_id";
    let columns: Vec<String> = std::iter::once(TIME)
        .chain(channels.iter().map(String::as_str))
        .map(|name| format!("t.{}", quoted(name)))
        .collect();
    let columns = columns.join(", ");
    let (pattern, from) = (pattern(root), below(root));
    if channels.is_empty() {
        return format!(
            "CREATE OR REPLACE VIEW table_rows AS\n\
             SELECT {keys}, r.start_time AS {}\nFROM mdtui_runs r WHERE false;\n",
            quoted(TIME)
        );
    }
    format!(
        "CREATE OR REPLACE VIEW table_rows AS\n\
         SELECT {keys}, {columns}\n\
         FROM read_parquet('{pattern}/**/run_*.parquet', union_by_name = true, filename = true, hive_partitioning = false) t\n\
         JOIN mdtui_runs r ON substr(t.filename, {from}) = r.log || '/' || (r.run->>'$.file_name');\n"
    )
}

/// Where a path below the root begins in an absolute path: a character counted from 1.
fn below(root: &str) -> usize {
    root.chars().count() + if root.ends_with('/') { 1 } else { 2 }
}

/// A path as the beginning of a pattern in a string of SQL.
fn pattern(root: &str) -> String {
    let mut pattern = String::new();
    for c in root.trim_end_matches('/').chars() {
        match c {
            '*' | '?' | '[' | '\\' => pattern.extend(['[', c, ']']),
            '\'' => pattern.push_str("''"),
            c => pattern.push(c),
        }
    }
    pattern
}

/// A name in SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_names_are_no_patterns_and_end_no_string() {
        assert_eq!(pattern("/a/it's [b] 100%*?"), "/a/it''s [[]b] 100%[*][?]");
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!((below("/lake"), below("/äö"), below("/")), (7, 5, 2));
        let sql = duckdb_sql(Path::new("/a'\n; DROP"), true, &["x\"_1".into()]).unwrap();
        assert!(sql.contains("read_text('/a''\n; DROP/**/"), "{sql}");
        assert!(sql.contains("t.\"x\"\"_1\""), "{sql}");
        // A line break of a path ends no comment.
        assert!(!sql.starts_with("-- Views of the lake /a'\n"), "{sql}");
    }
}
