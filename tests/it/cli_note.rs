//! `note`: what is written, shown and refused; that writers at once lose nothing; that a kill leaves
//! whole notes; and that harvesting, renaming and rebuilding keep them.

use std::fs;

use mdtui::etl::profile::BUILT_IN;
use serde_json::Value;

use crate::common::{
    Lab,
    faults::{Fault, run_with, shim},
    terminal::Terminal,
};

const LOG: &str = "cell-01/2022-11-23T2040";

/// One harvested log, and its first run.
fn lab() -> (Lab, String) {
    let lab = Lab::demo(1);
    lab.ok(&["harvest", LOG, "--jobs", "1"]);
    let runs = lab.json(&["runs", LOG, "--json"]);
    let run = runs["runs"][0]["run_uuid"].as_str().unwrap().to_owned();
    (lab, run)
}

fn notes(lab: &Lab, run: &str) -> Vec<Value> {
    let notes = lab.json(&["note", run, "--json"]);
    notes["notes"].as_array().unwrap().clone()
}

fn texts(lab: &Lab, run: &str) -> Vec<String> {
    let text = |note: &Value| note["text"].as_str().unwrap_or_default().to_owned();
    notes(lab, run).iter().map(text).collect()
}

#[test]
fn a_note_is_written_shown_and_filtered() {
    let (lab, run) = lab();
    let none = lab.run(&["note", &run]);
    assert_eq!((none.code, none.out.as_str()), (0, ""));
    assert!(none.err.contains("no notes of run"), "{}", none.err);
    let runs = |filter: &str| {
        let runs = lab.json(&["runs", "--filter", filter, "--json"]);
        runs["runs"].as_array().unwrap().clone()
    };
    assert_eq!(runs("disposition is null").len(), 4);

    let said = lab.ok(&[
        "note",
        &run,
        "--reject",
        "--author",
        "anna",
        "torn\nat the rim",
    ]);
    assert!(
        said.contains("anna: reject: torn\n    at the rim"),
        "{said}"
    );
    lab.ok(&["note", &run, "--author", "bob", "seen \u{1b}[2Jtoo"]);
    let printed = lab.ok(&["note", &run]);
    assert_eq!(printed.lines().count(), 4, "{printed}");
    assert!(printed.contains("bob: seen \\u{1b}[2Jtoo"), "{printed}");

    let rejected = runs("disposition:reject note:SEEN");
    assert_eq!(rejected.len(), 1);
    assert_eq!(rejected[0]["run_uuid"], run);
    assert_eq!(rejected[0]["disposition"], "reject");
    assert_eq!(rejected[0]["note"], "seen \\u{1b}[2Jtoo");
    assert_eq!(runs("disposition is null").len(), 3);
    let table = lab.ok(&["runs", "--filter", "note:seen"]);
    assert!(
        table.contains("disposition") && table.contains("reject"),
        "{table}"
    );
    let shown = lab.ok(&["show", &run]);
    assert!(shown.contains("disposition       reject"), "{shown}");
    assert!(
        shown.contains("\n                    at the rim"),
        "{shown}"
    );
    let shown = lab.json(&["show", &run, "--json"]);
    assert_eq!(shown["run"]["notes"].as_array().unwrap().len(), 2);
    assert_eq!(shown["run"]["disposition"], "reject");

    let cleared = lab.json(&["note", &run, "--clear", "--json"]);
    assert!(cleared["disposition"].is_null());
    assert_eq!(cleared["note"], "seen \\u{1b}[2Jtoo");
    assert_eq!(cleared["notes"].as_array().unwrap().len(), 3);
    assert_eq!(runs("disposition is null").len(), 4);
    assert!(lab.ok(&["check"]).contains("nothing is wrong"));
}

