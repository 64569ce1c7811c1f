use super::*;
use std::{fs, os::unix::fs::symlink};

fn scanned(dir: &Path) -> Scan {
    scan(dir, &dir.join("cache"), Links::Stay, &CancelToken::new()).unwrap()
}

fn listed(scan: &Scan) -> Vec<(String, Option<&str>)> {
    scan.found
        .iter()
        .map(|f| (text::visible_bytes(&f.raw), f.trouble.as_deref()))
        .collect()
}

/// Makes folders in each other whose paths become longer than the system opens, with a log in the last that can be
/// opened (whose own path is too long) and one in the next. Returns these two folders as paths below `root`. They
/// cannot be read by anybody, unlike those without permission, which root reads.
fn too_deep(root: &Path) -> (PathBuf, PathBuf) {
    const LONGEST: usize = 4095;
    let name = "d".repeat(200);
    let mut open = fs::File::open(root).unwrap();
    let mut below = PathBuf::new();
    loop {
        let next = below.join(&name);
        let is_beyond = root.join(&next).as_os_str().len() > LONGEST;
        let file = "f".repeat(196) + ".csv";
        if is_beyond {
            let mode = rustix::fs::Mode::from_raw_mode(0o644);
            let flags = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
            rustix::fs::openat(&open, file.as_str(), flags, mode).unwrap();
        }
        rustix::fs::mkdirat(&open, name.as_str(), rustix::fs::Mode::RWXU).unwrap();
        if is_beyond {
            return (below, next);
        }
        let flags = rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::RDONLY;
        let deeper = rustix::fs::openat(&open, name.as_str(), flags, rustix::fs::Mode::empty());
        (open, below) = (deeper.unwrap().into(), next);
    }
}

#[test]
fn folders_that_cannot_be_read_and_logs_that_cannot_be_looked_at_are_unread() {
    let dir = tempfile::tempdir().unwrap();
    touch(dir.path().join("a.csv"));
    let (unsearched, unopened) = too_deep(dir.path());
    let scan = scanned(dir.path());
    assert_eq!(listed(&scan), [("a.csv".into(), None)]);
    let bytes = |path: &Path| path.as_os_str().as_bytes().to_vec();
    let mut unread = scan.unread;
    unread.sort_unstable();
    assert_eq!(unread, [bytes(&unsearched), bytes(&unopened)]);
    assert_eq!(scan.notes.len(), 2, "{:?}", scan.notes);
    for note in &scan.notes {
        assert!(
            note.contains("cannot be read (File name too long"),
            "{note}"
        );
    }
}

fn touch(path: PathBuf) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "x").unwrap();
}

#[test]
fn endings_decide_and_folders_are_entered_but_for_those_of_other_programs() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    for path in [
        "a.parquet",
        "b.pq",
        "c.csv",
        "d.csv.gz",
        "E.CSV",
        "x.txt",
        "y.gz",
        "z.parquet.tmp",
        "in.parquet/a.csv",
        ".hidden/a.csv",
        "_temporary/0/a.csv",
        "lost+found/a.csv",
        "System Volume Information/a.csv",
        "cell_id=10/_delta_log/1.checkpoint.parquet",
        "cell_id=10/_delta_log/2.checkpoint.parquet",
        "cell_id=10/_part.parquet",
        "_old.parquet/a.csv",
        ".a.csv",
        "cache/c/run_1.parquet",
        "other/cache/a.csv",
    ] {
        touch(root.join(path));
    }
    fs::create_dir(root.join("none.parquet")).unwrap();
    let scan = scanned(root);
    let trouble = "it is a folder named like a Parquet file, and holds no log";
    assert_eq!(
        listed(&scan),
        [
            ("E.CSV".into(), None),
            ("a.parquet".into(), None),
            ("b.pq".into(), None),
            ("c.csv".into(), None),
            ("cell_id=10/_part.parquet".into(), None),
            ("d.csv.gz".into(), None),
            ("in.parquet/a.csv".into(), None),
            ("none.parquet".into(), Some(trouble)),
            ("other/cache/a.csv".into(), None),
        ]
    );
    let [files, folders] = &scan.notes[..] else {
        panic!("{:?}", scan.notes)
    };
    assert_eq!(files, "1 hidden file was passed over (.a.csv)");
    let head = "4 folders named with a leading `_` or `.` were passed over (";
    assert!(
        folders.starts_with(head) && folders.ends_with(", …)"),
        "{folders}"
    );
    assert_eq!(scan.found[0].size, 1);
    let cache = root.join("cache");
    assert!(stat_log(root, &cache, Links::Stay, b"_temporary/0/a.csv").is_none());
    assert!(stat_log(root, &cache, Links::Stay, b"a.parquet").is_some());
}

