//! Containers that share a lake, programs that are killed, and file systems whose locks do not
//! work: who harvests a log is decided by locks of the operating system and by nothing else.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};

use mdtui::etl::lake::{Lake, Record};

use crate::common::{Answer, Lab};

/// Times that two containers harvest the same logs beside each other.
const ROUNDS: usize = 8;
/// Times that a program is killed while its worker harvests.
const KILLS: usize = 40;

fn mdtui(lab: &Lab, program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(args)
        .current_dir(lab.root())
        .env_clear()
        .envs(lab.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The program as process 1 of a namespace of its own, as in a container.
fn contained(lab: &Lab, options: &str, args: &[&str]) -> Child {
    let all = [&[options, env!("CARGO_BIN_EXE_mdtui")], args].concat();
    mdtui(lab, "unshare", &all).spawn().unwrap()
}

/// What `unshare` must be told so that this user may make a namespace; `None`, said aloud, when
/// it is not permitted.
fn namespaces() -> Option<&'static str> {
    let works = |options: &&str| {
        let tried = Command::new("unshare").args([options, "true"]).output();
        tried.is_ok_and(|o: Output| o.status.success())
    };
    let options = ["-pf", "-Urpf"].into_iter().find(works);
    if options.is_none() {
        eprintln!(
            "SKIPPED: unshare cannot make process namespaces here, so that nothing was tested"
        );
    }
    options
}

/// Every record of the lake, none with a failed attempt.
fn assert_all_good(lab: &Lab, logs: usize, when: &str) {
    let lake = Lake::new(lab.cache());
    let records = lab.lake("record.json");
    assert_eq!(records.len(), logs, "{when}");
    for name in records.keys() {
        let key = name.strip_suffix("/record.json").unwrap();
        let record = Record::read(&lake, key).unwrap().unwrap();
        assert_eq!(record.error, None, "{when}: {key}");
        assert!(record.last_attempt.is_none(), "{when}: {key}");
        for run in record.run_to_result.values() {
            assert_eq!(run.error, None, "{when}: {key}");
            let file = run.file_name.as_ref().unwrap();
            assert!(lake.location(key, file).is_file(), "{when}: {key}/{file}");
        }
    }
}

#[test]
fn two_containers_and_a_gc_never_take_each_others_files_for_leftovers() {
    let Some(options) = namespaces() else { return };
    let lab = Lab::new();
    let made = Lab::demo(8);
    // Several copies of a log whose runs are all good, each with a line of its own less.
    let csv = walkdir::WalkDir::new(made.data())
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .find(|path| path.extension().is_some_and(|e| e == "csv"))
        .unwrap();
    let text = fs::read_to_string(csv).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let logs = 6;
    for n in 0..logs {
        let kept = lines[..lines.len() - n].join("\n") + "\n";
        fs::write(lab.data().join(format!("{n}.csv")), kept).unwrap();
    }
    lab.ok(&["harvest"]);
    let wanted = lab.lake(".parquet");
    for round in 0..ROUNDS {
        let done = AtomicBool::new(false);
        let answers = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    let gc = contained(&lab, options, &["gc"]);
                    let answer = Answer::from(gc.wait_with_output().unwrap());
                    assert_eq!(answer.code, 0, "{}", answer.err);
                }
            });
            let harvests: Vec<Child> = (0..2)
                .map(|_| {
                    contained(
                        &lab,
                        options,
                        &["harvest", "--all", "--force", "--jobs", "2"],
                    )
                })
                .collect();
            let answers = harvests.into_iter().map(|h| h.wait_with_output().unwrap());
            let answers: Vec<Answer> = answers.map(Answer::from).collect();
            done.store(true, Ordering::SeqCst);
            answers
        });
        for answer in answers {
            let when = format!("round {round}: {}{}", answer.out, answer.err);
            assert_eq!(answer.code, 0, "{when}");
            assert!(!answer.out.contains("failed"), "{when}");
        }
        assert_all_good(&lab, logs, &format!("round {round}"));
    }
    assert!(lab.lake(".parquet") == wanted, "other bytes");
    let found = lab.run(&["check"]);
    assert_eq!(found.code, 0, "{}{}", found.out, found.err);
}