#[test]
fn the_author_is_named_configured_or_logged_in() {
    let (lab, run) = lab();
    lab.ok(&["note", &run, "first"]);
    fs::create_dir_all(lab.root().join("config/mdtui")).unwrap();
    let config = lab.root().join("config/mdtui/config.toml");
    fs::write(config, "author = \"line 3\"\n").unwrap();
    lab.ok(&["note", &run, "second"]);
    lab.ok(&["note", &run, "--author", "anna", "third"]);
    let authors: Vec<Value> = notes(&lab, &run)
        .iter()
        .map(|note| note["author"].clone())
        .collect();
    assert_eq!(authors[1..], ["line 3", "anna"]);
    let login = authors[0].as_str().unwrap();
    assert!(!login.is_empty() && login != "line 3");
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_is_written() {
    let (lab, run) = lab();
    for (args, words) in [
        (&["note", "zzz", "text"][..], "there is no run \"zzz\""),
        (&["note", &run, " "], "the note is empty"),
        (&["note", &run, "--author", "anna"], "--author names"),
        (
            &["note", &run, "--accept", "--reject"],
            "cannot be used with",
        ),
        (&["note"], "required"),
    ] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 2, "{args:?}: {}", answer.err);
        assert!(answer.err.contains(words), "{args:?}: {}", answer.err);
    }
    let file = lab.cache().join(LOG).join("notes.json");
    assert!(!file.exists());
    fs::write(&file, "{\"version\":2}").unwrap();
    for args in [&["note", &run, "text"][..], &["note", &run]] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 1, "{}", answer.err);
        let [why, result] = answer.err.lines().collect::<Vec<_>>()[..] else {
            panic!("{}", answer.err)
        };
        assert!(
            why.contains("version 2") && why.contains("use the mdtui"),
            "{why}"
        );
        assert!(result.contains("cannot be read"), "{result}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "{\"version\":2}");
    // It harms nothing else, and check says what is wrong.
    lab.ok(&["harvest", "--force", LOG]);
    let rebuild = lab.run(&["rebuild"]);
    assert!(
        rebuild.code == 1 && rebuild.err.contains("version 2"),
        "{}",
        rebuild.err
    );
    let check = lab.run(&["check", "--repair"]);
    assert_eq!(check.code, 1, "{}", check.out);
    assert!(
        check.out.contains("notes.json") && check.out.contains("version 2"),
        "{}",
        check.out
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "{\"version\":2}");
}

#[test]
fn processes_that_write_at_once_lose_no_note() {
    let (lab, run) = lab();
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let (lab, run) = (&lab, &run);
            scope.spawn(move || {
                for n in 0..6 {
                    lab.ok(&["note", run, &format!("{writer}-{n}")]);
                }
            });
        }
    });
    let mut written = texts(&lab, &run);
    written.sort();
    let all: Vec<String> = (0..2)
        .flat_map(|writer| (0..6).map(move |n| format!("{writer}-{n}")))
        .collect();
    assert_eq!(written, all);
    // The catalog knows the last of them.
    let check = lab.run(&["check"]);
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
}

#[test]
fn killed_at_any_change_the_notes_are_whole_and_the_next_call_goes_on() {
    let Some(shim) = shim() else { return };
    let (lab, run) = lab();
    lab.ok(&["note", &run, "first"]);
    let (answer, changes) = run_with(&lab, shim, &["note", &run, "counted"], None);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let (mut before, mut there, mut not_there) = (2, 0, 0);
    for at in 1..=changes.len() {
        let (_, seen) = run_with(&lab, shim, &["note", &run, "cut"], Some((Fault::Kill, at)));
        let when = format!("killed at {:?}", seen.get(at - 1));
        let now = texts(&lab, &run);
        assert_eq!(now[..2], ["first", "counted"], "{when}");
        match now.len() - before {
            0 => not_there += 1,
            1 => there += 1,
            more => panic!("{when}: {more} more"),
        }
        before = now.len();
        // What was written and not told to the catalog is taken in at the next look.
        let runs = lab.json(&["runs", LOG, "--json"]);
        let of_run = runs["runs"].as_array().unwrap().iter();
        let listed: Vec<&Value> = of_run.filter(|r| r["run_uuid"] == run.as_str()).collect();
        assert_eq!(
            listed[0]["note"].as_str(),
            now.last().map(String::as_str),
            "{when}"
        );
    }
    assert!(there > 0 && not_there > 0, "{there} {not_there}");
    lab.ok(&["note", &run, "--accept", "last"]);
    lab.ok(&["gc"]);
    let check = lab.run(&["check"]);
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
    let shown = lab.json(&["show", &run, "--json"]);
    assert_eq!(shown["run"]["notes"].as_array().unwrap().len(), before + 1);
}

