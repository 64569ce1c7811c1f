//! The operator's terminal in bad moments: signals, sleep, output that nobody takes.

mod common;
#[path = "common/terminal.rs"]
#[allow(dead_code)] // Only a part of it is used.
mod terminal;

use std::{
    fs::File,
    process::{Command, Stdio},
};

use common::Lab;
use terminal::Terminal;

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
