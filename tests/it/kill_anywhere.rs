//! A harvest is killed, or told that the disk fails or is full, at each of its changes of the
//! lake in turn. Whatever happens: no partial result is ever seen, and the next harvest
//! comes to the same bytes.
//!
//! A test holds what `tests/faults/shim.c` counts as changes against what `strace` sees.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
};

use crate::common::{
    Answer, Lab, context_in,
    faults::{EIO, ENOSPC, Fault, places, run_with, shim},
    mounted::Mounted,
};
use mdtui::etl::{
    base::CancelToken,
    check::{self, Kind},
};
use serde_json::Value;

/// What is harvested, and from which state of the lake.
struct Scenario {
    name: &'static str,
    /// Which log is harvested.
    log: &'static str,
    prepare: fn(&Lab),
    /// How the harvest ends.
    code: i32,
}

const SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "a first harvest",
        log: "a",
        prepare: |lab| put(lab, "faults/bad-rows.parquet", "a.parquet"),
        code: 0,
    },
    Scenario {
        name: "another content",
        log: "a",
        prepare: |lab| {
            put(lab, "faults/bad-rows.parquet", "a.parquet");
            lab.ok(&["harvest"]);
            put(lab, "faults/no-z_2.parquet", "a.parquet");
        },
        code: 0,
    },
    Scenario {
        name: "a renamed log",
        log: "b",
        prepare: |lab| {
            put(lab, "faults/bad-rows.parquet", "a.parquet");
            lab.ok(&["harvest"]);
            fs::rename(lab.data().join("a.parquet"), lab.data().join("b.parquet")).unwrap();
        },
        code: 0,
    },
    Scenario {
        name: "a log that fails now",
        log: "a",
        prepare: |lab| {
            put(lab, "faults/gap.parquet", "a.parquet");
            lab.ok(&["harvest"]);
            put(lab, "faults/truncated.parquet", "a.parquet");
        },
        code: 1,
    },
];

/// Demo logs, made once.
fn demo() -> &'static Lab {
    static DEMO: OnceLock<Lab> = OnceLock::new();
    DEMO.get_or_init(|| Lab::demo(20))
}

/// Copies a demo log, with its time.
fn put(lab: &Lab, from: &str, to: &str) {
    let from = demo().data().join(from);
    let to = lab.data().join(to);
    fs::copy(&from, &to).unwrap();
    let times = fs::FileTimes::new().set_modified(fs::metadata(from).unwrap().modified().unwrap());
    fs::File::options()
        .append(true)
        .open(to)
        .unwrap()
        .set_times(times)
        .unwrap();
}

/// Harvests with a fault at change number `at` (none: only counts). Gives the answer and the
/// changes.
fn harvest(
    lab: &Lab,
    shim: &Path,
    log: &str,
    fault: Option<(Fault, usize)>,
) -> (Answer, Vec<String>) {
    run_with(lab, shim, &["harvest", "--jobs", "1", log], fault)
}

/// What must be the same at the end.
#[derive(Debug, PartialEq)]
struct End {
    tables: BTreeMap<String, Vec<u8>>,
    list: Value,
}

impl End {
    fn of(lab: &Lab) -> Self {
        let mut list = lab.json(&["list", "--json"]);
        for log in list["logs"].as_array_mut().unwrap() {
            // When it was harvested stands there.
            for key in ["harvested_at", "reason"] {
                log[key] = Value::Null;
            }
        }
        Self {
            tables: lab.lake(".parquet"),
            list,
        }
    }
}

/// Findings of a check that changes nothing.
fn findings(lab: &Lab) -> Vec<(Kind, String)> {
    let context = context_in(lab.root());
    let report = check::check(&context, None, &CancelToken::new(), &|_, _| {}).unwrap();
    report
        .findings
        .iter()
        .map(|f| (f.kind, f.sentence()))
        .collect()
}

