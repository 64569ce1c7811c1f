//! Backfills in parts: `plan`, `harvest --manifest`, without a catalog.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use mdtui::etl::lake::{Lake, LogLock, Record};
use serde_json::Value;

use crate::common::{Answer, Lab, terminal::Terminal};

/// The lines of a manifest that `plan` prints.
fn plan(lab: &Lab, args: &[&str]) -> Vec<Value> {
    let text = lab.ok(&[&["plan"], args].concat());
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn keys(lines: &[Value]) -> Vec<&str> {
    let mut keys: Vec<&str> = lines.iter().map(|l| l["key"].as_str().unwrap()).collect();
    keys.sort_unstable();
    keys
}

fn part(lab: &Lab, task: &str, more: &[&str]) -> Answer {
    let args = ["harvest", "--manifest", "m.jsonl", "--task", task];
    lab.run(&[&args, more].concat())
}

/// A profile with other rules than the built-in one.
fn rules_of_others(lab: &Lab) -> String {
    let rules = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/profile.toml"));
    let rules = rules.unwrap().replacen("hold = 10", "hold = 11", 1);
    fs::write(lab.root().join("rules.toml"), rules).unwrap();
    "rules.toml".into()
}

fn has_catalog(lab: &Lab) -> bool {
    ["", "-wal", "-shm"]
        .iter()
        .any(|ending| lab.cache().join(format!("catalog.db{ending}")).exists())
}

#[test]
fn a_backfill_in_parts_leaves_what_a_harvest_leaves_and_no_catalog() {
    let lab = Lab::demo(20);
    let planned = plan(&lab, &["--tasks", "3"]);
    assert!(!lab.cache().exists(), "a plan made something");
    assert_eq!(planned, plan(&lab, &["--tasks", "3", "--missing"]));
    let list = lab.json(&["--cache-dir", "other", "list", "--json"]);
    let logs = list["logs"].as_array().unwrap();
    assert_eq!(planned.len(), 20);
    for line in &planned {
        let named: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(named, ["key", "path", "size", "task"]);
        let same = logs.iter().find(|log| log["key"] == line["key"]).unwrap();
        assert_eq!(
            (&line["path"], &line["size"]),
            (&same["path"], &same["size"])
        );
    }
    assert_eq!(lab.ok(&["plan", "--tasks", "3", "-o", "m.jsonl"]), "");
    let written = fs::read_to_string(lab.root().join("m.jsonl")).unwrap();
    assert_eq!(written, lab.ok(&["plan", "--tasks", "3"]));

    let mut codes = Vec::new();
    for task in ["0", "1", "2"] {
        let json = part(&lab, task, &["--strict", "--json", "--jobs", "2"]);
        let report: Value = serde_json::from_str(&json.out).unwrap();
        let failed = report["logs"].as_array().unwrap().iter();
        let failed = failed.filter(|log| log["outcome"] == "failed").count();
        assert_eq!(json.code, if failed > 0 { 65 } else { 0 }, "{}", json.err);
        codes.push(json.code);
    }
    // The log that is cut off.
    assert_eq!(
        codes.iter().filter(|code| **code == 65).count(),
        1,
        "{codes:?}"
    );
    assert!(!has_catalog(&lab));
    assert!(lab.cache().join("README.txt").exists());
    assert_eq!(lab.ok(&["plan", "--missing"]), "");
    assert_eq!(lab.ok(&["plan"]), "");
    assert!(!has_catalog(&lab));
    for task in ["0", "1", "2"] {
        let before = lab.lake("");
        let again = part(&lab, task, &[]);
        assert_eq!(again.code, 0, "{}{}", again.out, again.err);
        assert!(
            before == lab.lake(""),
            "a part that is done changed the lake"
        );
    }
    // The same tables as those of one harvest.
    lab.run(&["--cache-dir", "other", "harvest"]);
    let of = |cache: &str| {
        let name = lab.root().join(cache);
        let mut tables: Vec<(String, Vec<u8>)> = walkdir::WalkDir::new(&name)
            .into_iter()
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|e| e == "parquet" || e == "table")
            })
            .map(|path| {
                let below = path.strip_prefix(&name).unwrap().display().to_string();
                (below, fs::read(path).unwrap())
            })
            .collect();
        tables.sort();
        tables
    };
    assert!(of("cache") == of("other"));
    // A missing catalog is a note, and a catalog is made when somebody looks.
    let checked = lab.run(&["check"]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    let states = lab.states();
    assert_eq!(states["faults/one-run-fails"], "partial");
    assert_eq!(states["faults/truncated"], "failed");
    // Of two logs with one content the second is the duplicate, whichever task it was in.
    let pair = ["cell-01/2022-11-23T2040", "faults/same-as-another"];
    let mut pair = pair.map(|key| states[key].as_str());
    pair.sort_unstable();
    assert_eq!(pair, ["duplicate", "harvested"]);
}