#[test]
fn notes_outlast_harvests_renames_rebuilds_and_the_results() {
    let (lab, run) = lab();
    lab.ok(&["note", &run, "--review", "kept"]);
    let written = notes(&lab, &run);
    let is_kept = |step: &str| {
        assert_eq!(notes(&lab, &run), written, "{step}");
        let runs = lab.json(&["runs", "--filter", "disposition:review note:kept", "--json"]);
        assert_eq!(runs["runs"].as_array().unwrap().len(), 1, "{step}");
    };
    lab.ok(&["harvest", "--force", LOG]);
    is_kept("harvested again");
    lab.ok(&["rebuild"]);
    is_kept("rebuilt");
    fs::remove_file(lab.cache().join("catalog.db")).unwrap();
    is_kept("without a catalog");
    let log = lab.data().join(format!("{LOG}.parquet"));
    let renamed = lab.data().join("cell-01/renamed.parquet");
    fs::rename(&log, &renamed).unwrap();
    let answer = lab.ok(&["harvest"]);
    assert!(answer.contains("renamed"), "{answer}");
    is_kept("renamed");
    assert!(!lab.cache().join(LOG).exists());
    assert!(lab.cache().join("cell-01/renamed/notes.json").exists());
    lab.ok(&["gc"]);
    is_kept("collected");

    fs::rename(&renamed, lab.root().join("aside")).unwrap();
    let dry = lab.ok(&["remove", "--dry-run", "cell-01/renamed"]);
    assert!(dry.contains("; 1 note stays"), "{dry}");
    lab.ok(&["remove", "--yes", "cell-01/renamed"]);
    lab.ok(&["gc"]);
    let check = lab.run(&["check"]);
    assert!(
        check
            .err
            .contains("cell-01/renamed is gone and has no results"),
        "{}",
        check.err
    );
    // It comes back.
    fs::rename(lab.root().join("aside"), &renamed).unwrap();
    lab.ok(&["harvest"]);
    is_kept("back again");
    fs::remove_file(&renamed).unwrap();
    lab.ok(&["remove", "--yes", "cell-01/renamed"]);
    let gone = lab.json(&["remove", "--yes", "--notes", "cell-01/renamed", "--json"]);
    assert_eq!(gone["removed"][0]["notes"], 1);
    assert!(!lab.cache().join("cell-01").exists());
    assert_eq!(
        lab.run(&["remove", "--yes", "--notes", "cell-01/renamed"])
            .code,
        2
    );
}

/// Killed at any change, the same call completes the removal; no record outlasts its notes.
#[test]
fn a_removal_of_notes_that_was_killed_is_completed_by_the_next() {
    let Some(shim) = shim() else { return };
    let remove = ["remove", "--yes", "--notes", LOG];
    let gone = || {
        let (lab, run) = lab();
        lab.ok(&["note", &run, "--reject", "torn"]);
        fs::remove_file(lab.data().join(format!("{LOG}.parquet"))).unwrap();
        lab.ok(&["list"]);
        lab
    };
    let (answer, changes) = run_with(&gone(), shim, &remove, None);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let (mut stayed, mut went) = (0, 0);
    // Every third change, the first and the last among them.
    for at in (1..=changes.len()).rev().step_by(3).chain([1]) {
        let lab = gone();
        let (_, seen) = run_with(&lab, shim, &remove, Some((Fault::Kill, at)));
        let when = format!("killed at {:?}", seen.get(at - 1));
        let folder = lab.cache().join(LOG);
        let (record, notes) = (folder.join("record.json"), folder.join("notes.json"));
        assert!(!record.exists() || notes.exists(), "{when}: notes go last");
        match notes.exists() {
            true => stayed += 1,
            false => went += 1,
        }
        let again = lab.run(&remove);
        // Nothing is left to remove where the first call came that far.
        let done = !record.exists() && !notes.exists();
        assert!(
            done && [0, 2].contains(&again.code),
            "{when}: {}",
            again.err
        );
        lab.ok(&["gc"]);
        assert!(!folder.exists(), "{when}");
        assert!(lab.states().is_empty(), "{when}: {:?}", lab.states());
        let check = lab.run(&["check"]);
        assert_eq!(check.code, 0, "{when}: {}{}", check.out, check.err);
    }
    assert!(stayed > 0 && went > 0, "{stayed} {went}");
}

