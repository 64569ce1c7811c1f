//! Opening the database: whose it is, how new it is, and what to add to it.

use std::{
    collections::BTreeSet,
    fs::{File, Permissions},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, TransactionBehavior, config::DbConfig};
use rustix::fs::Access;

use crate::{
    Error, ErrorClass, Result,
    error::is_of_the_disk,
    lake::{access::is_full, mount},
    text::visible_path,
};

/// Why SQLite cannot open a database, or a file beside it, it does not say: asking whether it
/// may be opened and making another file there does. The database itself must not be opened:
/// closing it would release the locks that other connections of this process hold.
fn probe(file: &Path) -> std::io::Result<()> {
    rustix::fs::access(file, Access::READ_OK | Access::WRITE_OK)?;
    tempfile::tempfile_in(directory_of(file)).map(drop)
}

fn directory_of(file: &Path) -> &Path {
    let dir = file.parent().filter(|d| !d.as_os_str().is_empty());
    dir.unwrap_or(Path::new("."))
}

/// `mdtu`: how a database says that it is mdtui's.
const APPLICATION_ID: i32 = 0x6d64_7475;
/// One file per version of the schema, only ever added.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../assets/migrations/0001_catalog.sql"),
    include_str!("../../../assets/migrations/0002_filled.sql"),
    include_str!("../../../assets/migrations/0003_quality.sql"),
    include_str!("../../../assets/migrations/0004_figures.sql"),
    include_str!("../../../assets/migrations/0005_states.sql"),
    include_str!("../../../assets/migrations/0006_insight.sql"),
    include_str!("../../../assets/migrations/0007_notes.sql"),
    include_str!("../../../assets/migrations/0008_followed.sql"),
    include_str!("../../../assets/migrations/0009_robot_states.sql"),
    include_str!("../../../assets/migrations/0010_statistics.sql"),
];
/// Pages that a connection keeps, in KiB, as SQLite wants it written. A browser has several
/// connections, and the system has the pages, too.
pub(super) const CACHE_SIZE: i32 = -8_000;
/// How long a statement waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(5);

/// Opens the database at `path`, creating it (readable by its owner alone) or
/// migrating it.
pub(super) fn file(path: &Path) -> Result<Connection> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(|e| {
            if is_of_the_disk(&e) {
                return Error::io("create the cache directory", dir, e);
            }
            Error::Fatal(format!(
                "cannot create the cache directory {}: {e}",
                visible_path(dir)
            ))
        })?;
    }
    own(path)?;
    let db = Connection::open(path).map_err(|e| refuse(path, e))?;
    prepare(db, path)
}

/// Puts a file that SQLite cannot use aside, as `aside`, so that a new catalog can be made.
/// Databases that can be read are left alone, also those of other programs. Returns whether it was moved.
pub(super) fn put_aside(path: &Path, aside: &Path) -> Result<bool> {
    if !path.is_file() || damage(path).is_none() {
        return Ok(false);
    }
    move_aside(path, aside)?;
    Ok(true)
}

/// Moves a database to `aside` and drops what SQLite keeps beside it.
pub(super) fn move_aside(path: &Path, aside: &Path) -> Result<()> {
    let io = |e| Error::io("put aside", path, e);
    std::fs::rename(path, aside).map_err(io)?;
    remove_companions(path)
}

