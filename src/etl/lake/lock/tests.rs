use std::os::unix::fs::MetadataExt;

use super::*;

fn lake() -> (tempfile::TempDir, Lake) {
    let dir = tempfile::tempdir().unwrap();
    let lake = Lake::new(dir.path().join("cache"));
    (dir, lake)
}

#[test]
fn one_holds_a_log_and_everybody_sees_it() {
    let (_dir, lake) = lake();
    assert_eq!(held(&lake).unwrap(), []);
    let a = LogLock::try_acquire(&lake, "cell-1/a").unwrap().unwrap();
    let _b = LogLock::try_acquire(&lake, "b").unwrap().unwrap();
    assert!(LogLock::try_acquire(&lake, "cell-1/a").unwrap().is_none());
    let owner = Owner::new(&Presence::in_lake(&lake).unwrap());
    let both = ["b", "cell-1/a"].map(|key| Held {
        key: key.into(),
        owner: Some(owner.clone()),
    });
    assert_eq!(held(&lake).unwrap(), both);
    drop(a);
    assert_eq!(held(&lake).unwrap(), both[..1]);
    assert!(LogLock::try_acquire(&lake, "cell-1/a").unwrap().is_some());
}

#[test]
fn a_released_lock_leaves_no_file_and_a_left_file_locks_nothing() {
    let (_dir, lake) = lake();
    drop(LogLock::try_acquire(&lake, "a").unwrap().unwrap());
    assert_eq!(std::fs::read_dir(lake.local().locks()).unwrap().count(), 0);
    std::fs::write(
        lock_path(&lake, "a"),
        "1\nsomething longer than this process's\n",
    )
    .unwrap();
    assert_eq!(held(&lake).unwrap(), []);
    let _a = LogLock::try_acquire(&lake, "a").unwrap().unwrap();
    let [held] = held(&lake).unwrap().try_into().unwrap();
    assert_eq!(held.key, "a");
    assert_eq!(held.owner.unwrap().pid, std::process::id());
}

#[test]
fn locks_that_follow_each_other_are_one_file_while_the_process_stays_in_the_lake() {
    let (_dir, lake) = lake();
    let presence = Presence::in_lake(&lake).unwrap();
    presence.dir().unwrap();
    let files = |dir: &Path| std::fs::read_dir(dir).unwrap().count();
    // Kept open: another file cannot get the same inode.
    let mut locks: Vec<File> = Vec::new();
    for key in ["a/longer/than/the/next", "b", "a/longer/than/the/next"] {
        let _lock = LogLock::try_acquire(&lake, key).unwrap().unwrap();
        let [held] = held(&lake).unwrap().try_into().unwrap();
        assert_eq!(held.key, key);
        locks.push(File::open(lock_path(&lake, key)).unwrap());
    }
    let inodes: Vec<u64> = locks.iter().map(|f| f.metadata().unwrap().ino()).collect();
    assert_eq!(inodes, [inodes[0]; 3]);
    assert_eq!(
        (held(&lake).unwrap(), files(&lake.local().locks())),
        (vec![], 0)
    );
    // Another lock is there, free or held: it is not replaced.
    std::fs::write(lock_path(&lake, "free"), "").unwrap();
    drop(LogLock::try_acquire(&lake, "free").unwrap().unwrap());
    let other = held_by(&lake, &format!("{} 1 press-2", presence.id()));
    assert!(LogLock::try_acquire(&lake, "a").unwrap().is_none());
    drop(other);
    // Two at a time; the one that is given up last is deleted.
    let both = ["c", "d"].map(|key| LogLock::try_acquire(&lake, key).unwrap().unwrap());
    assert_eq!(held(&lake).unwrap().len(), 2);
    drop(both);
    assert_eq!(files(&lake.local().locks()), 1, "the free one of log a");
    // What it keeps in its directory goes with it, and may be gone before.
    std::fs::remove_dir_all(lake.local().tmp()).unwrap();
    drop(LogLock::try_acquire(&lake, "e").unwrap().unwrap());
    drop(presence);
    assert_eq!(files(&lake.local().locks()), 1);
    let presence = Presence::in_lake(&lake).unwrap();
    presence.dir().unwrap();
    drop(LogLock::try_acquire(&lake, "f").unwrap().unwrap());
    drop(presence);
    assert_eq!(files(&lake.local().tmp()), 0);
}

