//! Text that would steer a terminal, in every place where text comes from: the bytes that
//! reach a terminal, and what commands print, hold no sequence but our own.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};

use crate::common::Lab;
use crate::common::terminal::Terminal;
use mdtui::etl::text::is_unsafe;

const CTRL_A: &str = "\u{1}";
const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const TAB: &str = "\t";

/// A clear screen, a title, a colour by C1, an override of direction, lines, a leading minus,
/// a formula.
const NASTY: [&str; 7] = [
    "\u{1b}[2J\u{1b}[Hgone",
    "\u{1b}]0;owned\u{7}",
    "\u{9b}31mred",
    "\u{202e}lakrev\u{202c}\u{2066}x\u{2069}",
    "two\nlines\r\ttab\u{8}\u{7f}",
    "-rf --force",
    "=cmd|' /C calc'!A0",
];

/// Logs whose names, folders, cells, ids, fields and headers are nasty.
fn lab() -> Lab {
    let lab = Lab::new();
    let header = "time,value,field,robot_id,run_uuid,sensor_type,cell_id\n";
    for (n, nasty) in NASTY.iter().enumerate() {
        let quoted = nasty.replace('"', "\"\"");
        let mut text = header.to_owned();
        let run = 101 + n;
        for row in 0..200 {
            let time = format!("2022-11-23T20:40:{:02}.{:03}Z", row / 50, row % 50 * 20);
            for (field, sensor) in [("x", "encoder"), ("fx", "load_cell")] {
                let line = format!("{time},{row},{field},1,{run},{sensor},\"{quoted}\"\n");
                text.push_str(&line);
            }
        }
        // Rows that are dropped, for what they say.
        for line in [
            format!("\"{quoted}\",1,x,1,{run},encoder,a\n"),
            format!("2022-11-23T20:40:00Z,1,\"{quoted}\",1,{run},encoder,a\n"),
            format!("2022-11-23T20:40:00Z,1,x,1,\"{quoted}\",encoder,a\n"),
        ] {
            text.push_str(&line);
        }
        let folder = lab.data().join(nasty.replace('/', "|"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join(format!("{}.csv", nasty.replace('/', "|"))),
            &text,
        )
        .unwrap();
        // No such columns: the error lists those that there are.
        fs::write(folder.join("columns.csv"), format!("\"{quoted}\",b\n1,2\n")).unwrap();
        // No Parquet.
        fs::write(folder.join("broken.parquet"), nasty).unwrap();
    }
    // Ten million letters in one cell, and a name that is no UTF-8.
    let long = "x\u{1b}[31m".repeat(2_000_000);
    fs::write(
        lab.data().join(OsStr::from_bytes(b"bad\xff\x1b[2J.csv")),
        format!("{header}2022-11-23T20:40:00Z,1,x,1,99,encoder,\"{long}\"\n2022-11-23T20:40:01Z,2,x,1,99,encoder,\"{long}\"\n"),
    )
    .unwrap();
    lab
}

/// Text of a command: lines, and nothing that steers.
fn assert_plain(what: &str, text: &str) {
    let bad = text.chars().find(|c| is_unsafe(*c) && *c != '\n');
    assert_eq!(bad, None, "{what}: {:?}", excerpt(text));
    let longest = text.lines().map(str::len).max().unwrap_or(0);
    assert!(longest < 10_000, "{what}: a line of {longest} bytes");
}

fn excerpt(text: &str) -> String {
    let at = text.find(|c| is_unsafe(c) && c != '\n').unwrap_or(0);
    text.chars()
        .skip(text[..at].chars().count().saturating_sub(40))
        .take(120)
        .collect()
}

#[test]
fn what_commands_print_steers_no_terminal() {
    let lab = lab();
    let run = |args: &[&str]| {
        let answer = lab.run(args);
        let what = format!("{args:?}");
        assert_plain(&what, &answer.out);
        assert_plain(&what, &answer.err);
        answer
    };
    assert_eq!(run(&["harvest"]).code, 1);
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["runs"],
        &["runs", "--json"],
        &["machines"],
        &["machines", "--json"],
        &["compare", "101", "102"],
        &["check"],
        &["check", "--json"],
        &["gc", "--dry-run"],
        &["rebuild"],
        &["harvest", "--force", "--json"],
    ] {
        run(args);
    }
    let list = lab.json(&["list", "--json"]);
    let logs = list["logs"].as_array().unwrap();
    assert_eq!(logs.len(), 3 * NASTY.len() + 1);
    let harvested = logs
        .iter()
        .filter(|log| log["state"] == "harvested")
        .count();
    assert_eq!(harvested, NASTY.len() + 1, "{:#?}", lab.states());
    for log in logs {
        let key = log["key"].as_str().unwrap();
        let shown = if key.starts_with('-') {
            run(&["show", "--", key])
        } else {
            run(&["show", key])
        };
        assert_eq!(shown.code, 0, "{key}: {}", shown.err);
    }
    for nasty in NASTY {
        for args in [
            &["show", "--", nasty][..],
            &["runs", "--", nasty],
            &["harvest", "--", nasty],
            &["compare", "101", "--", nasty],
            &["export", "-o", "x.csv", "--", nasty],
            &["export", "101", "-o", "x.csv", "--columns", nasty],
            &["export", "101", "-o", nasty],
            &["export", "101", "-o", "x.csv", "--from", nasty],
            &["list", "--state", nasty],
            &["--profile", nasty, "list"],
            &["--data-dir", nasty, "--cache-dir", "other", "list"],
        ] {
            let answer = run(args);
            assert!(
                [0, 2, 3].contains(&answer.code),
                "{args:?}: {}",
                answer.code
            );
        }
    }
    // An exported table has numbers and times, and names of channels.
    lab.ok(&["export", "101", "-o", "run.csv"]);
    let csv = fs::read_to_string(lab.root().join("run.csv")).unwrap();
    assert_plain("run.csv", &csv);
    for line in csv.lines() {
        for cell in line.split(',') {
            let formula = cell.starts_with(['=', '+', '@'])
                || (cell.starts_with('-') && cell.parse::<f64>().is_err());
            assert!(!formula, "{line}");
        }
    }
    let log = fs::read_to_string(lab.cache().join(".mdtui/mdtui.log")).unwrap_or_default();
    assert_plain("mdtui.log", &log);
}