/// No record names what is not there whole.
fn nothing_partial(lab: &Lab, when: &str) {
    if !lab.cache().is_dir() {
        return;
    }
    for (kind, sentence) in findings(lab) {
        // The old key of a renamed log goes after the new one is committed.
        let taken_over = kind == Kind::Missing
            && when.starts_with("a renamed log")
            && sentence
                .contains("cache/a/record.json is gone, although the catalog has its content");
        assert!(
            matches!(kind, Kind::Leftover | Kind::Catalog) || taken_over,
            "{when}: {sentence}"
        );
    }
}

/// The next harvest puts everything right.
fn converges(lab: &Lab, scenario: &Scenario, wanted: &End, when: &str) {
    let again = lab.run(&["harvest", "--jobs", "1", scenario.log]);
    assert_eq!(
        again.code, scenario.code,
        "{when}: {}{}",
        again.out, again.err
    );
    let found = findings(lab);
    assert!(found.is_empty(), "{when}: {found:#?}");
    let now = End::of(lab);
    assert!(
        now.tables == wanted.tables,
        "{when}: other bytes: {:?} {:?}",
        now.tables.keys(),
        wanted.tables.keys()
    );
    assert_eq!(now.list, wanted.list, "{when}");
    let db = rusqlite::Connection::open(lab.cache().join("catalog.db")).unwrap();
    let integrity: String = db
        .query_row("PRAGMA integrity_check", [], |r| r.get(0))
        .unwrap();
    assert_eq!(integrity, "ok", "{when}");
}

fn prepared(scenario: &Scenario) -> Lab {
    let lab = Lab::new();
    (scenario.prepare)(&lab);
    lab
}

fn round(shim: &Path, round: usize, fault: Fault) -> (usize, usize, BTreeMap<i32, usize>) {
    let (mut placed, mut met) = (0, 0);
    let mut codes = BTreeMap::new();
    for scenario in &SCENARIOS {
        let lab = prepared(scenario);
        let (answer, changes) = harvest(&lab, shim, scenario.log, None);
        assert_eq!(
            answer.code, scenario.code,
            "{}: {}{}",
            scenario.name, answer.out, answer.err
        );
        let wanted = End::of(&lab);
        for at in places(changes.len(), round) {
            let lab = prepared(scenario);
            let (answer, seen) = harvest(&lab, shim, scenario.log, Some((fault, at)));
            let change = seen.get(at - 1).cloned().unwrap_or_default();
            let when = format!("{}, {fault:?} at {change:?}", scenario.name);
            placed += 1;
            met += usize::from(seen.len() >= at);
            *codes.entry(answer.code).or_default() += 1;
            nothing_partial(&lab, &when);
            if !fault.kills() {
                // What fails may be of no importance (a leftover that stays); else it is told.
                assert!(
                    [scenario.code, 75].contains(&answer.code),
                    "{when}: {}{}",
                    answer.code,
                    answer.err
                );
                assert!(!answer.err.contains("panicked"), "{when}: {}", answer.err);
                if answer.code == 75 {
                    assert!(
                        answer.err.contains("cache"),
                        "{when}: no path: {}",
                        answer.err
                    );
                }
            }
            converges(&lab, scenario, &wanted, &when);
        }
    }
    (placed, met, codes)
}

fn run_round(number: usize, fault: Fault) {
    let Some(shim) = shim() else { return };
    let (placed, met, codes) = round(shim, number, fault);
    println!("{fault:?}: {placed} placed, {met} met, exit codes {codes:?}, nothing lost");
    assert!(met * 10 >= placed * 9, "{met} of {placed} faults were met");
}

#[test]
fn killed_at_any_change_the_next_harvest_comes_to_the_same_bytes() {
    run_round(0, Fault::Kill);
}

#[test]
fn when_the_parent_is_killed_at_any_change_of_its_worker_too() {
    run_round(3, Fault::KillParent);
}

#[test]
fn an_io_error_at_any_change_is_told_and_the_next_harvest_comes_to_the_same_bytes() {
    run_round(5, Fault::Error(EIO));
}

#[test]
fn a_disk_that_is_full_for_a_moment_costs_nothing() {
    run_round(7, Fault::Error(ENOSPC));
}

