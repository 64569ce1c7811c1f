//! `remove`: what it deletes and refuses, the question, and that a kill at any point leaves no
//! record without its tables.

use std::fs;

use mdtui::etl::{
    base::CancelToken,
    check::{self, Kind},
};

use crate::common::{
    Lab, context_in,
    faults::{Fault, places, run_with, shim},
    terminal::Terminal,
};

/// Two harvested logs, one of them gone.
fn lab() -> Lab {
    let lab = Lab::demo(20);
    for folder in ["cell-01", "cell-02", "cell-03", "line"] {
        fs::remove_dir_all(lab.data().join(folder)).unwrap();
    }
    for entry in fs::read_dir(lab.data().join("faults")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !["bad-rows.parquet", "gap.parquet"].contains(&name) {
            fs::remove_file(path).unwrap();
        }
    }
    lab.ok(&["harvest", "--jobs", "1"]);
    fs::remove_file(lab.data().join("faults/bad-rows.parquet")).unwrap();
    lab
}

fn files_of(lab: &Lab, key: &str) -> usize {
    let folder = fs::read_dir(lab.cache().join(key));
    folder.map_or(0, Iterator::count)
}

#[test]
fn results_of_a_log_that_is_gone_are_deleted_and_no_others() {
    let lab = lab();
    assert_eq!(lab.states()["faults/bad-rows"], "missing");
    let kept = lab.lake("");
    // All names are looked at before anything goes.
    for (args, code, words) in [
        (&["faults/bad-rows"][..], 2, "--yes"),
        (&["--yes", "faults/gap"], 2, "still exists"),
        (
            &["--yes", "faults/bad-rows", "faults/gap"],
            2,
            "still exists",
        ),
        (&["--yes", "faults/bad-rows", "faults/non"], 2, "no log"),
        (&[], 2, "required"),
    ] {
        let args = [&["remove"], args].concat();
        let answer = lab.run(&args);
        assert_eq!(answer.code, code, "{args:?}: {}", answer.err);
        assert!(answer.err.contains(words), "{args:?}: {}", answer.err);
    }
    let dry = lab.ok(&["remove", "--dry-run", "faults/bad-rows.parquet"]);
    assert!(
        dry.starts_with("would delete faults/bad-rows: 2 runs, 4 files, "),
        "{dry}"
    );
    assert_eq!(lab.lake(""), kept);

    let done = lab.ok(&["remove", "--yes", "faults/bad-rows", "faults/bad-rows"]);
    assert_eq!(done, dry.replace("would delete", "deleted"));
    assert_eq!(files_of(&lab, "faults/bad-rows"), 0);
    let left = kept
        .into_iter()
        .filter(|(name, _)| !name.starts_with("faults/bad-rows/"));
    assert!(left.eq(lab.lake("")));
    assert_eq!(lab.states().into_keys().collect::<Vec<_>>(), ["faults/gap"]);
    assert!(lab.ok(&["check"]).contains("nothing is wrong"));
    assert_eq!(lab.run(&["remove", "--yes", "faults/bad-rows"]).code, 2);
    // It is a new log when it comes back.
    lab.ok(&["rebuild"]);
    assert_eq!(lab.states().len(), 1);
}

#[test]
fn the_terminal_is_asked_and_only_yes_deletes() {
    let lab = lab();
    for (answer, words) in [
        ("", "nothing was deleted"),
        ("n", "nothing was deleted"),
        ("y", "deleted faults/bad-rows"),
    ] {
        let mut terminal = Terminal::start(&lab, &["remove", "faults/bad-rows"], 100, 20);
        terminal.wait_for("cannot be recreated. [y/N]");
        assert!(files_of(&lab, "faults/bad-rows") > 0);
        terminal.send(&format!("{answer}\r"));
        let text = String::from_utf8_lossy(&terminal.finished()).into_owned();
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(files_of(&lab, "faults/bad-rows"), 0);
}

#[test]
fn a_data_directory_that_is_away_is_no_reason_to_delete() {
    let lab = lab();
    fs::rename(lab.data(), lab.root().join("away")).unwrap();
    let answer = lab.run(&["remove", "--yes", "faults/bad-rows"]);
    assert_eq!(answer.code, 3, "{}", answer.err);
    assert!(files_of(&lab, "faults/bad-rows") > 0);
}

#[test]
fn killed_at_any_change_no_record_is_left_without_its_tables_and_the_next_call_completes_it() {
    let Some(shim) = shim() else { return };
    let args = ["remove", "--yes", "faults/bad-rows"];
    let (answer, changes) = run_with(&lab(), shim, &args, None);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let mut cut = 0;
    for at in places(changes.len(), 0) {
        let lab = lab();
        let (_, seen) = run_with(&lab, shim, &args, Some((Fault::Kill, at)));
        let when = format!("killed at {:?}", seen.get(at - 1));
        let report = check::check(
            &context_in(lab.root()),
            None,
            &CancelToken::new(),
            &|_, _| {},
        );
        for finding in report.unwrap().findings {
            // The catalog may still know a record that is gone.
            let is_record = finding.path.ends_with("record.json");
            let is_expected = match finding.kind {
                Kind::Missing => is_record,
                kind => matches!(kind, Kind::Leftover | Kind::Catalog),
            };
            assert!(is_expected, "{when}: {}", finding.sentence());
        }
        cut += usize::from(files_of(&lab, "faults/bad-rows") > 0);
        // An unknown log, when it was cut off at the very end.
        let again = lab.run(&args);
        assert!([0, 2].contains(&again.code), "{when}: {}", again.err);
        assert_eq!(files_of(&lab, "faults/bad-rows"), 0, "{when}");
        lab.ok(&["gc"]);
        let after = lab.run(&["check"]);
        assert_eq!(after.code, 0, "{when}: {}{}", after.out, after.err);
    }
    assert!(cut > 1, "{cut}");
}