/// Reads what a terminal got: text without a control character, and sequences of a list.
fn assert_only_ours(raw: &[u8]) {
    let text = std::str::from_utf8(raw).expect("UTF-8");
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c != '\u{1b}' {
            let allowed = !is_unsafe(c) || matches!(c, '\r' | '\n' | '\u{8}');
            let near: String = rest.chars().take(40).collect();
            assert!(allowed, "{c:?} before {near:?}");
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let length = sequence(rest);
        let near: String = rest.chars().take(40).collect();
        assert!(length > 0, "a sequence that is not ours: {near:?}");
        rest = &rest[length..];
    }
}

/// The length of the sequence of ours with which `text` begins; 0 when it is none.
fn sequence(text: &str) -> usize {
    if let Some(body) = text.strip_prefix("\u{1b}[") {
        let Some(end) = body.find(|c: char| c.is_ascii_alphabetic()) else {
            return 0;
        };
        let (parameters, last) = (&body[..end], &body[end..=end]);
        let numbers = |p: &str| p.bytes().all(|b| b.is_ascii_digit() || b == b';');
        let ours = match last {
            // Modes: cursor, screen, paste, mouse, synchronised updates.
            "h" | "l" => [
                "?25", "?1049", "?2004", "?1000", "?1002", "?1003", "?1006", "?1015", "?2026",
            ]
            .contains(&parameters),
            // Place, wipe, colours.
            "H" | "J" | "K" | "m" => numbers(parameters),
            // Moves of progress bars.
            "A" | "B" | "C" | "D" | "G" => numbers(parameters),
            _ => false,
        };
        return if ours { 2 + end + 1 } else { 0 };
    }
    // The question for the background, and what `y` copies.
    if text.starts_with("\u{1b}]11;?\u{1b}\\") {
        return 8;
    }
    if let Some(body) = text.strip_prefix("\u{1b}]52;c;") {
        let base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
        let length = body.bytes().take_while(|b| base64(b)).count();
        if body[length..].starts_with('\u{7}') {
            return 7 + length + 1;
        }
    }
    0
}

#[test]
fn what_reaches_a_terminal_is_ours_in_every_view() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, &[], 100, 30);
    terminal.wait_for("pending");
    terminal.send(CTRL_A);
    terminal.wait_for("✓");
    terminal.send("H");
    // The message of a log that ends late would write over that of a key.
    terminal.wait_until("all over", |s| {
        !s.contains("pending") && !s.contains("Jobs (") && s.contains("harvested")
    });
    terminal.send("/");
    terminal.wait_for("search:");
    terminal.send(ESC);
    terminal.wait_until("no search", |s| !s.contains("search:"));
    // Along the list, with each log beside it.
    terminal.send(&"j".repeat(30));
    for (keys, seen) in [
        ("y", "clipboard"),
        ("4", "[4 Jobs]"),
        ("jjjj2", "[2 Runs]"),
        ("jj3", "[3 Machines]"),
        ("1g", "[1 Logs]"),
        ("G", "[1 Logs]"),
    ] {
        terminal.send(keys);
        terminal.wait_for(seen);
    }
    terminal.send("2");
    // Enter needs a run to be under the cursor.
    terminal.wait_until("runs", |s| s.contains("[2 Runs]") && s.contains("▌"));
    terminal.send(ENTER);
    terminal.wait_for("complete rows");
    for tab in ["[Signals]", "[Samples]", "[Path]"] {
        terminal.send(TAB);
        terminal.wait_for(tab);
    }
    terminal.send("!");
    terminal.wait_for("without the browser");
    terminal.send(ESC);
    terminal.wait_until("no command", |s| !s.contains("without the browser"));
    terminal.send("Q");
    let raw = {
        // All of it, the end too.
        terminal.wait_until("the end", |s| !s.contains("[Path]"));
        terminal.raw()
    };
    assert!(raw.len() > 10_000, "{}", raw.len());
    assert_only_ours(&raw);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn progress_bars_on_a_terminal_are_ours_too() {
    let lab = lab();
    for args in [
        &["harvest"][..],
        &["check"],
        &["list"],
        &["runs"],
        &["machines"],
    ] {
        let terminal = Terminal::start(&lab, args, 100, 30);
        // What was written stays there when the program has ended.
        let raw = terminal.finished();
        assert!(!raw.is_empty());
        assert_only_ours(&raw);
    }
}

#[test]
fn the_list_of_sequences_is_strict() {
    for ours in [
        "\u{1b}[0m",
        "\u{1b}[38;5;4m",
        "\u{1b}[?25h",
        "\u{1b}]52;c;Zm9v\u{7}",
    ] {
        assert_eq!(sequence(ours), ours.len(), "{ours:?}");
    }
    for theirs in [
        "\u{1b}]0;t\u{7}",
        "\u{1b}[6n",
        "\u{1b}c",
        "\u{1b}[?47h",
        "\u{1b}P",
        "\u{1b}[2;t",
    ] {
        assert_eq!(sequence(theirs), 0, "{theirs:?}");
    }
}
