//! `mdtui harvest` on real files: everything, nothing, damaged logs, signals.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::common::Lab;
use mdtui::etl::demo::Options;

#[test]
fn all_logs_are_harvested_and_a_second_time_there_is_nothing_to_do() {
    let lab = Lab::demo(8);
    let first = lab.run(&["harvest", "--all"]);
    assert_eq!(first.code, 0, "{}", first.err);
    let last = first.out.lines().last().unwrap();
    assert!(last.starts_with("harvested 8 logs ("), "{last}");
    assert!(
        lab.states().values().all(|state| state == "harvested"),
        "{:?}",
        lab.states()
    );
    let before = lab.lake("");
    for args in [&["harvest", "--all"][..], &["harvest"]] {
        let again = lab.ok(args);
        assert_eq!(again, "nothing to do: 8 logs are harvested and current\n");
    }
    let named = lab.ok(&["harvest", "cell-01/2022-11-23T2040"]);
    let key = "cell-01/2022-11-23T2040";
    assert!(
        named.ends_with(&format!("nothing to do: {key} is harvested and current\n")),
        "{named}"
    );
    assert!(
        before == lab.lake(""),
        "a harvest with nothing to do changed the lake"
    );
}

#[test]
fn every_planted_fault_ends_as_it_should() {
    let lab = Lab::demo(20);
    let answer = lab.run(&["harvest", "--jobs", "1"]);
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    let states = lab.states();
    assert_eq!(states.len(), 20);
    for (key, state) in &states {
        let wanted = match key.as_str() {
            "faults/truncated" => "failed",
            "faults/one-run-fails" => "partial",
            "faults/same-as-another" => "duplicate",
            _ => "harvested",
        };
        assert_eq!(state, wanted, "{key}");
    }
    // Another time the truncated log is left alone and counted.
    let again = lab.run(&["harvest"]);
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
    let nothing = "nothing to do: 18 logs are harvested and current; 1 partial; left alone unless named: 1 failed\n";
    assert_eq!(again.out, nothing);
    // The lake knows all that: without its catalog nothing is another.
    let list = lab.ok(&["list", "--json"]);
    for name in ["catalog.db", "catalog.db-wal", "catalog.db-shm"] {
        let _ = fs::remove_file(lab.cache().join(name));
    }
    let again = lab.run(&["harvest"]);
    assert_eq!(
        (again.code, again.out.as_str()),
        (0, nothing),
        "{}",
        again.err
    );
    assert_eq!(lab.ok(&["list", "--json"]), list);
    // A catalog that is no database is replaced when one asks for it.
    fs::write(lab.cache().join("catalog.db"), "none".repeat(999)).unwrap();
    assert_eq!(lab.run(&["list"]).code, 3);
    assert_eq!(lab.run(&["rebuild"]).code, 0);
    assert_eq!(lab.ok(&["list", "--json"]), list);
}

#[test]
fn the_ledger_of_the_bad_rows_has_every_reason() {
    let lab = Lab::demo(16);
    lab.ok(&["harvest", "faults/bad-rows.csv", "faults/bad-rows"]);
    for key in ["faults/bad-rows", "faults/bad-rows.csv"] {
        let shown = lab.json(&["show", key, "--json"]);
        let ledger = &shown["log"]["ledger"];
        let dropped = ledger["dropped"].as_object().unwrap();
        assert_eq!(dropped.len(), 8, "{key}: {dropped:?}");
        assert!(dropped.values().all(|n| n == 3), "{key}: {dropped:?}");
        let (rows_in, kept) = (&ledger["rows_in"], &ledger["rows_kept"]);
        assert_eq!(rows_in.as_u64().unwrap(), kept.as_u64().unwrap() + 24);
        // Each reason has examples with their rows, and it is said where all of them lie.
        let rejected = &shown["log"]["rejected"];
        let file = rejected["file"].as_str().unwrap();
        assert!(lab.root().join(file).is_file(), "{file}");
        let examples = rejected["examples"].as_object().unwrap();
        for reason in dropped.keys().filter(|reason| *reason != "duplicate") {
            let rows = examples[reason].as_array().unwrap();
            assert!((1..=3).contains(&rows.len()), "{reason}: {rows:?}");
            assert!(rows.iter().all(|row| row["row"].is_u64()), "{rows:?}");
        }
        let values = examples["unknown_robot"].as_array().unwrap();
        assert!(
            values
                .iter()
                .all(|row| row["value"].is_string() && row["column"] == "robot_id"),
            "{values:?}"
        );
    }
}

