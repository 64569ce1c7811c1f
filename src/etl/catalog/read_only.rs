//! Looking at a lake that cannot be written: another user's, on a read-only mount, a snapshot.
//!
//! Its catalog cannot be used: only its owner may read it, and SQLite writes beside a database
//! even to read it. One of this user's own stands in for it, in their cache directory or else
//! in memory. It follows the records of the lake, which hold everything that a catalog does
//! but the history of harvests.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{Catalog, open};
use crate::{
    Error, Result,
    lake::{
        Lake, ReadOnly,
        access::{is_full, require_read},
    },
    source::scan::Scan,
    text::visible_path,
};

/// Pages that the connection of a reader keeps, in KiB, as SQLite wants it written. What is listed
/// is read once from end to end, and a browser has several of them.
const READERS_CACHE_SIZE: i32 = -2_000;

impl Catalog {
    /// Opens a catalog to look at the lake: its own, or one that stands in for it where the
    /// lake cannot be written.
    ///
    /// # Errors
    /// Those of [`Catalog::open`]; [`Error::Fatal`] when the lake cannot be read.
    pub fn open_for_reading(lake: &Lake) -> Result<Self> {
        let Some(read_only) = ReadOnly::of(lake) else {
            let catalog = Self::open(lake)?;
            catalog.sql(|db| db.pragma_update(None, "cache_size", READERS_CACHE_SIZE))?;
            return Ok(catalog);
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
            file: super::file_at(&path),
            path,
            lake: Some(lake.clone()),
            last_look: None,
            read_only: Some(read_only),
        };
        catalog.sql(|db| {
            // What a power cut takes away is read again.
            db.pragma_update(None, "synchronous", "NORMAL")
        })?;
        Ok(catalog)
    }

    /// Why the lake cannot be written, if it cannot.
    pub fn read_only(&self) -> Option<&ReadOnly> {
        self.read_only.as_ref()
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
                    "the data directory {shown} cannot be read: its logs are shown as last known"
                )],
                ..Scan::default()
            }),
            _ => None,
        })
    }
}

/// This user's own catalog of the lake; `None` where it cannot be used.
fn in_user_cache(lake: &Lake) -> Option<(Connection, PathBuf)> {
    let path = lake.local().user_catalog()?;
    // The directory of the catalog's directory need not be there yet.
    if path.ancestors().find(|at| at.exists()).is_some_and(is_full) {
        return None;
    }
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
    use crate::base::CancelToken;
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
