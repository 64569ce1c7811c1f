//! The whole browser in a pseudo-terminal: harvest with the keyboard, look at what came out,
//! quit; and the ways in which it may end.

use std::fs;

use crate::common::terminal::Terminal;
use crate::common::{Lab, liar};
use mdtui::etl::{demo::Options, worker::RETURN_MEMORY};

const CTRL_A: &str = "\u{1}";
const CTRL_C: &str = "\u{3}";
const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const TAB: &str = "\t";

/// A few logs whose harvest takes long enough to be met while it runs.
fn slow_lab() -> Lab {
    let lab = Lab::new();
    lab.write_demo(&Options {
        logs: 4,
        run_seconds: 120.0,
        seed: 1,
    });
    let folder = lab.root().join("config/mdtui");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "jobs = 1\n").unwrap();
    lab
}

/// Nothing half-written remains.
fn assert_clean(lab: &Lab) {
    let tmp = lab.cache().join(".mdtui/tmp");
    let left = fs::read_dir(tmp).map_or(0, Iterator::count);
    assert_eq!(left, 0, "temporary files remain");
    for (table, bytes) in lab.lake(".parquet") {
        assert!(
            bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"),
            "{table} is not whole"
        );
    }
}

/// What the browser sets for itself is not for its workers; it keeps its id and its name.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn the_browser_hands_memory_back_and_its_workers_keep_theirs() {
    let lab = slow_lab();
    let mut terminal = Terminal::start(&lab, &[], 80, 24);
    terminal.wait_for("pending");
    let of = |id: u32, file: &str| {
        let text = fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    };
    let (variable, value) = RETURN_MEMORY;
    // The library cuts the text at its colons when it reads it.
    let first = value.split(':').next().unwrap();
    let set = format!("{variable}={first}");
    let browser = terminal.id();
    assert!(of(browser, "environ").contains(&set));
    assert_eq!(of(browser, "comm").trim(), "mdtui");

    terminal.send("H");
    terminal.wait_for("harvesting");
    let workers = || {
        let threads = fs::read_dir(format!("/proc/{browser}/task")).unwrap();
        let children = threads.flatten().map(|thread| {
            let id = thread.file_name().into_string().unwrap();
            of(browser, &format!("task/{id}/children"))
        });
        let ids = children.collect::<Vec<_>>().join(" ");
        let ids: Vec<u32> = ids
            .split_whitespace()
            .filter_map(|id| id.parse().ok())
            .collect();
        ids.into_iter()
            .filter(|id| of(*id, "cmdline").contains("worker"))
            .collect::<Vec<_>>()
    };
    terminal.wait_until("a worker", |_| !workers().is_empty());
    for id in workers() {
        assert!(!of(id, "environ").contains(first));
    }
    terminal.send(CTRL_C);
}

#[test]
fn logs_are_harvested_with_the_keyboard_and_their_runs_looked_at() {
    let lab = Lab::demo(3);
    let mut terminal = Terminal::start(&lab, &[], 80, 24);
    let first = terminal.wait_until("three pending logs", |s| s.matches("pending").count() >= 3);
    assert!(first.contains("cell-01/"), "{first}");
    terminal.send(CTRL_A);
    terminal.wait_for("✓");
    terminal.send("H");
    let done = terminal.wait_until("three harvested logs", |s| {
        s.matches("harvested").count() >= 3
    });
    // The word of a state is not cut at 80 columns.
    assert!(done.contains("● harvested"), "{done}");
    terminal.send(ENTER);
    terminal.wait_for("11ed");
    terminal.send(ENTER);
    terminal.wait_for("complete rows");
    terminal.send(TAB);
    terminal.wait_for("[Signals]");
    terminal.wait_for("whole run");
    terminal.wait_for("│");
    terminal.send(TAB);
    terminal.wait_for("[Samples]");
    terminal.wait_for("20:40:00.002");
    terminal.send("?");
    terminal.wait_for("one column to the left");
    terminal.send(ESC);
    terminal.wait_until("no help", |s| !s.contains("one column to the left"));
    // The machines of these logs, one of them, and the run under its cursor.
    terminal.send("3");
    terminal.wait_for("▾ cell");
    terminal.send("j");
    terminal.wait_for("▌    robot 1");
    terminal.send(ENTER);
    terminal.wait_for("peak force");
    terminal.send(ENTER);
    terminal.wait_for("[Summary]");
    // Two escapes at once would be one key: what is waited for stands in one view only.
    terminal.send(ESC);
    terminal.wait_for("o go to");
    terminal.send(ESC);
    terminal.wait_for("▾ cell");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    assert!(lab.states().values().all(|state| state == "harvested"));
    assert_clean(&lab);
}