/// Drops what SQLite keeps beside a database.
pub(super) fn remove_companions(path: &Path) -> Result<()> {
    for companion in ["-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(companion);
        match std::fs::remove_file(&name) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io("remove", Path::new(&name), e));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Why SQLite, or this program, cannot use a file; `None` when it can, or when it is only busy.
pub(super) fn damage(path: &Path) -> Option<String> {
    let check = || -> rusqlite::Result<Option<String>> {
        let db = Connection::open(path)?;
        db.busy_timeout(BUSY)?;
        let answer: String = db.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
        match answer.as_str() {
            "ok" => missing(&db),
            _ => Ok(Some(answer)),
        }
    };
    match check() {
        Ok(damage) => damage,
        Err(e) => matches!(
            e.sqlite_error_code(),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
        )
        .then(|| e.to_string()),
    }
}

/// What a catalog of this version lacks, if it is one.
fn missing(db: &Connection) -> rusqlite::Result<Option<String>> {
    let id: i32 = db.query_row("PRAGMA application_id", [], |r| r.get(0))?;
    if id != APPLICATION_ID || version(db)? != MIGRATIONS.len() {
        return Ok(None);
    }
    let columns = |db: &Connection| {
        let of_tables = "SELECT t.name || '.' || c.name FROM sqlite_schema t, \
                         pragma_table_info(t.name) c WHERE t.type = 'table'";
        let mut found = db.prepare(of_tables)?;
        let names = found.query_map([], |r| r.get(0))?;
        names.collect::<rusqlite::Result<BTreeSet<String>>>()
    };
    let mut whole = Connection::open_in_memory()?;
    migrate(&mut whole)?;
    let lost = columns(&whole)?.difference(&columns(db)?).next().cloned();
    Ok(lost.map(|column| format!("it has no {column}")))
}

/// A database that is gone with its value.
pub(super) fn memory() -> Result<Connection> {
    let path = PathBuf::from(":memory:");
    let db = Connection::open_in_memory().map_err(|e| refuse(&path, e))?;
    prepare(db, &path)
}

/// A database in memory that all who open it in this process by this name share. It is gone
/// with the last of them.
pub(super) fn shared_memory(name: &str) -> Result<Connection> {
    let path = PathBuf::from(":memory:");
    let uri = format!("file:/mdtui-{name}?vfs=memdb");
    let db = Connection::open(uri).map_err(|e| refuse(&path, e))?;
    prepare(db, &path)
}

/// Makes sure that the file exists and is its owner's alone, before SQLite makes its
/// companions (`-wal`, `-shm`) with the same mode.
fn own(path: &Path) -> Result<()> {
    let made = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let fatal = |e: std::io::Error| {
        if is_of_the_disk(&e) {
            return Error::io("open", path, e);
        }
        Error::Fatal(format!(
            "cannot use the catalog {}: {e}",
            visible_path(path)
        ))
    };
    match made {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
            let mode = std::fs::metadata(path).map_err(fatal)?.permissions().mode();
            if mode & 0o077 != 0 {
                // Somebody else's file stays as it is: SQLite says whether it can be used.
                let _ = std::fs::set_permissions(path, Permissions::from_mode(0o600));
            }
            Ok(())
        }
        Err(e) => Err(fatal(e)),
    }
}

fn prepare(mut db: Connection, path: &Path) -> Result<Connection> {
    let fail = |e: rusqlite::Error| refuse(path, e);
    db.busy_timeout(BUSY).map_err(fail)?;
    check_owner(&db, path)?;
    wal(&db).map_err(fail)?;
    // FULL: a harvest that was acknowledged is listed as harvested after a power cut,
    // without a rebuild. It costs one sync per harvest.
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;",
    )
    .and_then(|()| db.pragma_update(None, "cache_size", CACHE_SIZE))
    // Plans do not depend on the values that are bound. Otherwise SQLite prepares every statement
    // again, each time, that may use one of the partial indexes.
    .and_then(|()| db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true))
    .map_err(fail)?;
    if version(&db).map_err(fail)? < MIGRATIONS.len() {
        migrate(&mut db).map_err(fail)?;
    }
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// Refuses a database that is not mdtui's, or newer than this program.
fn check_owner(db: &Connection, path: &Path) -> Result<()> {
    // One transaction: another process may be making the tables right now.
    let read = || -> rusqlite::Result<(i32, usize, i64)> {
        let tx = db.unchecked_transaction()?;
        Ok((
            tx.query_row("PRAGMA application_id", [], |r| r.get(0))?,
            version(&tx)?,
            tx.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?,
        ))
    };
    let (id, version, tables) = read().map_err(|e| refuse(path, e))?;
    if id != APPLICATION_ID && (id != 0 || tables > 0) {
        return Err(Error::Fatal(format!(
            "{} is a database of another program: name another directory with --cache-dir, or move it away",
            visible_path(path)
        )));
    }
    if version > MIGRATIONS.len() {
        return Err(Error::Fatal(format!(
            "the catalog {} was written by a newer mdtui (version {version}, this program knows {}): \
             use that one, or move the file away and run mdtui rebuild",
            visible_path(path),
            MIGRATIONS.len()
        )));
    }
    Ok(())
}

