use super::*;
use crate::lake::Presence;

fn touch(lake: &Lake, path: &str) -> PathBuf {
    let path = lake.root().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "x").unwrap();
    path
}

/// The directory of a process that is dead: its lock is not there.
const DEAD: &str = ".mdtui/tmp/00112233445566778899aabbccddeeff";

/// A file that has not been changed for a day.
fn old(lake: &Lake, path: &str) -> PathBuf {
    let path = touch(lake, path);
    let file = File::options().write(true).open(&path).unwrap();
    let day = std::time::Duration::from_secs(86_400);
    file.set_modified(std::time::SystemTime::now() - day)
        .unwrap();
    path
}

/// A temporary file of this process, which is alive until the tests end.
fn own_file(lake: &Lake) -> String {
    let presence = Presence::in_lake(lake).unwrap();
    let path = presence.new_path().unwrap();
    std::mem::forget(presence);
    path.strip_prefix(lake.root())
        .unwrap()
        .display()
        .to_string()
}

#[test]
fn only_what_no_record_names_goes() {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::new(dir.path());
    let garbage = [
        touch(
            &lake,
            "a/run_00000000-0000-0000-0000-00000000000a.0123456789abcdef.parquet",
        ),
        touch(&lake, "a/b/rejected.0123456789abcdef.parquet"),
        old(&lake, ".mdtui/tmp/999999999-0"),
        touch(&lake, &format!("{DEAD}/0")),
        touch(&lake, ".mdtui/locks/0123.lock"),
        touch(&lake, "exports/.mdtui-export-abc123.tmp"),
        // With its table, and without one.
        touch(
            &lake,
            ".mdtui/charts/a/run_00000000-0000-0000-0000-00000000000a.0123456789abcdef.overview",
        ),
        touch(
            &lake,
            ".mdtui/charts/gone/run_00000000-0000-0000-0000-00000000000c.0123456789abcdef.overview",
        ),
        // Of an earlier version, with its table and without.
        touch(
            &lake,
            ".mdtui/overviews/c/run_00000000-0000-0000-0000-00000000000b.0123456789abcdef.parquet",
        ),
        touch(
            &lake,
            ".mdtui/overviews/x/y/run_00000000-0000-0000-0000-00000000000b.0123456789abcdef.parquet",
        ),
    ];
    touch(&lake, "c/record.json");
    touch(
        &lake,
        "c/run_00000000-0000-0000-0000-00000000000b.0123456789abcdef.parquet",
    );
    let kept = [
        touch(&lake, "a/notes.txt"),
        touch(&lake, "a/run_mine.parquet"),
        touch(&lake, "exports/run_y.parquet"),
        touch(
            &lake,
            ".mdtui/charts/c/run_00000000-0000-0000-0000-00000000000b.0123456789abcdef.overview",
        ),
        touch(&lake, "catalog.db-wal"),
        touch(&lake, "README.txt"),
        touch(&lake, "c/notes.json"),
        touch(&lake, ".mdtui/tmp/1-0"),
        touch(&lake, &own_file(&lake)),
    ];
    let dry = gc(&lake, true, &|_| true, &CancelToken::new()).unwrap();
    assert!(garbage.iter().all(|p| p.exists()));
    let report = gc(&lake, false, &|_| true, &CancelToken::new()).unwrap();
    assert_eq!(dry, report);
    assert!(garbage.iter().all(|p| !p.exists()), "{report:?}");
    assert!(kept.iter().all(|p| p.exists()), "{report:?}");
    assert!(!lake.root().join("a/b").exists());
    assert!(
        !lake.local().overviews().join("gone").exists()
            && !lake.local().overviews().join("a").exists()
    );
    assert_eq!(
        report.foreign,
        ["a/notes.txt", "a/run_mine.parquet"].map(PathBuf::from)
    );
    assert_eq!(
        gc(&lake, false, &|_| true, &CancelToken::new())
            .unwrap()
            .removed,
        Vec::<PathBuf>::new()
    );
}

