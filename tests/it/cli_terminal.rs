//! Commands in a pseudo-terminal: tables that fit, and how far a command is.

use std::{fs, io::Read, process::Command};

use unicode_width::UnicodeWidthStr;

use crate::common::Lab;
use crate::common::terminal::Terminal;

/// The lines that a command prints in a terminal of so many columns.
fn lines(lab: &Lab, args: &[&str], columns: u16) -> Vec<String> {
    let raw = Terminal::start(lab, args, columns, 50).finished();
    let text = String::from_utf8(raw).unwrap();
    let text = text.split("(end of the program)").next().unwrap();
    text.lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[test]
fn tables_fit_the_terminal_with_what_tells_rows_apart_and_pipes_get_all() {
    let lab = Lab::demo(6);
    let harvest = lab.run(&["harvest"]);
    assert!(harvest.code <= 1, "{}", harvest.err);
    let runs = lab.json(&["runs", "--json"]);
    let run = |at: usize| runs["runs"][at]["run_uuid"].as_str().unwrap().to_owned();
    let (a, b) = (run(0), run(1));
    let commands: [(&[&str], &[&str]); 5] = [
        (&["list"], &["state", "log", "verdict"]),
        (&["runs"], &["run", "log", "verdict"]),
        (&["machines"], &["cell", "robot", "runs"]),
        (&["compare", &a, &b], &["run", "log", "verdict", "B − A"]),
        (&["find", "v1 > 1"], &["run", "seconds"]),
    ];
    for (args, headings) in commands {
        let all = lab.run(args).out;
        let widest = all.lines().map(UnicodeWidthStr::width).max().unwrap();
        for columns in [60, 80, 120] {
            let shown = lines(&lab, args, columns);
            let (notes, table): (Vec<_>, Vec<_>) = shown
                .iter()
                .partition(|line| line.starts_with("no room for") || line.contains(" searched"));
            for line in &table {
                assert!(
                    line.width() <= columns.into(),
                    "{args:?} at {columns}: {line}"
                );
            }
            let text = shown.join("\n");
            for heading in headings {
                assert!(
                    text.contains(heading),
                    "{args:?} at {columns} lacks {heading}: {text}"
                );
            }
            let left_out = notes.iter().any(|line| line.starts_with("no room for"));
            let is_whole = widest <= columns.into();
            assert!(
                is_whole != left_out || args[0] == "compare",
                "{args:?} at {columns}: {text}"
            );
        }
        let wide = lines(&lab, args, 400).join("\n");
        assert!(wide.contains(all.trim_end()), "{args:?}: {wide}");
    }
    // The keys of logs are whole where there is room for them.
    let keys = lab.states();
    let list = lines(&lab, &["list"], 80).join("\n");
    for (key, state) in keys {
        assert!(
            list.contains(&key) && list.contains(&state),
            "{key}: {list}"
        );
    }
}

#[test]
fn the_statistics_of_a_run_stand_in_blocks() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let runs = lab.json(&["runs", "--json"]);
    let run = runs["runs"][0]["run_uuid"].as_str().unwrap();
    let shown = lines(&lab, &["show", run], 100);
    let is_row = |line: &&String| line.starts_with("  fx_1 ");
    let rows: Vec<&String> = shown.iter().filter(is_row).collect();
    assert!(rows.len() > 2, "{shown:?}");
    assert!(rows.iter().all(|row| row.width() <= 100), "{rows:?}");
    // Nothing is lost.
    let all = lab.ok(&["show", run]);
    let all = all.lines().filter(|line| line.starts_with("  fx_1 "));
    let words = |rows: Vec<&str>| -> Vec<String> {
        let words = rows.iter().flat_map(|row| row.split_whitespace());
        let mut words: Vec<String> = words.filter(|w| *w != "fx_1").map(str::to_owned).collect();
        words.sort_unstable();
        words.dedup();
        words
    };
    let shown = words(rows.iter().map(|row| row.as_str()).collect());
    assert_eq!(shown, words(all.collect()));
}

#[test]
fn what_takes_longer_than_a_moment_says_what_it_does() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let runs = lab.json(&["runs", "--json"]);
    let run = runs["runs"][0]["run_uuid"].as_str().unwrap();
    let made = Command::new("mkfifo").arg(lab.root().join("pipe")).status();
    assert!(made.unwrap().success());
    let args = ["export", run, "-o", "pipe", "--format", "csv"];
    let terminal = Terminal::start(&lab, &args, 80, 24);
    // Nobody reads yet.
    terminal.wait_for("writing pipe");
    let mut text = String::new();
    let mut pipe = fs::File::open(lab.root().join("pipe")).unwrap();
    pipe.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("time,"), "{text}");
    let screen = terminal.wait_for("wrote");
    assert!(
        !screen.contains("writing pipe"),
        "the line is cleared: {screen}"
    );
    terminal.finished();
}
