//! Names that are mistyped: the error says which was meant probably.

use crate::common::Lab;

#[test]
fn a_mistyped_name_brings_the_one_that_is_meant() {
    let lab = Lab::demo(2);
    lab.ok(&["harvest"]);
    let runs = lab.json(&["runs", "--json"]);
    let run = &runs["runs"][0];
    let (id, log) = (
        run["run_uuid"].as_str().unwrap(),
        run["log"].as_str().unwrap(),
    );
    let bare = id.trim_start_matches(['0', '-']);
    // The same with a letter that no id has, and with one too many.
    let wrong = bare.replacen(&bare[1..2], "z", 1);
    let short = &wrong[..8];
    let mistyped_log = log.replacen("20", "2O", 1);
    let of_log = format!("{log}:{short}");
    let refused = |args: &[&str], parts: &[&str]| {
        let answer = lab.run(args);
        assert_eq!(answer.code, 2, "{args:?}: {}{}", answer.out, answer.err);
        for part in parts {
            assert!(
                answer.err.contains(part),
                "{args:?} lacks {part}: {}",
                answer.err
            );
        }
    };
    let digits: String = bare.chars().filter(|c| *c != '-').collect();
    let head = &digits[..8];
    refused(
        &["show", &wrong],
        &["there is no run", "did you mean", head],
    );
    refused(&["note", short], &["there is no run", "did you mean", head]);
    refused(&["export", &of_log, "-o", "x.csv"], &["did you mean", head]);
    refused(
        &["export", log, "-o", "x.csv"],
        &["is a log: name one of its runs, ", head],
    );
    refused(&["compare", log, id], &["is a log: name one of its runs, "]);
    refused(&["runs", id], &["it is a run of the log", log]);
    refused(
        &["runs", &mistyped_log],
        &["there is no log", "did you mean", log],
    );
    refused(
        &["harvest", &mistyped_log],
        &["there is no log", "did you mean", log],
    );
    refused(
        &["remove", &mistyped_log],
        &["there is no log", "did you mean", log],
    );
    refused(
        &["export", id, "--columns", "fzz_1", "-o", "x.csv"],
        &["did you mean `fz_1`?"],
    );
    refused(
        &["export", "robots", "--columns", "robt", "-o", "x.csv"],
        &["did you mean `robot`?"],
    );
    refused(
        &["list", "--filter", "stat:failed"],
        &["did you mean state?"],
    );
    refused(&["find", "fzz_1 < 3"], &["did you mean fz_1?"]);
    refused(
        &["list", "--state", "fialed"],
        &["a similar value exists: 'failed'"],
    );
    refused(&["hravest"], &["a similar subcommand exists: 'harvest'"]);
    refused(
        &["list", "--filtr", "x"],
        &["a similar argument exists: '--filter'"],
    );
    std::fs::write(lab.root().join("a.toml"), "theem = \"dark\"\n").unwrap();
    refused(&["--config", "a.toml", "list"], &["did you mean `theme`?"]);
}

/// A log's name is no part of a run's id, though one has it.
#[test]
fn a_log_that_is_called_like_a_part_of_an_id_is_no_run() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest", "--all"]);
    let runs = lab.json(&["runs", "--json"]);
    let id = runs["runs"][0]["run_uuid"].as_str().unwrap();
    let head = &id[19..23];
    lab.ok(&["note", head, "before"]);
    let log = lab.data().join(format!("{head}.parquet"));
    std::fs::write(log, "PAR1").unwrap();
    let target = lab.root().join("x.csv");
    let target = target.to_str().unwrap();
    for args in [
        &["note", head, "wrong"][..],
        &["export", head, "-o", target],
        &["compare", head, id],
    ] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 2, "{args:?}: {}", answer.err);
        assert!(answer.err.contains("is a log"), "{args:?}: {}", answer.err);
    }
    lab.ok(&["note", id, "by the whole id"]);
    lab.ok(&["note", &id[19..28], "by another part"]);
}

/// Before anything is written into it.
#[test]
fn a_data_directory_that_is_the_cache_directory_is_refused() {
    let lab = Lab::demo(1);
    let names = || -> Vec<_> {
        let entries = std::fs::read_dir(lab.data()).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    for command in ["harvest", "list", "rebuild", "check", "watch", "plan"] {
        let mut refused = lab.command(&[command]);
        refused.env("MDTUI_CACHE_DIR", lab.data());
        let output = refused.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{command}: {said}");
        assert!(
            said.contains("is both the data directory"),
            "{command}: {said}"
        );
        assert_eq!(names(), before, "{command}");
    }
}

#[test]
fn what_is_missing_is_named_run_or_log_and_an_empty_name_means_nothing() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let list = lab.json(&["list", "--json"]);
    let log = list["logs"][0]["key"].as_str().unwrap();
    for name in [format!("{log}:zzzz"), format!("{log}/zzzz")] {
        let answer = lab.run(&["show", &name]);
        assert_eq!(answer.code, 2);
        let sentence = answer.sentence();
        assert!(
            sentence.starts_with(&format!("mdtui: there is no run \"{name}\"")),
            "{sentence}"
        );
    }
    for command in ["show", "harvest"] {
        let answer = lab.run(&[command, ""]);
        assert_eq!(answer.code, 2);
        let sentence = answer.sentence();
        assert!(!sentence.contains("did you mean"), "{sentence}");
        assert!(sentence.contains(" prints the "), "{sentence}");
    }
}
