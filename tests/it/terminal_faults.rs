//! The operator's terminal in bad moments: signals, sleep, output that is not read.

use std::{
    fs::File,
    process::{Command, Stdio},
};

use crate::common::Lab;
use crate::common::terminal::Terminal;

#[test]
fn every_signal_that_ends_it_gives_the_terminal_back() {
    for signal in ["TERM", "HUP", "INT"] {
        let lab = Lab::demo(1);
        let terminal = Terminal::start(&lab, &[], 80, 24);
        terminal.wait_for("pending");
        terminal.signal(signal);
        assert_eq!(terminal.end(), 130, "{signal}");
    }
}

#[test]
fn asleep_the_terminal_is_the_shells_and_awake_it_is_drawn_again() {
    let lab = Lab::demo(1);
    let mut terminal = Terminal::start(&lab, &[], 80, 24);
    terminal.wait_for("pending");
    for _ in 0..3 {
        terminal.signal("TSTP");
        terminal.wait_until_given_back();
        terminal.signal("CONT");
        terminal.wait_for("[1 Logs]");
    }
    terminal.send("4");
    terminal.wait_for("[4 Jobs]");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

/// Drawing fails on purpose, which only a debug build of the program knows how to.
#[cfg(debug_assertions)]
#[test]
fn a_panic_gives_the_terminal_back_and_says_where_the_rest_is() {
    let lab = Lab::new();
    lab.write_demo(&mdtui::etl::demo::Options {
        logs: 2,
        run_seconds: 120.0,
        seed: 1,
    });
    let trigger = lab.root().join("panic");
    let variables = [("MDTUI_PANIC_WHEN", trigger.to_str().unwrap())];
    let mut terminal = Terminal::start_with(&lab, &variables, &[], 100, 24);
    terminal.wait_for("pending");
    // In the midst of a harvest.
    terminal.send("\u{1}H");
    terminal.wait_for("harvesting");
    std::fs::write(&trigger, "").unwrap();
    let said = terminal.wait_for("Details are in");
    assert!(
        said.contains("mdtui: stopped by an internal error: a test \\u{1b}[31mwants this (src/"),
        "{said}"
    );
    assert!(said.contains("what was harvested is safe"), "{said}");
    assert!(said.contains("cache/.mdtui/mdtui.log"), "{said}");
    // On the main screen, with nothing of the browser around it.
    assert!(
        !said.contains("[1 Logs]") && !said.contains("panicked"),
        "{said}"
    );
    // Settings, main screen, cursor, mouse.
    assert_eq!(terminal.end(), 3);
    let log = std::fs::read_to_string(lab.cache().join(".mdtui/mdtui.log")).unwrap();
    assert!(log.contains("a panic\n"), "{log}");
    assert!(log.contains("Location: src/"), "{log}");
    assert!(log.contains("fail_on_purpose"), "a backtrace: {log}");
    // The harvests were called off, and nothing half-done remains.
    let tmp = std::fs::read_dir(lab.cache().join(".mdtui/tmp"));
    assert_eq!(tmp.map_or(0, Iterator::count), 0);
    assert!(
        lab.states()
            .values()
            .all(|s| s == "pending" || s == "harvested")
    );
    assert_eq!(lab.run(&["check"]).code, 0);
    lab.ok(&["harvest"]);
}

#[test]
fn output_that_nobody_takes_is_a_sentence_or_a_quiet_end() {
    let lab = Lab::demo(8);
    lab.run(&["harvest"]);
    let run = |args: &[&str], out: Stdio| {
        Command::new(env!("CARGO_BIN_EXE_mdtui"))
            .current_dir(lab.root())
            .args(args)
            .env_clear()
            .envs(lab.environment())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(Stdio::piped())
            .output()
            .unwrap()
    };
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["runs"],
        &["machines", "--json"],
        &["check"],
        &["harvest"],
        &["show", "cell-01/2022-11-23T2040"],
        &["config"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
        &["help", "list"],
    ] {
        // A full device refuses every byte: disk full, and trying again may help.
        let full = File::options().write(true).open("/dev/full").unwrap();
        let done = run(args, full.into());
        let err = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(75), "{args:?}: {err}");
        assert!(
            err.contains("mdtui: cannot write to standard output: "),
            "{err}"
        );
        assert!(!err.contains("panicked"), "{err}");
        // A reader that went away (`| head`) is no trouble.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let done = run(args, writer.into());
        let err = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(0), "{args:?}: {err}");
    }
}

#[test]
fn without_a_terminal_the_browser_says_so() {
    let lab = Lab::demo(1);
    let answer = lab.run(&[]);
    assert_eq!(answer.code, 3);
    assert!(answer.sentence().contains("terminal"), "{}", answer.err);
}
