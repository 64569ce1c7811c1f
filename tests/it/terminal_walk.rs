//! A walk through every view in a pseudo-terminal: with the keyboard alone, with the mouse, over
//! a lake in which things are missing, and with random keys.

use std::fs;

use crate::common::Lab;
use crate::common::terminal::Terminal;
use rand_core::Rng;

const CTRL_A: &str = "\u{1}";
const CTRL_R: &str = "\u{12}";
const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const TAB: &str = "\t";
const F1: &str = "\u{1b}OP";
const UP: &str = "\u{1b}[A";
const DOWN: &str = "\u{1b}[B";
const PAGE_DOWN: &str = "\u{1b}[6~";
const SHIFT_TAB: &str = "\u{1b}[Z";

/// Four harvested logs and one that is pending.
fn lab() -> Lab {
    let lab = Lab::demo(5);
    let keys: Vec<String> = lab.states().into_keys().collect();
    for key in keys.iter().take(4) {
        lab.run(&["harvest", key]);
    }
    lab
}

#[test]
fn every_view_is_reached_with_the_keyboard_alone() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, &[], 110, 32);
    let mut go = |keys: &str, what: &str, seen: &[&str]| {
        terminal.send(keys);
        // With a `!` before it: a text that is not seen any more.
        terminal.wait_until(what, |s| {
            seen.iter().all(|text| match text.strip_prefix('!') {
                Some(text) => !s.contains(text),
                None => s.contains(text),
            })
        })
    };
    go("", "logs", &["[1 Logs]", "○ pending", "● harvested"]);
    go(TAB, "the panel", &["rows in", "Tab list"]);
    go(TAB, "the list", &["Space mark"]);
    go("/cell", "a search", &["search: cell"]);
    go(ENTER, "its end", &["Space mark"]);
    go("fstate:harvested", "a filter", &["filter: state:harvested"]);
    go(ENTER, "the filter", &["filter `state:harvested` shows"]);
    go("f\u{15}\r", "all again", &["○ pending"]);
    go("lls", "sorted", &["▲]"]);
    go("t", "columns", &["Columns", "Space hide, show"]);
    go(ESC, "no columns", &["Space mark"]);
    go(
        "!",
        "the command",
        &["The same without the browser", "mdtui"],
    );
    go(ESC, "no command", &["Space mark"]);
    go(":", "the palette", &["Enter do it"]);
    go(
        "machines\r",
        "machines by the palette",
        &["[3 Machines]", "▾ cell"],
    );
    go("jj", "a machine under the cursor", &["▌"]);
    go(ENTER, "one machine or a folded cell", &["[3 Machines]"]);
    go("2", "runs", &["[2 Runs]", "11ed"]);
    go(F1, "help", &["compare the marked runs", "j down"]);
    go("q", "no help", &["Enter open", "!compare the marked runs"]);
    go("g", "the first run", &["▌"]);
    go(ENTER, "a summary", &["[Summary]", "complete rows"]);
    go(TAB, "signals", &["[Signals]", "whole run", "at cursor"]);
    go("+", "zoomed", &["cursor "]);
    go("lhp..", "a pin", &["pin ", "Δ "]);
    go("o", "a place", &["go to: "]);
    go("+0.5s\r", "gone there", &["pin "]);
    go("_", "the whole", &["whole run"]);
    let there = ["[Samples]", "▌20:40:00.499", "row 319 of"];
    go(TAB, "samples at the same time", &there);
    go(PAGE_DOWN, "further", &["row 34"]);
    go("G", "the last row", &["row "]);
    go("f", "a filter of samples", &["filter: "]);
    go("time > +0.2s\r", "filtered", &["rows pass time > +0.2s"]);
    go(ESC, "unfiltered", &["row ", "!rows pass"]);
    go("e", "how to export", &["Export", "NDJSON"]);
    go("c", "exported", &["exports/", ".csv"]);
    go(TAB, "the path", &["[Path]", "robot "]);
    go("a", "another plane", &["z_"]);
    go(TAB, "layers", &["[Layers]"]);
    go(TAB, "quality", &["[Quality]"]);
    go(SHIFT_TAB, "layers again", &["[Layers]"]);
    go(SHIFT_TAB, "the path again", &["[Path]"]);
    go(SHIFT_TAB, "back to samples", &["[Samples]"]);
    go("2", "runs again", &["[2 Runs]", "11ed"]);
    go("g  c", "two runs", &["[Charts]", "aligned at their starts"]);
    go(TAB, "differences", &["[Differences]", "B − A"]);
    go(ESC, "back", &["2 runs marked"]);
    go("4", "jobs", &["[4 Jobs]", "● harvested"]);
    go("]", "the next view", &["[1 Logs]"]);
    go("[", "the view before", &["[4 Jobs]"]);
    go("w", "jobs by their letter", &["[4 Jobs]"]);
    go("1", "logs", &["[1 Logs]"]);
    go(CTRL_R, "a look", &["no log is new or has changed"]);
    go("fstate:pending\r", "the pending one", &["shows 1 of 5"]);
    go("H", "its harvest", &["No log passes", "4 runs"]);
    go("f\u{15}\r", "all of them", &["[1 Logs]"]);
    go(CTRL_A, "marks", &["5 logs marked"]);
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