#[test]
fn a_plan_has_what_a_harvest_without_names_would_take() {
    let lab = Lab::demo(5);
    lab.ok(&["harvest"]);
    assert_eq!(lab.ok(&["plan"]), "");
    // One is changed, one new, one gone, and one is being written.
    let changed = lab.data().join("new.csv");
    fs::write(&changed, "time,value,field,robot_id,run_uuid,sensor_type\n").unwrap();
    fs::write(lab.data().join("being-written.parquet"), "PAR1 so far").unwrap();
    let key = "cell-01/2022-11-23T2040";
    let log = lab.data().join(format!("{key}.parquet"));
    let file = fs::File::options().append(true).open(&log).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(keys(&plan(&lab, &[])), [key, "new.csv"]);
    assert_eq!(
        keys(&plan(&lab, &["--missing"])),
        ["being-written", key, "new.csv"]
    );
    fs::remove_file(&log).unwrap();
    assert_eq!(keys(&plan(&lab, &[])), ["new.csv"]);
    // Other rules: every log that is left is stale.
    assert_eq!(plan(&lab, &["--profile", &rules_of_others(&lab)]).len(), 5);
}

#[test]
fn a_manifest_that_makes_no_sense_is_a_usage_error_that_names_the_line() {
    let lab = Lab::demo(2);
    let missing = part(&lab, "0", &[]);
    assert_eq!(missing.code, 2);
    assert!(missing.sentence().contains("there is no manifest m.jsonl"));
    let write = |text: &str| fs::write(lab.root().join("m.jsonl"), text).unwrap();
    write("{\"task\":0,\"key\":\"a\",\"path\":\"a.parquet\",\"size\":1}\n{\"task\":0}\n");
    let bad = part(&lab, "0", &[]);
    assert_eq!(bad.code, 2);
    assert_eq!(
        bad.sentence(),
        "mdtui: line 2 of m.jsonl: missing field `key`"
    );
    lab.ok(&["plan", "-o", "m.jsonl"]);
    let unknown = part(&lab, "7", &[]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown
            .sentence()
            .ends_with("has no task 7: its tasks are 0 to 0")
    );
    // Nothing was touched so far.
    assert!(!lab.cache().exists());
    for args in [
        &["harvest", "--manifest", "m.jsonl"][..],
        &["harvest", "--task", "0"],
        &["harvest", "--strict"],
        &["harvest", "--manifest", "m.jsonl", "--task", "0", "--force"],
        &["plan", "-o", "data/x.csv"],
    ] {
        assert_eq!(lab.run(args).code, 2, "{args:?}");
    }
    // Nothing to do is an empty file, of which any part is done.
    write("");
    let empty = part(&lab, "3", &[]);
    assert_eq!(empty.code, 0, "{}", empty.err);
    assert_eq!(empty.out, "nothing to do: the manifest has no lines\n");
}

#[test]
fn lists_and_an_open_browser_take_in_what_tasks_wrote_and_tell_what_is_left() {
    let lab = Lab::demo(4);
    let mut browser = Terminal::start(&lab, &[], 140, 40);
    browser.wait_for("4 logs · 4 pending");
    lab.ok(&["plan", "--tasks", "2", "-o", "m.jsonl"]);
    assert_eq!(part(&lab, "0", &[]).code, 0);
    let left = plan(&lab, &["--missing"]).len();
    assert!((1..4).contains(&left), "{left}");
    browser.wait_for(&format!("4 logs · {left} pending"));
    assert_eq!(part(&lab, "1", &[]).code, 0);
    browser.wait_until("nothing pending", |s| {
        s.contains("4 logs") && !s.contains("pending")
    });
    // The runs, too.
    browser.send("2");
    browser.wait_for("50105b43");
    browser.send("q");
    assert_eq!(browser.end(), 0);
    assert!(lab.states().values().all(|state| state == "harvested"));
    // Other rules: all of them are outstanding, and the browser says so.
    let rules = rules_of_others(&lab);
    assert_eq!(plan(&lab, &["--missing", "--profile", &rules]).len(), 4);
    let mut browser = Terminal::start(&lab, &["--profile", &rules], 140, 40);
    browser.wait_for("4 logs · 4 stale");
    browser.send("q");
    assert_eq!(browser.end(), 0);
    let checked = lab.run(&["check"]);
    assert_eq!(
        (checked.code, checked.err.as_str()),
        (0, ""),
        "{}",
        checked.out
    );
}