#[test]
fn quitting_while_a_harvest_runs_asks_and_leaves_nothing_half_written() {
    let lab = slow_lab();
    let mut terminal = Terminal::start(&lab, &[], 80, 24);
    terminal.wait_until("the logs", |s| s.matches("pending").count() >= 4);
    terminal.send(CTRL_A);
    terminal.wait_for("✓");
    terminal.send("H");
    terminal.wait_for("queued");
    terminal.send("Q");
    terminal.wait_for("Quit?");
    // The key that asks does not answer.
    terminal.send("Q");
    terminal.send("n");
    terminal.wait_until("the question gone", |s| !s.contains("Quit?"));
    // Meanwhile the views are alive.
    terminal.send("2");
    terminal.wait_for("[2 Runs]");
    terminal.send("Q");
    terminal.wait_for("Quit?");
    terminal.send("y");
    assert_eq!(terminal.end(), 0);
    assert_clean(&lab);
    let states = lab.states();
    assert!(states.values().any(|s| s == "pending"), "{states:?}");
    lab.ok(&["harvest"]);
    assert!(lab.states().values().all(|s| s == "harvested"));
}

#[test]
fn one_job_is_cancelled_and_the_others_go_on() {
    let lab = slow_lab();
    let mut terminal = Terminal::start(&lab, &[], 80, 24);
    terminal.wait_until("the logs", |s| s.matches("pending").count() >= 4);
    terminal.send(CTRL_A);
    terminal.wait_for("✓");
    terminal.send("H");
    terminal.wait_for("queued");
    // The second of the list, which waits for the first, in one go: nothing can come between.
    terminal.send("4jx");
    terminal.wait_for("cancelled");
    terminal.send("1");
    terminal.wait_until("three harvested, one not", |s| {
        s.matches("● harvested").count() == 3 && s.matches("○ pending").count() == 1
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    assert_clean(&lab);
}

#[test]
fn signals_end_it_with_the_terminal_given_back() {
    for (signal, code) in [("TERM", 130), ("HUP", 130)] {
        let lab = slow_lab();
        let mut terminal = Terminal::start(&lab, &[], 80, 24);
        terminal.wait_until("the logs", |s| s.matches("pending").count() >= 4);
        terminal.send("H");
        terminal.wait_until("a running job", |s| s.contains('%'));
        terminal.signal(signal);
        assert_eq!(terminal.end(), code, "{signal}");
        assert_clean(&lab);
    }
}

#[test]
fn ctrl_c_and_q_quit_at_the_top() {
    for keys in [CTRL_C, "q", "Q"] {
        let lab = Lab::demo(1);
        let mut terminal = Terminal::start(&lab, &[], 80, 24);
        terminal.wait_for("pending");
        terminal.send(keys);
        assert_eq!(terminal.end(), 0, "{keys:?}");
    }
}

#[test]
fn without_logs_or_a_directory_it_says_what_is_the_case() {
    let lab = Lab::new();
    let mut terminal = Terminal::start(&lab, &[], 80, 24);
    terminal.wait_for("no logs");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
    let mut terminal = Terminal::start(&lab, &["--data-dir", "nowhere"], 80, 24);
    terminal.wait_for("nowhere");
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_demo_on_a_terminal_opens_the_browser_on_its_logs() {
    let lab = Lab::new();
    let args = ["demo", "d", "--logs", "2", "--run-seconds", "1"];
    let mut terminal = Terminal::start(&lab, &args, 100, 30);
    terminal.wait_until("the demo's logs", |s| {
        s.matches("pending").count() == 2 || s.contains("2 pending")
    });
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
}

/// What a terminal sends for a click of the left button on a column and a line, counted from 1.
fn click(column: usize, line: usize) -> String {
    format!("\u{1b}[<0;{column};{line}M\u{1b}[<0;{column};{line}m")
}

/// Where `text` stands on the screen, counted from 1.
fn place(screen: &str, text: &str) -> (usize, usize) {
    let found = screen.lines().enumerate().find_map(|(line, s)| {
        let before = s
            .split(text)
            .next()
            .filter(|before| before.len() < s.len())?;
        Some((before.chars().count() + 1, line + 1))
    });
    found.unwrap_or_else(|| panic!("no {text} on the screen:\n{screen}"))
}

#[test]
fn the_mouse_walks_through_the_views_and_is_given_back() {
    let lab = Lab::demo(3);
    lab.ok(&["harvest"]);
    let mut terminal = Terminal::start(&lab, &[], 100, 30);
    let screen = terminal.wait_until("three logs", |s| s.matches("● harvested").count() == 3);
    let (column, line) = place(&screen, "size");
    terminal.send(&click(column, line));
    terminal.wait_for("[size▲]");
    terminal.send(&click(column, line));
    terminal.wait_for("[size▼]");
    for view in ["3 Machines", "4 Jobs", "2 Runs"] {
        let (column, line) = place(&terminal.screen(), view);
        terminal.send(&click(column, line));
        terminal.wait_for(&format!("[{view}]"));
    }
    let screen = terminal.wait_until("runs", |s| s.contains("11ed"));
    let (column, line) = place(&screen, "▌");
    terminal.send(&click(column + 3, line));
    let screen = terminal.wait_for("complete rows");
    let (column, line) = place(&screen, "Samples");
    terminal.send(&click(column, line));
    terminal.wait_for("[Samples]");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_mouse_stays_the_terminals_own_when_the_settings_say_so() {
    let lab = Lab::demo(1);
    let folder = lab.root().join("config/mdtui");
    fs::create_dir_all(&folder).unwrap();
    for (setting, taken) in [("mouse = false\n", false), ("mouse = true\n", true)] {
        fs::write(folder.join("config.toml"), setting).unwrap();
        let mut terminal = Terminal::start(&lab, &[], 80, 24);
        terminal.wait_for("pending");
        assert_eq!(terminal.takes_mouse(), taken, "{setting}");
        terminal.send("Q");
        assert_eq!(terminal.end(), 0);
    }
}

#[test]
fn the_terminals_answer_about_its_background_is_heard_and_no_key_is_lost() {
    let lab = Lab::demo(3);
    let mut terminal = Terminal::start(&lab, &[], 80, 24);
    terminal.wait_until("three logs", |s| s.matches("pending").count() >= 3);
    // The question went out with the first frame; this terminal answers late, among keys.
    terminal.send("j\u{1b}]11;rgb:ffff/ffff/eeee\u{1b}\\j");
    let screen = terminal.wait_until("the cursor on the third log", |s| {
        s.lines().position(|line| line.contains('▌')) == Some(5)
    });
    assert!(
        screen.contains("[1 Logs]"),
        "no key of the answer is a key: {screen}"
    );
    // The light theme's accent in the table of 256 colours; the dark one's is 111.
    let (column, line) = place(&screen, "[1 Logs]");
    terminal.wait_for_colour(line - 1, column, vt100::Color::Idx(25));
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn chosen_columns_are_remembered_by_the_next_browser() {
    let lab = Lab::demo(1);
    for seen in [true, false] {
        let mut terminal = Terminal::start(&lab, &[], 80, 24);
        terminal.wait_until("the log", |s| s.contains("pending"));
        terminal.wait_until("the column as it was left", |s| s.contains("size") == seen);
        if seen {
            terminal.send("t");
            terminal.wait_for("Columns");
            // State, log, cell, size.
            terminal.send("jjj ");
            terminal.wait_for("▌   size");
            terminal.send(ENTER);
            terminal.wait_until("no sizes", |s| !s.contains("size"));
        }
        terminal.send("Q");
        assert_eq!(terminal.end(), 0);
    }
    assert!(lab.root().join("state/mdtui/columns.toml").is_file());
}

#[test]
fn the_browser_outlives_a_worker_and_says_what_happened() {
    let lab = Lab::new();
    lab.write_demo(&Options {
        logs: 2,
        run_seconds: 1.0,
        seed: 1,
    });
    // A billion rows without a time in some kilobytes: each has to be remembered as rejected.
    let mut columns = liar::columns();
    columns[0] = liar::Constant::text("time", "never");
    let bomb = liar::file(&columns, 1_000, 1_000_000);
    fs::write(lab.data().join("a-bomb.parquet"), bomb).unwrap();
    let folder = lab.root().join("config/mdtui");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), "memory = \"256MiB\"\n").unwrap();
    let mut terminal = Terminal::start(&lab, &[], 120, 30);
    terminal.wait_until("three pending logs", |s| s.matches("pending").count() >= 3);
    terminal.send("\u{1}");
    terminal.wait_for("✓");
    terminal.send("H");
    let over = terminal.wait_until("all logs to be over", |s| {
        s.matches("● harvested").count() == 2 && s.contains("failed")
    });
    assert!(!over.contains("panicked"), "{over}");
    terminal.send("g");
    terminal.wait_until("why it failed", |s| {
        s.contains("the worker ran out of its") && s.contains("MiB limit")
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_log_whose_recorder_stopped_is_failed_after_a_minute_in_an_open_browser() {
    let lab = Lab::new();
    let log = lab.data().join("a.parquet");
    fs::write(&log, "PAR1 more to come").unwrap();
    // Nothing moves from now on: only time passes.
    let modified = std::time::SystemTime::now() - std::time::Duration::from_secs(52);
    let file = fs::File::options().append(true).open(&log).unwrap();
    file.set_modified(modified).unwrap();
    let mut terminal = Terminal::start(&lab, &[], 100, 24);
    terminal.wait_for("writing");
    terminal.wait_until("failed", |s| s.contains("failed") && !s.contains("writing"));
    terminal.send("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_rebound_key_works_and_everything_that_names_keys_follows() {
    const F5: &str = "\u{1b}[15~";
    let lab = Lab::demo(1);
    let folder = lab.root().join("config/mdtui");
    fs::create_dir_all(&folder).unwrap();
    let toml = "[keys]\nharvest = \"F5\"\nquit = \"F10\"\n[keys.logs]\nopen = \"O\"\n";
    fs::write(folder.join("config.toml"), toml).unwrap();
    let mut terminal = Terminal::start(&lab, &[], 120, 30);
    terminal.wait_for("pending");
    // The bottom line, help, the palette.
    terminal.wait_for("F5 harvest");
    terminal.send("?");
    let help = terminal.wait_for("harvest the marked logs");
    assert!(help.contains("F5"), "{help}");
    terminal.send(ESC);
    terminal.wait_until("no help", |s| !s.contains("harvest the marked logs"));
    terminal.send(":harvest");
    let palette = terminal.wait_for("harvest the marked logs");
    assert!(palette.contains("F5"), "{palette}");
    terminal.send(ESC);
    terminal.wait_until("no palette", |s| !s.contains("harvest the marked logs"));
    // The usual key does nothing any more.
    terminal.send("HQ");
    terminal.send(F5);
    terminal.wait_for("● harvested");
    terminal.wait_for("O runs");
    terminal.send("O");
    terminal.wait_for("11ed");
    // Its view has the usual key for it.
    terminal.send(ENTER);
    terminal.wait_for("[Summary]");
    terminal.send(CTRL_C);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn filters_marks_orders_channels_and_markers_survive_a_restart() {
    let lab = Lab::demo(3);
    lab.ok(&["harvest"]);
    let mut terminal = Terminal::start(&lab, &[], 120, 30);
    terminal.wait_until("three logs", |s| s.matches("● harvested").count() >= 3);
    terminal.send("f");
    terminal.send("'cell-01/2022-11-23T2040'\r");
    terminal.wait_for("shows 1 of 3");
    terminal.send(" ");
    terminal.wait_for("1 log marked");
    // A run with other channels, drawn with blocks.
    terminal.send("g\r");
    terminal.wait_for("11ed");
    terminal.send("\r");
    terminal.wait_for("[Summary]");
    terminal.send("\t");
    terminal.wait_for("[Signals]");
    terminal.wait_for("whole run");
    terminal.send("m");
    terminal.send("g ");
    terminal.send("G ");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    let lakes = lab.root().join("state/mdtui/lakes");
    let file = fs::read_dir(lakes).unwrap().next().unwrap().unwrap().path();
    let saved = fs::read_to_string(&file).unwrap();
    assert!(
        saved.contains("filter = [\"'cell-01/2022-11-23T2040'\"]"),
        "{saved}"
    );
    assert!(
        saved.contains("marker = \"block\"") && saved.contains("channels = ["),
        "{saved}"
    );

    let mut terminal = Terminal::start(&lab, &[], 120, 30);
    terminal.wait_for("shows 1 of 3");
    terminal.wait_for("1 log marked");
    terminal.send(":save mine");
    terminal.wait_for("save NAME");
    terminal.send("\r");
    terminal.wait_for("saved the view `mine`");
    terminal.send("f");
    terminal.send("\u{15}\r");
    terminal.wait_until("all logs", |s| s.matches("● harvested").count() >= 3);
    terminal.send(":open m");
    terminal.wait_for("▌  mine");
    terminal.send("\r");
    terminal.wait_for("shows 1 of 3");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);

    // A damaged file costs what it had, and a newer one is left as it is.
    fs::write(&file, "lists = 5").unwrap();
    let mut terminal = Terminal::start(&lab, &[], 120, 30);
    terminal.wait_for("are lost");
    terminal.wait_until("three logs", |s| s.matches("● harvested").count() >= 3);
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    let newer = "version = 99\nlists = 5\n";
    fs::write(&file, newer).unwrap();
    let mut terminal = Terminal::start(&lab, &[], 120, 30);
    terminal.wait_for("a newer mdtui wrote");
    terminal.wait_until("three logs", |s| s.matches("● harvested").count() >= 3);
    terminal.send(" ");
    terminal.wait_for("1 log marked");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), newer);
}
