//! Files that operators name: none is written over a log or into the lake, and a pipe that is named by mistake
//! hangs nothing.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use crate::common::Lab;

/// Every file below a directory with its content.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| {
            entry.file_type().is_file()
                && !entry.path().display().to_string().contains("catalog.db")
        })
        .map(|entry| {
            (
                entry.path().display().to_string(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

#[test]
fn nothing_is_written_over_a_log_or_into_the_lake() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let log = fs::read_dir(lab.data().join("cell-01"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let name = log.file_name().into_string().unwrap();
    let log = format!("data/cell-01/{name}");
    let record = format!(
        "cache/cell-01/{}/record.json",
        name.trim_end_matches(".parquet")
    );
    assert!(lab.root().join(&record).exists());
    std::os::unix::fs::symlink(lab.cache(), lab.root().join("link")).unwrap();
    let run = lab.json(&["runs", "--json"])["runs"][0]["run_uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = files(lab.root());
    let places = [
        log.as_str(),
        &record,
        "cache/README.txt",
        "cache/catalog.db",
        "cache/new.txt",
        &record.replacen("cache", "link", 1),
        "data/new.csv",
        "cache",
    ];
    for place in places {
        let commands: [&[&str]; 3] = [
            &["watch", "--metrics-file", place],
            &["plan", "-o", place],
            &["export", &run, "--format", "csv", "-o", place],
        ];
        for command in commands {
            let answer = lab.run(command);
            assert_eq!(answer.code, 2, "{command:?}: {}", answer.err);
            assert!(
                [
                    "is a log",
                    "become a log",
                    "named like a log",
                    "is in the lake",
                    "is a directory"
                ]
                .iter()
                .any(|why| answer.err.contains(why)),
                "{command:?}: {}",
                answer.err
            );
        }
    }
    assert_eq!(files(lab.root()), before);
    lab.ok(&["check"]);
}

#[test]
fn a_file_that_cannot_be_made_is_said_under_its_own_name() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let runs = lab.json(&["runs", "--json"]);
    let run = runs["runs"][0]["run_uuid"].as_str().unwrap();
    fs::write(lab.root().join("file"), "").unwrap();
    for (place, code, why) in [
        ("none/out", 2, "there is no folder none to write to"),
        ("file/out", 3, "Not a directory"),
    ] {
        let commands: [&[&str]; 2] = [
            &["plan", "-o", place],
            &["export", run, "--format", "csv", "-o", place],
        ];
        for command in commands {
            let answer = lab.run(command);
            assert_eq!(answer.code, code, "{command:?}: {}", answer.err);
            let said = answer.sentence();
            assert!(said.contains(why), "{command:?}: {said}");
            assert!(!said.contains(".mdtui-"), "{command:?}: {said}");
        }
    }
}

#[test]
fn devices_stay_devices() {
    let lab = Lab::demo(1);
    let fifo = lab.root().join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let reader = fifo.clone();
    let read = std::thread::spawn(move || fs::read_to_string(reader).unwrap());
    lab.ok(&["plan", "-o", "fifo"]);
    assert_eq!(read.join().unwrap().lines().count(), 1);
    let kind = std::os::unix::fs::FileTypeExt::is_fifo(&fs::metadata(&fifo).unwrap().file_type());
    assert!(kind, "the pipe was replaced by a file");
}

#[test]
fn a_profile_is_inferred_from_a_file_alone() {
    let lab = Lab::demo(0);
    assert!(
        Command::new("mkfifo")
            .arg(lab.root().join("fifo.csv"))
            .status()
            .unwrap()
            .success()
    );
    fs::create_dir(lab.root().join("dir.csv")).unwrap();
    for (name, why) in [
        ("fifo.csv", "is not a file"),
        ("dir.csv", "is not a file"),
        ("none.csv", "there is no file none.csv"),
    ] {
        let answer = lab.run(&["profile", "infer", name]);
        assert_eq!(answer.code, 2, "{}", answer.err);
        assert!(answer.err.contains(why), "{}", answer.err);
    }
    fs::write(
        lab.root().join("wide.csv"),
        format!("{}\n1\n", "c,".repeat(100_000)),
    )
    .unwrap();
    let answer = lab.run(&["profile", "infer", "wide.csv"]);
    assert!(answer.err.len() < 2_000, "{} bytes", answer.err.len());
    fs::write(
        lab.root().join("bare.csv"),
        "2024-05-06T06:00:00Z,1,2\n".repeat(9),
    )
    .unwrap();
    let answer = lab.run(&["profile", "infer", "bare.csv"]);
    assert!(
        answer.err.contains("write a header above it"),
        "{}",
        answer.err
    );
}

#[test]
fn a_limit_on_the_size_of_files_is_a_full_disk() {
    let lab = Lab::demo(1);
    let program = env!("CARGO_BIN_EXE_mdtui");
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -f 60; exec '{program}' harvest")])
        .current_dir(lab.root())
        .env_clear()
        .envs(lab.environment())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(75), "{said}");
    let records = files(&lab.cache())
        .into_keys()
        .filter(|name| name.ends_with("record.json"));
    assert_eq!(records.count(), 0, "nothing half-written is committed");
    lab.ok(&["harvest"]);
}