#[test]
fn a_record_that_the_catalog_has_not_taken_in_is_a_note_of_a_check() {
    let lab = Lab::demo(2);
    lab.ok(&["list"]);
    lab.ok(&["plan", "-o", "m.jsonl"]);
    assert_eq!(part(&lab, "0", &[]).code, 0);
    let checked = lab.run(&["check"]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    let note = "the catalog had not taken in 2 records that other processes wrote, and has now";
    assert!(checked.err.contains(note), "{}", checked.err);
    let again = lab.run(&["check"]);
    assert_eq!((again.code, again.err.as_str()), (0, ""));
}

/// A part as a process of its own.
fn spawn(lab: &Lab, task: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mdtui"))
        .args([
            "harvest",
            "--manifest",
            "m.jsonl",
            "--task",
            task,
            "--jobs",
            "1",
        ])
        .current_dir(lab.root())
        .env_clear()
        .envs(lab.environment())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_log_that_another_process_holds_is_waited_for() {
    let lab = Lab::demo(2);
    lab.ok(&["plan", "-o", "m.jsonl"]);
    let lake = Lake::new(lab.cache());
    let held = LogLock::try_acquire(&lake, "cell-01/2022-11-23T2040")
        .unwrap()
        .unwrap();
    let mut child = spawn(&lab, "0");
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = err.next().unwrap().unwrap();
    assert!(
        line.starts_with("waiting    cell-01/2022-11-23T2040: "),
        "{line}"
    );
    drop(held);
    let answer = Answer::from(child.wait_with_output().unwrap());
    assert_eq!(answer.code, 0, "{}", answer.out);
    assert_eq!(lab.ok(&["plan", "--missing"]), "");
}

#[test]
fn what_may_pass_ends_with_75_and_what_is_gone_does_not() {
    let lab = Lab::demo(3);
    lab.ok(&["plan", "-o", "m.jsonl"]);
    let gone = plan(&lab, &[])[0]["path"].as_str().unwrap().to_owned();
    fs::remove_file(lab.data().join(gone)).unwrap();
    let answer = part(&lab, "0", &[]);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    assert!(answer.err.contains("was removed since"), "{}", answer.err);
    assert_eq!(part(&lab, "0", &["--strict"]).code, 65);
    // A recorder goes on with one.
    let log = lab.data().join("more.parquet");
    fs::write(&log, "PAR1 so far").unwrap();
    lab.ok(&["plan", "--missing", "-o", "m.jsonl"]);
    let answer = part(&lab, "0", &["--strict"]);
    assert_eq!(answer.code, 75, "{}{}", answer.out, answer.err);
    assert!(answer.err.contains("retrying  "), "{}", answer.err);
    // It rests: it is no log, and its record says so.
    let file = fs::File::options().append(true).open(&log).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    assert_eq!(part(&lab, "0", &["--strict"]).code, 65);
    assert_eq!(lab.ok(&["plan", "--missing"]), "");
    let record = Record::read(&Lake::new(lab.cache()), "more")
        .unwrap()
        .unwrap();
    assert!(record.error.is_some());
    // A share that is not mounted says nothing of its logs.
    fs::rename(lab.data(), lab.root().join("away")).unwrap();
    assert_eq!(part(&lab, "0", &[]).code, 3);
    fs::create_dir(lab.data()).unwrap();
    assert_eq!(part(&lab, "0", &[]).code, 75);
}

#[test]
fn a_signal_ends_a_part_with_130_and_nothing_partial_stays() {
    let lab = Lab::new();
    lab.write_demo(&mdtui::etl::demo::Options {
        logs: 3,
        run_seconds: 60.0,
        seed: 1,
    });
    lab.ok(&["plan", "-o", "m.jsonl"]);
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let mut child = spawn(&lab, "0");
        let locks = lab.cache().join(".mdtui/locks");
        while fs::read_dir(&locks).map_or(0, Iterator::count) == 0 {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::yield_now();
        }
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).unwrap();
        let answer = Answer::from(child.wait_with_output().unwrap());
        assert_eq!(answer.code, 130, "{}{}", answer.out, answer.err);
        assert!(answer.out.contains("interrupted: "), "{}", answer.out);
    }
    let tmp = lab.cache().join(".mdtui/tmp");
    assert_eq!(fs::read_dir(tmp).unwrap().count(), 0);
    assert!(!has_catalog(&lab));
}

