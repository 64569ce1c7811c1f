//! What lies in a lake where a document, table or lock is expected and is none: pipes, devices, folders,
//! links and files without end. Every command ends in time, and nothing is followed or lost in silence.

use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    path::Path,
    time::Duration,
};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::common::{Answer, Lab};

const KEY: &str = "cell-01/2022-11-23T2040";

/// What is said of something, and what makes it.
type Shape = (&'static str, fn(&Path));

fn lab() -> Lab {
    let lab = Lab::demo(3);
    lab.run(&["harvest"]);
    lab
}

/// Fails where a command waits for what never comes.
fn run(lab: &Lab, args: &[&str]) -> Answer {
    let mut command = lab.command(args);
    command.timeout(Duration::from_secs(60));
    let answer = Answer::from(command.output().unwrap());
    assert!(
        [0, 1, 2, 3].contains(&answer.code),
        "{args:?}: {}: {}",
        answer.code,
        answer.err
    );
    answer
}

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from(0o600), 0).unwrap();
}

fn hole(path: &Path) {
    File::create(path).unwrap().set_len(15 << 40).unwrap();
}

fn away(path: &Path) {
    if path.is_dir() && !path.is_symlink() {
        fs::remove_dir(path).unwrap();
    } else {
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_document_that_is_none_is_damaged_and_the_rest_of_the_lake_works() {
    let lab = lab();
    let run_id = lab.json(&["runs", KEY, "--json"])["runs"][0]["run_uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    let run_id = format!("{KEY}:{run_id}");
    lab.ok(&["note", &run_id, "--accept"]);
    let kinds: [Shape; 5] = [
        ("it has more than 1024 MiB", hole),
        ("it is a pipe", fifo),
        ("it is a device", |path| symlink("/dev/zero", path).unwrap()),
        ("leads nowhere", |path| symlink("gone", path).unwrap()),
        ("it is a folder", |path| fs::create_dir(path).unwrap()),
    ];
    for name in ["record.json", "notes.json"] {
        let path = lab.cache().join(KEY).join(name);
        let kept = fs::read(&path).unwrap();
        for (what, make) in kinds {
            fs::remove_file(&path).unwrap();
            make(&path);
            for args in [
                &["list"][..],
                &["rebuild"],
                &["plan"],
                &["gc"],
                &["note", &run_id],
            ] {
                run(&lab, args);
            }
            let listed = run(&lab, &["list"]);
            assert!(listed.err.contains(what), "{name}, {what}: {}", listed.err);
            let check = run(&lab, &["check"]);
            assert_eq!(check.code, 1, "{name}, {what}: {}", check.out);
            let line = check.out.lines().find(|line| line.contains(what));
            let line = line.unwrap_or_else(|| panic!("{name}, {what}: {}", check.out));
            assert!(line.starts_with("damaged") && line.contains(name), "{line}");
            if name == "record.json" {
                // No record of any version was a pipe or a device; what else is there may be one.
                let mends = ["it is a pipe", "it is a device"].contains(&what);
                let mended = run(&lab, &["check", "--repair"]);
                assert_eq!(mended.code, i32::from(!mends), "{what}: {}", mended.out);
            }
            away(&path);
            fs::write(&path, &kept).unwrap();
            assert_eq!(run(&lab, &["check"]).code, 0, "{name}, {what}");
        }
    }
}

#[test]
fn a_record_that_a_link_leads_to_is_the_record() {
    let lab = lab();
    fs::remove_file(lab.data().join(format!("{KEY}.parquet"))).unwrap();
    let list = lab.ok(&["list", "--json"]);
    let record = lab.cache().join(KEY).join("record.json");
    let elsewhere = lab.root().join("rec.json");
    fs::rename(&record, &elsewhere).unwrap();
    symlink(&elsewhere, &record).unwrap();
    lab.ok(&["rebuild"]);
    assert_eq!(lab.ok(&["list", "--json"]), list);
    assert_eq!(run(&lab, &["gc"]).out, "nothing to remove\n");
    assert!(run(&lab, &["check"]).out.contains("nothing is wrong"));
}

#[test]
fn a_table_that_is_none_is_made_again_from_its_log() {
    let lab = Lab::demo(20);
    run(&lab, &["harvest"]);
    let before = lab.lake(".parquet");
    let rejected = before.keys().find(|name| name.contains("rejected."));
    let run_table = before.keys().find(|name| name.contains("run_"));
    for name in [rejected.unwrap(), run_table.unwrap()] {
        let path = lab.cache().join(name);
        for make in [fifo as fn(&Path), |path| {
            symlink("/dev/zero", path).unwrap()
        }] {
            fs::remove_file(&path).unwrap();
            make(&path);
            let check = run(&lab, &["check"]);
            assert!(check.out.contains("is not a table"), "{}", check.out);
            let mended = run(&lab, &["check", "--repair"]);
            assert_eq!(mended.code, 0, "{name}: {}", mended.out);
            assert!(lab.lake(".parquet") == before, "{name}");
        }
    }
}

#[test]
fn find_tells_what_a_retry_cannot_help() {
    let lab = lab();
    let tables = lab.lake(".parquet");
    let name = tables.keys().find(|name| name.contains("run_")).unwrap();
    let path = lab.cache().join(name);
    fs::remove_file(&path).unwrap();
    let kinds: [Shape; 4] = [
        ("is gone, although its record names it", |_| {}),
        ("it is a pipe", fifo),
        ("it is a device", |path| symlink("/dev/zero", path).unwrap()),
        ("it is a folder", |path| fs::create_dir(path).unwrap()),
    ];
    for (what, make) in kinds {
        make(&path);
        let found = run(&lab, &["find", "v1 > -1"]);
        assert_eq!(found.code, 1, "{what}: {}", found.err);
        assert!(found.err.contains(what), "{what}: {}", found.err);
        if path.symlink_metadata().is_ok() {
            away(&path);
        }
    }
}

#[test]
fn what_is_in_the_way_of_private_folders_is_named_and_the_lake_is_looked_at() {
    for name in [".mdtui", ".mdtui/tmp", ".mdtui/locks"] {
        let lab = lab();
        let list = lab.ok(&["list", "--json"]);
        let place = lab.cache().join(name);
        fs::remove_dir_all(&place).unwrap();
        fs::write(&place, "").unwrap();
        let again = run(&lab, &["list", "--json"]);
        assert_eq!((again.code, again.out), (0, list), "{name}: {}", again.err);
        let harvest = run(&lab, &["harvest", "--force", KEY]);
        assert_eq!(harvest.code, 3, "{name}: {}", harvest.err);
        assert!(
            harvest.err.contains("move it away"),
            "{name}: {}",
            harvest.err
        );
    }
}

#[test]
fn notes_that_are_a_folder_do_not_stop_the_harvest_of_a_renamed_log() {
    let lab = lab();
    let notes = lab.cache().join(KEY).join("notes.json");
    fs::create_dir(&notes).unwrap();
    fs::write(notes.join("x"), "").unwrap();
    let data = lab.data().join("cell-01");
    fs::rename(
        data.join("2022-11-23T2040.parquet"),
        data.join("renamed.parquet"),
    )
    .unwrap();
    run(&lab, &["harvest"]);
    assert_eq!(lab.states()["cell-01/renamed"], "harvested");
    assert!(notes.join("x").exists());
    let check = run(&lab, &["check"]);
    assert!(check.out.contains("1 finding"), "{}", check.out);
    assert!(
        check
            .out
            .contains("notes.json cannot be read (it is a folder"),
        "{}",
        check.out
    );
}

#[test]
fn files_without_end_that_are_named_are_refused() {
    let lab = lab();
    for args in [
        &["--profile", "/dev/zero", "list"][..],
        &["--config", "/dev/zero", "list"],
        &["check", "--rules", "/dev/zero"],
        &["harvest", "--manifest", "/dev/zero", "--task", "0"],
    ] {
        let answer = run(&lab, args);
        assert_eq!(answer.code, 3, "{args:?}: {}", answer.err);
        assert!(answer.err.contains("it is a device"), "{}", answer.err);
    }
    let none = run(&lab, &["--config", "/dev/null", "list"]);
    assert_eq!(none.code, 0, "{}", none.err);
}

#[test]
fn the_programs_log_is_written_to_no_other_place() {
    let lab = lab();
    let log = lab.cache().join(".mdtui/mdtui.log");
    let _ = fs::remove_file(&log);
    let outside = lab.root().join("outside");
    for make in [fifo as fn(&Path), |path| {
        symlink("../../outside", path).unwrap()
    }] {
        make(&log);
        let mut command = lab.command(&["list"]);
        command
            .env("MDTUI_LOG", "debug")
            .timeout(Duration::from_secs(60));
        assert_eq!(Answer::from(command.output().unwrap()).code, 0);
        assert!(!outside.exists());
        fs::remove_file(&log).unwrap();
    }
}