#[test]
fn a_disk_that_is_full_from_any_change_on_is_told_and_costs_nothing() {
    run_round(9, Fault::Errors(ENOSPC));
}

#[test]
fn a_disk_that_fails_from_any_change_on_is_told_and_costs_nothing() {
    run_round(11, Fault::Errors(EIO));
}

/// What the shim counts is all that there is: strace, which sees every call, counts the same.
#[test]
fn strace_sees_the_changes_that_faults_are_placed_at() {
    let Some(shim) = shim() else { return };
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("skipped: strace is not installed");
        return;
    }
    for scenario in &SCENARIOS {
        let lab = prepared(scenario);
        let (_, changes) = harvest(&lab, shim, scenario.log, None);
        let placed = counts(changes.iter().filter_map(|change| change.split(' ').nth(1)));
        let lab = prepared(scenario);
        let seen = lab.root().join("strace");
        let status = Command::new("strace")
            .args(["-f", "-y", "-s", "0", "-e", CHANGING, "-o"])
            .arg(&seen)
            .args([env!("CARGO_BIN_EXE_mdtui"), "harvest", "--jobs", "1"])
            .arg(scenario.log)
            .current_dir(lab.root())
            .env_clear()
            .envs(lab.environment())
            .env("RAYON_NUM_THREADS", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(scenario.code));
        let cache = lab.cache().display().to_string();
        let text = fs::read_to_string(seen).unwrap();
        let calls = text.lines().filter_map(|line| traced(line, &cache));
        assert_eq!(placed, counts(calls), "{}", scenario.name);
    }
}

/// Calls that change a file system.
const CHANGING: &str = "trace=open,openat,creat,mkdir,mkdirat,rmdir,write,writev,pwrite64,pwritev,\
    truncate,ftruncate,fallocate,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,unlink,\
    unlinkat,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,fchownat,\
    copy_file_range,sendfile,splice,mknod,mknodat,utimensat,setxattr,fsetxattr,io_uring_enter";

/// The name of a call that changes something below `cache`, by a line of strace.
fn traced<'a>(line: &'a str, cache: &str) -> Option<&'a str> {
    let (_, call) = line.split_once(' ')?;
    let (name, rest) = call.trim_start().split_once('(')?;
    if !rest.contains("\"cache") && !rest.contains(cache) {
        return None;
    }
    match name {
        "open" | "openat" if rest.contains("O_CREAT") || rest.contains("O_TRUNC") => Some("open"),
        "open" | "openat" => None,
        "unlinkat" if rest.contains("AT_REMOVEDIR") => Some("rmdir"),
        "unlinkat" => Some("unlink"),
        other => Some(other),
    }
}

fn counts<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name.trim_end_matches("64")).or_default() += 1;
    }
    counts
}

/// A real file system that is really full: of ever more room, until a harvest finds enough.
#[test]
fn on_a_full_file_system_the_harvest_says_so_and_goes_on_when_there_is_room() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can make a small file system");
        return;
    }
    let scenario = &SCENARIOS[0];
    let lab = prepared(scenario);
    lab.ok(&["harvest"]);
    let wanted = End::of(&lab);
    for (full, room) in (1..).map(|n| n * 24).enumerate() {
        let lab = prepared(scenario);
        let Some(_mounted) = Mounted::new(&lab.cache(), room) else {
            return;
        };
        let answer = lab.run(&["harvest", "--jobs", "1", scenario.log]);
        let when = format!("with {room} KiB");
        // To look at the lake takes room too.
        Mounted::grow(&lab.cache());
        nothing_partial(&lab, &when);
        if answer.code == 0 {
            assert!(full > 5, "{when}: never full");
            println!("full at {full} sizes below {room} KiB: told each time, nothing lost");
            return;
        }
        assert_eq!(answer.code, 75, "{when}: {}{}", answer.out, answer.err);
        assert!(
            answer.err.contains("cache"),
            "{when}: no path: {}",
            answer.err
        );
        assert!(!answer.err.contains("panicked"), "{when}: {}", answer.err);
        converges(&lab, scenario, &wanted, &when);
    }
}
