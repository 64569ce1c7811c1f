//! Deletes the results of a log that is gone.

use crate::{
    Error, Result,
    base::CancelToken,
    catalog::{Catalog, HarvestRow, Update},
    format::count,
    lake::{Context, Lake, Notes, Record, gc::remove_results, lock::LogLock, notes},
    source::{key::is_key, reserved::NOTES},
    text, time,
};

/// What a lake has of one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Results {
    /// Runs in its record.
    pub runs: u64,
    /// Its record and what was published with it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Notes of its runs, which are deleted only when that is asked for.
    pub notes: u64,
}

impl Results {
    /// Those of the log `key`. A record that cannot be read has no runs, and a file of notes that
    /// cannot be read no notes.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn of(lake: &Lake, key: &str) -> Result<Self> {
        let record = Record::read(lake, key).ok().flatten();
        let files = lake.results().files(key)?;
        Ok(Self {
            runs: record.map_or(0, |r| r.run_to_result.len() as u64),
            files: files.len() as u64,
            bytes: files.iter().map(|file| file.size).sum(),
            notes: Notes::read(lake, key).map_or(0, |notes| notes.len() as u64),
        })
    }
}

/// Whether the lake has results of the log `key`, or notes where `with_notes` says that these count.
/// They may be all that is left of it.
///
/// # Errors
/// [`Error::Io`].
pub fn is_left(lake: &Lake, key: &str, with_notes: bool) -> Result<bool> {
    let results = lake.results();
    let noted = || results.keys_with(NOTES, "").keys;
    Ok(is_key(key)
        && (!results.files(key)?.is_empty()
            || with_notes && noted().iter().any(|noted| noted == key)))
}

/// Refuses a log that is not gone: what deletes it cannot be undone, what harvests it again can.
/// One of which nothing but tables is left is gone, too, and one with nothing but notes where these
/// are to be deleted.
///
/// # Errors
/// [`Error::Usage`] for an unknown log and one that still exists, those of
/// [`Catalog::is_gone`].
pub fn check_gone(context: &Context, catalog: &Catalog, key: &str, with_notes: bool) -> Result<()> {
    let name = text::quoted(key, 200);
    match catalog.is_gone(context, key)? {
        Some(true) => Ok(()),
        Some(false) => Err(Error::Usage(format!(
            "the log {name} still exists, and remove deletes only the results of logs that are \
             gone: mdtui harvest --force {name} recreates its results; to be rid of both, \
             delete the log first"
        ))),
        // Where a file system folds case, the results may be those of a log spelt otherwise.
        None if is_left(&context.lake, key, with_notes)? && !is_spelt_otherwise(catalog, key)? => {
            Ok(())
        }
        None => Err(Error::Usage(format!("there is no log {name}"))),
    }
}

/// Whether the catalog knows a log whose key may be the same name to a file system.
fn is_spelt_otherwise(catalog: &Catalog, key: &str) -> Result<bool> {
    let folded = text::folded(key);
    let logs = catalog.logs()?;
    Ok(logs.iter().any(|log| text::folded(&log.key) == folded))
}

/// Deletes the results of the log `key`, which is gone, and what the catalog knows of it. Notes
/// stay unless they are to go too. Cut off at any point, the lake has no record without its
/// tables, and another call completes it.
///
/// # Errors
/// Those of [`check_gone`]; [`Error::Busy`] when a process holds the log, [`Error::Io`],
/// [`Error::Catalog`], [`Error::Cancelled`].
pub fn remove_log(
    context: &Context,
    catalog: &mut Catalog,
    key: &str,
    with_notes: bool,
    cancel: &CancelToken,
) -> Result<Results> {
    let lake = &context.lake;
    let _lock = LogLock::acquire_to_free(lake, key, cancel)?.ok_or_else(|| {
        let key = text::quoted(key, 200);
        Error::Busy(format!("another mdtui is working on {key}"))
    })?;
    // Under the lock: it may have come back since it was listed.
    check_gone(context, catalog, key, with_notes)?;
    let results = Results::of(lake, key)?;
    remove_results(lake, key)?;
    if with_notes {
        notes::remove(lake, key, cancel)?;
    }
    let key = key.to_owned();
    let outcome = HarvestRow {
        key: key.clone(),
        at_us: time::now(),
        seconds: 0.0,
        outcome: "removed".into(),
        message: format!("its results were deleted: {}", count(results.runs, "run")),
    };
    catalog.apply(context, &[Update::Forget { key }, Update::Attempt(outcome)])?;
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorClass, catalog::fixture::world, lake::notes::NewNote, run_id::RunId};

    #[test]
    fn only_a_log_that_is_gone_is_removed() {
        let mut world = world();
        world.write("cell/a.parquet", "a");
        world.write("cell/b.parquet", "b");
        for (key, run) in [("cell/a", 1), ("cell/b", 2)] {
            let record = world.record(key, &format!("{key}.parquet"), &[(run, 0)]);
            world.commit(&record);
        }
        world.refresh();
        let context = world.context.clone();
        let cancel = CancelToken::new();
        let remove =
            |key: &str, catalog: &mut Catalog| remove_log(&context, catalog, key, false, &cancel);
        for key in ["cell/a", "cell/unknown"] {
            let error = remove(key, &mut world.catalog).unwrap_err();
            assert_eq!(error.kind(), ErrorClass::Usage, "{error}");
        }
        let file = world.file("cell/a.parquet");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        world.refresh();
        // It came back after the list was made.
        std::fs::write(&file, &bytes).unwrap();
        let error = remove("cell/a", &mut world.catalog).unwrap_err();
        assert!(error.to_string().contains("still exists"), "{error}");
        std::fs::remove_file(&file).unwrap();
        let held = LogLock::try_acquire(&world.context.lake, "cell/a").unwrap();
        let error = remove("cell/a", &mut world.catalog).unwrap_err();
        assert_eq!(error.kind(), ErrorClass::Transient, "{error}");
        drop(held);

        let note = NewNote {
            author: "anna".into(),
            text: Some("torn".into()),
            ..NewNote::default()
        };
        let added = world
            .catalog
            .add_note(&context, "cell/b", RunId(2), note, &cancel);
        assert_eq!(added.unwrap().len(), 1);
        for key in ["cell/a", "cell/b"] {
            let _ = std::fs::remove_file(world.file(&format!("{key}.parquet")));
            world.refresh();
            let removed = remove(key, &mut world.catalog).unwrap();
            assert_eq!((removed.runs, removed.files), (1, 1));
            assert_eq!(removed.notes, u64::from(key == "cell/b"));
            assert_eq!(world.catalog.log(key).unwrap(), None);
            assert_eq!(Record::read(&world.context.lake, key).unwrap(), None);
        }
        assert_eq!(world.catalog.history(1).unwrap()[0].outcome, "removed");
        let folder = |key: &str| context.lake.location(key, "");
        assert!(!folder("cell/a").exists());
        assert_eq!(Notes::read(&context.lake, "cell/b").unwrap().len(), 1);
        // What is left of it goes when that is said.
        assert!(remove("cell/b", &mut world.catalog).is_err());
        for (key, is_there) in [("cell/b", true), ("cell/b", false), ("../data", false)] {
            let removed = remove_log(&context, &mut world.catalog, key, true, &cancel);
            assert_eq!(removed.is_ok(), is_there, "{key}: {removed:?}");
        }
        assert!(!folder("cell/b").exists());
    }
}