#[test]
fn links_and_special_files_are_listed_with_their_trouble() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("data");
    touch(root.join("sub/real.csv"));
    touch(dir.path().join("secret.csv"));
    touch(root.join("cache/r.csv"));
    symlink("sub/real.csv", root.join("in.csv")).unwrap();
    symlink("../secret.csv", root.join("out.csv")).unwrap();
    symlink("nowhere", root.join("broken.csv")).unwrap();
    symlink("cache/r.csv", root.join("cached.csv")).unwrap();
    symlink("loop.csv", root.join("loop.csv")).unwrap();
    symlink("sub", root.join("sub.csv")).unwrap();
    symlink("..", root.join("up")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        root.join("fifo.csv"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let scan = scanned(&root);
    assert_eq!(
        listed(&scan),
        [
            ("broken.csv".into(), Some("it is a link that leads nowhere")),
            (
                "cached.csv".into(),
                Some("it is a link that leads into the cache directory")
            ),
            ("fifo.csv".into(), Some("it is a FIFO, not a file")),
            ("in.csv".into(), None),
            ("loop.csv".into(), Some("it is a link that leads nowhere")),
            (
                "out.csv".into(),
                Some(
                    "it is a link that leads out of the data directory (follow_links in the config file)"
                )
            ),
            (
                "sub.csv".into(),
                Some(
                    "it is a link to a folder; those are not entered (follow_links in the config file)"
                )
            ),
            ("sub/real.csv".into(), None),
        ]
    );
    assert_eq!(
        scan.notes,
        ["up is a link to a folder and was not entered (follow_links in the config file)"]
    );
}

#[test]
fn links_are_followed_where_that_is_asked_for_and_loops_end() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("data");
    touch(root.join("sub/real.csv"));
    touch(dir.path().join("secret.csv"));
    touch(dir.path().join("press/2022/a.csv"));
    touch(dir.path().join("lake/r.csv"));
    symlink("../secret.csv", root.join("out.csv")).unwrap();
    symlink("../press", root.join("press-2")).unwrap();
    symlink("nowhere", root.join("broken.csv")).unwrap();
    symlink("loop.csv", root.join("loop.csv")).unwrap();
    symlink("../lake/r.csv", root.join("cached.csv")).unwrap();
    symlink("../lake", root.join("lake")).unwrap();
    symlink("..", root.join("sub/up")).unwrap();
    let lake = dir.path().join("lake");
    let scan = scan(&root, &lake, Links::Follow, &CancelToken::new()).unwrap();
    assert_eq!(
        listed(&scan),
        [
            ("broken.csv".into(), Some("it is a link that leads nowhere")),
            (
                "cached.csv".into(),
                Some("it is a link that leads into the cache directory")
            ),
            ("loop.csv".into(), Some("it is a link that leads nowhere")),
            ("out.csv".into(), None),
            ("press-2/2022/a.csv".into(), None),
            ("sub/real.csv".into(), None),
        ]
    );
    assert_eq!(
        scan.notes,
        ["sub/up is a link to a folder whose logs are listed already and was not entered"]
    );
    let out = |links| stat_log(&root, &lake, links, b"out.csv").unwrap().trouble;
    assert_eq!(out(Links::Follow), None);
    assert!(out(Links::Stay).is_some());
}

