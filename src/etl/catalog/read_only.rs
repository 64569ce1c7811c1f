//! Looking at a lake that cannot be written: another user's, on a read-only mount, a snapshot.
//!
//! Its catalog cannot be used: only its owner may read it, and SQLite writes beside a database
//! even to read it. One of this user's own stands in for it, in their cache directory or else
//! in memory. It follows the records of the lake, which hold everything that a catalog does
//! but the history of harvests.

use std::{
    collections::HashMap,
    fs,
    io::ErrorKind,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use rusqlite::Connection;

use super::{Catalog, open, rebuild::Ingested};
use crate::{
    Error, Result,
    base::CancelToken,
    lake::{Context, Lake, ReadOnly, Store, access::require_read, store::Version},
    source::{
        reserved::{NOTES, RECORD},
        scan::Scan,
    },
    text::visible_path,
};

impl Catalog {
    /// Opens a catalog to look at the lake: its own, or one that stands in for it where the
    /// lake cannot be written.
    ///
    /// # Errors
    /// Those of [`Catalog::open`]; [`Error::Fatal`] when the lake cannot be read.
    pub fn open_for_reading(lake: &Lake) -> Result<Self> {
        let Some(read_only) = ReadOnly::of(lake) else {
            return Self::open(lake);
        };
        require_read(lake)?;
        let (db, path) = match in_user_cache(lake) {
            Some(found) => found,
            None => (
                open::shared_memory(&lake.local().id())?,
                PathBuf::from(":memory:"),
            ),
        };
        Self::standing_in(lake, read_only, db, path)
    }

    fn standing_in(
        lake: &Lake,
        read_only: ReadOnly,
        db: Connection,
        path: PathBuf,
    ) -> Result<Self> {
        let catalog = Self {
            db,
            path,
            lake: Some(lake.clone()),
            last_look: None,
            read_only: Some(read_only),
        };
        catalog.sql(|db| {
            // What a power cut takes away is read again.
            db.execute_batch(
                "PRAGMA synchronous = NORMAL; CREATE TABLE IF NOT EXISTS followed \
                 (folder TEXT PRIMARY KEY, log TEXT NOT NULL, version TEXT NOT NULL) WITHOUT ROWID",
            )
        })?;
        Ok(catalog)
    }

    /// Why the lake cannot be written, if it cannot.
    pub fn read_only(&self) -> Option<&ReadOnly> {
        self.read_only.as_ref()
    }

    /// Takes in each record that is not as it was when it was last taken in, or whose notes are
    /// not, and forgets logs whose record is gone. Returns what cannot be used, one sentence each.
    pub(super) fn follow(
        &mut self,
        context: &Context,
        cancel: &CancelToken,
    ) -> Result<Vec<String>> {
        let results = context.lake.results();
        let listed = results.keys("");
        let mut known: HashMap<String, (String, String)> = self.sql(|db| {
            db.prepare("SELECT folder, log, version FROM followed")?
                .query_map([], |r| Ok((r.get(0)?, (r.get(1)?, r.get(2)?))))?
                .collect()
        })?;
        let versions: Vec<_> = listed
            .keys
            .par_iter()
            .map(|key| versions(results, key))
            .collect();
        let mut problems = listed.problems;
        for (folder, version) in listed.keys.iter().zip(versions) {
            cancel.check()?;
            let before = known.remove(folder);
            let version = match version {
                Ok(Some(version)) => version,
                // It goes this very moment: the next look misses it.
                Ok(None) => continue,
                Err(e) => {
                    problems.push(e.to_string());
                    continue;
                }
            };
            if before.is_some_and(|(_, before)| before == version) {
                continue;
            }
            match self.ingest(context, folder)? {
                Ingested::Log { key, .. } => self.write(|tx| {
                    let sql = "INSERT OR REPLACE INTO followed VALUES (?1, ?2, ?3)";
                    tx.prepare_cached(sql)?
                        .execute([folder, &key, &version])
                        .map(drop)
                })?,
                Ingested::Gone => {}
                Ingested::Problem(problem) => problems.push(problem),
            }
        }
        // Below a folder that cannot be read now they may all be there.
        if problems.is_empty() {
            for (folder, (log, _)) in &known {
                self.forget(log)?;
                self.write(|tx| {
                    tx.execute("DELETE FROM followed WHERE folder = ?1", [folder])
                        .map(drop)
                })?;
            }
        }
        Ok(problems)
    }

    /// What is known of the logs when the data directory cannot be looked at: of a lake with
    /// results that cannot be written, its records. `None`: nothing, and the error stands.
    pub(super) fn scan_without_logs(&self, data_dir: &Path) -> Result<Option<Scan>> {
        let has_records = || self.recorded_keys().map(|keys| !keys.is_empty());
        if self.read_only.is_none() || !has_records()? {
            return Ok(None);
        }
        let shown = visible_path(data_dir);
        Ok(match fs::read_dir(data_dir).map_err(|e| e.kind()) {
            Err(ErrorKind::NotFound | ErrorKind::NotADirectory) => Some(Scan {
                notes: vec![format!(
                    "there is no data directory {shown}: the results are shown without the logs"
                )],
                ..Scan::default()
            }),
            Err(ErrorKind::PermissionDenied) => Some(Scan {
                unread: vec![Vec::new()],
                notes: vec![format!(
                    "the data directory {shown} cannot be read: its logs are shown as they were harvested"
                )],
                ..Scan::default()
            }),
            _ => None,
        })
    }
}

/// The versions of a log's record and of its notes, as one text; `None`: it has no record.
fn versions(results: &dyn Store, key: &str) -> Result<Option<String>> {
    let Some(record) = results.version(key, RECORD)? else {
        return Ok(None);
    };
    let notes = results.version(key, NOTES)?;
    let both = [Some(record), notes];
    let both: Vec<&str> = both.iter().flatten().map(Version::as_str).collect();
    Ok(Some(both.join(" ")))
}

/// This user's own catalog of the lake; `None` where it cannot be used.
fn in_user_cache(lake: &Lake) -> Option<(Connection, PathBuf)> {
    let path = lake.local().user_catalog()?;
    match open_or_replace(&path) {
        Ok(db) => Some((db, path)),
        Err(e) => {
            tracing::info!("the records of the lake are kept in memory: {e}");
            None
        }
    }
}

fn open_or_replace(path: &Path) -> Result<Connection> {
    if let Some(dir) = path.parent() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|e| Error::io("create", dir, e))?;
    }
    match open::file(path) {
        Err(_) if path.is_file() && open::damage(path).is_some() => {
            let aside = path.with_extension("damaged");
            open::move_aside(path, &aside)?;
            fs::remove_file(&aside).map_err(|e| Error::io("remove", &aside, e))?;
            open::file(path)
        }
        opened => opened,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::catalog::{LogState, entry, fixture::world};

    /// A catalog that stands in for that of a lake, wherever tests run: root may write it all.
    fn stand_in(lake: &Lake, db: Connection, path: PathBuf) -> Catalog {
        let read_only = ReadOnly::because("the lake is someone else's");
        Catalog::standing_in(lake, read_only, db, path).unwrap()
    }

    #[test]
    fn records_are_followed_as_they_come_change_and_go() {
        let mut w = world();
        for key in ["a", "b"] {
            w.write(&format!("{key}.parquet"), key);
            let record = w.record(key, &format!("{key}.parquet"), &[(1, 10)]);
            w.commit(&record);
        }
        let lake = w.context.lake.clone();
        let memory = || open::shared_memory(&lake.local().id()).unwrap();
        let cancel = CancelToken::new();
        let mut catalog = stand_in(&lake, memory(), ":memory:".into());
        let refresh = catalog.refresh(&w.context, &cancel).unwrap();
        assert_eq!(refresh.changed_keys, ["a", "b"]);
        assert_eq!(refresh.problems, [""; 0]);
        // A second connection of this process, as another thread of the browser opens it.
        let mut second = stand_in(&lake, memory(), ":memory:".into());
        assert_eq!(second.runs(None).unwrap().len(), 2);
        assert_eq!(
            second.refresh(&w.context, &cancel).unwrap().changed_keys,
            [""; 0]
        );

        let record = w.record("b", "b.parquet", &[(1, 10), (2, 20)]);
        w.commit(&record);
        fs::remove_dir_all(lake.root().join("a")).unwrap();
        let refresh = catalog.refresh(&w.context, &cancel).unwrap();
        assert_eq!(refresh.changed_keys, ["a", "b"]);
        assert_eq!(catalog.runs(None).unwrap().len(), 2);
        assert_eq!(catalog.log("a").unwrap().unwrap().state, LogState::Pending);
        // A record that cannot be used is said each time.
        fs::write(lake.record_location("b"), "{").unwrap();
        for _ in 0..2 {
            let refresh = catalog.refresh(&w.context, &cancel).unwrap();
            assert_eq!(refresh.problems.len(), 1, "{:?}", refresh.problems);
        }
    }

    #[test]
    fn without_the_logs_the_records_are_shown() {
        let mut w = world();
        w.write("cell/a.parquet", "a");
        let record = w.record("cell/a", "cell/a.parquet", &[(1, 10)]);
        w.commit(&record);
        let (lake, cancel) = (w.context.lake.clone(), CancelToken::new());
        let mut catalog = stand_in(&lake, open::memory().unwrap(), ":memory:".into());
        w.context.data_dir = w.context.data_dir.join("not-there");
        let refresh = catalog.refresh(&w.context, &cancel).unwrap();
        assert!(
            refresh.notes[0].contains("no data directory"),
            "{:?}",
            refresh.notes
        );
        assert_eq!(
            catalog.log("cell/a").unwrap().unwrap().state,
            LogState::Missing
        );
        // One's own lake: the directory is mistyped.
        let error = w
            .catalog
            .refresh(&w.context, &cancel)
            .unwrap_err()
            .to_string();
        assert!(error.contains("does not exist"), "{error}");
    }

    #[test]
    fn logs_that_cannot_be_looked_at_are_as_they_were() {
        let mut w = world();
        w.write("cell/a.parquet", "a");
        w.harvest("cell/a", "cell/a.parquet", &[(1, 10)]);
        let mut entry = w
            .catalog
            .sql(|db| entry::load(db, "1", []))
            .unwrap()
            .remove(0);
        let seen = entry.seen.take().unwrap();
        entry.presume_unchanged();
        let presumed = entry.seen.unwrap();
        assert_eq!(
            (presumed.size, presumed.mtime_ns),
            (seen.size, seen.mtime_ns)
        );
        let seen = presumed;
        assert_eq!((seen.footer, seen.trouble), (Some(true), None));
        assert_eq!(seen.folder.as_deref(), Some("cell"));
    }

    #[test]
    fn a_damaged_catalog_of_ones_own_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path().join("lake")).with_user_cache(Some(dir.path().join("own")));
        let (db, path) = in_user_cache(&lake).unwrap();
        drop(db);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        fs::write(&path, "this is not a database, it is some text ".repeat(99)).unwrap();
        assert!(in_user_cache(&lake).is_some());
        // Where there is no place for it, it is kept in memory.
        fs::write(dir.path().join("file"), "").unwrap();
        let lake = lake.with_user_cache(Some(dir.path().join("file")));
        assert!(in_user_cache(&lake).is_none());
    }
}