/// What a terminal sends for the wheel and for a click of the left button, columns and lines
/// counted from 1.
fn wheel(down: bool, (column, line): (usize, usize)) -> String {
    format!("\u{1b}[<{};{column};{line}M", if down { 65 } else { 64 })
}

fn click((column, line): (usize, usize)) -> String {
    format!("\u{1b}[<0;{column};{line}M\u{1b}[<0;{column};{line}m")
}

/// Where `text` stands on the screen, counted from 1.
fn place(screen: &str, text: &str) -> (usize, usize) {
    let found = screen.lines().enumerate().find_map(|(line, s)| {
        let (before, _) = s.split_once(text)?;
        Some((before.chars().count() + 1, line + 1))
    });
    found.unwrap_or_else(|| panic!("no {text} on the screen:\n{screen}"))
}

/// The line of the list's cursor.
fn cursor(screen: &str) -> Option<usize> {
    screen.lines().position(|line| line.starts_with('▌'))
}

#[test]
fn every_view_is_reached_with_the_mouse() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, &[], 110, 32);
    let screen = terminal.wait_until("logs", |s| s.matches("● harvested").count() >= 4);
    // The wheel moves the cursor, a click puts it, a header sorts.
    let at = place(&screen, "○ pending");
    terminal.send(&click(at));
    terminal.wait_until("the cursor on the pending log", |s| {
        cursor(s) == Some(at.1 - 1)
    });
    terminal.send(&wheel(false, at));
    terminal.wait_until("the cursor higher", |s| {
        cursor(s).is_some_and(|line| line < at.1 - 1)
    });
    terminal.send(&wheel(true, at));
    let screen = terminal.wait_until("the cursor lower", |s| {
        cursor(s).is_some_and(|line| line + 2 > at.1 - 1)
    });
    for sign in ["▲]", "▼]"] {
        terminal.send(&click(place(&screen, "verdict")));
        terminal.wait_for(&format!("[verdict{sign}"));
    }
    for view in ["2 Runs", "3 Machines", "4 Jobs", "1 Logs", "2 Runs"] {
        let at = place(&terminal.screen(), view);
        terminal.send(&click(at));
        terminal.wait_for(&format!("[{view}]"));
    }
    let screen = terminal.wait_until("runs", |s| s.contains("11ed"));
    terminal.send(&click(place(&screen, "11ed")));
    let first = terminal.wait_until("a run or the cursor on it", |s| {
        s.contains("[Summary]") || s.lines().any(|l| l.starts_with('▌') && l.contains("11ed"))
    });
    if !first.contains("[Summary]") {
        terminal.send(&click(place(&first, "11ed")));
    }
    terminal.wait_for("[Summary]");
    for tab in ["Signals", "Samples", "Path", "Signals"] {
        let at = place(&terminal.screen(), tab);
        terminal.send(&click(at));
        terminal.wait_for(&format!("[{tab}]"));
    }
    // The wheel zooms in a chart.
    let whole = terminal.wait_until("charts", |s| s.contains("┤") && s.contains("└"));
    let axis = |s: &str| s.lines().find(|l| l.contains('└')).map(str::to_owned);
    let at = place(&whole, "┤");
    for _ in 0..3 {
        terminal.send(&wheel(false, (at.0 + 30, at.1)));
    }
    terminal.wait_until("another axis", |s| axis(s) != axis(&whole));
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn what_is_missing_is_told_with_the_key_that_helps() {
    let lab = lab();
    // A table is deleted by hand while its run is open.
    let mut terminal = Terminal::start(&lab, &[], 110, 32);
    terminal.wait_for("● harvested");
    terminal.send("2");
    terminal.wait_until("runs", |s| s.contains("11ed"));
    terminal.send("g\r");
    terminal.wait_for("[Summary]");
    let tables: Vec<String> = lab.lake(".parquet").into_keys().collect();
    for table in tables.iter().filter(|t| t.contains("run_")) {
        fs::remove_file(lab.cache().join(table)).unwrap();
    }
    terminal.send(TAB);
    terminal.wait_until("the table that is gone", |s| {
        s.contains("is gone") && s.contains("recreates it")
    });
    terminal.send("H");
    terminal.wait_until("its charts", |s| !s.contains("is gone") && s.contains('┤'));
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_catalog_that_is_held_damaged_or_newer_is_told() {
    let lab = lab();
    let path = lab.cache().join("catalog.db");
    // Another program keeps it for longer than anybody waits.
    let held = rusqlite::Connection::open(&path).unwrap();
    held.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE logs SET path = path",
    )
    .unwrap();
    let mut terminal = Terminal::start(&lab, &[], 110, 32);
    terminal.wait_until("the busy catalog", |s| {
        s.contains("catalog.db") && s.contains("Ctrl-r")
    });
    held.execute_batch("COMMIT; PRAGMA locking_mode = NORMAL")
        .unwrap();
    drop(held);
    terminal.send(CTRL_R);
    terminal.wait_for("● harvested");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    drop(newer);
    let mut terminal = Terminal::start(&lab, &[], 110, 32);
    terminal.wait_for("newer mdtui");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(lab.cache().join(format!("catalog.db{ending}")));
    }
    fs::write(
        &path,
        "no database at all, but long enough to be taken for one by its length alone".repeat(99),
    )
    .unwrap();
    let mut terminal = Terminal::start(&lab, &[], 110, 32);
    terminal.wait_until("the damaged catalog", |s| {
        s.contains("catalog.db") && s.contains("rebuild")
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn keys_without_plan_leave_the_terminal_as_it_was() {
    const KEYS: [&str; 54] = [
        "j", "k", "h", "l", "g", "G", " ", "v", "s", "f", "/", "n", "N", "+", "-", "_", ",", ".",
        "p", "o", "t", "c", "e", "y", "!", "?", "1", "2", "3", "4", "w", "[", "]", "H", "x", "X",
        "a", "b", "m", "r", "u", "A", "J", "K", "0", ">", ENTER, ENTER, ENTER, TAB, SHIFT_TAB, UP,
        DOWN, PAGE_DOWN,
    ];
    let lab = lab();
    let mut random = rand_pcg::Pcg64Mcg::new(4711);
    let mut terminal = Terminal::start(&lab, &[], 100, 30);
    terminal.wait_for("● harvested");
    for step in 0..4_000 {
        let n = random.next_u32() as usize;
        match n % 50 {
            // Drawn anew after it: an escape and `[?` at once would begin a sequence that
            // swallows all keys until its end.
            0 => terminal.send("\u{1b}\u{c}"),
            1 => {
                let size = if n % 100 == 1 {
                    (1 + n / 64 % 30, 1 + n / 4096 % 12)
                } else {
                    (60 + n / 64 % 120, 12 + n / 8192 % 40)
                };
                terminal.resize(size.0 as u16, size.1 as u16);
            }
            2 => terminal.send(&wheel(n % 4 == 2, (1 + n / 64 % 100, 1 + n / 8192 % 30))),
            3 => terminal.send(&click((1 + n / 64 % 100, 1 + n / 8192 % 30))),
            _ => terminal.send(KEYS[n / 64 % KEYS.len()]),
        }
        if step % 500 == 499 {
            terminal.resize(100, 30);
            terminal.send("\u{15}");
            terminal.wait_for("4 Jobs");
        }
    }
    terminal.resize(100, 30);
    // Out of whatever is open, and out of the browser: harvests may still run.
    for _ in 0..6 {
        terminal.send(ESC);
        terminal.wait_for("4 Jobs");
    }
    terminal.send("\u{3}");
    terminal.end_or_answer("y");
}

#[test]
fn a_flag_leads_to_its_place_in_signals_and_back() {
    let lab = Lab::demo(mdtui::etl::demo::DEFAULT_LOGS);
    lab.ok(&["harvest", "faults/no-z_2"]);
    let mut terminal = Terminal::start(&lab, &[], 110, 32);
    let mut go = |keys: &str, what: &str, seen: &[&str]| {
        terminal.send(keys);
        terminal.wait_until(what, |s| seen.iter().all(|text| s.contains(text)));
    };
    go("", "the verdict", &["● harvested", "✗ fail "]);
    go("2", "runs", &["[2 Runs]", "✗ fail "]);
    go(
        "fverdict:fail flags>0\r",
        "flagged runs",
        &["filter `verdict:fail flags>0`"],
    );
    go(ENTER, "a summary", &["[Summary]"]);
    go(SHIFT_TAB, "its flags", &["[Quality]", "missing_axis"]);
    go(
        ENTER,
        "the place of the flag",
        &["[Signals]", "z_2 has no samples"],
    );
    go("n", "the next flag", &["[Signals]"]);
    go(ESC, "the way back", &["[Quality]"]);
    // The view's name stands over an open run too; the filter only over the list.
    go(ESC, "the runs", &["[2 Runs]", "filter `verdict:"]);
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

/// More keys than a terminal hands over at once, as from a paste or a key held down behind
/// a slow line: the last one counts too, without another key after it.
#[test]
fn keys_that_come_all_at_once_are_all_taken() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, &[], 100, 30);
    terminal.wait_for("● harvested");
    for view in ["2", "3", "1"] {
        terminal.send(&("jk".repeat(1500) + view));
        terminal.wait_for(&format!("[{view} "));
    }
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}