#[test]
fn each_folder_is_entered_once_whatever_links_lead_to_it() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("data");
    let mut level = root.clone();
    // 2^20 paths lead to the log.
    for _ in 0..20 {
        std::fs::create_dir_all(level.join("b")).unwrap();
        symlink("b", level.join("a")).unwrap();
        level.push("b");
    }
    touch(level.join("x.csv"));
    // Two links to a folder elsewhere that has a link to the folder of the other.
    touch(dir.path().join("press/y.csv"));
    symlink("../data", dir.path().join("press/back")).unwrap();
    symlink("../press", root.join("p1")).unwrap();
    symlink("../press", root.join("p2")).unwrap();
    let scan = scan(
        &root,
        Path::new("/nowhere"),
        Links::Follow,
        &CancelToken::new(),
    )
    .unwrap();
    let own = format!("{}x.csv", "b/".repeat(20));
    assert_eq!(listed(&scan), [(own, None), ("p1/y.csv".into(), None)]);
    let [first, .., last] = &scan.notes[..] else {
        panic!("{:?}", scan.notes)
    };
    assert_eq!(
        first,
        "a is a link to a folder whose logs are listed already and was not entered"
    );
    assert_eq!(
        (scan.notes.len(), last.as_str()),
        (4, "19 more links to folders likewise")
    );
}

#[test]
fn names_that_are_no_text_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    touch(dir.path().join(OsStr::from_bytes(b"\xff\x1b[31m\n/-a.csv")));
    let scan = scanned(dir.path());
    assert_eq!(scan.found[0].raw, b"\xff\x1b[31m\n/-a.csv");
    assert_eq!(
        cell_of(&scan.found[0].raw).as_deref(),
        Some("\\xff\\u{1b}[31m\\n")
    );
}

#[test]
fn other_lakes_are_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    for path in [
        "a.csv",
        "old/.mdtui/mdtui.log",
        "old/README.txt",
        "old/a/run_1.parquet",
        "x/older/.mdtui/locks/l",
        "x/older/catalog.db",
        "x/older/b/run_1.parquet",
        // Logs with a text beside them.
        "x/README.txt",
        "x/b.csv",
    ] {
        touch(root.join(path));
    }
    let scan = scanned(root);
    assert_eq!(
        listed(&scan),
        [("a.csv".into(), None), ("x/b.csv".into(), None)]
    );
    // The file system decides which is met first.
    let passed = ["(old, x/older)", "(x/older, old)"]
        .map(|lakes| format!("2 folders with results of mdtui were passed over {lakes}"));
    assert!(scan.notes.len() == 1 && passed.contains(&scan.notes[0]));
    let stat = |raw: &[u8]| stat_log(root, &root.join("cache"), Links::Stay, raw);
    assert!(stat(b"old/a/run_1.parquet").is_none() && stat(b"x/b.csv").is_some());
}

#[test]
fn an_impossible_data_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    touch(dir.path().join("file"));
    let refused = |data: &Path, cache: &Path| {
        scan(data, cache, Links::Stay, &CancelToken::new())
            .unwrap_err()
            .to_string()
    };
    let none = refused(&dir.path().join("none"), dir.path());
    assert!(
        none.ends_with("none does not exist: name one with --data-dir"),
        "{none}"
    );
    let file = refused(&dir.path().join("file"), &dir.path().join("cache"));
    assert!(file.contains("is not a directory"), "{file}");
    let both = refused(dir.path(), dir.path());
    assert!(
        both.contains("is both the data directory and the cache directory"),
        "{both}"
    );
}

#[test]
fn the_cell_is_a_folder_of_that_name_else_the_first_one() {
    for (path, cell) in [
        ("a.csv", None),
        ("cell-3/x/a.csv", Some("cell-3")),
        ("cell_id=10/part-0.parquet", Some("10")),
        ("year=2024/cell_id=10/a.parquet", Some("10")),
        ("cell-3/cell_id=a%2Fb%20c%/a.csv", Some("a/b c%")),
        ("cell_id=%zz%1/a.csv", Some("%zz%1")),
        ("cell_id=__HIVE_DEFAULT_PARTITION__/a.csv", None),
        ("cell_id=/a.csv", None),
        ("cell_id=10.csv", None),
        ("my_cell_id=10/a.csv", Some("my_cell_id=10")),
    ] {
        assert_eq!(cell_of(path.as_bytes()).as_deref(), cell, "{path}");
    }
}