#[test]
fn forcing_writes_the_same_bytes() {
    let lab = Lab::demo(7);
    lab.ok(&["harvest"]);
    let before = lab.lake(".parquet");
    assert!(!before.is_empty());
    let forced = lab.ok(&["harvest", "--all", "--force"]);
    assert!(forced.contains("harvested 7 logs"), "{forced}");
    let after = lab.lake(".parquet");
    assert!(before == after, "{:?} {:?}", before.keys(), after.keys());
}

#[test]
fn damaged_logs_fail_with_a_sentence_and_the_others_are_harvested() {
    let lab = Lab::demo(2);
    let data = lab.data();
    fs::write(data.join("empty.csv"), "").unwrap();
    fs::write(
        data.join("no-rows.csv"),
        "time,value,field,robot_id,run_uuid,sensor_type\n",
    )
    .unwrap();
    fs::write(
        data.join("no-field.csv"),
        "time,value,robot_id,run_uuid,sensor_type\n1,2,3,4,5\n",
    )
    .unwrap();
    fs::create_dir(data.join("x.parquet")).unwrap();
    let whole = fs::read(data.join("cell-01/2022-11-23T2040.parquet")).unwrap();
    fs::write(data.join("cut.parquet"), &whole[..whole.len() / 2]).unwrap();
    fs::write(data.join("zero.parquet"), "").unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    for name in ["cut.parquet", "zero.parquet"] {
        let file = fs::File::options()
            .append(true)
            .open(data.join(name))
            .unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let answer = lab.run(&["harvest", "--all"]);
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    let list = lab.json(&["list", "--json"]);
    for log in list["logs"].as_array().unwrap() {
        let (key, reason) = (
            log["key"].as_str().unwrap(),
            log["reason"].as_str().unwrap(),
        );
        let (state, word) = match key {
            "empty.csv" => ("failed", "empty"),
            "no-rows.csv" => ("failed", "no rows"),
            "no-field.csv" => ("failed", "field"),
            "x" => ("failed", "folder"),
            "cut" => ("failed", "footer"),
            "zero" => ("failed", "whole parquet file"),
            _ => ("harvested", ""),
        };
        assert_eq!(log["state"], state, "{key}: {reason}");
        assert!(reason.to_lowercase().contains(word), "{key}: {reason}");
        assert!(
            !reason.contains('\n') && !reason.is_empty(),
            "{key}: {reason}"
        );
    }
    let missing = lab.json(&["show", "no-field.csv", "--json"]);
    let error = missing["log"]["errors"][0].as_str().unwrap();
    // It names the column and lists the ones there are.
    for word in [
        "field",
        "time",
        "value",
        "robot_id",
        "run_uuid",
        "sensor_type",
    ] {
        assert!(error.contains(word), "{error}");
    }
}

#[test]
fn a_dry_run_names_what_is_due_and_does_nothing() {
    let lab = Lab::demo(3);
    let text = lab.ok(&["harvest", "--dry-run"]);
    assert_eq!(text.lines().count(), 4, "{text}");
    let due = lab.json(&["harvest", "--dry-run", "--json", "cell-01/2022-11-23T2140"]);
    assert_eq!(due["logs"].as_array().unwrap().len(), 1);
    assert!(lab.lake("").is_empty());
}

#[test]
fn named_logs_are_found_by_key_path_and_file_and_harvested_once() {
    let lab = Lab::demo(4);
    let file = lab.data().join("cell-01/2022-11-23T2040.parquet");
    let report = lab.json(&[
        "harvest",
        "--json",
        "cell-01/2022-11-23T2040",
        "cell-01/2022-11-23T2040.parquet",
        file.to_str().unwrap(),
        "data/cell-02/2022-11-23T2140.csv",
    ]);
    let keys: Vec<&str> = report["logs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
    let pending = lab.states().values().filter(|s| *s == "pending").count();
    assert_eq!(pending, 2);
}

#[test]
fn a_signal_cancels_and_nothing_partial_remains() {
    for signal in ["INT", "TERM"] {
        let lab = Lab::new();
        lab.write_demo(&Options {
            logs: 1,
            run_seconds: 2.0,
            seed: 1,
        });
        // One small log first, then large ones: when its line comes, the next has begun.
        fs::rename(lab.data().join("cell-01"), lab.data().join("a")).unwrap();
        lab.write_demo(&Options {
            logs: 3,
            run_seconds: 60.0,
            seed: 1,
        });
        let mut child = Command::new(env!("CARGO_BIN_EXE_mdtui"))
            .args(["harvest", "--jobs", "1"])
            .current_dir(lab.root())
            .envs(lab.environment())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        assert!(first.starts_with("harvested  a/"), "{first}");
        let kill = Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let rest: Vec<String> = lines.map(|line| line.unwrap()).collect();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        assert!(
            rest.last()
                .is_some_and(|l| l.starts_with("interrupted: harvested 1 log ")),
            "{rest:?}"
        );
        let tmp = lab.cache().join(".mdtui/tmp");
        assert!(!tmp.exists() || fs::read_dir(tmp).unwrap().next().is_none());
        let records: Vec<String> = lab.lake("record.json").into_keys().collect();
        assert_eq!(records, ["a/2022-11-23T2040/record.json"], "{signal}");
        // The next harvest does the rest.
        assert!(lab.ok(&["harvest"]).contains("harvested 3 logs"));
    }
}

#[test]
fn a_log_whose_name_is_no_text_is_found_by_its_path() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let lab = Lab::demo(1);
    let raw = OsStr::from_bytes(b"bad\xff.parquet");
    let whole = lab.data().join("cell-01/2022-11-23T2040.parquet");
    fs::copy(whole, lab.data().join(raw)).unwrap();
    let output = lab
        .command(&["harvest"])
        .arg(lab.data().join(raw))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(lab.states()["bad%xff"], "harvested");
}

/// Readers of Parquet panic on some damaged footers. That costs the log a sentence: no
/// report of a crash on the screen, and the other logs are harvested.
#[test]
fn a_reader_that_panics_costs_its_log_a_sentence() {
    let lab = Lab::demo(1);
    let whole = lab.data().join("cell-01/2022-11-23T2040.parquet");
    let bytes = fs::read(whole).unwrap();
    let size = bytes.len();
    let footer = u32::from_le_bytes(bytes[size - 8..size - 4].try_into().unwrap()) as usize;
    // Every byte of the footer's last part, once each, as one that ends what it stands in.
    for i in 0..200.min(footer) {
        let mut damaged = bytes.clone();
        damaged[size - 9 - i * footer / 200.min(footer)] = 0x15;
        fs::write(lab.data().join(format!("damaged-{i:03}.parquet")), damaged).unwrap();
    }
    let answer = lab.run(&["harvest"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    assert!(
        answer.err.contains("a library gave up on it"),
        "{}",
        answer.err
    );
    for line in answer.err.lines() {
        assert!(line.starts_with("failed     damaged-"), "{line}");
    }
    assert_eq!(lab.states()["cell-01/2022-11-23T2040"], "harvested");
    let log = fs::read_to_string(lab.cache().join(".mdtui/mdtui.log")).unwrap();
    assert!(log.contains("a worker panicked"), "{log}");
}

#[test]
fn the_programs_own_log_tells_what_was_done_when_it_is_asked_to() {
    let lab = Lab::demo(2);
    let log = lab.cache().join(".mdtui/mdtui.log");
    lab.command(&["harvest"])
        .env("MDTUI_LOG", "debug")
        .assert()
        .success();
    let text = fs::read_to_string(&log).unwrap();
    for words in [
        "scanned data: 2 logs in ",
        "hashing took ",
        "reading took ",
        "transforming took ",
        "committing took ",
        " started: ",
        " of memory, ",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    fs::remove_file(&log).unwrap();
    lab.ok(&["harvest", "--force"]);
    let quiet = fs::read_to_string(&log).unwrap_or_default();
    assert!(!quiet.contains("took"), "{quiet}");
}

#[test]
fn a_filter_chooses_the_logs_that_are_harvested() {
    let lab = Lab::demo(8);
    let told = lab.ok(&["harvest", "--filter", "log:22T or log:2140"]);
    let harvested: Vec<String> = lab
        .states()
        .into_iter()
        .filter(|(_, state)| state == "harvested")
        .map(|(key, _)| key)
        .collect();
    assert!(!harvested.is_empty(), "{told}");
    assert!(
        harvested
            .iter()
            .all(|key| key.contains("2140") || key.contains("22T")),
        "{harvested:?}"
    );
    assert!(lab.states().values().any(|state| state == "pending"));
    let wrong = lab.run(&["harvest", "--filter", "state:bogus"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
    assert!(wrong.err.contains("pending"), "{}", wrong.err);
}