#[test]
fn a_log_that_is_renamed_while_the_rules_change_keeps_its_notes() {
    let (lab, run) = lab();
    lab.ok(&["note", &run, "--review", "kept"]);
    let written = notes(&lab, &run);
    let (old, new) = (format!("{LOG}.parquet"), "cell-01/renamed.parquet");
    fs::rename(lab.data().join(old), lab.data().join(new)).unwrap();
    let profile = BUILT_IN.replace("hold = 10", "hold = 5");
    fs::write(lab.root().join("other.toml"), profile).unwrap();
    lab.ok(&["--profile", "other.toml", "harvest"]);
    assert_eq!(notes(&lab, &run), written);
    let states = lab.states();
    let keys: Vec<&str> = states.keys().map(String::as_str).collect();
    assert_eq!(keys, ["cell-01/renamed"], "the old key is gone");
    assert!(!lab.cache().join(LOG).exists());
    let listed = lab.json(&["runs", "--filter", "disposition:review note:kept", "--json"]);
    assert_eq!(listed["runs"].as_array().unwrap().len(), 1);
    assert_eq!(listed["runs"][0]["log"], "cell-01/renamed");
    let check = lab.run(&["--profile", "other.toml", "check"]);
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
}

#[test]
fn an_open_browser_takes_in_what_another_process_writes() {
    let (lab, run) = lab();
    let mut terminal = Terminal::start(&lab, &[], 200, 40);
    terminal.wait_for("[1 Logs]");
    terminal.send("2");
    terminal.wait_for("verdict");
    lab.ok(&["note", &run, "--reject", "torn at the rim"]);
    // The column comes with the first note.
    terminal.wait_for("disposition");
    terminal.wait_for("reject");
    terminal.send("\r");
    terminal.wait_for("reject: torn at the rim");
    lab.ok(&["note", &run, "--accept", "measured again"]);
    terminal.wait_for("accept: measured again");
    terminal.send("q");
    terminal.wait_for("[2 Runs]");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn check_tells_of_notes_that_have_not_come_to_their_log() {
    let (lab, run) = lab();
    lab.ok(&["note", &run, "--reject", "--author", "anna", "torn"]);
    let record = fs::read(lab.cache().join(LOG).join("record.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    let source = &record["source"];
    let place_of = |hash: &str| format!("{hash}.{}.{}", source["size"], source["inode"]);
    let hash = source["content_hash"].as_str().unwrap();
    let notes_of_log = lab.cache().join(LOG).join("notes.json");
    let wait = |name: &str| {
        let place = lab.cache().join(".mdtui/notes").join(name);
        fs::create_dir_all(&place).unwrap();
        fs::copy(&notes_of_log, place.join("notes.json")).unwrap();
        place
    };
    // As a harvest leaves them that was killed before its record was written.
    let place = wait(&place_of(hash));
    fs::remove_file(&notes_of_log).unwrap();
    let told = lab.run(&["check"]);
    assert_eq!(told.code, 1, "{}{}", told.out, told.err);
    let remedy = format!("mdtui harvest {LOG} brings them back to it");
    assert!(told.out.contains(&remedy), "{}", told.out);
    lab.ok(&["harvest", LOG]);
    assert_eq!(texts(&lab, &run), ["torn"]);
    assert!(!place.join("notes.json").exists());
    lab.ok(&["check"]);
    // Those of a log that is nowhere are no fault.
    wait(&format!("{}.1.1", "0".repeat(64)));
    let told = lab.run(&["check"]);
    assert_eq!(told.code, 0, "{}{}", told.out, told.err);
    assert!(
        told.err.contains("notes of a log that is gone"),
        "{}",
        told.err
    );
}
