//! Whether the catalog says what a record says, in every figure.
//!
//! The record is taken into a catalog in memory, in the same way, and the rows of both are
//! compared: whatever a newer schema adds is compared without being named here.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use rusqlite::{Connection, types::ValueRef};

use super::{Catalog, open};
use crate::{
    Result,
    lake::{Context, Lake, Record},
};

/// Columns of `logs` that come from the data directory and from the clock, not from the record.
const NOT_RECORDED: [&str; 15] = [
    "id",
    "key",
    "path",
    "state",
    "reason",
    "leave_alone",
    "file",
    "format",
    "size",
    "mtime_ns",
    "inode",
    "folder",
    "trouble",
    "footer",
    "moved_us",
];
/// Columns that number rows.
const NUMBERS: [&str; 3] = ["id", "log_id", "run_id"];
/// What trouble SQLite may report at most.
const MOST_TROUBLE: usize = 5;

/// Compares records with a catalog.
pub struct Audit {
    scratch: Catalog,
    /// Table and the question for its rows of one log.
    questions: Vec<(String, String)>,
}

/// Rows and their sum, by table.
type Sums = BTreeMap<String, (u64, u64)>;

impl Audit {
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn new() -> Result<Self> {
        let scratch = Catalog::open_in_memory()?;
        let questions = scratch.sql(questions)?;
        Ok(Self { scratch, questions })
    }

    /// The tables in which `catalog` disagrees about the log `key` than `record`.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn differences(
        &mut self,
        catalog: &Catalog,
        context: &Context,
        key: &str,
        record: &Record,
    ) -> Result<Vec<String>> {
        self.scratch.store_record(context, key, record, None)?;
        let wanted = self.scratch.sql(|db| self.sums(db, key))?;
        self.scratch.forget(key)?;
        let has = catalog.sql(|db| self.sums(db, key))?;
        Ok(wanted
            .into_iter()
            .filter(|(table, sum)| has.get(table) != Some(sum))
            .map(|(table, _)| table)
            .collect())
    }

    fn sums(&self, db: &Connection, key: &str) -> rusqlite::Result<Sums> {
        let mut sums = Sums::new();
        for (table, question) in &self.questions {
            let mut statement = db.prepare_cached(question)?;
            let columns = statement.column_count();
            let mut rows = statement.query([key])?;
            let sum = sums.entry(table.clone()).or_default();
            while let Some(row) = rows.next()? {
                let mut hasher = DefaultHasher::new();
                for column in 0..columns {
                    add(&mut hasher, row.get_ref(column)?);
                }
                sum.0 += 1;
                // Rows have no order.
                sum.1 = sum.1.wrapping_add(hasher.finish());
            }
        }
        Ok(sums)
    }
}

fn add(hasher: &mut DefaultHasher, value: ValueRef<'_>) {
    std::mem::discriminant(&value.data_type()).hash(hasher);
    match value {
        ValueRef::Null => {}
        ValueRef::Integer(n) => n.hash(hasher),
        ValueRef::Real(x) => x.to_bits().hash(hasher),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.hash(hasher),
    }
}

/// One question for each table that says something of a log or of a run of it.
fn questions(db: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut questions = Vec::new();
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let tables: Vec<String> = db
        .prepare(names)?
        .query_map([], |r| r.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for table in tables {
        let all: Vec<String> = db
            .prepare("SELECT name FROM pragma_table_info(?1)")?
            .query_map([&table], |r| r.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let has = |name: &str| all.iter().any(|c| c == name);
        let left_out: &[&str] = if table == "logs" {
            &NOT_RECORDED
        } else {
            &NUMBERS
        };
        let mut columns: Vec<String> = all
            .iter()
            .filter(|c| !left_out.contains(&c.as_str()))
            .map(|c| format!("t.{c}"))
            .collect();
        let joined = if table == "logs" {
            " WHERE t.key = ?1".to_owned()
        } else if has("log_id") {
            " JOIN logs l ON l.id = t.log_id WHERE l.key = ?1".to_owned()
        } else if has("run_id") {
            columns.push("r.run".to_owned());
            " JOIN runs r ON r.id = t.run_id JOIN logs l ON l.id = r.log_id WHERE l.key = ?1"
                .to_owned()
        } else {
            continue;
        };
        let columns = columns.join(", ");
        questions.push((
            table.clone(),
            format!("SELECT {columns} FROM {table} t{joined}"),
        ));
    }
    Ok(questions)
}

impl Catalog {
    /// What is wrong with the lake's catalog as a database, if anything is.
    ///
    /// # Errors
    /// [`crate::Error::Fatal`] when it is another program's or a newer mdtui's.
    pub fn damage(lake: &Lake) -> Result<Option<String>> {
        if let Some(damage) = open::damage(&lake.local().catalog()) {
            return Ok(Some(damage));
        }
        let catalog = Self::open(lake)?;
        let check = |db: &Connection| -> rusqlite::Result<Vec<String>> {
            let mut trouble: Vec<String> = db
                .prepare(&format!("PRAGMA integrity_check({MOST_TROUBLE})"))?
                .query_map([], |r| r.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            trouble.retain(|line| line != "ok");
            let orphans: Vec<String> = db
                .prepare("SELECT DISTINCT \"table\" FROM pragma_foreign_key_check")?
                .query_map([], |r| r.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            trouble.extend(
                orphans
                    .into_iter()
                    .map(|table| format!("rows of {table} belong to none")),
            );
            Ok(trouble)
        };
        let trouble = match check(&catalog.db) {
            Ok(trouble) => trouble,
            Err(e) => vec![e.to_string()],
        };
        Ok((!trouble.is_empty()).then(|| trouble.join("; ")))
    }

    /// Puts the lake's catalog aside, whatever it is; says where it is now.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn put_aside(lake: &Lake) -> Result<std::path::PathBuf> {
        let aside = lake.local().damaged_catalog();
        open::move_aside(&lake.local().catalog(), &aside)?;
        Ok(aside)
    }

    /// Keys of all logs that the catalog has a record of.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn recorded_keys(&self) -> Result<Vec<String>> {
        self.sql(|db| {
            db.prepare("SELECT key FROM logs WHERE harvested_at IS NOT NULL ORDER BY key")?
                .query_map([], |r| r.get(0))?
                .collect()
        })
    }
}