/// Holds the lock of log `a` as `first_line` says, as a process of its own would.
fn held_by(lake: &Lake, first_line: &str) -> File {
    std::fs::create_dir_all(lake.local().locks()).unwrap();
    let path = lock_path(lake, "a");
    std::fs::write(&path, format!("{first_line}\na\n")).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    file.try_lock().unwrap();
    file
}

#[test]
fn a_dying_holder_is_waited_for_and_a_living_one_is_not() {
    let (_dir, lake) = lake();
    let dead = held_by(&lake, "00112233445566778899aabbccddeeff 1 press-2");
    assert_eq!(held(&lake).unwrap(), [], "a dying holder harvests nothing");
    let taken = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| LogLock::try_acquire(&lake, "a").unwrap());
        // Far longer than a lock that is held is waited for.
        std::thread::sleep(HELD * 4);
        assert!(!waiting.is_finished());
        drop(dead);
        waiting.join().unwrap()
    });
    drop(taken.unwrap());

    let presence = Presence::in_lake(&lake).unwrap();
    // The same process id as another process: it decides nothing.
    let _living = held_by(&lake, &format!("{} 1 press-2", presence.id()));
    assert!(LogLock::try_acquire(&lake, "a").unwrap().is_none());
    let [held] = held(&lake).unwrap().try_into().unwrap();
    assert_eq!(held.owner.unwrap().described(), "process 1 on press-2");
}

#[test]
fn the_wait_for_a_dying_holder_can_be_cancelled() {
    let (_dir, lake) = lake();
    let _dead = held_by(&lake, "00112233445566778899aabbccddeeff 1 press-2");
    let cancel = CancelToken::new();
    cancel.cancel();
    let error = LogLock::acquire(&lake, "a", &cancel).unwrap_err();
    assert!(matches!(error, Error::Cancelled));
}

#[test]
fn a_lock_of_an_earlier_version_is_held_while_it_is_locked() {
    let (_dir, lake) = lake();
    let file = held_by(&lake, "1");
    let [held] = held(&lake).unwrap().try_into().unwrap();
    assert_eq!((held.key.as_str(), held.owner), ("a", None));
    assert!(LogLock::try_acquire(&lake, "a").unwrap().is_none());
    drop(file);
    assert!(LogLock::try_acquire(&lake, "a").unwrap().is_some());
}

#[test]
fn many_threads_never_hold_one_log_together() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let (_dir, lake) = lake();
    let (inside, taken) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    if let Some(_lock) = LogLock::try_acquire(&lake, "a").unwrap() {
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        taken.fetch_add(1, Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                    held(&lake).unwrap();
                }
            });
        }
    });
    assert!(taken.into_inner() > 0);
    assert_eq!(std::fs::read_dir(lake.local().locks()).unwrap().count(), 0);
}

#[test]
fn what_is_no_lock_file_is_refused_at_once_and_never_followed() {
    use std::os::unix::fs::symlink;
    let (dir, lake) = lake();
    std::fs::create_dir_all(lake.local().locks()).unwrap();
    let path = lock_path(&lake, "a");
    let outside = dir.path().join("outside");
    let refused = |what: &str| {
        let error = LogLock::try_acquire(&lake, "a").unwrap_err().to_string();
        assert!(
            error.contains(what) && error.ends_with("move it away"),
            "{error}"
        );
        assert_eq!(held(&lake).unwrap(), []);
        let report = crate::lake::gc::gc(&lake, false, &|_| true, &CancelToken::new()).unwrap();
        assert_eq!(report.removed, Vec::<PathBuf>::new());
        assert_eq!(report.foreign.len(), 1, "{report:?}");
    };
    symlink(&outside, &path).unwrap();
    refused("it is a link");
    assert!(!outside.exists());
    std::fs::remove_file(&path).unwrap();
    let mode = rustix::fs::Mode::from(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    refused("it is a pipe");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    refused("it is a folder");
}

#[test]
fn a_file_in_the_place_of_a_folder_of_locks_is_named_and_hides_nothing() {
    for private in [".mdtui", ".mdtui/locks", ".mdtui/tmp"] {
        let (_dir, lake) = lake();
        let taken = lake.root().join(private);
        std::fs::create_dir_all(taken.parent().unwrap()).unwrap();
        std::fs::write(&taken, "").unwrap();
        assert_eq!(held(&lake).unwrap(), []);
        let error = LogLock::try_acquire(&lake, "a").unwrap_err().to_string();
        assert!(error.contains(&text::visible_path(&taken)), "{error}");
        assert!(error.ends_with("move it away"), "{error}");
        crate::lake::gc::gc(&lake, true, &|_| true, &CancelToken::new()).unwrap();
    }
}