#[test]
fn a_part_removes_what_dead_tasks_left() {
    let lab = Lab::demo(1);
    lab.ok(&["plan", "-o", "m.jsonl"]);
    assert_eq!(part(&lab, "0", &[]).code, 0);
    let tmp = lab.cache().join(".mdtui/tmp");
    let dead = tmp.join("00112233445566778899aabbccddeeff");
    fs::create_dir_all(&dead).unwrap();
    fs::write(dead.join("0"), "half a table").unwrap();
    fs::write(tmp.join("00112233445566778899aabbccddeeff.lock"), "").unwrap();
    let again = part(&lab, "0", &[]);
    assert_eq!(again.code, 0);
    assert!(again.out.starts_with("current"), "{}", again.out);
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
}

/// Folders in each other whose paths are longer than the system opens, with a log in the last: nobody can read it,
/// unlike a folder without permission, which root reads.
fn hide_a_log(below: &std::path::Path) {
    use rustix::fs::{Mode, OFlags};
    let name = "d".repeat(200);
    let mut open = fs::File::open(below).unwrap();
    for _ in 0..22 {
        rustix::fs::mkdirat(&open, name.as_str(), Mode::RWXU).unwrap();
        let flags = OFlags::DIRECTORY | OFlags::RDONLY;
        open = rustix::fs::openat(&open, name.as_str(), flags, Mode::empty())
            .unwrap()
            .into();
    }
    let flags = OFlags::CREATE | OFlags::WRONLY;
    rustix::fs::openat(&open, "hidden.csv", flags, Mode::RUSR).unwrap();
}

#[test]
fn a_folder_that_cannot_be_read_leaves_nothing_complete() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    assert_eq!(lab.run(&["check"]).code, 0);
    hide_a_log(&lab.data());
    let said = "1 folder could not be read, and the logs in it are not known";
    for args in [&["plan", "--missing"][..], &["plan"], &["harvest"]] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 75, "{args:?}: {}{}", answer.out, answer.err);
        let text = answer.out + &answer.err;
        assert!(text.contains(said), "{args:?}: {text}");
        assert!(!text.contains("nothing to do"), "{args:?}: {text}");
    }
    assert_eq!(lab.run(&["harvest", "--dry-run"]).code, 75);
    let check = lab.run(&["check", "--json"]);
    assert_eq!(check.code, 75, "{}", check.err);
    let report: Value = serde_json::from_str(&check.out).unwrap();
    assert_eq!(report["findings"][0]["kind"], "unreadable", "{report}");
    // What is named is all that is asked for, and lists show what is known.
    let key = lab.json(&["list", "--json"])["logs"][0]["key"].clone();
    assert_eq!(lab.run(&["harvest", key.as_str().unwrap()]).code, 0);
}

#[test]
fn a_link_that_leads_nowhere_fails_for_good() {
    let lab = Lab::new();
    fs::create_dir_all(lab.data()).unwrap();
    for (target, name) in [("nowhere", "x.csv"), ("loop.csv", "loop.csv")] {
        std::os::unix::fs::symlink(target, lab.data().join(name)).unwrap();
    }
    lab.ok(&["plan", "-o", "m.jsonl"]);
    let strict = part(&lab, "0", &["--strict"]);
    assert_eq!(strict.code, 65, "{}{}", strict.out, strict.err);
    assert_eq!(part(&lab, "0", &[]).code, 0);
    assert_eq!(lab.ok(&["plan", "--missing"]), "");
    for key in ["x.csv", "loop.csv"] {
        let record = Record::read(&Lake::new(lab.cache()), key).unwrap().unwrap();
        assert_eq!(
            record.error.as_deref(),
            Some("it is a link that leads nowhere")
        );
    }
}