/// Waits until a worker of the program reports that it took a log: its lock is there.
fn wait_for_lock(lab: &Lab, program: &mut Child) {
    let locks = lab.cache().join(".mdtui/locks");
    while fs::read_dir(&locks).map_or(0, Iterator::count) == 0 {
        assert!(program.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::yield_now();
    }
}

#[test]
fn a_harvest_right_after_a_crash_takes_every_log() {
    let made = Lab::new();
    made.write_demo(&mdtui::etl::demo::Options {
        logs: 1,
        run_seconds: 60.0,
        seed: 1,
    });
    let mut taken = 0;
    for kill in 0..KILLS {
        let lab = Lab::new();
        let log = walkdir::WalkDir::new(made.data())
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .find(|path| path.is_file())
            .unwrap();
        let name = log.file_name().unwrap();
        fs::hard_link(&log, lab.data().join(name)).unwrap();
        let mut program = mdtui(&lab, env!("CARGO_BIN_EXE_mdtui"), &["harvest"])
            .spawn()
            .unwrap();
        wait_for_lock(&lab, &mut program);
        // In some rounds the worker has come far.
        for _ in 0..(kill % 4) * 2000 {
            std::thread::yield_now();
        }
        program.kill().unwrap();
        // Not waited for: it may still be dying.
        let again = lab.run(&["harvest"]);
        assert_eq!(again.code, 0, "kill {kill}: {}{}", again.out, again.err);
        assert!(
            !again.out.contains("another mdtui") && !again.err.contains("another mdtui"),
            "kill {kill}: {}{}",
            again.out,
            again.err
        );
        let states = lab.states();
        assert!(
            states.values().all(|s| s == "harvested" || s == "partial"),
            "kill {kill}: {states:?}: {}{}",
            again.out,
            again.err
        );
        taken += usize::from(again.out.contains("harvested 1 log"));
        let mut rest = Vec::new();
        if let Some(out) = program.stdout.take() {
            rest.extend(BufReader::new(out).lines().map_while(Result::ok));
        }
        program.wait().unwrap();
    }
    // The others were done before they were killed.
    assert!(taken * 2 >= KILLS, "{taken} of {KILLS} were killed in time");
}

/// A library that refuses every lock as a share without a lock service does; `None`, said
/// aloud, without a compiler.
fn without_locks(dir: &Path) -> Option<PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/no_locks.c");
    let library = dir.join("no_locks.so");
    let done = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .args([source, "-ldl"])
        .status();
    match done {
        Ok(status) => {
            assert!(status.success(), "tests/faults/no_locks.c does not compile");
            Some(library)
        }
        Err(e) => {
            eprintln!("SKIPPED: there is no C compiler to refuse locks with ({e})");
            None
        }
    }
}

#[test]
fn a_share_whose_locks_do_not_work_is_named() {
    const ENOLCK: i32 = 37;
    const EOPNOTSUPP: i32 = 95;
    let lab = Lab::demo(1);
    let Some(library) = without_locks(lab.root()) else {
        return;
    };
    lab.ok(&["list"]);
    for (errno, words) in [
        (ENOLCK, "No locks available"),
        (EOPNOTSUPP, "not supported"),
    ] {
        for refused in ["flock", "flock,fcntl"] {
            let output = mdtui(&lab, env!("CARGO_BIN_EXE_mdtui"), &["harvest"])
                .env("LD_PRELOAD", &library)
                .env("NO_LOCKS_ERRNO", errno.to_string())
                .env("NO_LOCKS_CALLS", refused)
                .env("NO_LOCKS_BELOW", lab.cache().canonicalize().unwrap())
                .output()
                .unwrap();
            let answer = Answer::from(output);
            let said = format!("{refused} {errno}: {}{}", answer.out, answer.err);
            assert_eq!(answer.code, 3, "{said}");
            for part in [
                "does not support file locks",
                words,
                " file system ",
                " at /",
            ] {
                assert!(said.contains(part), "{said}");
            }
            assert!(!said.contains("database is locked"), "{said}");
        }
    }
    lab.ok(&["harvest"]);
}
