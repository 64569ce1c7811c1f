//! What a new lake says of itself, for people who find it without mdtui.

use std::{fs::Permissions, io::Write, os::unix::fs::PermissionsExt};

use super::{
    Lake, Presence,
    files::{move_to_new, sync_dir},
};
use crate::{Error, Result, error::is_of_the_disk, text::visible_path};

const TEXT: &str = "\
This directory is a lake of mdtui, a terminal browser for robot machine logs. It holds
the results of every log that was harvested into it. The logs themselves lie elsewhere:
source.path in a log's record.json is its path below the data directory of the harvest.

As long as a log exists, mdtui can recreate its results. The results of logs that are
gone cannot be recreated: keep this directory as long as you need them, and back it up.

What lies here:

  <log>/record.json     what the log holds: runs, statistics, quality, settings
  <log>/run_*.parquet   the table of a run: times in UTC, and a column for each channel
  <log>/rejected.*      rows of the log that were dropped, and why
  exports/              files that people exported
  catalog.db            an index; mdtui rebuild recreates it from the records
  .mdtui/               locks and temporary files: nothing to read

How to read it:

  mdtui --cache-dir <this directory> list    every log and its state
  mdtui --cache-dir <this directory>         the browser

Any tool that reads Parquet will do: **/run_*.parquet finds the tables of all runs and
nothing else. Runs have the columns of the channels that they recorded, so read the
union of their columns; docs/lake.md of mdtui has recipes for pandas, polars and DuckDB.

Please change nothing here by hand. To delete:

  mdtui remove <log>    the results of a log that is gone
  mdtui gc              files that no record refers to
";

/// As [`write`]; a lake does without it where the file system refuses it.
///
/// # Errors
/// [`Error::Io`] when the disk is full or fails.
pub fn ensure(lake: &Lake) -> Result<()> {
    match write(lake) {
        Err(Error::Io { source, path, .. }) if !is_of_the_disk(&source) => {
            tracing::warn!("cannot write {}: {source}", visible_path(&path));
            Ok(())
        }
        other => other,
    }
}

/// Writes `README.txt` into the lake, unless there is one: it may be an operator's.
///
/// # Errors
/// [`Error::Io`].
pub fn write(lake: &Lake) -> Result<()> {
    let target = lake.local().readme();
    if target.symlink_metadata().is_ok() {
        return Ok(());
    }
    let presence = Presence::in_lake(lake)?;
    let dir = presence.dir()?;
    let mut temp = tempfile::Builder::new()
        // Less the umask: whoever may read the lake may read this.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(dir)
        .map_err(|e| Error::io("write to", dir, e))?;
    let io = |e| Error::io("write", &target, e);
    temp.write_all(TEXT.as_bytes()).map_err(io)?;
    temp.as_file().sync_all().map_err(io)?;
    if move_to_new(temp.path(), &target)? {
        sync_dir(lake.root())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_readme_is_written_whole_and_never_over_another() {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path());
        write(&lake).unwrap();
        let path = lake.local().readme();
        assert_eq!(fs::read_to_string(&path).unwrap(), TEXT);
        assert!(TEXT.contains("cannot be recreated") && TEXT.contains("list"));
        assert!(TEXT.lines().all(|line| line.len() <= 90));
        fs::write(&path, "the operator's").unwrap();
        write(&lake).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "the operator's");
        assert_eq!(fs::read_dir(lake.local().tmp()).unwrap().count(), 0);
    }
}