fn version(db: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    // A negative version is none of ours: newer than anything.
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Two processes that open a new database together may both switch it; SQLite does
/// not wait for a lock there.
fn wal(db: &Connection) -> rusqlite::Result<()> {
    let mut left = 100;
    loop {
        match db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())) {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && left > 0 => {
                left -= 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            other => return other,
        }
    }
}

fn migrate(db: &mut Connection) -> rusqlite::Result<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again inside the transaction: another process may have been first.
    let from = version(&tx)?;
    for sql in MIGRATIONS.iter().skip(from) {
        tx.execute_batch(sql)?;
    }
    if from < MIGRATIONS.len() {
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    }
    tx.commit()
}

/// An error of SQLite. It says neither why it could not open a file nor why it could only
/// open it for reading: looking for oneself tells a failing disk from a permission.
pub(super) fn told(file: &Path, source: rusqlite::Error) -> Error {
    if std::fs::metadata(file).is_ok_and(|found| !found.is_file()) {
        return Error::Fatal(format!(
            "{} is not a file: remove it or give it another name, then run mdtui rebuild",
            visible_path(file)
        ));
    }
    // A lock that the file system refuses looks like one that another process holds.
    let locking = [
        Some(ErrorCode::DatabaseBusy),
        Some(ErrorCode::DatabaseLocked),
        Some(ErrorCode::FileLockingProtocolFailed),
        Some(ErrorCode::SystemIoFailure),
    ];
    if locking.contains(&source.sqlite_error_code())
        && let Err(e) = mount::try_locks(directory_of(file))
        && mount::is_unsupported(&e)
    {
        return mount::lock_error(file, e);
    }
    let full = [Some(ErrorCode::SystemIoFailure), Some(ErrorCode::DiskFull)];
    if full.contains(&source.sqlite_error_code()) && is_full(directory_of(file)) {
        let why = std::io::Error::from(std::io::ErrorKind::StorageFull);
        return Error::io("write", file, why);
    }
    let vague = [Some(ErrorCode::CannotOpen), Some(ErrorCode::ReadOnly)];
    if vague.contains(&source.sqlite_error_code()) {
        match probe(file) {
            Err(e) if is_of_the_disk(&e) => return Error::io("open", file, e),
            Err(_) => {}
            // What was in the way is gone by now.
            Ok(()) => return Error::io("open", file, std::io::Error::other(source)),
        }
    }
    if source.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) {
        let path = visible_path(file);
        return Error::Fatal(format!(
            "the catalog {path} is damaged ({source}): mdtui rebuild sets it aside and creates a new one"
        ));
    }
    if let Some(why) = wrong_content(&source) {
        let path = visible_path(file);
        return Error::Fatal(format!(
            "the catalog {path} is damaged ({why}): mdtui rebuild fills it again from the records"
        ));
    }
    Error::Catalog {
        path: file.to_owned(),
        source,
    }
}

/// What a database that can be read has that no catalog has: values of other types, or tables
/// without a column that is asked for.
fn wrong_content(error: &rusqlite::Error) -> Option<String> {
    use rusqlite::Error as E;
    match error {
        // Without the statement.
        E::SqlInputError { msg, .. } => Some(msg.clone()),
        E::FromSqlConversionFailure(..)
        | E::IntegralValueOutOfRange(..)
        | E::Utf8Error(..)
        | E::InvalidColumnIndex(_)
        | E::InvalidColumnName(_)
        | E::InvalidColumnType(..) => Some(error.to_string()),
        _ => None,
    }
}