#[test]
fn a_harvest_removes_what_a_dead_process_left_behind() {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::new(dir.path());
    let dead = touch(&lake, &format!("{DEAD}/0"));
    let _own = LogLock::try_acquire(&lake, "a").unwrap().unwrap();
    let kept = [
        old(&lake, ".mdtui/tmp/1-0"),
        touch(&lake, ".mdtui/tmp/notes"),
        touch(&lake, &own_file(&lake)),
    ];
    let lock = touch(&lake, ".mdtui/locks/0123.lock");
    let name = "run_00000000-0000-0000-0000-00000000000a.0123456789abcdef.parquet";
    let old_overview = touch(&lake, &format!(".mdtui/overviews/cell/a/{name}"));
    let foreign = touch(&lake, ".mdtui/overviews/b/notes");
    remove_leftovers(&lake).unwrap();
    assert!(!old_overview.exists() && !lake.root().join(".mdtui/overviews/cell").exists());
    assert!(foreign.exists());
    assert!(!lock.exists() && lock::held(&lake).unwrap().len() == 1);
    assert!(!dead.exists() && kept.iter().all(|p| p.exists()));
}

#[test]
fn a_log_in_somebodys_hands_and_an_unreadable_record_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::new(dir.path());
    let held = touch(
        &lake,
        "held/run_00000000-0000-0000-0000-00000000000a.0123456789abcdef.parquet",
    );
    let broken = touch(
        &lake,
        "broken/run_00000000-0000-0000-0000-00000000000a.0123456789abcdef.parquet",
    );
    touch(&lake, "broken/record.json");
    let lock = LogLock::try_acquire(&lake, "held").unwrap().unwrap();
    let report = gc(&lake, false, &|_| true, &CancelToken::new()).unwrap();
    assert!(held.exists() && broken.exists());
    assert_eq!(report.skipped.len(), 2);
    drop(lock);
    gc(&lake, false, &|_| true, &CancelToken::new()).unwrap();
    assert!(!held.exists());
}

#[test]
fn tables_that_nothing_can_make_again_stay() {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::new(dir.path());
    let name = "run_00000000-0000-0000-0000-00000000000a.0123456789abcdef.parquet";
    let killed = touch(&lake, &format!("killed/{name}"));
    let lost = touch(&lake, &format!("lost/{name}"));
    let lost_too = touch(&lake, "lost/b/rejected.0123456789abcdef.parquet");
    // A folder in the place of the record is none of mdtui's, and stays.
    let covered = touch(&lake, &format!("covered/{name}"));
    let folder = lake.record_location("covered");
    fs::create_dir(&folder).unwrap();
    let is_there = |key: &str| key == "killed";
    let dry = gc(&lake, true, &is_there, &CancelToken::new()).unwrap();
    let report = gc(&lake, false, &is_there, &CancelToken::new()).unwrap();
    assert_eq!(dry, report);
    assert!(!killed.exists() && lost.exists() && lost_too.exists() && covered.exists());
    assert_eq!(report.foreign, [PathBuf::from("covered/record.json")]);
    assert!(folder.is_dir());
    assert_eq!(report.orphans, ["lost", "lost/b"]);
    let said: Vec<String> = report.orphan_sentences().collect();
    assert!(
        said[said.len() - 1].ends_with("mdtui remove lost/b"),
        "{said:?}"
    );
}

#[test]
fn a_collection_that_is_cancelled_leaves_no_temporary_file() {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::new(dir.path());
    let table = touch(
        &lake,
        "a/run_00000000-0000-0000-0000-00000000000a.0123456789abcdef.parquet",
    );
    let cancel = CancelToken::new();
    // Under the log's lock, while the log is looked for.
    let is_there = |_: &str| {
        cancel.cancel();
        false
    };
    let cancelled = gc(&lake, false, &is_there, &cancel);
    assert!(matches!(cancelled, Err(Error::Cancelled)));
    assert!(table.exists());
    for folder in [lake.local().tmp(), lake.local().locks()] {
        let left = fs::read_dir(&folder).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{}", folder.display());
    }
}