/// Why a database cannot be opened, and what to do about it.
fn refuse(file: &Path, error: rusqlite::Error) -> Error {
    let path = visible_path(file);
    let code = error.sqlite_error_code();
    let why = error.to_string();
    let told = told(file, error);
    if told.kind() == ErrorClass::Transient || !matches!(told, Error::Catalog { .. }) {
        return told;
    }
    Error::Fatal(match code {
        Some(ErrorCode::NotADatabase) => {
            format!("{path} is not a database: mdtui rebuild sets it aside and creates a new one")
        }
        _ => format!("cannot use the catalog {path}: {why}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_that_shows_late_names_the_remedy_too() {
        let (_dir, path) = dir();
        let corrupt = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        let error = told(&path, rusqlite::Error::SqliteFailure(corrupt, None));
        assert_eq!(error.kind(), ErrorClass::Fatal);
        let sentence = error.to_string();
        assert!(sentence.contains("catalog.db is damaged"), "{sentence}");
        assert!(
            sentence.contains("mdtui rebuild sets it aside"),
            "{sentence}"
        );
    }

    fn dir() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cache/catalog.db");
        (dir, path)
    }

    #[test]
    fn a_query_that_may_use_a_partial_index_is_prepared_once() {
        let (_dir, path) = dir();
        let db = file(&path).unwrap();
        let mut query = db
            .prepare("SELECT key FROM logs WHERE content_hash = ?1 AND key <> ?2")
            .unwrap();
        for hash in ["a", "b", "c"] {
            assert!(!query.exists([hash, "key"]).unwrap());
        }
        assert_eq!(query.get_status(rusqlite::StatementStatus::RePrepare), 0);
    }

    #[test]
    fn a_new_catalog_is_ours_in_wal_and_its_owners_alone() {
        let (_dir, path) = dir();
        let db = file(&path).unwrap();
        let get = |pragma: &str| -> String {
            db.query_row(&format!("SELECT * FROM pragma_{pragma}"), [], |r| {
                r.get::<_, rusqlite::types::Value>(0)
            })
            .map(|v| format!("{v:?}"))
            .unwrap()
        };
        assert_eq!(get("journal_mode"), "Text(\"wal\")");
        assert_eq!(get("foreign_keys"), "Integer(1)");
        assert_eq!(get("application_id"), format!("Integer({APPLICATION_ID})"));
        assert_eq!(
            get("user_version"),
            format!("Integer({})", MIGRATIONS.len())
        );
        for entry in path.parent().unwrap().read_dir().unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{:?}", entry.path());
        }
        drop(db);
        file(&path).unwrap();
    }

    #[test]
    fn what_is_not_ours_is_refused_and_left_alone() {
        let (_dir, path) = dir();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(
            &path,
            "these are surely not the bytes of a database, are they?".repeat(30),
        )
        .unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = file(&path).unwrap_err().to_string();
        assert!(
            error.contains("catalog.db is not a database: mdtui rebuild sets it aside"),
            "{error}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), before);

        std::fs::remove_file(&path).unwrap();
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE t (x)")
            .unwrap();
        let error = file(&path).unwrap_err().to_string();
        assert!(error.contains("another program"), "{error}");

        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        let error = file(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorClass::Fatal);
        let error = error.to_string();
        assert!(
            error.contains("catalog.db is not a file: remove it"),
            "{error}"
        );
        assert!(path.is_dir());
    }

    #[test]
    fn a_newer_catalog_is_refused() {
        let (_dir, path) = dir();
        file(&path)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        let error = file(&path).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorClass::Fatal);
        assert!(
            error.to_string().contains("newer mdtui (version 99"),
            "{error}"
        );
    }

    #[test]
    fn many_open_a_new_catalog_together() {
        let (_dir, path) = dir();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| file(&path).unwrap());
            }
        });
    }
}
